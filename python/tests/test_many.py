"""Many stores are read as one, whatever each of them lacks."""

from __future__ import annotations

import pathlib
from typing import Any

import numpy as np
import pytest

import engram


@pytest.fixture
def pair(tmp_path: pathlib.Path) -> engram.Stores:
    """Two stores that share two statistics and two epochs, and have a field each."""
    for number, (name, statistics, epochs, extra) in enumerate([
            ("north", ["weightabs_mean", "weightabs_var", "weightsq_mean"], [0, 5, 10], {"site": "Bern"}),
            ("south", ["weightabs_var", "weightabs_mean"], [0, 10, 20], {"age": 9}),
    ]):
        values = np.random.RandomState(number).randn(3, 2, len(epochs), len(statistics)).astype(np.float32)
        engram.append(
            tmp_path / f"{name}.engram", values, epochs=epochs, statistics=statistics, layers=[("conv", "early"), ("fc", "deep")],
            runs=[{"learning_rule": ("adam", "sgdm")[(run + number) % 2], "model_seed": run, **extra} for run in range(3)])
    return engram.open_many([tmp_path / "north.engram", tmp_path / "south.engram"])


def expected(pair: engram.Stores) -> np.ndarray[Any, Any]:
    """What both stores say by themselves."""
    return np.concatenate(
        [store.select(statistics=["weightabs_mean", "weightabs_var"], epochs="0,10").to_numpy() for store in pair.values()])


def test_what_all_stores_have_is_one_matrix_and_what_they_lack_is_said(pair: engram.Stores) -> None:
    assert list(pair) == ["north", "south"] and pair.example_count == 12
    selection = pair.select()
    with pytest.warns(engram.EngramWarning, match="weightsq_mean"), pytest.warns(engram.EngramWarning, match="5, 20"):
        matrix = selection.to_numpy()
    assert selection.columns == ["weightabs_mean@0", "weightabs_mean@10", "weightabs_var@0", "weightabs_var@10"]
    assert np.array_equal(matrix, expected(pair))
    assert selection.stores.tolist() == ["north"] * 6 + ["south"] * 6 and selection.ids.tolist() == [*range(6)] * 2
    out = np.zeros((12, 4), np.float64)
    assert pair.select(statistics=["weightabs_mean", "weightabs_var"], epochs="0,10").to_numpy(out=out) is out
    assert np.array_equal(out, expected(pair).astype(np.float64))
    y, classes = selection.labels("learning_rule")
    assert classes == ["adam", "sgdm"] and [classes[code] for code in y] == [
        rule for store in pair.values() for rule in store.select().labels("learning_rule", encoded=False)]
    with pytest.raises(LookupError):
        pair.select(statistics=["weightsq_mean"]).to_numpy()
    with pytest.raises(LookupError):
        selection.to_pandas(fields=["nowhere"])


@pytest.mark.filterwarnings("ignore::engram.EngramWarning")
def test_frames_and_arrow_have_the_store_as_a_field(pair: engram.Stores) -> None:
    pandas = pytest.importorskip("pandas")
    selection = pair.select(statistics=["weightabs_mean", "weightabs_var"], epochs="0,10")
    frame = selection.to_pandas()
    assert frame.columns[0] == "store" and frame["store"].tolist() == selection.stores.tolist()
    assert np.array_equal(frame[selection.columns].to_numpy(), expected(pair))
    assert frame["site"].isna().tolist() == [False] * 6 + [True] * 6 and frame["age"].dropna().tolist() == [9] * 6
    assert frame.groupby("store", observed=True).size().to_dict() == {"north": 6, "south": 6}
    assert len(selection.to_pandas("long", fields=["site"])) == 12 * 4
    asked = pair.sql("SELECT count(*) AS runs FROM run")
    assert asked["runs"].tolist() == [3, 3] and asked["store"].tolist() == ["north", "south"]
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(selection)
    table.validate(full=True)
    assert table["store"].to_pylist() == selection.stores.tolist() and table["site"].null_count == 6
    assert np.array_equal(np.stack(table["weightabs_var"].to_pylist()), expected(pair)[:, 2:])
    polars = pytest.importorskip("polars")
    assert selection.to_polars("wide", fields="").shape == (12, 1 + 1 + 4)
    assert isinstance(polars.DataFrame(selection), polars.DataFrame) and isinstance(frame, pandas.DataFrame)


@pytest.mark.filterwarnings("ignore::engram.EngramWarning")
def test_xarray_reads_chunks_of_all_stores(pair: engram.Stores) -> None:
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("dask")
    dataset = pair.select(statistics=["weightabs_mean", "weightabs_var"], epochs="0,10").to_xarray()
    assert isinstance(dataset, xarray.Dataset) and dataset.weightabs_var.chunks == ((6, 6), (2,))
    assert np.array_equal(dataset.weightabs_var.values, expected(pair)[:, 2:])
    assert dataset.store.values.tolist() == ["north"] * 6 + ["south"] * 6
    assert dataset.site.values.tolist() == ["Bern"] * 6 + [""] * 6 and np.isnan(dataset.age.values[:6]).all()
    mean = dataset.weightabs_mean.sel(epoch=10).groupby("store").mean()
    assert np.allclose(mean.values, expected(pair)[:, 1].reshape(2, 6).mean(1))


def test_names_are_told_apart_and_nothing_is_opened_twice(pair: engram.Stores, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "north.engram"
    named = engram.open_many({"a": path, "b": pair["north"]})
    assert list(named) == ["a", "b"] and named["b"] is pair["north"]
    for wrong in ([], path, [path, path]):
        with pytest.raises(engram.UsageError):
            engram.open_many(wrong)
    with pytest.raises(LookupError):
        engram.open_many([path, tmp_path / "none.engram"])


def test_a_filter_may_select_of_some_stores_only(pair: engram.Stores) -> None:
    few = pair.select("run_id = 1 AND learning_rule = 'adam'")
    assert set(few.stores) == {"north"} and few.shape == (2, 9)
    with pytest.raises(engram.NotFoundError, match="no store has such examples"):
        pair.select("learning_rule = 'nobody'").to_numpy()
