"""The records of an entry: dirdict.json says what it really is, Loader.json how Python's ISF reads it."""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Optional

from .errors import DirdictError, corrupt
from .folder import FileRecord, Folder, checked_name

#: Version of dirdict.json.
FORMAT = 1
#: Where ISF keeps its loaders, in its versions.
_LOADERS = ("data_base.isf_data_base.IO.LoaderDumper.", "data_base.IO.LoaderDumper.")
#: What reads the formats that ISF has, by the last part of its id.
_DUMPERS = {
    "numpy_to_npy": "ndarray",
    "numpy_to_npz": "npz",
    "numpy_to_zarr": "zarr",
    "shared_numpy_store": "shared",
    "pandas_to_parquet": "dataframe",
    "dask_to_parquet": "partitions",
    "to_pickle": "pickle",
    "to_cloudpickle": "pickle",
    "pandas_to_pickle": "pickle",
    "just_create_folder": "folder",
    "just_create_isf_db": "subdb",
}


class Record(NamedTuple):
    """What dirdict.json says."""

    dumper: str
    arguments: Dict[str, Any]
    provenance: Dict[str, Any]


def read_own_record(folder: Folder) -> Optional[Record]:
    """dirdict.json, whose list of files ``folder`` takes over; None where there is none, as in what ISF wrote."""
    try:
        content = folder.read_record("dirdict.json")
    except FileNotFoundError:
        folder.listed = True
        return None
    if content.get("format") != FORMAT:
        raise DirdictError(
            "UNSUPPORTED_FORMAT",
            f"{folder.path!r} was written in format {content.get('format')!r} of dirdict.json; this version reads "
            f"{FORMAT}. A newer dirdict will read it.",
            file="dirdict.json",
        )
    dumper = content.get("dumper")
    arguments = content.get("arguments", {})
    provenance = content.get("provenance", {})
    if not isinstance(dumper, str):
        raise corrupt(folder.path, "dirdict.json", "names no dumper")
    if not isinstance(arguments, dict) or not isinstance(provenance, dict):
        raise corrupt(folder.path, "dirdict.json", "has members of the wrong type")
    folder.files = _files(folder, content.get("files", []))
    return Record(dumper, arguments, provenance)


def read_loader(folder: Folder) -> str:
    """The module that Loader.json names."""
    try:
        module = folder.read_record("Loader.json").get("Loader")
    except FileNotFoundError as error:
        raise folder.absent("Loader.json") from error
    if not isinstance(module, str):
        raise corrupt(folder.path, "Loader.json", "names no loader")
    return module


def dumper_of(module: str) -> Optional[str]:
    """The dumper that reads what a module of ISF wrote."""
    for prefix in _LOADERS:
        if module.startswith(prefix):
            return _DUMPERS.get(module[len(prefix) :])
    return None


def _files(folder: Folder, listed: Any) -> Dict[str, FileRecord]:
    if not isinstance(listed, list):
        raise corrupt(folder.path, "dirdict.json", "has a wrong list of files")
    files = [_file(folder, one) for one in listed]
    return {file.name: file for file in files}


def _file(folder: Folder, one: Any) -> FileRecord:
    if isinstance(one, dict) and checked_name(one.get("name")) and _is_count(one.get("bytes")):
        if _is_count(one.get("crc32")):
            return FileRecord(one["name"], one["bytes"], one["crc32"])
    raise corrupt(folder.path, "dirdict.json", "has a wrong list of files")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
