"""An Arrow table as CSV can hold it: a column for each element of its lists, no dictionaries, reals of one width."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from . import _errors
from ._frames import NARROW, REALS, are_numbers, epoch_names, is_beyond_float32
from ._times import SHORTER, duration

#: What pandas calls a level of an index without a name where it writes one as a column.
LEVEL = re.compile(r"__index_level_\d+__")


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

    lists = {name.lower() for name, kind in zip(table.column_names, table.schema.types, strict=True) if is_list(kind)}
    if not lists:
        if epochs is not None:
            _errors.say("the epochs that were given are not used: the table has its own")
        return table
    known = (table.schema.metadata or {}).get(b"engram.samples", b"").decode()
    if epochs is None and known.startswith("+"):
        raise _errors.UsageError(
            "nobody said which epochs the elements of the lists are of", place="epochs",
            expected="an epoch for each element", found="samples of a view", mend="`epochs=[0, 5, 10]`")
    names = epoch_names((known or None) if epochs is None else epochs)
    fields = {name.lower() for name in table.column_names} - lists if known else set()
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
        statistic = unchosen(name, fields)
        if statistic != name:
            _errors.say(f"the statistic {name} is called {statistic} again, as in the store that it was selected of")
        columns += [(f"{statistic}@{epoch}", compute.list_element(column, place)) for place, epoch in enumerate(names)]
    return pyarrow.table([column for _, column in columns], names=[name for name, _ in columns])


def unchosen(name: str, fields: set[str]) -> str:
    """The name of a statistic that a selection called otherwise, for a field has it."""
    while name.startswith("chosen_") and name.removeprefix("chosen_").lower() in fields:
        name = name.removeprefix("chosen_")
    return name


def indexed(table: Any) -> Any:
    """An Arrow table with the index that pandas kept beside it as :func:`engram.from_pandas` takes it.

    Named levels are the first columns; levels without a name are left out, which is said where they are more than numbers of rows.
    """
    import pyarrow

    known = table.schema.pandas_metadata or {}
    names = {one.get("field_name"): one.get("name") for one in known.get("columns", [])}
    levels = known.get("index_columns", [])
    columns = [one for one in levels if isinstance(one, str) and one in table.column_names]
    columns += [name for name in table.column_names if LEVEL.fullmatch(name) and name not in columns]
    unnamed = [name for name in columns if LEVEL.fullmatch(name) and names.get(name) is None]
    if any(not pyarrow.types.is_integer(table[name].type) or len(levels) > 1 for name in unnamed):
        _errors.say("what the index says without a name is left out")
    named = [(str(names.get(name) or name), table[name]) for name in columns if name not in unnamed]
    for one in levels:
        # A range of numbers is no column, and is that of the table as long as no rows were taken from it.
        if isinstance(one, dict) and one.get("kind") == "range" and one.get("name") is not None:
            numbers = range(one["start"], one["stop"], one["step"])
            if len(numbers) == table.num_rows:
                named.append((str(one["name"]), pyarrow.chunked_array([pyarrow.array(numbers, pyarrow.int64())])))
            else:
                _errors.say(f"the index {one['name']} is left out, for it has other rows than the table")
    others = [(name, column) for name, column in zip(table.column_names, table.columns, strict=True) if name not in columns]
    if not columns and not named:
        return table
    every = named + others
    return pyarrow.table([column for _, column in every], names=[name for name, _ in every]).replace_schema_metadata(table.schema.metadata)


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
