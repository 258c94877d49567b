"""HDF5 and netCDF files that hold more than plain arrays: packing, enumerations, links to elsewhere, shared groups, damage."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest

import engram

STATISTICS = ["weightabs_mean", "weightabs_var"]


@pytest.fixture
def h5py() -> Any:
    return pytest.importorskip("h5py")


def lab(h5py: Any, path: pathlib.Path, data: Any = None) -> Any:
    """A file of two examples, open for more."""
    file = h5py.File(path, "w")
    file["values"] = np.arange(12, dtype=np.float32).reshape(2, 3, 2) if data is None else data
    file["epochs"], file["statistics"] = [0, 1, 2], STATISTICS
    file["metadata/animal"] = ["m1", "m2"]
    return file


def read(path: pathlib.Path, **options: Any) -> tuple[engram.Store, list[str]]:
    """The store of a file, and what was said."""
    target = path.with_suffix(".engram")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        engram.read_hdf5(path, target, **options)
    return engram.open(target), [str(one.message) for one in told]


def cube(store: engram.Store) -> np.ndarray:
    return store.select(statistics=STATISTICS).to_numpy3d().transpose(0, 2, 1)


@pytest.mark.parametrize("raw, attributes", [
    ("i2", {"_FillValue": np.int16(3), "scale_factor": 0.5, "add_offset": 10.0}),
    ("i2", {"_FillValue": np.int16(3)}),
    ("i4", {"scale_factor": np.float32(0.1), "add_offset": np.float32(2)}),
    ("f4", {"_FillValue": np.float32(3), "missing_value": np.float32(3)}),
    ("f4", {"scale_factor": np.float32(0.1)}),
    ("f8", {"_FillValue": np.nan, "add_offset": 1}),
])
def test_packed_numbers_are_unpacked_as_xarray_does(h5py: Any, tmp_path: pathlib.Path, raw: str, attributes: dict[str, Any]) -> None:
    coding = pytest.importorskip("xarray").conventions
    data = np.arange(12).reshape(2, 3, 2).astype(raw)
    with lab(h5py, tmp_path / "x.h5", data) as file:
        file["values"].attrs.update(attributes)
        file["metadata/seed"] = [7, -1]
        file["metadata/seed"].attrs["_FillValue"] = -1
    store, said = read(tmp_path / "x.h5")
    variable = pytest.importorskip("xarray").Variable(("e", "t", "s"), data, attributes)
    known = coding.decode_cf_variable("values", variable).to_numpy()
    np.testing.assert_array_equal(cube(store), known)
    assert store.sql("SELECT seed FROM run ORDER BY animal").rows() == [(7,), (None,)]
    assert [one for one in said if "add_offset are applied: " in one and "/metadata/seed" in one and "/values" in one]


def test_an_attribute_that_is_no_number_leaves_its_array_out(h5py: Any, tmp_path: pathlib.Path) -> None:
    with lab(h5py, tmp_path / "x.h5") as file:
        file["metadata/depth"] = [1, 2]
        file["metadata/depth"].attrs["scale_factor"] = "two"
    assert any("/metadata/depth (its attribute scale_factor is no number)" in one for one in read(tmp_path / "x.h5")[1])


def test_a_file_of_netcdf_has_no_field_of_a_bare_dimension(h5py: Any, tmp_path: pathlib.Path) -> None:
    with lab(h5py, tmp_path / "x.nc") as file:
        for axis, name in enumerate(("example", "epoch", "statistic")):
            scale = file.create_dataset(name, data=np.zeros(file["values"].shape[axis], "f4"))
            scale.make_scale(f"This is a netCDF dimension but not a netCDF variable.{file['values'].shape[axis]:10d}")
            file["values"].dims[axis].attach_scale(scale)
        file["values"].attrs["units"], file.attrs["title"] = "mV", "ours"
    store, said = read(tmp_path / "x.nc")
    assert np.array_equal(cube(store), np.arange(12).reshape(2, 3, 2)) and "example" not in store.sql("SELECT * FROM run").columns
    assert [one for one in said if "attributes are not read" in one and "@title, values@units" in one]


def test_enumerations_are_their_names(h5py: Any, tmp_path: pathlib.Path) -> None:
    with lab(h5py, tmp_path / "x.h5") as file:
        kind = h5py.enum_dtype({"ADAM": 1, "SGDM": 5}, basetype="i1")
        file["metadata"].create_dataset("optimizer", data=np.array([5, 2], "i1"), dtype=kind)
        file["metadata/is_wide"] = [True, False]
    store, _ = read(tmp_path / "x.h5")
    assert store.sql("SELECT optimizer, is_wide FROM run ORDER BY animal").rows() == [("SGDM", 1), ("2", 0)]


@pytest.mark.parametrize("kind, large", [("i8", 2**53 + 1), ("i8", 2**63 - 1), ("u8", 2**64 - 1), ("i8", 2**53)])
def test_rounded_whole_numbers_are_said(h5py: Any, tmp_path: pathlib.Path, kind: str, large: int) -> None:
    data = np.zeros((2, 3, 2), kind)
    data[1, 2, 1] = large
    lab(h5py, tmp_path / "x.h5", data).close()
    store, said = read(tmp_path / "x.h5")
    assert cube(store)[1, 2, 1] == float(large)
    assert len([one for one in said if f"1 numbers are longer than their type of reals holds, which has the nearest in their place, such as {large}" in one]) == (large != 2**53)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        engram.append(
            tmp_path / "y.engram", data[:, None], runs=[{"n": 1}, {"n": 2}], layers=["a"], epochs=[0, 1, 2], statistics=STATISTICS)
    assert len(told) == (large != 2**53)


def test_nothing_of_another_file_is_read(h5py: Any, tmp_path: pathlib.Path) -> None:
    with lab(h5py, tmp_path / "other.h5") as file:
        file["day/values"] = file["values"][()]
    with lab(h5py, tmp_path / "x.h5") as file:
        file["out"] = h5py.ExternalLink("other.h5", "/")
        file["metadata/soft"] = h5py.SoftLink("/out/metadata/animal")
        file["softgroup"] = h5py.SoftLink("/out/day")
        layout = h5py.VirtualLayout((2,), "f8")
        layout[:] = h5py.VirtualSource("nowhere.h5", "x", (2,))
        file["metadata"].create_virtual_dataset("virtual", layout)
        file["metadata"].create_dataset("raw", (2,), "f8", external=[(str(tmp_path / "raw.bin"), 0, 16)])
        file.id.links.create_soft(b"metadata/\xff", b"/epochs")
    store, said = read(tmp_path / "x.h5")
    line = next(one for one in said if "not read: " in one)
    for part in (
        "/out (a link to another file)", "/softgroup (a link to another file)", "/metadata/soft (a link to another file)",
        "/metadata/virtual (a virtual dataset", "/metadata/raw (its values are in another file)", "(a name that is not UTF-8)",
    ):
        assert part in line, part
    assert not {"soft", "virtual", "raw"} & set(store.sql("SELECT * FROM run").columns)
    with pytest.raises(LookupError, match="no such group"):
        engram.read_hdf5(tmp_path / "x.h5", tmp_path / "y.engram", group="out/day")


def test_groups_that_many_links_lead_to_are_read_once(h5py: Any, tmp_path: pathlib.Path) -> None:
    with lab(h5py, tmp_path / "x.h5") as file:
        below = file.create_group("last")
        for level in range(30):
            group = file.create_group(f"g{level}")
            group["a"] = group["b"] = below
            below = group
        file["aaa/again"] = file["metadata"]
    store, said = read(tmp_path / "x.h5")
    line = next(one for one in said if "not read: " in one)
    assert "/aaa/again (the same group as /metadata)" in line and "in all)" in line
    assert store.sql("SELECT animal FROM run ORDER BY 1").rows() == [("m1",), ("m2",)]


def test_what_h5py_cannot_read_is_an_error_of_this_package(h5py: Any, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.h5"
    with lab(h5py, path) as file:
        file["metadata"].create_dataset("word", data=np.array([b"caf\xe9", b"b"]), dtype=h5py.string_dtype("ascii", 4))
    with pytest.raises(engram.CorruptError, match=r"an array cannot be read \(in /metadata/word"):
        engram.read_hdf5(path, tmp_path / "y.engram")
    with lab(h5py, path) as file:
        del file["values"]
        data = file.create_dataset("values", (2, 3, 2), "f4", chunks=(2, 3, 2), compression="gzip")
        data[...] = 1
        place, size = data.id.get_chunk_info(0).byte_offset, data.id.get_chunk_info(0).size
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[place:place + size] = bytes(size)
    path.write_bytes(changed)
    with pytest.raises(engram.EngramError, match="/values"):
        engram.read_hdf5(path, tmp_path / "y.engram")
    for end in range(0, len(whole) - 1, 211):
        path.write_bytes(whole[:end])
        with pytest.raises(engram.EngramError):
            engram.read_hdf5(path, tmp_path / "y.engram")
    assert not (tmp_path / "y.engram").exists()


def test_bytes_that_changed_are_errors_of_this_package(h5py: Any, tmp_path: pathlib.Path) -> None:
    """In a process of their own, for the library of HDF5 crashed on labels of axes that were read by its own functions."""
    with lab(h5py, tmp_path / "x.h5") as file:
        for axis, name in enumerate(("example", "epoch", "statistic")):
            file["values"].dims[axis].label = name
    program = (
        "import engram, pathlib, random, sys, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "path, dice = pathlib.Path(sys.argv[1]), random.Random(1)\n"
        "whole = path.read_bytes()\n"
        "for _ in range(300):\n"
        "    changed = bytearray(whole)\n"
        "    for _ in range(3): changed[dice.randrange(len(whole))] = dice.randrange(256)\n"
        "    path.write_bytes(changed)\n"
        "    try: engram.read_hdf5(path, path.with_suffix('.engram'), dry_run=True)\n"
        "    except engram.EngramError: pass\n")
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "x.h5")], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_an_array_of_an_unknown_filter_says_how_to_get_it(h5py: Any, tmp_path: pathlib.Path) -> None:
    with lab(h5py, tmp_path / "x.h5") as file:
        del file["values"]
        space = h5py.h5s.create_simple((2, 3, 2))
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((2, 3, 2))
        plist.set_filter(32_099, h5py.h5z.FLAG_OPTIONAL, (1,))
        data = h5py.Dataset(h5py.h5d.create(file.id, b"values", h5py.h5t.NATIVE_FLOAT, space, plist))
        data.id.write_direct_chunk((0, 0, 0), bytes(48))
    with pytest.raises(engram.UnsupportedError, match="hdf5plugin"):
        engram.read_hdf5(tmp_path / "x.h5", tmp_path / "y.engram")


def test_a_file_of_matlab_is_left_within_itself(h5py: Any, tmp_path: pathlib.Path) -> None:
    with lab(h5py, tmp_path / "other.h5"):
        pass
    with h5py.File(tmp_path / "x.mat", "w", userblock_size=512) as file:
        file["values"], file["epochs"] = np.full((2, 3, 2), 2**53 + 1).T, [0, 1, 2]
        file["elsewhere"] = h5py.ExternalLink("other.h5", "/values")
        file["kind"], file["empty"] = np.dtype("f8"), h5py.Empty("f8")
        file.create_group("metadata").create_dataset("raw", (2,), "f8", external=[(str(tmp_path / "raw.bin"), 0, 16)])
        below = file.create_group("last")
        for level in range(28):
            group = file.create_group(f"z{level}")
            group["a"] = group["b"] = below
            below = group
    with open(tmp_path / "x.mat", "r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file".ljust(124) + bytes([0, 2]) + b"IM")
    with pytest.warns(engram.EngramWarning) as told:
        engram.read_matlab(tmp_path / "x.mat", tmp_path / "x.engram", statistics=STATISTICS, metadata={"seed": [1, 2]})
    said = " ".join(str(one.message) for one in told)
    for part in ("kind (no array)", "empty (no array)", "elsewhere (a link to another file)", "metadata/raw (its values are in another file)", "12 numbers are longer"):
        assert part in said, part


@pytest.mark.parametrize(("kind", "fill"), [
    (np.int16, 65537.0), (np.int16, 2.5), (np.int16, np.inf), (np.uint8, np.int16(-9999)), (np.uint8, -15), (np.int8, 300),
    (np.float32, 1e300)])
def test_a_fill_value_that_its_type_cannot_hold_masks_nothing(h5py: Any, tmp_path: pathlib.Path, kind: Any, fill: Any) -> None:
    data = np.array([0, 1, 2, 241, 3, 44, 5, 6, 7, 8, 9, 10]).astype(kind).reshape(2, 3, 2)
    if kind == np.float32:
        data[0, 0, 0] = np.inf
    with lab(h5py, tmp_path / "x.h5", data) as file:
        file["values"].attrs["missing_value"] = fill
    store, said = read(tmp_path / "x.h5")
    cube = store.select(statistics=STATISTICS).to_numpy3d().transpose(0, 2, 1)
    np.testing.assert_array_equal(cube, data.astype(np.float64))
    assert any("values@missing_value" in one for one in said), said


def test_two_arrays_that_are_one_field_are_refused(h5py: Any, tmp_path: pathlib.Path) -> None:
    with lab(h5py, tmp_path / "x.h5") as file:
        file["metadata/a/b"], file["metadata/a_b"] = ["p", "q"], ["x", "y"]
    with pytest.raises(engram.InvalidDataError, match=r"metadata/a/b, metadata/a_b|metadata/a_b, metadata/a/b"):
        read(tmp_path / "x.h5")


def test_what_a_call_says_wrongly_is_a_usage_error(h5py: Any, tmp_path: pathlib.Path) -> None:
    lab(h5py, tmp_path / "x.h5").close()
    for wrong in ({"values": 3}, {"metadata": 3}, {"statistics": 3}, {"axes": 3}, {"epochs": object()}):
        with pytest.raises(engram.EngramError):
            read(tmp_path / "x.h5", **wrong)
    store, _ = read(tmp_path / "x.h5", metadata={"weight": np.array(5.0), "task": "t"})
    assert store.sql("SELECT DISTINCT weight, task FROM run").rows() == [(5.0, "t")]


def test_whole_numbers_beyond_64_bits_are_texts_of_a_field(h5py: Any, tmp_path: pathlib.Path) -> None:
    with lab(h5py, tmp_path / "x.h5") as file:
        file["metadata/code"] = np.array([2**64 - 1, 1], np.uint64)
    store, said = read(tmp_path / "x.h5")
    assert store.sql("SELECT code FROM run ORDER BY run_id").rows() == [("18446744073709551615",), ("1",)]
    assert any("code is text" in one for one in said)
    one = {"values": np.zeros((1, 1, 1, 1)), "layers": ["a"], "epochs": [0], "statistics": ["m"]}
    for code in (2**63, 2**64 - 1, -(2**63) - 1, 2**64, 10**400):
        with pytest.raises(engram.UsageError, match=f"64 bits .in field code.*found {str(code)[:60]}"):
            engram.append(tmp_path / "y.engram", runs=[{"code": code}], **one)
        for given in (code, [1, code]):
            with pytest.raises(engram.UsageError, match="64 bits .in field code"):
                read(tmp_path / "x.h5", metadata={"code": given})
    assert engram.append(tmp_path / "y.engram", runs=[{"code": float(2**64)}], **one)["examples"] == 1


def test_metadata_of_a_caller_is_one_value_or_one_for_each(h5py: Any, tmp_path: pathlib.Path) -> None:
    lab(h5py, tmp_path / "x.h5").close()
    for given in ([[1, 2], [3]], [(1, 2), (3, 4)]):
        with pytest.raises(engram.UsageError, match="field code"):
            read(tmp_path / "x.h5", metadata={"code": given})
    with pytest.raises(engram.InvalidDataError, match=r"one value, or a list of .*found a list of 1\)"):
        read(tmp_path / "x.h5", metadata={"code": [1]})


def test_the_name_of_one_layer_is_a_text(h5py: Any, tmp_path: pathlib.Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["activations"], file["epochs"] = np.random.default_rng(0).normal(size=(2, 5, 4)), [0, 1]
    store, _ = read(tmp_path / "x.h5", layers="conv1")
    assert store.sql("SELECT layer_name FROM example").rows() == [("conv1",)]


def test_warnings_of_a_file_point_at_the_caller(h5py: Any, tmp_path: pathlib.Path) -> None:
    with lab(h5py, tmp_path / "x.h5") as file:
        file["values"].attrs["_FillValue"], file["rest"] = np.float32(3), np.zeros((7, 7))
    with pytest.warns(engram.EngramWarning) as told:
        engram.read_hdf5(tmp_path / "x.h5", tmp_path / "x.engram")
    said = [one for one in told if "are applied" in str(one.message) or "not read: rest" in str(one.message)]
    assert len(said) == 2 and {one.filename for one in said} == {__file__}
