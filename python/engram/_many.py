"""Many stores, read as one with the store as a field: what the workers of a cluster left behind, the stores of several labs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from . import _engram, _errors
from ._alike import alike
from ._exports import beside
from ._request import Layout, Missing, class_array, epochs_text, examples_of, fields_text, layout_number, matrix_for, require_text, statistics_text
from ._selection import Selection
from ._stacked import beside_store, require_held, say_mixed, stacked
from ._store import Epochs, Store
from ._store import open as open_store
from ._table import Table

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
    import xarray

#: Examples of a chunk of dask: 16 row groups, as for one store.
CHUNK = 12_288


def open_many(stores: Iterable[str | os.PathLike[str] | Store] | Mapping[str, str | os.PathLike[str] | Store]) -> Stores:
    """Open several stores, to be read as one.

    Parameters
    ----------
    stores : list of paths, or mapping of names to paths
        The stores. Without names the last parts of their paths are their names, as far as these differ, else the whole paths.

    Returns
    -------
    Stores

    Examples
    --------
    >>> stores = engram.open_many({"here": path, "there": path})
    >>> stores
    <Stores here, there: 3,264 examples>
    >>> few = stores.select("architecture = 'knet'", statistics=["weightabs_mean"], epochs="0,100")
    >>> few.to_pandas(fields=["learning_rule"]).groupby("store", observed=True).size().to_dict()
    {'here': 96, 'there': 96}
    """
    named: dict[str, str | os.PathLike[str] | Store]
    if isinstance(stores, Mapping):
        named = {str(name): one for name, one in stores.items()}
    else:
        if isinstance(stores, (str, os.PathLike, Store)):
            raise _errors.UsageError(
                "this is one store", place="stores", expected="a list of stores", found=repr(stores), mend="open one by `engram.open`")
        given = list(stores)
        paths = [one.path if isinstance(one, Store) else os.fspath(one) for one in given]
        short = [os.path.basename(os.path.normpath(path)).removesuffix(".engram") for path in paths]
        names = short if len(set(short)) == len(short) else paths
        if len(set(names)) < len(names):
            raise _errors.UsageError("a store is given twice", place="stores", found=next(one for one in names if names.count(one) > 1))
        named = dict(zip(names, given, strict=True))
    if not named:
        raise _errors.UsageError("there are no stores", place="stores", expected="at least one", found="none")
    return Stores({name: one if isinstance(one, Store) else open_store(one) for name, one in named.items()})


class Stores(Mapping[str, Store]):
    """Several stores by name, each as of its commit; made by :func:`open_many`."""

    def __init__(self, stores: Mapping[str, Store]) -> None:
        self._stores = dict(stores)

    def __getitem__(self, name: str) -> Store:
        return self._stores[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._stores)

    def __len__(self) -> int:
        """The number of stores."""
        return len(self._stores)

    @property
    def example_count(self) -> int:
        """The number of examples of all stores."""
        return sum(len(store) for store in self._stores.values())

    def select(
        self, where: str | None = None, *, statistics: str | Iterable[str] = "admissible", epochs: Epochs | None = None,
        view: str | None = None, missing: Missing = "refuse",
    ) -> StoresSelection:
        """Select examples and columns of all stores; see :meth:`Store.select`.

        Columns are the statistics and epochs that all stores have, of those asked for; what some of them lack is left out with an
        :class:`EngramWarning`. Statistics that are named are needed of all. A view looks at the epochs that all have; where each run
        gives its own, such as its last, stores need none in common. A z-score is refused: it would be another one for each store.

        Returns
        -------
        StoresSelection
        """
        if view is not None:
            require_text(view, "view", "a view")
        if "zscore" in (view or "").split("+"):
            raise _errors.UsageError(
                "a z-score of several stores is that of the matrix of all", place="view", found=repr(view),
                mend="leave `zscore` out, and standardize what `to_numpy()` gives")
        # Each store asks anew, and an iterator would be at its end after the first.
        asked, at = statistics_text(statistics), epochs_text(epochs)
        return StoresSelection({
            name: store.select(where, statistics=asked, epochs=at, view=view, missing=missing) for name, store in self._stores.items()})

    def sql(self, query: str, *, seconds: float = 60.0) -> pandas.DataFrame:
        """Ask every store the same; see :meth:`Store.sql`.

        Returns
        -------
        pandas.DataFrame
            The rows of all, below a first column ``store``. A name that came before gets a number, such as ``a_1``.
        """
        tables = {name: store.sql(query, seconds=seconds) for name, store in self._stores.items()}
        frames = {name: table.to_pandas().set_axis(beside_store(table._distinct()), axis=1) for name, table in tables.items()}
        return stacked(frames).reset_index(drop=True)

    def __repr__(self) -> str:
        names = list(self._stores)
        shown = ", ".join(names[:5]) + (f", … {len(names):,} stores" if len(names) > 5 else "")
        return f"<Stores {shown}: {self.example_count:,} examples>"


class StoresSelection:
    """Examples of several stores and the columns to make of them; rows are in the order of the stores, then ascending by id."""

    def __init__(self, parts: Mapping[str, Selection]) -> None:
        self._all = dict(parts)
        self._common: dict[str, Selection] | None = None

    def _parts(self) -> dict[str, Selection]:
        """The selections that have examples, all of the same columns."""
        if self._common is None:
            parts = {name: part for name, part in self._all.items() if _engram.examples_count(part._examples())}
            if not parts:
                raise _errors.NotFoundError("no store has such examples", place="where", mend="ask for less")
            self._common = alike(parts) if len(parts) > 1 else parts
        return self._common

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of examples and columns."""
        parts = self._parts().values()
        return sum(len(part) for part in parts), next(iter(parts)).shape[1]

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def statistics(self) -> list[str]:
        """The statistics, in the order of the columns."""
        return next(iter(self._parts().values())).statistics

    @property
    def epochs(self) -> list[float]:
        """The epochs that are read, ascending."""
        return next(iter(self._parts().values())).epochs

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return next(iter(self._parts().values())).columns

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that holds every value as it was recorded."""
        return np.result_type(*(part.dtype for part in self._parts().values()))

    @property
    def stores(self) -> npt.NDArray[Any]:
        """The name of the store of each example."""
        parts = self._parts()
        return np.repeat(np.array(list(parts)), [len(part) for part in parts.values()])

    @property
    def ids(self) -> npt.NDArray[np.int64]:
        """The id of each example in its store."""
        return np.concatenate([part.ids for part in self._parts().values()])

    def to_numpy(
        self, *, out: npt.NDArray[Any] | None = None, dtype: npt.DTypeLike | None = None, order: Literal["C", "F"] = "C", threads: int = 0
    ) -> npt.NDArray[Any]:
        """Read the matrix, store by store into its place; see :meth:`Selection.to_numpy`."""
        out = matrix_for(out, dtype, self.dtype, self.shape, order)
        start = 0
        for part in self._parts().values():
            part.to_numpy(out=out[start:start + len(part)], threads=threads)
            start += len(part)
        return out

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("a selection is decoded into new memory; it cannot be lent")
        array = self.to_numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def labels(self, column: str, *, encoded: bool = True) -> Any:
        """The class of each example; see :meth:`Selection.labels`. Classes are those of all stores."""
        found = [part.labels(column) for part in self._parts().values()]
        say_mixed(column, [known for _, known in found])
        classes = sorted({one for _, known in found for one in known}, key=lambda one: (one is not None, isinstance(one, str), 0 if one is None else one))
        places = {one: place for place, one in enumerate(classes)}
        codes = np.concatenate([np.array([places[one] for one in known], np.int32)[y] for y, known in found]).astype(np.int32)
        return (codes, classes) if encoded else class_array(codes, classes)

    def _fields(self, fields: str | Sequence[str] | None) -> dict[str, list[str]]:
        """The columns of metadata that each store has, of those asked for."""
        if isinstance(fields, str):
            fields = [one.strip() for one in fields.split(",") if one.strip()]
        known = {
            name: Table(_engram.metadata(part.store._snapshot, examples_of(part.ids[:1]), None)).columns
            for name, part in self._parts().items()}
        if fields is None:
            return known
        fields_text(fields)
        for one in fields:
            if not any(one in have for have in known.values()):
                raise _errors.NotFoundError("no store has such a field", place="fields", found=repr(one))
        return {name: [one for one in fields if one in have] for name, have in known.items()}

    def to_pandas(self, layout: Layout = "wide", fields: str | Sequence[str] | None = None) -> pandas.DataFrame:
        """All examples as one ``pandas.DataFrame`` with a first column ``store``, indexed by ``example_id`` of that store."""
        known = self._fields(fields)
        values = self._value_columns(layout, known)
        frames = {}
        for name, part in self._parts().items():
            frame = part.to_pandas(layout, known[name] or "")
            frames[name] = frame.set_axis([*beside_store(frame.columns[:len(frame.columns) - len(values)]), *values], axis=1)
        return stacked(frames)

    def _value_columns(self, layout: Layout, known: Mapping[str, list[str]]) -> list[str]:
        """The columns of values, which stand last; called otherwise in all stores where a field of any has the name."""
        number = layout_number(layout)
        taken = {"store", *(field for have in known.values() for field in have)}
        return [beside(name, taken) for name in (self.statistics, self.columns, ["statistic", "epoch", "value"])[number]]

    def to_arrow(self, layout: Layout = "list", fields: str | Sequence[str] | None = None) -> pyarrow.Table:
        """All examples as one ``pyarrow.Table`` with a first column ``store``; fields that a store lacks are null."""
        import pyarrow

        known = self._fields(fields)
        values = self._value_columns(layout, known)
        tables = []
        for name, part in self._parts().items():
            table = part.to_arrow(layout, known[name] or "")
            others = beside_store(table.column_names[:table.num_columns - len(values)])
            table = table.rename_columns([*others, *values])
            store = pyarrow.DictionaryArray.from_arrays(
                pyarrow.array(np.zeros(len(table), np.int32)), pyarrow.array([name], pyarrow.string()))
            tables.append(table.add_column(0, "store", store))
        try:
            return pyarrow.concat_tables(tables, promote_options="permissive").unify_dictionaries()
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError) as error:
            raise _errors.InvalidDataError(
                "a field has another type in another store", place="fields", found=str(error),
                mend="leave it out of `fields=`, or widen it in the one") from None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """All examples as an Arrow stream, in the layout ``list``."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_polars(self, layout: Layout = "list", fields: str | Sequence[str] | None = None) -> polars.DataFrame:
        """All examples as one ``polars.DataFrame`` with a first column ``store``."""
        import polars

        return polars.DataFrame(self.to_arrow(layout, fields))

    def to_xarray(self, fields: str | Sequence[str] | None = None) -> xarray.Dataset:
        """All examples as one lazy ``xarray.Dataset`` of dask arrays: chunks are read by whichever worker needs them.

        A variable ``(example, epoch)`` for each statistic; ``store``, ``example_id`` and metadata are coordinates of the examples.
        """
        import xarray

        from ._xarray import dataset

        parts = self._parts()
        if "store" in self.statistics:
            raise _errors.UsageError(
                "a variable is called as the coordinate of the stores", place="statistics", found="store", mend="leave it out of `statistics=`")
        known = self._fields(fields)
        width = max(map(len, parts))
        pieces = []
        for name, part in parts.items():
            piece = dataset(part, known[name] or "").chunk({"example": CHUNK})
            piece = piece.rename_vars({"example": "example_id"}) if "example" not in piece.indexes else piece.reset_index(
                "example").rename_vars({"example": "example_id"})
            names = [str(one) for one in piece.coords]
            if "store" in names:
                piece = piece.rename_vars({"store": beside_store(names)[names.index("store")]})
            pieces.append(piece.assign_coords(store=("example", np.full(len(part), name, f"U{width}"))))
        for field in {str(one) for piece in pieces for one in piece.coords}:
            require_held(field, [
                piece.coords[field].values if field in piece.coords and not is_empty(piece.coords[field]) else None for piece in pieces])
        every = kinds_of(pieces)
        for number, piece in enumerate(pieces):
            for name, kind in every.items():
                if name not in piece.coords or (piece[name].dtype.kind == "U") != (kind == "U") and is_empty(piece[name]):
                    empty = np.full(piece.sizes["example"], "", "U1") if kind == "U" else np.full(piece.sizes["example"], np.nan)
                    pieces[number] = pieces[number].assign_coords({name: ("example", empty)})
                elif (piece[name].dtype.kind == "U") != (kind == "U"):
                    raise _errors.InvalidDataError(
                        "a field is a text in one store and a number in another", place="fields", found=name, mend="leave it out of `fields=`")
        joined = xarray.concat(pieces, dim="example", combine_attrs="drop", join="override", coords="minimal", compat="override", data_vars="all")
        return joined.assign_attrs(stores=[f"{name}: {part.store.path}, commit {part.store.commit}" for name, part in parts.items()])

    def __repr__(self) -> str:
        return f"<Selection of {len(self._all):,} stores: {', '.join(list(self._all)[:5])}>"


def is_empty(column: xarray.DataArray) -> bool:
    """Whether a coordinate says nothing: it is of empty texts or of NaN, as is a field without any value."""
    return not (column != "").any() if column.dtype.kind == "U" else column.dtype.kind == "f" and bool(column.isnull().all())


def kinds_of(pieces: Sequence[xarray.Dataset]) -> dict[str, str]:
    """The kind of the values of each coordinate of the examples; of one that says something somewhere, what it is there."""
    found: dict[str, str] = {}
    for piece in pieces:
        for name, column in piece.coords.items():
            if column.dims == ("example",) and (name not in found or not is_empty(column)):
                found[str(name)] = column.dtype.kind
    return found
