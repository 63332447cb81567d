"""Reading beside a writer that follows the protocol of the TypeScript package, step by step."""

import os
import shutil
import threading

from scene import Scene, write_entry

from dirdict import Database, keys, load
from dirdict.pin import SERVICE, read_pinned


class Replacement(Scene):
    def setUp(self) -> None:
        super().setUp()
        self.path = self.entry("json", {"value.json": "0"})
        self.service = self.database / SERVICE
        for part in ("work", "ready", "swaps", "trash"):
            (self.service / part).mkdir(parents=True)

    def stage(self, value: int) -> None:
        write_entry(self.service / "work" / "new", "json", {"value.json": str(value)})
        (self.service / "work" / "stamp").write_text(str(value))
        os.rename(self.service / "work" / "stamp", self.service / "swaps" / "k")
        os.rename(self.service / "work" / "new", self.service / "ready" / "k")

    def swap(self, value: int) -> None:
        self.stage(value)
        os.rename(self.path, self.service / "trash" / f"old{value}")
        os.rename(self.service / "ready" / "k", self.path)

    def test_in_the_gap_the_new_value_is_found(self) -> None:
        self.stage(1)
        self.assertEqual(load(self.path), 0)
        os.rename(self.path, self.service / "trash" / "old")
        self.assertEqual(load(self.path), 1)
        self.assertEqual(keys(self.database), ["k"])
        self.assertIn("k", Database(self.database))

    def test_a_value_that_is_removed_while_it_is_read_is_read_anew(self) -> None:
        seen = []

        def read(folder: object) -> object:
            if not seen:
                self.swap(1)
                shutil.rmtree(self.service / "trash" / "old1")
            seen.append(folder)
            return folder.read_json("value.json")  # type: ignore[attr-defined]

        self.assertEqual(read_pinned(str(self.path), read), 1)
        self.assertEqual(len(seen), 2)

    def test_beside_a_writer_every_value_is_whole_and_none_is_older(self) -> None:
        stop = threading.Event()

        def write() -> None:
            value = 0
            while not stop.is_set():
                value += 1
                self.swap(value)
                shutil.rmtree(self.service / "trash" / f"old{value}")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            last = 0
            for _ in range(2000):
                value = load(self.path)
                self.assertGreaterEqual(value, last)
                self.assertEqual(keys(self.database), ["k"])
                last = value
        finally:
            stop.set()
            writer.join()
        self.assertGreater(last, 0)

    def test_descriptors_are_closed(self) -> None:
        before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        for _ in range(50):
            load(self.path)
            self.fails("KEY_NOT_FOUND", load, self.database / "no")
        self.assertEqual(len(os.listdir("/proc/self/fd")) if before else 0, before)
