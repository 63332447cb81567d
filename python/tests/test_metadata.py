"""The record, of ours and of ISF's, also while ISF rewrites its own."""

import json
import threading
import time

from scene import Scene

from dirdict import metadata


class Ours(Scene):
    def test_is_whole(self) -> None:
        git = {"commit": "0" * 40, "branch": "main", "dirty": False}
        path = self.entry("json", {"value.json": "1"}, provenance={"git": git, "tags": ["a"], "attributes": {"x": 1}})
        record = metadata(path)
        self.assertEqual((record["dumper"], record["git"], record["tags"]), ("json", git, ["a"]))
        self.assertEqual(record["files"], [{"name": "value.json", "bytes": 1, "crc32": 2212294583}])
        self.assertEqual(record["time"], "2026-11-21T08:00:00.000Z")
        self.assertFalse(record["inferred"])

    def test_a_short_history_and_a_long_one(self) -> None:
        short = {"kind": "script", "source": "x", "complete": True, "cells": [{"n": 1, "code": "1"}]}
        self.assertEqual(metadata(self.entry("json", {}, "short", provenance={"history": short}))["history"], short)
        told = {"kind": "script", "source": "x", "complete": True, "cells": 1, "file": "dirdict.history.json"}
        path = self.entry("json", {}, "long", provenance={"history": told})
        self.fails("CORRUPT_ENTRY", metadata, path)
        (path / "dirdict.history.json").write_text(json.dumps(short))
        self.assertEqual(metadata(path)["history"], short)
        (path / "dirdict.history.json").write_text(json.dumps({**short, "cells": []}))
        self.fails("CORRUPT_ENTRY", metadata, path)

    def test_does_not_depend_on_what_isf_makes_of_its_own(self) -> None:
        path = self.entry("json", {"value.json": "1"})
        whole = metadata(path)
        for text in ("", "{", '{"metadata_creation_time": "post_hoc"}'):
            (path / "metadata.json").write_text(text)
            self.assertEqual(metadata(path), whole)


class Isf(Scene):
    def test_is_told_as_it_lies(self) -> None:
        path = self.isf_entry("numpy_to_npy", {})
        self.assertEqual(metadata(path)["dumper"], "numpy_to_npy")

    def test_a_torn_one_is_awaited(self) -> None:
        path = self.isf_entry("numpy_to_npy", {})
        whole = (path / "metadata.json").read_text()
        (path / "metadata.json").write_text(whole[:10])

        def complete() -> None:
            time.sleep(0.01)
            (path / "metadata.json").write_text(whole)

        writer = threading.Thread(target=complete)
        writer.start()
        try:
            self.assertEqual(metadata(path), json.loads(whole))
        finally:
            writer.join()

    def test_one_that_stays_torn_or_is_missing_is_inferred(self) -> None:
        path = self.isf_entry("numpy_to_npy", {"np.npy": b"x"})
        (path / "metadata.json").write_text('{"dumper": "nu')
        self.assertEqual(metadata(path)["metadata_creation_time"], "post_hoc")
        (path / "metadata.json").unlink()
        record = metadata(path)
        self.assertTrue(record["inferred"])
        self.assertEqual(record["time"][0], time.gmtime(path.stat().st_mtime).tm_year)
