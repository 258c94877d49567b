"""Values of fields of runs: arrays of one element, what is masked, times, and what no field holds."""

from __future__ import annotations

import decimal
import fractions
import importlib.util
import pathlib
import warnings
from typing import Any

import numpy as np
import pytest

import engram

AXES: dict[str, Any] = {"layers": ["fc"], "epochs": [0], "statistics": ["m"]}


def appended(path: pathlib.Path, values: list[Any]) -> list[Any]:
    """What a store has of some values of a field; a field of another name lets a run be one."""
    runs = [{"x": value, "run": place} for place, value in enumerate(values)]
    engram.append(path, np.ones((len(values), 1, 1, 1)), runs=runs, **AXES)
    return [row[0] for row in engram.open(path).sql("SELECT x FROM run ORDER BY run").rows()]


def test_what_is_masked_is_missing(tmp_path: pathlib.Path) -> None:
    ages = np.ma.array([30, 41], mask=[False, True])
    assert appended(tmp_path / "x.engram", [ages[0], ages[1], ages[1:]]) == [30, None, None]
    store = engram.open(tmp_path / "x.engram")
    store.edit("run = 0", {"x": np.ma.masked}, reason="masked")
    assert store.sql("SELECT x FROM run").rows() == [(None,)] * 3
    with engram.Recorder(tmp_path / "y.engram", {"a": 1}, layers=["fc"], statistics=["m"]) as recorder:
        recorder.record(0, [[1.0]], metrics={"loss": np.ma.array([1.0], mask=[True]).mean(), "kept": np.array([2.0])})
    assert engram.open(tmp_path / "y.engram").sql("SELECT metric, value FROM run_metric WHERE value IS NOT NULL").rows() == [("kept", 2.0)]


@pytest.mark.parametrize("unit", ["ns", "us", "s"])
def test_an_array_of_one_time_is_that_time(tmp_path: pathlib.Path, unit: str) -> None:
    moment = np.array("2020-01-02T10:30", f"datetime64[{unit}]")
    took = np.array(5, f"timedelta64[{unit}]")
    found = appended(tmp_path / "x.engram", [moment, moment.reshape(1), moment[()]])
    assert found == ["2020-01-02T10:30"] * 3
    spelled = {"ns": "PT0.000000005S", "us": "PT0.000005S", "s": "PT5S"}[unit]
    assert appended(tmp_path / "y.engram", [took, took.reshape(1, 1), took[()]]) == [spelled] * 3
    xarray = pytest.importorskip("xarray")
    assert appended(tmp_path / "z.engram", [xarray.DataArray(moment), xarray.DataArray(took)]) == ["2020-01-02T10:30", spelled]


def test_an_array_of_one_value_is_that_value(tmp_path: pathlib.Path) -> None:
    assert appended(tmp_path / "x.engram", [np.array(np.nan), np.array([2.5]), np.array([None]), np.array([0.5], np.float32)]) == [
        None, 2.5, None, 0.5]
    assert appended(tmp_path / "y.engram", [np.array("NaT", "datetime64[ns]"), np.array("abc"), np.array(["d"], object)]) == [None, "abc", "d"]
    for value in (np.array([b"x"]), np.array(b"x"), np.array([[1, 2], None], object)[:1], np.array([object()])):
        with pytest.raises(engram.UsageError, match="field x"):
            appended(tmp_path / "z.engram", [value])


def test_numbers_of_other_types_are_numbers(tmp_path: pathlib.Path) -> None:
    decimals = [decimal.Decimal(text) for text in ("1.5", "3", "1.0", "NaN")]
    assert appended(tmp_path / "x.engram", [*decimals, fractions.Fraction(1, 4), np.longdouble("0.5")]) == [1.5, 3, 1.0, None, 0.25, 0.5]
    pyarrow = pytest.importorskip("pyarrow")
    assert appended(tmp_path / "y.engram", [pyarrow.scalar(5), pyarrow.scalar(None, pyarrow.int64())]) == [5, None]
    assert appended(tmp_path / "z.engram", [pyarrow.scalar("a")]) == ["a"]
    for value in (decimal.Decimal("Infinity"), fractions.Fraction(-10**400, 3), decimal.Decimal(2**63), np.uint64(2**63), np.longdouble("inf")):
        with pytest.raises(engram.UsageError, match="field x"):
            appended(tmp_path / "w.engram", [value])
    with engram.Recorder(tmp_path / "r.engram", {"a": 1}, layers=["fc"], statistics=["m"], strict=True) as recorder:
        recorder.record(0, [[1.0]], metrics={"loss": decimal.Decimal("0.5")})
    assert engram.open(tmp_path / "r.engram").sql("SELECT value FROM run_metric").rows() == [(0.5,)]


def test_a_field_without_a_value_has_its_declared_type(tmp_path: pathlib.Path) -> None:
    runs: list[dict[str, Any]] = [{"run": 0}, {"run": 1, "text": "a", "whole": 1, "real": 0.5}]
    engram.append(tmp_path / "x.engram", np.ones((2, 1, 1, 1)), runs=runs, **AXES)
    fields = ["text", "whole", "real", "layer_position", "run"]
    table = engram.open(tmp_path / "x.engram").select("run = 0", statistics="all").metadata(fields)
    assert table.rows() == [(None, None, None, None, 0)]
    if importlib.util.find_spec("pyarrow"):
        types = {field.name: str(field.type).partition(",")[0] for field in table.to_arrow().schema}
        text = "dictionary<values=string"
        assert types == {"text": text, "whole": "int64", "real": "double", "layer_position": text, "run": "int64"}
        assert table.to_arrow().to_pylist() == [dict.fromkeys(fields, None) | {"run": 0}]
        import pyarrow

        assert pyarrow.table(table) == table.to_arrow()
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    assert list(map(str, table.to_pandas().dtypes)) == ["category", "Int64", "float64", "category", "int64"]
    frame = table.to_polars()
    assert frame.dtypes == [polars.Categorical, polars.Int64, polars.Float64, polars.Categorical, polars.Int64]
    assert frame.rows() == table.rows() and pandas.isna(table.to_pandas().loc[0, "whole"])


def test_what_of_a_filter_is_likely_a_mistake_is_said(tmp_path: pathlib.Path) -> None:
    assert appended(tmp_path / "x.engram", ["9", "10", "100"]) == ["9", "10", "100"]
    store = engram.open(tmp_path / "x.engram")
    with pytest.warns(engram.EngramWarning, match="x is text, and is compared with 5 as a text"):
        assert store.select("x > 5", statistics="all").shape == (1, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert store.select("CAST(x AS REAL) > 5", statistics="all").shape == (3, 1)
        assert store.select(statistics="all").shape == (3, 1)


#: Values that no field holds.
REFUSED: dict[str, Any] = {"bytes": np.bytes_(b"x"), "a set": {"a", "b"}, "a mapping": {"lr": 0.1}, "an object": object()}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED.keys())
def test_metadata_beside_a_file_is_refused_as_append_refuses_it(tmp_path: pathlib.Path, value: Any) -> None:
    from engram._trackers import TrackedRun, store_runs

    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["values"], file["epochs"], file["statistics"] = np.zeros((2, 1, 1)), [0], ["m"]
    run = TrackedRun("r", {}, {"fc/m": [(0.0, 1.0)]})
    for bring in (
        lambda metadata: engram.read_hdf5(tmp_path / "x.h5", tmp_path / "x.engram", metadata=metadata),
        lambda metadata: store_runs([run], tmp_path / "y.engram", "runs", "all", None, metadata, {}),
    ):
        with pytest.raises(engram.UsageError, match="field x"):
            bring({"x": value})
    with pytest.raises(engram.UsageError, match="field x"):
        engram.read_hdf5(tmp_path / "x.h5", tmp_path / "x.engram", metadata={"x": [value, value]})


def test_nan_beside_what_a_tracker_wrote_is_no_value(tmp_path: pathlib.Path) -> None:
    from engram._trackers import TrackedRun, store_runs

    run = TrackedRun("r", {}, {"fc/m": [(0.0, 1.0), (1.0, np.float64("nan"))]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", engram.EngramWarning)
        store_runs([run], tmp_path / "x.engram", "runs", "all", None, {"age": np.float64("nan"), "dose": np.array([2.5])}, {})
    store = engram.open(tmp_path / "x.engram")
    assert store.sql("SELECT dose FROM run").rows() == [(2.5,)]
    assert store.sql("SELECT age FROM run").rows() == [(None,)]
    np.testing.assert_array_equal(store.select(statistics="all").to_numpy(), [[1.0, np.nan]])


def test_a_field_without_a_value_keeps_its_type(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pandas")
    runs = [{"whole": 1, "real": 0.5, "word": "a", "run": 0}, {"run": 1}, {"run": 2}]
    engram.append(tmp_path / "x.engram", np.ones((3, 1, 1, 1)), runs=runs, **AXES)
    selection = engram.open(tmp_path / "x.engram").select("run > 0", statistics="all")
    fields = ["whole", "Real", "word", "observation_seed", "layer_position"]
    kinds = ["Int64", "float64", "category", "Int64", "category"]
    for frame in (selection.metadata(fields).to_pandas(), selection.to_pandas("wide", fields), selection.to_pandas("long", fields)):
        assert [str(frame[name].dtype) for name in fields] == kinds
        assert frame[fields].isna().all(axis=None)
    pytest.importorskip("xarray")
    dataset = selection.to_xarray(fields)
    assert [dataset[name].dtype.kind for name in fields] == ["f", "f", "U", "f", "U"]
    assert np.isnan(dataset["whole"]).all() and (dataset["word"] == "").all()
    assert selection.metadata("whole")["whole"] == [None, None]
