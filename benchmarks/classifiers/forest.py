"""Random forests beside scikit-learn, scikit-learn-intelex and YDF: the same matrix, the same splits, one run.

    scripts/bench classifiers forest [-- --data digits|synthetic|FILE.npz --splits N --trees N --all-trees N --all-splits N
                                         --grid --publish NAME]

`--splits` splits are fitted by all, by turns, with max_features sqrt; with `--all-trees` also max_features all on the first
`--all-splits`.
`--grid` measures a part of the published grid and says what the whole would take. `--publish` keeps the figures of this
data set under a name for the documents: "published size", "real" or "bundled".
"""

import argparse
import os
import time

import numpy as np
import sklearn
from scipy.stats import spearmanr
from sklearn.ensemble import RandomForestClassifier

import data
import published
from driver import Driver

PROCESSORS = 2
# A forest of another library that takes longer is not waited for.
MOST_SECONDS = 300.0
COUNTS = [20, 50, 100, 500, 1000]
SETS = {"all": np.arange(507), "weight": np.r_[0:3, 3:276], "activation": np.r_[0:3, 276:444], "layer-wise": np.r_[0:3, 444:507]}


def of_scikit_learn(X, y, train, test, forest_class=RandomForestClassifier, **parameters):
    """scikit-learn at its fastest: float32, C order, as many jobs as processors."""
    inputs, answers = X[train], X[test]
    given = {**parameters, "max_features": None if parameters["max_features"] == "all" else parameters["max_features"]}
    started = time.perf_counter()
    forest = forest_class(n_jobs=PROCESSORS, **given).fit(inputs, y[train])
    fitted = time.perf_counter()
    predicted = forest.predict(answers)
    ended = time.perf_counter()
    return {"fitSeconds": fitted - started, "predictSeconds": ended - fitted, "accuracy": (predicted == y[test]).mean(),
            "importances": getattr(forest, "feature_importances_", None)}


def of_intelex(X, y, train, test, **parameters):
    """scikit-learn-intelex (oneDAL), which has the classes of scikit-learn."""
    from sklearnex.ensemble import RandomForestClassifier as Forest

    return {**of_scikit_learn(X, y, train, test, Forest, **parameters), "importances": None}


def of_ydf(X, y, train, test, n_estimators, max_features, random_state):
    """YDF, with the settings of scikit-learn; nothing where it did not end in time."""
    import ydf

    ydf.verbose(0)
    inputs, answers = ({f"f{column}": np.ascontiguousarray(X[rows, column]) for column in range(X.shape[1])} for rows in (train, test))
    ratio = 1.0 if max_features == "all" else X.shape[1] ** -0.5
    learner = ydf.RandomForestLearner(
        label="label", num_trees=n_estimators, num_candidate_attributes_ratio=ratio, max_depth=-1, min_examples=1, winner_take_all=False,
        compute_oob_performances=False, random_seed=random_state, num_threads=PROCESSORS, maximum_training_duration_seconds=MOST_SECONDS)
    started = time.perf_counter()
    model = learner.train({**inputs, "label": y[train]})
    fitted = time.perf_counter()
    if model.num_trees() < n_estimators:
        return None
    predicted = np.asarray(model.label_classes()).astype(y.dtype)[model.predict(answers).argmax(1)]
    return {"fitSeconds": fitted - started, "predictSeconds": time.perf_counter() - fitted, "accuracy": (predicted == y[test]).mean()}


OTHERS = {"sklearn": of_scikit_learn, "intelex": of_intelex, "ydf": of_ydf}


def ours(driver, split, seed, **parameters):
    answer = driver.run("random-forest", parameters, split, seed=seed, threads=PROCESSORS, layout="row-major")
    return {**answer, "importances": answer["details"]["importances"]}


def by_turns(driver, X, y, splits, **parameters):
    """What each library took on every split; who begins is another one each time. A library that is not here or takes too long is named."""
    runs = {"engram": [], **{name: [] for name in OTHERS}}
    for number, (train, test) in enumerate(splits):
        names = list(runs)
        first = number % len(names)
        for name in names[first:] + names[:first]:
            try:
                if name == "engram":
                    found = ours(driver, number, number, **parameters)
                else:
                    found = OTHERS[name](X, y, train, test, random_state=number, **parameters)
            except ImportError as error:
                print(f"{name}: not compared, {error}")
                del runs[name]
                continue
            if found is None:
                print(f"{name}: one forest takes more than {MOST_SECONDS:.0f} s")
                del runs[name]
                continue
            runs[name].append(found)
    return runs


def compare(driver, X, y, splits, name, **parameters):
    """Fits all on every split by turns; prints times, accuracies and how importances agree."""
    runs = by_turns(driver, X, y, splits, **parameters)
    print(f"\n{name}, {len(splits)} splits of {len(splits[0][0])} x {X.shape[1]} train rows: {parameters}")
    print(f"{'':10s} {'fit, s':>8s} {'predict, s':>11s} {'accuracy':>9s}   fit and predict beside engram (medians)")
    figures = {"trees": parameters["n_estimators"], "splits": len(splits)}
    for who, found in runs.items():
        for key, short in (("fitSeconds", "_s"), ("predictSeconds", "_predict_s")):
            figures[who + short] = float(np.median([run[key] for run in found]))
        figures[f"{who}_accuracy"] = float(np.mean([run["accuracy"] for run in found]))
        fit, predict = (figures[who + short] / figures["engram" + short] for short in ("_s", "_predict_s"))
        print(f"{who:10s} {figures[who + '_s']:8.3f} {figures[who + '_predict_s']:11.4f} {figures[who + '_accuracy']:9.4f}   "
              f"{fit:.1f} x, {predict:.1f} x")
    if len(splits) > 1:
        accuracies = np.array([run["accuracy"] for run in runs["sklearn"]])
        figures["standard_error"] = accuracies.std(ddof=1) / len(splits) ** 0.5
        gap = np.array([run["accuracy"] for run in runs["engram"]]) - accuracies
        print(f"standard error of scikit-learn's accuracy {figures['standard_error']:.4f}; engram's less scikit-learn's {gap.mean():+.4f}, "
              f"standard error {gap.std(ddof=1) / len(splits) ** 0.5:.4f}")
    a, b = (np.array([run["importances"] for run in runs[who]]) for who in ("engram", "sklearn"))
    print(f"importances, Spearman: {spearmanr(a.mean(0), b.mean(0))[0]:.3f} over all splits; on the first split alone "
          f"{spearmanr(a[0], b[0])[0]:.3f}", end="")
    if len(splits) > 1:
        print(f", where scikit-learn's first two agree to {spearmanr(b[0], b[1])[0]:.3f}", end="")
    print(flush=True)
    return figures


def grid(program, X, y, splits):
    """Seconds of the published grid: 10 splits x 4 sets of observables x 5 folds, extrapolated from a few trees of each."""
    fold = splits[0][0][np.arange(len(splits[0][0])) % 5 != 0]
    held = splits[0][0][np.arange(len(splits[0][0])) % 5 == 0]
    total = np.zeros(2)
    print(f"\nthe published grid, from one fold of {len(fold)} rows; seconds a tree, engram / scikit-learn")
    for name, columns in SETS.items():
        part = np.ascontiguousarray(X[:, columns])
        driver = Driver(program, part, y, [(fold, held)])
        row = []
        for limit, few in [("sqrt", 8), ("log2", 8), ("all", 2)]:
            mine = ours(driver, 0, 0, n_estimators=25 * few, max_features=limit)
            other = of_scikit_learn(part, y, fold, held, random_state=0, n_estimators=few, max_features=limit)
            a = (mine["fitSeconds"] + mine["predictSeconds"]) / (25 * few)
            b = (other["fitSeconds"] + other["predictSeconds"]) / few
            row.append(f"{limit} {a:.4f} / {b:.3f}")
            # One forest of the largest size gives the smaller ones; scikit-learn's search fits each anew.
            total += np.array([a * max(COUNTS), b * sum(COUNTS)]) * 5 * 10
        driver.close()
        print(f"{name:12s} {part.shape[1]:4d} columns: {'; '.join(row)}", flush=True)
    print(f"whole grid, extrapolated: engram {total[0] / 60:.0f} minutes, scikit-learn {total[1] / 3600:.0f} hours, "
          f"{total[1] / total[0]:.0f}x")
    return {"engram_minutes": total[0] / 60, "sklearn_hours": total[1] / 3600}


def main(program, arguments):
    parser = argparse.ArgumentParser(prog="forest", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="synthetic")
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--all-trees", type=int, default=4)
    parser.add_argument("--all-splits", type=int, default=1)
    parser.add_argument("--grid", action="store_true")
    parser.add_argument("--publish", metavar="NAME")
    options = parser.parse_args(arguments)
    named = {"digits": data.digits, "synthetic": data.synthetic}
    X, y, name = named[options.data]() if options.data in named else data.from_file(options.data)
    splits = data.splits(y)
    print(f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, {os.cpu_count()} processors; {name}")
    if options.grid:
        whole = grid(program, X, y, splits)
        return published.forest_grid(whole) if options.publish else None
    driver = Driver(program, X, y, splits)
    figures = {"train_rows": len(splits[0][0]), "columns": X.shape[1], "splits": options.splits}
    if options.splits:
        figures["some_features"] = compare(
            driver, X, y, splits[:options.splits], name, n_estimators=options.trees, max_features="sqrt")
    if options.all_trees:
        figures["all_features"] = compare(
            driver, X, y, splits[:options.all_splits], name, n_estimators=options.all_trees, max_features="all")
    driver.close()
    if options.publish:
        published.forest(options.publish, figures)
