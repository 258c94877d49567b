"""Arrow IPC files (Feather v2) with zstd."""

import os

import pyarrow as pa
import pyarrow.ipc as ipc

from peers.columns import ColumnBatches, table


class ArrowFile(ColumnBatches):
    layout = "a float column a statistic, a row an (example, epoch), batches of 4096 examples, zstd buffers, mapped"
    packages = ("pyarrow",)

    def write(self, values, axes, folder, threads):
        pa.set_cpu_count(threads)
        whole = table(values, axes)
        options = ipc.IpcWriteOptions(compression="zstd", use_threads=threads > 1)
        with ipc.new_file(os.path.join(folder, "data.arrow"), whole.schema, options=options) as file:
            file.write_table(whole, max_chunksize=self.batch * values.shape[1])

    def open(self, folder):
        pa.set_cpu_count(self.threads)
        self.source = pa.memory_map(os.path.join(folder, "data.arrow"))
        file = ipc.open_file(self.source)
        self.epoch_count = int(file.schema.metadata[b"epochs"])
        self.count = int(file.schema.metadata[b"examples"])

    def batches(self, numbers, statistics):
        # Fields come in the order of the file, whatever the order asked for.
        order = sorted(statistics)
        options = ipc.IpcReadOptions(included_fields=order, use_threads=self.threads > 1)
        file = ipc.open_file(self.source, options=options)
        for number in numbers:
            batch = file.get_batch(number)
            yield number, [batch.column(order.index(s)) for s in statistics]
