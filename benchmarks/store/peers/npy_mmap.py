"""A raw array, mapped: no compression, so this is what the others could at best be."""

import os

import numpy as np

from peers.peer import Peer, blocks, every, rows_of


class NpyMap(Peer):
    layout = "raw .npy (statistics, examples, epochs), mapped; not compressed"
    packages = ("numpy",)

    def write(self, values, axes, folder, threads):
        np.save(os.path.join(folder, "data.npy"), np.ascontiguousarray(values.transpose(2, 0, 1)))

    def open(self, folder):
        self.values = np.load(os.path.join(folder, "data.npy"), mmap_mode="r").view(np.ndarray)
        self.count, self.epoch_count = self.values.shape[1:]

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)

        def copy(block):
            number, first, end, row = block
            start = number * 1024
            for place, statistic in enumerate(statistics):
                out[row : row + end - first, place] = self.values[statistic, start + first : start + end, wanted]

        self.each(copy, blocks(ranges, 1024), rows_of(ranges))
