"""A data frame of pandas as a table that `ingest` reads: texts in quotes, reals to their last bit, a gap told from NaN."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ._frames import NARROW, trajectories
from ._rows import cell

if TYPE_CHECKING:
    import pandas

#: Cells that are spelled at a time.
CELLS = 1 << 20


def unnamed_levels(data: pandas.DataFrame) -> int:
    """How many levels of the index have no name, and more than the numbers of rows."""
    levels = [data.index.get_level_values(place) for place, name in enumerate(data.index.names) if name is None]
    return sum(level.dtype.kind not in "iu" or data.index.nlevels > 1 for level in levels if len(level))


def columns_of(data: pandas.DataFrame) -> list[tuple[str, pandas.Series]]:
    """The named levels of the index, then the columns, each with its name; two may have one name, which `ingest` refuses."""
    levels = [
        (str(name), data.index.get_level_values(place).to_series(index=data.index))
        for place, name in enumerate(data.index.names) if name is not None]
    return levels + [(str(name), data.iloc[:, place]) for place, name in enumerate(data.columns)]


def is_real(column: pandas.Series) -> bool:
    """Whether a column is of reals, NumPy's or pandas' own."""
    return str(column.dtype).lower().startswith(("float", "halffloat", "double"))


def is_text(column: pandas.Series) -> bool:
    """Whether all values of a column are texts, or missing."""
    kinds = column.cat.categories if str(column.dtype) == "category" else column
    return bool(kinds.dtype.kind == "O" and all(isinstance(one, str) for one in kinds.dropna()))


def is_refused(column: pandas.Series) -> bool:
    """Whether the values of a column are neither numbers nor texts, by the first of them."""
    first = column.first_valid_index() if column.dtype == object else None
    return first is not None and isinstance(column.loc[[first]].iloc[0], (bytes, bytearray, dict, set))


def spelled(value: Any, has_nan: bool) -> str:
    """A value as a cell: NaN is a number of a trajectory, and no value of metadata; numbers of any library stand without quotes."""
    if isinstance(value, float) and math.isnan(value):
        return "nan" if has_nan else ""
    # An exact number of the standard library is none of those that JSON has.
    return str(value) if isinstance(value, numbers.Number) and not isinstance(value, (bool, np.generic)) else cell(value)


def cells_of(column: pandas.Series, kind: str, is_trajectory: bool) -> list[str]:
    """The cells of a column; `kind` is the type in which reals are spelled, ``float32`` or ``float64``."""
    if not is_real(column):
        return [spelled(value, is_trajectory) for value in column.tolist()]
    # Only a column that tells a gap from NaN has gaps beside it.
    gaps = None if isinstance(column.dtype, np.dtype) else column.isna().to_numpy()
    reals: Any = column.to_numpy(dtype=np.dtype(kind), na_value=np.nan)
    cells = list(map(repr, reals.tolist())) if kind == "float64" else reals.astype(str).tolist()
    if gaps is not None:
        cells = ["" if gap else one for gap, one in zip(gaps.tolist(), cells, strict=True)]
    return cells if is_trajectory else ["" if one == "nan" else one for one in cells]


def write_csv(columns: list[tuple[str, pandas.Series]], path: os.PathLike[str], value_type: str | None) -> None:
    """Writes columns as CSV, some rows at a time."""
    named = set(trajectories(name for name, _ in columns))
    prepared = []
    for name, column in columns:
        if column.dtype.kind in "Mm":
            # A day is spelled without its time where no value of the column has one, as pandas writes it.
            column = column.astype(str).astype(object).where(column.notna(), None)
        narrow = str(column.dtype).lower() in NARROW and value_type == "float32"
        prepared.append((column, "float32" if narrow else "float64", name in named if named else is_real(column)))
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(",".join(cell(name) for name, _ in columns) + "\n")
        for rows in slices(len(columns[0][1]) if columns else 0, len(columns)):
            parts = [cells_of(column.iloc[rows], kind, is_trajectory) for column, kind, is_trajectory in prepared]
            file.writelines(",".join(row) + "\n" for row in zip(*parts, strict=True))


def slices(rows: int, columns: int) -> Iterator[slice]:
    """The rows of a table, as many at a time as have about `CELLS` cells."""
    step = max(1, CELLS // max(1, columns))
    for start in range(0, rows, step):
        yield slice(start, start + step)
