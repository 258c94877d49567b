"""Files of other tools: HDF5, MATLAB, and what a store itself wrote."""

from __future__ import annotations

import pathlib
import warnings

import numpy as np
import pytest

import engram
from engram._trackers import TrackedRun, by_epoch

STATISTICS = ["weightabs_mean", "weightabs_var"]


def values(rows: int = 4, epochs: int = 3, seed: int = 0) -> np.ndarray:
    """Made-up trajectories with every kind of number."""
    found = np.random.default_rng(seed).normal(size=(rows, epochs, 2)).astype(np.float32)
    if rows:
        found[0, 0, 0], found[0, 1, 0], found[1, 0, 1] = np.nan, np.inf, -0.0
    return found


def bits(path: pathlib.Path) -> np.ndarray:
    """All trajectories of a store as (example, epoch, statistic) bits, in the order of ids."""
    cube = engram.open(path).select(statistics=STATISTICS).to_numpy3d().transpose(0, 2, 1)
    return np.ascontiguousarray(cube).view(np.uint32 if cube.dtype == np.float32 else np.uint64)


@pytest.fixture
def h5py() -> object:
    return pytest.importorskip("h5py")


def lab(h5py, path: pathlib.Path, data: np.ndarray, name: str = "values") -> None:  # type: ignore[no-untyped-def]
    with h5py.File(path, "w") as file:
        file[name] = data
        file["epochs"] = [0, 10, 20]
        file["statistics"] = STATISTICS
        file["metadata/animal"] = ["m1", "m1", "007", "m2"]
        file["metadata/layer_name"] = ["V1", "IT", "V1", "IT"]
        file["metadata/task"] = "categorisation"
        file["metadata/weight_kg"] = [0.5, 0.5, np.nan, 0.75]


def test_trajectories_of_hdf5_come_in_bit_by_bit(h5py, tmp_path: pathlib.Path) -> None:  # type: ignore[no-untyped-def]
    data = values()
    lab(h5py, tmp_path / "x.h5", data)
    report = engram.read_hdf5(tmp_path / "x.h5", tmp_path / "x.engram")
    assert report["examples"] == 4 and report["runs"] == 3
    np.testing.assert_array_equal(bits(tmp_path / "x.engram"), data.view(np.uint32))
    store = engram.open(tmp_path / "x.engram")
    rows = store.sql("SELECT animal, layer_name, task, weight_kg FROM example ORDER BY example_id").rows()
    assert rows == [
        ("m1", "V1", "categorisation", 0.5), ("m1", "IT", "categorisation", 0.5), ("007", "V1", "categorisation", None),
        ("m2", "IT", "categorisation", 0.75)]
    assert store.select(statistics="all").epochs == [0, 10, 20]


@pytest.mark.parametrize("order", ["epoch,example,statistic", "statistic,session,sample", "example,statistic,epoch"])
@pytest.mark.parametrize("how", ["argument", "labels", "attribute"])
def test_axes_lie_in_any_order(h5py, tmp_path: pathlib.Path, order: str, how: str) -> None:  # type: ignore[no-untyped-def]
    words = order.split(",")
    place = {"example": 0, "sample": 0, "epoch": 1, "session": 1, "statistic": 2}
    data = values()
    lab(h5py, tmp_path / "x.h5", data.transpose([place[word] for word in words]))
    with h5py.File(tmp_path / "x.h5", "a") as file:
        if how == "labels":
            for axis, word in enumerate(words):
                file["values"].dims[axis].label = word
        elif how == "attribute":
            file["values"].attrs["axes"] = words
    engram.read_hdf5(tmp_path / "x.h5", tmp_path / "x.engram", axes=order if how == "argument" else None)
    np.testing.assert_array_equal(bits(tmp_path / "x.engram"), data.view(np.uint32))


@pytest.mark.parametrize("kind", [">f4", ">f8", "<f8", "i2", "u1", "f2"])
def test_every_type_of_number_keeps_its_values(h5py, tmp_path: pathlib.Path, kind: str) -> None:  # type: ignore[no-untyped-def]
    data = (np.arange(24).reshape(4, 3, 2) * (0.5 if "f" in kind else 1)).astype(kind)
    lab(h5py, tmp_path / "x.h5", data)
    engram.read_hdf5(tmp_path / "x.h5", tmp_path / "x.engram")
    cube = engram.open(tmp_path / "x.engram").select(statistics="all").to_numpy3d()
    np.testing.assert_array_equal(cube.transpose(0, 2, 1), data.astype(np.float64))
    assert cube.dtype == (np.float32 if kind in (">f4", "f2") else np.float64)


def test_runs_and_layers_are_axes(h5py, tmp_path: pathlib.Path) -> None:  # type: ignore[no-untyped-def]
    data = values(6).reshape(3, 2, 3, 2)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["deep/er/data"] = data
        file["deep/er/layers"] = ["early one", "late one"]
        file["deep/er/metadata/seed"] = [7, 8, 9]
        file["deep/er/unused"] = [1.0, 2.0, 3.0, 4.0, 5.0]
    with pytest.warns(engram.EngramWarning, match="not read: unused"):
        engram.read_hdf5(
            tmp_path / "x.h5", tmp_path / "x.engram", group="deep/er", values="data", epochs="0:20:10", statistics=STATISTICS,
            metadata={"learning_rule": ["adam", "sgdm", None], "layer_position": "deep"})
    np.testing.assert_array_equal(bits(tmp_path / "x.engram"), data.reshape(6, 3, 2).view(np.uint32))
    rows = engram.open(tmp_path / "x.engram").sql(
        "SELECT seed, learning_rule, layer_name, layer_position FROM example ORDER BY example_id").rows()
    assert rows[:3] == [(7, "adam", "early one", "deep"), (7, "adam", "late one", "deep"), (8, "sgdm", "early one", "deep")]
    assert rows[5] == (9, None, "late one", "deep")


def test_recordings_of_hdf5_are_measured(h5py, tmp_path: pathlib.Path) -> None:  # type: ignore[no-untyped-def]
    random = np.random.default_rng(3)
    layers = {"V1": random.normal(size=(20, 3, 30)), "IT": random.normal(size=(20, 3, 40)).astype(np.float32)}
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        for name, array in layers.items():
            file[f"activations/{name}"] = array
            file[f"activations/{name}"].attrs["axes"] = "trial,session,neuron"
        file["epochs"] = [0.0, 1.0, 7.0]
        file["metadata/animal"] = "m1"
    engram.read_hdf5(tmp_path / "raw.h5", tmp_path / "raw.engram")
    store = engram.open(tmp_path / "raw.engram")
    for name, array in layers.items():
        selection = store.select(f"layer_name = '{name}'", statistics=["actraw_mean", "actsq_norm"])
        meter = engram.Meter()
        meter.add_activations(array[:, 2])
        known = meter.read()
        np.testing.assert_allclose(
            selection.to_numpy3d()[0, :, 2], [known["actraw_mean"], known["actsq_norm"]], rtol=1e-6)
        assert selection.epochs == [0, 1, 7]
    assert store.sql("SELECT DISTINCT animal FROM run").rows() == [("m1",)]
    shown = engram.read_hdf5(tmp_path / "raw.h5", tmp_path / "no.engram", dry_run=True)
    assert shown and not (tmp_path / "no.engram").exists()


def test_a_file_of_another_layout_says_what_it_has(h5py, tmp_path: pathlib.Path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "x.engram"
    lab(h5py, tmp_path / "x.h5", values(), "mine")
    with pytest.raises(LookupError, match=r"mine \(4x3x2 float32\)"):
        engram.read_hdf5(tmp_path / "x.h5", target)
    for wrong, kind, text in (
        ({"values": "nothing"}, LookupError, "no such array"),
        ({"values": "mine", "group": "metadata"}, LookupError, "no such array"),
        ({"group": "nothing"}, LookupError, "no such group"),
        ({"values": "mine", "axes": "epoch,statistic,moon"}, ValueError, "moon"),
        ({"values": "mine", "axes": "epoch,session,statistic"}, ValueError, "one meaning"),
        ({"values": "mine", "axes": "epoch,statistic"}, ValueError, "more axes"),
        ({"values": "mine", "statistics": ["a"]}, ValueError, "statistics"),
        ({"values": "mine", "epochs": [1, 2]}, ValueError, "epochs"),
        ({"values": "mine", "metadata": {"seed": [1, 2, 3]}}, ValueError, "seed"),
        ({"values": "statistics"}, ValueError, "no array of numbers"),
        ({"values": "metadata"}, ValueError, "no array of numbers"),
        ({"activations": {"a=b": "mine"}}, ValueError, "no ="),
    ):
        with pytest.raises(kind, match=text) as caught:
            engram.read_hdf5(tmp_path / "x.h5", target, **wrong)
        assert isinstance(caught.value, engram.EngramError), wrong
    for data, statistics, text in ((values(0), STATISTICS, "empty"), (values(), ["m", "m"], r"x\.h5: the statistic .m. comes twice")):
        with h5py.File(tmp_path / "x.h5", "w") as file:
            file["values"], file["statistics"], file["epochs"] = data, statistics, [0, 1, 2]
        with pytest.raises(ValueError, match=text):
            engram.read_hdf5(tmp_path / "x.h5", target, metadata={"seed": range(len(data))})
    (tmp_path / "text.h5").write_text("no such thing")
    with pytest.raises(OSError, match="no HDF5"):
        engram.read_hdf5(tmp_path / "text.h5", target)
    with pytest.raises(LookupError):
        engram.read_hdf5(tmp_path / "nothing.h5", target)
    assert not target.exists()


def test_links_lead_nowhere_bad(h5py, tmp_path: pathlib.Path) -> None:  # type: ignore[no-untyped-def]
    lab(h5py, tmp_path / "x.h5", values())
    lab(h5py, tmp_path / "other.h5", values(seed=1))
    with h5py.File(tmp_path / "x.h5", "a") as file:
        file["outside"] = h5py.ExternalLink("other.h5", "/values")
        file["broken"] = h5py.SoftLink("/nowhere")
        file["metadata/again"] = file["/"]
        file["compound"] = np.zeros(2, [("a", "i4")])
    with pytest.warns(engram.EngramWarning, match="not read") as told:
        engram.read_hdf5(tmp_path / "x.h5", tmp_path / "x.engram")
    text = " ".join(str(one.message) for one in told)
    for word in ("link to another file", "link to nothing", "group inside of itself", "compound"):
        assert word in text
    assert len(engram.open(tmp_path / "x.engram")) == 4


def test_a_large_array_is_copied_slab_by_slab(h5py, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from engram import _axes

    monkeypatch.setattr(_axes, "SLAB", 16)
    data = values(9)
    for order in ((0, 1, 2), (2, 0, 1)):
        with h5py.File(tmp_path / f"{order[0]}.h5", "w") as file:
            file["values"] = data.transpose(order)
            file["values"].attrs["axes"] = [["example", "epoch", "statistic"][axis] for axis in order]
        engram.read_hdf5(
            tmp_path / f"{order[0]}.h5", tmp_path / f"{order[0]}.engram", epochs=[0, 1, 2], statistics=STATISTICS,
            metadata={"seed": range(9)})
        np.testing.assert_array_equal(bits(tmp_path / f"{order[0]}.engram"), data.view(np.uint32))


@pytest.mark.parametrize("version", ["5", "4", "7.3"])
def test_trajectories_of_matlab_come_in_bit_by_bit(h5py, tmp_path: pathlib.Path, version: str) -> None:  # type: ignore[no-untyped-def]
    io = pytest.importorskip("scipy.io")
    data = values().astype(np.float64)
    path = tmp_path / "x.mat"
    if version == "7.3":
        matlab73(h5py, path, data)
    elif version == "5":
        io.savemat(path, {
            "values": data, "epochs": [0, 10, 20], "statistics": np.array(STATISTICS, object), "x": np.zeros(3) + 1j,
            "metadata": {"animal": np.array(["m1", "m1", "m2", "m2"], object), "layer_name": ["V1", "IT", "V1", "IT"], "lab": "ours"}})
    else:
        io.savemat(path, {"values": data[:, 0], "epochs": [0.0]}, format="4")
    options = {"axes": "example,statistic,epoch", "statistics": STATISTICS, "metadata": {"seed": range(4)}} if version == "4" else {}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        report = engram.read_matlab(path, tmp_path / "x.engram", **options)
    assert report["examples"] == 4
    known = data[:, :1] if version == "4" else data
    np.testing.assert_array_equal(bits(tmp_path / "x.engram"), np.ascontiguousarray(known).view(np.uint64))
    if version != "4":
        rows = engram.open(tmp_path / "x.engram").sql("SELECT animal, layer_name, lab FROM example ORDER BY example_id").rows()
        assert rows == [("m1", "V1", "ours"), ("m1", "IT", "ours"), ("m2", "V1", "ours"), ("m2", "IT", "ours")]
        assert any("not read: x" in str(one.message) for one in told)


def matlab73(h5py, path: pathlib.Path, data: np.ndarray) -> None:  # type: ignore[no-untyped-def]
    """A file as MATLAB 7.3 writes it: 512 bytes in front, axes in reverse, texts as numbers, cells as references."""
    with h5py.File(path, "w", userblock_size=512) as file:
        def put(where, name, array, kind):  # type: ignore[no-untyped-def]
            where[name] = array
            where[name].attrs["MATLAB_class"] = np.bytes_(kind)
            return where[name]

        def text(where, name, value):  # type: ignore[no-untyped-def]
            return put(where, name, np.array([[ord(letter)] for letter in value], np.uint16), "char")

        def cells(where, name, values_of):  # type: ignore[no-untyped-def]
            refs = [text(file.require_group("#refs#"), f"{name}{place}", one).ref for place, one in enumerate(values_of)]
            return put(where, name, np.array([refs], h5py.ref_dtype).T, "cell")

        put(file, "values", data.T, "double")
        put(file, "epochs", np.array([[0.0], [10.0], [20.0]]), "double")
        cells(file, "statistics", STATISTICS)
        group = file.create_group("metadata")
        group.attrs["MATLAB_class"] = np.bytes_("struct")
        cells(group, "animal", ["m1", "m1", "m2", "m2"])
        cells(group, "layer_name", ["V1", "IT", "V1", "IT"])
        text(group, "lab", "ours")
        put(file, "x", np.zeros(3, [("real", "f8"), ("imag", "f8")]), "double")
    with open(path, "r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + bytes([0, 2]) + b"IM")


def test_a_struct_array_is_a_table(tmp_path: pathlib.Path) -> None:
    io = pytest.importorskip("scipy.io")
    people = np.zeros(4, [("animal", object), ("weight", object)])
    for row, (animal, weight) in enumerate([("a", 1.5), ("b", []), ("c", 2.0), ("d", 3.0)]):
        people[row] = (animal, weight)
    io.savemat(tmp_path / "x.mat", {"data": values(), "metadata": people, "s": {"names": np.array(STATISTICS, object)}})
    engram.read_matlab(
        tmp_path / "x.mat", tmp_path / "x.engram", values="data", statistics="s/names", epochs="0:20:10")
    rows = engram.open(tmp_path / "x.engram").sql("SELECT animal, weight FROM run ORDER BY run_id").rows()
    assert rows == [("a", 1.5), ("b", None), ("c", 2), ("d", 3)]


def test_damaged_files_of_matlab_are_refused(h5py, tmp_path: pathlib.Path) -> None:  # type: ignore[no-untyped-def]
    io = pytest.importorskip("scipy.io")
    io.savemat(tmp_path / "x.mat", {"values": values(), "epochs": [0, 1, 2], "statistics": np.array(STATISTICS, object)})
    whole = (tmp_path / "x.mat").read_bytes()
    for end in range(0, len(whole) - 1, 97):
        (tmp_path / "cut.mat").write_bytes(whole[:end])
        with pytest.raises(engram.EngramError):
            engram.read_matlab(tmp_path / "cut.mat", tmp_path / "x.engram", metadata={"seed": range(4)})
    matlab73(h5py, tmp_path / "y.mat", values())
    (tmp_path / "cut.mat").write_bytes((tmp_path / "y.mat").read_bytes()[:3000])
    with pytest.raises(OSError):
        engram.read_matlab(tmp_path / "cut.mat", tmp_path / "x.engram")
    assert not (tmp_path / "x.engram").exists()


def test_a_library_that_is_missing_is_named(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util
    import pickle

    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None)
    (tmp_path / "x").write_bytes(b"")
    readers = (engram.read_hdf5, engram.read_matlab, engram.read_nwb, engram.read_tensorboard, engram.read_mlflow, engram.read_wandb)
    for read in readers:
        with pytest.raises(ModuleNotFoundError, match="pip install 'engram-trajectories") as caught:
            read(tmp_path / "x", tmp_path / "x.engram")
        again = pickle.loads(pickle.dumps(caught.value))
        assert str(again) == str(caught.value) and again.name == caught.value.name


def test_what_a_store_wrote_comes_back(shared: engram.Store, tmp_path: pathlib.Path) -> None:
    selection = shared.select("architecture = 'knet'", statistics=STATISTICS, epochs="0:100:25")
    shared._command(
        "select", where="architecture = 'knet'", statistics=STATISTICS, epochs="0:100:25", format="npz",
        output=tmp_path / "x.npz", reads_json=False)
    with pytest.warns(engram.EngramWarning, match="selection of a store"):
        engram.ingest(tmp_path / "x.npz", tmp_path / "x.engram")
    np.testing.assert_array_equal(
        engram.open(tmp_path / "x.engram").select(statistics=STATISTICS).to_numpy(), selection.to_numpy())
    pytest.importorskip("pyarrow")
    selection.to_parquet(tmp_path / "x.parquet", "wide")
    engram.read_parquet(tmp_path / "x.parquet", tmp_path / "y.engram")
    back = engram.open(tmp_path / "y.engram").select(statistics=STATISTICS).to_numpy()
    assert sorted(map(bytes, back)) == sorted(map(bytes, selection.to_numpy()))


def test_steps_of_one_epoch_count_once_and_it_is_said() -> None:
    run = TrackedRun("a", {}, {"epoch": [(0, 0.0), (1, 0.0), (2, 1.0)], "loss": [(0, 3.0), (1, 2.0), (2, 1.0)]})
    assert by_epoch(run, "epoch", "events") == {"loss": {0.0: 2.0, 1.0: 1.0}}
    assert run.notes == ["1 values were logged at earlier steps of the same 'epoch', and the last one of each counts"]


def test_the_dataset_of_a_selection_comes_back_as_it_was(shared: engram.Store, tmp_path: pathlib.Path) -> None:
    """Layers of a run stay together, as do positions, conditions and whole numbers; in both layouts, and through a file."""
    xarray = pytest.importorskip("xarray")
    selection = shared.select("architecture = 'knet'", statistics=["weightabs_mean", "weightabs_var"], epochs="0:100:50")
    selection.to_xarray().to_netcdf(tmp_path / "selection.nc", engine="scipy")
    array = xarray.open_dataset(
        shared.path, engine="engram", layout="array", where="architecture = 'knet'", statistics=["weightabs_mean", "weightabs_var"],
        epochs="0:100:50")
    query = "SELECT r.learning_rule, r.dataset_seed, e.layer_name, e.layer_position FROM example e JOIN run r USING (run_id) {} ORDER BY 1, 2, 3, 4"
    known = shared.sql(query.format("WHERE r.architecture = 'knet'")).rows()
    for name, data in (("own", selection.to_xarray()), ("file", xarray.open_dataset(tmp_path / "selection.nc", engine="scipy")), ("array", array)):
        target = tmp_path / f"{name}.engram"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", engram.EngramWarning)
            engram.from_xarray(data, target)
        again = engram.open(target)
        np.testing.assert_array_equal(again.select(statistics=selection.statistics).to_numpy(), selection.to_numpy())
        assert again.sql(query.format("")).rows() == known
        assert again.sql("SELECT count(*) FROM run").rows() == shared.sql("SELECT count(*) FROM run WHERE architecture = 'knet'").rows()


def test_coordinates_of_a_foreign_dataset_keep_their_meaning(tmp_path: pathlib.Path) -> None:
    xarray = pytest.importorskip("xarray")
    along = {"animal": list("abcd"), "layer_position": ["early", "deep", "deep", ""], "unit_fraction": [1.0, 0.5, 0.5, 1.0], "run_id": [5, 6, 7, 8]}
    data = xarray.Dataset(
        {"loss": (("example", "epoch"), np.random.default_rng(0).random((4, 3)))},
        coords={"epoch": [0, 1, 2], **{name: ("example", values) for name, values in along.items()}})
    engram.from_xarray(data, tmp_path / "mine.engram")
    rows = engram.open(tmp_path / "mine.engram").sql("SELECT animal, layer_position, unit_fraction FROM example ORDER BY 1").rows()
    assert rows == [("a", "early", 1.0), ("b", "deep", 0.5), ("c", "deep", 0.5), ("d", None, 1.0)]


def test_positions_of_areas_that_are_not_there_are_refused() -> None:
    from engram._nwb import give_positions

    rows = [{"layer_name": "V1"}, {"layer_name": "IT"}, {"layer_name": "V1"}]
    with pytest.raises(engram.UsageError, match=r"areas among V1, IT, found VI"):
        give_positions(rows, {"V1": "early", "VI": "deep"})
    give_positions(rows, {"V1": "early"})
    assert [row.get("layer_position") for row in rows] == ["early", None, "early"]


def test_errors_about_rows_name_what_they_were_made_of(tmp_path: pathlib.Path) -> None:
    from engram._rows import RowWriter

    with pytest.raises(engram.EngramError) as caught, RowWriter(["net", "epoch", "m"], "day0.nwb") as table:
        table.write({"net": "a", "epoch": "x", "m": 1.0})
        engram.ingest(table.done(), tmp_path / "x.engram")
    assert caught.value.file == "day0.nwb"


def test_a_folder_and_a_sparse_matrix_are_said_to_be_what_they_are(tmp_path: pathlib.Path) -> None:
    io, sparse = pytest.importorskip("scipy.io"), pytest.importorskip("scipy.sparse")
    with pytest.raises(engram.UsageError, match="folder"):
        engram.read_matlab(tmp_path, tmp_path / "x.engram")
    io.savemat(tmp_path / "x.mat", {
        "values": values(), "epochs": [0, 1, 2], "statistics": np.array(STATISTICS, object), "s": sparse.csc_matrix(np.eye(4)),
        "metadata": {"animal": np.array(list("abcd"), object)}})
    with pytest.warns(engram.EngramWarning, match=r"not read: s \(a sparse matrix; full"):
        engram.read_matlab(tmp_path / "x.mat", tmp_path / "x.engram")


def test_recordings_in_memory_are_no_files(tmp_path: pathlib.Path) -> None:
    for given in (np.zeros((2, 3, 4)), {"V1": np.zeros((2, 3, 4))}):
        with pytest.raises(engram.UsageError, match=r"activations.*numpy\.save"):
            engram.observe(tmp_path / "x.engram", activations=given)


def test_a_parameter_of_mlflow_is_a_number_where_all_of_its_values_are() -> None:
    from engram._mlflow import typed

    texts: dict[str, list[str | None]] = {
        "git": ["12e4567", "1234567"], "lr": ["0.1", "1e-5"], "width": ["64", "128"], "code": ["007", "8"], "flag": ["True", "False"],
        "mixed": ["True", "3"], "gap": [None, "2"], "bound": ["inf", "3"], "run_name": ["1", "2"]}
    found = typed([{name: values[run] for name, values in texts.items()} for run in range(2)])
    kept = {"git", "code", "mixed", "run_name"}
    assert [found[run][name] for name in kept for run in range(2)] == [texts[name][run] for name in kept for run in range(2)]
    assert [[row[name] for row in found] for name in ("lr", "width", "flag", "gap")] == [[0.1, 1e-5], [64, 128], [True, False], [None, 2]]
    assert found[0]["bound"] == np.inf and isinstance(found[1]["width"], int)


def test_types_for_runs_of_trackers_have_any_form(tmp_path: pathlib.Path) -> None:
    from engram._trackers import store_runs

    for number, option in enumerate(("a=text", ["a=text"], {"a": "text"})):
        run = TrackedRun("r", {"a": 7}, {"fc/weightabs_mean": [(0, 0.5), (1, 0.25)]})
        store_runs([run], tmp_path / f"{number}.engram", "x", None, None, None, {"type": option})
        assert engram.open(tmp_path / f"{number}.engram").sql("SELECT a FROM run").rows() == [("7",)]
