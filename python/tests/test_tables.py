"""arrow, dataframe and partitions, where pyarrow is installed; what to install, where it is not."""

import io
import json
import unittest
from typing import Any, Dict

from scene import Scene, has

from dirdict import load

HAS_BOTH = has("pyarrow") and has("pandas")


@unittest.skipIf(has("pyarrow"), "pyarrow is installed")
class WithoutPyarrow(Scene):
    def test_says_what_to_install(self) -> None:
        for i, (dumper, file) in enumerate([("arrow", "value.arrow"), ("dataframe", "pandas_to_parquet.parquet")]):
            error = self.fails("MISSING_PACKAGE", load, self.entry(dumper, {file: b"x"}, f"k{i}"))
            self.assertIsInstance(error, ImportError)
            self.assertIn("pip install pyarrow", str(error))


@unittest.skipUnless(HAS_BOTH, "pyarrow or pandas is not installed")
class WithPyarrow(Scene):
    def parquet(self, frame: Any) -> bytes:
        stream = io.BytesIO()
        frame.to_parquet(stream)
        return stream.getvalue()

    def meta(self, frame: Any) -> str:
        names = [str(name) for name in frame.columns]
        dtypes = [f"<U{len(name)}" if isinstance(name, str) else "float64" for name in frame.columns]
        return json.dumps({"columns": names, "column_name_dtypes": dtypes, "index_dtype": "object", "dtypes": []})

    def frame(self, start: int) -> Any:
        import pandas

        index = pandas.Index([f"trial/{i}" for i in range(start, start + 2)], name="trial")
        return pandas.DataFrame({"100.0": [0.5, float(start)], "cell": ["a", None]}, index=index)

    def test_arrow(self) -> None:
        import pyarrow

        table = pyarrow.table({"i": [1, None], "s": ["é", "x"]})
        stream = io.BytesIO()
        with pyarrow.ipc.new_file(stream, table.schema) as writer:
            writer.write_table(table)
        path = self.entry("arrow", {"value.arrow": stream.getvalue()})
        self.assertTrue(load(path).equals(table))
        self.assertEqual(load(path, as_pandas=True)["s"].tolist(), ["é", "x"])
        self.fails("CORRUPT_ENTRY", load, self.entry("arrow", {"value.arrow": b"ARROW1"}, "bad"))

    def test_dataframe_has_its_index_and_its_labels(self) -> None:
        frame = self.frame(0)
        meta = json.dumps({"columns": ["100.0", "cell"], "column_name_dtypes": ["float64", "<U4"]})
        files = {"pandas_to_parquet.parquet": self.parquet(frame), "object_meta.json": meta}
        path = self.isf_entry("pandas_to_parquet", files)
        self.assertEqual(load(path).column_names, ["100.0", "cell", "trial"])
        back = load(path, as_pandas=True)
        self.assertEqual((back.columns.tolist(), back.index.tolist()), ([100.0, "cell"], ["trial/0", "trial/1"]))

    def test_partitions_in_the_order_of_their_numbers(self) -> None:
        files: Dict[str, Any] = {
            f"pandas_to_parquet.11.{i}.parquet": self.parquet(self.frame(2 * i)) for i in range(11)
        }
        files["divisions.json"] = "[]"
        path = self.isf_entry("dask_to_parquet", files)
        self.assertEqual(load(path, as_pandas=True).index.tolist(), [f"trial/{i}" for i in range(22)])
        self.assertEqual(load(path).num_rows, 22)
        (path / "pandas_to_parquet.11.5.parquet").unlink()
        self.fails("CORRUPT_ENTRY", load, path)
