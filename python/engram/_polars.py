"""Selections as lazy frames of polars, which read only the columns and rows that a query needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import polars

from ._request import statistics_text

if TYPE_CHECKING:
    from ._selection import Selection


#: Examples that are read at a time: 4 row groups.
BATCH = 3_072


def kept(rows: polars.DataFrame, count: int | None) -> polars.DataFrame:
    """The first rows of a frame, or all."""
    return rows if count is None else rows.head(count)


def scan(
    selection: Selection, layout: Literal["list", "wide"], fields: str | Sequence[str] | None
) -> polars.LazyFrame:
    """A lazy frame: of a query only the statistics are decoded that it names, of the examples that its filter on metadata leaves."""
    from polars.io.plugins import register_io_source

    ids, statistics = selection.ids, selection.statistics
    schema = selection._replaced(where=None, examples=ids[:1], statistics=statistics_text(statistics)).to_polars(layout, fields).schema
    owners = statistics if layout == "list" else [name for name in statistics for _ in range(selection._info[4])]
    # Columns of values stand behind the fields, and are called otherwise where a field has the name.
    known = list(schema)[:len(schema) - len(owners)]
    owner = dict(zip(list(schema)[len(known):], owners, strict=True))
    is_value = set(owner)

    def metadata(places: Sequence[str]) -> polars.DataFrame:
        names = ["example_id", *(name for name in places if name != "example_id")]
        return selection.metadata(names).to_polars().cast({name: schema[name] for name in names if name in schema})

    def source(
        with_columns: list[str] | None, predicate: polars.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[polars.DataFrame]:
        wanted = list(schema) if with_columns is None else with_columns
        needed = set(wanted) | (set() if predicate is None else set(predicate.meta.root_names()))
        places = [name for name in known if name in needed]
        rows = metadata(places)
        if predicate is not None and not needed & is_value & set(predicate.meta.root_names()):
            rows, predicate = rows.filter(predicate), None
        if n_rows is not None and predicate is None:
            rows = rows.head(n_rows)
        read = [name for name in statistics if any(owner.get(one) == name for one in needed)]
        if not read or not len(rows):
            rows = polars.DataFrame(schema=schema) if read else rows
            yield kept(rows if predicate is None else rows.filter(predicate), n_rows).select(wanted)
            return
        # Some rows at a time, between which polars sees Ctrl-C and a limit that is reached.
        left = n_rows
        for some in rows.iter_slices(BATCH):
            part = selection._replaced(where=None, examples=some["example_id"].to_numpy(), statistics=statistics_text(read))
            values = part.to_polars(layout, "").drop("example_id")
            values.columns = [column for column in owner if owner[column] in read]
            whole = polars.concat([some, values], how="horizontal")
            found = kept(whole if predicate is None else whole.filter(predicate), left)
            yield found.select(wanted)
            left = None if left is None else left - len(found)
            if left == 0:
                return

    return register_io_source(source, schema=schema)
