"""Data frames of other libraries into a store, in memory; each becomes an ingest."""

from __future__ import annotations

import os
import pathlib
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import _errors, _pandas
from ._arrow_tables import has_large, spelled, unlisted, widened
from ._frames import NARROW, dropped, ingest_table, is_beyond_float32, library_errors, text_types, value_type
from ._needs import existing, needs

if TYPE_CHECKING:
    import pandas
    import polars


def require_frame(data: Any, library: str, kind: str) -> None:
    """Refuses what is no data frame of a library, which need not be there."""
    if not any(one.__module__.split(".")[0] == library and one.__name__ == kind for one in type(data).__mro__):
        raise _errors.UsageError("this is no data frame", place="data", expected=f"{library}.{kind}", found=type(data).__name__)


def require_columns(refused: Sequence[str]) -> None:
    """Refuses columns whose values have no place in a table of texts and numbers."""
    if refused:
        raise _errors.UsageError(
            "a column holds neither numbers nor texts", place=", ".join(refused[:5]), found=f"{len(refused)} such columns",
            mend="leave it out, or take its parts apart")


def from_arrow(
    data: Any, store: str | os.PathLike[str], *, epochs: Sequence[float] | None = None, **options: Any
) -> Any:
    """Bring a table of trajectories into a store: whatever exports an Arrow stream, such as a ``pyarrow.Table``.

    Parameters
    ----------
    data : object with ``__arrow_c_stream__``
        Rows as ``engram ingest`` takes them: wide (``statistic@epoch``) or long (``epoch`` and a column for each statistic, or
        ``statistic``, ``epoch``, ``value``), beside metadata; or a list for each statistic, as a selection gives it.
    store : path
        The store; it is made where there is none.
    epochs : list of float, optional
        The epochs of the elements of lists, where the table does not say them.
    **options
        As of :func:`engram.ingest`, such as ``run=["animal"]``.

    Raises
    ------
    UsageError, InvalidDataError
        For columns that are neither numbers nor texts, names or epochs that come twice, and what ingest refuses.

    Warns
    -----
    EngramWarning
        For columns that are left out: those that a store numbers itself, unless the table is a whole selection of one.

    Notes
    -----
    NaN is a value of a trajectory, and null is none. Texts are taken as they stand. The values are float32 where all trajectories
    are, and whole numbers beside them are no larger than float32 holds.
    """
    needs("pyarrow", "reading an Arrow table")
    return ingest_arrow(data, store, "the Arrow table", epochs, options)


def ingest_arrow(
    data: Any, store: str | os.PathLike[str], source: str, epochs: Sequence[float] | None, options: dict[str, Any]
) -> Any:
    """Ingests what exports an Arrow stream; errors name the `source`."""
    import pyarrow
    from pyarrow import csv

    with library_errors("pyarrow", source, pyarrow.ArrowException):
        table = pyarrow.table(data)
        table = unlisted(table.drop_columns(dropped(table.column_names)), epochs)
    nested = ("struct", "map", "union", "run_end_encoded", "dense_union", "sparse_union", "binary", "large_binary", "fixed_size_binary")
    require_columns([field.name for field in table.schema if str(field.type).startswith(nested)])
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if twice:
        raise _errors.InvalidDataError(
            "the name of a column comes twice", place=", ".join(twice[:5]), mend="`table.rename_columns([...])`")
    with library_errors("pyarrow", source, pyarrow.ArrowException):
        spelt = pyarrow.table({name: spelled(column) for name, column in zip(table.column_names, table.columns, strict=True)})
        options.setdefault("value_type", value_type(
            {field.name: str(field.type) for field in spelt.schema}, lambda name: has_large(spelt[name])))
        wide = widened(spelt, options["value_type"])
    texts = {
        field.name: spelt[field.name].unique().to_pylist for field in spelt.schema if pyarrow.types.is_string(field.type)}

    def write(path: os.PathLike[str]) -> None:
        with library_errors("pyarrow", source, pyarrow.ArrowException):
            csv.write_csv(wide, path)

    return ingest_table(write, store, source, text_types(spelt.column_names, texts, options), options)


def has_lists(column: pandas.Series) -> bool:
    """Whether the values of a column are lists or arrays."""
    if column.dtype != object:
        return False
    first = column.first_valid_index()
    return first is not None and isinstance(column.loc[[first]].iloc[0], (list, tuple, np.ndarray))


def from_pandas(data: pandas.DataFrame, store: str | os.PathLike[str], **options: Any) -> Any:
    """Bring a ``pandas.DataFrame`` into a store; see :func:`from_arrow`. A named index is a column, lists need `epochs`.

    In trajectories NaN is a value, and what is not recorded is ``pandas.NA`` of a nullable column (``Float64``) or None; in
    metadata both are no value. Texts are taken as they stand: ``"NA"``, ``" x "`` and ``"1.10"`` stay so.
    """
    require_frame(data, "pandas", "DataFrame")
    return ingest_pandas(data, store, "pandas.DataFrame", options)


def ingest_pandas(data: pandas.DataFrame, store: str | os.PathLike[str], source: str, options: dict[str, Any]) -> Any:
    """Ingests a frame of pandas; errors name the `source`."""
    if data.columns.nlevels > 1:
        raise _errors.UsageError(
            "the names of columns have several levels", file=source, place="columns", found=repr(data.columns[0]),
            mend='join them, such as `data.columns = [f"{a}@{b}" for a, b in data.columns]`')
    if any(has_lists(column) for _, column in _pandas.columns_of(data)):
        needs("pyarrow", "reading lists")
        import pyarrow

        with library_errors("pyarrow", source, pyarrow.ArrowException):
            table = pyarrow.Table.from_pandas(data, preserve_index=any(name is not None for name in data.index.names))
        return ingest_arrow(table, store, source, options.pop("epochs", None), options)
    columns = _pandas.columns_of(data)
    require_columns([name for name, column in columns if _pandas.is_refused(column)])
    if _pandas.unnamed_levels(data):
        warnings.warn("what the index says without a name is left out", _errors.EngramWarning, stacklevel=3)
    left_out = dropped([name for name, _ in columns])
    columns = [(name, column) for name, column in columns if name not in left_out]
    known = dict(columns)
    options.setdefault("value_type", value_type(
        {name: str(column.dtype) for name, column in columns}, lambda name: is_beyond_float32(known[name].min(), known[name].max())))
    texts = {name: column.dropna().tolist for name, column in columns if _pandas.is_text(column)}

    def write(path: pathlib.Path) -> None:
        with library_errors("pandas", source, UnicodeError):
            _pandas.write_csv(columns, path, options["value_type"])

    return ingest_table(write, store, source, text_types([name for name, _ in columns], texts, options), options)


def from_polars(data: polars.DataFrame | polars.LazyFrame, store: str | os.PathLike[str], **options: Any) -> Any:
    """Bring a ``polars.DataFrame`` into a store; see :func:`from_arrow`, whose `epochs` a frame with lists needs.

    NaN is a value of a trajectory, and null is none; texts are taken as they stand.
    """
    source = f"polars.{type(data).__name__}"
    if type(data).__name__ == "LazyFrame":
        from polars.exceptions import PolarsError

        with library_errors("polars", source, PolarsError):
            data = data.lazy().collect()
    require_frame(data, "polars", "DataFrame")
    return ingest_polars(cast("polars.DataFrame", data), store, source, options)


def ingest_polars(data: polars.DataFrame, store: str | os.PathLike[str], source: str, options: dict[str, Any]) -> Any:
    """Ingests a frame of polars; errors name the `source`."""
    import polars
    from polars.exceptions import PolarsError

    require_columns([name for name, kind in data.schema.items() if str(kind).startswith(("Object", "Struct", "Binary"))])
    if any(kind.is_nested() for kind in data.schema.values()) or "epochs" in options:
        needs("pyarrow", "reading lists")
        return ingest_arrow(data, store, source, options.pop("epochs", None), options)
    frame = data.drop(dropped(data.columns))
    options.setdefault("value_type", value_type(
        {name: str(kind).lower() for name, kind in frame.schema.items()},
        lambda name: is_beyond_float32(frame[name].min(), frame[name].max())))
    texts = {
        name: frame[name].cast(polars.String).unique().to_list
        for name, kind in frame.schema.items() if str(kind).startswith(("String", "Categorical", "Enum"))}
    types = text_types(frame.columns, texts, options)
    if options["value_type"] != "float32":
        frame = frame.cast({name: polars.Float64 for name, kind in frame.schema.items() if str(kind).lower() in NARROW})

    def write(path: pathlib.Path) -> None:
        with library_errors("polars", source, PolarsError):
            frame.write_csv(path, quote_style="non_numeric")

    return ingest_table(write, store, source, types, options)


def read_parquet(path: str | os.PathLike[str], store: str | os.PathLike[str], **options: Any) -> Any:
    """Bring a Parquet file into a store, by pyarrow; see :func:`from_arrow`."""
    needs("pyarrow", "reading Parquet files")
    import pyarrow
    from pyarrow import parquet

    name = existing(path)
    try:
        table = parquet.read_table(name, page_checksum_verification=True)
    except (pyarrow.ArrowException, OSError) as error:
        raise _errors.CorruptError("this is no Parquet file that can be read", file=name, found=str(error)) from error
    return ingest_arrow(table, store, name, options.pop("epochs", None), options)
