"""A stored CSV file as a dict of columns, by the Table Schema beside it; as a DataFrame where that is asked for."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from .csv_frame import frame_of
from .csv_records import split_records, without_blank_lines
from .csv_types import Field, column_array, parse_type
from .errors import DirdictError, corrupt
from .folder import Folder

_FILE = "value.csv"
_SCHEMA = "schema.json"
_DELIMITERS = (",", ";", "\t", "|")


def load_csv(folder: Folder, arguments: Dict[str, Any]) -> Dict[str, np.ndarray]:
    """Columns by name, in their order.

    Numbers, bool, dates, timestamps (UTC where the column has a zone), times and durations are arrays of numpy's type
    for them, masked where there are nulls; texts, decimals and categories are arrays of ``str`` or ``Decimal``, and
    ``None``.
    """
    return {field.name: column for field, column in _columns(folder, arguments)}


def csv_frame(folder: Folder, arguments: Dict[str, Any]) -> Any:
    """The same as a ``pandas.DataFrame``: with zones, categories, and its types for integers and bools with nulls."""
    return frame_of(folder, _columns(folder, arguments))


def _columns(folder: Folder, arguments: Dict[str, Any]) -> List[Tuple[Field, np.ndarray]]:
    fields, delimiter = _schema(folder)
    header, *rows = _records(folder, delimiter)
    if header != [field.name for field in fields]:
        raise corrupt(folder.path, _FILE, "has another header than schema.json says")
    rows = without_blank_lines(rows, len(fields))
    if any(len(row) != len(fields) for row in rows):
        raise corrupt(folder.path, _FILE, "has rows with more or fewer fields than its header")
    if len(rows) != arguments.get("rows"):
        raise corrupt(folder.path, _FILE, f"has {len(rows)} rows; {arguments.get('rows')} were written")
    return [(field, _column(folder, field, [row[i] for row in rows])) for i, field in enumerate(fields)]


def _column(folder: Folder, field: Field, texts: List[str]) -> np.ndarray:
    column = column_array(field.kind, texts, field.nulls)
    if isinstance(column, int):
        what = f"has {texts[column]!r} in row {column} of column {field.name!r}, which is no {field.kind.name}"
        raise corrupt(folder.path, _FILE, what)
    return column


def _records(folder: Folder, delimiter: str) -> List[List[str]]:
    def fail(what: str) -> DirdictError:
        return corrupt(folder.path, _FILE, what)

    try:
        text = folder.read(_FILE).decode("utf-8")
    except UnicodeDecodeError as error:
        raise fail("is not UTF-8") from error
    records = split_records(text[1:] if text.startswith("\ufeff") else text, delimiter, fail)
    if not records:
        raise fail("is empty: it has not even a header")
    return records


def _schema(folder: Folder) -> Tuple[List[Field], str]:
    content = folder.read_json(_SCHEMA)
    told = content.get("fields") if isinstance(content, dict) else None
    fields = [_field(one) for one in told] if isinstance(told, list) else []
    if not fields or None in fields:
        raise corrupt(folder.path, _SCHEMA, "does not say what the columns are")
    dialect = content.get("dialect")
    delimiter = dialect.get("delimiter") if isinstance(dialect, dict) else None
    if delimiter not in _DELIMITERS:
        raise corrupt(folder.path, _SCHEMA, "does not name the delimiter")
    return [field for field in fields if field is not None], delimiter


def _field(one: Any) -> Optional[Field]:
    if not isinstance(one, dict) or not isinstance(one.get("name"), str):
        return None
    kind = parse_type(one.get("arrow"))
    nulls, categories = one.get("missingValues", [""]), one.get("categories")
    if kind is None or not _is_texts(nulls) or not (categories is None or _is_texts(categories)):
        return None
    return Field(one["name"], kind, nulls, categories)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
