#!/usr/bin/env python3
"""How well `engram identify` does on an architecture that it has not seen, and on new runs of those that it has.

usage: scripts/bench identify [STORE ...]     the bundled data without a store
       scripts/bench identify --publish       the bundled data, and the figures are kept for the documents

Every architecture of a store in turn is presented as unknown: nothing of it is among the training runs, and its labels are
used for nothing but to count what is correct. The same is done with every tenth run. For each: the share of examples and
of runs that is identified correctly, the mean confidence, the expected calibration error in ten bins (Guo et al. 2017),
how often the smallest set of classes with 90 % of the probability holds the true one, and how many examples are called
new at 5 and 1 in 100.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINS = 10
sys.path.insert(0, str(ROOT / "benchmarks/figures"))

import publish


def engram(program, *words):
    done = subprocess.run([program, *words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def truth(program, store):
    """The learning rule of every run."""
    rows = json.loads(engram(program, "sql", store, "SELECT run_id, learning_rule FROM run", "--json"))
    return {row["run_id"]: row["learning_rule"] for row in rows}


class Tally:
    """Predictions of one level: what was said, and what was true."""

    def __init__(self):
        self.rows = []

    def add(self, verdicts, rules):
        for verdict in verdicts:
            true = rules[verdict["run_id"]]
            covered = 0.0
            for name, share in sorted(verdict["probabilities"].items(), key=lambda item: -item[1]):
                covered += share
                if name == true or covered >= 0.9:
                    break
            self.rows.append((verdict["confidence"], verdict["predicted"] == true, name == true))

    def figures(self):
        count = len(self.rows)
        error = 0.0
        for index in range(BINS):
            inside = [row for row in self.rows if min(int(row[0] * BINS), BINS - 1) == index]
            error += abs(sum(row[0] for row in inside) - sum(row[1] for row in inside))
        correct, confidence, covered = (sum(row[i] for row in self.rows) / count for i in (1, 0, 2))
        found = {"correct": correct, "confidence": confidence, "error": error / count, "covered": covered}
        return {"count": count} | {key: round(value, 3) for key, value in found.items()}

    def text(self):
        return " | ".join(f"{value:.3f}" if isinstance(value, float) else str(value) for value in self.figures().values())


def row(name, by, tallies, new, seconds):
    """A line of the table, as the documents keep it."""
    return {"unknown": name, "calibrated_by": by, "examples": tallies[0].figures(), "runs": tallies[1].figures(),
            "new_at_5_percent": new[0], "new_at_1_percent": new[1], "seconds": seconds and round(seconds, 2)}


def study(program, store, parts):
    """Presents each part as unknown, prints a line for each and one for all, and gives them: parts, then all."""
    rules = truth(program, store)
    whole, rows, by = (Tally(), Tally(), [0, 0, 0]), [], ""
    for name, where in parts:
        start = time.monotonic()
        found = json.loads(engram(program, "identify", store, "--examples", where, "--draws", "0", "--json"))
        seconds = time.monotonic() - start
        here = (Tally(), Tally())
        for tallies in (here, whole):
            tallies[0].add(found["examples"], rules)
            tallies[1].add(found["runs"], rules)
        group = found["group"]
        new = [group["examples_beyond_95"], group["examples_beyond_99"], len(found["examples"])]
        whole[2][:] = [a + b for a, b in zip(whole[2], new)]
        by = found["calibration"]["by"]
        print(f"| {name} | {by} | {here[0].text()} | {here[1].text()} | {new[0]}, {new[1]} | {seconds:.2f} |", flush=True)
        rows.append(row(name, by, here, new, seconds))
    print(f"| all | | {whole[0].text()} | {whole[1].text()} | {whole[2][0]}, {whole[2][1]} of {whole[2][2]} | |")
    return rows, row("all", by, whole[:2], whole[2], None)


def main():
    if "--help" in sys.argv:
        return print(__doc__)
    program, words = os.path.join(sys.argv[1], "engram"), sys.argv[2:]
    stores = [word for word in words if word != "--publish"]
    if "--publish" in words and stores:
        sys.exit("error: --publish is of the bundled data\nto mend it: name no store")
    with tempfile.TemporaryDirectory() as folder:
        if not stores:
            stores = [f"{folder}/digits.engram"]
            engram(program, "ingest", str(ROOT / "fixtures/digits_dataset.pkl"), stores[0])
        for store in stores:
            info = json.loads(engram(program, "info", store, "--json"))
            fields = {field["name"]: [value["value"] for value in field["values"]] for field in info["fields"]}
            architectures = [(name, f"architecture = '{name}'") for name in fields["architecture"]]
            print(f"\n{pathlib.Path(store).name}: {info['examples']} examples of {info['runs']} runs\n")
            print("| unknown | calibrated by | examples | correct | confidence | error | in 90 % set "
                  "| runs | correct | confidence | error | in 90 % set | new at 5 %, 1 % | s |")
            print("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
            rows, every = study(program, store, architectures)
            _, tenths = study(program, store, [(f"every 10th run, {i}", f"run_id % 10 = {i}") for i in range(10)])
            if "--publish" in words:
                version = engram(program, "--version").split()[-1]
                publish.write("identify", publish.made_with(engram=version) | {
                    "data": "the bundled data", "architectures": rows,
                    "all_architectures": every | {"unknown": "all architectures", "calibrated_by": ""},
                    "all_runs": tenths | {"unknown": "all of every 10th run"}})


if __name__ == "__main__":
    main()
