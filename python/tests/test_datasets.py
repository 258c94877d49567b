"""Datasets of xarray: what has one value, or one for each example, is kept, and what has no place is said."""

from __future__ import annotations

import pathlib
import warnings
from typing import Any

import numpy as np
import pytest

import engram


@pytest.fixture
def xarray() -> Any:
    return pytest.importorskip("xarray")


def brought(data: Any, path: pathlib.Path, **options: Any) -> tuple[engram.Store, list[str]]:
    """The store of a dataset, and what was said."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        engram.from_xarray(data, path, **options)
    assert all(one.filename == __file__ for one in told)
    return engram.open(path), [str(one.message) for one in told]


def rows(store: engram.Store, fields: str) -> list[tuple[Any, ...]]:
    return list(store.sql(f"SELECT {fields} FROM example ORDER BY example_id").rows())


def test_what_has_a_value_for_each_example_is_a_field(xarray: Any, tmp_path: pathlib.Path) -> None:
    data = xarray.Dataset(
        {"loss": (("example", "epoch"), np.arange(4.0).reshape(2, 2)), "top1": ("example", [0.5, np.nan]), "by_epoch": ("epoch", [1.0, 2.0])},
        coords={
            "example": ["first", "second"], "epoch": [0, 1], "lab": "ours", "seed": 3.0, "rate": ("example", [0.1, 0.2]),
            "when": ("example", np.array(["2026-01-02T03:04:05", "NaT"], "M8[ns]")), "place": (("example", "axis"), np.zeros((2, 3))),
            "layer_name": ("example", np.array(["fc", None], object)), "run_id": ("example", [5, 6]), "observation_id": ("example", [1, 2])},
        attrs={"title": "mine", "store": "x"})
    data.loss.attrs["units"] = "nat"
    store, said = brought(data, tmp_path / "x.engram")
    assert rows(store, 'example, layer_name, lab, seed, rate, top1, "when", tracker_run') == [
        ("first", "fc", "ours", 3, 0.1, 0.5, "2026-01-02T03:04:05", 5), ("second", "layer", "ours", 3, 0.2, None, None, 6)]
    assert said == [
        "left out, for they have neither one value nor one for each example: by_epoch ('epoch',), place ('example', 'axis')",
        "numbers that a store gives itself are left out: observation_id", "run_id is the field tracker_run",
        "attributes are not read: @title, loss@units", "1 examples have no name of a layer, which is called 'layer'"]
    store, said = brought(data, tmp_path / "y.engram", run=["lab", "top1"])
    assert rows(store, "lab, top1") == [("ours", 0.5), ("ours", None)] and len(said) == 3


def test_what_is_numbered_is_said(xarray: Any, tmp_path: pathlib.Path) -> None:
    data = xarray.Dataset({"m": (("example", "epoch"), np.zeros((2, 2)))}, coords={"example": [7, 9], "seed": ("example", [1, 2])})
    _, said = brought(data, tmp_path / "x.engram")
    assert said == [
        "the numbers of the examples are left out, for a store numbers them itself: example",
        "epoch has no coordinate, so the epochs are numbered from 0"]
    _, said = brought(data.assign_coords(example=[0, 1], epoch=[0, 5]), tmp_path / "y.engram")
    assert said == []


def test_variables_beside_an_axis_of_statistics_are_kept(xarray: Any, tmp_path: pathlib.Path) -> None:
    cube = (("example", "statistic", "epoch"), np.arange(8.0).reshape(2, 2, 2))
    data = xarray.Dataset(
        {"values": cube, "again": cube, "loss": (("example", "epoch"), np.ones((2, 2))), "seed": ("example", [1, 2])},
        coords={"epoch": [0, 1], "statistic": ["m", "v"]})
    store, said = brought(data, tmp_path / "x.engram")
    assert len(said) == 1 and said[0].endswith("again ('example', 'statistic', 'epoch')")
    found = store.select(statistics=["m", "v", "loss"]).to_numpy3d()
    np.testing.assert_array_equal(found, np.concatenate([cube[1], np.ones((2, 1, 2))], axis=1))
    assert rows(store, "seed") == [(1,), (2,)]


def test_numbers_that_no_real_holds_are_said_or_refused(xarray: Any, tmp_path: pathlib.Path) -> None:
    data = xarray.Dataset(
        {"m": (("example", "epoch"), [[0.5], [0.5]]), "n": (("example", "epoch"), [[2**53 + 1], [1]])}, coords={"epoch": [0], "seed": ("example", [1, 2])})
    _, said = brought(data, tmp_path / "x.engram")
    assert said == [f"1 numbers are longer than their type of reals holds, which has the nearest in their place, such as {2**53 + 1}"]
    with pytest.raises(engram.UsageError, match="finite"):
        engram.from_xarray(data.assign_coords(lr=("example", [1.0, np.inf])), tmp_path / "y.engram")


def test_times_of_numpy_are_texts_in_fields(tmp_path: pathlib.Path) -> None:
    runs = [{"when": np.datetime64("2026-01-02T03:04", "ns")}, {"when": np.datetime64("NaT")}]
    engram.append(tmp_path / "x.engram", np.zeros((2, 1, 1, 1)), runs=runs, layers=["a"], epochs=[0], statistics=["m"])
    assert rows(engram.open(tmp_path / "x.engram"), '"when"') == [("2026-01-02T03:04",), (None,)]


def small(xarray: Any, values: Any = ((1.0, 2.0), (3.0, 4.0)), **coordinates: Any) -> Any:
    """A dataset of two examples at two epochs."""
    return xarray.Dataset({"m": (("example", "epoch"), np.array(values))}, coords={"epoch": [0, 1], "seed": ("example", [1, 1]), **coordinates})


def test_layers_of_one_run_are_one_run_as_in_a_table(xarray: Any, tmp_path: pathlib.Path) -> None:
    pandas = pytest.importorskip("pandas")
    store, said = brought(small(xarray, layer_name=("example", ["c1", "c2"])), tmp_path / "x.engram")
    assert said == [] and store.sql("SELECT count(*) FROM run").rows() == [(1,)] and rows(store, "layer_name") == [("c1",), ("c2",)]
    frame = pandas.DataFrame({"seed": [1, 1], "layer_name": ["c1", "c2"], "m@0": [1.0, 3.0], "m@1": [2.0, 4.0]})
    engram.from_pandas(frame, tmp_path / "y.engram")
    assert engram.open(tmp_path / "y.engram").sql("SELECT count(*) FROM run").rows() == [(1,)]
    with pytest.warns(engram.EngramWarning, match="further measurements of its run"):
        engram.from_xarray(small(xarray), tmp_path / "z.engram")
    assert engram.from_xarray(small(xarray, who=("example", ["a", "b"])), tmp_path / "none.engram", dry_run=True)
    assert not (tmp_path / "none.engram").exists()


def test_a_text_names_one_coordinate_and_one_that_is_not_there_is_refused(xarray: Any, tmp_path: pathlib.Path) -> None:
    data = small(xarray, who=("example", ["a", "b"]), grid=(("example", "epoch"), np.zeros((2, 2))))
    store, _ = brought(data, tmp_path / "x.engram", run="who", layer="seed")
    assert rows(store, "who, layer_name") == [("a", "1"), ("b", "1")]
    for wrong in ({"run": ["nope"]}, {"run": "nope"}, {"layer": "nope"}, {"run": ["grid"]}, {"run": "epoch"}, {"layer": "m"}):
        with pytest.raises(engram.UsageError, match="nothing of that name has one value, or one for each example.*seed"):
            engram.from_xarray(data, tmp_path / "y.engram", **wrong)


def test_names_that_are_no_texts_or_are_taken_are_said_or_refused(xarray: Any, tmp_path: pathlib.Path) -> None:
    axes, coords = ("example", "epoch"), {"epoch": [0], "seed": ("example", [1])}
    store, _ = brought(xarray.Dataset({3: (axes, [[1.0]])}, coords=coords), tmp_path / "x.engram")
    assert store.select(statistics="all").statistics == ["3"]
    store, said = brought(xarray.DataArray([[1.0]], dims=axes, coords=coords, name="epoch"), tmp_path / "y.engram")
    assert said == ["the array is called value, for a coordinate is called epoch"] and store.select(statistics="all").shape == (1, 1)
    cube = (("example", "statistic", "epoch"), [[[1.0], [2.0]]])
    store, _ = brought(xarray.Dataset({"values": cube}, coords={**coords, "statistic": [5, 6]}), tmp_path / "z.engram")
    assert store.select(statistics="all").statistics == ["5", "6"]
    for labels in (["m", "m"], ["m", "epoch"]):
        with pytest.raises(engram.UsageError, match="the name of another, or of a coordinate"):
            engram.from_xarray(xarray.Dataset({"values": cube}, coords={**coords, "statistic": labels}), tmp_path / "w.engram")
    times = np.array([["2020", "2021"]] * 2, "M8[ns]")
    with pytest.raises(engram.UsageError, match=r"trajectories are numbers.*when \(datetime64"):
        engram.from_xarray(small(xarray).assign(when=(axes, times)), tmp_path / "w.engram")


def test_labels_of_examples_lose_nothing_in_silence(xarray: Any, tmp_path: pathlib.Path) -> None:
    pandas = pytest.importorskip("pandas")
    days = np.array(["2020-01-01", "2020-01-02"], "M8[ns]")
    store, said = brought(small(xarray, example=days), tmp_path / "x.engram")
    assert said == [] and rows(store, "example") == [("2020-01-01",), ("2020-01-02",)]
    levels = pandas.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["animal", "day"])
    labelled = small(xarray).assign_coords(xarray.Coordinates.from_pandas_multiindex(levels, "example"))
    store, said = brought(labelled, tmp_path / "y.engram")
    assert said == [] and rows(store, "animal, day") == [("a", 1), ("b", 2)]
    store, said = brought(small(xarray, code=("example", np.array([2**64 - 1, 1], np.uint64))), tmp_path / "z.engram")
    assert rows(store, "code") == [("18446744073709551615",), ("1",)] and len(said) == 1 and "code is text" in said[0]
    with pytest.raises(engram.UsageError, match="bytes"):
        engram.from_xarray(small(xarray, code=("example", np.array([b"a", b"b"]))), tmp_path / "w.engram")
    # Labels that are no index.
    store, said = brought(small(xarray, example=["p", "q"]).drop_indexes("example"), tmp_path / "u.engram")
    assert said == [] and rows(store, "example") == [("p",), ("q",)]
    store, said = brought(small(xarray, example=[7, 9]).drop_indexes("example"), tmp_path / "v.engram")
    assert len(store) == 2 and any("numbers of the examples are left out" in one for one in said)


def test_values_with_parts_are_no_metadata(xarray: Any, tmp_path: pathlib.Path) -> None:
    lists = np.empty(2, object)
    lists[:] = [[1, 2], [3]]
    data = xarray.Dataset({"m": (("example", "epoch"), np.ones((2, 1)))}, coords={"epoch": [0], "sizes": ("example", lists)})
    with pytest.raises(engram.UsageError, match=r"field sizes, found \[1, 2\]"):
        engram.from_xarray(data, tmp_path / "x.engram")
