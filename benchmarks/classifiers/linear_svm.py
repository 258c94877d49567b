"""Linear SVMs beside scikit-learn's LinearSVC, which is LIBLINEAR: the same matrix, the same splits, one run.

    scripts/bench classifiers linear_svm [-- --data digits|synthetic|FILE.npz --splits N --liblinear --grid --publish]

C = 1 on z-scored columns, without positions. On the first split every solver is run, and coordinate descent also with
fewer passes than the 1000 of LinearSVC; on the others Newton's method and LinearSVC. `--liblinear` adds Debian's
library through our program. `--grid` times the published grid by Newton's method on one fold, z-scored.
`--publish` keeps the table of solvers for the documents.
"""

import argparse
import os
import time
import warnings

import numpy as np
import sklearn
from sklearn.svm import LinearSVC

import data
import published
from driver import Driver

PROCESSORS = 2
NEWTON, DESCENT = "newton", "dual-coordinate-descent"
COUNTS, COSTS = [None, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500, 600], [1, 50, 500, 5e3, 5e4, 5e5, 5e6]


def theirs(X, y, train, test, seed):
    """LinearSVC at its defaults on Float64 in C order, one class after the other as it does; z-scores are not timed."""
    inputs = X[train].astype(np.float64)
    mean, scale = inputs.mean(0), np.maximum(inputs.std(0), 1e-5)
    inputs, answers = (inputs - mean) / scale, (X[test] - mean) / scale
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        started = time.perf_counter()
        machine = LinearSVC(C=1, dual=True, random_state=seed).fit(inputs, y[train])
        seconds = time.perf_counter() - started
    margins = np.where(y[train][:, None] == np.arange(y.max() + 1), 1, -1) * machine.decision_function(inputs)
    objectives = ((machine.coef_ ** 2).sum(1) + machine.intercept_ ** 2) / 2 + (np.maximum(0, 1 - margins) ** 2).sum(0)
    return {"seconds": seconds, "objectives": objectives, "accuracy": machine.score(answers, y[test]),
            "converged": not caught, "iterations": machine.n_iter_}


def ours(driver, split, solver, threads=PROCESSORS, **parameters):
    """Our program, with the z-scores and the copy of the rows in the time."""
    answer = driver.run("linear-svm", {"C": 1, "standardize": True, "solver": solver, **parameters}, split,
                        seed=split, threads=threads)
    problems = answer["summary"]["problems"]
    return {"seconds": answer["fitSeconds"], "objectives": np.array([p["objective"] for p in problems]),
            "accuracy": answer["accuracy"], "converged": answer["summary"]["converged"],
            "iterations": max(p["iterations"] for p in problems)}


def line(name, run, best, reference=None):
    above = ", ".join(f"{100 * v:.3g}" for v in run["objectives"] / best - 1)
    ratio = f"{reference['seconds'] / run['seconds']:8.1f}x" if reference else " " * 9
    print(f"{name:48s} {run['seconds']:9.3f} s {ratio} {run['accuracy']:.4f}  {str(run['converged']):5s} "
          f"{run['iterations']:5d}  {above}", flush=True)
    return {"name": name, "seconds": run["seconds"], "converged": run["converged"], "iterations": int(run["iterations"]),
            "above_optimum_percent": list(100 * (run["objectives"] / best - 1)), "accuracy": run["accuracy"]}


def first_split(driver, X, y, split, liblinear):
    """Every solver on one split."""
    train, test = split
    print(f"\n{len(train)} x {X.shape[1]} train rows, C = 1, z-scored; objectives by class, per cent above the best")
    print(f"{'':48s} {'fit':>11s} {'ratio':>9s} accuracy converged iterations")
    newton = ours(driver, 0, NEWTON)
    best = newton["objectives"]
    reference = theirs(X, y, train, test, 0)
    rows = [line("scikit-learn LinearSVC", reference, best)]
    if liblinear:
        rows.append(line("Engram, `liblinear`", ours(driver, 0, "liblinear"), best, reference))
    rows.append(line(f"Engram, `{NEWTON}`", newton, best, reference))
    rows.append(line(f"Engram, `{NEWTON}`, 1 thread", ours(driver, 0, NEWTON, threads=1), best, reference))
    for passes in [1000, 500, 200]:
        run = ours(driver, 0, DESCENT, max_iter=passes)
        rows.append(line(f"Engram, `{DESCENT}`, {passes} passes", run, best, reference))
    return rows


def all_splits(driver, X, y, splits):
    """Newton and LinearSVC on every split."""
    a = np.array([ours(driver, n, NEWTON)["accuracy"] for n in range(len(splits))])
    b = np.array([theirs(X, y, *split, n)["accuracy"] for n, split in enumerate(splits)])
    sem = b.std(ddof=1) / len(b) ** 0.5
    print(f"\n{len(splits)} splits: accuracy engram {a.mean():.4f}, LinearSVC {b.mean():.4f}, s.e.m. {sem:.4f}, "
          f"difference {a.mean() - b.mean():+.4f}")


def grid(program, X, y, splits):
    """The published grid on one fold, all candidates together."""
    train = splits[0][0]
    fold = [(train[np.arange(len(train)) % 5 != 0], train[np.arange(len(train)) % 5 == 0])]
    driver = Driver(program, X, y, fold)
    answer = driver.run("linear-svm", {"C": COSTS, "n_components": COUNTS, "standardize": True}, grid=True, seed=0,
                        threads=PROCESSORS)
    driver.close()
    print(f"\nthe published grid on a fold of {len(fold[0][0])} rows, z-scored, {NEWTON}: {answer['seconds']:.1f} s")
    print("accuracy; * not converged; rows: components, columns: C " + " ".join(f"{cost:g}" for cost in COSTS))
    for row, count in enumerate(COUNTS):
        scores = answer["scores"][row * len(COSTS):(row + 1) * len(COSTS)]
        print(f"{count or 'none':>5} " + "  ".join(
            "skipped" if s["accuracy"] is None else f"{s['accuracy']:.4f}" + " *"[s["note"] is not None]
            for s in scores))


def main(program, arguments):
    parser = argparse.ArgumentParser(
        prog="linear_svm", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="synthetic")
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--liblinear", action="store_true")
    parser.add_argument("--grid", action="store_true")
    parser.add_argument("--publish", action="store_true")
    options = parser.parse_args(arguments)
    named = {"digits": data.digits, "synthetic": data.synthetic}
    X, y, name = named[options.data]() if options.data in named else data.from_file(options.data)
    if X.shape[1] == 507:
        X = np.ascontiguousarray(X[:, 3:])
    splits = data.splits(y)
    print(f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, {os.cpu_count()} processors; {name}")
    if options.grid:
        return grid(program, X, y, splits)
    driver = Driver(program, X, y, splits)
    solvers = first_split(driver, X, y, splits[0], options.liblinear)
    if options.publish:
        published.linear_svm(solvers, len(splits[0][0]), X.shape[1])
    if options.splits > 1:
        all_splits(driver, X, y, splits[:options.splits])
    driver.close()
