"""Rows of metadata or of a query, column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _engram
from ._errors import UsageError
from ._needs import needs

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

NULL, INTEGER, REAL, TEXT, MIXED = range(5)
#: Rows that a representation shows.
SHOWN = 10


#: The types of the columns of the view `example` that are no fields of runs.
TYPES = {
    "layer_name": "text", "layer_position": "text", "unit_fraction": "real", "noise_sd": "real", "observation_seed": "integer"}


def declared(fact: tuple[Any, ...], type: str | None) -> tuple[Any, ...]:
    """What is known of a column, of a declared type where it has no value that says one."""
    name, kind, nulls, kinds, integers, reals, codes, texts = fact
    count = len(kinds or b"")
    if kind == NULL and type == "integer":
        return name, INTEGER, nulls, kinds, bytes(8 * count), reals, codes, texts
    if kind == NULL and type == "real":
        return name, REAL, nulls, kinds, integers, bytes(8 * count), codes, texts
    if kind == NULL and type == "text":
        return name, TEXT, nulls, kinds, integers, reals, np.full(count, -1, np.int32).tobytes(), texts
    return fact


class Table:
    """Rows of metadata or of a query.

    It is an iterable of tuples and an Arrow stream: ``pandas.DataFrame.from_arrow(table)``, ``polars.DataFrame(table)`` and
    ``pyarrow.table(table)`` take it as it is. A value is an int, a float, a str or None.

    Examples
    --------
    >>> table = store.sql("SELECT learning_rule, count(*) AS examples FROM example GROUP BY 1")
    >>> table.columns
    ['learning_rule', 'examples']
    >>> table["examples"]
    [408, 408, 408, 408]
    """

    def __init__(self, handle: object, types: Callable[[], Mapping[str, str]] | None = None) -> None:
        self._handle = handle
        self._facts = _engram.table_columns(handle)
        #: The declared types of columns without a value, by their places.
        self._declared: dict[int, str] = {}
        if types is not None and any(fact[1] == NULL for fact in self._facts):
            known = types()
            self._declared = {
                place: known[fact[0].lower()] for place, fact in enumerate(self._facts) if fact[1] == NULL and fact[0].lower() in known}
            self._facts = [declared(fact, self._declared.get(place)) for place, fact in enumerate(self._facts)]
        self._values: dict[int, list[Any]] = {}

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [fact[0] for fact in self._facts]

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return _engram.table_shape(self._handle)

    def __len__(self) -> int:
        return self.shape[0]

    def _column(self, index: int) -> list[Any]:
        if index not in self._values:
            self._values[index] = _engram.table_values(self._handle, index)
        return self._values[index]

    def __getitem__(self, name: str) -> list[Any]:
        """The values of a column."""
        return self._column(self._index(name))

    def _index(self, name: str) -> int:
        try:
            return self.columns.index(name)
        except ValueError:
            raise KeyError(f"there is no column {name!r}, only {', '.join(self.columns)}") from None

    def __copy__(self) -> Table:
        return self

    def __deepcopy__(self, memo: object) -> Table:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a table stays in its process; pickle `table.to_dict()`, or a frame such as `table.to_pandas()`")

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(zip(*(self._column(index) for index in range(len(self._facts))), strict=True)) if self._facts else iter(())

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows, as tuples."""
        return list(self)

    def to_numpy(self, name: str) -> np.ndarray[Any, Any]:
        """A column as an array: int64, float64 (NULL is NaN), or objects.

        Parameters
        ----------
        name : str
            The column.

        Returns
        -------
        numpy.ndarray, shape (rows,)
        """
        _, kind, nulls, kinds, integers, reals, _, _ = self._facts[self._index(name)]
        is_null = np.frombuffer(kinds or b"", np.uint8) == NULL
        if kind == INTEGER and nulls == 0:
            return np.frombuffer(integers, np.int64).copy()
        if kind == REAL:
            return np.where(is_null, np.nan, np.frombuffer(reals, np.float64))
        return np.array(self[name], dtype=object)

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns by name, as lists; a name that came before gets a number, such as ``a_1``."""
        return {name: self._column(index) for index, name in enumerate(self._distinct())}

    def _distinct(self) -> list[str]:
        """The names of the columns; one that came before gets a number, such as ``a_1``."""
        found: dict[str, None] = {}
        for name in self.columns:
            key, number = name, 1
            while key in found or (key != name and key in self.columns):
                key, number = f"{name}_{number}", number + 1
            found[key] = None
        return list(found)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table as an Arrow stream (Arrow PyCapsule interface); texts are dictionaries.

        A field without a value has its declared type where pyarrow is installed, else the type null.
        """
        import importlib.util

        if self._declared and importlib.util.find_spec("pyarrow"):
            return self.to_arrow().__arrow_c_stream__()
        return _engram.table_arrow(self._handle)

    def to_arrow(self) -> pyarrow.Table:
        """The table as a ``pyarrow.Table``; a field without a value has its declared type."""
        needs("pyarrow", "an Arrow table")
        import pyarrow

        # The library knows no types of what has no value.
        table = pyarrow.table(Table(self._handle))
        types = {
            "integer": pyarrow.int64(), "real": pyarrow.float64(), "text": pyarrow.dictionary(pyarrow.int32(), pyarrow.string())}
        for place, type in self._declared.items():
            table = table.set_column(place, self.columns[place], pyarrow.nulls(len(self), types[type]))
        return table

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a ``pandas.DataFrame``; texts are categories, whole numbers with NULL are ``Int64``."""
        needs("pandas", "a pandas frame")
        import pandas

        columns: dict[int, Any] = {}
        for index, (_, kind, nulls, kinds, integers, reals, codes, texts) in enumerate(self._facts):
            is_null = np.frombuffer(kinds or b"", np.uint8) == NULL
            if kind == INTEGER and nulls:
                columns[index] = pandas.array(np.frombuffer(integers, np.int64), dtype="Int64")
                columns[index][is_null] = pandas.NA
            elif kind == INTEGER:
                columns[index] = np.frombuffer(integers, np.int64).copy()
            elif kind == REAL:
                columns[index] = np.where(is_null, np.nan, np.frombuffer(reals, np.float64))
            elif kind == TEXT:
                columns[index] = pandas.Categorical.from_codes(np.frombuffer(codes, np.int32).copy(), texts)
            else:
                columns[index] = pandas.Series(self._column(index), dtype=object)
        frame = pandas.DataFrame(columns, index=pandas.RangeIndex(len(self)))
        frame.columns = pandas.Index(self.columns)
        return frame

    def to_polars(self) -> polars.DataFrame:
        """The table as a ``polars.DataFrame``; a field without a value has its declared type."""
        needs("polars", "a polars frame")
        import polars

        names = self.columns
        if twice := [name for name in names if names.count(name) > 1]:
            raise UsageError(
                "a frame of polars has one column of a name", place="query", found=f"two columns {twice[0]!r}", mend="name them by AS")
        types = {"integer": polars.Int64, "real": polars.Float64, "text": polars.Categorical}
        return polars.DataFrame(Table(self._handle)).cast({names[place]: types[type] for place, type in self._declared.items()})

    def _shown(self) -> list[list[str]]:
        rows = [["NULL" if value is None else str(value) for value in row] for row, _ in zip(self, range(SHOWN), strict=False)]
        return [self.columns, *rows]

    def __repr__(self) -> str:
        shown = self._shown()
        widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
        if len(self) > SHOWN:
            lines.append(f"… {len(self):,} rows")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        import html

        head, *rows = [[html.escape(cell) for cell in row] for row in self._shown()]
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        more = f"<p>{len(self):,} rows</p>" if len(self) > SHOWN else ""
        return f"<table><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>{body}</table>{more}"
