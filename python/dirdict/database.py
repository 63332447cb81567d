"""A database as a read-only mapping of keys to values, nested databases included."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Dict, Iterator, List, Sequence, Union

from .entry import PathLike, load_entry, metadata
from .errors import DirdictError, KeyNotFoundError
from .live import nested_directory
from .pin import SERVICE, entry_exists

Key = Union[str, Sequence[str]]

#: What ISF takes for no key.
_RESERVED = frozenset(
    [
        "db_state.json",
        "Loader.json",
        "metadata.json",
        "dirdict.json",
        "dbcore.pickle",
        "metadata.db",
        "sqlitedict.db",
        "Loader.pickle",
        "metadata.db.lock",
        "sqlitedict.db.lock",
    ]
)


class Database(Mapping):  # type: ignore[type-arg]
    """The database in a directory: ``db["a/b"]`` is the value of key ``b`` in the nested database ``a``.

    Nothing is ever written. Values are loaded when they are asked for, and anew each time. NOT_A_DATABASE where
    there is no db_state.json.
    """

    def __init__(self, directory: PathLike) -> None:
        #: The absolute path of the directory.
        self.directory = os.path.realpath(os.fspath(directory))
        if not os.path.isfile(os.path.join(self.directory, "db_state.json")):
            raise DirdictError("NOT_A_DATABASE", f"{self.directory!r} is no database: it has no db_state.json.")

    def keys(self) -> List[str]:  # type: ignore[override]
        """The sorted keys, without those of nested databases."""
        return keys(self.directory)

    def path(self, key: Key) -> str:
        """The directory of a key. KEY_INVALID for what can be none."""
        *parents, name = _parts(key)
        at = self.directory
        for parent in parents:
            entry = os.path.join(at, parent)
            inner = None if os.path.islink(entry) else nested_directory(entry)
            if inner is None:
                why = f"{parent!r} is no nested database"
                raise KeyNotFoundError(f"There is no key {_shown(key)!r} in {self.directory}: {why}.")
            at = inner
        return os.path.join(at, name)

    def load(self, key: Key, *, as_pandas: bool = False, trusted: bool = False) -> Any:
        """The value of a key, with the options of :func:`dirdict.load`."""
        return load(self._existing(key), as_pandas=as_pandas, trusted=trusted)

    def metadata(self, key: Key) -> Dict[str, Any]:
        """The record of a key, as :func:`dirdict.metadata` gives it."""
        return metadata(self._existing(key))

    def __getitem__(self, key: Key) -> Any:
        return self.load(key)

    def __contains__(self, key: object) -> bool:
        try:
            return entry_exists(self.path(key))  # type: ignore[arg-type]
        except DirdictError as error:
            if error.code in ("KEY_NOT_FOUND", "KEY_INVALID"):
                return False
            raise

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __repr__(self) -> str:
        return f"dirdict.Database({self.directory!r})"

    def _existing(self, key: Key) -> str:
        path = self.path(key)
        if not entry_exists(path):
            raise KeyNotFoundError(f"There is no key {_shown(key)!r} in {self.directory}.")
        return path


def load(folder: PathLike, *, as_pandas: bool = False, trusted: bool = False) -> Any:
    """The value of the entry in ``folder``, the directory ``<database>/<key>``.

    ``as_pandas``: tables come as a ``pandas.DataFrame`` instead of a dict of columns (csv) or a ``pyarrow.Table``.
    ``trusted``: pickles and arrays of Python objects are read, which runs what they say.

    Raises :class:`DirdictError`: KEY_NOT_FOUND; CORRUPT_ENTRY where files are missing, or are not what was written;
    UNKNOWN_DUMPER for a format of somebody else; UNSUPPORTED_FORMAT; MISSING_PACKAGE; OPTION_INVALID for a pickle
    that is not trusted.
    """
    return load_entry(folder, Database, as_pandas=as_pandas, trusted=trusted)


def keys(directory: PathLike) -> List[str]:
    """The sorted keys of the database in ``directory``: what lies in it, and what is just being swapped."""
    path = os.fspath(directory)
    with os.scandir(path) as items:
        found = {item.name for item in items if _is_key(item.name) and item.is_dir(follow_symlinks=False)}
    for name in _swapping(path):
        if name not in found and _is_key(name) and entry_exists(os.path.join(path, name)):
            found.add(name)
    return sorted(found)


def _swapping(path: str) -> List[str]:
    try:
        return os.listdir(os.path.join(path, SERVICE, "swaps"))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_key(name: str) -> bool:
    return name not in _RESERVED and ".deleting." not in name


def _parts(key: Key) -> List[str]:
    parts = key.split("/") if isinstance(key, str) else list(key) if isinstance(key, (list, tuple)) else []
    if not parts:
        raise DirdictError("KEY_INVALID", f"A key is a str or a sequence of them, not {key!r}.")
    for part in parts:
        if not isinstance(part, str) or part in ("", ".", "..") or "/" in part or "\0" in part or not _is_key(part):
            raise DirdictError("KEY_INVALID", f"Key {key!r} is not allowed: {part!r} is no name of a key.")
    return parts


def _shown(key: Key) -> str:
    return key if isinstance(key, str) else "/".join(key)
