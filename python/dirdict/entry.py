"""One key's directory: its value by the dumper that its record names, and the record itself."""

from __future__ import annotations

import os
from functools import partial
from typing import Any, Callable, Dict, Optional, Union

from .arrays import load_ndarray, load_npz, load_zarr
from .csv_table import csv_frame, load_csv
from .errors import DirdictError
from .folder import Folder
from .live import load_folder, nested_directory
from .metadata import read_metadata
from .pickles import load_pickle, refuse_pickle
from .pin import read_pinned
from .plain import load_bytes, load_json, load_text, refuse_clone
from .records import dumper_of, read_loader, read_own_record
from .shared import load_shared
from .tables import (
    arrow_frame,
    dataframe_frame,
    load_arrow,
    load_dataframe,
    load_partitions,
    partitions_frame,
)

PathLike = Union[str, "os.PathLike[str]"]
_Loader = Callable[[Folder, Dict[str, Any]], Any]

_LOADERS: Dict[str, _Loader] = {
    "json": load_json,
    "text": load_text,
    "bytes": load_bytes,
    "clone": refuse_clone,
    "ndarray": load_ndarray,
    "npz": load_npz,
    "zarr": load_zarr,
    "shared": load_shared,
    "dataframe": load_dataframe,
    "partitions": load_partitions,
    "arrow": load_arrow,
    "csv": load_csv,
    "pickle": refuse_pickle,
    "folder": load_folder,
}
_FRAMES: Dict[str, _Loader] = {
    "csv": csv_frame,
    "arrow": arrow_frame,
    "dataframe": dataframe_frame,
    "partitions": partitions_frame,
}
_TRUSTING: Dict[str, _Loader] = {
    "pickle": load_pickle,
    "ndarray": partial(load_ndarray, trusted=True),
    "npz": partial(load_npz, trusted=True),
}


def load_entry(folder: PathLike, nested: Callable[[str], Any], *, as_pandas: bool, trusted: bool) -> Any:
    """The value of an entry, as :func:`dirdict.load` gives it; ``nested`` opens a database by its directory."""
    path = entry_path(folder)
    return read_pinned(path, lambda pinned: _load(pinned, nested, as_pandas, trusted))


def metadata(folder: PathLike) -> Dict[str, Any]:
    """The record of the entry in ``folder``: who made it, from which commit, when, with what.

    For an entry of this package, its whole record: ``dumper``, ``loader``, ``arguments``, ``files`` and all that is
    known of where it comes from, the code that ran under ``history``. For one that ISF wrote, the members of its
    metadata.json. With neither, what the files tell, under ISF's names.
    """
    path = entry_path(folder)
    return read_pinned(path, read_metadata)


def entry_path(folder: PathLike) -> str:
    """An absolute path whose last part is the entry's own name."""
    path = os.path.abspath(os.fspath(folder))
    if os.path.lexists(os.path.join(path, "db_state.json")) and not os.path.lexists(os.path.join(path, "Loader.json")):
        raise DirdictError("OPTION_INVALID", f"{path!r} is a database, not an entry: dirdict.Database({path!r}).")
    return path


def _load(folder: Folder, nested: Callable[[str], Any], as_pandas: bool, trusted: bool) -> Any:
    module = read_loader(folder)
    record = read_own_record(folder)
    dumper = dumper_of(module) if record is None else record.dumper
    if dumper == "subdb":
        return nested(nested_directory(folder.path) or os.path.join(folder.path, "db"))
    loader = _loader(dumper, as_pandas, trusted)
    if loader is None:
        raise DirdictError(
            "UNKNOWN_DUMPER",
            f"{folder.path!r} was written by {dumper or module!r}, which this package does not read; its files are "
            "there.",
        )
    return loader(folder, {} if record is None else record.arguments)


def _loader(dumper: Optional[str], as_pandas: bool, trusted: bool) -> Optional[_Loader]:
    if dumper is None:
        return None
    if trusted and dumper in _TRUSTING:
        return _TRUSTING[dumper]
    return _FRAMES[dumper] if as_pandas and dumper in _FRAMES else _LOADERS.get(dumper)
