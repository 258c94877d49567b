"""Frames of several stores one below the other: columns named alike, whole numbers kept whole, categories those of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _errors

if TYPE_CHECKING:
    import pandas

SCALARS = (str, int, float, np.number)
#: Below it float64 holds every whole number.
HELD = 1 << 53


def beside_store(names: Iterable[Any]) -> list[str]:
    """Names of columns beside that of the store; a field of that name is called otherwise, which is said."""
    found = [str(name) for name in names]
    if "store" not in found:
        return found
    name = "field_store"
    while name in found:
        name = f"field_{name}"
    _errors.say(f"the column store is called {name} here, for the stores have the name")
    return [name if one == "store" else one for one in found]


def is_held(values: Any) -> bool:
    """Whether float64 holds every one of some whole numbers."""
    numbers = np.asarray(values, np.int64)
    return bool(((numbers > -HELD) & (numbers < HELD)).all() or all(int(float(one)) == int(one) for one in numbers.tolist()))


def require_held(field: str, each: Sequence[Any]) -> None:
    """Refuses a field whose whole numbers would be rounded, because it is real or lacking in another store."""
    if any(one is None or one.dtype.kind == "f" for one in each):
        if not all(is_held(one) for one in each if one is not None and one.dtype.kind == "i"):
            raise _errors.InvalidDataError(
                "a field has whole numbers that float64 does not hold, and is real or lacking in another store", place="fields", found=field,
                mend="leave it out of `fields=`")


def say_mixed(name: str, each: Iterable[Iterable[Any]]) -> None:
    """Says that a field is of texts in one store and of numbers in another, where 3 and "3" stand for two things."""
    kinds = {isinstance(one, str) for values in each for one in values if isinstance(one, SCALARS) and one == one}
    if len(kinds) > 1:
        _errors.say(f"{name} has texts in one store and numbers in another, which are never equal; `widen_field` makes texts of the numbers")


def stacked(frames: Mapping[str, pandas.DataFrame]) -> pandas.DataFrame:
    """Frames one below the other, with their names as a first column; categories are those of all."""
    import pandas

    every = [frame for frame in frames.values()]
    for name in dict.fromkeys(column for frame in every for column in frame.columns):
        kinds = [frame[name].dtype for frame in every if name in frame]
        if all(isinstance(kind, pandas.CategoricalDtype) for kind in kinds):
            columns: Any = [frame[name] for frame in every if name in frame]
            # Where there is no text there is no type of texts either.
            union = pandas.api.types.union_categoricals([one for one in columns if len(one.cat.categories)] or columns[:1]).categories
            every = [frame.assign(**{name: frame[name].cat.set_categories(union)}) if name in frame else frame for frame in every]
            continue
        say_mixed(name, [distinct(frame[name]) for frame in every if name in frame])
        if kind := _whole(name, every):
            every = [frame.assign(**{name: frame[name].astype(kind)}) if name in frame else frame for frame in every]
    names = pandas.Categorical.from_codes(
        np.repeat(np.arange(len(every), dtype=np.int32), [len(frame) for frame in every]), list(frames))
    joined = pandas.concat(every)
    joined.insert(0, "store", names)
    return joined


def distinct(column: pandas.Series) -> Any:
    """Values of a column by which its kind is told: its categories, the texts and others of objects, or the first number."""
    import pandas

    if isinstance(column.dtype, pandas.CategoricalDtype):
        return column.cat.categories
    known = column.dropna()
    is_mixed = known.dtype == object and all(isinstance(one, SCALARS) for one in known[:1])
    return known if is_mixed else known[:1]


def _whole(name: str, frames: Sequence[pandas.DataFrame]) -> str | None:
    """The type of a column that keeps whole numbers whole where stores differ: None where nothing is rounded."""
    import pandas

    columns = [frame[name] for frame in frames if name in frame]
    whole = [column for column in columns if pandas.api.types.is_integer_dtype(column.dtype)]
    if len(whole) == len(columns):
        return "Int64" if len(columns) < len(frames) else None
    if not all(pandas.api.types.is_numeric_dtype(column.dtype) for column in columns):
        return None
    if all(is_held(column.dropna()) for column in whole):
        return None
    _errors.say(f"{name} is of objects, for it has whole numbers that float64 does not hold, and reals in another store")
    return "object"
