"""Names of fields and statistics that are those of axes, of columns of values, or of words; and names that stand twice."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

import engram

TWO = {"statistics": ["weightabs_mean", "actraw_var"], "epochs": "0:100:25"}


def test_fields_may_be_called_as_columns_and_axes_are(tmp_path: pathlib.Path) -> None:
    polars, parquet = pytest.importorskip("polars"), pytest.importorskip("pyarrow.parquet")
    pytest.importorskip("xarray")
    values = np.arange(8, dtype=np.float32).reshape(2, 1, 2, 2)
    fields = [{"epoch": 70 + one, "value": f"v{one}", "statistic": "s", "m": one} for one in range(2)]
    engram.append(tmp_path / "s.engram", values, runs=fields, layers=["fc"], epochs=[0, 5], statistics=["m", "n"])
    selection = engram.open(tmp_path / "s.engram").select(statistics="all")
    names = ["epoch", "value", "statistic", "m"]
    for long in (selection.to_pandas("long", names), selection.to_polars("long", names).to_pandas()):
        assert long["epoch"].tolist() == [70] * 4 + [71] * 4 and long["chosen_epoch"].tolist() == [0, 5] * 4
        assert long["chosen_value"].tolist() == [0, 2, 1, 3, 4, 6, 5, 7] and long["value"].tolist() == ["v0"] * 4 + ["v1"] * 4
        assert list(long["chosen_statistic"]) == ["m", "m", "n", "n"] * 2
    assert selection.to_arrow("list", names).column_names[-2:] == ["chosen_m", "n"]
    assert selection.to_arrow("list", names)["chosen_m"].to_pylist() == [[0, 2], [4, 6]]
    assert selection.to_pandas("list", names)["m"].tolist() == [0, 1]
    lazy = selection.scan("list", names)
    assert lazy.filter(polars.col("m") == 1).select("chosen_m", "n").collect().to_dicts() == [{"chosen_m": [4, 6], "n": [5, 7]}]
    found = selection.to_dataset("list", names).to_table(columns=["chosen_m", "n"])
    assert found.to_pydict() == {"chosen_m": [[0, 2], [4, 6]], "n": [[1, 3], [5, 7]]}
    for layout in ("long", "list"):
        selection.to_parquet(tmp_path / "x.parquet", layout)
        columns = parquet.read_table(tmp_path / "x.parquet").column_names
        assert len(set(columns)) == len(columns)
    with pytest.warns(engram.EngramWarning, match="field_epoch"):
        dataset = selection.to_xarray(names)
    assert dataset.m.sel(epoch=5).values.tolist() == [2, 6] and dataset.field_epoch.values.tolist() == [70, 71]
    assert dataset.field_m.values.tolist() == [0, 1]


def test_names_that_stand_twice_and_layouts_that_there_are_not_are_refused(shared: engram.Store) -> None:
    polars, xarray = pytest.importorskip("polars"), pytest.importorskip("xarray")
    pytest.importorskip("pyarrow")
    selection = shared.select("architecture = 'knet'", **TWO)
    for fields in (["run_id", "run_id"], "run_id, run_id", 3, [3]):
        for read in (selection.to_pandas, selection.to_arrow, selection.to_polars, selection.scan, selection.to_dataset):
            with pytest.raises(engram.UsageError):
                read(fields=fields)
        with pytest.raises(engram.UsageError):
            selection.to_xarray(fields)  # type: ignore[arg-type]
    assert isinstance(selection.scan(fields="run_id, task"), polars.LazyFrame)
    for layout in ("long", "tall", 3):
        for scanned in (selection.scan, selection.to_dataset):
            with pytest.raises(engram.UsageError, match="a row for each example"):
                scanned(layout)  # type: ignore[operator]
    with pytest.raises(engram.UsageError, match="float32 or float64"):
        selection.to_numpy(out=np.empty(selection.shape, np.float32), dtype="zz")
    with pytest.raises(engram.UsageError, match="layout"):
        xarray.open_dataset(shared.path, engine="engram", layout="foo")
    dropped = xarray.open_dataset(shared.path, engine="engram", drop_variables=["task", "actabs_norm", "nothing"])
    assert not {"task", "actabs_norm"} & set(dropped.variables) and "run_id" in dropped.variables


def test_a_statistic_may_be_called_as_a_word_for_several(tmp_path: pathlib.Path) -> None:
    polars = pytest.importorskip("polars")
    path = tmp_path / "x.engram"
    runs = [{"example": "a", "m": 1}, {"example": "b", "m": 2}]
    engram.append(path, np.arange(12.0).reshape(2, 1, 2, 3), runs=runs, layers=["l"], epochs=[0, 1], statistics=["m", "all", "weight"])
    selection = engram.open(path).select(statistics="all")
    cube = selection.to_numpy3d()
    scan, data = selection.scan(), selection.to_dataset()
    np.testing.assert_array_equal(scan.select("weight").collect()["weight"].to_numpy(), cube[:, 2])
    np.testing.assert_array_equal(scan.filter(polars.col("m") == 2).select("chosen_m", "all").collect()["all"].to_numpy(), cube[1:, 1])
    np.testing.assert_array_equal(np.stack(data.to_table(["all"])["all"].to_pylist()), cube[:, 1])
    pytest.importorskip("xarray")
    with pytest.warns(engram.EngramWarning, match="example is called field_example"):
        shown = selection.to_xarray(["example"])
    assert shown["example"].values.tolist() == [0, 1] and shown["field_example"].values.tolist() == ["a", "b"]
    np.testing.assert_array_equal(shown["weight"].isel(epoch=[1]).values, cube[:, 2, 1:])
    pytest.importorskip("matplotlib")
    axes = selection.plot.trajectories("all")
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), np.median(cube[:, 1], axis=0))


def test_names_that_a_selection_changed_come_back_as_they_were(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pyarrow"), pytest.importorskip("xarray"), pytest.importorskip("scipy")
    values = np.arange(8, dtype=np.float32).reshape(2, 1, 2, 2)
    fields = [{"epoch": 70 + one, "loss": f"v{one}", "field_note": one} for one in range(2)]
    engram.append(tmp_path / "s.engram", values, runs=fields, layers=["fc"], epochs=[0, 5], statistics=["loss", "note"])
    selection = engram.open(tmp_path / "s.engram").select(statistics="all")
    selection.to_parquet(tmp_path / "s.parquet")
    with pytest.warns(engram.EngramWarning, match="the statistic chosen_loss is called loss again"):
        engram.read_parquet(tmp_path / "s.parquet", tmp_path / "parquet.engram")
    with pytest.warns(engram.EngramWarning, match="field_epoch"):
        selection.to_xarray().to_netcdf(tmp_path / "s.nc", engine="scipy")
    import xarray

    with pytest.warns(engram.EngramWarning) as told:
        engram.from_xarray(xarray.open_dataset(tmp_path / "s.nc", engine="scipy"), tmp_path / "xarray.engram")
    assert not any("attributes" in str(one.message) for one in told)
    for way in ("parquet", "xarray"):
        store = engram.open(tmp_path / f"{way}.engram")
        assert store.sql("SELECT epoch, loss, field_note FROM run ORDER BY 1").rows() == [(70, "v0", 0), (71, "v1", 1)]
        np.testing.assert_array_equal(store.select(statistics=["loss", "note"]).to_numpy(), selection.to_numpy())


def test_a_name_that_the_user_gave_a_coordinate_of_a_selection_stays(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("xarray")
    engram.append(
        tmp_path / "s.engram", np.ones((2, 1, 1, 1)), runs=[{"loss": 3}, {"loss": 4}], layers=["fc"], epochs=[0], statistics=["loss"])
    selection = engram.open(tmp_path / "s.engram").select(statistics="all")
    with pytest.warns(engram.EngramWarning, match="the field loss is called field_loss here"):
        data = selection.to_xarray()
    engram.from_xarray(data.rename(field_loss="final_loss"), tmp_path / "renamed.engram")
    assert engram.open(tmp_path / "renamed.engram").sql("SELECT final_loss FROM run ORDER BY 1").rows() == [(3,), (4,)]
    with pytest.warns(engram.EngramWarning, match="the field field_loss is called loss again"):
        engram.from_xarray(data, tmp_path / "again.engram")
    assert engram.open(tmp_path / "again.engram").sql("SELECT loss FROM run ORDER BY 1").rows() == [(3,), (4,)]
    both = data.rename(loss="m").assign_coords(loss=("example", [5, 6]))
    with pytest.raises(engram.UsageError, match="two coordinates are one field.*field_loss"):
        engram.from_xarray(both, tmp_path / "both.engram")
    engram.from_xarray(both.rename(field_loss="final_loss"), tmp_path / "apart.engram")
    assert engram.open(tmp_path / "apart.engram").sql("SELECT loss, final_loss FROM run ORDER BY 1").rows() == [(5, 3), (6, 4)]


def test_a_statistic_that_is_called_chosen_keeps_its_name(tmp_path: pathlib.Path) -> None:
    from engram._arrow_tables import unchosen

    assert unchosen("chosen_loss", {"seed"}) == "chosen_loss" and unchosen("chosen_Loss", {"loss"}) == "Loss"
    assert unchosen("chosen_chosen_loss", {"loss", "chosen_loss"}) == "loss"
    assert unchosen("chosen_chosen_loss", {"chosen_loss"}) == "chosen_loss"
