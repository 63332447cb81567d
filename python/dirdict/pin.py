"""The pinned read: an entry's directory is opened, and everything is read through that descriptor.

No lock is taken and nothing is written, and still a reader sees the old value or the new one, whole, while a writer
replaces it.
"""

from __future__ import annotations

import errno
import os
import time
from typing import Callable, Optional, TypeVar

from .errors import DirdictError, KeyNotFoundError, corrupt
from .folder import Folder

T = TypeVar("T")

#: What writers of the TypeScript package keep beside the keys.
SERVICE = ".deleting.dirdict"
_GONE = (errno.ENOENT, errno.ESTALE)
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
#: Stamps live for ten minutes; a look-up that took longer than this may have missed one and starts again.
_LONGEST_LOOKUP_SECONDS = 60.0


def read_pinned(path: str, read: Callable[[Folder], T]) -> T:
    """What ``read`` gives for the entry in ``path``; it runs again where the entry was replaced under it."""
    while True:
        descriptor = _find_entry(path)
        if descriptor is None:
            raise KeyNotFoundError(f"There is no entry {path!r}.")
        folder = Folder(descriptor, path)
        try:
            value = read(folder)
            # Trash is emptied Loader.json first: where it is still there, nothing has been removed.
            if not folder.listed or folder.exists("Loader.json"):
                return value
            if folder.is_current():
                raise corrupt(path, "Loader.json", "is missing")
        except OSError as error:
            if error.errno not in _GONE:
                raise
            if folder.is_current():
                raise corrupt(path, str(error.filename), "is missing") from error
        except DirdictError:
            if not folder.vanished or folder.is_current():
                raise
        finally:
            os.close(descriptor)


def entry_exists(path: str) -> bool:
    """Whether there is an entry, also in the moment in which it is replaced."""
    descriptor = _find_entry(path)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def _find_entry(path: str) -> Optional[int]:
    """A descriptor of the entry's directory; None where it is proven not to be there."""
    descriptor = _open_directory(path)
    if descriptor is not None:
        return descriptor
    parent, name = os.path.split(path)
    service = os.path.join(parent, SERVICE)
    while True:
        started = time.monotonic()
        stamp = _stamp_of(service, name)
        for place in (path, os.path.join(service, "ready", name), path):
            descriptor = _open_directory(place)
            if descriptor is not None:
                return descriptor
        # Equal stamps around the three looks: at most one swap overlapped them, and the last look catches that one.
        if _stamp_of(service, name) == stamp and time.monotonic() - started < _LONGEST_LOOKUP_SECONDS:
            return None


def _stamp_of(service: str, name: str) -> bytes:
    try:
        with open(os.path.join(service, "swaps", name), "rb") as stream:
            return stream.read()
    except OSError as error:
        if error.errno in _GONE or error.errno == errno.ENOTDIR:
            return b""
        raise


def _open_directory(path: str) -> Optional[int]:
    try:
        return os.open(path, _DIRECTORY)
    except OSError as error:
        if error.errno in _GONE:
            return None
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise DirdictError(
                "CORRUPT_ENTRY", f"{path!r} is a file or a link, not a directory; links are not followed."
            ) from error
        raise
