"""Pieces of a selection: some of its examples at a time, by the epochs, statistics and z-scores of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _engram, _errors
from ._request import MISSING, WORDS, examples_of, fields_text, new_array, statistics_text
from ._table import Table

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._selection import Selection

#: Examples that are read at a time for a z-score: 16 row groups.
PIECE = 12_288
#: Values of a matrix that are looked through at a time.
VALUES = 1 << 22
#: The least deviation that a z-score divides by, as of the library.
LEAST = 1e-5


class Scaling(NamedTuple):
    """What a z-score subtracts from each column that is no position, and what it divides by."""

    means: npt.NDArray[np.float64]
    scales: npt.NDArray[np.float64]


class Pieces:
    """Reads some examples of a selection at a time, by the columns that all of it has.

    What a selection finds for all its examples is not found anew for some of them: which epochs and statistics they share, and the
    means and deviations of a z-score, which are those of all its examples, or of the ones that are given.
    """

    def __init__(self, selection: Selection, scaled_by: npt.NDArray[np.int64] | None = None) -> None:
        self.selection = selection
        self.ids = selection.ids
        self._scaled_by = self.ids if scaled_by is None else scaled_by
        self.statistics = selection.statistics
        parts = (selection._view or "whole").split("+")
        self._view = "+".join(part for part in parts if part != "zscore") or "whole"
        self._is_scaled = "zscore" in parts
        self._scaling: Scaling | None = None
        self._handles: dict[tuple[str, ...], object] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_handles": {}}

    def _handle(self, names: tuple[str, ...]) -> object:
        """A selection of the library of all examples and some statistics."""
        if list(names) == self.statistics and not self._is_scaled:
            return self.selection._resolve()
        if names not in self._handles:
            asked = self.selection
            statistics = asked._statistics if WORDS.intersection(names) else statistics_text(names)
            # What was left out is said by the selection itself.
            self._handles[names] = _engram.select_columns(
                asked._store._snapshot, examples_of(self.ids), statistics, asked._epochs, self._view, MISSING[asked._missing], 0)
        return self._handles[names]

    def read(
        self, ids: npt.NDArray[np.int64], statistics: Sequence[str] | None = None, *, dtype: npt.DTypeLike | None = None, order: str = "C"
    ) -> npt.NDArray[Any]:
        """Read some examples.

        Parameters
        ----------
        ids : array of int
            Ids of the selection, ascending.
        statistics : list of str, optional
            Some of its statistics, in its order; all unless given.
        dtype : data type, optional
            float32 or float64; that of all of the selection unless given.

        Returns
        -------
        numpy.ndarray, shape (ids, columns)
        """
        found = self.unscaled(ids, statistics, dtype, order)
        if self._is_scaled:
            places, columns = self.selection._info[5], self._columns(statistics)
            means, scales = (one[columns] for one in self.scaling)
            found[:, places:] = (found[:, places:] - means) / scales
        return found

    def cube(self, ids: npt.NDArray[np.int64], statistics: Sequence[str] | None = None, **options: Any) -> npt.NDArray[Any]:
        """As :meth:`read`, without positions, as a cube of shape (ids, statistics, samples)."""
        samples = self.selection._info[4]
        return self.read(ids, statistics, **options)[:, self.selection._info[5]:].reshape(len(ids), -1, samples)

    def metadata(self, ids: npt.NDArray[np.int64], fields: Sequence[str]) -> Table:
        """Fields of some examples, a row for each, ascending by id."""
        return Table(_engram.metadata(self.selection._store._snapshot, examples_of(ids), fields_text(fields)))

    def _columns(self, statistics: Sequence[str] | None) -> npt.NDArray[np.intp]:
        """The places of the columns of some statistics, behind those of positions."""
        samples = self.selection._info[4]
        names = self.statistics if statistics is None else statistics
        first = np.array([self.statistics.index(name) for name in names], np.intp) * samples
        places: npt.NDArray[np.intp] = first[:, None] + np.arange(samples)
        return places.reshape(-1)

    def unscaled(
        self, ids: npt.NDArray[np.int64], statistics: Sequence[str] | None = None, dtype: npt.DTypeLike | None = None, order: str = "C"
    ) -> npt.NDArray[Any]:
        """As :meth:`read`, without a z-score."""
        names = tuple(self.statistics if statistics is None else statistics)
        # No list of names holds a statistic that is called as a word such as `all`, so that all are read.
        read = tuple(self.statistics) if WORDS.intersection(names) else names
        places, samples = self.selection._info[5], self.selection._info[4]
        width = places + len(read) * samples
        kind = dtype or self.selection.dtype
        out, none = new_array((len(ids), width), kind, order), new_array((0, width), kind, order)
        _engram.selection_read_split(self._handle(read), examples_of(ids), out, examples_of([]), none, 0, None)
        return out if read == names else np.concatenate([out[:, :places], out[:, places + self._columns(names)]], axis=1)

    def _rows(self) -> Iterator[npt.NDArray[np.float64]]:
        """The values that make the z-score, without positions, some examples at a time."""
        for start in range(0, len(self._scaled_by), PIECE):
            yield self.unscaled(self._scaled_by[start:start + PIECE])[:, self.selection._info[5]:].astype(np.float64)

    def prepare(self) -> None:
        """Finds the z-score, if there is one, before the pieces are shared among workers."""
        if self._is_scaled:
            _ = self.scaling

    @property
    def scaling(self) -> Scaling:
        """The means and deviations of the examples, in two readings of them; added up row by row, as the library does."""
        if self._scaling is None:
            means = total(self._rows()) / len(self._scaled_by)
            deviations = np.sqrt(total((rows - means) ** 2 for rows in self._rows()) / len(self._scaled_by))
            self._scaling = Scaling(means, np.where(deviations < LEAST, LEAST, deviations))
        return self._scaling

    def refuse_scaled(self) -> None:
        """Refuses a view whose columns are none of a statistic each, or say of an example what the others are."""
        if self._is_scaled or self.selection._info[5]:
            raise _errors.UsageError(
                "a scan has values as they are, statistic by statistic", place="view", expected="no z-score and no positions",
                found=str(self.selection._view), mend="leave them out of the view; layer_position is a field")


def total(pieces: Iterator[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """The sum of all rows, from the first to the last."""
    sum = np.zeros(0)
    for rows in pieces:
        sum = np.add.reduce(rows if not sum.size else np.concatenate([sum[None], rows]), axis=0)
    return sum


def say_beyond(
    narrow: npt.NDArray[Any], selection: Selection, ids: npt.NDArray[np.int64] | None = None,
    scaled_by: npt.NDArray[np.int64] | None = None,
) -> None:
    """Says how many values of a selection are beyond float32 and infinite in a matrix of it.

    Only the rows with infinities are read again, some at a time, for all of them as float64 may be more than there is memory for.

    Parameters
    ----------
    narrow : array
        The matrix.
    selection : Selection
        What it was read from.
    ids : array of int, optional
        The example of each row; those of the selection unless given.
    scaled_by : array of int, optional
        As of :class:`Pieces`.
    """
    if narrow.dtype != np.float32 or selection.dtype != np.float64:
        return
    step = max(1, VALUES // max(1, narrow.shape[1]))
    pieces: Pieces | None = None
    count, such = 0, 0.0
    try:
        for start in range(0, len(narrow), step):
            rows = start + np.flatnonzero(np.isinf(narrow[start:start + step]).any(axis=1))
            if not rows.size:
                continue
            pieces = pieces or Pieces(selection, scaled_by)
            with np.errstate(over="ignore", invalid="ignore"):
                known = pieces.read((pieces.ids if ids is None else ids)[rows], dtype=np.float64)
            lost = known[np.isinf(narrow[rows]) & np.isfinite(known)]
            such = lost[0] if lost.size and not count else such
            count += lost.size
    except MemoryError:
        _errors.say("some values are infinite in float32, and there is no memory to see which of them are finite in the store")
        return
    if count:
        _errors.say(
            f"{count:,} values are beyond float32 and infinite in it, such as {such:g}; they were recorded as float64, which keeps them")
