"""Arrays as numpy has them: ndarray, npz and, where the package is installed, zarr."""

from __future__ import annotations

import os
import pickle
import zipfile
import zlib
from typing import Any, Dict

import numpy as np

from .errors import DirdictError, corrupt
from .folder import Folder
from .packages import import_package

_DAMAGE = (ValueError, EOFError, zipfile.BadZipFile, zlib.error, pickle.UnpicklingError)
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


def load_ndarray(folder: Folder, _arguments: Dict[str, Any], trusted: bool = False) -> np.ndarray:
    """The array of np.npy, in the byte order and memory order of the file; one of objects where it is trusted."""
    with folder.open("np.npy") as stream:
        try:
            return np.lib.format.read_array(stream, allow_pickle=trusted)
        except _DAMAGE as error:
            raise _unreadable(folder, "np.npy", error) from error


def load_npz(folder: Folder, _arguments: Dict[str, Any], trusted: bool = False) -> Dict[str, np.ndarray]:
    """The arrays of np.npz by name; a single one is ``arr_0``."""
    with folder.open("np.npz") as stream:
        if stream.read(4) not in _ZIP_STARTS:
            raise corrupt(folder.path, "np.npz", "is no zip archive")
        stream.seek(0)
        try:
            with np.load(stream, allow_pickle=trusted) as archive:
                return {name: archive[name] for name in archive.files}
        except _DAMAGE as error:
            raise _unreadable(folder, "np.npz", error) from error


def load_zarr(folder: Folder, _arguments: Dict[str, Any]) -> np.ndarray:
    """The whole array of obj.zarr. Recorded files are checked first: zarr takes a missing chunk for its fill value."""
    zarr = import_package("zarr", "Reading an entry of zarr")
    for name in folder.files or folder.names():
        folder.open(name).close()
    # Unrecorded chunks may be absent: the directory has to be whole to the end.
    folder.listed = True
    try:
        array = zarr.open(os.path.join(_readable_path(folder), "obj.zarr"), mode="r")
        if not hasattr(array, "shape"):
            raise DirdictError(
                "UNSUPPORTED_FORMAT", f"{folder.path!r} holds a group; open it with zarr.open.", file="obj.zarr"
            )
        return np.asarray(array[...])
    except (DirdictError, OSError, MemoryError):
        raise
    except Exception as error:  # of many classes: zarr and every codec have their own
        raise corrupt(folder.path, "obj.zarr", f"is no array that zarr reads ({error})") from error


def _readable_path(folder: Folder) -> str:
    """Packages that take paths are led through the descriptor, where the system has a path for it."""
    pinned = f"/proc/self/fd/{folder.descriptor}"
    return pinned if os.path.isdir(pinned) else folder.path


def _unreadable(folder: Folder, file: str, error: Exception) -> DirdictError:
    if "allow_pickle" not in str(error):
        return corrupt(folder.path, file, f"is no array that numpy reads ({error})")
    return DirdictError(
        "OPTION_INVALID",
        f"{file!r} in {folder.path!r} holds Python objects, which run code when they are read. Where it can be "
        "trusted, pass trusted=True.",
        file=file,
    )
