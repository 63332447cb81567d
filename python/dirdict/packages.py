"""Packages that are imported only where a format needs them."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import MissingPackageError


def import_package(module: str, purpose: str) -> Any:
    """The module; MISSING_PACKAGE says what to install for ``purpose``."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.split(".")[0]
        raise MissingPackageError(f"{purpose} needs {package}: pip install {package}") from error
