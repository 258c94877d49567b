"""Blosc2 NDArray: byte shuffle and byte delta before zstd."""

import os

import blosc2
import numpy as np

from peers.peer import Peer, every


class Blosc2(Peer):
    layout = (
        "NDArray (statistics, examples, epochs), chunks of 8192 examples of one statistic, blocks of 512, zstd-5, "
        "SHUFFLE + BYTEDELTA, mapped"
    )
    packages = ("blosc2",)
    spans = True

    def write(self, values, axes, folder, threads):
        count, epochs, statistics = values.shape
        blosc2.asarray(
            np.ascontiguousarray(values.transpose(2, 0, 1)),
            urlpath=os.path.join(folder, "data.b2nd"),
            mode="w",
            chunks=(1, min(8192, count), epochs),
            blocks=(1, min(512, count), epochs),
            cparams=blosc2.CParams(
                codec=blosc2.Codec.ZSTD,
                clevel=5,
                nthreads=threads,
                filters=[blosc2.Filter.SHUFFLE, blosc2.Filter.BYTEDELTA],
                filters_meta=[0, 4],
            ),
        )

    def open(self, folder):
        self.array = blosc2.open(
            os.path.join(folder, "data.b2nd"), mmap_mode="r", dparams=blosc2.DParams(nthreads=self.threads)
        )
        self.count, self.epoch_count = self.array.shape[1:]

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)
        row = 0
        for first, end in ranges:
            for place, statistic in enumerate(statistics):
                out[row : row + end - first, place] = self.array[statistic, first:end][..., wanted]
            row += end - first
