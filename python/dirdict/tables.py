"""Tables in binary formats: arrow, dataframe and partitions, as tables of pyarrow, or of pandas where asked for."""

from __future__ import annotations

import re
from typing import Any, Dict, List

import numpy as np

from .errors import DirdictError, corrupt
from .folder import Folder
from .packages import import_package

_PART = re.compile(r"pandas_to_parquet\.\d+\.(\d+)\.parquet")


def load_arrow(folder: Folder, _arguments: Dict[str, Any]) -> Any:
    """The ``pyarrow.Table`` of value.arrow."""
    pyarrow = import_package("pyarrow", "Reading an Arrow file")
    ipc = import_package("pyarrow.ipc", "Reading an Arrow file")
    data = folder.read("value.arrow")
    try:
        return ipc.open_file(pyarrow.BufferReader(data)).read_all()
    except (pyarrow.ArrowException, OSError) as error:
        raise corrupt(folder.path, "value.arrow", f"is no Arrow file ({error})") from error


def arrow_frame(folder: Folder, arguments: Dict[str, Any]) -> Any:
    """The same as a ``pandas.DataFrame``."""
    return _to_pandas(folder, load_arrow(folder, arguments))


def load_dataframe(folder: Folder, _arguments: Dict[str, Any]) -> Any:
    """The ``pyarrow.Table`` of a Parquet file; a pandas index is a column of it."""
    return _read_parquet(folder, "pandas_to_parquet.parquet")


def dataframe_frame(folder: Folder, arguments: Dict[str, Any]) -> Any:
    """The ``pandas.DataFrame`` that Python stored: with its index, and labels of the types that they had."""
    return _frame(folder, load_dataframe(folder, arguments))


def load_partitions(folder: Folder, _arguments: Dict[str, Any]) -> Any:
    """All parts of a table in their order, as one ``pyarrow.Table``."""
    pyarrow = import_package("pyarrow", "Reading a Parquet file")
    return pyarrow.concat_tables([_read_parquet(folder, part) for part in _parts(folder)])


def partitions_frame(folder: Folder, _arguments: Dict[str, Any]) -> Any:
    """All parts of a table in their order, as one ``pandas.DataFrame``."""
    pandas = import_package("pandas", "A DataFrame")
    return pandas.concat([_frame(folder, _read_parquet(folder, part)) for part in _parts(folder)])


def _parts(folder: Folder) -> List[str]:
    """Parts are numbered without leading zeros. Those that the record lists have to be there."""
    names = folder.files or folder.names()
    numbered = sorted((int(found[1]), name) for name in names for found in [_PART.fullmatch(name)] if found)
    if [number for number, _ in numbered] != list(range(len(numbered))) or not numbered:
        raise corrupt(folder.path, "pandas_to_parquet", "has parts that are missing or there twice")
    return [name for _, name in numbered]


def _read_parquet(folder: Folder, file: str) -> Any:
    pyarrow = import_package("pyarrow", "Reading a Parquet file")
    parquet = import_package("pyarrow.parquet", "Reading a Parquet file")
    data = folder.read(file)
    try:
        return parquet.read_table(pyarrow.BufferReader(data))
    except (pyarrow.ArrowException, OSError) as error:
        raise corrupt(folder.path, file, f"is no Parquet file ({error})") from error


def _frame(folder: Folder, table: Any) -> Any:
    frame = _to_pandas(folder, table)
    if not folder.has("object_meta.json"):
        return frame
    told = folder.read_json("object_meta.json")
    if not isinstance(told, dict):
        raise corrupt(folder.path, "object_meta.json", "is no JSON object")
    names, dtypes = told.get("columns"), told.get("column_name_dtypes")
    if isinstance(names, list) and isinstance(dtypes, list) and len(names) == len(dtypes):
        if [str(label) for label in frame.columns] == names:
            frame.columns = [_label(name, dtype) for name, dtype in zip(names, dtypes)]
    return frame


def _to_pandas(folder: Folder, table: Any) -> Any:
    pyarrow = import_package("pyarrow", "A DataFrame")
    import_package("pandas", "A DataFrame")
    try:
        return table.to_pandas()
    except pyarrow.ArrowException as error:
        raise DirdictError(
            "UNSUPPORTED_FORMAT",
            f"{folder.path!r} has what pandas cannot hold ({error}); load it without as_pandas.",
        ) from error


def _label(name: str, dtype: Any) -> Any:
    """ISF keeps labels as texts, and the numpy type of each beside them."""
    try:
        kind = np.dtype(dtype)
        return np.array(name).astype(kind).item() if kind.kind in "iuf" else name
    except (TypeError, ValueError):
        return name
