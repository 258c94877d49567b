#!/usr/bin/env python3
"""Times specification to indices: engram beside NumPy, pandas and scikit-learn, on the same tables, in one run.

    scripts/bench splits [RUNS …] [--publish]      default 1000 100000 1000000 runs: 20 thousand, 2 million, 20 million examples

engram: the whole command, from the start of the process to the stored split set: SQL, drawing, SHA-256 of every index
array, compression, commit. Python: only the making of the index arrays, with the table in memory already (its making
is not timed, nor is any hashing). After each pair the SHA-256 of all index arrays is compared.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

if "--help" in sys.argv:
    sys.exit(print(__doc__))

import numpy as np
import pandas as pd
import sklearn
from sklearn import model_selection as ms

import make_catalog as catalog

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "figures"))
import publish

warnings.simplefilter("ignore")
engram = os.path.join(sys.argv[1], "engram")
sizes = [int(n) for n in sys.argv[2:] if n != "--publish"] or [1_000, 100_000, 1_000_000]
# StratifiedGroupKFold of scikit-learn steps through groups in Python: 17 s at 2 million rows; larger tables leave it out.
MOST_ROWS_IN_PYTHON = 3_000_000


# A small process that starts engram: a child's peak memory counts that of its parent at the fork.
STARTER = subprocess.Popen([sys.executable, "-c", """
import json, os, subprocess, sys, time
for line in sys.stdin:
    started = time.perf_counter()
    child = subprocess.Popen(json.loads(line), stdout=subprocess.PIPE)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    print(json.dumps([time.perf_counter() - started, usage.ru_maxrss / 1024, status, output.decode()]), flush=True)
"""], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def timed_engram(store, kind, *options):
    STARTER.stdin.write(json.dumps(
        [engram, "split", kind, store, "--name", kind + options_name(options), *options, "--json"]) + "\n")
    STARTER.stdin.flush()
    seconds, memory, status, output = json.loads(STARTER.stdout.readline())
    assert status == 0, (kind, options)
    return seconds, memory, json.loads(output)["sha256"]


def options_name(options):
    return "".join("-" + o.strip("-").replace(",", "_") for o in options)


def index_hash(splits):
    digest = hashlib.sha256()
    for train, test in splits:
        for side in (train, test):
            digest.update(hashlib.sha256(np.ascontiguousarray(side, "<i8")).digest())
    return digest.hexdigest()


def get_splits(rule, repeats, fraction):
    """The published get_splits, in NumPy."""
    random = np.random.RandomState(0)
    members = [np.flatnonzero(rule == r) for r in range(4)]
    count = int(round(fraction * min(map(len, members))))
    for _ in range(repeats):
        test = np.sort(np.concatenate([m[random.permutation(len(m))[:count]] for m in members]))
        free = np.ones(len(rule), bool)
        free[test] = False
        left = [m[free[m]] for m in members]
        each = min(map(len, left))
        yield np.sort(np.concatenate([m[random.permutation(len(m))[:each]] for m in left])), test


def holdouts(frame, by):
    groups = frame.groupby(by, sort=True, dropna=False, observed=True).indices
    everything = np.ones(len(frame), bool)
    for key in sorted(groups):
        everything[:] = True
        everything[groups[key]] = False
        yield np.flatnonzero(everything), groups[key]


def complement(splits):
    for train, test in splits:
        yield np.sort(train), np.sort(test)


def compare(runs):
    folder = tempfile.mkdtemp(prefix="engram-bench-")
    store = os.path.join(folder, "bench.engram")
    started = time.perf_counter()
    count = catalog.make(store, runs)
    print(f"\n{count:,} examples of {runs:,} runs; catalog made in {time.perf_counter() - started:.1f} s, "
          f"{os.path.getsize(store + '/catalog.sqlite') / 2**20:.0f} MiB")
    model, rule, batch, _, dataset_seed, layers = catalog.table(runs)
    architectures = sorted({a for _, a in catalog.MODELS})
    code = np.array([architectures.index(a) for _, a in catalog.MODELS])
    y = np.repeat(rule.astype(np.int8), layers)
    run_id = np.repeat(np.arange(1, runs + 1, dtype=np.int32), layers)
    # NULL sorts first, as in a store: seed None is 0 here and seed 0 is 1.
    frame = pd.DataFrame({
        "architecture": np.repeat(code[model].astype(np.int8), layers), "batch_size": np.repeat(batch.astype(np.int8), layers),
        "dataset_seed": np.repeat(dataset_seed.astype(np.int8), layers), "layer": np.arange(count) - np.repeat(
            np.cumsum(layers) - layers, layers)})
    x = np.zeros(count, np.int8)
    cases = [
        ("balanced, 10 repeats", ("balanced",), lambda: get_splits(y, 10, 0.25)),
        ("hold-out by architecture (10)", ("holdout", "--by", "architecture"), lambda: holdouts(frame, "architecture")),
        ("hold-out by curriculum (6)", ("holdout", "--preset", "curriculum"),
         lambda: holdouts(frame, ["batch_size", "dataset_seed"])),
        ("hold-out of one architecture", ("holdout", "--by", "architecture", "--only", "alexnet"),
         lambda: [(np.flatnonzero(frame.architecture != 0), np.flatnonzero(frame.architecture == 0))]),
        ("stratified k-fold (5)", ("k-fold",), lambda: ms.StratifiedKFold(5).split(x, y)),
        ("stratified k-fold, shuffled", ("k-fold", "--seed", "0"),
         lambda: ms.StratifiedKFold(5, shuffle=True, random_state=0).split(x, y)),
        ("group k-fold by run (5)", ("group-k-fold",), lambda: ms.GroupKFold(5).split(x, groups=run_id)),
        ("stratified group k-fold by run", ("stratified-group-k-fold",),
         lambda: ms.StratifiedGroupKFold(5).split(x, y, run_id)),
        ("group shuffle by run (10)", ("group-shuffle",), lambda: complement(ms.GroupShuffleSplit(
            10, test_size=0.25, random_state=0).split(x, groups=run_id))),
        ("random (10)", ("random",), lambda: complement(ms.ShuffleSplit(10, test_size=0.25, random_state=0).split(x))),
    ]
    rows = []
    print(f"{'':34s} {'engram':>9s} {'peak MiB':>9s} {'Python':>9s} {'ratio':>7s}  indices")
    for name, command, python in cases:
        seconds, memory, sha = timed_engram(store, *command)
        found = {"name": name, "engram_s": publish.rounded(seconds), "engram_mib": round(memory), "python_s": None}
        rows.append(found)
        row = f"{name:34s} {seconds:8.2f}s {memory:9.0f}"
        if "stratified group" in name and count > MOST_ROWS_IN_PYTHON:
            print(row, "        -       -  not compared")
            continue
        started = time.perf_counter()
        splits = list(python())
        elapsed = time.perf_counter() - started
        found["python_s"] = publish.rounded(elapsed)
        print(f"{row} {elapsed:8.2f}s {elapsed / seconds:6.1f}x  {'equal' if index_hash(splits) == sha else 'DIFFER'}",
              flush=True)
        del splits
    print(f"catalog with all split sets: {os.path.getsize(store + '/catalog.sqlite') / 2**20:.0f} MiB")
    shutil.rmtree(folder)
    return {"examples": int(count), "runs": runs, "cases": rows}


print(f"NumPy {np.__version__}, pandas {pd.__version__}, scikit-learn {sklearn.__version__}, "
      f"{os.cpu_count()} processors; engram {subprocess.check_output([engram, '--version'], text=True).strip()}")
found = [compare(runs) for runs in sizes]
if "--publish" in sys.argv:
    made = publish.made_with(NumPy=np.__version__, pandas=pd.__version__, **{"scikit-learn": sklearn.__version__})
    publish.write("splits", {**made, "sizes": found})
