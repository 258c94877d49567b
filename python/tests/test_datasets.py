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
