#!/usr/bin/env python3
"""Figures of the paper beside scikit-learn: the numbers of a study against fits on the matrices that Engram exports.

    scripts/bench studies [--data FILE] [--splits N] [--trees N] [--seeds N] [--only 2a,2b,…] [--store STORE] [--publish]

Every cell of figures 2a (forest, SVM), 2b, 4a, 4b, S2b, S6 and S7 is done twice: by `engram study` with one candidate for each
classifier, and by scikit-learn on what `engram export` writes for the same split, statistics and view. Both see the same splits
and columns, so splits are no error of a difference. What differs is drawn at random: scikit-learn's forests are grown by several
seeds, and a difference is judged by how far those lie apart. An SVM draws nothing, and both sides look for the same optimum; the
difference is judged by the standard error over splits.

    --data FILE    what is ingested (the bundled trajectories)
    --splits N     splits of the balanced experiments (4)
    --trees N      trees of a forest (100)
    --seeds N      forests of scikit-learn for each of ours (4)
    --only LIST    only these figures
    --models LIST  only these classifiers (random-forest,linear-svm)
    --store STORE  where the store is kept, to go on from (a temporary folder)
    --publish      keeps a line for each figure for the documents
"""

import argparse
import csv
import functools
import io
import json
import math
import os
import subprocess
import sys
import tempfile

if "--help" in sys.argv:
    sys.exit(print(__doc__))

import numpy as np
import sklearn
from scipy.stats import t as student
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "figures"))
import publish  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ENGRAM = os.path.join(sys.argv[1], "engram")
parser = argparse.ArgumentParser(add_help=False)
parser.add_argument("--data", default=os.path.join(ROOT, "fixtures", "digits_dataset.pkl"))
parser.add_argument("--splits", type=int, default=4)
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--seeds", type=int, default=4)
parser.add_argument("--only", default="2a,2b,4a,4b,S2b,S6,S7")
parser.add_argument("--models", default="random-forest,linear-svm")
parser.add_argument("--store")
parser.add_argument("--publish", action="store_true")
options = parser.parse_args(sys.argv[2:])
FIGURES = options.only.split(",")


def engram(*words):
    done = subprocess.run([ENGRAM, *words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"engram {' '.join(words)}\n{done.stderr}")
    return done.stdout


def study():
    """The paper's study with one candidate for each classifier, and without the network."""
    with open(os.path.join(ROOT, "schema", "studies", "paper.json")) as file:
        plan = json.load(file)
    plan["name"] = "compared"
    candidates = {
        "random-forest": {"n_estimators": options.trees, "max_features": "sqrt"},
        "linear-svm": {"C": 1, "standardize": True},
    }
    candidates = {model: one for model, one in candidates.items() if model in options.models.split(",")}
    for experiment in plan["experiments"]:
        models = [c if isinstance(c, str) else c["model"] for c in experiment["classifiers"]]
        experiment["classifiers"] = [
            {"model": m, "grid": {"version": 1, "classifier": m, "parameters": candidates[m]}} for m in models if m in candidates
        ]
        if "repeats" in experiment["splits"]:
            experiment["splits"]["repeats"] = options.splits
    plan["experiments"] = [experiment for experiment in plan["experiments"] if experiment["classifiers"]]
    known = {experiment["name"] for experiment in plan["experiments"]}
    plan["figures"] = [figure for figure in plan["figures"] if set(figure["experiments"]) <= known]
    return plan


def classifier(kind, seed):
    if kind == "random-forest":
        return RandomForestClassifier(n_estimators=options.trees, max_features="sqrt", n_jobs=1, random_state=seed)
    # The primal problem has one optimum, which Engram's Newton method finds as well.
    return make_pipeline(StandardScaler(), LinearSVC(C=1, dual=False, max_iter=10_000))


def exported(folder, store, split, statistics, view):
    """The matrices of a split: train features and labels, test features and labels."""
    path = os.path.join(folder, "matrices.npz")
    engram("export", store, "--split", split, "--statistics", statistics, "--view", view, "-o", path, "--quiet")
    with np.load(path) as file:
        return [file[name] for name in ("X_train", "y_train", "X_test", "y_test")]


def ours(store, path, figure):
    """The rows of a figure."""
    return list(csv.DictReader(io.StringIO(engram("figure", store, figure, "--study", path, "--csv", "--quiet"))))


def portion(name, count):
    return f"portion:{['early', 'middle', 'late'].index(name) + 1}/{count}" if count == 3 else f"portion:{name}/{count}"


def cells(store, path, figure):
    """What a row says, and the split set, statistics, views and classifier that it is of."""
    for row in ours(store, path, figure):
        split, train, test, part = "compared.separability", "positions", None, None
        if figure == "2a" and row["experiment"] == "by-run":
            split = "compared.by-run"
        elif figure == "2b":
            split, part = f"compared.{row['experiment']}", row["held_out"]
        elif figure == "S2b":
            train = "mean+positions"
        elif figure == "4a":
            train = f"random-start:{float(row['epochs_apart']):g}x{row['samples']}+positions"
        elif figure == "S6":
            train = f"portion:{row['portion']}/{row['of']}+positions"
        elif figure in ("4b", "S7"):
            train = portion(row["trained_on"], 3) + "+positions"
            test = portion(row["tested_on"], 3) + "+positions"
        yield row, split, part, train, test


@functools.lru_cache(maxsize=8)
def train_matrices(folder, store, split, statistics, view):
    return exported(folder, store, split, statistics, view)


@functools.lru_cache(maxsize=None)
def learned(folder, store, split, statistics, view, kind, seed):
    """A model, which serves every test of the same train side."""
    a, b, _, _ = train_matrices(folder, store, split, statistics, view)
    return classifier(kind, seed).fit(a, b)


def compared(folder, store, path, figure, known):
    """For each row: what it says, our accuracy, scikit-learn's, the error of the difference, and how often chance makes two errors of it."""
    for row, split, part, train, test in cells(store, path, figure):
        ordinals = range(options.splits) if part is None else [known(split, part)]
        kind = row["classifier"]
        seeds = range(options.seeds if kind == "random-forest" else 1)
        means, variances = [], []
        for ordinal in ordinals:
            where = (folder, store, f"{split}/{ordinal}", row["statistics"])
            _, _, c, d = train_matrices(*where, test or train)
            scores = [learned(*where, train, kind, seed).score(c, d) for seed in seeds]
            means.append(np.mean(scores))
            variances.append(np.var(scores, ddof=1) if len(scores) > 1 else 0.0)
        theirs, mine = float(np.mean(means)), float(row["accuracy"])
        if kind == "random-forest":
            # One forest of ours for each split, and the mean of several of theirs. A split of few test examples can have no spread
            # by chance, so the variance is that of all splits together, and at least that of one example.
            spread = max(float(np.mean(variances)), 1 / len(d) ** 2) / len(means)
            error = math.sqrt(spread * (1 + 1 / len(seeds)))
            # The spread is itself an estimate by few seeds, so differences are as Student's t has them.
            freedom = len(means) * max(1, len(seeds) - 1)
        elif len(means) > 1:
            error, freedom = float(np.std(means, ddof=1) / math.sqrt(len(means))), len(means) - 1
        else:
            error, freedom = math.sqrt(max(theirs * (1 - theirs), 0.25 / len(d)) / len(d)), len(d)
        yield row, mine, theirs, error, 2 * float(student.sf(2, freedom))


def main():
    with tempfile.TemporaryDirectory() as folder:
        store = options.store or os.path.join(folder, "compared.engram")
        path = os.path.join(folder, "compared.json")
        with open(path, "w") as file:
            json.dump(study(), file)
        if not os.path.exists(store):
            engram("ingest", options.data, store, "--quiet")
        engram("study", "make", store, path, "--only", options.only, "--quiet")
        groups = {}

        def known(split, part):
            if split not in groups:
                table = json.loads(engram("split", "show", store, split, "--json"))
                groups[split] = [
                    ", ".join(p.split("=", 1)[1] for p in one["name"].split(",")) for one in table["splits"]
                ]
            return groups[split].index(part)

        outside = total = 0
        differences, expected, lines = [], 0.0, []
        for figure in FIGURES:
            start = len(differences), outside, expected
            largest = 0.0
            for row, mine, theirs, error, rate in compared(folder, store, path, figure, known):
                z = (mine - theirs) / error if error > 0 else 0.0
                expected += rate
                outside += abs(z) > 2
                largest = max(largest, abs(mine - theirs))
                total += 1
                differences.append(mine - theirs)
                label = " ".join(str(v) for k, v in list(row.items())[:6] if k not in ("accuracy", "standard_error"))
                print(f"{figure:<4} {label:<64} {mine:.4f}  scikit-learn {theirs:.4f} ± {error:.4f}  z {z:+.1f}", flush=True)
            learned.cache_clear()
            own = differences[start[0]:]
            if own:
                lines.append({
                    "figure": figure, "cells": len(own), "mean_difference": float(np.mean(own)), "largest_difference": largest,
                    "outside": int(outside - start[1]), "expected_outside": publish.rounded(expected - start[2], 2)})
        if options.publish:
            made = publish.made_with(**{"scikit-learn": sklearn.__version__})
            publish.write("studies", {
                **made, "splits": options.splits, "trees": options.trees, "seeds": options.seeds, "figures": lines})
        print(f"{total} cells: mean difference {np.mean(differences):+.4f}; {outside} differ by more than two standard errors, where "
              f"chance alone gives about {expected:.1f}")


main()
