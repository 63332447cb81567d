"""CSV with its schema: every type, nulls, quotes, line ends, and what is damaged."""

import json
import unittest
from decimal import Decimal
from typing import Any, List

import numpy as np
from scene import Scene, has

from dirdict import DirdictError, load


def field(name: str, arrow: str, **more: Any) -> Any:
    return {"name": name, "type": "any", "arrow": arrow, **more}


class CsvScene(Scene):
    def table(self, text: str, *fields: Any, rows: int, delimiter: str = ",", key: str = "k") -> Any:
        schema = {"fields": list(fields), "missingValues": [""], "dialect": {"delimiter": delimiter}}
        files = {"value.csv": text, "schema.json": json.dumps(schema)}
        return self.entry("csv", files, key, arguments={"rows": rows})

    def column(self, arrow: str, texts: List[str], key: str = "k", **more: Any) -> np.ndarray:
        """A column of such fields, beside one that keeps empty fields from being empty lines."""
        lines = "".join(f"{text},x\n" for text in texts)
        path = self.table(f"a,b\n{lines}", field("a", arrow, **more), field("b", "utf8"), rows=len(texts), key=key)
        return load(path)["a"]


class Values(CsvScene):
    def test_integers_to_the_last_one(self) -> None:
        for bits in (8, 16, 32, 64):
            for name in (f"int{bits}", f"uint{bits}"):
                low, high = np.iinfo(name).min, np.iinfo(name).max
                column = self.column(name, [str(low), str(high)], name)
                self.assertEqual(column.dtype, np.dtype(name))
                self.assertEqual(column.tolist(), [low, high])

    def test_nulls_are_masked_and_nothing_else_is(self) -> None:
        column = self.column("int64", ["1", "", "9223372036854775807"])
        self.assertEqual(column.dtype, np.int64)
        self.assertEqual(column.tolist(), [1, None, 2**63 - 1])
        self.assertNotIsInstance(self.column("int64", ["1"], "whole"), np.ma.MaskedArray)

    def test_floats(self) -> None:
        column = self.column("float64", ["0.1", "-0.0", "NaN", "-inf", "5e-324", ".5", "1.", "+1e3"])
        self.assertEqual(column.tobytes()[:16], np.array([0.1, -0.0]).tobytes())
        self.assertEqual(column[3:].tolist(), [-np.inf, 5e-324, 0.5, 1.0, 1000.0])
        self.assertTrue(np.isnan(column[2]))
        self.assertEqual(self.column("float32", ["0.1"], "f4").tolist(), [float(np.float32(0.1))])
        self.assertEqual(self.column("float16", ["65504.0", "0.1"], "f2").tolist(), [65504.0, float(np.float16(0.1))])

    def test_booleans(self) -> None:
        self.assertEqual(self.column("bool", ["true", "False", ""]).tolist(), [True, False, None])

    def test_texts_with_nulls_of_another_word(self) -> None:
        column = self.column("utf8", ["", "NA", "NAN"], missingValues=["NA"])
        self.assertEqual(column.tolist(), ["", None, "NAN"])
        self.assertEqual(self.column("utf8", ["", "NA"], "none", missingValues=[]).tolist(), ["", "NA"])

    def test_decimals_keep_their_digits(self) -> None:
        column = self.column("decimal128(38, 2)", ["0.00", "-123456789012345678901234567890123456.78", ""])
        self.assertEqual(column.tolist(), [Decimal("0.00"), Decimal("-123456789012345678901234567890123456.78"), None])

    def test_columns_of_nulls(self) -> None:
        self.assertEqual(self.column("null", ["", ""]).tolist(), [None, None])

    def test_categories_are_texts(self) -> None:
        kind = "dictionary<values=utf8, indices=int8, ordered=1>"
        self.assertEqual(self.column(kind, ["b", "", "a"], categories=["b", "a"]).tolist(), ["b", None, "a"])

    def test_dates_and_times_over_the_whole_range(self) -> None:
        days = self.column("date32", ["1970-01-01", "1969-12-31", "+5881580-07-11", "-5877641-06-23", "2000-02-29"])
        self.assertEqual(days.view(np.int64).tolist(), [0, -1, 2**31 - 1, -(2**31), 11_016])
        self.assertEqual(self.column("date64", ["1970-01-02"], "ms").view(np.int64).tolist(), [86_400_000])
        far = ["1677-09-21T00:12:43.145224192", "2262-04-11T23:47:16.854775807"]
        column = self.column("timestamp[ns]", far, "ns")
        self.assertEqual(column.view(np.int64).tolist(), [-(2**63), 2**63 - 1])
        self.assertEqual(self.column("time64[us]", ["23:59:59.999999"], "us").view(np.int64).tolist(), [86_399_999_999])
        self.assertEqual(self.column("duration[s]", ["-1", ""], "s").tolist(), [np.timedelta64(-1, "s").item(), None])

    def test_zoned_times_are_those_of_utc(self) -> None:
        texts = ["1970-01-01T01:00:00.000Z", "1970-01-01 02:00:00+01:00", "1970-01-01T00:30-0030"]
        self.assertEqual(self.column("timestamp[ms, tz=Europe/Berlin]", texts).view(np.int64).tolist(), [3_600_000] * 3)

    def test_what_a_type_cannot_hold_is_damage_and_named(self) -> None:
        bad = {
            "int8": ["128", "1.0", "", "1_0"],
            "uint64": ["-1", "18446744073709551616"],
            "float64": ["1_0", " 1", "0x1f"],
            "bool": ["1", "yes"],
            "date32": ["2023-02-29", "21.11.2026", "2026-11-21T00:00"],
            "timestamp[ms]": ["2026-11-21T00:00:00Z", "2026-11-21T00:00:00.0001", "2026-11-21T24:00:00"],
            "timestamp[s, tz=UTC]": ["2026-11-21T00:00:00"],
            "null": ["x"],
        }
        for i, (arrow, text) in enumerate((arrow, text) for arrow, texts in bad.items() for text in texts):
            with self.subTest(arrow=arrow, text=text):
                with self.assertRaisesRegex(Exception, "'a'"):
                    self.column(arrow, [text], f"k{i}", missingValues=[])


class Records(CsvScene):
    def texts(self, text: str, rows: int, delimiter: str = ",", key: str = "k") -> List[List[Any]]:
        path = self.table(text, field("a", "utf8"), field("b", "utf8"), rows=rows, delimiter=delimiter, key=key)
        return [column.tolist() for column in load(path).values()]

    def test_quotes_line_ends_and_delimiters(self) -> None:
        text = '\ufeffa,b\r\n"x, ""y""\r\nz",1\rp"q,\n\n"",\0'
        self.assertEqual(self.texts(text, 3), [['x, "y"\r\nz', 'p"q', None], ["1", None, "\0"]])
        for i, one in enumerate(";\t|"):
            self.assertEqual(self.texts(f"a{one}b\n1,2{one}3\n", 1, one, f"k{i}"), [["1,2"], ["3"]])

    def test_an_empty_line_is_a_record_only_where_there_is_one_column(self) -> None:
        path = self.table("a\n\n\nx\n", field("a", "utf8", missingValues=[]), rows=3)
        self.assertEqual(load(path)["a"].tolist(), ["", "", "x"])

    def test_a_long_field(self) -> None:
        text = 'say ""' * 100_000
        self.assertEqual(self.texts(f'a,b\n"{text}",1\n', 1)[0], [text.replace('""', '"')])

    def test_columns_come_in_their_order(self) -> None:
        path = self.table("2,1,\n,,x\n", field("2", "null"), field("1", "null"), field("", "utf8"), rows=1)
        self.assertEqual(list(load(path)), ["2", "1", ""])

    def test_no_rows(self) -> None:
        path = self.table("a,b\n", field("a", "int64"), field("b", "utf8"), rows=0)
        self.assertEqual([(len(c), c.dtype) for c in load(path).values()], [(0, np.int64), (0, np.dtype(object))])

    def test_damage(self) -> None:
        quotes = ["", 'a,b\n"x', 'a,b\n"x"y,1\n']
        for i, text in enumerate([*quotes, "a,b\n1\n", "a,b\n1,2,3\n", "b,a\n1,2\n", "a,b\n1,2\n3,4\n"]):
            with self.subTest(text=text):
                self.fails("CORRUPT_ENTRY", self.texts, text, 1, ",", f"k{i}")

    def test_a_damaged_schema(self) -> None:
        for i, schema in enumerate(["[]", "{}", '{"fields":[]}', '{"fields":[{"name":"a","arrow":"list"}]}']):
            files = {"value.csv": "a\nx\n", "schema.json": schema}
            self.fails("CORRUPT_ENTRY", load, self.entry("csv", files, f"k{i}", arguments={"rows": 1}))


@unittest.skipUnless(has("pandas"), "pandas is not installed")
class Frames(CsvScene):
    def test_has_the_types_of_pandas(self) -> None:
        import pandas

        fields = [
            field("i", "int64"),
            field("b", "bool"),
            field("t", "timestamp[us, tz=Europe/Berlin]"),
            field("o", "timestamp[ms, tz=-05:30]"),
            field("c", "dictionary<values=utf8, indices=int8, ordered=1>", categories=["y", "x", "never"]),
            field("f", "float32"),
            field("s", "utf8"),
        ]
        moment = "2026-11-21T12:00:00.000Z"
        text = f"i,b,t,o,c,f,s\n9007199254740993,,{moment},{moment},x,0.5,\n,true,,,y,,z\n"
        frame = load(self.table(text, *fields, rows=2), as_pandas=True)
        self.assertEqual(str(frame["i"].dtype), "Int64")
        self.assertEqual(frame["i"][0], 9007199254740993)
        self.assertIs(frame["i"][1], pandas.NA)
        self.assertEqual((str(frame["b"].dtype), bool(frame["b"][1])), ("boolean", True))
        self.assertEqual(frame["t"][0].isoformat(), "2026-11-21T13:00:00+01:00")
        self.assertEqual(frame["o"][0].isoformat(), "2026-11-21T06:30:00-05:30")
        self.assertTrue(pandas.isna(frame["t"][1]))
        self.assertEqual(frame["c"].cat.categories.tolist(), ["y", "x", "never"])
        self.assertTrue(frame["c"].cat.ordered)
        self.assertEqual((frame["f"].dtype, frame["s"].tolist()), (np.float32, [None, "z"]))

    def test_times_beyond_pandas_are_refused_with_the_way_out(self) -> None:
        path = self.table("a\n+020000-01-01T00:00:00.000\n", field("a", "timestamp[ms]"), rows=1)
        try:
            year = load(path, as_pandas=True)["a"].to_numpy().astype("M8[Y]")[0]
            self.assertEqual(year.astype(int) + 1970, 20_000)
        except DirdictError as error:  # pandas before 2.0 has nanoseconds only
            self.assertRegex(str(error), "without as_pandas")
