"""Writing: appends, recorders, meters, classifying in the store, ingesting."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import warnings

import numpy as np
import pytest

import engram


def test_appended_values_come_back_bit_by_bit(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mine.engram"
    random = np.random.default_rng(5)
    values = random.normal(size=(3, 2, 4, 5))
    values[0, 0, 0, 0] = np.nan
    values[1, 1, 2, 3] = -np.inf
    values[2, 0, 1, 1] = -0.0
    runs = [{"seed": index, "rule": rule, "lr": 0.5, "flag": True} for index, rule in enumerate(["adam", "sgd", None])]
    names = [f"s{index}" for index in range(5)]
    report = engram.append(
        path, values, runs=runs, layers=["a", ("b", "deep")], epochs=[0, 1, 2.5, 10], statistics=names, reason="a test")
    assert report["examples"] == 6 and report["runs"] == 3
    store = engram.open(path)
    cube = store.select(statistics="all").to_numpy3d()
    np.testing.assert_array_equal(cube.transpose(0, 2, 1).reshape(3, 2, 4, 5).copy().view(np.uint64), values.view(np.uint64))
    assert store.sql("SELECT seed, rule, lr, flag FROM run").rows() == [(0, "adam", 0.5, 1), (1, "sgd", 0.5, 1), (2, None, 0.5, 1)]
    assert store.sql("SELECT layer_name, layer_position FROM example LIMIT 2").rows() == [("a", None), ("b", "deep")]
    more = store.append(values[:1], runs=[{"seed": 9}], layers=["a", "b"], epochs=[0, 1, 2.5, 10], statistics=names)
    assert more["first_example"] == 6 and len(store) == 8


@pytest.mark.parametrize("shape", [(3, 2, 4), (2, 1, 3, 2), (1, 1, 2, 2)])
def test_values_of_another_shape_are_refused(tmp_path: pathlib.Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        engram.append(tmp_path / "x.engram", np.zeros(shape), runs=[{"a": 1}], layers=["fc"], epochs=[0, 1], statistics=["m"])
    assert not (tmp_path / "x.engram").exists()


def test_a_failed_append_leaves_no_store(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError):
        engram.append(tmp_path / "x.engram", np.zeros((1, 1, 2, 1)), runs=[{"a": 1}], layers=["fc"], epochs=[1, 0], statistics=["m"])
    assert not (tmp_path / "x.engram").exists()


def test_a_recorder_records_resumes_and_ends(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "run.engram"
    facts = {"learning_rule": "sgdm", "seed": 1}
    first = engram.Recorder(path, facts, layers=["a", "b"], statistics=["m", "v"])
    assert first.record(0, [[1, 2], [3, 4]], metrics={"loss": 0.5}) and not first.is_resumed
    assert first.record(1, {"a": {"m": 5, "v": 6}, "b": {"m": 7}})
    with pytest.raises(TimeoutError):
        subprocess_recorder = engram.Recorder(path, facts, layers=["a", "b"], statistics=["m", "v"])
        subprocess_recorder.record(2, [[0, 0], [0, 0]])
    first.close()
    with engram.Recorder(path, facts, layers=["a", "b"], statistics=["m", "v"], strict=True) as again:
        assert again.is_resumed and again.epochs == [0.0, 1.0]
        assert again.record(2, np.zeros((2, 2)))
        with pytest.raises(OSError):
            again.record(2, np.ones((2, 2)))
        with pytest.raises(ValueError):
            again.record(3, np.zeros((3, 2)))
    assert again.report is not None and again.report["examples"] == 2
    store = engram.open(path)
    cube = store.select(statistics="all").to_numpy3d()
    np.testing.assert_array_equal(cube[0], [[1, 5, 0], [2, 6, 0]])
    np.testing.assert_array_equal(cube[1], [[3, 7, 0], [4, np.nan, 0]])
    assert store.sql("SELECT metric, value FROM run_metric_last").rows() == [("loss", 0.5)]
    with pytest.raises(OSError):
        engram.Recorder(path, facts, layers=["a", "b"], statistics=["m", "v"])


def test_a_checkpoint_that_cannot_be_recorded_warns_once_and_training_goes_on(tmp_path: pathlib.Path) -> None:
    recorder = engram.Recorder(tmp_path / "run.engram", {"a": 1}, layers=["x"], statistics=["m"])
    with pytest.warns(engram.EngramWarning, match="training goes on"):
        assert recorder.record(0, [[1, 2]]) is False
    assert recorder.record(0, [["text"]]) is False  # type: ignore[list-item]
    assert recorder.record(0, [[1]]) is True


def test_a_killed_training_goes_on_where_it_stopped(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "run.engram"
    program = (
        "import engram, os, signal, numpy\n"
        f"with engram.Recorder({str(path)!r}, {{'seed': 3}}, layers=['fc'], statistics=['m']) as recorder:\n"
        "    for epoch in range(6):\n"
        "        if epoch in recorder.epochs: continue\n"
        "        recorder.record(epoch, numpy.full((1, 1), epoch))\n"
        "        if epoch == 3 and not recorder.is_resumed: os.kill(os.getpid(), signal.SIGKILL)\n")
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    np.testing.assert_array_equal(engram.open(path).select(statistics="all").to_numpy(), [[0, 1, 2, 3, 4, 5]])


def test_a_child_of_the_training_records_nothing(tmp_path: pathlib.Path) -> None:
    with engram.Recorder(tmp_path / "run.engram", {"a": 1}, layers=["x"], statistics=["m"]) as recorder:
        recorder.record(0, [[1]])
        child = os.fork()
        if child == 0:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                found = [recorder.record(epoch, [[2]]) for epoch in (1, 2)]
            os._exit(0 if found == [False, False] and ["nothing is recorded here" in str(one.message) for one in told] == [True] else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert recorder.epochs == [0.0]


def test_a_strict_recorder_raises_in_a_child_of_the_training(tmp_path: pathlib.Path) -> None:
    with engram.Recorder(tmp_path / "run.engram", {"a": 1}, layers=["x"], statistics=["m"], strict=True) as recorder:
        recorder.record(0, [[1]])
        child = os.fork()
        if child == 0:
            try:
                recorder.record(1, [[2]])
            except engram.UsageError as error:
                os._exit(0 if "in the process that made it" in str(error) else 2)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0


def test_a_metric_that_cannot_be_one_takes_nothing_with_it(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.engram"
    metrics = {"loss": 0.5, "huge": -(10**400), "": 1.0, "a\0b": 2.0, "\ud800": 3.0, "x" * 201: 4.0, "x" * 200: 2**64}
    with pytest.warns(engram.EngramWarning) as told:
        with engram.Recorder(path, {"a": 1}, layers=["fc"], statistics=["m"]) as recorder:
            assert all(recorder.record(epoch, [[1.0]], metrics=metrics) for epoch in range(2))
    assert [str(one.message).rpartition(": ")[2][:30] for one in told] == [r"'', 'a\x00b', '\ud800', 'xxxxx", "huge"]
    found = engram.open(path).sql("SELECT metric, value FROM run_metric WHERE epoch = 1 ORDER BY 1").rows()
    assert found == [("loss", 0.5), ("x" * 200, 2.0**64)]
    strict = engram.Recorder(tmp_path / "y.engram", {"a": 1}, layers=["fc"], statistics=["m"], strict=True)
    for metric in ({"": 1.0}, {"huge": 10**400}):
        with pytest.raises(engram.UsageError, match="metric"):
            strict.record(0, [[1.0]], metrics=metric)


def test_a_meter_measures_what_numpy_does() -> None:
    random = np.random.default_rng(1)
    activations = random.normal(size=(7, 33)).astype(np.float32)
    meter = engram.Meter()
    meter.add_activations(activations[:3])
    meter.add_activations(activations[3:])
    meter.set_weights(random.normal(size=(4, 5, 3)))
    meter.add_activity_changes([1.0, -3.0])
    found = meter.read()
    assert list(found) == engram.STATISTICS
    wide = activations.astype(np.float64)
    np.testing.assert_allclose(found["actabs_mean"], np.abs(wide).mean(axis=1).mean(), rtol=1e-12)
    np.testing.assert_allclose(found["actsq_norm"], np.linalg.norm(wide**2, axis=1).mean(), rtol=1e-12)
    np.testing.assert_allclose(found["actraw_var"], wide.var(axis=1).mean(), rtol=1e-12)
    np.testing.assert_allclose([found["gradavgabs_id"], found["gradavgraw_id"], found["gradavgsq_id"]], [2, -1, 5])
    assert "weightabs_mean" not in engram.Meter().read()
    with pytest.raises(ValueError):
        meter.add_activations(activations[:, :5])
    with pytest.raises(ValueError):
        engram.Meter(units=2.0)


def test_a_count_of_units_is_as_large_a_share_of_the_weights() -> None:
    random = np.random.default_rng(2)
    weights, activations = {"a": random.normal(size=(40, 50))}, {"a": random.normal(size=(3, 40))}
    assert engram.measure(weights, activations, units=10) == engram.measure(weights, activations, units=0.25)


def test_a_store_classifies_identifies_and_predicts(store: engram.Store, tmp_path: pathlib.Path) -> None:
    answer = store.classify(
        "fig2a/0", "random-forest", parameters={"n_estimators": 10, "max_features": "sqrt"}, epochs="0:100:50",
        save_model=tmp_path / "forest.model")
    assert answer
    listed = store.results()
    assert len(listed) == 1
    found = store.identify("architecture = 'knet'", trees=20, epochs="0:100:50")
    assert found["group"]
    predicted = store.predict(tmp_path / "forest.model", where="architecture = 'knet'")
    assert predicted
    assert store.results(listed[0]["id"])[0]
    store.classify("fig2a/0", "linear-svm", parameters={"C": 1.0}, epochs="0:100:50", zscore=True, accept_leakage=True)
    assert store.compare(*(one["id"] for one in store.results()))[0]["accuracy"]["splits"] == 1


def test_an_ingest_says_what_it_understood(tmp_path: pathlib.Path) -> None:
    table = tmp_path / "trials.csv"
    table.write_text("animal,layer,epoch,firing\na,V1,0,0.5\na,V1,1,0.75\nb,V1,0,1\nb,V1,1,2\n")
    preview = engram.ingest(table, tmp_path / "x.engram", dry_run=True, run=["animal"])
    assert preview and not (tmp_path / "x.engram").exists()
    engram.ingest(table, tmp_path / "x.engram", run=["animal"])
    np.testing.assert_array_equal(engram.open(tmp_path / "x.engram").select(statistics="all").to_numpy(), [[0.5, 0.75], [1, 2]])
    with pytest.raises(OSError):
        engram.ingest(table, tmp_path / "x.engram", run=["animal"])
    with pytest.raises(LookupError):
        engram.ingest(tmp_path / "nothing.csv", tmp_path / "x.engram")


def test_a_text_is_one_name_of_a_layer_and_of_a_statistic(tmp_path: pathlib.Path) -> None:
    with engram.Recorder(tmp_path / "run.engram", {"a": 1}, layers="conv1", statistics="mean", strict=True) as recorder:
        recorder.record(0, [[1.0]])
    store = engram.open(tmp_path / "run.engram")
    assert store.select(statistics="all").statistics == ["mean"] and store.sql("SELECT layer_name FROM example").rows() == [("conv1",)]
    with engram.Recorder(tmp_path / "map.engram", {"a": 1}, layers={"conv1": "early"}, statistics=["m"], strict=True) as recorder:
        recorder.record(0, [[1.0]])
    assert engram.open(tmp_path / "map.engram").sql("SELECT layer_name, layer_position FROM example").rows() == [("conv1", "early")]
    engram.append(tmp_path / "one.engram", np.zeros((1, 1, 1, 1)), runs=[{"a": 1}], layers="conv1", epochs=[0], statistics="mean")
    assert engram.open(tmp_path / "one.engram").sql("SELECT layer_name FROM example").rows() == [("conv1",)]
    for dtype in ("nope", "int8", complex):
        with pytest.raises(engram.UsageError, match="float32 or float64"):
            engram.Recorder(tmp_path / "x.engram", {"a": 1}, layers="a", dtype=dtype)  # type: ignore[arg-type]


def test_values_beyond_the_type_of_a_recorder_are_said_once(tmp_path: pathlib.Path) -> None:
    for values in ([[1e300, 1.0]], {"fc": {"m": 1e300, "v": 1.0}}):
        path = tmp_path / type(values).__name__
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            with engram.Recorder(path, {"a": 1}, layers=["fc"], statistics=["m", "v"], strict=True) as recorder:
                recorder.record(0, values)
                recorder.record(1, values)
        assert [one.category for one in told] == [engram.EngramWarning] and told[0].filename == __file__
        assert "1 values are beyond float32" in str(told[0].message) and "dtype='float64'" in str(told[0].message)
        with engram.Recorder(tmp_path / f"{path.name}64", {"a": 1}, layers=["fc"], statistics=["m", "v"], dtype="float64") as recorder:
            recorder.record(0, values)
        assert engram.open(tmp_path / f"{path.name}64").select(statistics="all").to_numpy().tolist() == [[1e300, 1.0]]


def test_what_is_no_mapping_and_no_layer_is_refused(tmp_path: pathlib.Path) -> None:
    for metadata in (None, 3, "ab"):
        with pytest.raises(engram.UsageError, match="metadata"):
            engram.Recorder(tmp_path / "x.engram", metadata, layers=["a"])  # type: ignore[arg-type]
    for layers in ([3], [("a",)], [None]):
        with pytest.raises(engram.UsageError, match="layers"):
            engram.Recorder(tmp_path / "x.engram", {"a": 1}, layers=layers)
    recorder = engram.Recorder(tmp_path / "y.engram", {"a": 1}, layers=["a"], statistics=["m"], strict=True)
    with pytest.raises(engram.UsageError, match="metrics"):
        recorder.record(0, [[1.0]], metrics=3)  # type: ignore[arg-type]


def test_values_that_are_zero_in_the_type_of_a_recorder_are_said_once(tmp_path: pathlib.Path) -> None:
    with pytest.warns(engram.EngramWarning) as told:
        with engram.Recorder(tmp_path / "x.engram", {"a": 1}, layers=["fc"], statistics=["m", "v"], strict=True) as recorder:
            recorder.record(0, [[1e-60, 0.0]])
            recorder.record(1, [[1e-60, 0.0]])
    assert [str(one.message)[:40] for one in told] == ["epoch 0: 1 values are too small for floa"]


def test_a_metric_that_is_no_number_takes_nothing_with_it(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.engram"
    with pytest.warns(engram.EngramWarning) as told:
        with engram.Recorder(path, {"a": 1}, layers=["fc"], statistics=["m"]) as recorder:
            for epoch in range(2):
                assert recorder.record(epoch, [[1.0]], metrics={
                    "loss": np.array([0.5]), "has_converged": np.bool_(epoch), "phase": "warm", "per_class": np.array([0.1, 0.2])})
    assert [str(one.message) for one in told] == ["epoch 0: metrics that are no numbers are left out: phase, per_class"]
    found = engram.open(path).sql("SELECT metric, epoch, value FROM run_metric ORDER BY 1, 2").rows()
    assert found == [("has_converged", 0, 0), ("has_converged", 1, 1), ("loss", 0, 0.5), ("loss", 1, 0.5)]
    strict = engram.Recorder(tmp_path / "y.engram", {"a": 1}, layers=["fc"], statistics=["m"], strict=True)
    with pytest.raises(engram.UsageError, match=r"metrics\['phase'\]"):
        strict.record(0, [[1.0]], metrics={"phase": "warm"})


def test_metadata_are_numbers_and_texts(tmp_path: pathlib.Path) -> None:
    for value in ([64, 32], (1, 2), {"a": 1}, {1}, object(), lambda: 0, np.array([1, 2]), 1 + 2j, np.complex64(1)):
        for write in (
            lambda fields: engram.append(tmp_path / "x", np.zeros((1, 1, 1, 1)), runs=[fields], layers=["a"], epochs=[0], statistics=["m"]),
            lambda fields: engram.Recorder(tmp_path / "x", fields, layers=["a"]),
        ):
            with pytest.raises(engram.UsageError, match="field x"):
                write({"x": value})
    assert not (tmp_path / "x").exists()
    kept = [3, np.float32(0.5), np.array([7]), True, "a", pathlib.PurePosixPath("a/b"), np.dtype("float32")]
    engram.append(
        tmp_path / "y", np.zeros((len(kept), 1, 1, 1)), runs=[{f"x{place}": one} for place, one in enumerate(kept)], layers=["a"], epochs=[0],
        statistics=["m"])
    found = engram.open(tmp_path / "y").sql("SELECT x0, x1, x2, x3, x4, x5, x6 FROM run").rows()
    assert [row[place] for place, row in enumerate(found)] == [3, 0.5, 7, 1, "a", "a/b", "float32"]


def test_a_named_index_of_the_frame_of_runs_is_a_field(tmp_path: pathlib.Path) -> None:
    pandas = pytest.importorskip("pandas")
    runs = pandas.DataFrame({"seed": [1, 2], "rule": ["a", "b"]}).set_index("seed")
    axes = {"layers": ["fc"], "epochs": [0], "statistics": ["m"]}
    engram.append(tmp_path / "x", np.zeros((2, 1, 1, 1)), runs=runs, **axes)
    assert engram.open(tmp_path / "x").sql("SELECT seed, rule FROM run").rows() == [(1, "a"), (2, "b")]
    with pytest.raises(engram.UsageError, match="name of a column"):
        engram.append(tmp_path / "x", np.ones((2, 1, 1, 1)), runs=runs.assign(seed=3), **axes)
    with pytest.warns(engram.EngramWarning, match="index says without a name"):
        engram.append(tmp_path / "x", np.ones((2, 1, 1, 1)), runs=runs.set_axis(["p", "q"]).rename_axis(None), **axes)
    # As a selection gives it.
    with pytest.warns(engram.EngramWarning, match="a store numbers itself are left out: example_id"):
        engram.append(tmp_path / "y", np.zeros((2, 1, 1, 1)), runs=runs.set_axis(pandas.Index([4, 7], name="example_id")), **axes)
    assert engram.open(tmp_path / "y").sql("SELECT rule FROM run").rows() == [("a",), ("b",)]


def test_norms_of_weights_are_those_of_the_published_layout() -> None:
    random = np.random.default_rng(3)
    shapes = {"dense": (64, 32), "line": (3, 16, 32), "plane": (3, 5, 16, 32), "space": (2, 3, 5, 4, 6)}
    for name, shape in shapes.items():
        kernel = random.normal(size=shape)
        rows = np.linalg.norm(kernel.reshape(shape[0], -1), axis=1).mean()
        # As PyTorch and Equinox have it: outputs, inputs, places.
        outputs_first = np.moveaxis(kernel, (-1, -2), (0, 1))
        for given in ({name: {"kernel": kernel}}, {name: {"w": kernel}}, {name: {"weight": outputs_first}}, {name: outputs_first}):
            np.testing.assert_allclose(engram.measure(given)[name]["weightraw_norm"], rows, rtol=1e-12)


def test_the_last_part_of_a_name_says_which_axes_a_kernel_has() -> None:
    kernel = np.random.default_rng(3).normal(size=(64, 32))
    rows = np.linalg.norm(kernel, axis=1).mean()
    flat = {"params/dense/kernel": kernel, "fc.weight": kernel.T, "embed/embeddings": kernel, "alone": kernel.T}
    for name, one in flat.items():
        np.testing.assert_allclose(engram.measure({name: one})[name]["weightraw_norm"], rows, rtol=1e-12)


def test_the_rows_of_an_embedding_of_equinox_are_inputs() -> None:
    @dataclasses.dataclass
    class Embedding:
        """As equinox.nn.Embedding has it."""

        num_embeddings: int
        embedding_size: int
        weight: np.ndarray

    @dataclasses.dataclass
    class Model:
        table: Embedding

    table = np.random.default_rng(3).normal(size=(64, 32))
    found = engram.measure(Model(Embedding(64, 32, table)))
    np.testing.assert_allclose(found["table"]["weightraw_norm"], np.linalg.norm(table, axis=1).mean(), rtol=1e-12)


def test_lists_of_arrays_are_layers_where_weights_are() -> None:
    random = np.random.default_rng(0)
    weights, outputs = ([random.normal(size=shape) for shape in shapes] for shapes in (((6, 7), (5, 6)), ((4, 6), (4, 5))))
    named = engram.measure({"0": weights[0], "1": weights[1]}, {"0": outputs[0], "1": outputs[1]})
    assert engram.measure(weights, outputs) == named and engram.measure(tuple(weights), tuple(outputs)) == named
    assert list(engram.measure(None, outputs)) == ["0", "1"]
    nested = engram.measure({"layers": weights}, {"layers": outputs})
    assert nested == {f"layers/{name}": found for name, found in named.items()} and "actraw_mean" in nested["layers/1"]
    flax = {"intermediates": {"Dense_0": {"__call__": (outputs[0], outputs[1])}, "__call__": (outputs[1],)}}
    assert list(engram.measure(None, flax)) == ["Dense_0"]
    with pytest.warns(engram.EngramWarning, match="left out: c"):
        engram.measure({"a": weights[0]}, {"c": outputs[0]})
