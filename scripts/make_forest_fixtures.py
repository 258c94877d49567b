#!/usr/bin/env python3
"""Makes fixtures/parity/forest.json: trees and accuracies of scikit-learn, for the forests that claim to be the same.

Run from the root of the repository, in an environment with numpy and scikit-learn (1.8 or later):

    python3 -m venv /tmp/parity && /tmp/parity/bin/pip install numpy scikit-learn
    /tmp/parity/bin/python scripts/make_forest_fixtures.py

trees    single trees grown without a bootstrap on all columns, node by node, level by level. They are without ties: thirty
         random states give the same tree.
digits   the accuracies of forests of 100 trees on fixtures/digits_dataset.pkl, all 21 x 45 values of an example as
         columns, for four splits (every fourth example is tested on) and five random states each.
"""

import json
import pickle

import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

ROWS, COLUMNS, STATES = 150, 6, 30
SPLITS, SEEDS = 4, 5


def by_level(tree):
    """The nodes of a fitted tree from the root, the children of each node next to each other."""
    t, order = tree.tree_, [0]
    for node in order:
        if t.children_left[node] >= 0:
            order += [int(t.children_left[node]), int(t.children_right[node])]
    inner = [t.children_left[n] >= 0 for n in order]
    return {
        "features": [int(t.feature[n]) if i else -1 for n, i in zip(order, inner)],
        "thresholds": [float(t.threshold[n]) for n, i in zip(order, inner) if i],
        "distributions": [t.value[n, 0].tolist() for n, i in zip(order, inner) if not i],
        "importances": tree.feature_importances_.tolist(),
    }


random = np.random.RandomState(5)
X = random.standard_normal((ROWS, COLUMNS)).astype(np.float32)
X[:, 4] = np.round(X[:, 4])  # a column with few values
signal = X[:, 0] + 0.7 * X[:, 1] * X[:, 2] + 0.5 * X[:, 4] + 0.6 * random.standard_normal(ROWS)
labels = {"three": np.digitize(signal, [-0.7, 0.5]), "two": (signal > 0.9).astype(int)}
cases = [
    ("three", {"max_depth": 3}),
    ("three", {"min_samples_leaf": 12}),
    ("three", {"min_samples_split": 50, "min_samples_leaf": 5}),
    ("three", {"max_leaf_nodes": 7}),
    ("two", {"max_depth": 2, "min_samples_leaf": 5, "class_weight": "balanced"}),
]
trees = []
for name, parameters in cases:
    y = labels[name]
    grown = [by_level(DecisionTreeClassifier(random_state=s, **parameters).fit(X, y)) for s in range(STATES)]
    # Weighted sums may differ in their last digits, as they are added up in another order.
    assert all(g["features"] == grown[0]["features"] and g["thresholds"] == grown[0]["thresholds"] for g in grown), \
        f"ties in {name} {parameters}"
    trees.append({"labels": name, "parameters": parameters, **grown[0]})
    print(name, parameters, len(grown[0]["features"]), "nodes")

data = pickle.load(open("fixtures/digits_dataset.pkl", "rb"), encoding="latin1")
digits = np.asarray(data["X"], np.float32).reshape(len(data["Y"]), -1)
rules = np.asarray(data["Y"]).astype(str)
accuracies = []
for split in range(SPLITS):
    test = np.arange(len(rules)) % SPLITS == split
    for seed in range(SEEDS):
        forest = RandomForestClassifier(100, n_jobs=-1, random_state=seed).fit(digits[~test], rules[~test])
        accuracies.append(float((forest.predict(digits[test]) == rules[test]).mean()))
print("digits", np.mean(accuracies), "sd", np.std(accuracies))

with open("fixtures/parity/forest.json", "w") as file:
    json.dump({
        "environment": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "features": X.tolist(), "labels": {name: codes.tolist() for name, codes in labels.items()}, "trees": trees,
        "digits": {"splits": SPLITS, "seeds": SEEDS, "accuracies": accuracies},
    }, file)
    file.write("\n")
