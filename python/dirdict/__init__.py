"""Reads databases of dirdict in Python: ``load`` gives the value of an entry, ``metadata`` its record.

>>> import dirdict
>>> dirdict.load("study/trace")  # doctest: +SKIP
array([1., 2., 3.])
"""

from .database import Database, keys, load
from .entry import metadata
from .errors import DirdictError, KeyNotFoundError, MissingPackageError

__all__ = ["Database", "DirdictError", "KeyNotFoundError", "MissingPackageError", "keys", "load", "metadata"]
__version__ = "0.1.0"
