"""Metadata out of whichever record an entry has: ours, ISF's, or what the files themselves tell."""

from __future__ import annotations

import os
import time
from typing import Any, Dict, Optional

from .errors import DirdictError, corrupt
from .folder import Folder
from .records import Record, read_loader, read_own_record

_HISTORY = "dirdict.history.json"
#: ISF rewrites metadata.json in place; a reader beside it sees torn JSON for about this long.
_TORN_SECONDS = 0.05


def read_metadata(folder: Folder) -> Dict[str, Any]:
    """The whole record of the pinned entry."""
    record = read_own_record(folder)
    if record is not None:
        return _ours(folder, record)
    return _isf(folder) or _inferred(folder)


def _ours(folder: Folder, record: Record) -> Dict[str, Any]:
    return {
        **record.provenance,
        "dumper": record.dumper,
        "loader": read_loader(folder),
        "arguments": record.arguments,
        "files": [file._asdict() for file in folder.files.values()],
        "history": _history(folder, record.provenance.get("history")),
        "inferred": record.provenance.get("inferred") is True,
    }


def _history(folder: Folder, told: Any) -> Optional[Dict[str, Any]]:
    """A long history has a file of its own, and the record says how many cells it has."""
    if not isinstance(told, dict) or told.get("file") != _HISTORY:
        return told if isinstance(told, dict) else None
    try:
        history = folder.read_record(_HISTORY)
    except FileNotFoundError as error:
        raise folder.absent(_HISTORY) from error
    cells = history.get("cells")
    if not isinstance(cells, list) or len(cells) != told.get("cells"):
        raise corrupt(folder.path, _HISTORY, "has a wrong history of code")
    return history


def _isf(folder: Folder) -> Optional[Dict[str, Any]]:
    deadline = time.monotonic() + _TORN_SECONDS
    while True:
        try:
            return folder.read_record("metadata.json")
        except FileNotFoundError:
            return None
        except DirdictError:
            if time.monotonic() > deadline:
                return None
        time.sleep(0.005)


def _inferred(folder: Folder) -> Dict[str, Any]:
    newest = 0.0
    for name in os.listdir(folder.descriptor):
        try:
            newest = max(newest, os.stat(name, dir_fd=folder.descriptor, follow_symlinks=False).st_mtime)
        except FileNotFoundError:
            continue
    if newest == 0.0:
        newest = os.fstat(folder.descriptor).st_mtime
    return {"time": list(time.gmtime(newest)), "metadata_creation_time": "post_hoc", "inferred": True}
