"""Lance: fixed-size lists of 21 epochs, one column a statistic, its default encoding."""

import os

import lance
import numpy as np
import pyarrow as pa

from peers.peer import Peer, every


class Lance(Peer):
    layout = (
        "a FixedSizeList<float, 21> column a statistic, a row an example, default encoding, "
        "ranges by offset and limit"
    )
    packages = ("pylance", "pyarrow")
    spans = True

    def write(self, values, axes, folder, threads):
        columns = {
            name: pa.FixedSizeListArray.from_arrays(
                np.ascontiguousarray(values[:, :, place]).ravel(), values.shape[1]
            )
            for place, name in enumerate(axes["statistics"])
        }
        lance.write_dataset(pa.table(columns), os.path.join(folder, "data.lance"), data_storage_version="2.2")

    def open(self, folder):
        pa.set_cpu_count(self.threads)
        self.data = lance.dataset(os.path.join(folder, "data.lance"))
        self.names = self.data.schema.names
        self.count = self.data.count_rows()
        self.epoch_count = self.data.schema.field(0).type.list_size

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)
        names = [self.names[s] for s in statistics]
        row = 0
        for first, end in ranges:
            found = self.data.to_table(columns=names, offset=first, limit=end - first)
            target = out[row : row + end - first]

            def copy(place, found=found, target=target):
                start = 0
                for piece in found.column(place).chunks:
                    numbers = piece.flatten().to_numpy(zero_copy_only=False).reshape(-1, self.epoch_count)
                    target[start : start + len(numbers), place] = numbers[:, wanted]
                    start += len(numbers)

            self.each(copy, range(len(names)), end - first)
            row += end - first
