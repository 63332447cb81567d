"""The directory of an entry, for reading: every file is checked against the entry's record, and no link is followed."""

from __future__ import annotations

import errno
import json
import os
import stat
import zlib
from typing import Any, BinaryIO, Dict, List, NamedTuple, Optional, Tuple

from .errors import DirdictError, corrupt

#: The files of an entry that are not its data.
RECORDS = ("Loader.json", "metadata.json", "dirdict.json", "dirdict.history.json")
#: A record longer than this was not written by any program that we know.
_LONGEST_RECORD = 16 * 1024 * 1024
_CHUNK = 1024 * 1024
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
#: A FIFO in place of a file must not hang the process: O_NONBLOCK changes nothing for real files.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class FileRecord(NamedTuple):
    """One data file as it was written."""

    name: str
    bytes: int
    crc32: int


class Folder:
    """An entry's directory by its descriptor; ``path`` is where it was found, for messages and live values."""

    def __init__(self, descriptor: int, path: str) -> None:
        self.descriptor = descriptor
        self.path = path
        #: The files as they were written, by name; empty where nobody recorded them.
        self.files: Dict[str, FileRecord] = {}
        #: A file was not there, which means nothing where the entry is being replaced.
        self.vanished = False
        #: The absence of a file had a meaning, so that the directory has to be whole to the end.
        self.listed = False

    def is_current(self) -> bool:
        """Whether the path still names this directory."""
        mine = os.fstat(self.descriptor)
        try:
            now = os.stat(self.path, follow_symlinks=False)
        except OSError:
            return False
        return (mine.st_dev, mine.st_ino) == (now.st_dev, now.st_ino)

    def stat(self, file: str) -> Optional[os.stat_result]:
        """What lies under this name at the top of the directory; None where nothing does."""
        try:
            return os.stat(file, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def exists(self, file: str) -> bool:
        """Whether there is something of this name, at the top of the directory."""
        return self.stat(file) is not None

    def has(self, file: str) -> bool:
        """The same where absence has a meaning; CORRUPT_ENTRY where the record lists the file."""
        if self.exists(file):
            return True
        if file in self.files:
            raise self.absent(file)
        self.listed = True
        return False

    def open(self, file: str) -> BinaryIO:
        """The file at its beginning; its length and CRC-32 have been compared with the record."""
        stream = os.fdopen(self._open(file), "rb")
        try:
            self._check(stream, file)
        except BaseException:
            stream.close()
            raise
        return stream

    def read(self, file: str) -> bytes:
        """The whole file, checked."""
        with os.fdopen(self._open(file), "rb") as stream:
            self._compare_length(stream, file)
            data = stream.read()
        record = self.files.get(file)
        if record is not None and (len(data) != record.bytes or zlib.crc32(data) != record.crc32):
            raise self._changed(file)
        return data

    def read_json(self, file: str) -> Any:
        """A data file that is JSON."""
        return self._parse(file, self.read(file))

    def read_record(self, file: str) -> Dict[str, Any]:
        """One of the entry's own records, which is an object. FileNotFoundError where it is missing."""
        with os.fdopen(self._open_raw(file), "rb") as stream:
            data = stream.read(_LONGEST_RECORD + 1)
        if len(data) > _LONGEST_RECORD:
            raise corrupt(self.path, file, "is absurdly long")
        content = self._parse(file, data)
        if not isinstance(content, dict):
            raise corrupt(self.path, file, "is no JSON object")
        return content

    def names(self) -> List[str]:
        """All data files, relative and sorted. Links are neither followed nor listed."""
        self.listed = True
        found: List[str] = []
        self._walk(self.descriptor, "", found)
        return sorted(found)

    def absent(self, file: str) -> DirdictError:
        """CORRUPT_ENTRY, unless the entry is being replaced: then it is read anew."""
        self.vanished = True
        return corrupt(self.path, file, "is missing")

    def _walk(self, descriptor: int, prefix: str, found: List[str]) -> None:
        for name in os.listdir(descriptor):
            try:
                mode = os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode
                inner = os.open(name, _DIRECTORY, dir_fd=descriptor) if stat.S_ISDIR(mode) else None
            except FileNotFoundError:  # removed since it was listed, as users may do in a folder of theirs
                continue
            if inner is not None:
                try:
                    self._walk(inner, f"{prefix}{name}/", found)
                finally:
                    os.close(inner)
            elif stat.S_ISREG(mode) and (prefix != "" or name not in RECORDS):
                found.append(prefix + name)

    def _open(self, file: str) -> int:
        try:
            return self._open_raw(file)
        except FileNotFoundError as error:
            raise self.absent(file) from error

    def _open_raw(self, file: str) -> int:
        """O_NOFOLLOW guards only the last part of a path: the directories before it are opened one by one."""
        directories, name = _inside(file, self.path)
        at = self.descriptor
        try:
            for directory in directories:
                inner = os.open(directory, _DIRECTORY, dir_fd=at)
                if at != self.descriptor:
                    os.close(at)
                at = inner
            return self._regular(os.open(name, _FLAGS, dir_fd=at), file)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
                raise corrupt(self.path, file, "is a link or no file; links are not followed") from error
            raise
        finally:
            if at != self.descriptor:
                os.close(at)

    def _regular(self, descriptor: int, file: str) -> int:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        raise corrupt(self.path, file, "is a link or no file; links are not followed")

    def _check(self, stream: BinaryIO, file: str) -> None:
        self._compare_length(stream, file)
        record = self.files.get(file)
        if record is None:
            return
        crc = 0
        for piece in iter(lambda: stream.read(_CHUNK), b""):
            crc = zlib.crc32(piece, crc)
        if crc != record.crc32:
            raise self._changed(file)
        stream.seek(0)

    def _compare_length(self, stream: BinaryIO, file: str) -> None:
        record = self.files.get(file)
        size = os.fstat(stream.fileno()).st_size
        if record is not None and record.bytes != size:
            raise corrupt(self.path, file, f"has {size} bytes; {record.bytes} were written")

    def _parse(self, file: str, data: bytes) -> Any:
        try:
            return json.loads(data.decode("utf-8"), parse_constant=_no_constant)
        except RecursionError as error:
            raise DirdictError(
                "UNSUPPORTED_FORMAT", f"{file!r} in {self.path!r} is nested deeper than Python reads.", file=file
            ) from error
        except ValueError as error:
            raise corrupt(self.path, file, "is empty" if data == b"" else "is not JSON") from error

    def _changed(self, file: str) -> DirdictError:
        return corrupt(self.path, file, "is not what was written: its CRC-32 differs from the record")


def checked_name(file: Any) -> bool:
    """Whether this is a relative path that stays inside a directory."""
    return isinstance(file, str) and "\0" not in file and all(p not in ("", ".", "..") for p in file.split("/"))


def _inside(file: str, path: str) -> Tuple[List[str], str]:
    if not checked_name(file):
        raise corrupt(path, file, "has a name that leads out of the entry")
    *directories, name = file.split("/")
    return directories, name


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
