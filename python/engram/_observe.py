"""The 45 statistics of a layer from its numbers."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _engram, _errors
from ._request import unmasked


def floats(values: npt.ArrayLike, what: str) -> npt.NDArray[Any]:
    """Numbers as the library takes them: float32 or float64, without gaps; other kinds become the nearest of the two."""
    array = unmasked(values, what)
    if array.dtype not in (np.dtype(np.float32), np.dtype(np.float64)):
        if array.dtype.kind not in "fiub":
            raise _errors.UsageError(f"{what} are numbers", place=what, found=str(array.dtype))
        array = array.astype(np.float32 if array.dtype.itemsize <= 2 and array.dtype.kind == "f" else np.float64)
    return np.ascontiguousarray(array)


class Meter:
    """Measures the 45 statistics of one layer at one checkpoint; what is not given is not measured.

    Parameters
    ----------
    units : int or float, optional
        Measure so many units (int), or this part of them (float in (0, 1]), chosen at random; all unless given.
    noise_sd : float
        The standard deviation of normal noise that is added first.
    seed : int
        Decides which units and which noise.

    Examples
    --------
    >>> import numpy as np
    >>> meter = engram.Meter()
    >>> meter.add_activations(np.array([[1, -2, 3, -4], [2, 0, 1, 5]], np.float32))  # stimuli x units
    >>> meter.read()["actraw_mean"]
    0.75
    """

    def __init__(self, units: int | float | None = None, noise_sd: float = 0.0, seed: int = 0) -> None:
        if units is not None and not isinstance(units, numbers.Real):
            raise _errors.UsageError("units are a number or a part of them", place="units", expected="an int or a float", found=repr(units)[:60])
        count, fraction = (0, 0.0) if units is None else (int(units), 0.0) if isinstance(units, numbers.Integral) else (0, float(units))
        if units is not None and units == 0:
            raise _errors.UsageError("at least one unit is measured", place="units", found=repr(units))
        if not 0 <= seed < 1 << 32:
            raise _errors.UsageError("a seed is at least 0 and below 2^32", place="seed", found=repr(seed))
        self._handle = _engram.meter_new(count, fraction, noise_sd, seed)

    def add_activations(self, activations: npt.ArrayLike, threads: int = 0) -> None:
        """Add the activations of some stimuli, shape (stimuli, units…); blocks of any size give the same bits."""
        array = floats(activations, "activations")
        _engram.meter_add_activations(self._handle, array.reshape(array.shape[0], -1) if array.ndim != 2 else array, threads)

    def set_weights(self, weights: npt.ArrayLike) -> None:
        """Give the weights of the layer, shape (rows, …): the first axis is the one whose slices have norms.

        Published kernels are height x width x inputs x outputs, or inputs x outputs; PyTorch's have outputs first.

        With ``units`` as an int, as large a share of the weights is measured as of the units, where activations came before; without
        them, so many weights.
        """
        array = floats(weights, "weights")
        _engram.meter_set_weights(self._handle, array, array.shape[0] if array.ndim else 1)

    def add_activity_changes(self, changes: npt.ArrayLike) -> None:
        """Add of each stimulus the mean change of the outputs with the input, one number each (paper Section 3.2)."""
        _engram.meter_add_changes(self._handle, floats(changes, "activity changes").reshape(-1))

    def read(self) -> dict[str, float]:
        """What was measured, by published name."""
        return _engram.meter_read(self._handle)
