#!/usr/bin/env python3
"""Makes a store of metadata only: a catalog of so many runs, whose values lie in a segment that is not there.

    make_catalog.py STORE RUNS

Every run is one of the 22 published networks, drawn at random with its learning rule, batch size and seeds, as when
many workers deliver in no order; a run has 4 to 39 layers, 19.6 on average. What only reads the catalog, such as
making splits, works on it; what reads values does not. Needs NumPy only.
"""

import os
import pathlib
import secrets
import sqlite3
import sys

import numpy as np

DEEP = ["resnet18", "resnet34v2", "resnet34", "alexnetlrn", "resnet18v2", "alexnet"]
SMALL = ["knet", "knetc4lrn", "knetc4", "knetlrn"]
MODELS = ([("imagenet", a) for a in DEEP] + [("cifar10", a) for a in SMALL] + [("simclr", a) for a in DEEP]
          + [("audionet", a) for a in DEEP])
RULES = ["adam", "feedback", "information", "sgdm"]
BATCH_SIZES = [128, 256, 512]
SEEDS = [None, 0]
LAYERS = [next(n for name, n in [("resnet18", 22), ("resnet34", 38), ("alexnet", 8), ("knetc4", 5), ("knet", 4)]
               if architecture.startswith(name)) + (task == "simclr") for task, architecture in MODELS]


def table(runs):
    """The metadata of the runs, as small integers."""
    random = np.random.RandomState(runs % 2**32)
    model, rule, batch, model_seed, dataset_seed = (
        random.randint(count, size=runs) for count in [len(MODELS), 4, 3, 2, 2])
    return model, rule, batch, model_seed, dataset_seed, np.array(LAYERS)[model]


def begin(file):
    """An empty database whose pages leave room for checksums, as those of a catalog do: SQLite makes none from Python."""
    page, reserved = 2048, 8
    database = sqlite3.connect(file)
    database.executescript(f"PRAGMA page_size = {page}; PRAGMA user_version = 1;")
    database.close()
    with open(file, "r+b") as header:
        header.seek(20)
        header.write(bytes([reserved]))
        header.seek(105)  # where the cells of the first page begin: at its end, and that is nearer now
        header.write((page - reserved).to_bytes(2, "big"))
    return sqlite3.connect(file)


def make(path, runs):
    schema = pathlib.Path(__file__).resolve().parents[2] / "schema" / "catalog.sql"
    os.makedirs(os.path.join(path, "segments"))
    os.makedirs(os.path.join(path, "incoming"))
    database = begin(os.path.join(path, "catalog.sqlite"))
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + schema.read_text())
    model, rule, batch, model_seed, dataset_seed, layers = table(runs)
    first = np.concatenate([[0], np.cumsum(layers)])
    time = "2026-01-01T00:00:00.000Z"
    run = database.execute
    run("INSERT INTO store VALUES (1, ?, ?, 1)", (secrets.token_hex(16), time))
    run("INSERT INTO commit_log VALUES (1, 'append', 'benchmark', ?, ?, 'benchmark', NULL, 0)", (time, int(first[-1])))
    for number, count in enumerate(LAYERS):
        run("INSERT INTO layer_set VALUES (?, ?)", (number + 1, count))
        database.executemany("INSERT INTO layer_set_member VALUES (?, ?, ?, ?)", (
            (number + 1, k, f"conv{k}", ["early", "middle", "deep"][min(k * 3 // count, 2)]) for k in range(count)))
    database.executemany("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?)", (
        (n + 1, *MODELS[m], RULES[r], BATCH_SIZES[b], SEEDS[s], SEEDS[d]) for n, (m, r, b, s, d) in enumerate(zip(
            model.tolist(), rule.tolist(), batch.tolist(), model_seed.tolist(), dataset_seed.tolist()))))
    database.executemany("INSERT INTO observation VALUES (?, ?, ?, ?, 1, 0, NULL)", zip(
        first[:-1].tolist(), layers.tolist(), range(1, runs + 1), (model + 1).tolist()))
    run("INSERT INTO epoch_axis VALUES (1, 0, 0)")
    run("INSERT INTO statistic_axis VALUES (1, 0, 'weightabs_mean')")
    run("INSERT INTO extent VALUES (0, ?, ?, 0, NULL, 1, 1, 'float32', '[]', ?)",
        (int(first[-1]), secrets.token_hex(16), "0" * 32))
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return int(first[-1])


if __name__ == "__main__":
    print(make(sys.argv[1], int(sys.argv[2])), "examples")
