"""TileDB: a dense array with an attribute for each statistic."""

import os

import numpy as np
import tiledb

from peers.peer import Peer, every


class TileDB(Peer):
    layout = "dense (examples, epochs), an attribute a statistic, tiles of 2048 examples, BitShuffle + zstd-5"
    packages = ("tiledb",)
    spans = True

    def write(self, values, axes, folder, threads):
        count, epochs, _ = values.shape
        domain = tiledb.Domain(
            tiledb.Dim("example", domain=(0, count - 1), tile=min(2048, count), dtype=np.int64),
            tiledb.Dim("epoch", domain=(0, epochs - 1), tile=epochs, dtype=np.int64),
        )
        filters = tiledb.FilterList([tiledb.BitShuffleFilter(), tiledb.ZstdFilter(5)])
        attributes = [tiledb.Attr(name, dtype=np.float32, filters=filters) for name in axes["statistics"]]
        path = os.path.join(folder, "data.tiledb")
        tiledb.Array.create(path, tiledb.ArraySchema(domain, attributes))
        with tiledb.open(path, "w", ctx=self.context(threads)) as array:
            array[:] = {
                name: np.ascontiguousarray(values[:, :, place]) for place, name in enumerate(axes["statistics"])
            }

    def context(self, threads):
        return tiledb.Ctx({"sm.compute_concurrency_level": threads, "sm.io_concurrency_level": threads})

    def open(self, folder):
        self.array = tiledb.open(os.path.join(folder, "data.tiledb"), ctx=self.context(self.threads))
        self.count, self.epoch_count = self.array.shape
        self.names = [self.array.schema.attr(k).name for k in range(self.array.schema.nattr)]

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)
        names = [self.names[s] for s in statistics]
        row = 0
        for first, end in ranges:
            found = self.array.query(attrs=names)[first:end]
            if len(names) == 1 and not isinstance(found, dict):
                found = {names[0]: found}
            target = out[row : row + end - first]

            def copy(place, found=found, target=target):
                target[:, place] = found[names[place]][:, wanted]

            self.each(copy, range(len(names)), end - first)
            row += end - first
