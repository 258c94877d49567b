"""zarr v3: the same files read by zarr-python and by TensorStore."""

import os

import numpy as np
import zarr

from peers.peer import Peer, every


class Zarr(Peer):
    layout = "zarr v3 (examples, statistics, epochs), chunks (4096, 1, 21), Blosc zstd-5 bitshuffle, by zarr-python"
    packages = ("zarr", "numcodecs")
    spans = True

    def write(self, values, axes, folder, threads):
        examples, epochs, statistics = values.shape
        codec = zarr.codecs.BloscCodec(cname="zstd", clevel=5, shuffle="bitshuffle", typesize=4)
        stored = zarr.create_array(
            os.path.join(folder, "data.zarr"),
            shape=(examples, statistics, epochs),
            dtype="float32",
            chunks=(min(4096, examples), 1, epochs),
            compressors=[codec],
        )
        stored[...] = values.transpose(0, 2, 1)

    def open(self, folder):
        zarr.config.set({"threading.max_workers": self.threads})
        self.values = zarr.open_array(os.path.join(folder, "data.zarr"), mode="r")
        self.count, _, self.epoch_count = self.values.shape

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)
        row = 0
        for first, end in ranges:
            out[row : row + end - first] = self.values.oindex[first:end, np.array(statistics), wanted]
            row += end - first


class TensorStore(Zarr):
    layout = "the same files, read by TensorStore into the matrix"
    packages = ("tensorstore",)
    spans = False

    def open(self, folder):
        import tensorstore

        self.library = tensorstore
        context = tensorstore.Context(
            {
                "data_copy_concurrency": {"limit": self.threads},
                "file_io_concurrency": {"limit": self.threads},
                "cache_pool": {"total_bytes_limit": 0},
            }
        )
        path = os.path.join(folder, "data.zarr")
        self.values = tensorstore.open(
            {"driver": "zarr3", "kvstore": {"driver": "file", "path": path}}, read=True, context=context
        ).result()
        self.count, _, self.epoch_count = self.values.shape

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)
        pending, row = [], 0
        destination = self.library.array(out)
        for first, end in ranges:
            source = self.values[first:end].oindex[:, statistics, wanted]
            source = source[self.library.d[:].translate_to[0]]
            target = destination[row : row + end - first][self.library.d[:].translate_to[0]]
            pending.append(target.write(source))
            row += end - first
        for write in pending:
            write.result()
