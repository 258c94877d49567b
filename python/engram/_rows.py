"""Rows of trajectories as a table that `ingest` reads: texts in quotes, numbers to their last bit."""

from __future__ import annotations

import math
import os
import pathlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, TextIO

import numpy as np

from ._errors import EngramError
from ._write import plain


def cell(value: Any) -> str:
    """A value as a cell of CSV; None is an empty cell, NaN the word, and a text stands in quotes whatever it looks like."""
    if isinstance(value, (float, np.floating)) and math.isnan(value):
        return "nan"
    if type(value) is not str:
        value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return repr(value)


def is_number(text: str) -> bool:
    """Whether a text would be taken for a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


class RowWriter:
    """A table on disk that grows row by row; it is removed at the end of the block.

    Parameters
    ----------
    columns : list of str
        The names of the columns.
    source : str
        What the rows were made of: errors about the table name it in the table's place.
    """

    def __init__(self, columns: Sequence[str], source: str) -> None:
        self.source = source
        self.columns = list(columns)
        self.count = 0
        #: Columns that hold texts which look like numbers, such as "007".
        self.texts: set[str] = set()
        self._folder = tempfile.TemporaryDirectory(prefix="engram-")
        self.path = pathlib.Path(self._folder.name) / "table.csv"
        self._file: TextIO = self.path.open("w", encoding="utf-8", newline="")
        self._file.write(",".join(cell(name) for name in self.columns) + "\n")

    def write(self, row: Mapping[str, Any]) -> None:
        """Add a row; what it lacks is no value."""
        self.texts |= {name for name, value in row.items() if isinstance(value, str) and is_number(value)}
        self._file.write(",".join(cell(row.get(name)) for name in self.columns) + "\n")
        self.count += 1

    def done(self) -> pathlib.Path:
        """The file, whole."""
        self._file.close()
        return self.path

    def __enter__(self) -> RowWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        self._folder.cleanup()
        if isinstance(error, EngramError) and error.file is not None and error.file.startswith(self._folder.name):
            error.file = self.source


def columns_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of all fields of some rows, in the order in which they first come."""
    found: dict[str, None] = {}
    for row in rows:
        found.update(dict.fromkeys(row))
    return list(found)


def paths_of(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[str]:
    """One path or several, as a list."""
    return [os.fspath(paths)] if isinstance(paths, (str, os.PathLike)) else [os.fspath(path) for path in paths]
