"""Rows for PyTorch, and its models measured; with Debian's PyTorch, in an environment of their own."""

from __future__ import annotations

import pathlib
import pickle
import subprocess
import sys
import warnings
from collections.abc import Iterator
from typing import Any

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
    # Of each input over all outputs, as published.
    np.testing.assert_allclose(found["weightraw_norm"], np.linalg.norm(weights, axis=0).mean(), rtol=1e-6)
    np.testing.assert_allclose(found["gradavgraw_id"], weights.sum() / 5, rtol=1e-5)


def test_kernels_of_torch_have_the_published_layout() -> None:
    torch = pytest.importorskip("torch")
    from engram._torch_observe import kernel_of

    # The axes of a kernel in the order places, inputs, outputs.
    for module, axes in [
            (torch.nn.Linear(64, 32), (1, 0)), (torch.nn.Embedding(20, 5), (0, 1)), (torch.nn.Conv1d(4, 6, 3), (2, 1, 0)),
            (torch.nn.Conv2d(4, 6, (3, 5)), (2, 3, 1, 0)), (torch.nn.Conv3d(4, 6, (2, 3, 5)), (2, 3, 4, 1, 0)),
            (torch.nn.ConvTranspose2d(4, 6, (3, 5)), (2, 3, 0, 1)), (torch.nn.LayerNorm(4), (0,))]:
        weight = module.weight.detach().numpy()
        np.testing.assert_array_equal(kernel_of(module, weight), weight.transpose(axes))


def test_the_dense_layer_of_hugging_face_has_inputs_first(tmp_path: pathlib.Path) -> None:
    torch = pytest.importorskip("torch")

    class Conv1D(torch.nn.Module):  # type: ignore[misc, name-defined]
        """As transformers.pytorch_utils has it."""

        def __init__(self, nf: int, nx: int) -> None:
            super().__init__()
            self.nf = nf
            self.weight = torch.nn.Parameter(torch.randn(nx, nf))

        def forward(self, x: Any) -> Any:
            return x @ self.weight

    torch.manual_seed(0)
    linear = torch.nn.Linear(4, 6, bias=False)
    conv1d = Conv1D(6, 4)
    conv1d.weight.data = linear.weight.detach().T.clone()
    stimuli = [torch.randn(5, 4)]
    for name, layer in (("a", linear), ("b", conv1d)):
        with engram.Recorder(tmp_path / name, {"net": "x"}, strict=True) as recorder:
            recorder.observe(torch.nn.Sequential(layer), stimuli).record(0)
    found = [engram.open(tmp_path / name).select(statistics="all").to_numpy() for name in "ab"]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5)


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


def test_measuring_draws_from_no_generator_of_the_training(tmp_path: pathlib.Path) -> None:
    torch = pytest.importorskip("torch")
    import random

    class Noisy(torch.utils.data.Dataset):
        def __len__(self) -> int:
            return 6

        def __getitem__(self, place: int) -> object:
            return torch.full((4,), np.random.rand() + random.random(), dtype=torch.float32)

    generator = torch.Generator().manual_seed(5)
    loader = torch.utils.data.DataLoader(Noisy(), 3, generator=generator)

    def drawn() -> tuple[object, ...]:
        return generator.get_state().tolist(), np.random.get_state()[1].tolist(), np.random.get_state()[2:], random.getstate()

    with engram.Recorder(tmp_path / "x.engram", {"a": 1}, strict=True) as recorder:
        recorder.observe(torch.nn.Linear(4, 3), loader)
        before = drawn()
        recorder.record(0)
        assert drawn() == before
        next(iter(loader))
        assert drawn() != before


def test_measuring_leaves_another_generator_of_numpy_as_it_was_in_silence(tmp_path: pathlib.Path) -> None:
    torch = pytest.importorskip("torch")

    class Drawn:
        def __iter__(self) -> Iterator[object]:
            yield torch.full((3, 4), np.random.rand(), dtype=torch.float32)

    known = np.random.get_bit_generator()
    np.random.set_bit_generator(np.random.PCG64(1))
    try:
        with engram.Recorder(tmp_path / "x.engram", {"a": 1}, strict=True) as recorder, warnings.catch_warnings():
            warnings.simplefilter("error")
            recorder.observe(torch.nn.Linear(4, 3), Drawn())
            before = np.random.get_state(legacy=False)
            recorder.record(0)
            assert np.random.get_state(legacy=False) == before
    finally:
        np.random.set_bit_generator(known)


def test_the_last_checkpoint_of_a_trainer_is_of_its_epoch_and_not_of_the_best_model(
        tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Trainer of Hugging Face, as far as it calls; the whole of it is in tests/whole."""
    torch = pytest.importorskip("torch")
    import importlib.machinery
    import types

    library: types.ModuleType = types.ModuleType("transformers")
    library.TrainerCallback = object  # type: ignore[attr-defined]
    library.__spec__ = importlib.machinery.ModuleSpec("transformers", None)
    monkeypatch.setitem(sys.modules, "transformers", library)
    for every, epochs in ((1, [0, 1, 2, 3]), (2, [0, 2, 3])):
        net = torch.nn.Linear(2, 2, bias=False)
        path = tmp_path / f"{every}.engram"
        callback = engram.Recorder(path, {"a": 1}, strict=True).transformers([torch.ones(4, 2)], every=every)
        arguments = types.SimpleNamespace(load_best_model_at_end=True)
        state = types.SimpleNamespace(is_world_process_zero=True, global_step=0, epoch=0.0, log_history=[])
        torch.nn.init.constant_(net.weight, 0.0)
        callback.on_train_begin(arguments, state, None, model=net)
        for epoch in (1, 2, 3):
            callback.on_epoch_begin(arguments, state, None)
            torch.nn.init.constant_(net.weight, float(epoch))
            state.epoch, state.global_step = float(epoch), epoch
            callback.on_epoch_end(arguments, state, None)
            state.log_history.append({"eval_loss": 10.0 * epoch, "epoch": epoch})
        # The first epoch was the best, and the Trainer loads it before it says that the training ends.
        torch.nn.init.constant_(net.weight, 1.0)
        callback.on_train_end(arguments, state, None)
        store = engram.open(path)
        assert store.select(statistics=["weightabs_mean"]).epochs == epochs
        assert store.select(statistics=["weightabs_mean"]).to_numpy().tolist() == [[float(one) for one in epochs]]
        assert store.sql("SELECT epoch, value FROM run_metric WHERE metric = 'eval_loss' ORDER BY 1").rows()[-1] == (3, 30)


def test_a_model_that_cannot_be_measured_at_the_end_of_an_epoch_warns_once(
        tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    from engram._callbacks import Watch

    recorder = engram.Recorder(tmp_path / "x.engram", {"a": 1})
    watch = Watch(recorder, [torch.ones(4, 3)], None, 1, {})
    watch.begin(torch.nn.Linear(2, 2), lambda: None)
    with pytest.warns(engram.EngramWarning, match="training goes on") as told:
        for epoch in range(3):
            watch.record(epoch, {}, values=watch.measured(epoch, False))
    assert len(told) == 1 and recorder.epochs == []


def test_ranks_have_as_many_rows_and_batches_with_any_workers(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    from engram.torch import StreamedTrajectories

    count, ranks = 2_000, 3
    engram.append(
        tmp_path / "x.engram", np.arange(count, dtype=np.float32).reshape(-1, 1, 1, 1), layers=["fc"], epochs=[0], statistics=["m"],
        runs=[{"seed": one, "learning_rule": "ab"[one % 2]} for one in range(count)])
    selection = engram.open(tmp_path / "x.engram").select(statistics="all")
    early = StreamedTrajectories(selection, "learning_rule", 100, shuffle=False)

    def batches(data: object, workers: int) -> list[list[int]]:
        loader = torch.utils.data.DataLoader(data, batch_size=None, num_workers=workers, multiprocessing_context="fork" if workers else None)
        return [rows[:, 0].long().tolist() for rows, _ in loader]

    found: dict[str, list[list[list[int]]]] = {}
    for rank in range(ranks):
        with monkeypatch.context() as group:
            group.setattr(torch.distributed, "is_initialized", lambda: True)
            group.setattr(torch.distributed, "get_rank", lambda rank=rank: rank)
            group.setattr(torch.distributed, "get_world_size", lambda: ranks)
            data = StreamedTrajectories(selection, "learning_rule", 100, seed=1)
            ways = {"alone": batches(data, 0), "workers": batches(data, 2), "made before": batches(early, 2)}
            travels = pickle.dumps(data)
        # As a spawned worker has it, which is of no process group.
        ways["spawned"] = batches(pickle.loads(travels), 0)
        for way, each in ways.items():
            found.setdefault(way, []).append(each)
    for way, of_ranks in found.items():
        lengths = [list(map(len, each)) for each in of_ranks]
        assert lengths[0] == lengths[1] == lengths[2] and sum(lengths[0]) == 667, way
        # 2,001 rows are shared, of which the first comes twice.
        assert sorted(row for each in of_ranks for batch in each for row in batch) == sorted([*range(count), 0]), way


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
    for one in (stimuli, stimuli.numpy()):
        with pytest.raises(engram.UsageError, match=r"one batch.*\[stimuli\]"):
            recorder.observe(model, one)
    recorder.observe(model, list(stimuli))
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
