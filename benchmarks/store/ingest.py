"""The published pickle layout, protocol 0: `engram ingest`, which compresses and verifies, beside pickle.load alone."""

import os
import shutil
import sys

import numpy as np

import data
from compare import turned
from processes import measured

LOAD = """
import pickle, sys, time
started = time.perf_counter()
with open(sys.argv[1], "rb") as file:
    data = pickle.load(file, encoding="latin1")
print(time.perf_counter() - started)
"""


def measure(options, log, rounds=5):
    """Seconds and peak bytes of both, in turns; the stored values are compared with the generated ones, bit for bit."""
    folder = os.path.join(options.work, "work", "ingest")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    log("ingest: generating and pickling")
    dataset = data.generate()
    path = os.path.join(folder, "dataset.pkl")
    data.write_pickle(dataset, path)
    result = {
        "about": dataset.about,
        "bytes": os.path.getsize(path),
        "value_bytes": dataset.values.nbytes * 2,
        "wrong": [],
        "engram": {"seconds": [], "peak": []},
        "pickle.load": {"seconds": [], "peak": []},
    }
    store = os.path.join(folder, "store")

    def engram():
        shutil.rmtree(store, ignore_errors=True)
        found = measured([options.program, "ingest", path, store])
        return found["seconds"], found["peak"]

    def python():
        found = measured([sys.executable, "-c", LOAD, path])
        return float(found["output"]), found["peak"]

    for number in range(rounds):
        for name, what in turned([("engram", engram), ("pickle.load", python)], number):
            seconds, peak = what()
            result[name]["seconds"].append(seconds)
            result[name]["peak"].append(peak)
            log(f"  {name}: {seconds:.2f} s, {peak / 2**20:.0f} MiB")
    whole = os.path.join(folder, "whole.npy")
    measured([options.program, "select", store, "--statistics", "all", "--format", "npy", "-o", whole])
    stored = np.load(whole, mmap_mode="r")
    if not np.array_equal(stored.view(np.uint64), dataset.values.astype(np.float64).view(np.uint64)):
        result["wrong"].append("ingest: the stored values are not those of the pickle")
    shutil.rmtree(folder)
    return result
