#!/usr/bin/env python3
"""Makes fixtures/parity/metrics.json: rates of confusion matrices and normal quantiles, by NumPy and SciPy.

Run from the root of the repository, in an environment with numpy and scipy:

    python3 -m venv /tmp/parity && /tmp/parity/bin/pip install numpy scipy
    /tmp/parity/bin/python scripts/make_metrics_fixtures.py

Rates follow the definitions of the paper's metrics: rows are actual classes; balanced accuracy of a class is
(TP/P + TN/N)/2; d' is Z(TP/P) - Z(FP/N), each Z clipped to +-5; `mean_...` are the rates of the summed counts.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.stats import norm


def rates(counts):
    counts = counts.astype(float)
    actual = counts.sum(1)
    others = counts.sum() - actual
    hits = np.diag(counts)
    predicted = counts.sum(0)
    false = predicted - hits
    with np.errstate(invalid="ignore", divide="ignore"):
        z_hit = np.clip(norm.ppf(hits / actual), -5, 5)
        z_false = np.clip(norm.ppf(false / others), -5, 5)
        return {
            "accuracy": hits.sum() / counts.sum(),
            "balanced_accuracy": list((hits / actual + (others - false) / others) / 2),
            "d_prime": list(z_hit - z_false),
            "recall": list(hits / actual),
            "precision": list(hits / predicted),
        }


def clean(value):
    """NaN is null in JSON."""
    if isinstance(value, dict):
        return {key: clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    return None if isinstance(value, float) and np.isnan(value) else value


random = np.random.RandomState(0)
cases = {
    "four classes, three splits": random.multinomial(1, [0.25] * 4, (3, 4)) * 7 + random.randint(0, 200, (3, 4, 4)),
    "two classes, two splits": np.array([[[40, 3], [5, 52]], [[43, 0], [0, 57]]]),
    "all right": np.array([np.diag([5, 6, 7])]),
    "all wrong": np.array([[[0, 9, 0], [0, 0, 9], [9, 0, 0]]]),
    "a class never predicted, and one without examples": np.array([[[8, 2, 0], [3, 7, 0], [0, 0, 0]]]),
}
answer = {"numpy": np.__version__, "scipy": scipy.__version__, "cases": [], "quantiles": []}
for name, matrices in cases.items():
    accuracies = [rates(counts)["accuracy"] for counts in matrices]
    answer["cases"].append(clean({
        "name": name,
        "counts": matrices.tolist(),
        "by_split": [rates(counts) for counts in matrices],
        "mean": rates(matrices.sum(0)),
        "mean_accuracy_of_splits": float(np.mean(accuracies)),
        "sem": float(np.std(accuracies, ddof=1) / np.sqrt(len(accuracies))) if len(accuracies) > 1 else None,
    }))
for p in [1e-300, 1e-100, 1e-20, 1e-12, 1e-7, 0.001, 0.01, 0.02425, 0.0749, 0.0751, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75,
          0.9, 0.9249, 0.9251, 0.97575, 0.99, 0.999, 0.9999999, 1 - 1e-12]:
    answer["quantiles"].append([p, float(norm.ppf(p))])
pathlib.Path("fixtures/parity/metrics.json").write_text(json.dumps(answer, indent=1) + "\n")
