"""The errors of this package, with the codes that the TypeScript package has."""

from __future__ import annotations

from typing import Optional


class DirdictError(Exception):
    """What went wrong in one word, ``code``, and as a sentence that says what to do next.

    The codes are headings in the README of the TypeScript package. Raised here: KEY_NOT_FOUND, KEY_INVALID,
    UNKNOWN_DUMPER, OPTION_INVALID, CORRUPT_ENTRY, UNSUPPORTED_FORMAT, MISSING_PACKAGE, NOT_A_DATABASE.
    """

    def __init__(self, code: str, message: str, *, file: Optional[str] = None) -> None:
        super().__init__(message)
        self.code = code
        #: The file inside the entry, where it is about one.
        self.file = file

    def __str__(self) -> str:
        return str(self.args[0])


class KeyNotFoundError(DirdictError, KeyError):
    """KEY_NOT_FOUND, which is a ``KeyError`` too, so that a database behaves like a mapping."""

    def __init__(self, message: str) -> None:
        super().__init__("KEY_NOT_FOUND", message)


class MissingPackageError(DirdictError, ImportError):
    """MISSING_PACKAGE, which is an ``ImportError`` too."""

    def __init__(self, message: str) -> None:
        super().__init__("MISSING_PACKAGE", message)


def corrupt(path: str, file: str, what: str) -> DirdictError:
    """CORRUPT_ENTRY: ``what`` is wrong with a file of the entry in ``path``."""
    return DirdictError("CORRUPT_ENTRY", f"The entry {path!r} is damaged: its file {file!r} {what}.", file=file)
