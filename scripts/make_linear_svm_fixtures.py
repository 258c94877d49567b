#!/usr/bin/env python3
"""Makes fixtures/parity/linear_svm.json: what NumPy, scikit-learn and exact arithmetic say of small problems.

Run from the root of the repository, in an environment with numpy, scikit-learn (1.8 or later) and mpmath:

    python3 -m venv /tmp/parity && /tmp/parity/bin/pip install numpy scikit-learn mpmath
    /tmp/parity/bin/python scripts/make_linear_svm_fixtures.py

problems    small data sets, and for some parameters the optimum of each one-vs-rest problem: its objective and the
            decision values of all rows, found by Newton's method with 60 digits; and, where LIBLINEAR converges within 1000
            iterations, the decision values of scikit-learn's LinearSVC.
components  scikit-learn's PCA (svd_solver="full"): components, explained variance.
scores      z-scores as the published featurewise_norm computes them.
Values of features are multiples of 1/256, so that a float32 holds them.
"""

import json
import pathlib
import warnings

import mpmath
import numpy as np
import sklearn
from sklearn.decomposition import PCA
from sklearn.svm import LinearSVC

mpmath.mp.dps = 60
random = np.random.RandomState(20)
path = pathlib.Path("fixtures/parity/linear_svm.json")


def rounded(x):
    return np.round(np.asarray(x) * 256) / 256


def data(rows, columns, classes, spread=1.0, duplicate=False, constant=False, positions=False):
    y = np.arange(rows) % classes
    centers = random.randn(classes, columns) * spread
    X = rounded((centers[y] + random.randn(rows, columns)) * np.exp(random.randn(columns)) + 3 * random.randn(columns))
    if duplicate:
        X[:, 1] = X[:, 0]
    if constant:
        X[:, 2] = 5.5
    if positions:
        X = np.hstack([np.eye(3)[random.randint(3, size=rows)], X])
    return X, y


def optimum(Z, t, C):
    """Minimises 1/2 |w|^2 + C sum max(0, 1 - t Z w)^2: the finite Newton method with halved steps, in 60 digits."""
    n, d = Z.shape
    Z = [[mpmath.mpf(float(v)) for v in row] for row in Z]
    t = [int(v) for v in t]
    C = mpmath.mpf(C)

    def margins(w):
        return [t[i] * mpmath.fdot(Z[i], w) for i in range(n)]

    def value(w, m):
        return mpmath.fdot(w, w) / 2 + C * sum((1 - v) ** 2 for v in m if v < 1)

    w = [mpmath.mpf(0)] * d
    m = margins(w)
    while True:
        active = [i for i in range(n) if m[i] < 1]
        A = mpmath.matrix(d)
        b = mpmath.matrix(d, 1)
        for a in range(d):
            A[a, a] = 1 / (2 * C)
            b[a] = sum(t[i] * Z[i][a] for i in active)
        for i in active:
            for a in range(d):
                for c in range(d):
                    A[a, c] += Z[i][a] * Z[i][c]
        goal = list(mpmath.lu_solve(A, b))
        reached = margins(goal)
        if [i for i in range(n) if reached[i] < 1] == active:
            return goal, value(goal, reached)
        step = mpmath.mpf(1)
        while True:
            new = [p + step * (q - p) for p, q in zip(w, goal)]
            moved = margins(new)
            if value(new, moved) < value(w, m):
                break
            step /= 2
        w, m = new, moved


def scores(X):
    return (X - X.mean(0)) / np.maximum(X.std(0), 1e-5)


problems = []
for name, X, y, positions in [
        ("three classes", *data(60, 5, 3), 0), ("two classes", *data(40, 4, 2), 0),
        ("four classes with positions", *data(80, 5, 4, positions=True), 3),
        ("equal columns", *data(50, 4, 3, duplicate=True), 0), ("a constant column", *data(50, 4, 3, constant=True), 0),
        ("more columns than rows", *data(12, 20, 2), 0), ("separable", *data(45, 4, 3, spread=6), 0)]:
    cases = []
    for C, standardize, components in [(1, True, None), (0.01, False, None), (50, False, None), (5000, True, None),
                                       (1, False, 2), (50, True, 3)]:
        P, Z = X[:, :positions], X[:, positions:]
        if standardize:
            Z = scores(Z)
        if components:
            Z = PCA(components, svd_solver="full").fit_transform(Z)
        Z = np.hstack([P, Z])
        design = np.hstack([np.ones((len(Z), 1)), Z])
        classes = sorted(set(y))
        values, objectives = [], []
        for k in classes if len(classes) > 2 else classes[1:]:
            w, objective = optimum(design, np.where(y == k, 1, -1), C)
            objectives.append(float(objective))
            values.append([float(mpmath.fdot([mpmath.mpf(float(v)) for v in row], w)) for row in design])
        case = {"C": float(C), "standardize": standardize, "n_components": components, "objectives": objectives,
                "decisions": values}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            machine = LinearSVC(C=C, tol=1e-7, dual=True, random_state=0).fit(Z, y)
        if not caught:
            decisions = machine.decision_function(Z)
            case["scikit_learn"] = decisions.reshape(len(Z), -1).T.tolist()
        cases.append(case)
    problems.append({"name": name, "rows": X.tolist(), "classes": y.tolist(), "positions": positions, "cases": cases})

components = []
for rows, columns in [(40, 6), (8, 12)]:
    X, _ = data(rows, columns, 2)
    pca = PCA(svd_solver="full").fit(X)
    kept = min(rows - 1, columns)
    components.append({"rows": X.tolist(), "components": pca.components_[:kept].tolist(),
                       "explained_variance": pca.explained_variance_[:kept].tolist()})

X, _ = data(50, 7, 2, constant=True)
with open(path, "w") as file:
    versions = {"numpy": np.__version__, "scikit-learn": sklearn.__version__, "mpmath": mpmath.__version__}
    file.write(json.dumps({"environment": versions})[:-1])
    for key, value in [("problems", problems), ("components", components),
                       ("scores", {"rows": X.tolist(), "scores": scores(X).tolist()})]:
        file.write(',\n"%s": %s' % (key, json.dumps(value)))
    file.write("}\n")
cases = [case for problem in problems for case in problem["cases"]]
print("wrote", path, path.stat().st_size, "bytes;", sum("scikit_learn" in case for case in cases), "of", len(cases),
      "cases converged in LIBLINEAR")
