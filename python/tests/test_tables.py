"""Reals of tables, whatever their width: lists of pandas, columns of Arrow and polars, pages of Parquet."""

from __future__ import annotations

import pathlib
import warnings

import numpy as np
import pytest

import engram


def test_lists_in_a_frame_of_pandas_come_in(shared: engram.Store, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pyarrow")
    selection = shared.select("architecture = 'knet'", statistics=["weightabs_mean"], epochs="0:100:50")
    with pytest.raises(engram.UsageError, match="epochs"):
        engram.from_pandas(selection.to_pandas("list"), tmp_path / "mine.engram")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", engram.EngramWarning)
        engram.from_pandas(selection.to_pandas("list"), tmp_path / "mine.engram", epochs=[0, 50, 100])
    np.testing.assert_array_equal(engram.open(tmp_path / "mine.engram").select(statistics="all").to_numpy(), selection.to_numpy())


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow"])
def test_reals_of_many_widths_keep_their_values(library: str, tmp_path: pathlib.Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    narrow, wide = np.array([0.1, 6e-8], np.float32), np.array([1 / 3, 1e-300])
    columns: dict[str, object] = {"net": ["a", "a"], "lr": np.float32([0.1, 0.1]), "epoch": [0, 1], "m": narrow, "v": wide}
    if library == "arrow":
        engram.from_arrow(pyarrow.table(columns), tmp_path / "x.engram")
    elif library == "pandas":
        frame = pytest.importorskip("pandas").DataFrame(columns)
        engram.from_pandas(frame, tmp_path / "x.engram")
        engram.from_pandas(frame.astype({"m": "Float32"}), tmp_path / "y.engram")
        again = engram.open(tmp_path / "y.engram").select(statistics="all").to_numpy3d()
        np.testing.assert_array_equal(again[0], [narrow.astype(np.float64), wide])
    else:
        engram.from_polars(pytest.importorskip("polars").DataFrame(columns), tmp_path / "x.engram")
    cube = engram.open(tmp_path / "x.engram").select(statistics="all").to_numpy3d()
    np.testing.assert_array_equal(cube[0], [narrow.astype(np.float64), wide])


def test_reals_of_sixteen_bits_keep_their_values(tmp_path: pathlib.Path) -> None:
    values = np.array([0.1, 6e-8], np.float16)
    engram.from_pandas(pytest.importorskip("pandas").DataFrame({"net": ["a", "a"], "epoch": [0, 1], "m": values}), tmp_path / "x.engram")
    cube = engram.open(tmp_path / "x.engram").select(statistics="all").to_numpy3d()
    assert cube.dtype == np.float32
    np.testing.assert_array_equal(cube[0, 0], values.astype(np.float32))


def test_a_name_that_two_columns_of_arrow_have_is_refused(tmp_path: pathlib.Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table([pyarrow.array([column]) for column in ("a", 0, 1.0, 2.0)], names=["net", "epoch", "v", "v"])
    with pytest.raises(engram.InvalidDataError, match="comes twice"):
        engram.from_arrow(table, tmp_path / "x.engram")


def test_a_page_of_parquet_that_changed_is_refused(tmp_path: pathlib.Path) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({"net": ["a"] * 8, "epoch": range(8), "m": np.arange(8) + 0.123456789})
    path = tmp_path / "x.parquet"
    parquet.write_table(table, path, write_page_checksum=True, compression="none", use_dictionary=False)
    changed = bytearray(path.read_bytes())
    changed[changed.find(np.float64(3.123456789).tobytes()) + 6] ^= 4
    path.write_bytes(changed)
    with pytest.raises(engram.EngramError, match="Parquet"):
        engram.read_parquet(path, tmp_path / "x.engram")
