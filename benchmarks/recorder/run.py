#!/usr/bin/env python3
"""Records runs with several processes at once, and compares the store with one bulk ingest of the same values.

    scripts/bench recorder [--runs 300] [--epochs 100] [--layers 8] [--statistics 45] [--processes 4] [--publish]

Prints checkpoints a second in all, from the first line to the last answer, and the bytes of both stores after compact.
Each process writes up to 64 lines ahead of the answers of its checkpoints.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "figures"))
import publish  # noqa: E402


def walk(run, layers, epochs, statistics):
    """Trajectories as networks have them: a start and small steps, (layers, epochs, statistics)."""
    generator = np.random.default_rng(run)
    steps = generator.normal(0, 0.02, (layers, epochs, statistics)).cumsum(1)
    return (generator.normal(0, 1, (layers, 1, statistics)) + steps).astype(np.float32)


def lines_of(runs, shape):
    """The lines of one process: its runs one after the other."""
    layers, epochs, statistics = shape
    lines = []
    for run in runs:
        start = {"run": {"task": "bench", "model_seed": run}, "layers": [f"layer{layer}" for layer in range(layers)],
                 "statistics": [f"statistic{number}" for number in range(statistics)]}
        values = walk(run, layers, epochs, statistics)
        lines.append(json.dumps(start))
        lines += [json.dumps({"epoch": epoch, "values": values[:, epoch].astype(float).tolist()}) for epoch in range(epochs)]
        lines.append(json.dumps({"end": True}))
    return lines


def feed(engram, store, lines, window=64):
    """One process, `window` lines ahead of its answers."""
    process = subprocess.Popen([engram, "record", store, "--wait", "600"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    ahead = threading.Semaphore(window)

    def read():
        for _ in lines:
            answer = process.stdout.readline()
            assert b'"ok"' in answer, answer
            ahead.release()

    reader = threading.Thread(target=read)
    reader.start()
    for line in lines:
        ahead.acquire()
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()
    process.stdin.close()
    reader.join()
    assert process.wait() == 0


def size(store):
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(store) for name in names)


def main(binaries, words):
    parser = argparse.ArgumentParser(
        prog="scripts/bench recorder", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in [("runs", 300), ("epochs", 100), ("layers", 8), ("statistics", 45), ("processes", 4)]:
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--publish", action="store_true", help="write benchmarks/figures/recorder.json")
    options = parser.parse_args(words)
    engram = os.path.abspath(os.path.join(binaries, "engram"))
    folder = tempfile.mkdtemp(prefix="engram-recorder-")
    shape = options.layers, options.epochs, options.statistics
    recorded, bulk = os.path.join(folder, "recorded.engram"), os.path.join(folder, "bulk.engram")
    shares = [range(start, options.runs, options.processes) for start in range(options.processes)]
    lines = [lines_of(share, shape) for share in shares]
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.processes) as pool:
        list(pool.map(lambda share: feed(engram, recorded, share), lines))
    seconds = time.monotonic() - start
    count = options.runs * options.epochs
    print(f"{count} checkpoints of {options.runs} runs by {options.processes} processes: {seconds:.1f} s, "
          f"{count / seconds:.0f} a second")
    subprocess.run([engram, "compact", recorded, "--all"], check=True)
    subprocess.run([engram, "verify", recorded], check=True)
    with open(os.path.join(folder, "bulk.csv"), "w") as file:
        file.write("task,model_seed,layer_name\n")
        for run in range(options.runs):
            file.writelines(f"bench,{run},layer{layer}\n" for layer in range(options.layers))
    np.save(os.path.join(folder, "bulk.npy"), np.concatenate([walk(run, *shape) for run in range(options.runs)]))
    subprocess.run(
        [engram, "ingest", os.path.join(folder, "bulk.npy"), bulk, "--metadata", os.path.join(folder, "bulk.csv"), "--statistics",
         ",".join(f"statistic{number}" for number in range(options.statistics)), "--epochs", f"0:{options.epochs - 1}:1"],
        check=True)
    sizes = [size(store) for store in (recorded, bulk)]
    print(f"recorded {sizes[0]} bytes, bulk {sizes[1]} bytes: {100 * (sizes[0] / sizes[1] - 1):+.1f} %")
    shutil.rmtree(folder)
    if options.publish:
        publish.write("recorder", {
            **publish.made_with(NumPy=np.__version__), "runs": options.runs, "epochs": options.epochs, "layers": options.layers,
            "statistics": options.statistics, "processes": options.processes, "seconds": publish.rounded(seconds),
            "recorded_bytes": sizes[0], "bulk_bytes": sizes[1]})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
