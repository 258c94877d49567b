"""An Arrow table as CSV can hold it: a column for each element of its lists, no dictionaries, reals of one width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _errors
from ._frames import NARROW, is_beyond_float32
from ._request import number


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
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _errors.UsageError(
            "an epoch comes twice, so an element of each list would be lost", place="epochs", expected="an epoch for each element",
            found=", ".join(twice[:5]))
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


def has_large(column: Any) -> bool:
    """Whether an Arrow column has whole numbers that float32 does not hold."""
    import pyarrow.compute

    compute: Any = pyarrow.compute
    ends = compute.min_max(column).as_py()
    return is_beyond_float32(ends["min"], ends["max"])
