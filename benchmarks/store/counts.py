"""Counting runs by their fields in a store of a million of them, beside DuckDB on the same table."""

import os
import time

import duckdb
import numpy as np

ROUNDS = 15
QUERIES = {
    "runs of one architecture and one rule": "SELECT count(*) FROM run "
    "WHERE architecture = 'resnet18' AND learning_rule = 'adam'",
    "runs by architecture and rule": "SELECT architecture, learning_rule, count(*) FROM run GROUP BY 1, 2 ORDER BY 1, 2",
    "architectures": "SELECT DISTINCT architecture FROM run",
    "all runs": "SELECT count(*) FROM run",
}


def measure(driver, store, metadata, folder, log):
    """The first call after opening and calls by turns; both must give as many rows."""
    path = os.path.join(folder, "runs.duckdb")
    columns = {name: np.asarray(values) for name, values in metadata.items() if name != "layer_name"}
    write_table(path, columns)
    found = {}
    for title, sql in QUERIES.items():
        driver.ask("open", store=store, threads=2)
        peer = Table(path)
        first = driver.ask("query", sql=sql, times=1)
        engram, theirs = [], []
        peer_first, rows = peer.ask(sql)
        if rows != first["rows"]:
            raise ValueError(f"{title}: engram has {first['rows']} rows, DuckDB {rows}")
        for _ in range(ROUNDS):
            engram.append(driver.ask("query", sql=sql, times=1)["seconds"][0])
            theirs.append(peer.ask(sql)[0])
        peer.close()
        # The second call may still read columns: it is no call like the others.
        found[title] = {
            "engram": {"first": first["seconds"][0], "seconds": engram[1:]},
            "duckdb": {"first": peer_first, "seconds": theirs[1:]},
        }
        log(f"  {title}: {min(engram) * 1e3:.2f} ms, duckdb {min(theirs) * 1e3:.2f} ms")
    os.remove(path)
    return found


def write_table(path, columns):
    """The runs as a table of DuckDB's own file."""
    if os.path.exists(path):
        os.remove(path)
    file = duckdb.connect(path)
    file.register("source", columns)
    file.execute("CREATE TABLE run AS SELECT * FROM source")
    file.close()


class Table:
    """DuckDB's file, read by two threads."""

    def __init__(self, path):
        self.connection = duckdb.connect(path, read_only=True, config={"threads": 2})

    def ask(self, sql):
        """The seconds that all rows took, and how many there are."""
        start = time.perf_counter()
        rows = self.connection.execute(sql).fetchall()
        return time.perf_counter() - start, len(rows)

    def close(self):
        self.connection.close()
