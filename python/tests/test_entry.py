"""What a record promises is checked; nothing outside of the entry is read; pickles only where they are trusted."""

import json
import os
import pickle
from pathlib import Path

from scene import ROOT, Scene, write_entry

import dirdict
from dirdict import load


class Damage(Scene):
    def test_another_length_or_another_byte(self) -> None:
        path = self.entry("bytes", {"value.bin": b"12345"})
        for data in (b"1234", b"123456", b"12346", b""):
            (path / "value.bin").write_bytes(data)
            self.assertEqual(self.fails("CORRUPT_ENTRY", load, path).file, "value.bin")

    def test_a_missing_file(self) -> None:
        path = self.entry("bytes", {"value.bin": b"1"})
        (path / "value.bin").unlink()
        self.assertIn("is missing", str(self.fails("CORRUPT_ENTRY", load, path)))

    def test_a_missing_or_broken_record(self) -> None:
        for i, text in enumerate(["", "[]", "{", '{"Loader": 1}']):
            path = self.entry("json", {"value.json": "1"}, f"k{i}")
            (path / "Loader.json").write_text(text)
            self.fails("CORRUPT_ENTRY", load, path)
        path = self.entry("json", {"value.json": "1"}, "gone")
        (path / "Loader.json").unlink()
        self.fails("CORRUPT_ENTRY", load, path)

    def test_a_wrong_dirdict_json(self) -> None:
        wrong = [
            {"format": 1},
            {"format": 1, "dumper": 1},
            {"format": 1, "dumper": "json", "arguments": []},
            {"format": 1, "dumper": "json", "files": [{"name": "value.json"}]},
            {"format": 1, "dumper": "json", "files": [{"name": "value.json", "bytes": -1, "crc32": 0}]},
            {"format": 1, "dumper": "json", "files": {}},
        ]
        for i, content in enumerate(wrong):
            path = self.entry("json", {"value.json": "1"}, f"k{i}")
            (path / "dirdict.json").write_text(json.dumps(content))
            with self.subTest(i=i):
                self.fails("CORRUPT_ENTRY", load, path)

    def test_a_format_of_later(self) -> None:
        path = self.entry("json", {"value.json": "1"})
        (path / "dirdict.json").write_text('{"format": 2, "dumper": "json"}')
        self.assertIn("newer dirdict", str(self.fails("UNSUPPORTED_FORMAT", load, path)))

    def test_all_broken_fixtures_fail_with_a_code(self) -> None:
        broken = ROOT / "fixtures" / "broken"
        if not broken.is_dir():
            self.skipTest("the fixtures of the checkout are not there")
        for path in sorted(broken.iterdir()):
            if path.is_dir() and not (path / "db_state.json").exists():
                with self.subTest(path.name):
                    try:
                        load(path)
                    except dirdict.DirdictError as error:
                        codes = ("CORRUPT_ENTRY", "UNKNOWN_DUMPER", "UNSUPPORTED_FORMAT", "MISSING_PACKAGE")
                        self.assertIn(error.code, codes)


class Dumpers(Scene):
    def test_the_record_goes_before_the_loader(self) -> None:
        self.assertEqual(load(self.entry("json", {"value.json": "1"}, loader="just_create_folder")), 1)

    def test_ids_of_both_versions_of_isf(self) -> None:
        path = self.isf_entry("just_create_folder", {"a.txt": "a"})
        (path / "Loader.json").write_text('{"Loader": "data_base.IO.LoaderDumper.just_create_folder"}')
        self.assertEqual(load(path), [path / "a.txt"])

    def test_one_of_somebody_else(self) -> None:
        self.fails("UNKNOWN_DUMPER", load, self.entry("spectrum", {"a": b""}))
        self.fails("UNKNOWN_DUMPER", load, self.isf_entry("reduced_lda_model", {}, "isf"))
        path = self.isf_entry("x", {}, "module")
        (path / "Loader.json").write_text('{"Loader": "os"}')
        self.fails("UNKNOWN_DUMPER", load, path)


class Outside(Scene):
    def setUp(self) -> None:
        super().setUp()
        self.secret = self.directory / "secret"
        self.secret.write_text('"secret"')

    def test_links_in_place_of_files_are_not_followed(self) -> None:
        path = self.entry("json", {"value.json": "1"})
        for name in ("value.json", "dirdict.json", "Loader.json"):
            (path / name).rename(path / "kept")
            os.symlink(self.secret, path / name)
            self.assertIn("link", str(self.fails("CORRUPT_ENTRY", load, path)))
            (path / "kept").replace(path / name)

    def test_links_in_place_of_directories_are_not_followed(self) -> None:
        os.symlink(self.entry("json", {"value.json": "1"}), self.database / "link")
        self.fails("CORRUPT_ENTRY", load, self.database / "link")
        folder = self.entry("folder", {"a/b.txt": "1"}, "folder", live=True)
        os.symlink(self.directory, folder / "out")
        self.assertEqual(load(folder), [folder / "a" / "b.txt"])

    def test_names_in_a_record_that_lead_out(self) -> None:
        for i, name in enumerate(["../secret", str(self.secret), "a/../../secret", "", "a//b", "a\0b", "."]):
            path = self.entry("bytes", {"value.bin": b""}, f"k{i}")
            record = json.loads((path / "dirdict.json").read_text())
            record["files"][0]["name"] = name
            (path / "dirdict.json").write_text(json.dumps(record))
            self.fails("CORRUPT_ENTRY", load, path)

    def test_a_fifo_does_not_hang(self) -> None:
        path = self.entry("bytes", {})
        os.mkfifo(path / "value.bin")
        self.fails("CORRUPT_ENTRY", load, path)


class Touch:
    """Unpickling one makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> "tuple[object, tuple[str, int]]":
        return os.mkdir, (self.path, 0o777)


class Pickle(Scene):
    def test_runs_nothing_unless_it_is_trusted(self) -> None:
        made = self.directory / "made"
        path = self.isf_entry("to_pickle", {"to_pickle_dump": pickle.dumps(Touch(made))})
        self.assertIn("trusted=True", str(self.fails("OPTION_INVALID", load, path)))
        self.assertFalse(made.exists())
        load(path, trusted=True)
        self.assertTrue(made.exists())

    def test_gives_the_object(self) -> None:
        value = {"a": (1, 2.5, None), 3: {b"x"}}
        for loader, file in [("to_pickle", "to_pickle_dump"), ("to_cloudpickle", "to_pickle_dump")]:
            self.assertEqual(load(self.isf_entry(loader, {file: pickle.dumps(value)}, loader), trusted=True), value)
        path = self.entry("pickle", {"to_pickle_dump": pickle.dumps(value)}, "ours", loader="to_pickle")
        self.assertEqual(load(path, trusted=True), value)

    def test_damage(self) -> None:
        for i, data in enumerate([b"", b"\x80", b"x", b"\x80\x04cmodule_that_is_not\nname\n."]):
            path = self.isf_entry("to_pickle", {"to_pickle_dump": data}, f"k{i}")
            self.fails("MISSING_PACKAGE" if i == 3 else "CORRUPT_ENTRY", load, path, trusted=True)


class Paths(Scene):
    def test_a_database_is_no_entry(self) -> None:
        self.assertIn("dirdict.Database", str(self.fails("OPTION_INVALID", load, self.database)))

    def test_a_path_of_any_form(self) -> None:
        path = self.entry("json", {"value.json": "1"})
        self.assertEqual([load(str(path)), load(f"{path}/")], [1, 1])
        before = os.getcwd()
        os.chdir(path)
        self.addCleanup(os.chdir, before)
        self.assertEqual([load("."), load("../k")], [1, 1])

    def test_an_absent_one(self) -> None:
        error = self.fails("KEY_NOT_FOUND", load, self.database / "no")
        self.assertIsInstance(error, KeyError)

    def test_nothing_is_written(self) -> None:
        path = write_entry(self.database / "frozen", "json", {"value.json": "1"})
        before = [(p, p.stat().st_mtime_ns) for p in sorted(self.database.rglob("*"))]
        load(path)
        dirdict.metadata(path)
        dirdict.keys(self.database)
        self.assertEqual([(p, p.stat().st_mtime_ns) for p in sorted(self.database.rglob("*"))], before)
