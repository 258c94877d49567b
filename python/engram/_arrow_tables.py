"""An Arrow table as CSV can hold it: a column for each element of its lists, no dictionaries, reals of one width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _errors
from ._frames import NARROW, REALS, are_numbers, epoch_names, is_beyond_float32
from ._times import SHORTER, duration


def arrow_table(data: Any) -> Any:
    """An Arrow table of what exports one."""
    import pyarrow

    try:
        return pyarrow.table(data)
    except pyarrow.ArrowException:
        raise
    except (TypeError, ValueError) as error:
        raise _errors.UsageError(
            "this is no Arrow table", place="data", expected="what exports an Arrow stream, such as a pyarrow.Table",
            found=type(data).__name__) from error


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
    if epochs is None and known.startswith("+"):
        raise _errors.UsageError(
            "nobody said which epochs the elements of the lists are of", place="epochs",
            expected="an epoch for each element", found="samples of a view", mend="`epochs=[0, 5, 10]`")
    names = epoch_names((known or None) if epochs is None else epochs)
    columns: list[tuple[str, Any]] = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if not is_list(column.type):
            columns.append((name, column))
            continue
        lengths = set(compute.unique(compute.list_value_length(column)).to_pylist()) - {None}
        if lengths - {len(names)}:
            raise _errors.InvalidDataError(
                "a list has more or fewer elements than there are epochs", place=name, expected=str(len(names)),
                found=", ".join(map(str, sorted(lengths))))
        columns += [(f"{name}@{epoch}", compute.list_element(column, place)) for place, epoch in enumerate(names)]
    return pyarrow.table([column for _, column in columns], names=[name for name, _ in columns])


def require_once(table: Any) -> None:
    """Refuses a name that two columns have, for one of them would be lost."""
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if twice:
        raise _errors.InvalidDataError(
            "the name of a column comes twice", place=", ".join(twice[:5]), mend="`table.rename_columns([...])`")


def spelled(column: Any) -> Any:
    """An Arrow column without a dictionary, of no kind of text that pyarrow cannot write as CSV, and with times as texts."""
    import pyarrow

    kind = column.type
    if pyarrow.types.is_temporal(kind):
        return time_texts(column)
    if pyarrow.types.is_dictionary(kind):
        chunks = [
            pyarrow.DictionaryArray.from_arrays(chunk.indices, spelled(chunk.dictionary)) for chunk in column.chunks]
        target = spelled(pyarrow.nulls(0, kind.value_type)).type
        return pyarrow.chunked_array(chunks, pyarrow.dictionary(kind.index_type, target)).cast(target)
    is_view = str(kind) in ("string_view", "large_string")
    return column.cast(pyarrow.string()) if is_view else column


def time_texts(column: Any) -> Any:
    """Times, days and durations of Arrow as texts of ISO 8601; intervals of months have none, which pyarrow says."""
    import pyarrow.compute

    compute: Any = pyarrow.compute
    types = pyarrow.types
    if types.is_duration(column.type):
        counts = column.cast(pyarrow.int64()).to_pylist()
        return pyarrow.array([None if one is None else duration(one, column.type.unit) for one in counts], pyarrow.string())
    if types.is_timestamp(column.type):
        column = compute.strftime(column, format="%Y-%m-%dT%H:%M:%S" + ("%z" if column.type.tz else ""))
        column = compute.replace_substring_regex(column, r"([+-]\d\d)(\d\d)$", r"\1:\2")
    column = column.cast(pyarrow.string())
    for pattern, place in SHORTER:
        column = compute.replace_substring_regex(column, pattern, place.replace("{", "\\").replace("}", ""))
    return column


def widened(table: Any) -> Any:
    """An Arrow table whose narrow reals are the float64 that they are exactly, for their shortest decimals mean other numbers."""
    import pyarrow

    return pyarrow.table({
        name: column.cast(pyarrow.float64()) if str(column.type) in NARROW else column
        for name, column in zip(table.column_names, table.columns, strict=True)})


def is_wide(column: Any) -> bool:
    """Whether an Arrow column that is of no narrow reals has numbers that float32 may not hold."""
    import pyarrow.compute

    compute: Any = pyarrow.compute
    kind = str(column.type)
    if kind in REALS or kind.startswith("decimal"):
        return True
    if pyarrow.types.is_integer(column.type):
        ends = compute.min_max(column).as_py()
        return is_beyond_float32(ends["min"], ends["max"])
    return kind == "string" and are_numbers(column.unique().drop_null().to_pylist())
