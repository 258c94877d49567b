"""Trajectories as datasets of PyTorch."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._errors import UsageError
from ._needs import needs
from ._pieces import Pieces

needs("torch", "engram.torch")

import torch
import torch.distributed
from torch.utils.data import Dataset, IterableDataset, get_worker_info

if TYPE_CHECKING:
    from ._selection import Selection

#: Examples that are read at a time: one row group.
ROW_GROUP = 768


class Trajectories(Dataset):  # type: ignore[type-arg,misc,unused-ignore]
    """The rows of a selection in memory, with their classes, for a ``DataLoader`` with any sampler.

    It pickles as the selection, so worker processes, forked or spawned, read it themselves.

    Parameters
    ----------
    selection : Selection
        The rows.
    label : str
        The field of the classes.
    cube : bool
        Whether a row has the shape (statistics, samples) rather than one axis.
    """

    def __init__(self, selection: Selection, label: str, *, cube: bool = False) -> None:
        self.selection = selection
        self.label = label
        self.cube = cube
        self._rows: torch.Tensor | None = None
        codes, self.classes = selection.labels(label)
        self._codes = torch.from_numpy(codes.astype(np.int64))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_rows": None}

    @property
    def rows(self) -> torch.Tensor:
        """All rows."""
        if self._rows is None:
            values = self.selection.to_numpy3d() if self.cube else self.selection.to_numpy()
            self._rows = torch.from_numpy(values)
        return self._rows

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, index: Any) -> tuple[torch.Tensor, torch.Tensor]:
        return self.rows[index], self._codes[index]

    def __getitems__(self, indices: list[int]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        rows, codes = self.rows[indices], self._codes[indices]
        return list(zip(rows, codes, strict=True))


def count(name: str, value: Any) -> int:
    """A number of things, of which there is one at least."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) >= 1:
        return int(value)
    raise UsageError(f"{name} is a whole number of at least 1", place=name, found=repr(value))


def rank_of(known: tuple[int, int]) -> tuple[int, int]:
    """The rank of this process and how many there are; what is known where it is of no process group."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    return known


class StreamedTrajectories(IterableDataset):  # type: ignore[type-arg,misc,unused-ignore]
    """The rows of a selection batch by batch without holding them: row groups in a random order, shuffled in a buffer.

    Give it to a ``DataLoader`` with ``batch_size=None``. Ranks of ``torch.distributed`` share the row groups out, and the workers of
    a rank share its own. Every rank has as many rows and as many batches as the others with as many workers: where the rows cannot be
    shared equally, the first of them come twice in an epoch, at most one less than there are ranks, as of ``DistributedSampler``.

    Parameters
    ----------
    selection : Selection
        The rows. A z-score is over all of them, for which they are read twice when this is made.
    label : str
        The field of the classes.
    batch_size : int
        Rows of a batch, at least 1.
    shuffle : bool
        Whether to shuffle row groups, and rows within a few of them.
    buffer : int
        How many row groups are shuffled together, at least 1.
    seed : int
        Decides the order, with the epoch that :meth:`set_epoch` tells.
    """

    def __init__(
        self, selection: Selection, label: str, batch_size: int = 256, *, shuffle: bool = True, buffer: int = 4, seed: int = 0
    ) -> None:
        self.selection = selection
        self.label = label
        self.batch_size = count("batch_size", batch_size)
        self.shuffle = shuffle
        self.buffer = count("buffer", buffer)
        self.seed = seed
        self.epoch = 0
        codes, self.classes = selection.labels(label)
        self._codes = codes.astype(np.int64)
        self._ids = selection.ids
        # A worker that is spawned is of no process group, and knows its rank by this.
        self._rank = rank_of((0, 1))
        self._pieces = Pieces(selection)
        self._pieces.prepare()

    def set_epoch(self, epoch: int) -> None:
        """Choose another order."""
        self.epoch = epoch

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_rank": rank_of(self._rank)}

    def _groups(self, random: np.random.Generator) -> list[npt.NDArray[np.intp]]:
        """The row groups of this rank as places of rows; those of every rank have the same sizes in the same order."""
        rank, ranks = rank_of(self._rank)
        each = -(-len(self._ids) // ranks)
        # Rows that come twice are the first ones.
        places = np.resize(np.arange(len(self._ids)), each * ranks)
        count = max(1, -(-each // ROW_GROUP))
        groups = np.array_split(places, count * ranks)
        order = random.permutation(len(groups)) if self.shuffle else np.arange(len(groups))
        if ranks > 1:
            # The larger groups stand first, as many for each rank.
            larger = each % count * ranks
            order = np.concatenate([order[order < larger][rank::ranks], order[order >= larger][rank::ranks]])
            order = order[random.permutation(count)] if self.shuffle else order
        return [groups[one] for one in order]

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        random = np.random.default_rng([self.seed, self.epoch])
        worker: Any = get_worker_info()
        groups = self._groups(random)
        mine = groups[worker.id::worker.num_workers] if worker else groups
        for start in range(0, len(mine), self.buffer):
            places = np.sort(np.concatenate(mine[start:start + self.buffer]))
            yield from self._batches(places, random)

    def _batches(
        self, places: npt.NDArray[np.intp], random: np.random.Generator
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        known, again = np.unique(places, return_inverse=True)
        values = self._pieces.read(self._ids[known])
        rows = torch.from_numpy(values if len(known) == len(places) else values[again])
        codes = torch.from_numpy(self._codes[places])
        shuffled = torch.from_numpy(random.permutation(len(places))) if self.shuffle else torch.arange(len(places))
        for first in range(0, len(places), self.batch_size):
            chosen = shuffled[first:first + self.batch_size]
            yield rows[chosen], codes[chosen]
