#!/usr/bin/env python3
"""Makes fixtures/parity: what NumPy and scikit-learn from PyPI answer, for the splits that claim to be the same.

Run from the root of the repository, in an environment with numpy and scikit-learn (1.8 or later):

    python3 -m venv /tmp/parity && /tmp/parity/bin/pip install numpy scikit-learn
    /tmp/parity/bin/python scripts/make_parity_fixtures.py

Two files are made and kept in the repository:

published_splits_nested.json  SHA-256 of the published splits (ten balanced ones, the 20 hold-outs, the six pairs, the
    stratified folds) for metadata of the published shape: 22 networks x 4 rules x 3 batch sizes x 2 model seeds x 2
    dataset seeds x the network's layers in order of depth, nested in this order. The splits are drawn by NumPy's
    RandomState as the published code draws them. Index arrays are hashed as little-endian int64.
scikit_learn.json  for small tables of classes and groups, the number of the fold or the draw of every row.
"""

import hashlib
import itertools
import json
import pathlib

import numpy as np
import sklearn
from sklearn import model_selection as ms

folder = pathlib.Path("fixtures/parity")
folder.mkdir(parents=True, exist_ok=True)
environment = {"numpy": np.__version__, "scikit-learn": sklearn.__version__}


# ---------------------------------------------------------------- the published splits, nested order
RULES = ["adam", "sgdm", "information", "feedback"]
DEEP = ["resnet18", "resnet34v2", "resnet34", "alexnetlrn", "resnet18v2", "alexnet"]
SMALL = ["knet", "knetc4lrn", "knetc4", "knetlrn"]
MODELS = ([("imagenet", a) for a in DEEP] + [("cifar10", a) for a in SMALL] + [("simclr", a) for a in DEEP]
          + [("audionet", a) for a in DEEP])


def layer_count(task, architecture):
    """Layers with rows in the data: ResNet-18 22, ResNet-34 38, AlexNet 8, KNet4 4, KNet5 5; SimCLR one more."""
    count = next(n for name, n in [("resnet18", 22), ("resnet34", 38), ("alexnet", 8), ("knetc4", 5), ("knet", 4)]
                 if architecture.startswith(name))
    return count + (task == "simclr")


rows = [(task, architecture, rule, batch, model, dataset)
        for task, architecture in MODELS
        for rule, batch, model, dataset in itertools.product(RULES, [128, 256, 512], [None, 0], [None, 0])
        for _ in range(layer_count(task, architecture))]
assert len(rows) == 20736
task, architecture, rule, batch, model, dataset = (np.array(c, dtype=object) for c in zip(*rows))


def get_splits(repeats, per_class_test, per_class_train, train_filter, test_filter, seed=0):
    """The published algorithm: one generator; classes sorted; a permutation of each, of which the first are taken."""
    random = np.random.RandomState(seed)
    splits = []
    for _ in range(repeats):
        def draw(pool, count):
            chosen = []
            for label in sorted(set(rule[pool])):
                members = pool[rule[pool] == label]
                chosen.append(members[random.permutation(len(members))[:count or len(members)]])
            return np.sort(np.concatenate(chosen))
        test = draw(np.flatnonzero(test_filter), per_class_test)
        train = draw(np.setdiff1d(np.flatnonzero(train_filter), test), per_class_train)
        splits.append((train, test))
    return splits


def sha(ids):
    return hashlib.sha256(np.asarray(ids, "<i8").tobytes()).hexdigest()


def hashes(splits):
    return [{"train": sha(train), "test": sha(test)} for train, test in splits]


everything = np.ones(len(rows), bool)
balanced = get_splits(10, 1296, 3888, everything, everything)
holdouts = {}
for name, key in [("architecture", [(a,) for a in architecture]), ("task", [(t,) for t in task]),
                  ("curriculum", list(zip(batch, dataset)))]:
    for value in sorted(set(key), key=str):
        inside = np.array([k == value for k in key])
        split, = get_splits(1, None, None, ~inside, inside)
        holdouts[name + "=" + ",".join("NULL" if v is None else str(v) for v in value)] = hashes([split])[0]
pairs = {}
for pair in itertools.combinations(sorted(RULES), 2):
    inside = np.isin(rule.astype(str), pair)
    pairs["+".join(pair)] = hashes(get_splits(10, 1296, 3888, inside, inside))

# Folds of the first balanced split's train side, as places in it; both rules of StratifiedKFold.
labels = rule[balanced[0][0]].astype(str)


def folds_before_022(labels, count):
    """The rule before scikit-learn 0.22: of each class the first n % count folds get one more."""
    number = np.zeros(len(labels), int)
    for label in set(labels):
        places = np.flatnonzero(labels == label)
        for fold, part in enumerate(np.array_split(places, count)):
            number[part] = fold
    return number


def folds_since_022(labels, count, **options):
    number = np.zeros(len(labels), int)
    for fold, (_, test) in enumerate(ms.StratifiedKFold(count, **options).split(labels, labels)):
        number[test] = fold
    return number


def fold_hashes(number):
    return hashes((np.flatnonzero(number != f), np.flatnonzero(number == f)) for f in range(number.max() + 1))


with open(folder / "published_splits_nested.json", "w") as file:
    json.dump({
        "environment": environment, "balanced": hashes(balanced), "holdouts": holdouts, "pairs": pairs,
        "folds_before_0.22": fold_hashes(folds_before_022(labels, 5)),
        "folds_since_0.22": fold_hashes(folds_since_022(labels, 5)),
    }, file, indent=1)
    file.write("\n")


# ---------------------------------------------------------------- small tables, row by row
def assignment(splitter, n, y, groups):
    number = np.full(n, -1)
    for fold, (_, test) in enumerate(splitter.split(np.zeros(n), y, groups)):
        number[test] = fold
    return number.tolist()


def sides(splitter, n, y, groups):
    """For each draw, 1 where a row is tested on, 0 where it is trained on, -1 where it is on neither side."""
    draws = []
    for train, test in splitter.split(np.zeros(n), y, groups):
        side = np.full(n, -1)
        side[train] = 0
        side[test] = 1
        draws.append(side.tolist())
    return draws


cases = []
random = np.random.RandomState(20)
for n, classes, groups in [(12, 2, 4), (60, 3, 13), (200, 4, 41), (400, 9, 30), (333, 4, 333)]:
    for skew in [0, 2]:
        weights = 1.0 / np.arange(1, classes + 1) ** skew
        y = random.choice(classes, n, p=weights / weights.sum())
        g = random.choice(groups, n, p=(w := 1.0 / np.arange(1, groups + 1) ** (skew / 2)) / w.sum())
        case = {"classes": y.tolist(), "groups": g.tolist(), "answers": []}

        def add(kind, splitter, answer=assignment, **members):
            try:
                result = answer(splitter, n, y, g)
            except ValueError as error:
                print("left out:", kind, members, "of", n, "rows:", error)
                return
            case["answers"].append({"kind": kind, **members, "result": result})

        import warnings
        warnings.simplefilter("ignore")
        for folds in [2, 3, 5]:
            add("k-fold", ms.StratifiedKFold(folds), folds=folds)
            add("k-fold", ms.StratifiedKFold(folds, shuffle=True, random_state=7), folds=folds, seed=7)
            case["answers"].append({"kind": "k-fold", "folds": folds, "rule": "scikit-learn-0.20",
                                    "result": folds_before_022(y, folds).tolist()})
            add("group-k-fold", ms.GroupKFold(folds), folds=folds)
            add("group-k-fold", ms.GroupKFold(folds, shuffle=True, random_state=7), folds=folds, seed=7)
            add("stratified-group-k-fold", ms.StratifiedGroupKFold(folds), folds=folds)
            add("stratified-group-k-fold", ms.StratifiedGroupKFold(folds, shuffle=True, random_state=7), folds=folds,
                seed=7)
        if groups < 50:
            add("leave-one-group-out", ms.LeaveOneGroupOut())
        for test, train in [(0.25, None), (0.2, 0.5)]:
            sizes = {"test_fraction": test, **({} if train is None else {"train_fraction": train})}
            for kind, splitter in [("random", ms.ShuffleSplit), ("group-shuffle", ms.GroupShuffleSplit)]:
                add(kind, splitter(3, test_size=test, train_size=train, random_state=5), sides, repeats=3, seed=5,
                    **sizes)
        add("random", ms.ShuffleSplit(2, test_size=3, train_size=4, random_state=0), sides, repeats=2, seed=0,
            test_count=3, train_count=4)
        cases.append(case)

with open(folder / "scikit_learn.json", "w") as file:
    file.write('{"environment": %s,\n "cases": [\n' % json.dumps(environment))
    for index, case in enumerate(cases):
        answers = ",\n    ".join(json.dumps(a) for a in case["answers"])
        file.write('  {"classes": %s,\n   "groups": %s,\n   "answers": [\n    %s]}%s\n' % (
            json.dumps(case["classes"]), json.dumps(case["groups"]), answers, "," if index + 1 < len(cases) else ""))
    file.write("]}\n")
print("wrote", len(cases), "tables and", sum(len(c["answers"]) for c in cases), "answers")
