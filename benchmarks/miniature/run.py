#!/usr/bin/env python3
"""The paper in miniature: trains it, then splits, classifies and identifies beside scikit-learn on the exported matrices.

    scripts/bench miniature [--store STORE] [--workers N] [--splits N] [--trees N] [--publish]

`engram train --plan miniature` trains 480 networks in about 25 minutes on two cores; a store that has them already is taken as it is, and
one that has some is gone on with. What is told: how well networks had learned at the end, by learning rule; how often each classifier
names the rule of held-out examples by each measure, by Engram and by scikit-learn with the same parameters on the same matrices; and
what `engram identify` says of a rule that no training run has. LIBLINEAR, which scikit-learn's SVM is, comes to no end on these
matrices, which have outliers: it gets 100 passes, and Engram's Newton method converges.

    --store STORE    where the networks are recorded (a temporary folder); splits and results are added to a copy of it
    --workers N      networks at a time (2)
    --splits N       balanced splits (10)
    --peer-splits N  how many of them scikit-learn learns from too, which takes most of the time (3)
    --trees N        trees of a forest (100)
    --publish        keeps the figures for the documents
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

if "--help" in sys.argv:
    sys.exit(print(__doc__))

import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "benchmarks", "figures"))
import publish  # noqa: E402

ENGRAM = os.path.join(sys.argv[1], "engram")
warnings.filterwarnings("ignore", message="Liblinear failed to converge")
parser = argparse.ArgumentParser(add_help=False)
parser.add_argument("--store")
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--splits", type=int, default=10)
parser.add_argument("--peer-splits", type=int, default=3)
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--publish", action="store_true")
options = parser.parse_args(sys.argv[2:])

MEASURES = {"admissible": "all", "weight": "weights", "activation": "activations", "layerwise": "layer-wise activity change"}
FAMILIES = {"KNets": "knet%", "AlexNets": "alexnet%", "ResNets, version 1": "resnet__", "ResNets, version 2": "resnet__v2"}


def engram(*words):
    done = subprocess.run([ENGRAM, *words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"engram {' '.join(words)}\n{done.stderr}")
    return done.stdout


def trained(store):
    """Trains what is missing, with progress on the terminal; the seconds that it took, or nothing where nothing was to do."""
    listed = json.loads(engram("train", store, "--plan", "miniature", "--list", "--json"))
    missing = sum(run["state"] != "stored" for run in listed)
    if missing == 0:
        return None
    start = time.monotonic()
    done = subprocess.run([ENGRAM, "train", store, "--plan", "miniature", "--workers", str(options.workers)], stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit("the miniature was not trained to its end")
    return time.monotonic() - start if missing == len(listed) else None


def learned(store):
    """The share of right answers at the end, by task, family of networks and rule: of how many runs, the mean and the least."""
    rows = []
    for family, pattern in FAMILIES.items():
        question = (
            "SELECT task, learning_rule, count(*) AS runs, avg(value) AS mean, min(value) AS least FROM run JOIN run_metric USING (run_id) "
            f"WHERE metric = 'top1' AND epoch = 100 AND architecture LIKE '{pattern}' GROUP BY task, learning_rule ORDER BY task, learning_rule")
        for row in json.loads(engram("sql", store, question, "--json")):
            rows.append({"family": family} | row | {key: round(row[key], 3) for key in ("mean", "least")})
    return rows


def theirs(kind, matrices):
    train, labels, test, truth = matrices
    if kind == "random-forest":
        model = RandomForestClassifier(n_estimators=options.trees, max_features="sqrt", n_jobs=1, random_state=0)
    else:
        model = make_pipeline(StandardScaler(), LinearSVC(C=1, dual=True, max_iter=100, random_state=0))
    return model.fit(train, labels).score(test, truth)


def classified(folder, store):
    """The accuracy of each classifier by each measure, ours and scikit-learn's: means over splits, and standard errors of them."""
    engram("split", "balanced", store, "--name", "balanced", "--repeats", str(options.splits), "--quiet")
    path = os.path.join(folder, "matrices.npz")
    rows = []
    for measure, title in MEASURES.items():
        peers = {"random-forest": [], "linear-svm": []}
        for ordinal in range(min(options.splits, options.peer_splits)):
            engram("export", store, "--split", f"balanced/{ordinal}", "--statistics", measure, "--view", "positions", "-o", path, "--quiet")
            with np.load(path) as file:
                matrices = [file[name] for name in ("X_train", "y_train", "X_test", "y_test")]
            for kind in peers:
                peers[kind].append(theirs(kind, matrices))
        for kind, scores in peers.items():
            parameters = {"random-forest": [f"n_estimators={options.trees}", "max_features=sqrt"], "linear-svm": ["C=1", "standardize=true"]}
            words = [word for parameter in parameters[kind] for word in ("--set", parameter)]
            found = json.loads(engram("classify", store, "--split", "balanced", "--model", kind, "--statistics", measure, "--positions",
                                      *words, "--accept-leakage", "--quiet", "--json"))
            ours = found["test"]["accuracies"]
            rows.append({"classifier": kind, "measure": title, "engram": statistics_of(ours), "sklearn": statistics_of(scores)})
            print(f"{kind:14} {title:28} {np.mean(ours):.3f} {np.mean(scores):.3f}", flush=True)
    return rows


def statistics_of(scores):
    return {"mean": round(float(np.mean(scores)), 4), "error": round(float(np.std(scores, ddof=1) / np.sqrt(len(scores))), 4)}


def left_out(store):
    """What is said of each rule that no training run has: how many of its examples are new, and whether that is warned of."""
    rows = []
    for rule in ("adam", "feedback", "information", "sgdm"):
        found = json.loads(engram("identify", store, "--examples", f"learning_rule = '{rule}'", "--train", f"learning_rule <> '{rule}'",
                                  "--draws", "0", "--quiet", "--json"))
        group = found["group"]
        rows.append({"rule": rule, "examples": len(found["examples"]), "beyond_95": group["examples_beyond_95"],
                     "beyond_99": group["examples_beyond_99"], "warned_of": [warning["kind"] for warning in found["warnings"]]})
        print(f"{rule}: {rows[-1]}", flush=True)
    return rows


def main():
    with tempfile.TemporaryDirectory() as folder:
        recorded = options.store or os.path.join(folder, "miniature.engram")
        seconds = trained(recorded)
        store = os.path.join(folder, "copy.engram")
        shutil.copytree(recorded, store)
        info = json.loads(engram("info", store, "--json"))
        print(f"{info['runs']} runs, {info['examples']} examples", flush=True)
        found = {"runs": info["runs"], "examples": info["examples"], "splits": options.splits, "peer_splits": min(options.splits, options.peer_splits), "trees": options.trees,
                 "learned": learned(store), "classified": classified(folder, store), "left_out": left_out(store)}
        if options.publish:
            before = publish.read("miniature").get("minutes")
            minutes = round(seconds / 60, 1) if seconds else before
            publish.write("miniature", publish.made_with(**{"scikit-learn": sklearn.__version__}) | {"minutes": minutes} | found)


if __name__ == "__main__":
    main()
