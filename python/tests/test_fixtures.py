"""The entries that the checkout keeps for ever, and the database that ISF wrote, where they are there."""

import hashlib
import json
import unittest
from decimal import Decimal
from typing import Any

import numpy as np
from scene import ROOT, Scene, has

from dirdict import Database, load

FIXTURES = ROOT / "fixtures"
SHARED = ROOT.parent / "shared" / "data"


@unittest.skipUnless(FIXTURES.is_dir(), "the fixtures of the checkout are not there")
class Fixtures(Scene):
    def value(self, name: str, **options: Any) -> Any:
        dumper, key = name.split("/")
        return load(FIXTURES / dumper / "v1" / key, **options)

    def test_plain_values(self) -> None:
        self.assertEqual(self.value("json/nested"), {"a": [{"b": "é 漢字 🧠"}], "": {}, "flags": [True, False]})
        self.assertEqual(self.value("json/numbers"), [0, -1, 0.1, 5e-324, 1.7976931348623157e308])
        self.assertEqual(self.value("text/marked"), "\ufeffé 漢字 🧠\r\n")
        self.assertEqual(self.value("bytes/all"), bytes(range(256)))

    def test_arrays(self) -> None:
        self.assertEqual(self.value("ndarray/str").tolist(), ["", "é", "漢字🧠"])
        floats = np.array([[0.1, -0.0], [np.inf, np.nan]])
        self.assertEqual(self.value("npz/unnamed")["arr_0"].tobytes(), floats.tobytes())
        self.assertEqual(self.value("ndarray/records")["0"]["naïve 漢"].tolist(), ["é", ""])

    def test_tables_of_csv(self) -> None:
        numbers = self.value("csv/numbers")
        self.assertEqual(numbers["int64"].tolist(), [-(2**63), 2**63 - 1, None, 2**53 + 1])
        self.assertEqual(numbers["uint64"].tolist(), [0, 2**64 - 1, None, 1])
        self.assertEqual(numbers["decimal"].tolist(), [Decimal(t) for t in ("123.45", "-0.05", "0.00", "0.07")])
        texts = self.value("csv/texts")
        self.assertEqual(texts["2"].tolist(), ["", None, "NA", ' "a", b\r\n\r'])
        self.assertEqual(texts["größe, µ\n"].tolist(), ["漢字 🧠", "\ufeff", "\0", "null"])
        times = self.value("csv/times")
        self.assertEqual(times["ns"].view(np.int64).tolist()[1], 1_700_000_000_123_456_789)
        self.assertEqual(times["duration"].view(np.int64).tolist()[3], -(2**63))

    def test_folders_and_nested_databases(self) -> None:
        self.assertEqual([path.name for path in self.value("folder/files")], ["a.txt", "b.bin"])
        self.assertEqual(Database(FIXTURES / "subdb" / "v1")["nested/b/c"], "two")


@unittest.skipUnless(SHARED.is_dir(), "../shared/data is not there")
class WrittenByIsf(Scene):
    def test_every_array_has_the_bytes_that_python_stored(self) -> None:
        expected = json.loads((SHARED / "isf-database.expected.json").read_text())
        db = Database(SHARED / "isf-database")
        compared = 0
        for key, told in expected.items():
            if told["kind"] != "ndarray" or (key.startswith("zarr") and not has("zarr")):
                continue
            value = db[key.replace("/db/", "/")]
            array = value["arr_0"] if isinstance(value, dict) else value
            with self.subTest(key):
                self.assertEqual(list(array.shape), told["shape"])
                little = array.astype(array.dtype.newbyteorder("<")) if array.dtype.byteorder == ">" else array
                digest = hashlib.sha256(np.ascontiguousarray(little).tobytes()).hexdigest()
                self.assertEqual(digest, told["sha256_c_order_little_endian"])
                compared += 1
        self.assertGreater(compared, 20)

    def test_every_key_has_a_record(self) -> None:
        db = Database(SHARED / "isf-database")
        self.assertEqual([key for key in db if "time" not in db.metadata(key)], [])
