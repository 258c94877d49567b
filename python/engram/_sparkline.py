"""A trajectory as a small line, for notebooks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def sparkline(values: npt.NDArray[Any], width: int = 120, height: int = 20) -> str:
    """A trajectory as SVG; values that are not finite leave a gap."""
    numbers = np.asarray(values, np.float64)
    is_finite = np.isfinite(numbers)
    if not is_finite.any():
        return ""
    low, high = numbers[is_finite].min(), numbers[is_finite].max()
    span = high - low or 1.0
    step = width / max(1, len(numbers) - 1)
    path, pen = "", "M"
    for index, value in enumerate(numbers):
        if not is_finite[index]:
            pen = "M"
            continue
        path += f"{pen}{index * step:.1f} {1 + (height - 2) * (1 - (value - low) / span):.1f}"
        pen = "L"
    return f'<svg width="{width}" height="{height}"><path d="{path}" fill="none" stroke="currentColor"/></svg>'
