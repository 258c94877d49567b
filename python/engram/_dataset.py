"""Selections as datasets of pyarrow, which read only the columns and rows that a query needs."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import pyarrow
import pyarrow.dataset
import pyarrow.fs

from . import _errors
from ._exports import aside, value_columns
from ._pieces import Pieces

if TYPE_CHECKING:
    from ._selection import Selection

#: Examples that are read at a time: 4 row groups, after which a reader that has left is known.
BATCH = 3_072
#: How pyarrow names a field that a table lacks.
LACKING = re.compile(r"No match for FieldRef\.Name\((.*?)\) in ", re.DOTALL)


class Refusal(io.RawIOBase):
    """A file that nobody may read: what pyarrow itself finds where it looks past the methods of a dataset."""

    def readable(self) -> bool:
        """As pyarrow asks of a file."""
        return True

    def seekable(self) -> bool:
        """As pyarrow asks of a file."""
        return True

    def _refused(self, *arguments: Any) -> NoReturn:
        raise _errors.UnsupportedError(
            "a selection is scanned by its own methods, and this call of pyarrow scans it itself",
            mend="give it `selection.to_arrow()`, or `pyarrow.dataset.dataset(selection.to_arrow())`")

    tell = seek = read = _refused


class SelectionDataset(pyarrow.dataset.UnionDataset):  # type: ignore[misc,unused-ignore]
    """A selection that is scanned; made by :meth:`Selection.to_dataset`.

    What a scan is of is decided by its columns and its filter. It pickles as its selection. To the C++ library of pyarrow, which sees
    none of its methods, it is a dataset of one file that cannot be read.
    """

    def __init__(self, selection: Selection, layout: Literal["list", "wide"], fields: str | Sequence[str] | None) -> None:
        if layout not in ("list", "wide"):
            raise _errors.UsageError("a dataset has a row for each example", place="layout", expected="'list' or 'wide'", found=repr(layout))
        self._selection = selection
        self._layout: Literal["list", "wide"] = layout
        self._fields = fields
        self._ids = selection.ids
        statistics = selection.statistics
        self._pieces = Pieces(selection)
        self._pieces.refuse_scaled()
        first = selection._first()
        known = list(first.to_arrow("list", fields).schema)[:-len(first.statistics)]
        # Nothing is decoded for a schema. Columns of values are called otherwise where a field has the name.
        values = pyarrow.RecordBatchReader.from_stream(selection.arrow_stream(layout, "")).schema
        #: The statistic of each column of values.
        self._owner = value_columns(selection, layout, [field.name for field in known])
        # A dictionary of one example may be of a narrower type than that of all; texts are texts here.
        self._schema = pyarrow.schema(
            [field.with_type(plain(field.type)) for field in known]
            + [field.with_name(name) for field, name in zip(list(values)[1:], self._owner, strict=True)], values.metadata)
        self._statistics = statistics
        form = pyarrow.dataset.IpcFileFormat()
        file = form.make_fragment(Refusal())
        super().__init__(self._schema, [pyarrow.dataset.FileSystemDataset([file], self._schema, form, pyarrow.fs.LocalFileSystem())])

    def __reduce__(self) -> tuple[Any, ...]:
        return SelectionDataset, (self._selection, self._layout, self._fields)

    @property
    def schema(self) -> pyarrow.Schema:
        """The columns, of metadata and of values."""
        return self._schema

    @property
    def partition_expression(self) -> Any:
        """What holds for all rows: nothing."""
        return pyarrow.dataset.scalar(True)

    def scanner(
        self, columns: Sequence[str] | Mapping[str, Any] | None = None, filter: Any = None, batch_size: int = BATCH, **options: Any
    ) -> pyarrow.dataset.Scanner:
        """A scan that decodes what its columns and its filter need.

        Parameters
        ----------
        columns : list of str, or mapping of name to expression, optional
            All unless given.
        filter : pyarrow.dataset.Expression, optional
            Which rows.
        batch_size : int
            The most rows of a batch.
        """
        return self._scanner(columns, filter, batch_size, threading.Event(), options)

    def to_table(
        self, columns: Sequence[str] | Mapping[str, Any] | None = None, filter: Any = None, batch_size: int = BATCH, **options: Any
    ) -> pyarrow.Table:
        """All rows of a scan; see :meth:`scanner`."""
        found: list[pyarrow.Table] = []
        # pyarrow reads to the end before it tells of Ctrl-C.
        aside(lambda is_left: found.append(self._scanner(columns, filter, batch_size, is_left, options).to_table()))
        return found[0]

    def _scanner(
        self, columns: Sequence[str] | Mapping[str, Any] | None, filter: Any, batch_size: int, is_left: threading.Event,
        options: dict[str, Any],
    ) -> pyarrow.dataset.Scanner:
        """A scan that ends where its reader has left."""
        asked = set(self._schema.names if columns is None else self._fields_of(columns, None))
        of_filter = set() if filter is None else self._fields_of([], filter)
        needed = [name for name in self._schema.names if name in asked | of_filter]
        ids = self._ids
        if filter is not None and not of_filter & self._owner.keys():
            rows = self._metadata(ids, list(of_filter | {"example_id"}))
            ids = rows.filter(filter)["example_id"].to_numpy()
            filter, needed = None, [name for name in self._schema.names if name in asked]
        # Batches without columns have no rows; the scanner takes the ids away again.
        needed = needed or ["example_id"]
        schema = pyarrow.schema([self._schema.field(name) for name in needed], self._schema.metadata)
        # The base class takes the batches apart again.
        batches = self._batches(ids, needed, schema, max(1, min(batch_size, BATCH)), is_left)
        wanted = columns if isinstance(columns, Mapping) else list(self._schema.names if columns is None else columns)
        return pyarrow.dataset.Scanner.from_batches(batches, schema=schema, columns=wanted, filter=filter, **options)

    def count_rows(self, filter: Any = None, **options: Any) -> int:
        """The number of rows that a filter leaves; without one nothing is decoded."""
        return len(self._ids) if filter is None else self.scanner(["example_id"], filter).to_table().num_rows

    def _fields_of(self, columns: Sequence[str] | Mapping[str, Any], filter: Any) -> set[str]:
        """The fields that expressions are over: those that an empty table must have so that it can be scanned."""
        found = set() if isinstance(columns, Mapping) else set(columns)
        if unknown := found - set(self._schema.names):
            raise _errors.NotFoundError(
                f"there is no column {sorted(unknown)[0]!r}", place="columns", expected=", ".join(self._schema.names[:12]))
        while isinstance(columns, Mapping) or filter is not None:
            schema = pyarrow.schema([field for field in self._schema if field.name in found])
            scanned = columns if isinstance(columns, Mapping) else list(found)
            try:
                pyarrow.dataset.Scanner.from_batches(iter(()), schema=schema, columns=scanned, filter=filter)
                break
            except pyarrow.ArrowInvalid as error:
                named = LACKING.search(str(error))
                if named is None or named[1] in found or named[1] not in self._schema.names:
                    raise
                found.add(named[1])
        return found

    def _metadata(self, ids: Any, names: list[str]) -> pyarrow.Table:
        """Fields of some examples."""
        return cast(self._pieces.metadata(ids, names).to_arrow().select(names), self._schema)

    def _values(self, ids: Any, read: list[str], names: list[str]) -> list[pyarrow.Array]:
        """Columns of values of some examples, which belong to the statistics that are read."""
        if self._layout == "wide":
            return [pyarrow.array(values) for values in self._pieces.read(ids, read, order="F").T]
        cube = self._pieces.cube(ids, read)
        return [
            pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(cube[:, place].reshape(-1)), cube.shape[2])
            for place in range(len(names))]

    def _batches(
        self, ids: Any, names: list[str], schema: pyarrow.Schema, size: int, is_left: threading.Event
    ) -> Iterator[pyarrow.RecordBatch]:
        """The columns of some examples, some of them at a time."""
        fields = [name for name in names if name not in self._owner]
        owners = {self._owner[name] for name in names if name in self._owner}
        read = [name for name in self._statistics if name in owners]
        for start in range(0, len(ids), size):
            # An error would be told before the threads of the scan have ended.
            if is_left.is_set():
                return
            some = ids[start:start + size]
            table = self._metadata(some, fields or ["example_id"])
            columns = [name for name, owner in self._owner.items() if owner in owners]
            if read:
                table = pyarrow.Table.from_arrays([*table.columns, *self._values(some, read, columns)], names=[*table.column_names, *columns])
            yield from cast(table.select(names), schema).to_batches()

    # What a selection has no meaning for, the base class would answer of a file that is not there.

    def get_fragments(self, filter: Any = None) -> NoReturn:
        """A selection has no fragments."""
        raise _errors.UnsupportedError("a selection has no fragments", mend="scan it, or write it by `to_parquet`")

    def filter(self, expression: Any) -> NoReturn:
        """Filters are given to a scan."""
        raise _errors.UnsupportedError("a selection is filtered while it is scanned", mend="`to_table(filter=…)`")

    def replace_schema(self, schema: Any) -> NoReturn:
        """A selection has its schema."""
        raise _errors.UnsupportedError("a selection has its own schema", mend="cast the table: `to_table().cast(schema)`")

    def sort_by(self, sorting: Any, **options: Any) -> Any:
        """The selection in memory, sorted."""
        return pyarrow.dataset.InMemoryDataset(self.to_table().sort_by(sorting))

    def join(self, right_dataset: Any, keys: Any, *arguments: Any, **options: Any) -> Any:
        """The selection in memory, joined to another table."""
        right = right_dataset.to_table() if isinstance(right_dataset, pyarrow.dataset.Dataset) else right_dataset
        return pyarrow.dataset.InMemoryDataset(self.to_table().join(right, keys, *arguments, **options))

    def join_asof(self, right_dataset: Any, on: Any, by: Any, tolerance: Any, **options: Any) -> Any:
        """The selection in memory, joined to the nearest rows of another table."""
        right = right_dataset.to_table() if isinstance(right_dataset, pyarrow.dataset.Dataset) else right_dataset
        return pyarrow.dataset.InMemoryDataset(self.to_table().join_asof(right, on, by, tolerance, **options))

    def __repr__(self) -> str:
        return f"<SelectionDataset: {len(self._ids):,} rows x {len(self._schema):,} columns>"


def plain(kind: pyarrow.DataType) -> pyarrow.DataType:
    """A type without its dictionary."""
    return kind.value_type if pyarrow.types.is_dictionary(kind) else kind


def cast(table: pyarrow.Table, schema: pyarrow.Schema) -> pyarrow.Table:
    """A table with the types of a schema."""
    return table.cast(pyarrow.schema([schema.field(name) for name in table.column_names], schema.metadata))
