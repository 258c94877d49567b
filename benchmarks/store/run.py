#!/usr/bin/env python3
"""Measures Engram's store beside what anyone would pick instead, on the same arrays, in one run.

See `scripts/bench store --help`.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import time

import numpy as np

import compare
import data
import peers
import processes
import report

DESCRIPTION = """\
Measures Engram's store beside what anyone would pick instead, on the same arrays, in one run: bytes on disk, write, full scan,
a balanced split, hold-outs, one statistic, one run, few epochs, memory, latency. Everybody reads into buffers that are used
again; each result is compared with NumPy's, bit for bit; rounds are interleaved and their order turns. Prints tables, and
writes them and the numbers under .build/bench/store/results/.
"""
EXAMPLES = """\
examples:
  scripts/bench store                               the bundled real data and the generated file, all peers, 1 and 2 threads
  scripts/bench store --data real.npz               real data of your own as well: an .npz as `engram ingest` takes it, or a pickle
  scripts/bench store --only real --data real.npz --peers vortex,pcodec-1024 --parts reads
                                                    a quick look while you tune
  scripts/bench store --engram new=.build/release/store-bench --engram old=/elsewhere/store-bench
                                                    two builds of Engram side by side
  scripts/bench store --smoke                       under a minute: few peers, tiny data, every bit checked
  scripts/bench store --scale 10 --scale 100        how costs grow, for the plot
  scripts/bench store --ingest                      the published pickle layout: `engram ingest` beside pickle.load
  scripts/bench store --publish                     docs/PERFORMANCE.md from the newest results, nothing is run
"""


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench store", description=DESCRIPTION, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", action="append", default=[], metavar="FILE", help="real trajectories: an .npz or a pickle; may be repeated")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only data sets whose name begins so: digits, generated, or a file's")
    parser.add_argument("--peers", metavar="A,B", help=f"only these of {', '.join(peers.PEERS)} (none for Engram alone)")
    parser.add_argument("--parts", default="reads,memory,latency", metavar="A,B", help="what to measure beside write: reads, memory, latency (default: all)")
    parser.add_argument("--threads", default="2,1", metavar="N,M", help="numbers of threads (default 2,1); where fewer than the cores, processes are pinned")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="rounds of warm reads, two counted in each (default 7)")
    parser.add_argument("--engram", action="append", default=[], metavar="NAME=DRIVER", help="another build's store-bench, under a name; may be repeated")
    parser.add_argument("--scale", action="append", type=int, default=[], choices=[1, 10, 100], help="measure growth at this multiple of 20,736 examples")
    parser.add_argument("--ingest", action="store_true", help="measure ingest of the published pickle layout")
    parser.add_argument("--smoke", action="store_true", help="few peers, tiny data, one round, every bit checked")
    parser.add_argument("--publish", action="store_true", help="write docs/PERFORMANCE.md from the results")
    parser.add_argument("binaries", help=argparse.SUPPRESS)
    parser.add_argument("--work", default=".build/bench/store", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.program = os.path.join(options.binaries, "engram")
    options.driver = os.path.join(options.binaries, "store-bench")
    return options


def log(text):
    print(text, file=sys.stderr, flush=True)


def main():
    options = arguments()
    results = os.path.join(options.work, "results")
    os.makedirs(results, exist_ok=True)
    logs = os.path.join(options.work, "logs")
    os.makedirs(logs, exist_ok=True)
    os.environ["STORE_BENCH_LOGS"] = logs
    wrong = []
    if options.smoke:
        wrong += measure(options, [tiny()], results)
    elif not (options.publish or options.ingest or options.scale):
        for source in sources(options):
            wrong += measure(options, [source], results)
    for text in wrong:
        log(f"error: {text}")
    if wrong:
        sys.exit(1)


def tiny():
    """A few runs of the bundled real data, for the smoke test."""
    whole = data.read("fixtures/digits_dataset.pkl")
    end = whole.runs[39][1]
    return data.Dataset("smoke", f"{end} of the bundled examples", whole.values[:end].copy(), whole.statistics, whole.epochs,
                        {k: v[:end] for k, v in whole.metadata.items()})


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
        log(f"== {dataset.name}: {dataset.about}")
        threads = [int(n) for n in options.threads.split(",")]
        started = time.time()
        comparison = compare.Comparison(dataset, folder, contestants(options), 1 if options.smoke else options.rounds,
                                        threads, options.program, log)
        result = comparison.run(options.parts.split(","))
        result["machine"] = machine()
        result["date"] = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(started))
        result["wall_seconds"] = time.time() - started
        name = os.path.join(results, f"{dataset.name}.json")
        with open(name, "w") as file:
            json.dump(result, file, indent=1)
        text = report.comparison(result)
        with open(os.path.join(results, f"{dataset.name}.md"), "w") as file:
            file.write(text)
        print(text)
        log(f"wrote {name} after {time.time() - started:.0f} s")
        wrong += comparison.wrong
        if options.smoke:
            wrong += [f"{name} failed: {entry['failed']}" for name, entry in result["contestants"].items() if "failed" in entry]
        shutil.rmtree(folder)
    return wrong


SMOKE_PEERS = ["npz", "parquet-bss", "pcodec-1024"]


def contestants(options):
    """Engram first, then the peers, then the limits."""
    drivers = dict(text.split("=", 1) for text in options.engram) or {"engram": options.driver}
    found = [processes.engram(name, driver) for name, driver in drivers.items()]
    if options.smoke:
        names = SMOKE_PEERS
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
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"processor": model, "cores": len(os.sched_getaffinity(0)), "memory": memory,
            "system": f"{platform.system()} {platform.release()}", "python": platform.python_version(), "numpy": np.__version__}


if __name__ == "__main__":
    main()
