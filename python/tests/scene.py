"""Entries as the TypeScript package writes them, made by hand in a folder that goes with the test."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import unittest
import zlib
from pathlib import Path
from typing import Any, Dict, Optional, Union

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

#: The checkout, of which an installed package has neither fixtures nor data of ISF.
ROOT = Path(__file__).resolve().parents[2]
LOADERS = "data_base.isf_data_base.IO.LoaderDumper."


def has(module: str) -> bool:
    """Whether the tests of this Python can import it."""
    try:
        __import__(module)
    except ImportError:
        return False
    return True


class Scene(unittest.TestCase):
    """A test with a database of its own."""

    def setUp(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="dirdict-python-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.database = self.directory / "db"
        write_database(self.database)

    def entry(self, dumper: str, files: Dict[str, Union[bytes, str]], key: str = "k", **more: Any) -> Path:
        """A new entry of the database."""
        return write_entry(self.database / key, dumper, files, **more)

    def isf_entry(self, loader: str, files: Dict[str, Union[bytes, str]], key: str = "k") -> Path:
        """A new entry as ISF leaves it: without dirdict.json."""
        return write_entry(self.database / key, None, files, loader=loader)

    def fails(self, code: str, work: Any, *args: Any, **options: Any) -> Any:
        """The error of this code, which the work raises."""
        from dirdict import DirdictError

        with self.assertRaises(DirdictError) as caught:
            work(*args, **options)
        self.assertEqual(caught.exception.code, code, str(caught.exception))
        return caught.exception


def write_database(path: Path) -> None:
    path.mkdir(parents=True)
    state = {"_registeredDumpers": [LOADERS + "to_cloudpickle"], "_unique_id": "x", "_registered_to_path": str(path)}
    (path / "db_state.json").write_text(json.dumps(state))


def write_entry(
    path: Path,
    dumper: Optional[str],
    files: Dict[str, Union[bytes, str]],
    *,
    loader: str = "just_create_folder",
    arguments: Optional[Dict[str, Any]] = None,
    provenance: Optional[Dict[str, Any]] = None,
    live: bool = False,
) -> Path:
    path.mkdir(parents=True)
    records = []
    for name, content in files.items():
        data = content.encode("utf-8") if isinstance(content, str) else content
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
        records.append({"name": name, "bytes": len(data), "crc32": zlib.crc32(data)})
    (path / "Loader.json").write_text(json.dumps({"Loader": LOADERS + loader}))
    (path / "metadata.json").write_text(json.dumps({"dumper": loader, "time": [2026, 11, 21, 8, 0, 0, 5, 325, -1]}))
    if dumper is not None:
        record = {
            "format": 1,
            "dumper": dumper,
            "arguments": arguments or {},
            "files": [] if live else records,
            "provenance": {"time": "2026-11-21T08:00:00.000Z", **(provenance or {})},
        }
        (path / "dirdict.json").write_text(json.dumps(record))
    return path
