"""A data frame of pandas as a table that `ingest` reads: texts in quotes, reals to their last bit, a gap told from NaN."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _errors
from ._frames import MOST_IN_FLOAT32, REALS, are_numbers, is_beyond_float32
from ._rows import cell
from ._write import is_missing

if TYPE_CHECKING:
    import pandas

#: Cells that are spelled at a time.
CELLS = 1 << 20
#: What holds the values of a trajectory in one cell.
LISTS = (list, tuple, np.ndarray)


def unnamed_levels(data: pandas.DataFrame) -> int:
    """How many levels of the index have no name, and more than the numbers of rows."""
    levels = [data.index.get_level_values(place) for place, name in enumerate(data.index.names) if name is None]
    return sum(level.dtype.kind not in "iu" or data.index.nlevels > 1 for level in levels if len(level))


def columns_of(data: pandas.DataFrame) -> list[tuple[str, pandas.Series]]:
    """The named levels of the index, then the columns, each with its name; two may have one name, which `ingest` refuses."""
    levels = [
        (str(name), data.index.get_level_values(place).to_series())
        for place, name in enumerate(data.index.names) if name is not None]
    columns = [(str(name), data.iloc[:, place]) for place, name in enumerate(data.columns)]
    return [(name, plain(column)) for name, column in levels + columns]


def plain(column: pandas.Series) -> pandas.Series:
    """A column that is not sparse, and whose lists, bytes and exact numbers are Python's where they were Arrow's."""
    import pandas

    if isinstance(column.dtype, pandas.SparseDtype):
        return column.sparse.to_dense()
    arrow = getattr(column.dtype, "pyarrow_dtype", None)
    if arrow is None or column.dtype.kind in "fiubMm":
        return column
    cells = column.tolist()
    if hasattr(arrow, "value_type") and "list" in str(arrow):
        # The elements keep their type.
        real = arrow.value_type.to_pandas_dtype()
        is_real = isinstance(real, type) and issubclass(real, np.floating)
        cells = [[real(one) if is_real and one is not None else one for one in row] if isinstance(row, LISTS) else None for row in cells]
    return pandas.Series(cells, dtype=object)


def distinct(column: pandas.Series) -> Any:
    """The values of a column, or its categories."""
    return column.cat.categories if str(column.dtype) == "category" else column


def types_of(column: pandas.Series) -> set[type]:
    """The types of the values of a column of objects or texts, those aside that stand for no value; none for other columns."""
    import pandas

    values = distinct(column)
    # The type of texts has NaN in the place of a missing one; categories of which there are none were texts.
    if isinstance(values.dtype, pandas.StringDtype) or values.dtype.kind == "O" and not len(values):
        return {str}
    kinds = set(map(type, values)) if values.dtype.kind == "O" else set()
    return {kind for kind in kinds if kind is not type(None) and kind.__name__ not in ("NAType", "NaTType")}


def is_real(column: pandas.Series) -> bool:
    """Whether a column is of reals, NumPy's or pandas' own."""
    return str(column.dtype).lower().startswith(("float", "halffloat", "double"))


def is_text(column: pandas.Series) -> bool:
    """Whether all values of a column are texts, or missing."""
    values = distinct(column)
    return bool(values.dtype.kind == "O" and all(isinstance(one, str) for one in values.dropna()))


def has_lists(column: pandas.Series) -> bool:
    """Whether a value of a column is a list or an array."""
    return any(issubclass(kind, LISTS) for kind in types_of(column))


def is_refused(column: pandas.Series) -> bool:
    """Whether a value of a column is neither a number nor a text, nor says itself as one."""
    return distinct(column).dtype.kind in "cSV" or any(map(is_refused_type, types_of(column)))


def is_refused_type(kind: type) -> bool:
    """Whether values of a type have parts, as bytes, sets and mappings do, or are spelled by their place in memory."""
    if issubclass(kind, (str, numbers.Real, np.bool_)):
        return False
    return issubclass(kind, (Iterable, numbers.Complex)) or kind.__str__ is object.__str__


def is_number_type(kind: type) -> bool:
    """Whether values of a type are numbers, which truth values are not."""
    return issubclass(kind, numbers.Number) and not issubclass(kind, (bool, np.bool_))


def kind_of(column: pandas.Series) -> str:
    """What :func:`engram._frames.value_type` takes for the kind of a column: its type, or that of all its objects."""
    values, kinds = distinct(column), types_of(column)
    if kinds and all(issubclass(kind, np.floating) and np.dtype(kind).itemsize <= 4 for kind in kinds):
        return "float32"
    return str(values.dtype)


def is_wide(column: pandas.Series) -> bool:
    """Whether a column that is of no narrow reals has numbers that float32 may not hold."""
    values = distinct(column)
    known, kind = values.dropna(), str(values.dtype).lower()
    if kind in REALS or not len(known):
        return kind in REALS
    if values.dtype.kind in "iu":
        return is_beyond_float32(known.min(), known.max())
    if any(isinstance(one, str) for one in known):
        return are_numbers(one for one in known if isinstance(one, str))
    found = [one for one in known if is_number_type(type(one))]
    return values.dtype.kind == "O" and any(not isinstance(one, numbers.Integral) or abs(int(one)) > MOST_IN_FLOAT32 for one in found)


def unlisted(name: str, column: pandas.Series, epochs: Sequence[str]) -> list[tuple[str, pandas.Series]]:
    """A column of lists as a column ``name@epoch`` for each of their elements; what is no list has nothing at any epoch."""
    import pandas

    cells = [None if not isinstance(one, LISTS) and is_missing(one) else one for one in column.tolist()]
    known = [one for one in cells if one is not None]
    wrong = next((one for one in known if not isinstance(one, LISTS) or getattr(one, "ndim", 1) != 1), None)
    if wrong is not None:
        raise _errors.InvalidDataError(
            "a cell is no list of numbers, though others of its column are", place=name, expected=f"a list of {len(epochs)} numbers",
            found=repr(wrong)[:60])
    if lengths := {len(one) for one in known} - {len(epochs)}:
        raise _errors.InvalidDataError(
            "a list has more or fewer elements than there are epochs", place=name, expected=str(len(epochs)),
            found=", ".join(map(str, sorted(lengths))))
    dtypes = {getattr(one, "dtype", None) for one in cells}
    if len(dtypes) == 1 and None not in dtypes:
        matrix = np.stack(known)
        return [(f"{name}@{epoch}", pandas.Series(matrix[:, place])) for place, epoch in enumerate(epochs)]
    return [
        (f"{name}@{epoch}", pandas.Series([None if one is None else one[place] for one in cells], dtype=object))
        for place, epoch in enumerate(epochs)]


def spelled(value: Any, nan: str) -> str:
    """A value as a cell, and NaN as `nan`; numbers of any library stand without quotes."""
    if type(value) is str:
        return cell(value)
    if isinstance(value, (float, np.floating)) and math.isnan(value):
        return nan
    # An exact number of the standard library is none of those that JSON has.
    return str(value) if is_number_type(type(value)) and not isinstance(value, np.generic) else cell(value)


def cells_of(column: pandas.Series, nan: str) -> list[str]:
    """The cells of a column, with NaN as `nan`."""
    import pandas

    if str(column.dtype) == "category":
        known = [*cells_of(column.cat.categories.to_series(), nan), nan]
        return [known[code] for code in column.cat.codes]
    if column.dtype.kind in "Mm":
        codes, times = pandas.factorize(column)
        known = [*map(cell, times), ""]
        return [known[code] for code in codes]
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        return list(map(str, column.tolist()))
    if not is_real(column):
        return [spelled(value, nan) for value in column.tolist()]
    # Narrow reals are spelled as the float64 that they are exactly, whatever stands beside them.
    reals: Any = column.to_numpy(dtype=np.float64, na_value=np.nan)
    cells = list(map(repr, reals.tolist()))
    if isinstance(column.dtype, np.dtype):
        return cells
    # Only a column that tells a gap from NaN has gaps beside it.
    return ["" if gap else one for gap, one in zip(column.isna().tolist(), cells, strict=True)]


def write_csv(columns: list[tuple[str, pandas.Series]], path: os.PathLike[str]) -> None:
    """Writes columns as CSV, some rows at a time; NaN is a number of a column of numbers, and no value of any other."""
    nans = ["nan" if all(map(is_number_type, types_of(column))) else "" for _, column in columns]
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(",".join(cell(name) for name, _ in columns) + "\n")
        for rows in slices(len(columns[0][1]) if columns else 0, len(columns)):
            parts = [cells_of(column.iloc[rows], nan) for (_, column), nan in zip(columns, nans, strict=True)]
            file.writelines(",".join(row) + "\n" for row in zip(*parts, strict=True))


def slices(rows: int, columns: int) -> Iterator[slice]:
    """The rows of a table, as many at a time as have about `CELLS` cells."""
    step = max(1, CELLS // max(1, columns))
    for start in range(0, rows, step):
        yield slice(start, start + step)
