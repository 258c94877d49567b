"""Classifiers as scikit-learn wants them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import engram

pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.datasets import make_classification  # noqa: E402
from sklearn.ensemble import RandomForestClassifier  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.svm import LinearSVC  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "estimator", [engram.RandomForest(n_estimators=5), engram.LinearSVM(), engram.Conv1D(max_epochs=20)], ids=lambda one: one._kind)
def test_scikit_learn_accepts_the_estimator(estimator: object) -> None:
    check_estimator(estimator)


def data(classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    x, y = make_classification(600, 20, n_informative=8, n_classes=classes, random_state=3)
    return x, np.array(["adam", "feedback", "sgdm"])[y]


def test_a_forest_is_as_accurate_as_scikit_learns() -> None:
    x, y = data()
    ours = cross_val_score(engram.RandomForest(random_state=0), x, y, cv=4).mean()
    theirs = cross_val_score(RandomForestClassifier(random_state=0), x, y, cv=4).mean()
    assert ours > theirs - 0.03


def test_a_forest_is_the_same_for_any_memory_and_threads() -> None:
    x, y = data()
    x = x.astype(np.float32)
    wide = np.zeros((600, 40), np.float32)
    wide[:, ::2] = x
    forests = [
        engram.RandomForest(random_state=7, n_jobs=jobs).fit(array, y)
        for jobs, array in ((1, x), (2, np.asfortranarray(x)), (None, wide[:, ::2]), (1, x.astype(np.float64)))
    ]
    known = forests[0].predict_proba(x)
    for forest in forests[1:]:
        np.testing.assert_array_equal(forest.predict_proba(x), known)
    assert abs(forests[0].feature_importances_.sum() - 1) < 1e-6 and 0.5 < forests[0].oob_score_ <= 1
    again = pickle.loads(pickle.dumps(forests[0]))
    np.testing.assert_array_equal(again.predict_proba(x), known)
    np.testing.assert_array_equal(again.feature_importances_, forests[0].feature_importances_)


def test_a_linear_machine_has_the_weights_of_scikit_learns() -> None:
    for classes in (2, 3):
        x, y = data(classes)
        ours = engram.LinearSVM(C=0.5, tol=1e-8).fit(x, y)
        theirs = LinearSVC(C=0.5, tol=1e-8, max_iter=100_000, dual=True).fit(x, y)
        np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=2e-3)
        np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=2e-3)
        np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), atol=2e-2)
        scaled = engram.LinearSVM(standardize=True).fit(x * 1000 + 5, y)
        np.testing.assert_allclose(
            (x * 1000 + 5) @ scaled.coef_.T + scaled.intercept_, np.atleast_2d(scaled.decision_function(x * 1000 + 5).T).T, atol=1e-6)


def test_a_network_learns_trajectories() -> None:
    random = np.random.default_rng(0)
    time = np.linspace(0, 6, 12)
    y = random.integers(0, 2, 300)
    x = np.stack([np.sin(time[None] * (1 + y[:, None])), np.cos(time)[None] * np.ones((300, 1))], axis=1)
    x += 0.1 * random.normal(size=x.shape)
    network = engram.Conv1D(2, max_epochs=30, batch_size=50, random_state=0).fit(x.reshape(300, -1), y)
    assert network.score(x.reshape(300, -1), y) > 0.95
    with pytest.raises(ValueError, match="trajectories"):
        engram.Conv1D(7).fit(x.reshape(300, -1), y)


def test_the_estimators_drop_into_searches_and_pipelines(shared: engram.Store) -> None:
    selection = shared.select(epochs="0:100:50")
    y = selection.labels("learning_rule", encoded=False)
    x = selection.to_numpy(order="F")
    cv = shared.splits["fig2a"].cv(selection)
    search = GridSearchCV(engram.RandomForest(n_estimators=5, random_state=0), {"max_features": ["sqrt", 0.2]}, cv=cv, n_jobs=2)
    search.fit(x, y)
    assert search.best_score_ > 0.5 and cv.get_n_splits() == 2 and "fig2a" in repr(cv)
    scores = cross_val_score(make_pipeline(StandardScaler(), engram.LinearSVM()), x, y, cv=cv)
    assert scores.min() > 0.5
    assert clone(engram.RandomForest(n_estimators=3)).n_estimators == 3
    with pytest.raises(ValueError, match="rows"):
        next(cv.split(x[:-1]))
    with pytest.raises(ValueError, match="lacks"):
        next(shared.splits["fig2a"].cv(shared.select("architecture = 'knet'")).split())
    with pytest.raises(engram.UsageError, match="cv\\(selection\\)"):
        cross_val_score(engram.RandomForest(n_estimators=3), x, y, cv=shared.splits["fig2a"])


@pytest.mark.parametrize(("labels", "seed", "what"), [
    (["a"] * 600, 0, "only one class, 'a'"), (["a", "b"], 0, "inconsistent numbers of samples"), ([["a", "b"]] * 600, 0, "1d array"),
    (["a", "b"] * 300, -1, "random_state"),
])
def test_errors_are_those_of_scikit_learn(labels: list[str], seed: int, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        engram.RandomForest(2, random_state=seed).fit(data()[0], labels)


def test_a_search_by_stored_splits_uses_their_examples(shared: engram.Store) -> None:
    selection = shared.select(statistics="weightabs_mean", epochs=0)
    (train, test), _ = shared.splits["fig2a"].cv(selection).split()
    split = shared.splits["fig2a"][0]
    np.testing.assert_array_equal(selection.ids[train], split.train)
    np.testing.assert_array_equal(selection.ids[test], split.test)


@pytest.mark.parametrize("parameters", [{"n_estimators": 0}, {"max_features": -1}, {"bins": 1}, {"class_weight": {"none": 2}}])
def test_a_parameter_that_cannot_be_is_refused(parameters: dict[str, object]) -> None:
    x, y = data()
    with pytest.raises(ValueError):
        engram.RandomForest(**parameters).fit(x, y)


@pytest.mark.parametrize("bins", [255, "exact"])
@pytest.mark.parametrize("rows", [200, 3000])
def test_a_leaf_has_its_least_part_of_the_weight(rows: int, bins: int | str) -> None:
    x, y = make_classification(rows, 10, n_informative=6, n_classes=3, random_state=1)
    for fraction, leaves in ((0.5, 2), (0.2, 5), (0.05, 20)):
        forest = engram.RandomForest(20, min_weight_fraction_leaf=fraction, bins=bins, random_state=0).fit(x, y)
        assert 20 < forest.summary_["nodes"] <= 20 * (2 * leaves - 1)
    whole = engram.RandomForest(20, bins=bins, random_state=0).fit(x, y)
    same = engram.RandomForest(20, bins=bins, random_state=0, min_weight_fraction_leaf=1e-12).fit(x, y)
    np.testing.assert_array_equal(whole.predict_proba(x), same.predict_proba(x))
    with pytest.raises(ValueError, match="0.5"):
        engram.RandomForest(min_weight_fraction_leaf=0.6).fit(x, y)


def test_numbers_of_numpy_are_numbers() -> None:
    x, y = data()
    search = GridSearchCV(engram.RandomForest(5, random_state=np.int64(0)), {"max_depth": np.arange(1, 4)}, cv=2, error_score="raise").fit(x, y)
    assert search.best_params_["max_depth"] in (1, 2, 3)
    engram.RandomForest(np.int32(5), max_features=np.float32(0.5), min_samples_leaf=np.int64(2), bootstrap=np.bool_(True)).fit(x, y)
    engram.LinearSVM(np.float32(1), n_components=np.int64(2)).fit(x, y)


@pytest.mark.parametrize(("estimator", "name"), [
    (engram.RandomForest(10.7), "n_estimators"), (engram.RandomForest("10"), "n_estimators"),  # type: ignore[arg-type]
    (engram.RandomForest(bootstrap="False"), "bootstrap"), (engram.RandomForest(max_depth=float("nan")), "max_depth"),  # type: ignore[arg-type]
    (engram.RandomForest(random_state=1 << 64), "random_state"), (engram.RandomForest(class_weight="balancd"), "class_weight"),
    (engram.RandomForest(class_weight={"adam": float("inf")}), "class_weight"), (engram.RandomForest(max_features=float("inf")), "max_features"),
    (engram.LinearSVM(C=float("nan")), "C"), (engram.LinearSVM(max_iter=1.9), "max_iter"),  # type: ignore[arg-type]
    (engram.Conv1D(kernel_size=1.9), "kernel_size"), (engram.Conv1D(standardize=None), "standardize"),  # type: ignore[arg-type]
])
def test_a_parameter_of_another_kind_is_refused_by_name(estimator: engram.RandomForest, name: str) -> None:
    x, y = data()
    with pytest.raises(ValueError, match=f"^{name}"):
        estimator.fit(x, y)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "estimator", [engram.RandomForest(5, random_state=0), engram.LinearSVM(random_state=0), engram.Conv1D(max_epochs=5, random_state=0)],
    ids=lambda one: one._kind)
def test_what_was_learned_stays_where_a_second_fit_fails(estimator: engram.RandomForest, monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = data()
    model = clone(estimator).fit(x, y)
    known, state = model.predict(x), dict(model.__dict__)
    others = np.where(y == "adam", "b", "a")

    def stopped(*arguments: object) -> object:
        raise KeyboardInterrupt

    for wrong, labels in ((x[:, :5], y[:5]), (x[:, :5], ["a"] * 600), (np.full((600, 5), np.nan), others)):
        with pytest.raises(ValueError):
            model.fit(wrong, labels)
    monkeypatch.setattr(engram._engram, "model_fit", stopped)
    with pytest.raises(KeyboardInterrupt):
        model.fit(x[:, :5], others)
    assert model.__dict__ == state and model.n_features_in_ == 20
    np.testing.assert_array_equal(model.predict(x), known)
    monkeypatch.undo()
    assert set(model.fit(x[:, :8], others).predict(x[:, :8])) <= {"a", "b"} and model.n_features_in_ == 8


def test_numbers_of_threads_and_trajectories_are_checked() -> None:
    x, y = data()
    for jobs in (10**12, 1.5, "2"):
        with pytest.raises(engram.UsageError, match="n_jobs"):
            engram.RandomForest(5, n_jobs=jobs).fit(x, y)
    for options in ({"n_statistics": 0}, {"n_statistics": -1}, {"n_positions": -1}):
        with pytest.raises(engram.UsageError, match="at least"):
            engram.Conv1D(**options).fit(x, y)
