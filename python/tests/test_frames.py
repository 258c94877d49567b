"""Data frames come in as they are: NaN, gaps, texts, truth values and whole numbers of pandas, polars and Arrow alike."""

from __future__ import annotations

import pathlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engram

NAN = float("nan")


@pytest.fixture(params=["pandas", "polars", "arrow"])
def bring(request: pytest.FixtureRequest) -> Callable[..., engram.Store]:
    """Brings columns into a store by a data frame of one library."""
    library = request.param
    make = {
        "pandas": lambda columns: pytest.importorskip("pandas").DataFrame(columns),
        "polars": lambda columns: pytest.importorskip("polars").DataFrame(columns),
        "arrow": lambda columns: pytest.importorskip("pyarrow").table(columns),
    }[library]

    def brought(columns: dict[str, Any], store: pathlib.Path, **options: Any) -> engram.Store:
        getattr(engram, f"from_{library}")(make(columns), store, **options)
        return engram.open(store)

    return brought


def rows(store: engram.Store, fields: str) -> list[tuple[Any, ...]]:
    return list(store.sql(f"SELECT {fields} FROM example ORDER BY example_id").rows())


def test_trajectories_that_are_nan_throughout_are_kept(bring: Any, tmp_path: pathlib.Path) -> None:
    wide = {"net": ["a", "b"], "lr": [0.5, NAN], "m@0": [1.0, NAN], "m@1": [2.0, NAN]}
    store = bring(wide, tmp_path / "wide.engram")
    np.testing.assert_array_equal(store.select(statistics="all").to_numpy(), [[1, 2], [NAN, NAN]])
    assert rows(store, "net, lr") == [("a", 0.5), ("b", None)]
    long = {"net": ["a", "b"], "epoch": [0, 0], "m": [1.0, NAN]}
    np.testing.assert_array_equal(bring(long, tmp_path / "long.engram").select(statistics="all").to_numpy(), [[1], [NAN]])


def test_a_wide_frame_of_a_selection_with_nan_comes_back(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    values = np.array([[1.0, 2.0], [NAN, NAN], [np.inf, NAN]]).reshape(3, 1, 2, 1)
    runs = [{"net": "a", "lr": 0.5}, {"net": "1.10"}, {"net": "NA", "lr": 0.25}]
    engram.append(tmp_path / "a.engram", values, runs=runs, layers=["fc"], epochs=[0, 1], statistics=["m"])
    frame = engram.open(tmp_path / "a.engram").select(statistics="all").to_pandas("wide")
    with pytest.warns(engram.EngramWarning, match="selection of a store"):
        engram.from_pandas(frame, tmp_path / "b.engram")
    again = engram.open(tmp_path / "b.engram")
    np.testing.assert_array_equal(again.select(statistics="all").to_numpy(), values[:, 0, :, 0])
    assert rows(again, "net, lr") == [("a", 0.5), ("1.10", None), ("NA", 0.25)]


def test_a_gap_of_a_nullable_column_was_not_recorded(tmp_path: pathlib.Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({
        "net": ["a", "b"], "when": pandas.to_datetime(["2026-01-02", None]), "m@0": pandas.array([0.1, None], "Float32"),
        "v@0": pandas.array([0.1, 3.0], "Float64"), "n@0": pandas.array([None, 5], "Int64")}, index=pandas.Index([7, 8], name="seed"))
    engram.from_pandas(frame, tmp_path / "x.engram")
    store = engram.open(tmp_path / "x.engram")
    assert rows(store, 'seed, net, "when"') == [(7, "a", "2026-01-02"), (8, "b", None)]
    found = store.sql("SELECT net, statistic, value FROM trajectory JOIN example USING (example_id) ORDER BY 1, 2").rows()
    assert found == [("a", "m", float(np.float32(0.1))), ("a", "v", 0.1), ("b", "n", 5.0), ("b", "v", 3.0)]


def test_texts_are_taken_as_they_stand(bring: Any, tmp_path: pathlib.Path) -> None:
    texts = ["NA", " x ", "null", 'say "a, b"', None]
    columns = {"text": texts, "version": ["1.1", "1.10", "1.2", None, "1"], "seed": [1, 2, 3, 4, 5], "epoch": [0] * 5, "m": [1.0] * 5}
    store = bring(columns, tmp_path / "x.engram")
    assert rows(store, "text, version, seed") == list(zip(texts, columns["version"], columns["seed"], strict=True))
    # A declared type counts, and a text of numbers behind the epoch is a statistic.
    columns = {"version": ["1", "2"], "theirs": ["1", "2"], "step": ["0", "0"], "m": ["0.5", "nan"], "key_1": ["1.0", "2.0"], "seed": ["3", "4"]}
    store = bring(columns, tmp_path / "y.engram", type={"version": "integer"}, map={"mine": "theirs"}, run=["key_1", "seed"])
    assert rows(store, "version, mine, key_1, seed") == [(1, "1", "1.0", "3"), (2, "2", "2.0", "4")]
    np.testing.assert_array_equal(store.select(statistics="all").to_numpy(), [[0.5], [NAN]])


def test_truth_values_with_gaps_are_spelled_as_without(bring: Any, tmp_path: pathlib.Path) -> None:
    columns = {"net": ["a", "b", "c"], "gaps": [True, None, False], "whole": [True, True, False], "epoch": [0] * 3, "m": [1.0] * 3}
    assert rows(bring(columns, tmp_path / "x.engram"), "gaps, whole") == [("true", "true"), (None, "true"), ("false", "false")]


def test_runs_of_a_tracker_stay_apart_and_what_is_left_out_is_said(bring: Any, tmp_path: pathlib.Path) -> None:
    columns = {"run_id": [7, 8], "net": ["a", "a"], "example_id": [0, 1], "epoch": [0, 0], "m": [1.0, 2.0]}
    with pytest.warns(engram.EngramWarning) as told:
        store = bring(columns, tmp_path / "x.engram")
    assert rows(store, "tracker_run, net") == [(7, "a"), (8, "a")]
    said = [str(one.message) for one in told]
    assert any("left out: example_id" in one for one in said) and any("tracker_run" in one for one in said)
    with pytest.warns(engram.EngramWarning, match="left out: run_id"):
        bring({"run_id": [7, 8], "tracker_run": ["p", "q"], "epoch": [0, 0], "m": [1.0, 2.0]}, tmp_path / "y.engram")


@pytest.mark.parametrize("names", [("m@0", "n@0"), ("m", "n")])
def test_whole_numbers_beside_narrow_reals_are_not_rounded(bring: Any, tmp_path: pathlib.Path, names: tuple[str, str]) -> None:
    axis = {} if "@" in names[0] else {"epoch": [0, 0]}
    for large, kind in ((2**24 + 1, np.float64), (2**24, np.float32)):
        columns = {"seed": [2**40, 1], **axis, names[0]: np.float32([0.1, 2]), names[1]: [-large, 3]}
        store = bring(columns, tmp_path / f"{large}.engram")
        matrix = store.select(statistics=["m", "n"]).to_numpy()
        assert matrix.dtype == kind and matrix[:, 1].tolist() == [-large, 3] and matrix[0, 0] == np.float32(0.1)


def test_errors_name_the_frame(bring: Any, tmp_path: pathlib.Path) -> None:
    with pytest.raises(engram.InvalidDataError, match=r"^(pandas.DataFrame|polars.DataFrame|the Arrow table): a value is no number"):
        bring({"net": ["a"], "epoch": ["x"], "m": [1.0]}, tmp_path / "x.engram")


def test_an_index_without_a_name_that_says_something_is_left_out_and_said(tmp_path: pathlib.Path) -> None:
    frame = pytest.importorskip("pandas").DataFrame({"seed": [1, 2], "m@0": [1.0, 2.0]}, index=["a", "b"])
    with pytest.warns(engram.EngramWarning, match="the index says without a name"):
        engram.from_pandas(frame, tmp_path / "x.engram")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        engram.from_pandas(frame.reset_index(drop=True)[::-1], tmp_path / "y.engram")


def test_epochs_of_lists_come_once(bring: Any, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(engram.UsageError, match="comes twice"):
        bring({"net": ["a", "b"], "m": [[1.0, 2.0], [3.0, 4.0]]}, tmp_path / "x.engram", epochs=[0, 0])


def test_what_a_library_cannot_write_is_an_error_of_this_package(tmp_path: pathlib.Path) -> None:
    pandas, polars, pyarrow = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    import datetime

    target = tmp_path / "x.engram"
    mixed = pandas.DataFrame({"net": ["a", "b"], "m": [[1.0], 2.0]})
    levels = pandas.DataFrame({("m", 0): [1.0], ("m", 1): [2.0]})
    interval = pyarrow.table({"net": ["a"], "m@0": [1.0], "i": pyarrow.array([(1, 2, 3)], pyarrow.month_day_nano_interval())})
    times = polars.DataFrame({"net": ["a"], "m@0": [1.0], "i": [datetime.timedelta(1)]})
    lazy = polars.LazyFrame({"net": ["a"]}).select("nothing")
    surrogate = pandas.DataFrame({"net": pandas.Series(["\ud800"], dtype=object), "m@0": [1.0]})
    mapping = pandas.DataFrame({"net": [{"a": 1}], "m@0": [1.0]})
    for wrong in (
        lambda: engram.from_pandas(surrogate, target), lambda: engram.from_pandas(mapping, target),
        lambda: engram.from_pandas(mixed, target, epochs=[0]), lambda: engram.from_pandas(levels, target),
        lambda: engram.from_arrow(interval, target), lambda: engram.from_polars(times, target), lambda: engram.from_polars(lazy, target),
        lambda: engram.from_polars(polars.DataFrame({"net": [b"a"], "m@0": [1.0]}), target),
    ):
        with warnings.catch_warnings(), pytest.raises(engram.EngramError):
            warnings.simplefilter("error")
            wrong()
    assert not target.exists()
