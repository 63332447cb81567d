"""Entries whose files change in place: a folder of the user's own files, and a nested database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List, Optional

from .folder import Folder


def load_folder(folder: Folder, _arguments: Dict[str, Any]) -> List[Path]:
    """The absolute paths of all files, sorted; links are not followed."""
    return [Path(folder.path, name) for name in folder.names()]


def nested_directory(entry: str) -> Optional[str]:
    """The database in an entry: its ``db``, or in an old layout of ISF the entry itself. No links."""
    inner = os.path.join(entry, "db")
    for path in (inner, entry):
        if not os.path.islink(path) and os.path.isfile(os.path.join(path, "db_state.json")):
            return path
    return None
