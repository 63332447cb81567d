"""What Python's default dumper wrote. Reading it runs what the file says: it is read only where it is trusted."""

from __future__ import annotations

import pickle
from typing import Any, Dict

from .errors import DirdictError, corrupt
from .folder import Folder
from .packages import import_package

_DUMP = "to_pickle_dump"
#: pandas reads what its older versions pickled.
_PANDAS = "pandas_to_pickle.pickle"


def refuse_pickle(folder: Folder, _arguments: Dict[str, Any]) -> None:
    """OPTION_INVALID, which names the option."""
    raise DirdictError(
        "OPTION_INVALID",
        f"{folder.path!r} is a pickle, which runs code when it is read. Where it can be trusted, pass trusted=True.",
    )


def load_pickle(folder: Folder, _arguments: Dict[str, Any]) -> Any:
    """The unpickled object."""
    file = next((name for name in (_DUMP, _PANDAS) if folder.has(name)), None)
    if file is None:
        raise corrupt(folder.path, _DUMP, "is missing")
    read = import_package("pandas", "A pickled DataFrame").read_pickle if file == _PANDAS else pickle.load
    # compression: by default pandas goes by the name of the file, and a stream has none.
    options = {"compression": None} if file == _PANDAS else {}
    with folder.open(file) as stream:
        try:
            return read(stream, **options)
        except ImportError as error:
            raise DirdictError("MISSING_PACKAGE", f"{file!r} in {folder.path!r}: {error}", file=file) from error
        except (pickle.UnpicklingError, EOFError, AttributeError, ValueError, IndexError, KeyError) as error:
            raise corrupt(folder.path, file, f"cannot be unpickled ({error})") from error
