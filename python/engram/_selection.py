"""Trajectories that a filter selects, read when they are asked for."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from . import _engram, _errors
from ._command import Progress, tell, thread_count
from ._exports import ArrowStream, stoppable
from ._needs import needs
from ._pieces import say_beyond
from ._request import MISSING, Layout, Missing, class_array, examples_of, fields_text, ids_of, layout_number, matrix_for, recorded_dtype
from ._table import TYPES, Table

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas
    import polars
    import pyarrow
    import pyarrow.dataset
    import torch
    import xarray

    from ._plot import SelectionPlots
    from ._store import Store

class Selection:
    """Examples and the columns to make of them; nothing is read before it is asked for.

    A selection is made by :meth:`Store.select` and stays at the commit that the store showed then. It pickles as the path of its store, its commit and what was asked for.

    Examples
    --------
    >>> deep = store.select("layer_position = 'deep'", epochs=slice(0, 100, 25))
    >>> deep.shape
    (864, 225)
    >>> deep.to_numpy(dtype="float32").shape
    (864, 225)
    >>> y, classes = deep.labels("learning_rule")
    >>> classes
    ['adam', 'feedback', 'information', 'sgdm']
    """

    def __init__(
        self, store: Store, where: str | None, examples: npt.NDArray[np.int64] | None, statistics: str, epochs: str | None,
        view: str | None, missing: Missing,
    ) -> None:
        # The store may move on to another commit; a selection stays.
        self._store = store._still()
        self._where = where
        self._given = examples
        self._statistics = statistics
        self._epochs = epochs
        self._view = view
        self._missing = missing
        self._handle: object | None = None
        self._facts: tuple[Any, ...] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        asked = (self._where, self._given, self._statistics, self._epochs, self._view, self._missing)
        return Selection, (self._store, *asked)

    def _replaced(self, **changes: Any) -> Selection:
        """The same request with changes."""
        asked = {
            "where": self._where, "examples": self._given, "statistics": self._statistics, "epochs": self._epochs,
            "view": self._view, "missing": self._missing, **changes,
        }
        return Selection(self._store, **asked)

    def _first(self) -> Selection:
        """The first example with whatever was recorded of it, to see its fields."""
        return self._replaced(where=None, examples=self.ids[:1], statistics="all", epochs=None, view=None)

    # What it is.

    def _resolve(self) -> object:
        """The selection of the library, made at the first need."""
        if self._handle is None:
            handle = _engram.select_columns(
                self._store._snapshot, self._examples(), self._statistics, self._epochs, self._view, MISSING[self._missing], 0)
            # Another thread may look at the handle as soon as it is there.
            self._facts = facts = _engram.selection_info(handle)
            self._handle = handle
            for remark in facts[7]:
                warnings.warn(remark, _errors.EngramWarning, stacklevel=4)
        return self._handle

    def _examples(self) -> object:
        """The examples, whatever is asked of them."""
        return _engram.examples_where(self._store._snapshot, self._where) if self._given is None else examples_of(self._given)

    @property
    def _info(self) -> tuple[Any, ...]:
        self._resolve()
        assert self._facts is not None
        return self._facts

    @property
    def store(self) -> Store:
        """The store, as of the commit that is read."""
        return self._store

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of examples and columns."""
        return self._info[0], self._info[1]

    @property
    def statistics(self) -> list[str]:
        """The statistics, in the order of the columns."""
        return list(self._info[2])

    @property
    def epochs(self) -> list[float]:
        """The epochs that are read, ascending; where each run gives its own, such as its last, those of which it may be."""
        return list(self._info[3])

    @property
    def columns(self) -> list[str]:
        """The names of the columns, such as ``weightabs_mean@5``."""
        return _engram.selection_names(self._resolve())

    @property
    def ids(self) -> npt.NDArray[np.int64]:
        """The ids of the examples, ascending."""
        return ids_of(_engram.selection_examples(self._resolve()))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that holds every value as it was recorded."""
        return recorded_dtype(self._info)

    def __len__(self) -> int:
        return self.shape[0]

    # Numbers.

    def to_numpy(
        self, *, out: npt.NDArray[Any] | None = None, dtype: npt.DTypeLike | None = None, order: Literal["C", "F"] = "C",
        threads: int = 0, progress: bool | Progress | None = None,
    ) -> npt.NDArray[Any]:
        """Read the matrix: a row for each example, ascending by id, a column for each statistic and sample.

        Parameters
        ----------
        out : numpy.ndarray, shape (examples, columns), optional
            Where to put it: of float32 or float64, with any strides. Memory that is used again costs a fraction of new memory.
        dtype : data type, optional
            float32 or float64; the recorded one unless given.
        order : {'C', 'F'}
            Row by row, or column by column.
        threads : int
            How many threads may work, 0 for one a core. The result is the same.
        progress : bool or callable, optional
            True shows a bar; a function is called with stage, done, total and unit.

        Returns
        -------
        numpy.ndarray, shape (examples, columns)
            `out` where it was given.

        Raises
        ------
        UsageError
            When `out` has another shape or type, or is read-only.

        Warns
        -----
        EngramWarning
            For values that are beyond float32, and infinite in it, where it was asked for.
        """
        handle = self._resolve()
        out = matrix_for(out, dtype, self.dtype, self.shape, order)
        _engram.selection_read(handle, out, thread_count(threads), tell(progress))
        say_beyond(out, self)
        return out

    def to_numpy3d(self, *, dtype: npt.DTypeLike | None = None, threads: int = 0) -> npt.NDArray[Any]:
        """Read a cube, as sktime and aeon take it: (example, statistic, sample).

        Returns
        -------
        numpy.ndarray, shape (examples, statistics, samples)
        """
        if self._info[5]:
            raise _errors.UsageError(
                "a cube has no columns for positions", place="view", mend="leave `positions` out of `view=`")
        return self.to_numpy(dtype=dtype, threads=threads).reshape(self.shape[0], len(self.statistics), self._info[4])

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("a selection is decoded into new memory; it cannot be lent")
        array = self.to_numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    @overload
    def labels(self, column: str, *, encoded: Literal[True] = True) -> tuple[npt.NDArray[np.int32], list[Any]]: ...

    @overload
    def labels(self, column: str, *, encoded: Literal[False]) -> npt.NDArray[Any]: ...

    def labels(self, column: str, *, encoded: bool = True) -> Any:
        """The class of each example.

        Parameters
        ----------
        column : str
            A field of runs or layers, such as ``learning_rule``.
        encoded : bool
            Whether to give whole numbers and the classes they stand for, or the classes themselves.

        Returns
        -------
        y : numpy.ndarray of int32, shape (examples,)
            The place of the class in `classes`; without `encoded` the classes themselves, and nothing else.
        classes : list
            The distinct values, ascending; NULL is None.
        """
        y, classes = self._store._labels(_engram.selection_examples(self._resolve()), column)
        return (y, classes) if encoded else class_array(y, classes)

    def metadata(self, columns: str | Sequence[str] | None = None) -> Table:
        """Fields of the examples, a row for each, ascending by id.

        Parameters
        ----------
        columns : str or list of str, optional
            Columns of the view ``example``; all of them unless given.
        """
        examples = _engram.selection_examples(self._resolve())
        return Table(_engram.metadata(self._store._snapshot, examples, fields_text(columns, "columns")), self._field_types)

    def _field_types(self) -> dict[str, str]:
        """The declared types of the columns of metadata, by their names in small letters."""
        fields = Table(_engram.sql(self._store._handle, "SELECT name, type FROM field", self._store._commit, 60.0))
        return {**TYPES, **{name.lower(): type for name, type in fields}}

    # Other libraries.

    def _stream(self, layout: Layout, fields: str | Sequence[str] | None, threads: int = 0) -> object:
        number = layout_number(layout)
        return _engram.selection_arrow(self._resolve(), number, fields_text(fields), thread_count(threads))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The selection as an Arrow stream (Arrow PyCapsule interface), in the layout ``list``."""
        return self._stream("list", None)

    def arrow_stream(self, layout: Layout = "list", fields: str | Sequence[str] | None = None) -> ArrowStream:
        """The selection as an object that Arrow libraries import.

        Parameters
        ----------
        layout : {'list', 'wide', 'long'}
            A row for each example with a list for each statistic; with a column for each statistic and sample; or a row for each
            value.
        fields : str or list of str, optional
            Columns of metadata; all of them unless given, "" for none.
        """
        return ArrowStream(self, layout, fields)

    def to_arrow(self, layout: Layout = "list", fields: str | Sequence[str] | None = None) -> pyarrow.Table:
        """The selection as a ``pyarrow.Table``; see :meth:`arrow_stream`."""
        needs("pyarrow", "an Arrow table")
        import pyarrow

        with stoppable():
            return pyarrow.table(self.arrow_stream(layout, fields))

    def to_pandas(self, layout: Layout = "wide", fields: str | Sequence[str] | None = None) -> pandas.DataFrame:
        """The selection as a ``pandas.DataFrame``, indexed by ``example_id``; see :meth:`arrow_stream`.

        The layout ``list`` needs pyarrow, the others do not.
        """
        needs("pandas", "a pandas frame")
        from ._exports import frame

        return frame(self, layout, fields)

    def to_polars(self, layout: Layout = "list", fields: str | Sequence[str] | None = None) -> polars.DataFrame:
        """The selection as a ``polars.DataFrame``; see :meth:`arrow_stream`."""
        needs("polars", "a polars frame")
        import polars

        with stoppable():
            return polars.DataFrame(self.arrow_stream(layout, fields))

    def scan(
        self, layout: Literal["list", "wide"] = "list", fields: str | Sequence[str] | None = None
    ) -> polars.LazyFrame:
        """The selection as a ``polars.LazyFrame``; a query decodes only the statistics and examples that it needs."""
        needs("polars", "a scan")
        from ._polars import scan

        return scan(self, layout, fields)

    def to_dataset(
        self, layout: Literal["list", "wide"] = "list", fields: str | Sequence[str] | None = None
    ) -> pyarrow.dataset.Dataset:
        """The selection as a ``pyarrow.dataset.Dataset``, which DuckDB and polars query with pushdown.

        Of a query only the statistics are decoded that it names, of the examples that its filter leaves, if the filter is over
        metadata. Rows come in batches, so a limit reads no more than it needs.

        Examples
        --------
        >>> import pyarrow.dataset as pads
        >>> data = store.select(epochs="0:100:50").to_dataset()
        >>> data.to_table(columns=["example_id", "weightabs_mean"], filter=pads.field("architecture") == "knet").num_rows
        96
        """
        needs("pyarrow", "a dataset")
        from ._dataset import SelectionDataset

        return SelectionDataset(self, layout, fields)

    def to_torch(self, *, dtype: npt.DTypeLike | None = None) -> torch.Tensor:
        """The matrix as a ``torch.Tensor``, without a copy of what was read."""
        needs("torch", "a tensor")
        import torch

        return torch.from_numpy(self.to_numpy(dtype=dtype))

    def to_xarray(self, fields: str | Sequence[str] | None = None) -> xarray.Dataset:
        """The selection as an ``xarray.Dataset``: a variable ``(example, epoch)`` for each statistic, metadata as coordinates.

        A missing text is the empty text there, a missing number NaN; whole numbers with gaps that float64 does not hold are text.
        """
        needs("xarray", "a dataset of xarray")
        from ._xarray import dataset

        return dataset(self, fields)

    def to_parquet(
        self, path: str | os.PathLike[str], layout: Layout = "list", fields: str | Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        """Write a Parquet file by pyarrow, batch by batch, so that memory stays bounded.

        Parameters
        ----------
        path : path
            The file; it appears whole or not at all.
        layout, fields
            As for :meth:`arrow_stream`.
        **options
            For ``pyarrow.parquet.ParquetWriter``; zstd over split bytes of floats unless given.
        """
        needs("pyarrow", "writing Parquet")
        from ._exports import write_parquet

        write_parquet(self, path, layout, fields, options)

    @property
    def plot(self) -> SelectionPlots:
        """Figures by matplotlib, such as ``selection.plot.trajectories(hue="learning_rule")``."""
        needs("matplotlib", "a figure")
        from ._plot import SelectionPlots

        return SelectionPlots(self)

    # What a person sees.

    def _asked(self) -> str:
        parts = [f"where {self._where}"] if self._where else []
        if self._given is not None:
            parts.append(f"{self._given.size:,} examples given")
        parts.append(f"statistics {self._statistics if len(self._statistics) < 60 else self._statistics[:57] + '…'}")
        if self._epochs:
            parts.append(f"epochs {self._epochs}")
        if self._view:
            parts.append(f"view {self._view}")
        return ", ".join(parts)

    def __repr__(self) -> str:
        if self._handle is None:
            return f"<Selection of {self._store._given}: {self._asked()}; not read yet>"
        rows, columns = self.shape
        return (
            f"<Selection of {self._store._given}: {rows:,} examples x {columns:,} columns "
            f"({len(self.statistics)} statistics x {self._info[4]} samples); {self._asked()}>")

    def _repr_html_(self) -> str:
        from ._html import selection_table

        return selection_table(self)
