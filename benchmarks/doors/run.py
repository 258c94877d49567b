#!/usr/bin/env python3
"""Measures the doors: a call of C and of Python, a split from both, and Arrow, xarray and SQL beside the prototype's figures.

    scripts/bench doors [--data FILE.npz|FILE.pkl] [--repeats 7] [--publish]

Without data 20,736 examples are generated in the layout of the published file. The package is built around the library of this build and
installed for this benchmark alone. The prototype's figures are of another machine and another day, so what counts is Python beside Swift in
this run; the goal for the others is no more than 1.2 times the prototype's, of which some were ranges.
"""

import argparse
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import timeit

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "benchmarks/store"), str(ROOT / "benchmarks/figures")]

# What a prototype took on 20,736 real examples, in ms (calls in ns): the least and the most that it was seen to take.
PROTOTYPE = {
    "call from Python, ns": (11, 13), "import": (2.5, 2.5), "open": (0.2, 1), "list, pyarrow": (144, 144), "list, polars": (145, 145),
    "wide, pyarrow": (107, 153), "wide, polars": (123, 123), "long, pyarrow": (335, 404), "long, polars": (391, 391),
    "metadata, pyarrow": (30, 30), "duckdb, stream": (89, 118), "polars scan, one statistic": (17, 19), "xarray, open": (12, 12),
    "xarray, one statistic": (11, 11), "xarray, all": (118, 118), "xarray array, open": (9, 9), "xarray array, all": (42, 42),
    "sql, one statistic at one epoch": (2, 28), "sql, joined with example": (50, 50), "sql, all rows long": (650, 900),
    "sql, five statistics wide": (90, 90),
}


def install(binaries, folder):
    """The package around the built library, for this process alone."""
    library = os.path.abspath(os.path.join(binaries, "libengram-abi.so"))
    wheels = os.path.join(folder, "wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, str(ROOT / "python")], check=True,
                   env={**os.environ, "ENGRAM_LIBRARY": library})
    target = os.path.join(folder, "package")
    subprocess.run([*pip, "install", "--no-deps", "--target", target, *map(str, pathlib.Path(wheels).glob("*.whl"))], check=True)
    sys.path.insert(0, target)
    return target


def c_call(folder, package):
    """Nanoseconds of a call from C."""
    program = os.path.join(folder, "call")
    library = os.path.join(package, "engram", "libengram.so.1")
    subprocess.run(
        ["gcc", "-O2", "-Wall", f"-I{ROOT}/Sources/CEngram/include", str(ROOT / "benchmarks/doors/call.c"), library, f"-Wl,-rpath,{package}/engram",
         "-o", program], check=True)
    return float(subprocess.run([program], check=True, capture_output=True, text=True).stdout)


class Swift:
    """The driver of benchmarks/store: the same read in Swift."""

    def __init__(self, binaries):
        self._process = subprocess.Popen(
            [os.path.join(binaries, "store-bench")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._process.stdout.readline()

    def ask(self, **command):
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer
        return answer

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def milliseconds(body, repeats):
    """The least of several runs."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = body()
        times.append(time.perf_counter() - started)
        del result
    return 1e3 * min(times)


def split_times(binaries, folder, path, repeats, threads):
    """A split to two matrices in memory that is used again, from Swift and from Python in turns, in ms."""
    import engram
    import numpy as np

    store = engram.open(path)
    if "doors" not in store.splits:
        store.splits.make("doors", "balanced", repeats=1, seed=0, test_fraction=0.25)
    split = store.splits["doors"][0]
    loaded = split.load(statistics="all")
    out = loaded[0], loaded[1]
    sides = {}
    for name, ids in (("train", split.train), ("test", split.test)):
        sides[name] = os.path.join(folder, f"{name}.i64")
        np.asarray(ids, np.int64).tofile(sides[name])
    everything = store.select(statistics="all")
    swift = Swift(binaries)
    swift.ask(op="open", store=path, threads=threads)
    swift.ask(op="prepare", work={"statistics": everything.statistics, "epochs": everything.epochs, **sides})
    swift.ask(op="run", times=1, fresh=False)
    times = {"python": [], "swift": []}
    both = engram._engram.examples_of_ids(np.union1d(split.train, split.test))
    selection = engram._engram.select_columns(store._snapshot, both, "all", None, None, 0, 0)
    handles = split._side(0), split._side(1)
    for _ in range(repeats):
        started = time.perf_counter()
        engram._engram.selection_read_split(selection, handles[0], out[0], handles[1], out[1], threads, None)
        times["python"].append(time.perf_counter() - started)
        times["swift"] += swift.ask(op="run", times=1, fresh=False)["seconds"]
    swift.close()
    whole = milliseconds(lambda: split.load(statistics="all", out=out, threads=threads), repeats)
    shape = f"{len(out[0]):,} and {len(out[1]):,} x {out[0].shape[1]}"
    return shape, 1e3 * min(times["python"]), 1e3 * min(times["swift"]), whole


def tables(path, repeats):
    """Arrow, DuckDB, polars, xarray and SQL, in ms."""
    import duckdb
    import engram
    import polars
    import pyarrow
    import xarray

    store = engram.open(path)
    selection = store.select(statistics="all")
    selection.shape  # planned once
    found = {}
    for layout in ("list", "wide", "long"):
        stream = selection.arrow_stream(layout, "")
        found[f"{layout}, pyarrow"] = milliseconds(lambda: pyarrow.table(stream), repeats)
        found[f"{layout}, polars"] = milliseconds(lambda: polars.DataFrame(stream), repeats)
    found["metadata, pyarrow"] = milliseconds(lambda: pyarrow.table(selection.metadata()), repeats)

    def averaged():
        source = selection.arrow_stream("list", "learning_rule")  # noqa: F841 (DuckDB finds it by its name)
        return duckdb.sql("SELECT learning_rule, avg(weightabs_mean[21]) FROM source GROUP BY 1").fetchall()

    found["duckdb, stream"] = milliseconds(averaged, repeats)
    found["polars scan, one statistic"] = milliseconds(lambda: selection.scan().select("weightabs_mean").collect(), repeats)
    for name, layout in (("xarray", "variables"), ("xarray array", "array")):
        def opened():
            return xarray.open_dataset(path, engine="engram", layout=layout, fields="learning_rule")
        found[f"{name}, open"] = milliseconds(opened, repeats)
        if layout == "variables":
            found["xarray, one statistic"] = milliseconds(lambda: opened().weightabs_mean.values, repeats)
        found[f"{name}, all"] = milliseconds(lambda: opened().load(), max(2, repeats // 2))
    where = "statistic = 'weightabs_mean' AND epoch = 100"
    five = ", ".join(f"avg({name})" for name in selection.statistics[:5])
    for name, query in [
            ("sql, one statistic at one epoch", f"SELECT avg(value) FROM trajectory WHERE {where}"),
            ("sql, joined with example",
             f"SELECT learning_rule, avg(value) FROM example CROSS JOIN trajectory USING (example_id) WHERE {where} GROUP BY 1"),
            ("sql, joined the other way",
             f"SELECT learning_rule, avg(value) FROM trajectory CROSS JOIN example USING (example_id) WHERE {where} GROUP BY 1"),
            ("sql, joined as SQLite likes",
             f"SELECT learning_rule, avg(value) FROM trajectory JOIN example USING (example_id) WHERE {where} GROUP BY 1"),
            ("sql, all rows long", "SELECT count(value) FROM trajectory"),
            ("sql, five statistics wide", f"SELECT {five} FROM trajectory_wide")]:
        found[name] = milliseconds(lambda: store.sql(query), repeats if "all" not in name else 2)
    return found


def calls(folder, package, path):
    """A call from C and from Python, in ns; the start of both, in ms."""
    import engram
    import numpy as np

    handle = engram._engram.examples_of_ids(np.arange(3))
    count = engram._engram.examples_count
    each = min(timeit.repeat(lambda: count(handle), number=200_000, repeat=7)) / 200_000
    empty = min(timeit.repeat(lambda: None, number=200_000, repeat=7)) / 200_000
    own = min(timeit.repeat(lambda: math.isfinite(1.0), number=200_000, repeat=7)) / 200_000
    code = "import sys, time; sys.path.insert(0, sys.argv[1]); import numpy; s = time.perf_counter(); import engram; print(time.perf_counter() - s)"
    imported = min(float(subprocess.run([sys.executable, "-c", code, package], check=True, capture_output=True, text=True).stdout) for _ in range(5))
    return {
        "call from C, ns": c_call(folder, package), "call from Python, ns": 1e9 * (each - empty),
        "call of math.isfinite, ns": 1e9 * (own - empty), "import": 1e3 * imported,
        "open": milliseconds(lambda: engram.open(path), 20)}


def main(binaries, words):
    parser = argparse.ArgumentParser(prog="scripts/bench doors", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="FILE")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--publish", action="store_true")
    options = parser.parse_args(words)
    import data
    import publish

    folder = tempfile.mkdtemp(prefix="engram-doors-")
    try:
        package = install(binaries, folder)
        import engram

        dataset = data.read(options.data) if options.data else data.generate()
        dataset.save(os.path.join(folder, "data"))
        path = os.path.join(folder, "doors.engram")
        engram.ingest(os.path.join(folder, "data/values.npy"), path, metadata=os.path.join(folder, "data/metadata.csv"),
                      statistics=dataset.statistics, epochs=dataset.epochs)
        about = publish.made_with(engram=engram.__version__, Python=sys.version.split()[0])
        print(f"{about['machine']}; {about['versions']}; load {os.getloadavg()[0]:.1f}; {dataset.about}")
        found = calls(folder, package, path)
        shape, python, swift, whole = split_times(binaries, folder, path, options.repeats, 1)
        print(f"a split, {shape}, one thread: Python {python:.2f} ms, Swift {swift:.2f} ms, {python / swift:.3f} times; with labels {whole:.2f} ms")
        found |= tables(path, options.repeats)
        print(f"{'':36s} {'here':>10s} {'prototype':>18s} {'times its most':>16s}")
        for name, value in found.items():
            before = PROTOTYPE.get(name)
            print(f"{name:36s} {value:10.2f} " + (f"{before[0]:9g}{before[1]:9g} {value / before[1]:16.2f}" if before else ""))
        if options.publish:
            publish.write("doors", about | {
                "data": dataset.about, "split": {"shape": shape, "python_ms": publish.rounded(python), "swift_ms": publish.rounded(swift)},
                "doors": {name: {"here": publish.rounded(value), "prototype": PROTOTYPE.get(name)} for name, value in found.items()}})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
