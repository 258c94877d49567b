"""Classifiers for scikit-learn that learn in the library: random forests, linear support vector machines, a network over time."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from . import _engram, _errors
from ._estimator import _Estimator, flag, real, whole, whole_or_none


class RandomForest(_Estimator):
    """A random forest, with parameters and defaults of scikit-learn's ``RandomForestClassifier``, and many times as fast.

    Columns are put into at most 255 bins first, unless ``bins="exact"``; leaf limits are whole numbers and count draws of the
    bootstrap. Cuts are by Gini's impurity; there are no weights of single examples (``sample_weight``), no pruning, and each tree draws as many rows as there are.

    Parameters
    ----------
    n_estimators : int
        The number of trees.
    max_features : {'sqrt', 'log2', 'all'}, int, float or None
        How many columns each cut looks at; None and ``'all'`` are all.
    max_depth, max_leaf_nodes : int or None
        Limits of each tree.
    min_samples_split, min_samples_leaf : int
        The fewest draws of a node that is cut, and of a leaf.
    min_weight_fraction_leaf : float
        The least part of the weight of all draws that a leaf has, 0 to 0.5.
    bootstrap : bool
        Whether each tree has a sample of its own.
    class_weight : None, 'balanced' or mapping
        How much the rows of each class count.
    bins : int or 'exact'
        How the values of a column are told apart.
    random_state : int, RandomState or None
        The same number gives the same forest on any number of threads.
    n_jobs : int or None
        How many threads; None and -1 are one a core.

    Attributes
    ----------
    classes_ : numpy.ndarray
    feature_importances_ : numpy.ndarray, shape (columns,)
        The mean decrease of impurity.
    oob_score_ : float
        The accuracy on the rows that trees did not see; only with `bootstrap`.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> forest = engram.RandomForest(n_estimators=50, random_state=0).fit(X, y)
    >>> bool(forest.score(X, y) > 0.95)
    True
    """

    _kind = "random-forest"
    _order = "F"

    def __init__(
        self, n_estimators: int = 100, *, max_features: Any = "sqrt", max_depth: int | None = None, min_samples_split: int = 2,
        min_samples_leaf: int = 1, min_weight_fraction_leaf: float = 0.0, max_leaf_nodes: int | None = None, bootstrap: bool = True,
        class_weight: Any = None, bins: int | str = 255, random_state: Any = None, n_jobs: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_features = max_features
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.max_leaf_nodes = max_leaf_nodes
        self.bootstrap = bootstrap
        self.class_weight = class_weight
        self.bins = bins
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _parameters(self, shape: tuple[int, int], class_weight: Any) -> dict[str, Any]:
        features = "all" if self.max_features is None else self.max_features
        if isinstance(features, numbers.Integral) and not isinstance(features, bool):
            features = min(int(features), shape[1])
        elif not isinstance(features, str):
            features = real("max_features", features)
        return {
            "n_estimators": whole("n_estimators", self.n_estimators), "max_features": features,
            "max_depth": whole_or_none("max_depth", self.max_depth),
            "min_samples_split": whole("min_samples_split", self.min_samples_split),
            "min_samples_leaf": whole("min_samples_leaf", self.min_samples_leaf),
            "min_weight_fraction_leaf": real("min_weight_fraction_leaf", self.min_weight_fraction_leaf),
            "max_leaf_nodes": whole_or_none("max_leaf_nodes", self.max_leaf_nodes), "bootstrap": flag("bootstrap", self.bootstrap),
            "class_weight": class_weight, "bins": self.bins if isinstance(self.bins, str) else whole("bins", self.bins),
        }

    @property
    def feature_importances_(self) -> npt.NDArray[np.float64]:
        """How important each column is: its mean share of the decrease of impurity."""
        return self._numbers("importances")

    @property
    def oob_score_(self) -> float:
        """The accuracy on the rows that trees did not see."""
        check_is_fitted(self)
        try:
            return float(self.summary_["out_of_bag_accuracy"])
        except KeyError:
            raise AttributeError("there is no oob_score_ without a bootstrap, where every tree saw every row, or of a model from a file") from None


class LinearSVM(_Estimator):
    """A linear support vector machine with squared hinge loss, one class against the rest, as scikit-learn's ``LinearSVC``.

    Rows and classes all count the same: there is neither ``class_weight`` nor ``sample_weight``.

    Parameters
    ----------
    C : float
        How much errors weigh against the size of the weights.
    tol : float
        When the solver stops.
    max_iter : int
        The most iterations.
    solver : {'newton', 'dual-coordinate-descent', 'liblinear'}
        How it is solved; see ``schema/classifier-grid.schema.json``.
    n_components : int or None
        The number of principal components that take the place of the columns.
    standardize : bool
        Whether columns are z-scored by the training rows, inside of the model.
    random_state, n_jobs
        As of :class:`RandomForest`.

    Attributes
    ----------
    classes_ : numpy.ndarray
    coef_ : numpy.ndarray, shape (classes or 1, columns)
        The weights of the columns as they are given.
    intercept_ : numpy.ndarray, shape (classes or 1,)
    n_iter_ : int
        The most iterations of a class.
    """

    _kind = "linear-svm"

    def __init__(
        self, C: float = 1.0, *, tol: float = 1e-4, max_iter: int = 1000, solver: str = "newton", n_components: int | None = None,
        standardize: bool = False, random_state: Any = None, n_jobs: int | None = None,
    ) -> None:
        self.C = C
        self.tol = tol
        self.max_iter = max_iter
        self.solver = solver
        self.n_components = n_components
        self.standardize = standardize
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _parameters(self, shape: tuple[int, int], class_weight: Any) -> dict[str, Any]:
        return {
            "C": real("C", self.C), "tol": real("tol", self.tol), "max_iter": whole("max_iter", self.max_iter), "solver": self.solver,
            "n_components": whole_or_none("n_components", self.n_components), "standardize": flag("standardize", self.standardize),
        }

    def fit(self, X: Any, y: Any) -> Any:
        """Learn from rows of a matrix; as :meth:`RandomForest.fit`.

        Warns
        -----
        ConvergenceWarning
            When a class did not converge.
        """
        super().fit(X, y)
        if not self.summary_.get("converged", True):
            import warnings

            warnings.warn("the solver did not converge; raise max_iter or tol", ConvergenceWarning, stacklevel=2)
        return self

    def _take(self, model: object) -> None:
        super()._take(model)
        self.n_iter_ = max([1, *(int(problem.get("iterations", 1)) for problem in self.summary_.get("problems", []))])

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """The decision value of each class for each row; one value a row for two classes.

        Returns
        -------
        numpy.ndarray, shape (examples,) or (examples, classes)
        """
        found = self._ask(X, _engram.model_decisions, np.float64, self._class_count())
        return found[:, 1] if found.shape[1] == 2 else found

    def _weights(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        intercepts = self._numbers("intercepts")
        weights = self._numbers("weights").reshape(len(intercepts), -1) / self._numbers("scales")
        shifted = intercepts - weights @ self._numbers("means")
        return (weights[1:], shifted[1:]) if len(shifted) == 2 else (weights, shifted)

    @property
    def coef_(self) -> npt.NDArray[np.float64]:
        """The weights of the columns as they are given."""
        return self._weights()[0]

    @property
    def intercept_(self) -> npt.NDArray[np.float64]:
        """The intercepts that belong to :attr:`coef_`."""
        return self._weights()[1]


class Conv1D(_Estimator):
    """A network with one convolution over time, the Conv1D classifier of the paper.

    Rows and classes all count the same: there is neither ``class_weight`` nor ``sample_weight``.

    Parameters
    ----------
    n_statistics : int or None
        How many trajectories a row holds, one after the other; the rest of the columns in front are positions. None takes a row
        as one trajectory.
    n_positions : int
        Columns in front that are no trajectory, 3 with layer positions.
    kernel_size : int
        Samples that a filter looks at together; at most as many as a trajectory has.
    stride, n_filters : int
        From one place of a filter to the next, and how many filters.
    pooling : {'none', 'max', 'avg'}
        What becomes of a filter's answers.
    learning_rate, weight_decay : float
        Of Adam, and of the weights.
    batch_size : int
        Examples of a minibatch; at most as many as there are rows.
    max_epochs : int
        How often all rows are gone through.
    standardize : bool
        Whether columns are z-scored by the training rows, inside of the model.
    random_state, n_jobs
        As of :class:`RandomForest`.
    """

    _kind = "conv1d"

    def __init__(
        self, n_statistics: int | None = None, *, n_positions: int = 0, kernel_size: int = 6, stride: int = 1, n_filters: int = 40,
        pooling: str = "none", learning_rate: float = 1e-3, batch_size: int = 512, weight_decay: float = 1e-4,
        max_epochs: int = 400, standardize: bool = True, random_state: Any = None, n_jobs: int | None = None,
    ) -> None:
        self.n_statistics = n_statistics
        self.n_positions = n_positions
        self.kernel_size = kernel_size
        self.stride = stride
        self.n_filters = n_filters
        self.pooling = pooling
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.weight_decay = weight_decay
        self.max_epochs = max_epochs
        self.standardize = standardize
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _layout(self, columns: int) -> tuple[int, int, int]:
        statistics = 1 if self.n_statistics is None else whole("n_statistics", self.n_statistics)
        positions = whole("n_positions", self.n_positions)
        for name, value, least in (("n_statistics", statistics, 1), ("n_positions", positions, 0)):
            if value < least:
                raise _errors.UsageError(
                    "a row has at least one trajectory, and no fewer than 0 positions", place=name, expected=f"at least {least}", found=str(value))
        values = columns - positions
        if values <= 0 or values % statistics:
            raise _errors.UsageError(
                "the columns are no whole trajectories", place="n_statistics",
                expected=f"{positions} positions, then a multiple of {statistics} columns", found=f"{columns} columns",
                mend="`n_statistics=len(selection.statistics)`")
        return positions, statistics, values // statistics

    def _parameters(self, shape: tuple[int, int], class_weight: Any) -> dict[str, Any]:
        samples = self._layout(shape[1])[2]
        return {
            "ksize": min(whole("kernel_size", self.kernel_size), samples), "stride": whole("stride", self.stride),
            "num_filters": whole("n_filters", self.n_filters), "pool_type": self.pooling,
            "init_lr": real("learning_rate", self.learning_rate),
            "train_batch_size": min(whole("batch_size", self.batch_size), shape[0]),
            "weight_decay": real("weight_decay", self.weight_decay), "max_epochs": whole("max_epochs", self.max_epochs),
            "zscore_data": flag("standardize", self.standardize),
        }
