"""Selections as Arrow streams, data frames of pandas, and Parquet files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _engram, _errors
from ._request import Layout

#: Rows of a row group of Parquet: 16 row groups of a store.
ROW_GROUP = 12_288

if TYPE_CHECKING:
    import pandas

    from ._selection import Selection


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Has Ctrl-C be Ctrl-C where a library pulls a stream: it sees the stream end with an error, and raises one of its own."""
    try:
        yield
    except Exception:
        _engram.check_signals()
        raise


class ArrowStream:
    """A selection in one layout, for whatever imports an Arrow stream; each import reads it anew."""

    def __init__(self, selection: Selection, layout: Layout, fields: str | Sequence[str] | None) -> None:
        self._selection = selection
        self._layout: Layout = layout
        self._fields = fields

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The stream (Arrow PyCapsule interface)."""
        return self._selection._stream(self._layout, self._fields)


def frame(selection: Selection, layout: Layout, fields: str | Sequence[str] | None) -> pandas.DataFrame:
    """A selection as a data frame, indexed by ``example_id``."""
    import pandas

    if layout == "list":
        return selection.to_arrow(layout, fields).to_pandas().set_index("example_id")
    ids = selection.ids
    known = selection.metadata(fields).to_pandas() if fields != "" else pandas.DataFrame(index=range(len(ids)))
    known = known.drop(columns="example_id", errors="ignore")
    known.index = pandas.Index(ids, name="example_id")
    if layout == "wide":
        values = pandas.DataFrame(selection.to_numpy(order="F"), index=known.index, columns=selection.columns, copy=False)
        return pandas.concat([known, values], axis=1)
    cube = selection.to_numpy3d()
    if len(selection.epochs) != cube.shape[2]:
        raise _errors.UsageError("long rows have an epoch each", place="view", mend="take another layout")
    repeats = cube.shape[1] * cube.shape[2]
    long = known.loc[known.index.repeat(repeats)]
    statistic = pandas.Categorical.from_codes(
        np.tile(np.repeat(np.arange(cube.shape[1]), cube.shape[2]), cube.shape[0]), selection.statistics)
    return long.assign(
        statistic=statistic, epoch=np.tile(selection.epochs, cube.shape[0] * cube.shape[1]), value=cube.reshape(-1))


def float_paths(field: Any) -> list[str]:
    """The path of a column of floats, or of lists of floats, as Parquet names it; empty for others."""
    import pyarrow

    if pyarrow.types.is_floating(field.type):
        return [field.name]
    if pyarrow.types.is_fixed_size_list(field.type) and pyarrow.types.is_floating(field.type.value_type):
        return [f"{field.name}.list.element"]
    return []


def write_parquet(
    selection: Selection, path: str | os.PathLike[str], layout: Layout, fields: str | Sequence[str] | None, options: dict[str, Any]
) -> None:
    """Writes a selection batch by batch; the file appears whole or not at all."""
    import pyarrow
    from pyarrow import parquet

    target = os.fspath(path)
    unfinished = f"{target}.{os.getpid()}.tmp"
    reader = pyarrow.RecordBatchReader.from_stream(selection.arrow_stream(layout, fields))
    settings: dict[str, Any] = {"compression": "zstd", **options}
    if not {"use_dictionary", "use_byte_stream_split", "column_encoding"} & options.keys():
        # The bytes of floats by their place, which about halves the file: no two floats are equal, but their first bytes are alike.
        floats = [path for field in reader.schema for path in float_paths(field)]
        others = [field.name for field in reader.schema if not float_paths(field)]
        settings.update(use_byte_stream_split=floats, use_dictionary=others)
    waiting: list[Any] = []
    try:
        with stoppable(), parquet.ParquetWriter(unfinished, reader.schema, **settings) as writer:
            for batch in reader:
                waiting.append(batch)
                if sum(one.num_rows for one in waiting) >= ROW_GROUP:
                    writer.write_table(pyarrow.Table.from_batches(waiting), row_group_size=ROW_GROUP)
                    waiting = []
            if waiting:
                writer.write_table(pyarrow.Table.from_batches(waiting), row_group_size=ROW_GROUP)
        os.replace(unfinished, target)
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)
