"""A database as a mapping: keys, nested ones, and what is no key."""

import os

from scene import Scene, write_database, write_entry

from dirdict import Database, keys


class Mapping(Scene):
    def setUp(self) -> None:
        super().setUp()
        self.entry("json", {"value.json": "1"}, "a")
        nested = self.entry("subdb", {}, "b", loader="just_create_isf_db", live=True)
        write_database(nested / "db")
        write_entry(nested / "db" / "c", "text", {"value.txt": "two"})
        self.db = Database(self.database)

    def test_behaves_like_a_dict(self) -> None:
        self.assertEqual((list(self.db), len(self.db), self.db.keys()), (["a", "b"], 2, ["a", "b"]))
        self.assertEqual((self.db["a"], self.db.get("no", 7), self.db.get("a")), (1, 7, 1))
        self.assertTrue("a" in self.db and "no" not in self.db and "../db" not in self.db and 3 not in self.db)
        with self.assertRaises(KeyError):
            self.db["no"]

    def test_goes_into_nested_databases(self) -> None:
        self.assertEqual((self.db["b/c"], self.db["b", "c"], self.db["b"]["c"]), ("two", "two", "two"))
        self.assertEqual(self.db["b"].keys(), ["c"])
        self.assertTrue("b/c" in self.db and "b/d" not in self.db and "a/c" not in self.db)
        self.fails("KEY_NOT_FOUND", self.db.load, "a/c")

    def test_goes_into_databases_in_the_old_layout_of_isf(self) -> None:
        old = self.database / "old"
        write_database(old)
        (old / "Loader.json").write_text('{"Loader": "data_base.IO.LoaderDumper.just_create_isf_db"}')
        write_entry(old / "c", "text", {"value.txt": "three"})
        self.assertEqual((self.db["old/c"], self.db["old"]["c"], self.db["old"].keys()), ("three", "three", ["c"]))
        os.symlink(old, self.database / "link")
        self.fails("KEY_NOT_FOUND", self.db.load, "link/c")

    def test_gives_records_and_paths(self) -> None:
        self.assertEqual(self.db.metadata("b/c")["dumper"], "text")
        self.assertEqual(self.db.path("b/c"), os.path.realpath(self.database / "b" / "db" / "c"))

    def test_no_key_leads_out(self) -> None:
        for key in ("", ".", "..", "a/", "/a", "../db", "b/../a", "a\0", "db_state.json", ".deleting.dirdict", [], 3):
            with self.subTest(key=key):
                self.fails("KEY_INVALID", self.db.load, key)

    def test_lists_nothing_but_keys(self) -> None:
        (self.database / "notes.txt").write_text("x")
        (self.database / ".deleting.dirdict" / "swaps").mkdir(parents=True)
        (self.database / ".deleting.0-1.2.3").mkdir()
        os.symlink(self.directory, self.database / "link")
        self.assertEqual(keys(self.database), ["a", "b"])

    def test_another_folder_is_no_database(self) -> None:
        self.fails("NOT_A_DATABASE", Database, self.directory)
        self.fails("NOT_A_DATABASE", Database, self.directory / "no")
