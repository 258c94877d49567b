"""Numeric compressors that have no container: chunks of one statistic in one file, and an index of their offsets."""

import mmap
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from peers.peer import Peer, blocks, every


class Chunks(Peer):
    """Chunks of `chunk` examples of one statistic; threads take them in turn."""

    chunk = 4096

    def encode(self, numbers):
        """Compresses a one-dimensional float32 array."""
        raise NotImplementedError

    def decode(self, data, numbers):
        """Decompresses into a one-dimensional float32 array."""
        raise NotImplementedError

    def write(self, values, axes, folder, threads):
        count, epochs, statistics = values.shape

        def column(place):
            numbers = np.ascontiguousarray(values[:, :, place])
            return [self.encode(numbers[a : a + self.chunk].ravel()) for a in range(0, count, self.chunk)]

        with ThreadPoolExecutor(threads) as pool:
            columns = list(pool.map(column, range(statistics)))
        sizes = [len(c) for column in columns for c in column]
        np.savez(
            os.path.join(folder, "index.npz"), shape=values.shape, offsets=np.concatenate([[0], np.cumsum(sizes)])
        )
        with open(os.path.join(folder, "chunks.bin"), "wb") as file:
            for column in columns:
                file.writelines(column)

    def open(self, folder):
        with np.load(os.path.join(folder, "index.npz")) as index:
            self.count, self.epoch_count, _ = (int(n) for n in index["shape"])
            self.offsets = index["offsets"].tolist()
        self.chunks_a_statistic = -(-self.count // self.chunk)
        with open(os.path.join(folder, "chunks.bin"), "rb") as file:
            self.data = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)  # a slice of it is bytes
        self.local = threading.local()

    def scratch(self):
        """Memory for one chunk, one block for each thread."""
        if not hasattr(self.local, "numbers"):
            self.local.numbers = np.empty(self.chunk * self.epoch_count, np.float32)
        return self.local.numbers

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)
        parts = {}
        for number, *place in blocks(ranges, self.chunk):
            parts.setdefault(number, []).append(place)

        def chunk(task):
            place, statistic, number = task
            at = statistic * self.chunks_a_statistic + number
            size = (min(self.count, (number + 1) * self.chunk) - number * self.chunk) * self.epoch_count
            numbers = self.scratch()[:size]
            self.decode(self.data[self.offsets[at] : self.offsets[at + 1]], numbers)
            numbers = numbers.reshape(-1, self.epoch_count)
            for first, end, row in parts[number]:
                out[row : row + end - first, place] = numbers[first:end, wanted]

        # Whole chunks are decoded, so even a few rows are work for all threads.
        self.each(chunk, [(place, s, number) for number in parts for place, s in enumerate(statistics)])
