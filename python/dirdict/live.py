"""Entries whose files change in place: a folder of the user's own files, and a nested database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List

from .folder import Folder

if TYPE_CHECKING:
    from .database import Database


def load_folder(folder: Folder, _arguments: Dict[str, Any]) -> List[Path]:
    """The absolute paths of all files, sorted; links are not followed."""
    return [Path(folder.path, name) for name in folder.names()]


def load_subdb(folder: Folder, _arguments: Dict[str, Any]) -> "Database":
    """The nested database."""
    from .database import Database

    return Database(os.path.join(folder.path, "db"))
