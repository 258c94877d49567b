"""Keeps the figures of classifiers for the documents, in benchmarks/figures."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "figures"))

import publish


def plain(value):
    """The same with plain numbers of four digits that count."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    return publish.rounded(float(value))


def forest(name, figures):
    """One data set of the forests; those of other names stay."""
    import sklearn

    found = publish.read("forest")
    found.setdefault("sets", {})[name] = publish.made_with(**{"scikit-learn": sklearn.__version__}) | plain(figures)
    publish.write("forest", found)


def forest_grid(figures):
    publish.write("forest", publish.read("forest") | {"grid": plain(figures)})


def linear_svm(solvers, rows, columns):
    import sklearn

    about = publish.made_with(**{"scikit-learn": sklearn.__version__})
    publish.write("linear_svm", about | {"train_rows": rows, "columns": columns, "solvers": plain(solvers)})


def conv1d(torch, rows, networks, training):
    about = publish.made_with(PyTorch=torch)
    publish.write("conv1d", about | {"train_rows": rows, "networks": plain(networks), "training": plain(training)})
