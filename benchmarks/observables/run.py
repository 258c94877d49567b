#!/usr/bin/env python3
"""Measures the 21 statistics of activations beside NumPy and PyTorch: the same formulas, the same arrays, one run.

    scripts/bench observables [--full] [--repeats N] [--publish]

The arrays have 512 x 4,096 and 16 x 802,816 numbers (256 x 802,816, the first layer of a ResNet-18, with --full), drawn
from a normal distribution and rectified in part, as float32 and float64. NumPy and PyTorch compute in float64 with the two
values by rank of one partial sort (np.partition, torch.kthvalue); a stimulus at a time where rows are long, blocks of
stimuli where they are short, whichever is faster. Values must agree to a part in 10^12 before anything is timed. The table
shows the time of each other way over Engram's on one thread, and what two threads give.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"})

import numpy as np  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "figures"))
import publish  # noqa: E402


def ranks(n):
    return [n - 1 - int(np.rint((n - 1) * share)) for share in (0.5, 0.25)]


def numpy_way(block):
    """The statistics of each row, by NumPy."""
    x = block.astype(np.float64)
    median_rank, quartile_rank = ranks(x.shape[1])
    found = []
    for y in (np.abs(x), x, np.square(x)):
        mean = y.mean(axis=1, keepdims=True)
        norm = np.sqrt(np.einsum("ij,ij->i", y, y))
        square = y - mean
        np.square(square, out=square)
        variance = square.mean(axis=1)
        np.square(square, out=square)
        kurtosis = square.mean(axis=1) / np.square(variance)
        ordered = np.partition(y, sorted({median_rank, quartile_rank}), axis=1)
        median, quartile = ordered[:, median_rank], ordered[:, quartile_rank]
        mean = mean[:, 0]
        found += [kurtosis, mean, median, norm, 3 * (mean - median) / np.sqrt(variance), quartile, variance]
    return np.array(found).T


def torch_way(torch):
    def way(block):
        x = torch.from_numpy(block).double()
        median_rank, quartile_rank = ranks(x.shape[1])
        found = []
        for y in (x.abs(), x, x.square()):
            mean = y.mean(1, keepdim=True)
            norm = torch.linalg.vector_norm(y, dim=1)
            square = (y - mean).square_()
            variance = square.mean(1)
            kurtosis = square.square_().mean(1) / variance.square()
            median = y.kthvalue(median_rank + 1, dim=1).values
            quartile = y.kthvalue(quartile_rank + 1, dim=1).values
            mean = mean[:, 0]
            found += [kurtosis, mean, median, norm, 3 * (mean - median) / variance.sqrt(), quartile, variance]
        return torch.stack(found, 1).numpy()

    return way


def in_blocks(way, array, rows):
    return np.concatenate([way(array[start:start + rows]) for start in range(0, len(array), rows)]).mean(axis=0)


def best(call, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        value = call()
        times.append(time.perf_counter() - start)
    return min(times), value


def engram(binaries, path, threads, repeats):
    program = pathlib.Path(binaries) / "observable-bench"
    done = subprocess.run([program, path, str(threads), str(repeats)], capture_output=True, text=True)
    answer = json.loads(done.stdout)
    if "error" in answer:
        sys.exit(answer["error"])
    return min(answer["seconds"]), np.array(answer["values"])


def main(binaries, words):
    parser = argparse.ArgumentParser(prog="scripts/bench observables", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="256 stimuli of 802,816 units rather than 16")
    parser.add_argument("--repeats", type=int, default=3, help="the best of so many is taken")
    parser.add_argument("--publish", action="store_true", help="write benchmarks/figures/observables.json")
    arguments = parser.parse_args(words)
    peers, versions = {"NumPy": numpy_way}, {"NumPy": np.__version__}
    try:
        import torch

        torch.set_num_threads(1)
        peers["PyTorch"], versions["PyTorch"] = torch_way(torch), torch.__version__
    except ImportError:
        print("note: PyTorch is not installed; its column is missing", file=sys.stderr)
    shapes = [(512, 4096), (256 if arguments.full else 16, 802_816)]
    print("| stimuli x units | type | values | " + " | ".join(f"{name} / Engram" for name in peers) + " | 2 threads |")
    print("| --- | --- | --- |" + " --- |" * (len(peers) + 1))
    random = np.random.RandomState(0)
    table = []
    for stimuli, units in shapes:
        for kind in ("float32", "float64"):
            for values in ("normal", "rectified"):
                array = random.standard_normal((stimuli, units))
                array = (np.maximum(array, 0) if values == "rectified" else array).astype(kind)
                with tempfile.NamedTemporaryFile(suffix=".npy") as file:
                    np.save(file.name, array)
                    one, found = engram(binaries, file.name, 1, arguments.repeats)
                    two, again = engram(binaries, file.name, 2, arguments.repeats)
                assert np.array_equal(found, again), "threads change bits"
                ratios = []
                for name, way in peers.items():
                    times = []
                    for rows in ((1,) if units > 100_000 else (1, 16)):
                        took, expected = best(lambda: in_blocks(way, array, rows), 1 if units > 100_000 else arguments.repeats)
                        times.append(took)
                    # A mean less a median cancels: the skewness is as exact as those are.
                    scale = np.maximum(np.abs(expected), 1.0)
                    assert np.all(np.abs(found - expected) <= 1e-12 * scale), f"{name} finds other values"
                    ratios.append(min(times) / one)
                cells = [f"{stimuli} x {units:,}", kind, values] + [f"{ratio:.1f}" for ratio in ratios] + [f"{one / two:.2f}"]
                print("| " + " | ".join(cells) + " |", flush=True)
                table.append({"stimuli": stimuli, "units": units, "type": kind, "values": values, "engram_s": publish.rounded(one),
                             "ratios": {name: publish.rounded(ratio, 3) for name, ratio in zip(peers, ratios, strict=True)},
                             "two_threads": publish.rounded(one / two, 3)})
    if arguments.publish:
        publish.write("observables", {**publish.made_with(**versions), "rows": table})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
