"""Selections as data frames of pandas and as Parquet files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _errors
from ._request import Layout

if TYPE_CHECKING:
    import pandas

    from ._selection import Selection


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


def write_parquet(
    selection: Selection, path: str | os.PathLike[str], layout: Layout, fields: str | Sequence[str] | None, options: dict[str, Any]
) -> None:
    """Writes a selection batch by batch; the file appears whole or not at all."""
    import pyarrow
    from pyarrow import parquet

    target = os.fspath(path)
    unfinished = f"{target}.{os.getpid()}.tmp"
    reader = pyarrow.RecordBatchReader.from_stream(selection.arrow_stream(layout, fields))
    try:
        with parquet.ParquetWriter(unfinished, reader.schema, **{"compression": "zstd", **options}) as writer:
            for batch in reader:
                writer.write_batch(batch)
        os.replace(unfinished, target)
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)
