"""Other libraries take what Engram gives: Arrow, pandas, polars, DuckDB, xarray, dask."""

from __future__ import annotations

import gc
import pathlib
import pickle

import numpy as np
import pytest

import engram

TWO = {"statistics": ["weightabs_mean", "actraw_var"], "epochs": "0:100:25"}


def test_pyarrow_takes_every_layout(shared: engram.Store) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    selection = shared.select(**TWO)
    cube = selection.to_numpy3d()
    lists = pyarrow.table(selection)
    lists.validate(full=True)
    assert lists.schema.field("weightabs_mean").type == pyarrow.list_(pyarrow.float32(), 5)
    values = lists["actraw_var"].combine_chunks().flatten().to_numpy().reshape(-1, 5)
    np.testing.assert_array_equal(values.view(np.uint32), cube[:, 1].copy().view(np.uint32))
    assert lists["learning_rule"].to_pylist() == selection.metadata("learning_rule")["learning_rule"]
    assert lists["dataset_seed"].to_pylist() == selection.metadata("dataset_seed")["dataset_seed"]
    assert lists["model_seed"].null_count == len(selection)
    assert lists.schema.metadata[b"engram.commit"] == str(shared.commit).encode()
    wide = selection.to_arrow("wide", fields=["architecture"])
    wide.validate(full=True)
    assert wide.column_names == ["example_id", "architecture", *selection.columns]
    np.testing.assert_array_equal(wide["actraw_var@50"].to_numpy(), cube[:, 1, 2])
    long = selection.to_arrow("long", fields="layer_name")
    long.validate(full=True)
    assert long.num_rows == cube.size
    np.testing.assert_array_equal(long["value"].to_numpy(), cube.reshape(-1))
    assert long["epoch"].to_pylist()[:6] == [0, 25, 50, 75, 100, 0]
    with pytest.raises(ValueError, match="z-score"):
        shared.select(view="zscore").to_arrow()
    with pytest.raises(ValueError, match="layout"):
        selection.to_arrow("tall")  # type: ignore[arg-type]


def test_a_stream_may_outlive_everything_it_came_from(path: pathlib.Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    reader = pyarrow.RecordBatchReader.from_stream(engram.open(path).select(**TWO))
    gc.collect()
    assert reader.read_all().num_rows == 1632
    unread = engram.open(path).select(**TWO).__arrow_c_stream__()
    del unread
    gc.collect()
    table = pyarrow.table(engram.open(path).sql("SELECT 1 AS a, NULL AS b, 'x' AS c UNION ALL SELECT NULL, NULL, NULL"))
    table.validate(full=True)
    assert table.to_pylist() == [{"a": 1, "b": None, "c": "x"}, {"a": None, "b": None, "c": None}]
    with pytest.raises(ValueError):
        pyarrow.table(engram.open(path).sql("SELECT 1 AS a UNION ALL SELECT 'x'"))


def test_pandas_polars_duckdb_and_nanoarrow_agree(shared: engram.Store) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    duckdb, nanoarrow = pytest.importorskip("duckdb"), pytest.importorskip("nanoarrow")
    pytest.importorskip("pyarrow")
    selection = shared.select("architecture = 'knet'", **TWO)
    cube = selection.to_numpy3d()
    frame = selection.to_pandas(fields=["learning_rule"])
    assert frame.shape == (96, 11) and frame.index.name == "example_id"
    np.testing.assert_array_equal(frame["actraw_var@100"].to_numpy(), cube[:, 1, 4])
    long = selection.to_pandas("long", fields="learning_rule")
    np.testing.assert_array_equal(long["value"].to_numpy(), cube.reshape(-1))
    assert long.groupby("statistic", observed=True)["value"].count().to_dict() == {"weightabs_mean": 480, "actraw_var": 480}
    eager = polars.DataFrame(selection)
    assert eager["weightabs_mean"].arr.get(4).to_numpy().tolist() == cube[:, 0, 4].tolist()
    assert selection.to_polars("wide", fields="")["actraw_var@0"].to_numpy().tolist() == cube[:, 1, 0].tolist()
    stream = selection.arrow_stream("long", fields="learning_rule")
    counted = duckdb.sql("SELECT statistic, count(*), sum(value) FROM stream GROUP BY 1 ORDER BY 1").fetchall()
    assert [row[:2] for row in counted] == [("actraw_var", 480), ("weightabs_mean", 480)]
    assert sum(len(batch) for batch in nanoarrow.ArrayStream(selection).iter_chunks()) == 96
    table = shared.sql("SELECT architecture, dataset_seed FROM run")
    assert table.to_pandas()["dataset_seed"].isna().sum() == polars.DataFrame(table)["dataset_seed"].null_count() > 0
    assert isinstance(table.to_pandas()["architecture"].dtype, pandas.CategoricalDtype)


def test_a_whole_number_beside_reals_is_not_rounded(shared: engram.Store) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("polars")
    wide = shared.sql(f"SELECT {2**53 + 1} AS x UNION ALL SELECT 0.5")
    for read in (wide.to_arrow, wide.to_polars):
        with pytest.raises(engram.InvalidDataError, match=f"rounded.*column 'x'.*{2**53 + 1}.*cast it"):
            read()
    assert wide["x"] == [2**53 + 1, 0.5]
    narrow = shared.sql(f"SELECT {2**53} AS x UNION ALL SELECT {-(2**63)} UNION ALL SELECT 0.5")
    assert sorted(narrow.to_arrow()["x"].to_pylist()) == sorted(narrow.to_polars()["x"].to_list()) == [-(2.0**63), 0.5, 2.0**53]


def test_polars_scans_only_what_a_query_needs(shared: engram.Store) -> None:
    polars = pytest.importorskip("polars")
    selection = shared.select(statistics="all", epochs="0:100:25")
    eager = selection.to_polars()
    lazy = selection.scan()
    assert lazy.collect_schema() == eager.schema and lazy.collect().equals(eager)
    is_knet = polars.col("architecture") == "knet"
    query = (is_knet, polars.col("weightabs_mean").arr.get(4).alias("last"))
    assert lazy.filter(query[0]).select(query[1]).collect().equals(eager.filter(query[0]).select(query[1]))
    by_value = polars.col("actraw_var").arr.get(0) > 0.5
    assert lazy.filter(by_value).select("example_id").collect().equals(eager.filter(by_value).select("example_id"))
    # Texts by their letters: an old polars takes categories of other codes for other texts.
    texts = polars.col(polars.Categorical).cast(polars.String)
    assert lazy.head(7).collect().with_columns(texts).equals(eager.head(7).with_columns(texts))
    assert lazy.select("learning_rule").collect().height == 1632
    assert lazy.filter(polars.col("architecture") == "nothing").collect().height == 0
    wide = selection.scan("wide", fields="learning_rule")
    assert wide.select("actraw_var@50").sum().collect().equals(selection.to_polars("wide", "").select("actraw_var@50").sum())


def test_a_scan_without_columns_has_its_rows(shared: engram.Store) -> None:
    polars = pytest.importorskip("polars")
    lazy = shared.select("architecture = 'knet'", statistics=["weightabs_mean"], epochs=0).scan()
    is_even = polars.col("i") % 2 == 0
    assert lazy.with_row_index("i").filter(is_even).select(polars.len()).collect().item() == 48
    assert lazy.with_row_index("i").select("i").collect().to_series().to_list() == list(range(96))
    assert lazy.with_row_index("i").select("i").head(3).collect().height == 3
    assert lazy.select(polars.int_range(polars.len())).collect().height == 96
    is_large = polars.col("weightabs_mean").arr.get(0) > 0.05
    count = lazy.filter(is_large).select("example_id").collect().height
    assert lazy.filter(is_large).with_row_index("i").select("i").collect().height == count > 0


def test_parquet_holds_the_same_values(shared: engram.Store, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import parquet

    selection = shared.select(**TWO)
    selection.to_parquet(tmp_path / "x.parquet")
    table = parquet.read_table(tmp_path / "x.parquet")
    values = table["weightabs_mean"].combine_chunks().flatten().to_numpy().reshape(-1, 5)
    np.testing.assert_array_equal(values, selection.to_numpy3d()[:, 0])
    assert [one.name for one in tmp_path.iterdir()] == ["x.parquet"]
    assert table.schema.metadata[b"engram.commit"] == str(shared.commit).encode()
    selection.to_parquet(tmp_path / "plain.parquet", use_dictionary=True)
    assert parquet.read_table(tmp_path / "plain.parquet").equals(table)
    whole = shared.select(statistics="all")
    whole.to_parquet(tmp_path / "split.parquet")
    whole.to_parquet(tmp_path / "dictionary.parquet", use_dictionary=True)
    assert (tmp_path / "split.parquet").stat().st_size < 0.7 * (tmp_path / "dictionary.parquet").stat().st_size
    for layout in ("wide", "long"):
        selection.to_parquet(tmp_path / "x.parquet", layout)
        assert parquet.read_table(tmp_path / "x.parquet").equals(selection.to_arrow(layout))


def test_xarray_indexes_lazily_in_every_way(shared: engram.Store) -> None:
    xarray = pytest.importorskip("xarray")
    lazy = xarray.open_dataset(shared.path, engine="engram", where="architecture = 'knet'")
    assert lazy.sizes == {"example": 96, "epoch": 21} and lazy.attrs["commit"] == shared.commit
    whole = shared.select("architecture = 'knet'", statistics="all")
    known = whole.to_numpy3d()
    place = whole.statistics.index("actabs_norm")
    keys = [
        {}, {"example": 3}, {"example": -1, "epoch": slice(None, None, -2)}, {"example": [5, 2, 2, 90], "epoch": [0, 20, 3]},
        {"example": slice(10, 4, -3)}, {"epoch": 7}, {"example": []}, {"example": slice(0, 0)},
        {"example": np.arange(96) % 5 == 0},
    ]
    for key in keys:
        reference = xarray.DataArray(known[:, place], dims=("example", "epoch"))
        np.testing.assert_array_equal(lazy.actabs_norm.isel(key).values, reference.isel(key).values, str(key))
    vector = xarray.DataArray([1, 1, 7], dims="points")
    np.testing.assert_array_equal(lazy.actabs_norm.isel(example=vector, epoch=vector).values, known[[1, 1, 7], place, [1, 1, 7]])
    means = lazy.weightabs_mean.sel(epoch=100).groupby("learning_rule").mean()
    assert means.sizes == {"learning_rule": 4}
    again = pickle.loads(pickle.dumps(lazy))
    np.testing.assert_array_equal(again.weightabs_mean.values, lazy.weightabs_mean.values)
    array = xarray.open_dataset(shared.path, engine="engram", where="architecture = 'knet'", layout="array")
    np.testing.assert_array_equal(array["values"].isel(statistic=[2, 0], epoch=-1).values, known[:, [2, 0], -1])
    assert xarray.open_dataset(shared.path).sizes["example"] == 1632


def test_dask_computes_on_chunks(shared: engram.Store) -> None:
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("dask.array")
    for chunks in ({}, "auto", {"example": 500, "epoch": 7}):
        lazy = xarray.open_dataset(shared.path, engine="engram", statistics=["weightabs_mean"], chunks=chunks)
        found = float(lazy.weightabs_mean.mean().compute(scheduler="threads"))
        known = shared.select(statistics=["weightabs_mean"]).to_numpy().astype(np.float64).mean()
        assert abs(found - known) <= 1e-5 * abs(known)


def test_frames_come_back_as_stores(shared: engram.Store, tmp_path: pathlib.Path) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    pytest.importorskip("xarray")
    selection = shared.select("architecture = 'knet'", **TWO)
    known = selection.to_numpy()
    fields = ["learning_rule", "batch_size", "dataset_seed", "layer_name"]
    frame = selection.to_pandas(fields=fields).reset_index(drop=True)
    engram.from_pandas(frame, tmp_path / "pandas.engram")
    engram.from_polars(polars.DataFrame(selection.arrow_stream("wide", fields)), tmp_path / "polars.engram")
    engram.from_arrow(selection.arrow_stream("wide", fields), tmp_path / "arrow.engram")
    for name in ("pandas", "polars", "arrow"):
        store = engram.open(tmp_path / f"{name}.engram")
        back = store.select(statistics=TWO["statistics"])
        # An ingest sorts runs; the same rows come back, bit by bit.
        assert len(store) == 96 and back.epochs == selection.epochs and back.dtype == np.float32
        assert sorted(map(bytes, back.to_numpy())) == sorted(map(bytes, known)), name
    engram.from_xarray(selection.to_xarray(fields), tmp_path / "xarray.engram")
    back = engram.open(tmp_path / "xarray.engram").select(statistics=TWO["statistics"]).to_numpy()
    np.testing.assert_array_equal(back, known)
    assert isinstance(frame, pandas.DataFrame)


def test_lists_come_back_as_trajectories(shared: engram.Store, tmp_path: pathlib.Path) -> None:
    pyarrow, polars = pytest.importorskip("pyarrow"), pytest.importorskip("polars")
    selection = shared.select("architecture = 'knet'", **TWO)
    known = sorted(map(bytes, selection.to_numpy()))
    selection.to_parquet(tmp_path / "x.parquet")
    engram.read_parquet(tmp_path / "x.parquet", tmp_path / "parquet.engram")
    engram.from_arrow(selection, tmp_path / "arrow.engram")
    engram.from_polars(polars.DataFrame(selection), tmp_path / "polars.engram", epochs=selection.epochs)
    for name in ("parquet", "arrow", "polars"):
        store = engram.open(tmp_path / f"{name}.engram")
        back = store.select(statistics=TWO["statistics"])
        assert back.epochs == selection.epochs and sorted(map(bytes, back.to_numpy())) == known, name
        assert len(store.sql("SELECT * FROM run")) == 24
    lists = pyarrow.table({"animal": ["a", "b"], "m": [[1.0, 2.0], [3.0, 4.0]]})
    engram.from_arrow(lists, tmp_path / "own.engram", epochs=[0, 10])
    np.testing.assert_array_equal(engram.open(tmp_path / "own.engram").select(statistics="all").to_numpy(), [[1, 2], [3, 4]])
    uneven = pyarrow.table({"animal": ["a", "b"], "m": [[1.0, 2.0], [3.0]]})
    views = shared.select("architecture = 'knet'", view="random-start:15x4", statistics=["weightabs_mean"])
    for wrong, options, text in ((lists, {}, "which epochs"), (uneven, {"epochs": [0, 1]}, "more or fewer"), (views, {}, "which epochs")):
        with pytest.raises(ValueError, match=text):
            engram.from_arrow(wrong, tmp_path / "no.engram", **options)
    assert not (tmp_path / "no.engram").exists()


def test_a_frame_of_a_thousand_columns_comes_back(shared: engram.Store, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pandas")
    selection = shared.select("architecture = 'knet'", statistics="all")
    runs = ["learning_rule", "layer_name", "task", "batch_size", "dataset_seed"]
    engram.from_pandas(selection.to_pandas(fields=runs).reset_index(drop=True), tmp_path / "x.engram")
    back = engram.open(tmp_path / "x.engram").select(statistics=selection.statistics).to_numpy()
    assert sorted(map(bytes, back)) == sorted(map(bytes, selection.to_numpy()))


def test_numpy_shares_memory_that_is_aligned(shared: engram.Store) -> None:
    array = shared.select(**TWO).to_numpy()
    assert array.ctypes.data % 64 == 0 and np.shares_memory(array, np.asarray(memoryview(array)))


def test_figures_are_drawn(shared: engram.Store) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    selection = shared.select(**TWO)
    axes = selection.plot.trajectories("weightabs_mean", hue="learning_rule")
    assert len(axes.get_lines()) == 4 and axes.get_ylabel() == "weightabs_mean"
    labels = selection.labels("learning_rule", encoded=False)
    assert len(selection.plot.confusion(labels, labels).texts) == 16


def test_large_whole_numbers_with_gaps_stay_what_they_are(tmp_path: pathlib.Path) -> None:
    pandas, xarray = pytest.importorskip("pandas"), pytest.importorskip("xarray")
    large = [(1 << 53) + 1, (1 << 62) + 1]
    runs = [{"learning_rule": "adam", "big": large[0]}, {"learning_rule": "sgdm", "big": large[1]}, {"learning_rule": "adam"}]
    engram.append(tmp_path / "a.engram", np.zeros((3, 1, 2, 1)), epochs=[0, 1], statistics=["s"], layers=["a"], runs=runs)
    selection = engram.open(tmp_path / "a.engram").select(statistics="all")
    for layout in ("list", "wide", "long"):
        found = selection.to_pandas(layout).big  # type: ignore[arg-type]
        assert found.dtype == pandas.Int64Dtype() and set(found.dropna()) == set(large) and found.isna().any()
    with pytest.warns(engram.EngramWarning, match="big is text"):
        texts = selection.to_xarray().big
    assert texts.values.tolist() == [str(large[0]), str(large[1]), ""] and isinstance(texts, xarray.DataArray)


def test_a_parquet_file_that_replaces_another_has_its_permissions_and_a_name_of_any_length(
    shared: engram.Store, tmp_path: pathlib.Path
) -> None:
    pytest.importorskip("pyarrow")
    for letter, count in (("x", 247), ("日", 82)):
        path = tmp_path / (letter * count + ".parquet")
        path.write_bytes(b"before")
        path.chmod(0o600)
        shared.select("architecture = 'knet'", **TWO).to_parquet(path)
        assert path.stat().st_mode & 0o777 == 0o600 and path.read_bytes()[:4] == b"PAR1"
        assert list(tmp_path.iterdir()) == [path]
        path.unlink()


def test_what_no_parquet_file_is_names_the_path_of_the_caller(shared: engram.Store, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pyarrow")
    selection = shared.select("architecture = 'knet'", **TWO)
    for path in ("", tmp_path, 3, None):
        with pytest.raises(engram.UsageError, match="path of a file"):
            selection.to_parquet(path)  # type: ignore[arg-type]
    missing = tmp_path / "nowhere" / "x.parquet"
    with pytest.raises(engram.StorageError, match="no such folder") as caught:
        selection.to_parquet(missing)
    assert caught.value.file == str(missing)
    for options in ({"compression": "foo"}, {"foo": 1}, {"version": "9"}):
        with pytest.raises(engram.UsageError, match="no such option") as refused:
            selection.to_parquet(tmp_path / "x.parquet", **options)
        assert refused.value.file == str(tmp_path / "x.parquet")
    assert list(tmp_path.iterdir()) == []
