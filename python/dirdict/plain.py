"""Plain values: json, text and bytes as they are; clone, which only JavaScript reads, is refused with the way out."""

from __future__ import annotations

from typing import Any, Dict

from .errors import DirdictError, corrupt
from .folder import Folder


def load_json(folder: Folder, _arguments: Dict[str, Any]) -> Any:
    """None, bool, int, float, str, list and dict."""
    return folder.read_json("value.json")


def load_text(folder: Folder, _arguments: Dict[str, Any]) -> str:
    """Every character as it was, a byte order mark and the kind of line ends too."""
    try:
        return folder.read("value.txt").decode("utf-8")
    except UnicodeDecodeError as error:
        raise corrupt(folder.path, "value.txt", "is not UTF-8") from error


def load_bytes(folder: Folder, _arguments: Dict[str, Any]) -> bytes:
    """The bytes of a ``Uint8Array``."""
    return folder.read("value.bin")


def refuse_clone(folder: Folder, _arguments: Dict[str, Any]) -> None:
    """V8's serialization has Map, Date, undefined and cycles, which have no one form in Python."""
    raise DirdictError(
        "UNSUPPORTED_FORMAT",
        f"{folder.path!r} was stored with clone, a format of JavaScript's engine. Store it with json or pickle there: "
        "await db.set(key, await db.get(key), pickle).",
        file="value.v8",
    )
