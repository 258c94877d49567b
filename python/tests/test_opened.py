"""A store that was opened: where it is whatever the working directory, and which commit it shows and changes."""

from __future__ import annotations

import os
import pathlib
import pickle

import numpy as np
import pytest

import engram
from engram import _command

AXES = {"layers": ["fc"], "epochs": [0, 1], "statistics": ["m"]}


def appended(path: str | pathlib.Path, *seeds: int) -> None:
    runs = [{"seed": seed, "learning_rule": "ab"[seed % 2]} for seed in seeds]
    engram.append(path, np.arange(2.0 * len(seeds)).reshape(-1, 1, 2, 1), runs=runs, **AXES)


@pytest.fixture
def moved(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> engram.Store:
    """A store that was opened by a relative path, before the working directory changed to one with another store of its name."""
    for folder, seeds in (("here", (1, 2)), ("there", (7, 8, 9))):
        (tmp_path / folder).mkdir()
        appended(tmp_path / folder / "x.engram", *seeds)
    monkeypatch.chdir(tmp_path / "here")
    store = engram.open("x.engram")
    monkeypatch.chdir(tmp_path / "there")
    return store


def test_a_store_stays_the_one_that_was_opened_in_another_working_directory(moved: engram.Store, tmp_path: pathlib.Path) -> None:
    selection = moved.select(statistics="all")
    assert repr(moved) == "<Store x.engram at commit 1: 2 examples>"
    moved.append(np.zeros((1, 1, 2, 1)), runs=[{"seed": 3, "learning_rule": "a"}], **AXES)
    moved.hide("seed = 1")
    moved.splits.make("s", "random", repeats=1, test_fraction=0.5)
    assert len(moved) == 2 and moved.info()["examples"] == 2 and list(moved.splits) == ["s"]
    assert len(moved.at(1)) == 2 and len(pickle.loads(pickle.dumps(moved))) == 2
    assert pickle.loads(pickle.dumps(selection)).metadata("seed")["seed"] == [1, 2]
    assert moved.sql("SELECT seed FROM run ORDER BY 1")["seed"] == [2, 3]
    other = engram.open(tmp_path / "there/x.engram")
    assert other.commit == 1 and len(other) == 3 and os.path.samefile(moved.path, tmp_path / "here/x.engram")


def test_a_recorder_stays_where_it_was_made(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    recorder = engram.Recorder("run.engram", {"a": 1}, statistics=["m"])
    monkeypatch.chdir(tmp_path / "there")
    recorder.record(0, {"fc": {"m": 1.0}})
    recorder.finish()
    assert not (tmp_path / "there/run.engram").exists() and len(engram.open(tmp_path / "here/run.engram")) == 1
    assert repr(recorder) == "<Recorder of run.engram: ended>"


def test_a_relative_path_may_begin_with_any_number_of_points_and_slashes(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    appended("x.engram", 1, 2)
    for path in ("x.engram", "./x.engram", ".//x.engram", "././/./x.engram"):
        assert engram.open(path).path == os.path.join(os.getcwd(), "x.engram") and len(engram.open(path)) == 2
    assert engram.Recorder(".//run.engram", {"a": 1}).path == os.path.join(os.getcwd(), "run.engram")
    assert engram.open(f"/{tmp_path}/x.engram").path == f"/{tmp_path}/x.engram"


def test_what_answers_of_a_commit_after_an_empty_store_says_so(tmp_path: pathlib.Path) -> None:
    store = engram.create(tmp_path / "x.engram")
    assert store.sql("SELECT count(*) FROM run").rows() == [(0,)]
    appended(tmp_path / "x.engram", 1)
    with pytest.warns(engram.EngramWarning, match=r"opened when it was empty, and this is of commit 1; `refresh\(\)`"):
        assert len(store) == 0 and store.sql("SELECT count(*) FROM run").rows() == [(1,)]
    assert len(store.refresh()) == 1 and store.sql("SELECT count(*) FROM run").rows() == [(1,)]


def test_runs_have_numbers_of_rows_at_the_newest_commit(tmp_path: pathlib.Path) -> None:
    appended(tmp_path / "x.engram", 1, 2)
    store = engram.open(tmp_path / "x.engram")
    assert store.sql("SELECT rowid, seed FROM run ORDER BY rowid").rows() == [(1, 1), (2, 2)]
    appended(tmp_path / "x.engram", 3)
    assert store.sql("SELECT seed FROM run ORDER BY 1").rows() == [(1,), (2,)]


def test_a_store_shows_one_commit_in_everything_until_it_is_refreshed(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.engram"
    appended(path, 0, 1, 2, 3)
    store, other = engram.open(path), engram.open(path)
    appended(path, 4, 5)
    other.refresh().edit("seed = 1", {"seed": 100}, reason="a test")
    assert store.select(statistics="all").metadata("seed")["seed"] == [0, 1, 2, 3]
    assert store.sql("SELECT seed FROM run ORDER BY run_id")["seed"] == [0, 1, 2, 3]
    assert store.info()["examples"] == 4 and len(store) == 4
    made = store.splits.make("s", "k-fold", folds=2)
    assert made.commit == 1 and sum(len(one.test) for one in made) == 4
    positions = [len(test) for _, test in made.cv(store.select(statistics="all")).split()]
    assert positions == [2, 2]
    store.refresh()
    assert store.sql("SELECT count(*) FROM example").rows() == [(6,)] and store.info()["examples"] == 6


def test_a_store_that_was_pickled_when_it_was_empty_says_that_it_is_not(tmp_path: pathlib.Path) -> None:
    store = engram.create(tmp_path / "x.engram")
    pickled = pickle.dumps(store)
    assert pickle.loads(pickled).commit == 0
    engram.append(store.path, np.zeros((1, 1, 1, 1)), runs=[{"seed": 1}], layers=["fc"], epochs=[0], statistics=["m"])
    with pytest.warns(engram.EngramWarning, match="pickled when it was empty, and is opened at commit 1"):
        assert len(pickle.loads(pickled)) == 1


def test_a_store_of_an_earlier_commit_changes_no_runs_that_it_does_not_show(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.engram"
    appended(path, 1)
    newest = engram.open(path, commit=1)
    newest.edit("seed = 1", {"learning_rule": "z"}, reason="it is the newest")
    appended(path, 3)
    for change in (
        lambda store: store.edit("seed = 3", {"learning_rule": "q"}, reason="r"), lambda store: store.hide("seed = 3"),
        lambda store: store.rename_field("seed", "number"),
    ):
        with pytest.raises(engram.UsageError, match=r"earlier commit.*expected 3, found 1"):
            change(engram.open(path, commit=1))
    store = engram.open(path)
    assert store.commit == 3 and store.sql("SELECT seed, learning_rule FROM run").rows() == [(1, "z"), (3, "b")]
    newest.refresh().edit("seed = 3", {"learning_rule": "q"}, reason="shown now")


def test_a_classifier_says_its_notes_and_warnings(store: engram.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = b'{"result": 1, "notes": ["epochs 5 are left out"], "warnings": ["the sides share runs"]}'
    monkeypatch.setattr(_command._engram, "command", lambda *line: (answer, "note: epochs 5 are left out\n"))
    with pytest.warns(engram.EngramWarning) as told:
        assert store.classify("fig2a")["result"] == 1
    assert [str(one.message) for one in told] == ["epochs 5 are left out", "the sides share runs"]
    assert told[0].filename == __file__


def test_labels_that_do_not_come_are_no_class(shared: engram.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from engram import _store

    monkeypatch.setattr(_store._engram, "labels", lambda snapshot, examples, column, codes: codes.__setitem__(slice(5), 0) or ["a"])
    with pytest.raises(engram.NotFoundError, match="no more"):
        shared.select().labels("learning_rule")
