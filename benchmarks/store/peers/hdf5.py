"""HDF5 by h5py: gzip as everybody has it, and Blosc2 by hdf5plugin. The library runs in one thread."""

import os

import h5py
import numpy as np

from peers.peer import Peer, every


class Gzip(Peer):
    layout = "(examples, statistics, epochs), chunks (2048, 1, 21), shuffle + gzip-4, read_direct"
    packages = ("h5py",)
    spans = True

    def filters(self):
        return {"compression": "gzip", "compression_opts": 4, "shuffle": True}

    def write(self, values, axes, folder, threads):
        examples, epochs, statistics = values.shape
        with h5py.File(os.path.join(folder, "data.h5"), "w") as file:
            stored = file.create_dataset(
                "X",
                (examples, statistics, epochs),
                np.float32,
                chunks=(min(2048, examples), 1, epochs),
                **self.filters()
            )
            for place in range(statistics):
                stored[:, place] = values[:, :, place]

    def open(self, folder):
        self.file = h5py.File(os.path.join(folder, "data.h5"), "r")
        self.count, _, self.epoch_count = self.file["X"].shape

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)
        stored = self.file["X"]  # opened anew: its cache of chunks serves this read and not the next one of the same
        for place, statistic in enumerate(statistics):
            row = 0
            for first, end in ranges:
                if wanted == slice(None):
                    stored.read_direct(out, np.s_[first:end, statistic], np.s_[row : row + end - first, place])
                else:  # a selection with strides is far slower than all epochs
                    out[row : row + end - first, place] = stored[first:end, statistic][:, wanted]
                row += end - first


class Blosc2Filter(Gzip):
    layout = "(examples, statistics, epochs), chunks (2048, 1, 21), Blosc2 zstd-5 bitshuffle, read_direct"
    packages = ("h5py", "hdf5plugin")

    def filters(self):
        return hdf5plugin.Blosc2(cname="zstd", clevel=5, filters=hdf5plugin.Blosc2.BITSHUFFLE)

    def __init__(self):
        global hdf5plugin
        import hdf5plugin
