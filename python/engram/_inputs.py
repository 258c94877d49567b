"""Data frames of other libraries into a store, in memory; each becomes an ingest."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import _errors, _pandas
from ._arrow_tables import arrow_table, indexed, is_wide, require_once, spelled, unlisted, widened
from ._frames import (
    NARROW, REALS, are_numbers, dropped, epoch_names, fields_of, ingest_table, is_beyond_float32, library_errors, text_types, value_type,
)
from ._times import SHORTER, duration
from ._needs import existing, needs

if TYPE_CHECKING:
    import pandas
    import polars


def is_frame(data: Any, library: str, kind: str) -> bool:
    """Whether something is a data frame of a library, which need not be there."""
    return any(one.__module__.split(".")[0] == library and one.__name__ == kind for one in type(data).__mro__)


def require_frame(data: Any, library: str, kind: str) -> None:
    """Refuses what is no data frame of a library."""
    if not is_frame(data, library, kind):
        raise _errors.UsageError("this is no data frame", place="data", expected=f"{library}.{kind}", found=type(data).__name__)


def require_columns(refused: Sequence[str]) -> None:
    """Refuses columns whose values have no place in a table of texts and numbers."""
    if refused:
        raise _errors.UsageError(
            "a column holds neither numbers nor texts", place=", ".join(refused[:5]), found=f"{len(refused)} such columns",
            mend="leave it out, or take its parts apart")


def from_arrow(
    data: Any, store: str | os.PathLike[str], *, epochs: Any = None, **options: Any
) -> Any:
    """Bring a table of trajectories into a store: whatever exports an Arrow stream, such as a ``pyarrow.Table``.

    Parameters
    ----------
    data : object with ``__arrow_c_stream__``
        Rows as ``engram ingest`` takes them: wide (``statistic@epoch``) or long (``epoch`` and a column for each statistic, or
        ``statistic``, ``epoch``, ``value``), beside metadata; or a list for each statistic, as a selection gives it. A frame of
        pandas is taken as :func:`from_pandas` takes it.
    store : path
        The store; it is made where there is none.
    epochs : list of float, range, slice or str, optional
        The epochs of the elements of lists, where the table does not say them, such as ``[0, 5, 10]`` or ``"0:10:5"``.
    **options
        As of :func:`engram.ingest`, such as ``run=["animal"]``.

    Raises
    ------
    UsageError, InvalidDataError
        For columns that are neither numbers nor texts, names or epochs that come twice, and what ingest refuses.

    Warns
    -----
    EngramWarning
        For columns that are left out: those that a store numbers itself, unless the table is a whole selection of one, and an index
        of pandas without a name.

    Notes
    -----
    NaN is a value of a trajectory, and null is none. Texts are taken as they stand, times and durations as texts of ISO 8601. A named
    index of pandas, of a Parquet file too, is a column, as of :func:`from_pandas`, and a column of reals is a field of reals. The values are float32 where all trajectories are, and whole numbers beside them are no larger than float32 holds.
    """
    if is_frame(data, "pandas", "DataFrame"):
        return ingest_pandas(data, store, "pandas.DataFrame", {**options, "epochs": epochs})
    needs("pyarrow", "reading an Arrow table")
    return ingest_arrow(data, store, "the Arrow table", epochs, options)


def ingest_arrow(
    data: Any, store: str | os.PathLike[str], source: str, epochs: Any, options: dict[str, Any]
) -> Any:
    """Ingests what exports an Arrow stream; errors name the `source`."""
    import pyarrow
    from pyarrow import csv

    with library_errors("pyarrow", source, pyarrow.ArrowException):
        table = indexed(arrow_table(data))
        require_once(table)
        table = unlisted(table.drop_columns(dropped(table.column_names)), epochs)
    require_once(table)
    nested = ("struct", "map", "union", "run_end_encoded", "dense_union", "sparse_union", "binary", "large_binary", "fixed_size_binary")
    kinds = {field.name: field.type for field in table.schema}
    require_columns([
        name for name, kind in kinds.items()
        if str(kind.value_type if pyarrow.types.is_dictionary(kind) else kind).startswith(nested)])
    with library_errors("pyarrow", source, pyarrow.ArrowException):
        spelt = pyarrow.table({name: spelled(column) for name, column in zip(table.column_names, table.columns, strict=True)})
        options.setdefault("value_type", value_type(
            {field.name: str(field.type) for field in spelt.schema}, lambda name: is_wide(spelt[name])))
        wide = widened(spelt)
    texts = {
        field.name: spelt[field.name].unique().to_pylist for field in spelt.schema if pyarrow.types.is_string(field.type)}

    def write(path: os.PathLike[str]) -> None:
        with library_errors("pyarrow", source, pyarrow.ArrowException):
            csv.write_csv(wide, path)

    # Written as CSV, a real that is whole looks like a whole number.
    reals = {
        field: "real" for name, field in fields_of(spelt.column_names, options, are_texts=False).items()
        if str(spelt[name].type) in REALS and spelt[name].null_count < len(spelt)}
    return ingest_table(write, store, source, {**reals, **text_types(spelt.column_names, texts, options)}, options)


def from_pandas(data: pandas.DataFrame, store: str | os.PathLike[str], **options: Any) -> Any:
    """Bring a ``pandas.DataFrame`` into a store; see :func:`from_arrow`. A named index is a column, lists need `epochs`.

    In trajectories NaN is a value, and what is not recorded is ``pandas.NA`` of a nullable column (``Float64``) or None; in
    metadata both are no value. Texts are taken as they stand: ``"NA"``, ``" x "`` and ``"1.10"`` stay so. Bytes, sets and mappings
    are refused.
    """
    require_frame(data, "pandas", "DataFrame")
    return ingest_pandas(data, store, "pandas.DataFrame", options)


def ingest_pandas(data: pandas.DataFrame, store: str | os.PathLike[str], source: str, options: dict[str, Any]) -> Any:
    """Ingests a frame of pandas; errors name the `source`."""
    if data.columns.nlevels > 1:
        raise _errors.UsageError(
            "the names of columns have several levels", file=source, place="columns", found=repr(data.columns[:1].tolist()),
            mend='join them, such as `data.columns = [f"{a}@{b}" for a, b in data.columns]`')
    columns = _pandas.columns_of(data)
    lists = {place for place, (_, column) in enumerate(columns) if _pandas.has_lists(column)}
    if lists:
        epochs = epoch_names(options.pop("epochs", None))
        columns = [
            part for place, (name, column) in enumerate(columns)
            for part in (_pandas.unlisted(name, column, epochs) if place in lists else [(name, column)])]
    require_columns([name for name, column in columns if _pandas.is_refused(column)])
    if _pandas.unnamed_levels(data):
        _errors.say("what the index says without a name is left out")
    left_out = dropped([name for name, _ in columns])
    columns = [(name, column) for name, column in columns if name not in left_out]
    known = dict(columns)
    options.setdefault("value_type", value_type(
        {name: _pandas.kind_of(column) for name, column in columns}, lambda name: _pandas.is_wide(known[name])))
    texts = {name: column.dropna().tolist for name, column in columns if _pandas.is_text(column)}

    def write(path: pathlib.Path) -> None:
        with library_errors("pandas", source, UnicodeError):
            _pandas.write_csv(columns, path)

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
    texts = {
        name: frame[name].cast(polars.String).unique().to_list
        for name, kind in frame.schema.items() if str(kind).startswith(("String", "Categorical", "Enum"))}

    def is_wide_column(name: str) -> bool:
        kind = str(frame.schema[name]).lower()
        if name in texts or kind in REALS or kind.startswith("decimal"):
            return name not in texts or are_numbers(one for one in texts[name]() if one is not None)
        return kind.startswith(("int", "uint")) and is_beyond_float32(frame[name].min(), frame[name].max())

    options.setdefault("value_type", value_type({name: str(kind).lower() for name, kind in frame.schema.items()}, is_wide_column))
    types = text_types(frame.columns, texts, options)
    # Narrow reals are spelled as the float64 that they are exactly.
    frame = frame.cast({name: polars.Float64 for name, kind in frame.schema.items() if str(kind).lower() in NARROW})
    frame = frame.with_columns(polars_times(frame))

    def write(path: pathlib.Path) -> None:
        with library_errors("polars", source, PolarsError):
            frame.write_csv(path, quote_style="non_numeric")

    return ingest_table(write, store, source, types, options)


def polars_times(frame: polars.DataFrame) -> list[polars.Series]:
    """The times and durations of a frame of polars as texts of ISO 8601."""
    import polars

    found = []
    for name, kind in frame.schema.items():
        column = frame[name]
        if isinstance(kind, polars.Duration):
            unit = kind.time_unit or "us"
            counts = column.to_physical().to_list()
            column = polars.Series(name, [None if one is None else duration(one, unit) for one in counts], polars.String)
        elif kind in (polars.Datetime, polars.Time):
            zone = "%:z" if getattr(kind, "time_zone", None) else ""
            column = column.dt.to_string(("" if kind == polars.Time else "%Y-%m-%dT") + "%H:%M:%S%.f" + zone)
            for pattern, place in SHORTER:
                column = column.str.replace(pattern, place.replace("{", "${"))
        else:
            continue
        found.append(column)
    return found


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
