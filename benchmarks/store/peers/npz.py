"""numpy.savez_compressed, one member for each statistic."""

import os
import threading

import numpy as np

from peers.peer import Peer, every


class Npz(Peer):
    layout = "savez_compressed, one member (examples, epochs) a statistic; threads have handles of their own"
    packages = ("numpy",)

    def write(self, values, axes, folder, threads):
        np.savez_compressed(
            os.path.join(folder, "data.npz"),
            **{name: np.ascontiguousarray(values[:, :, place]) for place, name in enumerate(axes["statistics"])}
        )

    def open(self, folder):
        self.path = os.path.join(folder, "data.npz")
        self.local = threading.local()
        self.names = self.handle().files
        self.count, self.epoch_count = self.handle()[self.names[0]].shape

    def handle(self):
        if not hasattr(self.local, "file"):
            self.local.file = np.load(self.path)
        return self.local.file

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)

        def member(task):
            place, statistic = task
            values = self.handle()[self.names[statistic]]
            row = 0
            for first, end in ranges:
                out[row : row + end - first, place] = values[first:end, wanted]
                row += end - first

        self.each(member, enumerate(statistics))
