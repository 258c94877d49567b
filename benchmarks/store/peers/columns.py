"""Formats of flat columns: a column for each statistic, a row for each (example, epoch)."""

import numpy as np
import pyarrow as pa

from peers.peer import Peer, blocks, every, rows_of


def table(values, axes):
    """The values as an Arrow table of flat columns."""
    columns = {
        name: np.ascontiguousarray(values[:, :, place]).ravel() for place, name in enumerate(axes["statistics"])
    }
    return pa.table(columns).replace_schema_metadata(
        {"examples": str(values.shape[0]), "epochs": str(values.shape[1])}
    )


def flat(column):
    """A column as one NumPy array; without a copy where it is one piece."""
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column.to_numpy(zero_copy_only=False)


class ColumnBatches(Peer):
    """A file of batches of `batch` examples; a read takes the batches it touches."""

    batch = 4096

    def batches(self, numbers, statistics):
        """For each of some batches its number and its columns."""
        raise NotImplementedError

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)
        parts = {}
        for number, *place in blocks(ranges, self.batch):
            parts.setdefault(number, []).append(place)
        tasks = [
            (columns, k, parts[number])
            for number, columns in self.batches(list(parts), statistics)
            for k in range(len(statistics))
        ]

        def copy(task):
            columns, k, places = task
            values = flat(columns[k]).reshape(-1, self.epoch_count)
            for first, end, row in places:
                out[row : row + end - first, k] = values[first:end, wanted]

        self.each(copy, tasks, rows_of(ranges))
