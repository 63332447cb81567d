"""Values of Python as JSON that tests compare with their own description of what was written (described.ts)."""

import base64
import datetime
import decimal
import json
import struct

import numpy as np


def describe(value):
    """Types are kept apart: 1 from 1.0, a list from a tuple, str from bytes."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return describe_array(np.asarray(value))
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, float):
        return {"float": bits_of(value)}
    if isinstance(value, complex):
        return {"complex": [bits_of(value.real), bits_of(value.imag)]}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return {"time": round(value.timestamp() * 1000)}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(json.dumps(describe(one), ensure_ascii=False, separators=(",", ":")) for one in value)}
    if isinstance(value, dict):
        return {"dict": [[describe(key), describe(one)] for key, one in value.items()]}
    if isinstance(value, tuple):
        return {"tuple": [describe(one) for one in value]}
    if isinstance(value, list):
        return {"list": [describe(one) for one in value]}
    return {"class": type(value).__name__}


def describe_array(array):
    """The elements in C order, as bits where they have some."""
    told = {"shape": list(array.shape)}
    if array.dtype.names is not None:
        return {**told, "fields": [[name, describe_array(array[name])] for name in array.dtype.names]}
    if array.dtype.kind == "U":
        return {**told, "dtype": "str", "values": array.ravel().tolist()}
    if array.dtype.kind == "S":
        return {**told, "dtype": "bytes", "values": [base64.b64encode(one).decode() for one in array.ravel().tolist()]}
    if array.dtype.kind == "O":
        return {**told, "dtype": "object", "values": [describe(one) for one in array.ravel().tolist()]}
    little = array.astype(array.dtype.newbyteorder("<"))
    return {**told, "dtype": array.dtype.name, "bits": base64.b64encode(little.tobytes()).decode()}


def describe_column(column):
    """A column of a table: texts and decimals as text, whole numbers and times as digits, floats by their bits."""
    gone = np.ma.getmaskarray(column) if isinstance(column, np.ma.MaskedArray) else np.zeros(len(column), bool)
    data = np.asarray(column)
    counts = data.view(np.int64) if data.dtype.kind in "mM" else data
    return [None if missing else _field(one) for one, missing in zip(counts.tolist(), gone.tolist())]


def bits_of(number):
    return "NaN" if number != number else struct.pack(">d", number).hex()


def _field(value):
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float):
        return bits_of(value)
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)
