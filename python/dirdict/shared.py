"""A store of arrays that others append to meanwhile: each is a file of raw elements whose name says what they are."""

from __future__ import annotations

import os
import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from .errors import DirdictError, corrupt
from .folder import Folder

_NAME = re.compile(r"(.*)__(\d+(?:_\d+)*|)__([a-z][a-z0-9]*(?:\[\w+\])?)", re.ASCII | re.DOTALL)
#: numpy's names for texts say bits, and numpy does not read them back.
_TEXT = re.compile(r"(str|bytes)([1-9]\d*)")


class _ArrayFile(NamedTuple):
    file: str
    name: str
    shape: Tuple[int, ...]
    dtype: np.dtype

    def bytes(self) -> int:
        return int(np.prod(self.shape, dtype=object)) * self.dtype.itemsize


def load_shared(folder: Folder, _arguments: Dict[str, Any]) -> Dict[str, np.ndarray]:
    """The arrays by name, mapped read-only: rows that are appended later are not among them."""
    folder.listed = True
    while True:
        try:
            return {array.name: _mapped(folder, array) for array in _standing(folder)}
        except _Renamed:
            if not folder.is_current():
                raise folder.absent("Loader.json") from None


class _Renamed(Exception):
    """An append has given the file another name since it was listed."""


def _standing(folder: Folder) -> List[_ArrayFile]:
    """Two files of one name are what a crash leaves: the newest whole one stands."""
    best: Dict[str, Tuple[Tuple[bool, int, str], _ArrayFile]] = {}
    for array in filter(None, map(_parsed, os.listdir(folder.descriptor))):
        file, status = array.file, folder.stat(array.file)
        if status is None:
            raise _Renamed
        rank = (status.st_size >= array.bytes(), status.st_mtime_ns, file)
        if array.name not in best or rank > best[array.name][0]:
            best[array.name] = (rank, array)
    return [array for _rank, array in best.values()]


def _parsed(file: str) -> Optional[_ArrayFile]:
    found = _NAME.fullmatch(file)
    if found is None:
        return None
    try:
        shape = tuple(int(size) for size in found[2].split("_")) if found[2] else ()
        return _ArrayFile(file, found[1], shape, _dtype(found[3]))
    except (TypeError, ValueError):
        return None


def _dtype(name: str) -> np.dtype:
    found = _TEXT.fullmatch(name)
    if found is None:
        return np.dtype(name)
    return np.dtype(f"<U{int(found[2]) // 32}" if found[1] == "str" else f"S{int(found[2]) // 8}")


def _mapped(folder: Folder, array: _ArrayFile) -> np.ndarray:
    try:
        stream = folder.open(array.file)
    except DirdictError:
        if folder.exists(array.file):
            raise
        folder.vanished = False
        raise _Renamed from None
    with stream:
        size = os.fstat(stream.fileno()).st_size
        if size < array.bytes():
            raise corrupt(folder.path, array.file, f"has {size} bytes; its name says {array.bytes()}")
        if array.bytes() == 0:
            return np.empty(array.shape, array.dtype)
        return np.memmap(stream, dtype=array.dtype, mode="r", shape=array.shape)
