"""Lightning and Hugging Face's Trainer, as they are: what they train is recorded, and recording stops nothing."""

from __future__ import annotations

import pathlib
import warnings

import numpy as np
import pytorch_lightning as lightning
import torch
import transformers
from torch.utils.data import DataLoader, TensorDataset

import engram


# Debian's PyTorch 1.13 cannot import what this asks for under Python 3.11; it is of use in distributed training only.
lightning.LightningModule._register_sharded_tensor_state_dict_hooks_if_available = lambda self: None  # type: ignore[method-assign]


class Module(lightning.LightningModule):
    """A classifier with dropout, so that a recorder that draws random numbers would be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.net = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(5, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)

    def training_step(self, batch: list[torch.Tensor], index: int) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(self(batch[0]), batch[1])

    def validation_step(self, batch: list[torch.Tensor], index: int) -> None:
        self.log("val_loss", torch.nn.functional.cross_entropy(self(batch[0]), batch[1]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def data() -> TensorDataset:
    random = torch.Generator().manual_seed(0)
    return TensorDataset(torch.randn(32, 6, generator=random), torch.randint(3, (32,), generator=random))


def fit(callbacks: list[object], epochs: int = 3, folder: pathlib.Path | None = None) -> Module:
    torch.manual_seed(1)
    module = Module()
    trainer = lightning.Trainer(
        max_epochs=epochs, callbacks=callbacks, logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, accelerator="cpu", default_root_dir=folder)
    trainer.fit(module, DataLoader(data(), 8, shuffle=True), DataLoader(data(), 16))
    return module


def weights(module: torch.nn.Module) -> np.ndarray:
    return np.concatenate([one.detach().numpy().ravel() for one in module.parameters()])


def test_torch_lightning_records_each_epoch_and_learns_the_same(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.engram"
    recorder = engram.Recorder(path, {"learning_rule": "sgd"}, strict=True)
    recorded = fit([recorder.lightning()], folder=tmp_path)
    np.testing.assert_array_equal(weights(recorded), weights(fit([], folder=tmp_path)))
    store = engram.open(path)
    selection = store.select(statistics=["weightabs_mean", "actraw_mean"])
    assert selection.epochs == [0, 1, 2, 3] and len(store) == 2
    last = selection.to_numpy3d()[1, 0, -1]
    np.testing.assert_allclose(last, recorded.net[3].weight.abs().mean().item(), rtol=1e-6)
    assert store.sql("SELECT metric, count(*) FROM run_metric GROUP BY 1").rows() == [("val_loss", 3)]
    assert store.sql("SELECT layer_name FROM example ORDER BY example_id").rows() == [("net.0",), ("net.3",)]


def test_torch_lightning_goes_on_when_recording_fails(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("not a store")
    for recorder in (
        engram.Recorder(tmp_path / "file", {"a": 1}), engram.Recorder(tmp_path / "x.engram", {"a": 1}, layers=["other"]),
        engram.Recorder(tmp_path / "y.engram", {"a": 1}, statistics=["mine"]),
    ):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            fit([recorder.lightning()], folder=tmp_path)
        assert sum(issubclass(one.category, engram.EngramWarning) for one in told) == 1


def test_torch_lightning_resumes_after_a_training_that_failed(tmp_path: pathlib.Path) -> None:
    class Stop(lightning.Callback):
        def on_train_epoch_start(self, trainer: lightning.Trainer, module: Module) -> None:
            if trainer.current_epoch == 2:
                raise ZeroDivisionError

    path = tmp_path / "x.engram"
    try:
        fit([engram.Recorder(path, {"a": 1}, strict=True).lightning(), Stop()], folder=tmp_path)
    except ZeroDivisionError:
        pass
    recorder = engram.Recorder(path, {"a": 1})
    fit([recorder.lightning(every=2)], 5, tmp_path)
    assert engram.open(path).select(statistics="all").epochs == [0, 1, 2, 4, 5]


class Classifier(torch.nn.Module):
    """What the Trainer needs of a model: the loss in a mapping, inputs by name."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(10, 4)
        self.head = torch.nn.Linear(20, 3)

    def forward(self, input_ids: torch.Tensor, labels: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        logits = self.head(self.embedding(input_ids).flatten(1))
        return {"logits": logits} if labels is None else {
            "loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}


def test_torch_transformers_records_each_epoch_with_its_evaluation(tmp_path: pathlib.Path) -> None:
    rows = [{"input_ids": [place % 10, 1, 2, 3, place % 7], "labels": place % 3} for place in range(24)]

    def train(recorder: engram.Recorder | None) -> Classifier:
        transformers.set_seed(0)
        model = Classifier()
        arguments = transformers.TrainingArguments(
            str(tmp_path / "out"), num_train_epochs=3, per_device_train_batch_size=8, evaluation_strategy="epoch",
            logging_strategy="epoch", save_strategy="no", report_to=[], disable_tqdm=True, use_cpu=True)
        trainer = transformers.Trainer(model, arguments, train_dataset=rows, eval_dataset=rows)
        if recorder is not None:
            trainer.add_callback(recorder.transformers(trainer.get_eval_dataloader()))
        trainer.train()
        return model

    recorder = engram.Recorder(tmp_path / "x.engram", {"learning_rule": "adamw"}, strict=True)
    recorded = train(recorder)
    np.testing.assert_array_equal(weights(recorded), weights(train(None)))
    store = engram.open(tmp_path / "x.engram")
    selection = store.select("layer_name = 'head'", statistics=["weightabs_mean"])
    assert selection.epochs == [0, 1, 2, 3]
    np.testing.assert_allclose(selection.to_numpy()[0, -1], recorded.head.weight.abs().mean().item(), rtol=1e-6)
    counted = dict(store.sql("SELECT metric, count(*) FROM run_metric GROUP BY 1").rows())
    assert counted["eval_loss"] == 3 and counted["loss"] == 3
    broken = engram.Recorder(tmp_path / "y.engram", {"a": 1}, layers=["moon"])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        train(broken)
    assert sum(issubclass(one.category, engram.EngramWarning) for one in told) == 1
