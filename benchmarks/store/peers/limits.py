"""Physical limits: the bytes of the full scan copied from memory to memory, and out of plain zstd frames."""

import os

import numpy as np
import zstandard

from data import ADMISSIBLE
from peers.peer import Peer, pieces

ROWS = 1024


class Memcpy(Peer):
    layout = "the dense matrix copied from memory to memory"
    works = ("full",)

    def write(self, values, axes, folder, threads):
        columns = [axes["statistics"].index(name) for name in ADMISSIBLE]
        np.save(os.path.join(folder, "dense.npy"), np.ascontiguousarray(values[:, :, columns].transpose(0, 2, 1)))

    def open(self, folder):
        self.dense = np.load(os.path.join(folder, "dense.npy"))
        self.count = len(self.dense)

    def fill(self, ranges, statistics, epochs, out):
        self.each(
            lambda p: np.copyto(out[p[0] : p[1]], self.dense[p[0] : p[1]]), pieces(self.count, self.threads * 4)
        )


class ZstdFloats(Memcpy):
    layout = "zstd-3 frames of 1024 rows of the dense matrix, decompressed and copied nowhere"
    packages = ("zstandard",)
    checked = False

    def prepared(self, rows):
        return rows.tobytes()

    def open(self, folder):
        super().open(folder)
        compressor = zstandard.ZstdCompressor(level=3)
        statistics = self.dense.shape[1]
        self.frames = [
            compressor.compress(self.prepared(self.dense[a : a + ROWS, s]))
            for s in range(statistics)
            for a in range(0, self.count, ROWS)
        ]
        self.byte_count = sum(map(len, self.frames))

    def fill(self, ranges, statistics, epochs, out):
        def decompress(piece):
            decompressor = zstandard.ZstdDecompressor()
            for frame in self.frames[piece[0] : piece[1]]:
                decompressor.decompress(frame)

        self.each(decompress, pieces(len(self.frames), self.threads * 4))


class ZstdShuffled(ZstdFloats):
    layout = "the same frames with the bytes of each number apart (byte shuffle), decompressed and left shuffled"

    def prepared(self, rows):
        return np.ascontiguousarray(rows).view(np.uint8).reshape(-1, 4).T.tobytes()
