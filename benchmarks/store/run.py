#!/usr/bin/env python3
"""Measures Engram's store beside what anyone would pick instead, on the same arrays, in one run.

See `scripts/bench store --help`.
"""

import argparse
import os

import peers

DESCRIPTION = """\
Measures Engram's store beside what anyone would pick instead, on the same arrays, in one run: bytes on disk, write,
full scan, a balanced split, hold-outs, one statistic, one run, few epochs, memory, latency. Everybody reads into
buffers that are used again; each result is compared with NumPy's, bit for bit; rounds are interleaved and their order
turns. Prints tables, and writes them and the numbers under .build/bench/store/results/.
"""
EXAMPLES = """\
examples:
  scripts/bench store
        the bundled real data and the generated file, all peers, 1 and 2 threads
  scripts/bench store --data real.npz
        real data of your own as well: an .npz as `engram ingest` takes it, or a pickle
  scripts/bench store --only real --data real.npz --peers vortex,pcodec-1024 --parts reads
        a quick look while you tune
  scripts/bench store --engram new=.build/release/store-bench --engram old=/elsewhere/store-bench
        two builds of Engram side by side
  scripts/bench store --smoke
        under a minute: few peers, tiny data, every bit checked
  scripts/bench store --scale 10 --scale 100
        how costs grow, for the plot
  scripts/bench store --ingest
        the published pickle layout: `engram ingest` beside pickle.load
  scripts/bench store --all --data real.npz
        all of these one after the other, and the page: about half an hour
  scripts/bench store --publish
        docs/PERFORMANCE.md and benchmarks/figures/store.json from the newest results; nothing is run
"""


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/bench store",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--data",
        action="append",
        default=[],
        metavar="FILE",
        help="real trajectories: an .npz or a pickle; may be repeated",
    )
    add(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="only data sets whose name begins so: digits, generated, or a file's",
    )
    add("--peers", metavar="A,B", help=f"only these of {', '.join(peers.PEERS)} (none for Engram alone)")
    add(
        "--parts",
        default="reads,memory,latency",
        metavar="A,B",
        help="what to measure beside write: reads, memory, latency (default: all)",
    )
    add(
        "--threads",
        default="2,1",
        metavar="N,M",
        help="numbers of threads (default 2,1); where fewer than the cores, processes are pinned",
    )
    add("--rounds", type=int, default=7, metavar="N", help="rounds of warm reads, two counted in each (default 7)")
    add(
        "--engram",
        action="append",
        default=[],
        metavar="NAME=DRIVER",
        help="another build's store-bench, under a name; may be repeated",
    )
    add(
        "--scale",
        action="append",
        type=int,
        default=[],
        choices=[1, 10, 100],
        help="measure growth at this multiple of 20,736 examples; 10 also compares with the fastest peers",
    )
    add("--ingest", action="store_true", help="measure ingest of the published pickle layout")
    add("--smoke", action="store_true", help="few peers, tiny data, one round, every bit checked")
    add("--all", action="store_true", help="compare, --ingest, --scale 1, 10 and 100, --publish")
    add(
        "--publish",
        action="store_true",
        help="write docs/PERFORMANCE.md and benchmarks/figures/store.json from whole runs "
        "(not those with --peers, --parts, --threads or --engram)",
    )
    add("binaries", help=argparse.SUPPRESS)
    add("--work", default=".build/bench/store", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.all:
        options.ingest = options.publish = True
        options.scale = [1, 10, 100]
    options.program = os.path.join(options.binaries, "engram")
    options.driver = os.path.join(options.binaries, "store-bench")
    return options


def main():
    options = arguments()
    import session  # only now, so that --help needs no package

    session.run(options)


if __name__ == "__main__":
    main()
