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
    asked = pair.select(statistics=iter(["weightabs_mean"]), epochs=(one for one in (0, 10)))
    assert asked.columns == ["weightabs_mean@0", "weightabs_mean@10"] and asked.shape == (12, 2)
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


def brought(folder: pathlib.Path, epochs: list[float], **options: Any) -> engram.Store:
    """A store of two runs at some epochs."""
    about: dict[str, Any] = {"runs": [{}, {}], "statistics": ["m"], **options}
    values = np.random.default_rng(len(epochs)).normal(size=(2, 1, len(epochs), len(about["statistics"])))
    path = folder / f"{len(list(folder.iterdir()))}.engram"
    engram.append(path, values, layers=[("l", "deep")], epochs=epochs, **about)
    return engram.open(path)


@pytest.mark.filterwarnings("ignore::engram.EngramWarning")
def test_views_are_of_common_epochs_or_of_an_epoch_of_each_run(tmp_path: pathlib.Path) -> None:
    first, second = brought(tmp_path, [0, 1, 2, 3, 4, 5]), brought(tmp_path, [0, 2, 4, 6])
    stores = engram.open_many({"a": first, "b": second})
    for view in ("mean", "portion:2/3", "portion:1/3+mean", "random-start:2x2", "mean+positions"):
        known = [store.select(view=view, epochs="0,2,4").to_numpy() for store in (first, second)]
        np.testing.assert_array_equal(stores.select(view=view).to_numpy(), np.concatenate(known), view)
        np.testing.assert_array_equal(stores.select(view=f"epochs:0,2,4+{view}").to_numpy(), np.concatenate(known), view)
    for options in ({"epochs": "last"}, {"view": "last"}, {"view": "at-most:5"}, {"view": "epochs:2:9+last"}):
        known = [store.select(**options).to_numpy() for store in (first, second)]
        chosen = stores.select(**options)
        np.testing.assert_array_equal(chosen.to_numpy(), np.concatenate(known))
        assert len(chosen.columns) == 1 and chosen.columns == first.select(**options).columns
    with pytest.raises(engram.UsageError, match="z-score"):
        stores.select(view="zscore")
    out = np.empty((4, 1), np.float32)
    with pytest.raises(engram.UsageError, match="another type"):
        stores.select(epochs="0").to_numpy(out=out, dtype="float64")
    assert stores.select(epochs="0").to_numpy(out=out, dtype="float32") is out


@pytest.mark.filterwarnings("ignore::engram.EngramWarning")
def test_whole_numbers_of_stores_stay_whole(tmp_path: pathlib.Path) -> None:
    pandas = pytest.importorskip("pandas")
    long, real, none = (
        brought(tmp_path, [0], runs=runs) for runs in ([{"n": 2**60 + 1}, {"n": None}], [{"n": 1.5}, {"n": 2.5}], [{"a": ""}, {"a": "x"}]))
    for layout in ("wide", "list", "long"):
        frame = engram.open_many({"a": long, "b": real}).select().to_pandas(layout, fields=" n")
        assert frame["n"].tolist()[0] == 2**60 + 1 and frame["n"].tolist()[2:] == [1.5, 2.5]
        frame = engram.open_many({"a": long, "b": none}).select().to_pandas(layout, fields="n, a")
        assert frame["n"].dtype == pandas.Int64Dtype() and frame["n"].tolist()[0] == 2**60 + 1
    pytest.importorskip("dask")
    whole = brought(tmp_path, [0], runs=[{"n": 2**60 + 1}, {"n": 1}])
    for one, other, words in ((whole, real, "float64"), (whole, none, "float64"), (long, real, "a text in one store")):
        with pytest.raises(engram.InvalidDataError, match=words):
            engram.open_many({"a": one, "b": other}).select().to_xarray(fields=["n"])
    with pytest.raises(engram.UsageError, match="twice"):
        engram.open_many({"a": long, "b": real}).select().to_pandas(fields=["n", "n"])
    assert engram.open_many({"a": none, "b": none}).select().labels("a")[1] == ["", "x"]


def test_columns_may_be_called_as_others_are(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pandas")
    runs = [{"store": "mine", "m": 7, "value": 3, "example": "e"}, {"store": "yours", "m": 8}]
    first = brought(tmp_path, [0, 1], runs=runs, statistics=["m", "store"])
    second = brought(tmp_path, [0, 1], statistics=["m", "store"])
    selection = engram.open_many({"a": first, "b": second}).select()
    cube = np.concatenate([store.select().to_numpy() for store in (first, second)]).reshape(4, 2, 2)
    with pytest.warns(engram.EngramWarning, match="store is called field_store"):
        wide = selection.to_pandas()
    assert wide["store"].tolist() == ["a", "a", "b", "b"] and wide["field_store"].tolist()[:2] == ["mine", "yours"]
    np.testing.assert_array_equal(wide.iloc[:, -4:].to_numpy(), cube.reshape(4, 4))
    assert list(wide.columns[-4:]) == ["m@0", "m@1", "store@0", "store@1"]
    with pytest.warns(engram.EngramWarning, match="field_store"):
        lists = selection.to_pandas("list")
    np.testing.assert_array_equal(np.stack(lists["chosen_m"].tolist()), cube[:, 0])
    np.testing.assert_array_equal(np.stack(lists["chosen_store"].tolist()), cube[:, 1])
    with pytest.warns(engram.EngramWarning, match="field_store"):
        long = selection.to_pandas("long")
    assert long["value"].tolist()[0] == 3 and long["chosen_value"].tolist() == cube.reshape(-1).tolist()
    pytest.importorskip("dask")
    with pytest.raises(engram.UsageError, match="called as"):
        selection.to_xarray()
    with pytest.warns(engram.EngramWarning) as told:
        data = engram.open_many({"a": first, "b": second}).select(statistics=["m"]).to_xarray()
    assert all(any(f"{name} is called field_{name}" in str(one.message) for one in told) for name in ("store", "m", "example"))
    assert data["store"].values.tolist() == ["a", "a", "b", "b"] and data["field_store"].values.tolist()[:2] == ["mine", "yours"]
    assert data["example_id"].values.tolist() == [0, 1, 0, 1] and data["field_example"].values.tolist()[:2] == ["e", ""]
    assert data["field_m"].values.tolist()[:2] == [7, 8]
    np.testing.assert_array_equal(data["m"].values, cube[:, 0])
    pytest.importorskip("polars")
    with pytest.warns(engram.EngramWarning, match="field_store"):
        frame = selection.to_polars("list")
    np.testing.assert_array_equal(frame["chosen_store"].to_numpy(), cube[:, 1])
    with pytest.warns(engram.EngramWarning, match="field_store"):
        asked = engram.open_many({"a": first}).sql("SELECT 1 AS store, 2 AS a, 3 AS a")
    assert list(asked.columns) == ["store", "field_store", "a", "a_1"] and asked.iloc[0].tolist() == ["a", 1, 2, 3]


def test_statistics_may_be_called_as_words_for_several(tmp_path: pathlib.Path) -> None:
    first = brought(tmp_path, [0, 1], statistics=["all", "weight"])
    second = brought(tmp_path, [0, 1, 2], statistics=["all", "weight"])
    with pytest.warns(engram.EngramWarning, match="2"):
        matrix = engram.open_many({"a": first, "b": second}).select(statistics="all").to_numpy()
    np.testing.assert_array_equal(matrix, np.concatenate([store.select(epochs="0,1").to_numpy() for store in (first, second)]))
    other = engram.open_many({"a": first, "b": brought(tmp_path, [0, 1], statistics=["weight"])})
    with pytest.warns(engram.EngramWarning), pytest.raises(engram.UnsupportedError, match="cannot be named"):
        other.select(statistics="all").to_numpy()


def test_a_field_without_a_value_in_one_store_is_lacking_there(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("dask")
    full = brought(tmp_path, [0], runs=[{"n": 0.5}, {"n": 1.5}])
    gaps = brought(tmp_path, [0], runs=[{"n": 2.5, "s": 1}, {"s": 2}])
    where = "n IS NULL OR n < 2"
    data = engram.open_many({"a": full, "b": gaps}).select(where).to_xarray(fields=["n"])
    np.testing.assert_array_equal(data["n"].values, [0.5, 1.5, np.nan])
    large = brought(tmp_path, [0], runs=[{"n": 2**60 + 1}, {"n": 1}])
    with pytest.raises(engram.InvalidDataError, match="float64"):
        engram.open_many({"a": large, "b": gaps}).select("n IS NULL OR n <> 2.5").to_xarray(fields=["n"])


def test_a_field_of_texts_here_and_numbers_there_is_said(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pandas")
    numbers = brought(tmp_path, [0], runs=[{"seed": 3}, {"seed": 4}])
    texts = brought(tmp_path, [0], runs=[{"seed": "3"}, {"seed": "x"}])
    stores = engram.open_many({"a": numbers, "b": texts})
    for look in (
        lambda: stores.select().to_pandas()["seed"].tolist(), lambda: stores.select().labels("seed")[1],
        lambda: stores.sql("SELECT seed FROM run ORDER BY 1")["seed"].tolist(), lambda: stores.select().to_pandas("list")["seed"].tolist(),
    ):
        with pytest.warns(engram.EngramWarning, match="seed has texts in one store and numbers in another") as told:
            assert look() == [3, 4, "3", "x"]
        assert sum(one.category is engram.EngramWarning for one in told) == 1


def test_a_text_field_without_a_value_in_one_store_stacks_with_texts_in_another(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pandas")
    for name, position in (("a", None), ("b", "deep")):
        engram.append(
            tmp_path / f"{name}.engram", np.float32([[[[1], [2]]]]), runs=[{"net": name}], layers=[("fc", position)], epochs=[0, 1],
            statistics=["m"])
    both = engram.open_many([tmp_path / "a.engram", tmp_path / "b.engram"]).select(statistics="all")
    for layout in ("wide", "long", "list"):
        frame = both.to_pandas(layout)
        assert set(frame["layer_position"].dropna()) == {"deep"}, layout
