"""One run: the data sets, the contestants, the results as JSON and Markdown."""

import json
import os
import platform
import shutil
import sys
import time

import numpy as np

import compare
import data
import growth
import ingest
import page
import peers
import processes
import report


def log(text):
    print(text, file=sys.stderr, flush=True)


def run(options):
    """Does what the arguments ask; ends with status 1 when a result was wrong."""
    results = os.path.join(options.work, "results")
    os.environ["STORE_BENCH_LOGS"] = os.path.join(options.work, "logs")
    for folder in (results, os.environ["STORE_BENCH_LOGS"]):
        os.makedirs(folder, exist_ok=True)
    wrong = []
    if options.smoke:
        wrong += measure(options, [tiny()], results)
    if options.all or not (options.smoke or options.publish or options.ingest or options.scale):
        wrong += measure(options, sources(options), results)
    if options.ingest:
        wrong += keep(results, "ingest", ingest.measure(options, log))["wrong"]
    for scale in sorted(options.scale):
        wrong += keep(results, f"growth-{scale}x", growth.measure(options, scale, log))["wrong"]
        if scale == 10 and options.peers != "none":
            wrong += ten_times(options, results)
    if options.publish:
        page.publish(results)
    for text in wrong:
        log(f"error: {text}")
    if wrong:
        sys.exit(1)


def keep(results, name, result):
    """Writes a result as JSON, with the machine and the time."""
    result |= {"machine": machine(), "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())}
    with open(os.path.join(results, f"{name}.json"), "w") as file:
        json.dump(result, file, indent=1)
    log(f"wrote {file.name}")
    return result


def tiny():
    """A few runs of the bundled real data, for the smoke test."""
    whole = data.read("fixtures/digits_dataset.pkl")
    end = whole.runs[39][1]
    return data.Dataset(
        "smoke",
        f"{end} of the bundled examples",
        whole.values[:end].copy(),
        whole.statistics,
        whole.epochs,
        {k: v[:end] for k, v in whole.metadata.items()},
    )


def sources(options):
    """The data sets that were asked for, made one by one."""
    files = ["fixtures/digits_dataset.pkl", *options.data]
    for path in files:
        name = os.path.splitext(os.path.basename(path))[0]
        if not options.only or any(name.startswith(o) for o in options.only):
            yield data.read(path)
    if not options.only or any("generated".startswith(o) for o in options.only):
        log("generating")
        yield data.generate()


def measure(options, datasets, results):
    """Compares all on some data sets; returns what was wrong."""
    wrong = []
    for dataset in datasets:
        folder = os.path.join(options.work, "work", dataset.name)
        shutil.rmtree(folder, ignore_errors=True)
        dataset.save(os.path.join(folder, "data"))
        wrong += compare_on(options, dataset, folder, contestants(options), results)
        shutil.rmtree(folder)
    return wrong


def ten_times(options, results):
    """Compares Engram and the fastest peers at ten times the size, with all the threads there are."""
    folder = os.path.join(options.work, "growth")
    dataset = growth.batch(folder, list(range(10)))
    dataset.name = "generated-10x"
    names = LARGE_PEERS if options.peers is None else options.peers.split(",")
    wrong = compare_on(
        options,
        dataset,
        folder,
        contestants(options, names),
        results,
        threads=[len(os.sched_getaffinity(0))],
        parts=("reads", "memory"),
        writes=1,
    )
    shutil.rmtree(os.path.join(folder, "stores"))
    return wrong


def compare_on(options, dataset, folder, all_contestants, results, threads=None, parts=None, writes=3):
    """Compares some on a data set that lies in a folder; prints and keeps the tables; returns what was wrong."""
    log(f"== {dataset.name}: {dataset.about}")
    started = time.time()
    comparison = compare.Comparison(
        dataset,
        folder,
        all_contestants,
        1 if options.smoke else options.rounds,
        threads or [int(n) for n in options.threads.split(",")],
        options.program,
        log,
    )
    result = comparison.run(parts or options.parts.split(","), writes)
    result["wall_seconds"] = round(time.time() - started)
    name = dataset.name + (PARTIAL if is_partial(options) else "")
    text = report.comparison(keep(results, name, result))
    with open(os.path.join(results, f"{name}.md"), "w") as file:
        file.write(text)
    print(text)
    # A peer that cannot be had is reported in the tables; in the smoke test nobody may be missing, Engram never.
    needed = [c for c in all_contestants if c.is_engram or options.smoke]
    failures = ((c.name, result["contestants"][c.name].get("failed")) for c in needed)
    return comparison.wrong + [f"{name} failed: {failure}" for name, failure in failures if failure]


def is_partial(options):
    """Whether so little was asked for that the numbers are for a look and not for the page."""
    return bool(
        options.peers or options.engram or options.parts != "reads,memory,latency" or options.threads != "2,1"
    )


# What the names of results end with that the page does not show.
PARTIAL = "-partial"
SMOKE_PEERS = ["npz", "parquet-bss", "pcodec-1024"]
# At ten times the size: the fastest and the smallest, and what is not compressed.
LARGE_PEERS = [
    "npy-mmap",
    "zarr-tensorstore",
    "parquet-bss",
    "vortex",
    "vortex-compact",
    "blosc2",
    "pcodec-4096",
    "pcodec-1024",
]


def contestants(options, chosen=None):
    """Engram first, then the peers, then the limits."""
    drivers = dict(text.split("=", 1) for text in options.engram) or {"engram": options.driver}
    found = [processes.engram(name, driver) for name, driver in drivers.items()]
    if not options.engram:
        found.append(processes.first_reads("engram-first", options.driver))
    if options.smoke:
        names = SMOKE_PEERS
    elif chosen is not None:
        names = chosen
    elif options.peers is None:
        names = [*peers.PEERS, *peers.LIMITS]
    else:
        names = [name for name in options.peers.split(",") if name and name != "none"] + list(peers.LIMITS)
    for name in names:
        if name not in peers.PEERS | peers.LIMITS:
            sys.exit(f"error: there is no peer '{name}'\nto mend it: name some of {', '.join(peers.PEERS)}")
        found.append(processes.peer(name))
    return found


def machine():
    """What hardware and system this is."""
    with open("/proc/cpuinfo") as file:
        model = next(
            (line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.processor()
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory": memory,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
