"""The records of a CSV file: RFC 4180 with any line ends, every character kept.

Python's own reader has a limit for fields that is global to the process, and refuses NUL before Python 3.11.
"""

from __future__ import annotations

import re
from typing import Callable, List

from .errors import DirdictError


def split_records(text: str, delimiter: str, fail: Callable[[str], DirdictError]) -> List[List[str]]:
    """All records, the header first. ``fail`` makes the error for a quote that is not closed or is followed by text."""
    match = _field_pattern(delimiter).match
    records: List[List[str]] = []
    record: List[str] = []
    at, end = 0, ""
    while at < len(text):
        found = match(text, at)
        if found is None:
            raise fail(f"has a quote that is never closed or is followed by text, in record {len(records) + 1}")
        quoted, plain, end = found.groups()
        record.append(plain if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if end != delimiter:
            records.append(record)
            record = []
    if end == delimiter:
        records.append(record + [""])
    return records


def without_blank_lines(records: List[List[str]], width: int) -> List[List[str]]:
    """Empty lines are no records, but where the record has a single field, which is empty then."""
    return records if width == 1 else [record for record in records if record != [""]]


def _field_pattern(delimiter: str) -> "re.Pattern[str]":
    one = re.escape(delimiter)
    return re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"|([^"{one}\r\n][^{one}\r\n]*|))({one}|\r\n|\n|\r|\Z)')
