"""Vortex: flat columns, its default encodings, and the compact ones (pcodec and zstd)."""

import os

import vortex

from peers.columns import flat, table
from peers.peer import FEW_ROWS, Peer, every, pieces


class Vortex(Peer):
    layout = (
        "a float column a statistic, a row an (example, epoch), default encodings, mapped; each thread scans a range "
        "of rows, without further workers (the fastest of what was tried)"
    )
    packages = ("vortex-data",)

    def options(self):
        return vortex.io.VortexWriteOptions.default()

    def write(self, values, axes, folder, threads):
        vortex.set_worker_threads(threads - 1)
        self.options().write(table(values, axes), os.path.join(folder, "data.vortex"))

    def open(self, folder):
        vortex.set_worker_threads(0)
        self.file = vortex.open(os.path.join(folder, "data.vortex"), memory_map=True)
        self.names = list(self.file.dtype.names())
        self.epoch_count = 21
        self.count = self.file.splits()[-1][1] // self.epoch_count
        self.scans = {}

    def scan(self, names):
        """A prepared scan of some columns, kept for the next read of the same."""
        if names not in self.scans:
            self.scans[names] = self.file.to_repeated_scan(list(names))
        return self.scans[names]

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)
        names = tuple(self.names[s] for s in statistics)
        scan = self.scan(names)
        tasks, row = [], 0
        for first, end in ranges:
            parts = self.threads if (end - first) * len(statistics) >= FEW_ROWS * 8 else 1
            tasks += [(first + a, first + b, row + a) for a, b in pieces(end - first, parts)]
            row += end - first

        def copy(task):
            first, end, row = task
            rows = (first * self.epoch_count, end * self.epoch_count)
            found = scan.execute(row_range=rows).read_all().to_arrow_table()
            for place, name in enumerate(names):
                out[row : row + end - first, place] = flat(found.column(name)).reshape(-1, self.epoch_count)[
                    :, wanted
                ]

        self.each(copy, tasks)


class VortexCompact(Vortex):
    layout = "the same with compact encodings (pcodec, zstd)"

    def options(self):
        return vortex.io.VortexWriteOptions.compact()
