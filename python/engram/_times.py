"""Times and durations as texts of ISO 8601, spelled alike whatever they come from."""

from __future__ import annotations

import datetime
import re
from typing import Any

import numpy as np

#: Zeros of a text of ISO 8601 that say nothing: those that end a fraction, no seconds, and midnight, which is the day alone.
#: Each is a pattern and what takes its place, as Python, Arrow and polars read them; ``{1}`` stands for the first group.
SHORTER = (
    (r"(\.\d*[1-9])0+(Z|[+-]\d\d:\d\d|)$", "{1}{2}"),
    (r"\.0*(Z|[+-]\d\d:\d\d|)$", "{1}"),
    (r"(T\d\d:\d\d):00(Z|[+-]\d\d:\d\d|)$", "{1}{2}"),
    (r"^(\d+-\d\d-\d\d)T00:00$", "{1}"),
)
#: Seconds of a unit of NumPy, Arrow or polars, or how many digits of a second it has.
SECONDS = {"W": 604800, "D": 86400, "h": 3600, "m": 60, "s": 1}
DIGITS = {"ms": 3, "us": 6, "ns": 9, "ps": 12, "fs": 15, "as": 18}


def shorter(text: str) -> str:
    """A text of ISO 8601 without zeros that say nothing; a day where it is midnight of no zone."""
    for pattern, place in SHORTER:
        text = re.sub(pattern, place.replace("{", r"\g<").replace("}", ">"), text)
    return text


def duration(count: int, unit: str) -> str:
    """So many units of time as a text of ISO 8601 in seconds, such as ``PT86400S``."""
    digits = DIGITS.get(unit, 0)
    whole, rest = divmod(abs(count) * SECONDS.get(unit, 1), 10**digits)
    fraction = f".{rest:0{digits}d}".rstrip("0") if rest else ""
    return f"PT{'-' if count < 0 else ''}{whole}{fraction}S"


def timed(value: Any) -> str | None:
    """A time, a day or a duration of Python, NumPy or pandas as a text of ISO 8601; None for every other value."""
    if isinstance(value, np.datetime64):
        text = str(value)
        return shorter(text + ":00:00"[:max(0, 19 - len(text))] if "T" in text and len(text) < 19 else text)
    if isinstance(value, np.timedelta64):
        unit, count = np.datetime_data(value.dtype)
        return duration(int(value.astype(np.int64)) * count, unit) if unit in {*SECONDS, *DIGITS} else str(value)
    if isinstance(value, datetime.timedelta):
        # pandas' own has nanoseconds beside.
        whole = (value.days * 86400 + value.seconds) * 10**9 + value.microseconds * 1000 + getattr(value, "nanoseconds", 0)
        return duration(whole, "ns")
    return shorter(value.isoformat()) if isinstance(value, (datetime.date, datetime.time)) else None
