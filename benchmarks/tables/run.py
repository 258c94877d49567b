#!/usr/bin/env python3
"""Ingests a wide table of trajectories, beside DuckDB's CSV reader into memory.

    scripts/bench tables [--rows 2000000] [--statistics 45] [--epochs 100] [--repeats 3]

Prints seconds and MB of text a second: DuckDB reads the file into a table in memory with the types of its columns given; Engram
ingests it into a store on disk, compressed and without reading it back, and then with. Both take two threads.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time


def write_table(path, rows, epochs, statistics):
    """Trajectories of runs of one layer, with the digits that tell a Float64 from its neighbours."""
    import numpy as np

    generator = np.random.default_rng(1)
    names = [f"statistic{number}" for number in range(statistics)]
    with open(path, "w") as file:
        file.write(",".join(["run_name", "learning_rule", "layer", "epoch", *names]) + "\n")
        for run in range((rows + epochs - 1) // epochs):
            start = generator.normal(0, 1, statistics)
            values = start + generator.normal(0, 0.02, (epochs, statistics)).cumsum(0)
            rule = ["adam", "sgdm", "feedback", "information"][run % 4]
            for epoch in range(min(epochs, rows - run * epochs)):
                numbers = ",".join(map(repr, values[epoch].tolist()))
                file.write(f"run{run},{rule},conv1,{epoch},{numbers}\n")
    return names


def best(repeats, body):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return min(times)


def main(binaries, words):
    parser = argparse.ArgumentParser(
        prog="scripts/bench tables", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in [("rows", 2_000_000), ("statistics", 45), ("epochs", 100), ("repeats", 3), ("threads", 2)]:
        parser.add_argument(f"--{name}", type=int, default=number)
    options = parser.parse_args(words)
    import duckdb

    engram = os.path.abspath(os.path.join(binaries, "engram"))
    folder = tempfile.mkdtemp(prefix="engram-tables-")
    path = os.path.join(folder, "table.csv")
    names = write_table(path, options.rows, options.epochs, options.statistics)
    megabytes = os.path.getsize(path) / 1e6
    types = {"run_name": "VARCHAR", "learning_rule": "VARCHAR", "layer": "VARCHAR", "epoch": "BIGINT"}
    types |= {name: "DOUBLE" for name in names}

    def read():
        connection = duckdb.connect(config={"threads": options.threads})
        connection.execute("CREATE TABLE t AS SELECT * FROM read_csv(?, columns=?, header=true)", [path, types])
        assert connection.execute("SELECT count(*) FROM t").fetchone()[0] == options.rows
        connection.close()

    def ingest(*more):
        store = os.path.join(folder, "store.engram")
        shutil.rmtree(store, ignore_errors=True)
        subprocess.run(
            [engram, "ingest", path, store, "--threads", str(options.threads), *more], check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    print(f"{options.rows:,} rows of {options.statistics} statistics, {megabytes:,.0f} MB of text")
    for what, body in [
        ("DuckDB, read_csv into memory", read), ("Engram, ingest", lambda: ingest("--no-verify")),
        ("Engram, ingest, read back", ingest),
    ]:
        seconds = best(options.repeats, body)
        print(f"{what:<30} {seconds:8.2f} s {megabytes / seconds:8.0f} MB/s")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
