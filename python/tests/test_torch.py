"""Rows for PyTorch, and its models measured; with Debian's PyTorch, in an environment of their own."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import numpy as np
import pytest

import engram

TWO = {"statistics": ["weightabs_mean", "actraw_var"], "epochs": "0:100:25"}


@pytest.mark.parametrize("start", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("workers", [0, 2])
def test_torch_loads_rows(shared: engram.Store, workers: int, start: str) -> None:
    torch = pytest.importorskip("torch")
    from engram.torch import StreamedTrajectories, Trajectories

    selection = shared.select(**TWO)
    known = selection.to_numpy()
    context = start if workers else None
    data = Trajectories(selection, "learning_rule")
    loader = torch.utils.data.DataLoader(data, batch_size=256, num_workers=workers, multiprocessing_context=context)
    rows = torch.cat([row for row, _ in loader]).numpy()
    np.testing.assert_array_equal(rows, known)
    stream = StreamedTrajectories(selection, "learning_rule", 100, seed=1)
    loader = torch.utils.data.DataLoader(stream, batch_size=None, num_workers=workers, multiprocessing_context=context)
    rows = torch.cat([row for row, _ in loader]).numpy()
    assert rows.shape == known.shape and not np.array_equal(rows, known)
    np.testing.assert_array_equal(np.sort(rows[:, 0]), np.sort(known[:, 0]))


@pytest.mark.parametrize("workers", [0, 2])
def test_torch_streams_the_z_score_of_all_rows(shared: engram.Store, workers: int) -> None:
    torch = pytest.importorskip("torch")
    from engram.torch import StreamedTrajectories

    for view in ("zscore", "mean+zscore+positions"):
        selection = shared.select(view=view, **TWO)
        known = selection.to_numpy()
        for shuffle in (False, True):
            stream = StreamedTrajectories(selection, "learning_rule", 100, shuffle=shuffle, buffer=1)
            loader = torch.utils.data.DataLoader(stream, batch_size=None, num_workers=workers)
            rows = torch.cat([row for row, _ in loader]).numpy()
            order, wanted = (np.lexsort(one.T[::-1]) for one in (rows, known))
            np.testing.assert_allclose(rows[order], known[wanted], rtol=1e-6, atol=1e-6)
    for wrong in ({"batch_size": 0}, {"batch_size": -1}, {"buffer": 0}, {"batch_size": 1.5}):
        with pytest.raises(engram.UsageError, match="at least 1"):
            StreamedTrajectories(selection, "learning_rule", **wrong)


def test_a_model_of_torch_is_observed(tmp_path: pathlib.Path) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))
    stimuli = [torch.randn(4, 6), torch.randn(3, 6)]
    with engram.Recorder(tmp_path / "net.engram", {"learning_rule": "sgd"}, strict=True, dtype="float64") as recorder:
        recorder.observe(model, stimuli)
        assert recorder.record(0, metrics={"loss": 1.0})
    assert model.training
    store = engram.open(tmp_path / "net.engram")
    assert store.sql("SELECT layer_name, layer_position FROM example").rows() == [("0", "early"), ("2", "middle")]
    found = dict(zip(engram.STATISTICS, store.select(statistics="all").to_numpy3d()[0, :, 0], strict=True))
    activations = model[0](torch.cat(stimuli)).detach().double().numpy()
    weights = model[0].weight.detach().double().numpy()
    np.testing.assert_allclose(found["actraw_mean"], activations.mean(axis=1).mean(), rtol=1e-6)
    np.testing.assert_allclose(found["weightsq_mean"], (weights**2).mean(), rtol=1e-6)
    np.testing.assert_allclose(found["gradavgraw_id"], weights.sum() / 5, rtol=1e-5)


def test_the_example_of_torch_records_and_identifies(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("torch")
    example = pathlib.Path(__file__).resolve().parents[1] / "examples/resnet18_cifar.py"
    sizes = ["--width", "4", "--epochs", "2", "--runs", "2", "--images", "64"]
    shown = subprocess.run(
        [sys.executable, "-W", "ignore", example, tmp_path / "x.engram", *sizes], capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("looks like") == 2
    store = engram.open(tmp_path / "x.engram")
    assert store.select(statistics="all").shape == (6 * 21, 3 * 45)
    assert store.sql("SELECT count(*) FROM run_metric WHERE metric = 'top1'").rows() == [(12,)]
    assert store.sql("SELECT layer_name FROM example LIMIT 3").rows() == [("conv1",), ("layer1.0.conv1",), ("layer1.0.conv2",)]


def test_measuring_a_model_of_torch_draws_no_random_numbers(tmp_path: pathlib.Path) -> None:
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(6, 5)
    rows = torch.utils.data.TensorDataset(torch.randn(8, 6))
    with engram.Recorder(tmp_path / "x.engram", {"a": 1}, strict=True) as recorder:
        torch.manual_seed(3)
        recorder.observe(model, torch.utils.data.DataLoader(rows, 4))
        recorder.record(0)
        first = torch.rand(1)
        torch.manual_seed(3)
        assert torch.equal(first, torch.rand(1))


def test_a_model_of_torch_that_takes_mappings_is_observed(tmp_path: pathlib.Path) -> None:
    torch = pytest.importorskip("torch")

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = torch.nn.Linear(4, 3)

        def forward(self, x: object, scale: float) -> dict[str, object]:
            return {"y": self.inner(x) * scale}

    with engram.Recorder(tmp_path / "x.engram", {"a": 1}, strict=True) as recorder:
        recorder.observe(Model(), [{"x": torch.ones(2, 4), "scale": 2.0}])
        assert recorder.record(0)
    assert engram.open(tmp_path / "x.engram").select(statistics="all").shape == (1, 45)


def test_stimuli_for_torch_that_run_out_are_refused(tmp_path: pathlib.Path) -> None:
    torch = pytest.importorskip("torch")
    model, stimuli = torch.nn.Linear(4, 3), torch.randn(6, 4)
    recorder = engram.Recorder(tmp_path / "a.engram", {"learning_rule": "adam"}, strict=True)
    with pytest.raises(engram.UsageError, match="gives its stimuli once"):
        recorder.observe(model, (batch for batch in stimuli.split(3)))
    recorder.observe(model, [])
    with pytest.raises(engram.UsageError, match="no stimuli"):
        recorder.record(0)
    recorder.observe(model, stimuli)
    with pytest.raises(engram.UsageError, match="no axis of stimuli"):
        recorder.record(0)


def test_a_model_is_measured_in_inference_mode_as_without(tmp_path: pathlib.Path) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))
    with torch.inference_mode():
        made = torch.randn(4, 6)
    found = []
    for number, (mode, stimuli) in enumerate(((False, [made.clone()]), (True, [made.clone()]), (True, [made]))):
        with engram.Recorder(tmp_path / f"{number}", {"a": 1}, strict=True) as recorder, torch.inference_mode(mode):
            recorder.observe(model, stimuli, layers="0").record(0)
            assert torch.is_inference_mode_enabled() is mode
        store = engram.open(tmp_path / f"{number}")
        assert store.sql("SELECT layer_name FROM example").rows() == [("0",)]
        found.append(store.select(statistics="all").to_numpy())
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert np.isfinite(found[0]).all()
