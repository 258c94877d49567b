"""Selections as lazy frames of polars, which read only the columns and rows that a query needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars

from ._errors import UsageError
from ._exports import value_columns
from ._pieces import Pieces

if TYPE_CHECKING:
    from ._selection import Selection


#: Examples that are read at a time: 4 row groups.
BATCH = 3_072


def scan(
    selection: Selection, layout: Literal["list", "wide"], fields: str | Sequence[str] | None
) -> polars.LazyFrame:
    """A lazy frame: of a query only the statistics are decoded that it names, of the examples that its filter on metadata leaves."""
    from polars.io.plugins import register_io_source

    if layout not in ("list", "wide"):
        raise UsageError("a scan has a row for each example", place="layout", expected="'list' or 'wide'", found=repr(layout))
    pieces = Pieces(selection)
    pieces.refuse_scaled()
    samples = selection._info[4]
    first = selection._first()
    known = dict(list(first.to_polars("list", fields).schema.items())[:-len(first.statistics)])
    owner = value_columns(selection, layout, known)
    number = polars.Float32 if selection.dtype == np.float32 else polars.Float64
    schema = polars.Schema({**known, **dict.fromkeys(owner, number if layout == "wide" else polars.Array(number, samples))})

    def metadata(places: Sequence[str], count: int | None) -> polars.DataFrame:
        names = ["example_id", *(name for name in places if name != "example_id")]
        return pieces.metadata(pieces.ids[:count], names).to_polars().cast({name: schema[name] for name in names if name in schema})

    def values(rows: polars.DataFrame, read: list[str]) -> polars.DataFrame:
        ids, names = rows["example_id"].to_numpy(), [column for column, name in owner.items() if name in read]
        if layout == "wide":
            return polars.DataFrame(pieces.read(ids, read, order="F"), schema=names, orient="row")
        cube = pieces.cube(ids, read)
        return polars.DataFrame([polars.Series(name, np.ascontiguousarray(cube[:, place])) for place, name in enumerate(names)])

    def source(
        with_columns: list[str] | None, predicate: polars.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[polars.DataFrame]:
        # A frame without columns has no rows, so where polars wants none, as for row numbers alone, the ids tell how many there are.
        wanted = list(schema) if with_columns is None else with_columns or ["example_id"]
        filtered = set() if predicate is None else set(predicate.meta.root_names())
        needed = filtered.union(wanted)
        # Of a limit and a filter together polars means the first rows, and those of them that the filter leaves.
        rows = metadata([name for name in known if name in needed], n_rows)
        if predicate is not None and not filtered & owner.keys():
            rows, predicate = rows.filter(predicate), None
        read = [name for name in selection.statistics if any(owner.get(one) == name for one in needed)]
        if not read or not len(rows):
            rows = polars.DataFrame(schema=schema) if read else rows
            yield (rows if predicate is None else rows.filter(predicate)).select(wanted)
            return
        # Some rows at a time, between which polars sees Ctrl-C and a limit that is reached.
        for some in rows.iter_slices(BATCH):
            whole = polars.concat([some, values(some, read)], how="horizontal")
            yield (whole if predicate is None else whole.filter(predicate)).select(wanted)

    return register_io_source(source, schema=schema)
