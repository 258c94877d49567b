#!/usr/bin/env python3
"""Takes steps of learning beside PyTorch's own Python loop: the same networks, batches and threads.

    scripts/bench training [--smoke] [--steps N] [--rounds N] [--threads N] [--device cuda] [--python PYTHON] [--publish]

Networks: KNet4 and ResNet-18 at the size of the plan `miniature`, both also as published, ResNet-18 at 224 with a batch of 32 (256 on a
GPU). PyTorch computes a network of its own modules with autograd and its own optimiser, in the loop that everybody writes; its
Python is Debian's unless --python names another, and its libtorch should be the one that Engram was built with. Both have as many
parameters. The two take turns, so that both meet the same machine; the table has the medians of all steps.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "figures"))
import publish  # noqa: E402

PEER = pathlib.Path(__file__).resolve().parent / "peer.py"

# Name, then architecture, rule, width, stride of the first 3 x 3 kernel (0: as published), size, channels, classes, batch.
CASES = [
    ("small KNet4, 16 x 16, batch 64", ("knet", "sgdm", 0.25, 1, 16, 1, 10, 64)),
    ("small KNet4, Adam", ("knet", "adam", 0.25, 1, 16, 1, 10, 64)),
    ("small ResNet-18, 16 x 16, batch 64", ("resnet18", "sgdm", 0.125, 2, 16, 1, 10, 64)),
    ("KNet4, 32 x 32, batch 128", ("knet", "sgdm", 1, 0, 32, 3, 10, 128)),
    ("ResNet-18, 224 x 224, batch 32", ("resnet18", "sgdm", 1, 0, 224, 3, 1000, 32)),
]
GPU_CASE = ("ResNet-18, 224 x 224, batch 256", ("resnet18", "sgdm", 1, 0, 224, 3, 1000, 256))


def timed(command, threads):
    """The answer of one process."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0 and not done.stdout:
        sys.exit(f"error: {command[0]} failed: {done.stderr.strip()[-500:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    if "error" in answer:
        sys.exit(f"error: {answer['error']}")
    return answer


def main(binaries, words):
    parser = argparse.ArgumentParser(prog="scripts/bench training", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a few steps of the small networks")
    parser.add_argument("--steps", type=int, default=60, help="steps of a round of the small networks")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--python", default="/usr/bin/python3", help="a Python that has PyTorch")
    parser.add_argument("--publish", action="store_true", help="write benchmarks/figures/training.json")
    given = parser.parse_args(words)
    cases = CASES[:3] if given.smoke else CASES if given.device == "cpu" else [*CASES[:4], GPU_CASE]
    print("| network | engram, steps a second | PyTorch | ratio |\n| --- | --- | --- | --- |")
    rows, versions = [], {}
    for name, case in cases:
        steps = 5 if given.smoke else given.steps if case[4] < 100 else max(3, given.steps // 15)
        words = [*map(str, case), str(steps), str(given.threads), given.device]
        ours, theirs = [], []
        for _ in range(1 if given.smoke else given.rounds):
            answer = timed([str(pathlib.Path(binaries) / "training-bench"), *words], given.threads)
            peer = timed([given.python, str(PEER), *words], given.threads)
            if answer["parameters"] != peer["parameters"]:
                sys.exit(f"error: {name}: {answer['parameters']} parameters here and {peer['parameters']} there")
            ours += answer["seconds"]
            theirs += peer["seconds"]
            versions = {"libtorch": answer["libtorch"], "PyTorch": peer["torch"]}
        mine, other = 1 / statistics.median(ours), 1 / statistics.median(theirs)
        print(f"| {name} | {mine:.1f} | {other:.1f} | {mine / other:.2f} |", flush=True)
        rows.append({"network": name, "engram": publish.rounded(mine), "pytorch": publish.rounded(other),
                     "ratio": publish.rounded(mine / other, 3)})
    if given.publish:
        name = "training" if given.device == "cpu" else "training-gpu"
        publish.write(name, {**publish.made_with(**versions), "threads": given.threads, "rows": rows})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
