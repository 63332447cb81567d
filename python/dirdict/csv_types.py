"""The columns of CSV files, their types by pyarrow's names, and the numpy arrays that they become."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Callable, List, NamedTuple, Optional

import numpy as np

from .dates import parse_date, parse_instant, parse_time

_TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")
_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|-?(?:nan|inf(?:inity)?)", re.ASCII | re.IGNORECASE)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_TYPE = re.compile(
    r"(?P<plain>null|bool|u?int(?:8|16|32|64)|float(?:16|32|64)|(?:large_)?utf8|date32|date64)"
    r"|(?P<timed>timestamp|time32|time64|duration)\[(?P<unit>s|ms|us|ns)(?:, tz=(?P<zone>[^\]]+))?\]"
    r"|(?P<decimal>decimal)(?:32|64|128|256)\(\d+, ?-?\d+\)"
    r"|(?P<dictionary>dictionary)<values=\w+, indices=\w+, ordered=(?P<ordered>[01])>",
    re.ASCII,
)


class ColumnType(NamedTuple):
    """How the texts of a column become values."""

    #: The word before any brackets: ``float64``, ``timestamp``, ``dictionary``.
    name: str
    #: None for Python objects: str, Decimal and None.
    dtype: Optional[np.dtype]
    #: Gives None where the type cannot hold the text.
    parse: Callable[[str], Any]
    zone: Optional[str] = None
    ordered: bool = False


class Field(NamedTuple):
    """One column, as schema.json tells it."""

    name: str
    kind: ColumnType
    #: The texts that stand for null.
    nulls: List[str]
    categories: Optional[List[str]]


def parse_type(text: Any) -> Optional[ColumnType]:
    """The type of this name; None where there is none."""
    found = _TYPE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    if found["plain"] is not None:
        return _plain(found["plain"])
    if found["decimal"] is not None:
        return ColumnType("decimal", None, _decimal)
    if found["dictionary"] is not None:
        return ColumnType("dictionary", None, str, ordered=found["ordered"] == "1")
    return _timed(found["timed"], found["unit"], found["zone"])


def column_array(kind: ColumnType, texts: List[str], nulls: List[str]) -> "np.ndarray | int":
    """The column; where it has nulls, a masked array or one with ``None``. The number of a row that does not fit."""
    missing = [text in nulls for text in texts] if nulls else [False] * len(texts)
    values = [None if gone else kind.parse(text) for text, gone in zip(texts, missing)]
    for row, (value, gone) in enumerate(zip(values, missing)):
        if value is None and not gone:
            return row
    if kind.dtype is None:
        column = np.empty(len(values), object)
        column[:] = values
        return column
    return _filled(kind.dtype, values, missing)


def _filled(dtype: np.dtype, values: List[Any], missing: List[bool]) -> np.ndarray:
    whole = [0 if gone else value for value, gone in zip(values, missing)]
    if dtype.kind in "mM":
        array = np.array(whole, np.int64).view(dtype)
    elif dtype.kind == "f":
        # Through float64, as all who read the shortest digits do.
        array = np.array(whole, np.float64).astype(dtype)
    else:
        array = np.array(whole, dtype)
    return np.ma.MaskedArray(array, mask=missing) if any(missing) else array


def _plain(name: str) -> ColumnType:
    if name == "null":
        return ColumnType(name, None, lambda _text: None)
    if name in ("utf8", "large_utf8"):
        return ColumnType("utf8", None, str)
    if name == "bool":
        return ColumnType(name, np.dtype(bool), _bool)
    if name.startswith("date"):
        if name == "date32":
            return ColumnType(name, np.dtype("M8[D]"), parse_date)
        return ColumnType(name, np.dtype("M8[ms]"), _within(_date64, np.dtype(np.int64)))
    if name.startswith("float"):
        return ColumnType(name, np.dtype(name), _float)
    return ColumnType(name, np.dtype(name), _within(_integer, np.dtype(name)))


def _timed(name: str, unit: str, zone: Optional[str]) -> Optional[ColumnType]:
    count = np.dtype(np.int64)
    if name == "timestamp":
        parse = _within(lambda text: parse_instant(text, unit, zone is not None), count)
        return ColumnType(name, np.dtype(f"M8[{unit}]"), parse, zone)
    if zone is not None:
        return None
    if name == "duration":
        return ColumnType(name, np.dtype(f"m8[{unit}]"), _within(_integer, count))
    return ColumnType(name, np.dtype(f"m8[{unit}]"), lambda text: parse_time(text, unit))


def _within(parse: Callable[[str], Optional[int]], dtype: np.dtype) -> Callable[[str], Optional[int]]:
    """numpy of some versions wraps around what the type cannot hold."""
    low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)

    def parse_within(text: str) -> Optional[int]:
        value = parse(text)
        return value if value is not None and low <= value <= high else None

    return parse_within


def _integer(text: str) -> Optional[int]:
    return int(text) if _INTEGER.fullmatch(text) else None


def _float(text: str) -> Optional[float]:
    return float(text) if _NUMBER.fullmatch(text) else None


def _decimal(text: str) -> Optional[Decimal]:
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def _date64(text: str) -> Optional[int]:
    day = parse_date(text)
    return None if day is None else day * 86_400_000


def _bool(text: str) -> Optional[bool]:
    return True if text in _TRUE else False if text in _FALSE else None
