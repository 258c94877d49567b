"""Arrays of an HDF5 file, decoded slab by slab as they are read: numbers, packed numbers, texts, and names of an enumeration."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _errors
from ._axes import Rounding


#: Attributes whose numbers stand for no value.
FILLS = ("_FillValue", "missing_value")


def too_large(file: str, place: str | None = None) -> _errors.LimitError:
    """The error for a file that asks for more memory than there is, as one with changed bytes may."""
    return _errors.LimitError(
        "reading takes more memory than there is", file=file, place=place,
        mend="check the file, which may be damaged; a machine with more memory reads one that is whole")


class Array:
    """A dataset on disk; what h5py cannot read of it is an error that names it."""

    def __init__(self, dataset: Any, file: str) -> None:
        self._dataset = dataset
        self._file = file
        self.shape: tuple[int, ...] = tuple(dataset.shape)
        self.dtype: np.dtype[Any] = dataset.dtype

    def __getitem__(self, key: Any) -> Any:
        try:
            return self._decoded(self._read(key))
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            lacking = filters_lacking(self._dataset)
            if lacking:
                raise _errors.UnsupportedError(
                    "an array is compressed by a filter that h5py lacks here", file=self._file, place=self._dataset.name,
                    found=", ".join(lacking), mend="`pip install hdf5plugin`, and `import hdf5plugin` before") from error
            raise _errors.CorruptError(
                "an array cannot be read", file=self._file, place=self._dataset.name, found=str(error).split("\n")[0]) from error
        except MemoryError as error:
            raise too_large(self._file, self._dataset.name) from error

    def _read(self, key: Any) -> Any:
        return self._dataset[key]

    def _decoded(self, raw: Any) -> Any:
        return raw


def filters_lacking(dataset: Any) -> list[str]:
    """The filters of a dataset that h5py does not have here, by number and name."""
    import h5py

    filters = dataset.id.get_create_plist()
    found = [filters.get_filter(place) for place in range(filters.get_nfilters())]
    return [f"filter {one[0]} {one[3].decode(errors='replace')}".rstrip() for one in found if not h5py.h5z.filter_avail(one[0])]


class Texts(Array):
    """Texts, of a fixed width or any; what calls itself ASCII may be UTF-8."""

    def __init__(self, dataset: Any, file: str) -> None:
        super().__init__(dataset, file)
        self.dtype = np.dtype(object)

    def _read(self, key: Any) -> Any:
        return np.asarray(self._dataset.asstr("utf-8")[key], dtype=object)


class Named(Array):
    """An enumeration as the names of its numbers; a number without a name is its digits."""

    def __init__(self, dataset: Any, file: str, numbers: Mapping[str, int]) -> None:
        super().__init__(dataset, file)
        self.dtype = np.dtype(object)
        self._names = {int(number): name for name, number in numbers.items()}

    def _decoded(self, raw: Any) -> Any:
        numbers = np.asarray(raw)
        names = [self._names.get(one, str(one)) for one in numbers.ravel().tolist()]
        return np.array(names, dtype=object).reshape(numbers.shape)


@dataclasses.dataclass(frozen=True)
class Packing:
    """How netCDF packs numbers: value = raw * scale + offset, and raw numbers of `missing` are no value."""

    missing: npt.NDArray[Any]
    scale: np.floating[Any] | None
    offset: np.floating[Any] | None

    def type_of(self, raw: np.dtype[Any]) -> np.dtype[Any]:
        """The type of the values, as xarray chooses it (``xarray.coding.variables._choose_float_dtype``)."""
        parts = [one.dtype for one in (self.scale, self.offset) if one is not None]
        if not parts:
            is_short = raw.itemsize <= (4 if raw.kind == "f" else 2)
            return np.dtype(np.float32 if is_short else np.float64)
        is_long = raw.kind in "iu" and raw.itemsize >= 4
        is_even = len(set(parts)) == 1 and (self.offset is None or len(parts) == 2)
        is_single = is_even and parts[0] == np.float32 and not (is_long and len(parts) == 2)
        return np.dtype(np.float32 if is_single else np.float64)


class Packed(Array):
    """Numbers that netCDF packed: NaN where there is no value, scaled otherwise."""

    def __init__(self, dataset: Any, file: str, packing: Packing) -> None:
        super().__init__(dataset, file)
        self._packing = packing
        self.rounding = Rounding()
        #: Whether the values are whole, those that are missing aside.
        self.is_whole = dataset.dtype.kind in "iu" and packing.scale is None and packing.offset is None
        self.dtype = packing.type_of(dataset.dtype)

    def _decoded(self, raw: Any) -> Any:
        raw = np.asarray(raw)
        gaps = np.isin(raw, self._packing.missing)
        values = self.rounding.to(np.where(gaps, raw.dtype.type(0), raw), self.dtype)
        if self._packing.scale is not None:
            values = values * self.dtype.type(self._packing.scale)
        if self._packing.offset is not None:
            values = values + self.dtype.type(self._packing.offset)
        return np.where(gaps, self.dtype.type(np.nan), values)

    def whole(self) -> list[int | None]:
        """All values in a row where they are whole, None where there is none."""
        raw = np.asarray(Array(self._dataset, self._file)[()]).ravel()
        return [None if gap else one for one, gap in zip(raw.tolist(), np.isin(raw, self._packing.missing).tolist(), strict=True)]


def is_held(fills: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[np.bool_]:
    """Which fill values are numbers of a type; another is no number of the array, so it masks none."""
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return np.asarray(np.isfinite(fills.astype(dtype)) | ~np.isfinite(fills))
    least, most = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return np.array([np.isfinite(one) and one == int(one) and least <= int(one) <= most for one in fills.tolist()], dtype=bool)


def unheld(dataset: Any) -> list[str]:
    """The attributes of fill values that mask no number, for the type of the dataset holds none of theirs."""
    found = []
    for name in FILLS:
        fills = np.ravel(dataset.attrs.get(name, []))
        if fills.size and fills.dtype.kind in "fiub" and not (np.isnan(fills) | is_held(fills, dataset.dtype)).any():
            found.append(name)
    return found


def packing_of(dataset: Any) -> Packing | str | None:
    """The packing that the attributes of a dataset say (CF conventions 1.11, 2.5.1 and 8.1).

    Returns
    -------
    Packing, str or None
        What is wrong with an attribute as a text; None where they change no value.
    """
    missing, factors = [], {}
    for name in (*FILLS, "scale_factor", "add_offset"):
        value = dataset.attrs.get(name)
        array = np.ravel(value) if value is not None else np.empty(0)
        if array.size and array.dtype.kind not in "fiub" or array.size > 1 and name != "missing_value":
            return f"its attribute {name} is no number"
        # NaN is no value already.
        array = array[array == array]
        if name in FILLS:
            missing.append(array[is_held(array, dataset.dtype)].astype(dataset.dtype))
        elif array.size:
            factors[name] = array[0] if array.dtype.kind == "f" else np.float64(array[0])
    packing = Packing(np.concatenate(missing), factors.get("scale_factor"), factors.get("add_offset"))
    return packing if packing.missing.size or factors else None
