"""What classifiers for scikit-learn have in common: matrices in, classes out, a model of the library in between."""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_consistent_length, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from . import _engram
from ._command import thread_count


def whole(name: str, value: Any) -> int:
    """A parameter that is a whole number; NumPy's are taken too."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    raise ValueError(f"{name} is a whole number, and it is {value!r}")


def whole_or_none(name: str, value: Any) -> int | None:
    """A parameter that is a whole number or None."""
    return None if value is None else whole(name, value)


def real(name: str, value: Any) -> float:
    """A parameter that is a finite number."""
    if isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise ValueError(f"{name} is a finite number, and it is {value!r}")


def flag(name: str, value: Any) -> bool:
    """A parameter that is True or False."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise ValueError(f"{name} is True or False, and it is {value!r}")


class _Estimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc,unused-ignore]
    """What the three have in common: matrices in, classes out, a model of the library in between."""

    _kind = ""
    _order: Literal["C", "F"] = "C"

    def _parameters(self, shape: tuple[int, int], class_weight: Any) -> dict[str, Any]:
        """The parameters by the names of the library."""
        raise NotImplementedError

    def _layout(self, columns: int) -> tuple[int, int, int]:
        return 0, 0, 0

    def _threads(self) -> int:
        jobs = getattr(self, "n_jobs", None)
        return 0 if jobs is None else max(0, thread_count(jobs, "n_jobs"))

    def _matrix(self, X: Any, *, reset: bool) -> npt.NDArray[Any]:
        array: Any = validate_data(self, X, reset=reset, dtype=(np.float64, np.float32), ensure_min_samples=2 if reset else 1)
        # Without gaps in either order a matrix is read where it is.
        is_whole = array.flags.c_contiguous or array.flags.f_contiguous
        return array if is_whole else np.array(array, order=self._order)

    def _seed(self) -> int:
        state = getattr(self, "random_state", None)
        if isinstance(state, (int, np.integer)):
            if not 0 <= state < 1 << 64:
                raise ValueError(f"random_state is at least 0 and below 2^64, and it is {state}")
            return int(state)
        return int(check_random_state(state).randint(np.iinfo(np.int32).max))

    def fit(self, X: Any, y: Any) -> Any:
        """Learn from rows of a matrix. Every row counts the same: there is no ``sample_weight``.

        What was learned before stays until all is learned, whatever fails or is interrupted.

        Parameters
        ----------
        X : array, shape (examples, columns)
            float32 and float64 are read where they are, row by row or column by column.
        y : array, shape (examples,)
            The classes.

        Returns
        -------
        self
        """
        fitted = object.__new__(type(self))
        fitted.__dict__.update(self.__dict__)
        fitted._learn(X, y)
        self.__dict__ = fitted.__dict__
        return self

    def _learn(self, X: Any, y: Any) -> None:
        """Learns in this object, whatever becomes of it."""
        array = self._matrix(X, reset=True)
        if y is None:
            raise ValueError("This estimator requires y to be passed, but the target y is None")
        labels = column_or_1d(y, warn=True)
        check_consistent_length(array, labels)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"there is only one class, {self.classes_.tolist()[0]!r}; a classifier needs at least 2 classes")
        codes32: npt.NDArray[np.int32] = np.ascontiguousarray(codes, np.int32)
        parameters = self._parameters(array.shape, self._class_weights(codes32))
        model = _engram.model_fit(
            self._kind, json.dumps(parameters), array, codes32, len(self.classes_), self._layout(array.shape[1]), self._seed(),
            self._threads(), None)
        self._take(model)

    def _class_weights(self, codes: npt.NDArray[np.int32]) -> Any:
        weights = getattr(self, "class_weight", None)
        if weights is None or (isinstance(weights, str) and weights == "balanced"):
            return weights
        if not isinstance(weights, Mapping):
            raise ValueError(f"class_weight is None, 'balanced' or a mapping of classes, and it is {weights!r}")
        unknown = [key for key in weights if key not in self.classes_.tolist()]
        if unknown:
            raise ValueError(f"class_weight has {unknown[0]!r}, which is no class")
        return [real(f"class_weight[{one!r}]", weights.get(one, 1.0)) for one in self.classes_.tolist()]

    def _take(self, model: object) -> None:
        self._model = model
        self.summary_: dict[str, Any] = json.loads(_engram.model_info(model)[3])

    def _ask(self, X: Any, ask: Any, dtype: npt.DTypeLike, per_row: int) -> npt.NDArray[Any]:
        check_is_fitted(self)
        array = self._matrix(X, reset=False)
        out = np.empty((array.shape[0], per_row), dtype)
        ask(self._model, array, out, self._threads())
        return out

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The most likely class of each row.

        Returns
        -------
        numpy.ndarray, shape (examples,)
        """
        codes = self._ask(X, _engram.model_predict, np.int32, 1)
        return self.classes_[codes[:, 0]]  # type: ignore[no-any-return]

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """The probability of each class for each row.

        Returns
        -------
        numpy.ndarray, shape (examples, classes)
        """
        found = self._ask(X, _engram.model_probabilities, np.float32, self._class_count()).astype(np.float64)
        return found / found.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]

    def _class_count(self) -> int:
        check_is_fitted(self)
        return len(self.classes_)

    def predict_log_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """The logarithms of :meth:`predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def _numbers(self, name: str) -> npt.NDArray[np.float64]:
        check_is_fitted(self)
        return np.frombuffer(_engram.model_numbers(self._model, name), np.float64).copy()

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    # A model is a handle; what pickles is the bytes of its file.

    def __getstate__(self) -> dict[str, Any]:
        before: Any = super().__getstate__()
        state: dict[str, Any] = dict(before)
        if "_model" in state:
            state["_model"] = bytes(_engram.model_save(state["_model"]))
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if isinstance(state.get("_model"), bytes):
            state = {**state, "_model": _engram.model_load(state["_model"])}
        super().__setstate__(state)
