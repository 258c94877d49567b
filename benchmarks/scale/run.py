#!/usr/bin/env python3
"""Works out what a million runs would take: a catalog of as many, a sample of their values, and what follows.

    scripts/bench scale [--runs 1000000] [--sample 160] [--layers 50] [--epochs 100]

The catalog is simulated whole: RUNS runs whose values are not there. The sample is SAMPLE runs of LAYERS layers x 45 statistics x
EPOCHS epochs, generated in the layout of the published file. Times and bytes of both are measured; times of the whole are the sample's
times the number of samples in it, which is right for what reads and writes values one after the other.
"""

import argparse
import itertools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "splits"), str(ROOT / "store")]

import data  # noqa: E402
import make_catalog  # noqa: E402

STATISTICS = 45


def timed(program, *words, repeats=1):
    """The least seconds of a command."""
    best = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        subprocess.run([program, *map(str, words)], check=True, stdout=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - started)
    return best


def catalog(engram, folder, runs):
    """What a catalog of so many runs takes."""
    store = os.path.join(folder, "catalog.engram")
    examples = make_catalog.make(store, runs)
    size = os.path.getsize(store + "/catalog.sqlite")
    print(f"catalog of {runs:,} runs, {examples:,} examples: {size / 2**20:.0f} MiB, {size / runs:.0f} bytes a run")
    for name, words in [
            ("open, count runs", ["sql", store, "SELECT count(*) FROM run", "--csv"]),
            ("a filter on runs", ["sql", store, "SELECT count(*) FROM run WHERE architecture = 'alexnet' AND batch_size = 256", "--csv"]),
            ("split: hold out each architecture", ["split", "holdout", store, "--by", "architecture", "--name", "h", "--json"]),
            ("split: balanced, 10 repeats", ["split", "balanced", store, "--name", "b", "--json"]),
            ("split: 5 folds that keep runs together", ["split", "group-k-fold", store, "--name", "g", "--json"])]:
        print(f"  {name:46s} {timed(engram, *words, repeats=1 if words[0] == 'split' else 3):8.2f} s", flush=True)
    shutil.rmtree(store)


def sample(engram, folder, runs, layers, epochs):
    """What the values of some runs take, and a hold-out of them."""
    data.EPOCHS[:] = range(epochs)
    # Layers of small networks do for those of larger ones: what counts is how their curves go.
    every = data.generated_runs
    # The first networks have 22 layers and more.
    data.generated_runs = lambda part: itertools.islice(every(part), runs * layers // 20)
    values = data.generated_values(0)[:runs * layers]
    assert len(values) == runs * layers, f"at most {len(values)} layers can be made"
    np.save(os.path.join(folder, "values.npy"), values)
    with open(os.path.join(folder, "metadata.csv"), "w") as file:
        file.write("architecture,learning_rule,model_seed,layer_name\n")
        for run in range(runs):
            for layer in range(layers):
                file.write(f"net{run % 10},{data.RULES[run // 10 % 4]},{run},layer{layer}\n")
    store = os.path.join(folder, "sample.engram")
    axes = ["--statistics", ",".join(data.PUBLISHED), "--epochs", f"0:{epochs - 1}:1"]
    raw = values.nbytes
    seconds = timed(
        engram, "ingest", os.path.join(folder, "values.npy"), store, "--metadata", os.path.join(folder, "metadata.csv"), *axes, "--quiet")
    size = sum(path.stat().st_size for path in pathlib.Path(store).rglob("*") if path.is_file())
    print(f"sample of {runs:,} runs x {layers} layers x {STATISTICS} statistics x {epochs} epochs: {raw / 2**20:.0f} MiB raw, "
          f"{size / 2**20:.0f} MiB stored ({raw / size:.2f} to 1)")
    row = {"bytes": size, "ingest, read back": seconds}
    print(f"  {'ingest, read back and compared':46s} {seconds:8.2f} s")
    subprocess.run([engram, "split", "holdout", store, "--by", "architecture", "--only", "net0", "--name", "h", "--json"], check=True,
                   stdout=subprocess.DEVNULL)
    out = os.path.join(folder, "out.npz")
    for name, words in [
            ("every value, to a file", ["export", store, "--split", "h/0", "--statistics", "all", "-o", out, "--quiet"]),
            ("one statistic at one epoch", ["sql", store, "SELECT avg(value) FROM trajectory WHERE statistic = 'weightabs_mean' AND epoch = 50", "--csv"]),
            ("verify", ["verify", store, "--quiet"]),
            ("a forest: 24 statistics, 21 epochs, 100 trees", [
                "classify", store, "--split", "h/0", "--model", "random-forest", "--set", "n_estimators=100", "--epochs", "0:99:5", "--json"])]:
        row[name] = timed(engram, *words)
        print(f"  {name:46s} {row[name]:8.2f} s", flush=True)
        if os.path.exists(out):
            os.remove(out)
    return row


def main(binaries, words):
    parser = argparse.ArgumentParser(prog="scripts/bench scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in [("runs", 1_000_000), ("sample", 160), ("layers", 50), ("epochs", 100)]:
        parser.add_argument(f"--{name}", type=int, default=number)
    options = parser.parse_args(words)
    engram = os.path.abspath(os.path.join(binaries, "engram"))
    folder = tempfile.mkdtemp(prefix="engram-scale-")
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")
    print(f"{model}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
    try:
        catalog(engram, folder, options.runs)
        row = sample(engram, folder, options.sample, options.layers, options.epochs)
    finally:
        shutil.rmtree(folder)
    times = options.runs / options.sample
    raw = options.runs * options.layers * STATISTICS * options.epochs * 4
    print(f"whole, {times:,.0f} samples: {raw / 1e12:.2f} TB raw as float32, {row.pop('bytes') * times / 1e12:.2f} TB stored")
    for name, seconds in row.items():
        print(f"  {name:46s} {seconds * times / 3600:8.1f} hours on one such machine")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
