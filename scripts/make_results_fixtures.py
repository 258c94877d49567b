#!/usr/bin/env python
"""Writes fixtures/results: small files of saved_classifier_results in the published layout.

Fixtures are never made again once they are in use: a new case is a new file. The script shows how they were made.

  python3 scripts/make_results_fixtures.py      # with NumPy 1.26 (numpy.core) or NumPy 2 (numpy._core) on the path

Numbers are made up; rates follow the published metrics.py, so that a reader can check its own against them.
"""
import json
import os
import pickle
import sys
import types

import numpy as np
from scipy.stats import norm

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "results")
LABELS = np.array([u"adam", u"sgdm", u"information", u"feedback"])
NAMES = np.array(["grp_id0", "grp_id1", "grp_id2", "weightabs_mean", "weightabs_median"])


def side(matrices):
    def rates(counts):
        counts = counts.astype(float)
        actual, predicted, hits = counts.sum(1), counts.sum(0), np.diag(counts)
        others = counts.sum() - actual
        false = predicted - hits
        z = lambda rate: np.clip(norm.ppf(rate), -5, 5)
        return z(hits / actual) - z(false / others), (hits / actual + (others - false) / others) / 2, (
            hits.sum() / counts.sum())

    by_split = [rates(counts) for counts in matrices]
    d_prime, balanced, accuracy = rates(matrices.sum(0))
    return {
        "labels": LABELS, "confusion_matrices": matrices, "mean_dprime": d_prime, "mean_balanced_accuracy": balanced,
        "mean_accuracy": np.float64(accuracy), "dprime_by_split": [r[0] for r in by_split],
        "balanced_acc_by_split": [r[1] for r in by_split], "accuracy_by_split": [np.float64(r[2]) for r in by_split],
    }


def results(has_importances):
    random = np.random.RandomState(5)
    train = random.randint(0, 4, (2, 4, 4)) + 60 * np.eye(4, dtype=np.int64)
    test = random.randint(0, 6, (2, 4, 4)) + 15 * np.eye(4, dtype=np.int64)
    importances = random.dirichlet(np.ones(5), (2, 3))
    return {
        "train": side(train.astype(np.int64)), "test": side(test.astype(np.int64)),
        "cv_params": [{"cls__n_estimators": 20, "cls__max_features": "sqrt"},
                      {"cls__n_estimators": 50, "cls__max_features": None}] if has_importances
        else [{"cls__C": 1.0, "reduce_dim__n_components": 10}, {"cls__C": np.float64(50.0)}],
        "training_sidedata": [] if has_importances else [{"fmean": random.rand(5), "fstd": random.rand(5)}] * 2,
        "feature_importances_by_split": list(importances) if has_importances else [None, None],
        "feature_names": NAMES,
    }


def with_models():
    """A file that was saved with its models: objects of a class that is not there when it is read."""
    module = types.ModuleType("sklearn.ensemble.forest")
    sys.modules.update({"sklearn": types.ModuleType("sklearn"), "sklearn.ensemble": types.ModuleType("ensemble"),
                        "sklearn.ensemble.forest": module})
    model = type("RandomForestClassifier", (), {"__module__": "sklearn.ensemble.forest"})
    module.RandomForestClassifier = model
    return dict(results(True), models=[model(), model()])


numpy = "np1" if np.__version__.startswith("1.") else "np2"
if not os.path.isdir(HERE):
    os.makedirs(HERE)
for protocol in (0, 2):
    for name, value in (("forest", results(True)), ("svm", results(False))):
        with open(os.path.join(HERE, "%s_%s_protocol%d.pkl" % (name, numpy, protocol)), "wb") as file:
            pickle.dump(value, file, protocol)
with open(os.path.join(HERE, "with_models_%s.pkl" % numpy), "wb") as file:
    pickle.dump(with_models(), file, 2)


def plain(value):
    """What the rates are, for the test."""
    return {key: np.asarray(inner).tolist() for key, inner in value.items() if key != "labels"}


with open(os.path.join(HERE, "expected.json"), "w") as file:
    json.dump({"forest": {"train": plain(results(True)["train"]), "test": plain(results(True)["test"]),
                          "importances": np.asarray(results(True)["feature_importances_by_split"]).mean(1).tolist()},
               "svm": {"train": plain(results(False)["train"]), "test": plain(results(False)["test"])}}, file, indent=1)
    file.write("\n")
