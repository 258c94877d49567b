"""Split sets: made, named, loaded and pickled."""

from __future__ import annotations

import pathlib
import pickle

import numpy as np
import pytest

import engram


def test_a_split_is_loaded_from_one_reading(shared: engram.Store) -> None:
    splits = shared.splits["fig2a"]
    assert len(splits) == 2 and list(shared.splits) == ["fig2a"] and "fig2a" in shared.splits
    split = splits[0]
    data = split.load(view="zscore+positions", dtype="float64")
    assert data.X_train.shape[0] == len(split.train) == len(data.y_train) == 1224
    assert not set(split.train) & set(split.test)
    whole = shared.select(examples=np.union1d(split.train, split.test)).to_numpy(dtype="float64")
    ids = np.union1d(split.train, split.test)
    train = whole[np.searchsorted(ids, split.train)]
    scale = train.std(axis=0)
    np.testing.assert_allclose(data.X_train[:, 3:], (train - train.mean(axis=0)) / np.where(scale == 0, 1, scale), atol=1e-6)
    out = (np.empty_like(data.X_train), np.empty_like(data.X_test))
    assert split.load(view="zscore+positions", out=out).X_train is out[0]
    np.testing.assert_array_equal(out[1], data.X_test)
    with pytest.raises(ValueError, match="share"):
        memory = np.empty((2000, data.X_train.shape[1]))
        split.load(view="zscore+positions", out=(memory[: len(split.train)], memory[: len(split.test)]))
    with pytest.raises(KeyError):
        splits["nothing"]
    with pytest.raises(IndexError):
        splits[2]
    with pytest.raises(LookupError, match="fig2"):
        shared.splits["fig2"]


def test_a_text_names_a_split_and_a_number_counts_splits(store: engram.Store, tmp_path: pathlib.Path) -> None:
    rows = "".join(f"{example},{'test' if example == fold else 'train'},{fold}\n" for fold in (1, 2, 3) for example in range(5))
    (tmp_path / "folds.csv").write_text("example_id,side,split\n" + rows)
    store._command(["split", "explicit"], str(tmp_path / "folds.csv"), name="folds")
    folds = store.splits["folds"]
    assert [folds["1"].index, folds[1].name, folds["3"].index] == [0, "2", 2]
    # What an audit says of a number is of that split, whatever the others are called.
    assert folds.audit(1, skip_values=True)[0]["split"] == folds.audit("2", skip_values=True)[0]["split"] == "2"
    names = ["x=a", "y=a"]
    made = store.splits.create("twice", {
        "version": 1, "kind": "explicit", "splits": [{"name": name, "train": [0], "test": [1]} for name in names]})
    assert made["x=a"].index == 0
    with pytest.raises(KeyError, match="several splits"):
        made["a"]


def test_splits_are_made_and_made_again(store: engram.Store) -> None:
    made = store.splits.make("animal", "holdout", by=["architecture"])
    assert made["knet"].name == "architecture=knet" and made[-1].index == len(made) - 1
    again = store.splits.create("again", made.specification)
    assert again.sha256 == made.sha256 and [one.name for one in again[:2]] == made.names[:2]
    assert pickle.loads(pickle.dumps(made)).names == made.names
    assert any(line["check"] == "run" for line in _findings(made.audit(0)))
    with pytest.raises(IndexError, match="there is no split 99"):
        made.audit(99)
    store.splits.remove("again")
    assert sorted(store.splits) == ["animal", "fig2a"]


def _findings(audit: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    stack = [audit]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            if "check" in one:
                found.append(one)
            stack += list(one.values())
        elif isinstance(one, list):
            stack += one
    return found


def test_a_pickled_split_set_is_that_one_or_none(store: engram.Store) -> None:
    made = store.splits.make("runs", "group-k-fold", folds=4, seed=0)
    pickled = pickle.dumps(made)
    store.splits.remove("runs")
    with pytest.raises(engram.NotFoundError):
        pickle.loads(pickled)
    other = store.splits.make("runs", "group-k-fold", folds=4, seed=1)
    assert other.sha256 != made.sha256
    with pytest.raises(engram.NotFoundError, match=f"{made.sha256}.*{other.sha256}"):
        pickle.loads(pickled)
    store.splits.remove("runs")
    store.splits.make("runs", "group-k-fold", folds=4, seed=0)
    assert pickle.loads(pickled).sha256 == made.sha256


def test_a_split_is_of_the_recorded_type(tmp_path: pathlib.Path) -> None:
    values = np.random.RandomState(0).randn(4, 2, 3, 1) * 1e299
    engram.append(
        tmp_path / "wide.engram", values, epochs=[0, 1, 2], statistics=["s"], layers=["a", "b"],
        runs=[{"learning_rule": rule, "seed": seed} for rule in ("adam", "sgdm") for seed in (0, 1)])
    store = engram.open(tmp_path / "wide.engram")
    split = store.splits.make("half", "balanced", repeats=1, test_fraction=0.5)[0]
    loaded = split.load(statistics="all")
    assert loaded.X_train.dtype == np.float64 and np.isfinite(loaded.X_train).all()
    assert split.load(statistics="all", dtype=np.float32).X_train.dtype == np.float32
    assert store.splits.get("none") is None and store.splits.get("half") is not None


def test_what_a_z_score_by_the_train_side_makes_infinite_in_float32_is_said(tmp_path: pathlib.Path) -> None:
    # The train side does not vary, so that what differs from it is divided by 1e-5: 1e35 becomes 1e40.
    values = np.array([0.0, 0.0, 1e35]).reshape(3, 1, 1, 1)
    engram.append(
        tmp_path / "x.engram", values, runs=[{"rule": "a", "side": side} for side in (0, 0, 1)], layers=["fc"], epochs=[0], statistics=["m"])
    store = engram.open(tmp_path / "x.engram")
    split = store.splits.make("s", "random", label="rule", train_where="side = 0", test_where="side = 1", repeats=1, test_count=1, train_count=2)[0]
    with pytest.warns(engram.EngramWarning, match=r"1 values are beyond float32 .* such as 1e\+40"):
        assert split.load(dtype="float32", statistics="all", view="zscore").X_test.tolist() == [[np.inf]]
