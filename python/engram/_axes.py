"""What the axes of an array are called, and arrays with named axes as the engine takes them."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _errors

if TYPE_CHECKING:
    import numpy.typing as npt

#: Words for the axes of trajectories, the usual one first.
TRAJECTORY_WORDS = {
    "run": ("run", "subject", "animal", "network"),
    "layer": ("layer", "area", "region"),
    "example": ("example", "sample"),
    "epoch": ("epoch", "session", "day", "time", "checkpoint"),
    "statistic": ("statistic", "observable", "feature"),
}
#: Bytes that are copied at a time.
SLAB = 64 << 20


def words_of(axes: str | Iterable[str] | None) -> list[str] | None:
    """Names of axes as a list; a text holds them between commas."""
    if axes is None:
        return None
    if not isinstance(axes, Iterable):
        raise _errors.UsageError("axes are names", place="axes", expected="a word for each axis", found=repr(axes)[:60])
    parts = axes.split(",") if isinstance(axes, str) else list(axes)
    return [str(part).strip().lower() for part in parts]


def trajectory_axes(axes: str | Iterable[str] | None, count: int, file: str, place: str) -> list[str]:
    """The roles of the axes of trajectories, in the order of the array.

    Parameters
    ----------
    axes : list of str, optional
        A word for each axis; ``example, epoch, statistic`` or ``run, layer, epoch, statistic`` by their number unless given.
    count : int
        The number of axes of the array.
    """
    words = words_of(axes)
    usual = {3: ["example", "epoch", "statistic"], 4: ["run", "layer", "epoch", "statistic"]}.get(count)
    if words is None and usual is None:
        raise _errors.UsageError(
            "nobody said what the axes of the array are", file=file, place=place, expected="3 axes (example, epoch, statistic)",
            found=f"{count} axes", mend='name them, such as `axes="epoch,statistic,run"`')
    roles = []
    for word in words or usual or []:
        role = next((role for role, known in TRAJECTORY_WORDS.items() if word in known or word.removesuffix("s") in known), None)
        if role is None or role in roles:
            raise _errors.UsageError(
                "two axes have one meaning" if role else "there is no axis of trajectories of that meaning", file=file, place="axes",
                expected=", ".join(TRAJECTORY_WORDS), found=word)
        roles.append(role)
    if "example" in roles and {"run", "layer"} & set(roles):
        raise _errors.UsageError(
            "examples are the layers of runs; an array has one axis of examples, or axes of runs and layers", file=file, place="axes",
            found=", ".join(roles))
    return roles


def fitted(shape: Sequence[int], axes: Sequence[str], file: str, place: str) -> tuple[int, ...]:
    """The shape with an axis for each name; axes of length 1 at the end may be missing, as in MATLAB."""
    extra = list(shape[len(axes):])
    if any(length != 1 for length in extra):
        raise _errors.InvalidDataError(
            "the array has more axes than names", file=file, place=place, expected=f"{len(axes)} axes ({', '.join(axes)})",
            found=f"shape {tuple(shape)}")
    if 0 in shape:
        raise _errors.InvalidDataError("the array is empty", file=file, place=place, found=f"shape {tuple(shape)}")
    return (*shape[:len(axes)], *[1] * (len(axes) - len(shape)))


def plain_type(dtype: np.dtype[Any], file: str, place: str) -> np.dtype[Any]:
    """The type in which numbers are handed to the engine: of this machine's byte order, booleans as 0 and 1."""
    if dtype.kind == "b":
        return np.dtype(np.uint8)
    if dtype.kind not in "fiu" or dtype.itemsize > 8:
        raise _errors.InvalidDataError("the array holds no numbers that can be taken", file=file, place=place, found=str(dtype))
    return dtype.newbyteorder("=")


class Rounding:
    """Counts numbers that a type of reals does not hold, which has the nearest in their place."""

    def __init__(self) -> None:
        self.count = 0
        self.first: Any = None

    def to(self, array: npt.NDArray[Any], kind: npt.DTypeLike) -> npt.NDArray[Any]:
        """The array as a type of reals; whole numbers and long reals that change are counted."""
        target = np.dtype(kind)
        is_long = array.dtype.kind in "iu" and array.dtype.itemsize >= 4 or array.dtype.kind == "f" and array.dtype.itemsize > 8
        with np.errstate(invalid="ignore", over="ignore"):
            found = array.astype(target, copy=False)
            if not is_long or target.kind != "f":
                return found
            changed = (found.astype(array.dtype) != array) & (array == array)
            if array.dtype.kind in "iu":
                most = np.iinfo(array.dtype).max
                limit: Any = target.type(most)
                # A real above all whole numbers of the type has none to come back to.
                changed |= (found >= limit) & (int(limit) != most)
        if changed.any():
            self.first = array[changed].ravel()[0] if self.first is None else self.first
            self.count += int(changed.sum())
        return found

    def note(self) -> str | None:
        """What a user should know; None where every number is held."""
        if not self.count:
            return None
        return f"{self.count} numbers are longer than their type of reals holds, which has the nearest in their place, such as {self.first}"


def slabs(shape: Sequence[int], item_bytes: int) -> Iterator[slice]:
    """Slices along the first axis of some tens of MB each."""
    row = max(1, math.prod(shape[1:]) * item_bytes)
    step = max(1, SLAB // row)
    for start in range(0, shape[0], step):
        yield slice(start, min(shape[0], start + step))


def save_npy(
    data: Any, path: str | os.PathLike[str], shape: tuple[int, ...], order: Sequence[int] | None = None,
    dtype: np.dtype[Any] | None = None, final: tuple[int, ...] | None = None,
) -> Rounding:
    """Writes an array slab by slab as ``.npy``, so that one on disk need not fit into memory.

    Parameters
    ----------
    data : array-like with `shape` and slices
        A NumPy array, or a dataset on disk.
    shape : tuple of int
        Its shape, with axes of length 1 that are added at the end.
    order : list of int, optional
        The axes in the order in which they are written.
    final : tuple of int, optional
        The shape in the file, where axes are joined.

    Returns
    -------
    Rounding
        What numbers the type does not hold.
    """
    kind = dtype or np.dtype(data.dtype)
    order = list(order) if order is not None else list(range(len(shape)))
    written = tuple(shape[axis] for axis in order)
    target: npt.NDArray[Any] = np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=final or written)
    view = target.reshape(written).transpose(np.argsort(order))
    rounding = Rounding()
    for part in slabs(shape, kind.itemsize):
        slab = np.asarray(data[part] if len(data.shape) else data[()])
        view[part] = rounding.to(slab, kind).reshape(view[part].shape)
    del view, target
    return rounding
