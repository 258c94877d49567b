"""Stores as lazy datasets of xarray: ``xarray.open_dataset("lr.engram", engine="engram", chunks={})``."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import xarray
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from ._errors import EngramWarning, UsageError
from ._frames import FIELD
from ._pieces import Pieces
from ._request import WORDS, epochs_text, statistics_text
from ._table import INTEGER, NULL, REAL

if TYPE_CHECKING:
    from ._request import Missing
    from ._selection import Selection

#: Examples of a chunk of dask: 16 row groups.
CHUNK = 12_288


class LazyValues(BackendArray):  # type: ignore[misc,unused-ignore]
    """The values of some statistics of a selection, read when they are indexed; any outer indexing reads only what it needs."""

    def __init__(self, pieces: Pieces, statistics: list[str], has_axis: bool) -> None:
        self._pieces = pieces
        self._statistics = statistics
        self._has_axis = has_axis
        self._epochs = np.asarray(pieces.selection.epochs)
        axis = (len(statistics),) if has_axis else ()
        self.shape = (len(pieces.ids), *axis, len(self._epochs))
        self.dtype = pieces.selection.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> npt.NDArray[Any]:
        return indexing.explicit_indexing_adapter(  # type: ignore[no-any-return]
            key, self.shape, indexing.IndexingSupport.OUTER, self._read)

    def _read(self, key: tuple[Any, ...]) -> npt.NDArray[Any]:
        """Reads what outer indexers name: each id, statistic and epoch once, then `take` puts them into place."""
        axes = [np.atleast_1d(np.arange(size)[one]) for one, size in zip(key, self.shape, strict=True)]
        wanted = [np.unique(axis, return_inverse=True) for axis in axes]
        shape = [len(places) for places, _ in wanted]
        if 0 in shape:
            cube = np.empty(shape, self.dtype)
        else:
            names = [self._statistics[place] for place in wanted[1][0]] if self._has_axis else self._statistics
            cube = self._at(wanted[-1][0]).cube(self._pieces.ids[wanted[0][0]], names, dtype=self.dtype)
            if not self._has_axis:
                cube = cube[:, 0]
        for axis, (_, places) in enumerate(wanted):
            if not np.array_equal(places, np.arange(shape[axis])):
                cube = cube.take(places, axis=axis)
        scalars = tuple(0 if np.ndim(one) == 0 and not isinstance(one, slice) else slice(None) for one in key)
        return cube[scalars]

    def _at(self, places: npt.NDArray[np.intp]) -> Pieces:
        """The selection at some of its epochs, all examples of it."""
        if len(places) == len(self._epochs):
            return self._pieces
        # Statistics are those of all epochs, whatever is admissible at some.
        selection, names = self._pieces.selection, self._pieces.statistics
        statistics = selection._statistics if WORDS.intersection(names) else statistics_text(names)
        return Pieces(selection._replaced(
            where=None, examples=self._pieces.ids, statistics=statistics, epochs=epochs_text(self._epochs[places])))


def called_otherwise(field: str, taken: set[str]) -> str:
    """A name for a field that a variable or an axis has; said, for whoever looks for it."""
    name = f"field_{field}"
    while name in taken:
        name = f"field_{name}"
    warnings.warn(f"the field {field} is called {name} here, for a variable or an axis has its name", EngramWarning, stacklevel=4)
    return name


def dataset(
    selection: Selection, fields: str | Sequence[str] | None = None, layout: Literal["variables", "array"] = "variables"
) -> xarray.Dataset:
    """A selection as a lazy dataset, metadata as coordinates of the examples."""
    if selection._view is not None:
        raise UsageError("a dataset shows trajectories as they are", place="view", mend="leave `view=` out")
    if selection._info[4] != len(selection.epochs):
        raise UsageError(
            "a dataset has an axis of epochs, and here each run gives an epoch of its own", place="epochs", found=str(selection._epochs),
            mend="take another form, such as `to_pandas()`")
    if layout not in ("variables", "array"):
        raise UsageError("there is no such layout", place="layout", expected="'variables' or 'array'", found=repr(layout))
    pieces, statistics = Pieces(selection), selection.statistics
    for name in {"example", "epoch"}.intersection(statistics if layout == "variables" else ()):
        raise UsageError(
            "a variable is called as an axis", place="statistics", found=name, mend="leave it out, or open the store by xarray with `layout='array'`")
    chunks = {"example": CHUNK}
    if layout == "array":
        lazy = indexing.LazilyIndexedArray(LazyValues(pieces, statistics, True))
        variables = {"values": xarray.Variable(("example", "statistic", "epoch"), lazy, encoding={"preferred_chunks": chunks})}
    else:
        variables = {
            name: xarray.Variable(
                ("example", "epoch"), indexing.LazilyIndexedArray(LazyValues(pieces, [name], False)),
                encoding={"preferred_chunks": chunks})
            for name in statistics
        }
    coordinates: dict[str, Any] = {"example": pieces.ids, "epoch": selection.epochs}
    if layout == "array":
        coordinates["statistic"] = statistics
    if fields != "":
        table = selection.metadata(fields)
        taken = {*variables, *coordinates, *(fact[0] for fact in table._facts)}
        for name, kind, nulls, kinds, integers, reals, codes, texts in table._facts:
            if name == "example_id":
                continue
            field = name
            if name in variables or name in coordinates:
                name = called_otherwise(name, taken)
            is_null = np.frombuffer(kinds or b"", np.uint8) == NULL
            if kind == INTEGER:
                values: npt.NDArray[Any] = np.frombuffer(integers, np.int64).copy()
                # There is no integer for NULL here, so such a field becomes real, or text where float64 does not hold its numbers.
                if nulls and (values.astype(np.float64).astype(np.int64) != values).any():
                    warnings.warn(
                        f"{name} is text, for it has gaps and whole numbers that float64 does not hold", EngramWarning, stacklevel=3)
                    values = np.where(is_null, "", values.astype(str))
                elif nulls:
                    values = np.where(is_null, np.nan, values)
            elif kind == REAL:
                values = np.where(is_null, np.nan, np.frombuffer(reals, np.float64))
            else:
                # Text of a fixed width; NULL is the empty text.
                known = np.array([*texts, ""], dtype=str)
                values = known[np.frombuffer(codes, np.int32)] if codes is not None else np.full(len(kinds or b""), "", dtype="U1")
            # By the attribute `from_xarray` knows the field again.
            coordinates[name] = ("example", values, {} if name == field else {FIELD: field})
    attributes = {"store": os.path.abspath(selection.store.path), "commit": selection.store.commit}
    return xarray.Dataset(variables, coords=coordinates, attrs=attributes)


class EngramBackend(BackendEntrypoint):  # type: ignore[misc,unused-ignore]
    """The engine ``engram`` of xarray."""

    description = "Open stores of trajectories (NAME.engram)"
    open_dataset_parameters = (
        "filename_or_obj", "drop_variables", "where", "statistics", "epochs", "missing", "commit", "fields", "layout",
    )

    def open_dataset(  # type: ignore[override,unused-ignore]
        self, filename_or_obj: Any, *, drop_variables: str | Iterable[str] | None = None, where: str | None = None,
        statistics: str | Iterable[str] = "all", epochs: Any = None, missing: Missing = "refuse", commit: int | None = None,
        fields: str | Sequence[str] | None = None, layout: Literal["variables", "array"] = "variables",
    ) -> xarray.Dataset:
        """Open a store as a dataset; nothing is read but metadata."""
        from . import open as open_store

        selection = open_store(filename_or_obj, commit=commit).select(where, statistics=statistics, epochs=epochs, missing=missing)
        dropped = [drop_variables] if isinstance(drop_variables, str) else list(drop_variables or ())
        return dataset(selection, fields, layout).drop_vars(dropped, errors="ignore")

    def guess_can_open(self, filename_or_obj: Any) -> bool:
        """Whether it is the path of a store."""
        try:
            return os.path.isfile(os.path.join(os.fspath(filename_or_obj), "catalog.sqlite"))
        except TypeError:
            return False
