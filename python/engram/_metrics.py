"""Metrics of a checkpoint: what of them a store takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ._write import has_parts, plain

#: The largest whole number that is one of float64.
LARGEST = int(np.finfo(np.float64).max)
#: How a metric may be called.
METRIC_NAME = "a name of 1 to 200 bytes of UTF-8, no NUL among them"


def is_metric_name(name: str) -> bool:
    """Whether a metric may be called so."""
    try:
        return "\0" not in name and 1 <= len(name.encode()) <= 200
    except UnicodeEncodeError:
        return False


def sorted_out(metrics: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str], list[str]]:
    """Metrics as numbers, a truth value as 1 or 0; those that are no numbers, as they are written; and names that none has."""
    known, wrong, nameless = {}, {}, []
    for name, value in {str(name): value for name, value in metrics.items()}.items():
        # What has parts is no number; `plain` takes what has none.
        number = repr(value) if has_parts(value) else plain(value)
        if not is_metric_name(name):
            nameless.append(name)
        if not isinstance(number, (int, float, type(None))) or isinstance(number, int) and abs(number) > LARGEST:
            wrong[name] = repr(number)[:60]
        elif name not in nameless:
            known[name] = int(number) if isinstance(number, bool) else number
    return known, wrong, nameless
