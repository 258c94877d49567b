"""Arguments that are wrong: filters, values, numbers and paths are checked before anything is done."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engram


def test_a_wrong_argument_is_named(store: engram.Store) -> None:
    """What is wrong is an error of the package that names the argument, never one of the extension or of a command line."""
    for wrong, word in [
        (lambda: store.select(5), "where"), (lambda: store.select(statistics=[5]), "statistics"), (lambda: store.select(statistics=None), "statistics"),
        (lambda: store.select(epochs=[None]), "epochs"), (lambda: store.select(epochs=np.array("x")), "epochs"), (lambda: store.sql(None), "query"), (lambda: store.select().labels(None), "column"),
        (lambda: store.select().to_numpy(dtype="nope"), "dtype"), (lambda: store.select().to_numpy(threads=-1), "threads"),
        (lambda: store.select(examples=np.ma.array([1, 2], mask=[0, 1])), "masked"),
        (lambda: store.select(examples=np.array([2**63 + 5], np.uint64)), str(2**63 + 5)),
        (lambda: store.splits.make("g", "group-k-fold", foldz=3), "did you mean folds=?"),
    ]:
        with pytest.raises(engram.UsageError) as caught:
            wrong()
        assert word in str(caught.value) and "--" not in str(caught.value), str(caught.value)
    assert store.select(examples={2, 1}).ids.tolist() == store.select(examples=np.array([2, 1], object)).ids.tolist() == [1, 2]
    assert store.select(epochs=np.array(5)).epochs == [5.0]
    assert len(engram.open(os.fsencode(store.path))) == len(store)
    assert "no examples" in store.select("1 = 0")._repr_html_()


@pytest.mark.parametrize("name", ["m\0x", "m\ud800", 5])
def test_a_name_of_a_statistic_is_a_whole_text(tmp_path: pathlib.Path, name: Any) -> None:
    with pytest.raises(engram.UsageError, match="in statistics"):
        engram.append(tmp_path / "x.engram", np.zeros((1, 1, 1, 1)), runs=[{"a": 1}], layers=["fc"], epochs=[0], statistics=[name])
    assert not (tmp_path / "x.engram").exists()


def test_what_cannot_be_asked_is_refused(shared: engram.Store) -> None:
    with pytest.raises(engram.UsageError, match="no such layout"):
        shared.select().to_pandas("widee")  # type: ignore[arg-type]
    with pytest.raises(engram.UsageError, match="number from 1"):
        shared.at(0)
    with pytest.raises(engram.UsageError, match="no parameter is given"):
        shared.classify("fig2a", parameters={})
    with pytest.raises(engram.UsageError, match="name of a split set"):
        shared.classify(shared.splits["fig2a"])  # type: ignore[arg-type]
    with pytest.raises(engram.UsageError, match="name or the path"):
        shared.classify("fig2a", grid={"n_estimators": [5]})  # type: ignore[arg-type]
    with pytest.raises(engram.UsageError, match="seed"):
        engram.Meter(seed=1 << 32)


def test_what_is_no_text_is_no_filter(store: engram.Store) -> None:
    uses: list[Callable[[Any], object]] = [
        store.hide, store.unhide, store.info, lambda where: store.edit(where, {"task": "x"}, reason="a test"),
        lambda where: store.identify(where), lambda where: store.predict("model", where), lambda where: store.select(where)]
    for use in uses:
        for wrong in (3, 0, b"x", [1], {"a": 1}):
            with pytest.raises(engram.UsageError, match="is a text"):
                use(wrong)
        for wrong in ("task = 'a\0b'", "task = '\ud800'"):
            with pytest.raises(engram.UsageError, match="NUL|Unicode"):
                use(wrong)
    for path in ("a\0b", "\ud800"):
        with pytest.raises(engram.UsageError, match="in path"):
            engram.open(path)
    assert store.commit == 2 and len(store) == 1632
    for wrong in (3, None, b"path"):
        with pytest.raises(engram.UsageError, match="no path|text or path"):
            engram.ingest(wrong, store.path)  # type: ignore[arg-type]
        if wrong is not None:
            with pytest.raises(engram.UsageError, match="is a text"):
                store.splits.make(wrong)  # type: ignore[arg-type]
    assert list(store.splits) == ["fig2a"]


def test_edits_take_values_as_appends_do(store: engram.Store) -> None:
    knet = "architecture = 'knet'"
    store.edit(knet, {"task": "first", "batch_size": True}, reason="a test")
    assert set(store.sql(f"SELECT task, batch_size FROM run WHERE {knet}").rows()) == {("first", 1)}
    store.edit(knet, {"task": float("nan")}, reason="a test")
    assert set(store.sql(f"SELECT task FROM run WHERE {knet}").rows()) == {(None,)}
    for wrong in (b"x", float("inf"), "a\0b", "\ud800"):
        with pytest.raises(engram.UsageError):
            store.edit(knet, {"task": wrong}, reason="a test")
    with pytest.raises(engram.UsageError, match="reason=a") as caught:
        store.edit(knet, {"task": "x"}, reason="a\0b")
    assert "--" not in str(caught.value)
    with pytest.raises(engram.UsageError, match="mapping"):
        store.edit(knet, 3, reason="a test")  # type: ignore[arg-type]


def test_the_text_null_is_a_text_and_none_is_no_value(store: engram.Store) -> None:
    for value, found in (("NULL", "NULL"), (None, None), ("'", "'")):
        store.edit("architecture = 'knet'", {"task": value}, reason="a test")
        assert set(store.select("architecture = 'knet'").metadata("task")["task"]) == {found}
    with pytest.raises(engram.UsageError, match="list of changes"):
        store.edit("architecture = 'knet'", {"task": "'NULL'"}, reason="a test")


def test_numbers_are_refused_where_they_do_not_fit(store: engram.Store) -> None:
    for threads in (2**40, 1.5, "2", None):
        for use in (lambda threads: store.select().to_numpy(threads=threads), lambda threads: store.classify("fig2a", threads=threads)):
            with pytest.raises(engram.UsageError, match="threads"):
                use(threads)
    for commit in (None, "", "1", 1.0, True):
        with pytest.raises(engram.UsageError, match="commit"):
            store.at(commit)  # type: ignore[arg-type]
    assert store.at(np.int64(1)).commit == 1  # type: ignore[arg-type]
    with pytest.raises(engram.UsageError, match="rule"):
        store.splits["fig2a"][0].load(missing="foo")  # type: ignore[arg-type]
    with pytest.raises(engram.UsageError, match="twice"):
        store.select().metadata(["run_id", "run_id"])


def test_numbers_and_lists_that_are_none_are_usage_errors(shared: engram.Store, tmp_path: pathlib.Path) -> None:
    axes: dict[str, Any] = {"layers": ["fc"], "epochs": [0], "statistics": ["m"]}
    for place, call in {
        "commit": lambda: engram.open(shared.path, commit=1 << 70), "epochs": lambda: shared.select(epochs=10**400),
        "examples": lambda: shared.select(examples=[[1], [2, 3]]), "units": lambda: engram.Meter(units="a"),
        "weights": lambda: engram.Meter().set_weights([[1], [1, 2]]),
        "values": lambda: engram.append(tmp_path / "x.engram", [[[[1]]], [[[1, 2]]]], runs=[{}, {}], **axes),
        "runs": lambda: engram.append(tmp_path / "x.engram", np.zeros((0, 1, 1, 1)), runs=[], **axes),
    }.items():
        with pytest.raises(engram.UsageError) as error:
            call()
        assert error.value.place == place
