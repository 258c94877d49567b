"""Data frames and datasets of other libraries into a store, in memory; each becomes an append or an ingest."""

from __future__ import annotations

import os
import pathlib
import tempfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import _errors
from ._needs import existing, needs
from ._request import number
from ._write import append, ingest, plain

if TYPE_CHECKING:
    import pandas
    import polars
    import xarray

#: Columns that a store gives itself, so that a selection of one can be brought into another.
GIVEN = ("example_id", "observation_id", "run_id", "layer_ordinal", "layer_set_id", "example_count")
#: Columns by which `ingest` knows a whole selection of a store, whose runs then stay apart as they were there.
OWN = {"example_id", "run_id", "layer_name", "layer_position", "unit_fraction"}

#: Coordinates that say how a run was measured.
CONDITION = ("unit_fraction", "noise_sd", "observation_seed")


def dropped(names: Sequence[Any]) -> list[str]:
    """The columns of a table that are left out: those that a store gives itself, unless all of a selection are there."""
    return [] if set(names) >= OWN else [name for name in GIVEN if name in names]


# What libraries call reals of 32 bits or fewer, and all reals.
NARROW = {"halffloat", "float16", "float", "float32", "halffloat[pyarrow]", "float[pyarrow]"}
REALS = NARROW | {"double", "float64", "double[pyarrow]"}


def value_type(kinds: dict[str, str]) -> str | None:
    """The type of the values of a table by those of its columns: float32 where all trajectories are, so that every bit is kept.

    Trajectories are the columns ``statistic@epoch`` and ``value``; where there are none, any column of reals may be one.
    """
    named = {name: kind for name, kind in kinds.items() if "@" in name or name == "value"} or kinds
    reals = {kind.lower() for kind in named.values()} & REALS
    return "float32" if reals and reals <= NARROW else None


def unlisted(table: Any, epochs: Sequence[float] | None) -> Any:
    """An Arrow table with a column ``statistic@epoch`` for each element of its lists, as `ingest` takes them.

    The epochs are those that are given, or those that a selection of a store wrote into the table.
    """
    import pyarrow
    import pyarrow.compute
    from pyarrow import types

    compute: Any = pyarrow.compute  # its functions are made at run time, so no checker sees them

    def is_list(kind: Any) -> bool:
        return bool(types.is_fixed_size_list(kind) or types.is_list(kind) or types.is_large_list(kind))

    if not any(is_list(kind) for kind in table.schema.types):
        return table
    known = (table.schema.metadata or {}).get(b"engram.samples", b"").decode()
    names = known.split(",") if epochs is None else [number(one) for one in epochs]
    if not names[0] or names[0].startswith("+"):
        raise _errors.UsageError(
            "nobody said which epochs the elements of the lists are of", place="epochs",
            expected="an epoch for each element", found="samples of a view" if known else "no epochs",
            mend="`epochs=[0, 5, 10]`")
    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if not is_list(column.type):
            columns[name] = column
            continue
        lengths = set(compute.unique(compute.list_value_length(column)).to_pylist()) - {None}
        if lengths - {len(names)}:
            raise _errors.InvalidDataError(
                "a list has more or fewer elements than there are epochs", place=name, expected=str(len(names)),
                found=", ".join(map(str, sorted(lengths))))
        columns.update({f"{name}@{epoch}": compute.list_element(column, place) for place, epoch in enumerate(names)})
    return pyarrow.table(columns)


def spelled(column: Any) -> Any:
    """An Arrow column without a dictionary, and of no kind of text that pyarrow cannot write as CSV."""
    import pyarrow

    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        chunks = [
            pyarrow.DictionaryArray.from_arrays(chunk.indices, spelled(chunk.dictionary)) for chunk in column.chunks]
        target = spelled(pyarrow.nulls(0, kind.value_type)).type
        return pyarrow.chunked_array(chunks, pyarrow.dictionary(kind.index_type, target)).cast(target)
    is_view = str(kind) in ("string_view", "large_string")
    return column.cast(pyarrow.string()) if is_view else column


def widened(table: Any, type_of_values: str | None) -> Any:
    """An Arrow table whose narrow reals have the type of the values, for the shortest decimals of a narrow one mean another number."""
    import pyarrow

    target = pyarrow.float32() if type_of_values == "float32" else pyarrow.float64()
    return pyarrow.table({
        name: column.cast(target) if str(column.type) in NARROW else column
        for name, column in zip(table.column_names, table.columns, strict=True)})


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
    """
    needs("pyarrow", "reading an Arrow table")
    import pyarrow
    from pyarrow import csv

    table = pyarrow.table(data)
    table = unlisted(table.drop_columns(dropped(table.column_names)), epochs)
    nested = ("struct", "map", "union", "run_end_encoded", "dense_union", "sparse_union")
    require_columns([field.name for field in table.schema if str(field.type).startswith(nested)])
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if twice:
        raise _errors.InvalidDataError(
            "the name of a column comes twice", place=", ".join(twice[:5]), mend="`table.rename_columns([...])`")
    spelt = pyarrow.table({name: spelled(column) for name, column in zip(table.column_names, table.columns, strict=True)})
    options.setdefault("value_type", value_type({field.name: str(field.type) for field in spelt.schema}))
    with tempfile.TemporaryDirectory(prefix="engram-") as folder:
        path = pathlib.Path(folder) / "table.csv"
        csv.write_csv(widened(spelt, options["value_type"]), path)
        return ingest(path, store, **options)


def has_lists(column: pandas.Series) -> bool:
    """Whether the values of a column are lists or arrays."""
    if column.dtype != object:
        return False
    first = column.first_valid_index()
    return first is not None and isinstance(column.loc[[first]].iloc[0], (list, tuple, np.ndarray))


def from_pandas(data: pandas.DataFrame, store: str | os.PathLike[str], **options: Any) -> Any:
    """Bring a ``pandas.DataFrame`` into a store; see :func:`from_arrow`. A named index is a column, lists need `epochs`."""
    require_frame(data, "pandas", "DataFrame")
    if data.columns.is_unique and any(has_lists(column) for _, column in data.items()):
        needs("pyarrow", "reading lists")
        import pyarrow

        return from_arrow(
            pyarrow.Table.from_pandas(data, preserve_index=any(name is not None for name in data.index.names)), store, **options)
    options.setdefault("value_type", value_type({str(name): str(kind) for name, kind in data.dtypes.items()}))
    narrow = [name for name, kind in data.dtypes.items() if str(kind).lower() in NARROW]
    if narrow and data.columns.is_unique:
        bits = "32" if options["value_type"] == "float32" else "64"
        data = data.astype({name: ("Float" if str(data.dtypes[name])[0] == "F" else "float") + bits for name in narrow})
    truths = [name for name, kind in data.dtypes.items() if str(kind) in ("bool", "boolean", "bool[pyarrow]")]
    if truths and data.columns.is_unique:
        # As other libraries spell them.
        spelled: Any = {True: "true", False: "false"}
        data = data.assign(**{name: data[name].map(spelled) for name in truths if isinstance(name, str)})
    with tempfile.TemporaryDirectory(prefix="engram-") as folder:
        path = pathlib.Path(folder) / "table.csv"
        is_own = {*data.columns, *data.index.names} >= OWN
        index = any(name is not None and (is_own or name not in GIVEN) for name in data.index.names)
        names = [*data.columns, *(data.index.names if index else [])]
        data.drop(columns=dropped(names), errors="ignore").to_csv(path, index=index)
        return ingest(path, store, **options)


def from_polars(data: polars.DataFrame | polars.LazyFrame, store: str | os.PathLike[str], **options: Any) -> Any:
    """Bring a ``polars.DataFrame`` into a store; see :func:`from_arrow`, whose `epochs` a frame with lists needs."""
    if type(data).__name__ == "LazyFrame":
        collected: polars.DataFrame = data.lazy().collect()
        return from_polars(collected, store, **options)
    require_frame(data, "polars", "DataFrame")
    import polars

    data = cast("polars.DataFrame", data)
    require_columns([name for name, kind in data.schema.items() if str(kind).startswith(("Object", "Struct"))])
    if any(kind.is_nested() for kind in data.schema.values()) or "epochs" in options:
        return from_arrow(data, store, **options)
    options.setdefault("value_type", value_type({name: str(kind).lower() for name, kind in data.schema.items()}))
    with tempfile.TemporaryDirectory(prefix="engram-") as folder:
        path = pathlib.Path(folder) / "table.csv"
        if options["value_type"] != "float32":
            data = data.cast({name: polars.Float64 for name, kind in data.schema.items() if str(kind).lower() in NARROW})
        data.drop(dropped(data.columns)).write_csv(path)
        return ingest(path, store, **options)


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
    return from_arrow(table, store, **options)


def from_xarray(
    data: Any, store: str | os.PathLike[str], *, run: Sequence[str] | None = None, layer: str | None = None,
    example: str = "example", epoch: str = "epoch", **options: Any,
) -> Any:
    """Bring an ``xarray.Dataset`` into a store: each variable ``(example, epoch)`` is a statistic, or each place of a dimension
    ``statistic``.

    Parameters
    ----------
    data : xarray.Dataset or xarray.DataArray
        Its coordinates along the examples are metadata of runs; those of a selection of a store mean there what they meant here.
    store : path
        The store; it is made where there is none.
    run : list of str, optional
        The coordinates that are metadata; all along the examples unless given.
    layer : str, optional
        The coordinate that names the layer; ``layer_name`` where there is one, else every example is a layer named ``layer``.
    example, epoch : str
        The names of the dimensions.
    **options
        As of :func:`engram.append`.

    Notes
    -----
    Whole numbers in a real coordinate become integers, for an integer that is missing somewhere makes a coordinate real; an empty
    text is no value.
    """
    if type(data).__name__ == "DataArray":
        data = data.to_dataset(name=data.name or "value")
    if not hasattr(data, "data_vars"):
        raise _errors.UsageError("this is no dataset", place="data", expected="xarray.Dataset", found=type(data).__name__)
    for variable in data.data_vars.values():
        if set(variable.dims) == {example, "statistic", epoch} and "statistic" in data.coords:
            data = variable.to_dataset(dim="statistic")
            break
    names = [str(name) for name, variable in data.data_vars.items() if set(variable.dims) == {example, epoch}]
    along = [str(name) for name, coordinate in data.coords.items() if coordinate.dims == (example,) and name != example]
    if names and run is None and layer is None and {*along, "example_id"} >= OWN:
        return own_dataset(data, store, names, along, example, epoch, options)
    if not names:
        raise _errors.UsageError(
            "the dataset has no variable of examples and epochs", place="data", expected=f"dimensions ({example}, {epoch})",
            found=", ".join(f"{name} {variable.dims}" for name, variable in data.data_vars.items()))
    if data.sizes[example] == 0:
        raise _errors.UsageError("the dataset has no examples", place="data", found=f"dimension {example} of length 0")
    layer = layer or ("layer_name" if "layer_name" in data.coords else None)
    skipped = {*GIVEN, *CONDITION, "layer_position", "commit_id", layer}
    fields = list(run) if run is not None else [name for name in along if name not in skipped]
    values = np.stack([data[name].transpose(example, epoch).to_numpy() for name in names], axis=-1)
    columns = {name: whole(data[name].to_numpy()) for name in fields}
    layers = data[layer].to_numpy() if layer else None
    positions = whole(data["layer_position"].to_numpy()) if "layer_position" in along else None
    conditions = {name: whole(data[name].to_numpy()) for name in CONDITION if name in along}
    if conditions:
        options.setdefault("conditions", [
            {name: column[row] for name, column in conditions.items() if plain(column[row]) is not None} for row in range(values.shape[0])])
    runs: list[dict[str, Any]] = []
    named: list[list[Any]] = []
    for row in range(values.shape[0]):
        runs.append({name: column[row] for name, column in columns.items()})
        name = str(layers[row]) if layers is not None else "layer"
        named.append([name if positions is None else (name, positions[row])])
    epochs = [float(number(value)) for value in data[epoch].to_numpy()]
    return append(store, values[:, None], runs=runs, layers=named, epochs=epochs, statistics=names, **options)


def own_dataset(
    data: xarray.Dataset, store: str | os.PathLike[str], names: list[str], along: list[str], example: str, epoch: str,
    options: dict[str, Any],
) -> Any:
    """Brings in the dataset of a selection as the wide frame that the selection gives, whose runs stay apart as they were."""
    import pandas

    # As objects, a whole number beside one that is missing stays whole.
    known = {name: pandas.Series(list(whole(data[name].to_numpy())), dtype=object) for name in along if name != "example_id"}
    values = {}
    for name in names:
        rows = data[name].transpose(example, epoch).to_numpy()
        for place, time in enumerate(data[epoch].to_numpy()):
            values[f"{name}@{number(time)}"] = rows[:, place]
    ids = data[example].to_numpy() if example in data.coords else np.arange(data.sizes[example])
    return from_pandas(pandas.DataFrame({"example_id": ids, **known, **values}), store, **options)


def whole(values: Any) -> Any:
    """Metadata as a store has them: integers where every number is whole, None for an empty text."""
    if values.dtype.kind == "f":
        numbers = values[np.isfinite(values)]
        if len(numbers) and (numbers == np.round(numbers)).all() and np.abs(numbers).max() < 2**53:
            return [int(value) if np.isfinite(value) else None for value in values]
    return [None if value == "" else value for value in values.tolist()] if values.dtype.kind in "UO" else values
