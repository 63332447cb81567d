"""Dates and times of ISO 8601 as counts since 1970, exact over the whole range of 64 bits.

Python's own ``datetime`` ends at the year 9999 and at microseconds.
"""

from __future__ import annotations

import re
from typing import Optional

_DATE = r"([+-]\d{6,15}|\d{4})-(\d\d)-(\d\d)"
_CLOCK = r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
_ZONE = r"(?:(Z)|([+-])(\d\d):?(\d\d))?"
_DATE_PATTERN = re.compile(_DATE, re.ASCII)
_TIME_PATTERN = re.compile(_CLOCK, re.ASCII)
_INSTANT_PATTERN = re.compile(f"{_DATE}[T ]{_CLOCK}{_ZONE}", re.ASCII)
_DAY = 86_400
#: Units in a second.
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def parse_date(text: str) -> Optional[int]:
    """Days since 1970-01-01; None where the text is no date of the calendar."""
    found = _DATE_PATTERN.fullmatch(text)
    return None if found is None else _day(int(found[1]), int(found[2]), int(found[3]))


def parse_time(text: str, unit: str) -> Optional[int]:
    """Units since midnight; None where the text is no time of a day, or is finer than the unit."""
    found = _TIME_PATTERN.fullmatch(text)
    return None if found is None else _clock(found[1], found[2], found[3], found[4], unit)


def parse_instant(text: str, unit: str, zoned: bool) -> Optional[int]:
    """Units since 1970-01-01, of UTC where there is an offset, which there has to be just where ``zoned``."""
    found = _INSTANT_PATTERN.fullmatch(text)
    if found is None:
        return None
    day = _day(int(found[1]), int(found[2]), int(found[3]))
    clock = _clock(found[4], found[5], found[6], found[7], unit)
    is_zoned = found[8] is not None or found[9] is not None
    if day is None or clock is None or is_zoned != zoned:
        return None
    minutes = 0 if found[9] is None else int(found[10]) * 60 + int(found[11])
    east = -minutes if found[9] == "-" else minutes
    return (day * _DAY - east * 60) * PER_SECOND[unit] + clock


def _clock(hour: str, minute: str, second: Optional[str], digits: Optional[str], unit: str) -> Optional[int]:
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    per = PER_SECOND[unit]
    units, rest = divmod(int((digits or "").ljust(9, "0")), 10**9 // per)
    return None if rest else (hours * 3600 + minutes * 60 + seconds) * per + units


def _day(year: int, month: int, day: int) -> Optional[int]:
    """http://howardhinnant.github.io/date_algorithms.html#days_from_civil"""
    if not (1 <= month <= 12 and 1 <= day <= _days_in(year, month)):
        return None
    march = year if month > 2 else year - 1
    era, year_of_era = divmod(march, 400)
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
