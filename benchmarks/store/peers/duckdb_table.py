"""DuckDB's own file: a long table (a row an example and epoch), and a wide one (a row an example) for few epochs."""

import os

import duckdb
import numpy as np

from peers.columns import flat, table
from peers.peer import Peer, every


class DuckDB(Peer):
    layout = "a REAL column a statistic, a row an (example, epoch) in order, ranges by rowid; read as Arrow"
    packages = ("duckdb", "pyarrow")
    spans = True
    rows_an_example = 21

    def write(self, values, axes, folder, threads):
        file = duckdb.connect(os.path.join(folder, "data.duckdb"), config={"threads": threads})
        file.register("source", self.source(values, axes))
        file.execute("CREATE TABLE x AS SELECT * FROM source")
        file.close()

    def source(self, values, axes):
        return table(values, axes)

    def open(self, folder):
        self.file = duckdb.connect(
            os.path.join(folder, "data.duckdb"), read_only=True, config={"threads": self.threads}
        )
        self.names = [row[0] for row in self.file.sql("DESCRIBE x").fetchall()]
        self.epoch_count = 21
        self.count = self.file.sql("SELECT count(*) FROM x").fetchall()[0][0] // self.rows_an_example

    def rows(self, names, first, end):
        """Columns of a range of rows."""
        chosen = ", ".join(f'"{n}"' for n in names)
        where = (
            ""
            if (first, end) == (0, self.count)
            else (f" WHERE rowid >= {first * self.rows_an_example} AND rowid < {end * self.rows_an_example}")
        )
        return self.file.sql(f"SELECT {chosen} FROM x{where}").to_arrow_table()

    def fill(self, ranges, statistics, epochs, out):
        wanted = every(epochs, self.epoch_count)
        row = 0
        for first, end in ranges:
            found = self.rows([self.names[s] for s in statistics], first, end)
            target = out[row : row + end - first]

            def copy(place, found=found, target=target):
                target[:, place] = flat(found.column(place)).reshape(-1, self.epoch_count)[:, wanted]

            self.each(copy, range(len(statistics)), end - first)
            row += end - first


class DuckDBWide(DuckDB):
    layout = "945 REAL columns (statistic and epoch), a row an example; for reads of few epochs"
    works = ("epochs",)
    spans = False
    rows_an_example = 1

    def source(self, values, axes):
        import pyarrow as pa

        return pa.table(
            {
                f"{name}@{epoch}": np.ascontiguousarray(values[:, e, s])
                for s, name in enumerate(axes["statistics"])
                for e, epoch in enumerate(axes["epochs"])
            }
        )

    def fill(self, ranges, statistics, epochs, out):
        names = [self.names[s * self.epoch_count + e] for s in statistics for e in epochs]
        row = 0
        for first, end in ranges:
            found = self.rows(names, first, end)
            target = out[row : row + end - first].reshape(end - first, -1)
            for place in range(len(names)):
                target[:, place] = flat(found.column(place))
            row += end - first
