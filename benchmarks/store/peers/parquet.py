"""Parquet by pyarrow: zstd over BYTE_STREAM_SPLIT, the best of its encodings for these numbers."""

import os

import pyarrow as pa
import pyarrow.parquet as pq

from peers.columns import ColumnBatches, table

ROW_GROUP = 4096


class Parquet(ColumnBatches):
    layout = (
        "a float column a statistic, a row an (example, epoch), row groups of 4096 examples, zstd-3, "
        "BYTE_STREAM_SPLIT, no dictionary, mapped"
    )
    packages = ("pyarrow",)
    batch = ROW_GROUP

    def write(self, values, axes, folder, threads):
        pa.set_cpu_count(threads)
        pq.write_table(
            table(values, axes),
            os.path.join(folder, "data.parquet"),
            compression="zstd",
            compression_level=3,
            use_dictionary=False,
            use_byte_stream_split=True,
            row_group_size=ROW_GROUP * values.shape[1],
        )

    def open(self, folder):
        pa.set_cpu_count(self.threads)
        self.file = pq.ParquetFile(os.path.join(folder, "data.parquet"), memory_map=True)
        self.names = self.file.schema_arrow.names
        self.epoch_count = int(self.file.schema_arrow.metadata[b"epochs"])
        self.count = self.file.metadata.num_rows // self.epoch_count

    def batches(self, numbers, statistics):
        names = [self.names[s] for s in statistics]
        found = self.file.read_row_groups(numbers, columns=names, use_threads=self.threads > 1)
        row = 0
        for number in numbers:
            rows = self.file.metadata.row_group(number).num_rows
            yield number, [found.column(k).slice(row, rows) for k in range(len(names))]
            row += rows
