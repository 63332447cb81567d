"""The columns of a CSV file as a DataFrame of pandas: what numpy has no type for, pandas has."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from typing import Any, Iterable, Tuple, Union

import numpy as np

from .csv_types import Field
from .errors import DirdictError
from .folder import Folder
from .packages import import_package

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)


def frame_of(folder: Folder, columns: Iterable[Tuple[Field, np.ndarray]]) -> Any:
    """UNSUPPORTED_FORMAT names a column with times that pandas cannot hold."""
    pandas = import_package("pandas", "A DataFrame")
    series = {}
    for field, column in columns:
        try:
            series[field.name] = _series(pandas, field, column)
        except (pandas.errors.OutOfBoundsDatetime, pandas.errors.OutOfBoundsTimedelta) as error:
            raise DirdictError(
                "UNSUPPORTED_FORMAT",
                f"Column {field.name!r} of {folder.path!r} has times that pandas cannot hold; load it "
                "without as_pandas.",
                file="value.csv",
            ) from error
    return pandas.DataFrame(series)


def _series(pandas: Any, field: Field, column: np.ndarray) -> Any:
    if field.kind.name == "dictionary":
        return pandas.Series(pandas.Categorical(column, categories=field.categories, ordered=field.kind.ordered))
    if field.kind.dtype is None:
        return pandas.Series(column, dtype=object)
    series = _with_nulls(pandas, column)
    if field.kind.zone is None:
        return series
    return series.dt.tz_localize("UTC").dt.tz_convert(_zone(field.kind.zone))


def _with_nulls(pandas: Any, column: np.ndarray) -> Any:
    if not isinstance(column, np.ma.MaskedArray):
        return pandas.Series(column)
    mask = np.ma.getmaskarray(column)
    if column.dtype.kind == "b":
        return pandas.Series(pandas.arrays.BooleanArray(column.data, mask))
    if column.dtype.kind in "iu":
        return pandas.Series(pandas.arrays.IntegerArray(column.data, mask))
    return pandas.Series(column.data).where(~mask)


def _zone(name: str) -> Union[str, tzinfo]:
    found = _OFFSET.fullmatch(name)
    if found is None:
        return name
    east = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-east if found[1] == "-" else east)
