"""What TensorBoard, MLflow and Weights & Biases wrote, by their own libraries."""

from __future__ import annotations

import math
import pathlib

import numpy as np
import pytest

import engram

EPOCHS = 4
TAGS = ["conv1/weightabs_mean", "fc.actraw_var", "loss"]


def series(tag: str, run: int) -> list[float]:
    """Made-up values of a scalar."""
    values = list(np.random.default_rng([run, len(tag)]).normal(size=EPOCHS))
    return [math.nan, math.inf, *values[2:]] if tag == "fc.actraw_var" and run == 0 else values


def check(path: pathlib.Path, report: dict[str, object], field: str, kind: type = float) -> None:
    """Every value is there, to the bit of its type, and the metrics are metrics."""
    assert report["runs"] == 2 and report["metrics"] == ["loss"] and sorted(report["statistics"]) == ["actraw_var", "weightabs_mean"]
    assert len(report["without_statistics"]) == 1
    store = engram.open(path)
    for run, rule in enumerate(("adam", "sgdm")):
        for layer, statistic, tag in (("conv1", "weightabs_mean", TAGS[0]), ("fc", "actraw_var", TAGS[1])):
            selection = store.select(f"{field} = '{rule}' AND layer_name = '{layer}'", statistics=[statistic])
            assert selection.epochs == list(range(EPOCHS))
            np.testing.assert_array_equal(selection.to_numpy(dtype="float64")[0], np.array(series(tag, run), kind).astype(float))
    losses = store.sql(
        f"SELECT {field}, value FROM run JOIN run_metric_last USING (run_id) WHERE metric = 'loss' ORDER BY 1").rows()
    assert losses == [(rule, float(kind(series("loss", run)[-1]))) for run, rule in enumerate(("adam", "sgdm"))]


def write_events(folder: pathlib.Path, run: int, tags: list[str]) -> None:
    from tensorboard.compat.proto import event_pb2, summary_pb2
    from tensorboard.plugins.hparams import plugin_data_pb2
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(str(folder))
    began = plugin_data_pb2.HParamsPluginData()
    began.session_start_info.hparams["learning_rule"].string_value = ["adam", "sgdm", "none"][run]
    began.session_start_info.hparams["lr"].number_value = 0.5
    plugin = summary_pb2.SummaryMetadata.PluginData(plugin_name="hparams", content=began.SerializeToString())
    named = summary_pb2.Summary.Value(
        tag="_hparams_/session_start_info", metadata=summary_pb2.SummaryMetadata(plugin_data=plugin))
    writer.add_event(event_pb2.Event(summary=summary_pb2.Summary(value=[named])))
    for tag in tags:
        for step, value in enumerate(series(tag, run)):
            summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)])
            writer.add_event(event_pb2.Event(step=step, wall_time=step, summary=summary))
    writer.add_event(event_pb2.Event(summary=summary_pb2.Summary(
        value=[summary_pb2.Summary.Value(tag="weights", histo=summary_pb2.HistogramProto(min=0, max=1, bucket_limit=[1], bucket=[2]))])))
    writer.close()


def test_event_files_of_tensorboard_come_in(tmp_path: pathlib.Path) -> None:
    for run in range(3):
        write_events(tmp_path / "runs" / f"r{run}", run, TAGS if run < 2 else ["loss"])
    with pytest.warns(engram.EngramWarning) as told:
        report = engram.read_tensorboard(tmp_path / "runs", tmp_path / "x.engram")
    text = " ".join(str(one.message) for one in told)
    assert "not read: 1 histograms" in text and "runs without statistics are left out: r2" in text
    check(tmp_path / "x.engram", report, "learning_rule", np.float32)
    assert engram.open(tmp_path / "x.engram").sql("SELECT tracker_run, lr FROM run ORDER BY 1").rows() == [("r0", 0.5), ("r1", 0.5)]
    one = engram.read_tensorboard(tmp_path / "runs/r2", tmp_path / "y.engram", statistics="all", metadata={"task": "t"})
    assert one["statistics"] == ["loss"] and engram.open(tmp_path / "y.engram").sql("SELECT task FROM run").rows() == [("t",)]


def test_a_restart_of_tensorboard_counts_once(tmp_path: pathlib.Path) -> None:
    from tensorboard.compat.proto import event_pb2, summary_pb2
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    for start, suffix in ((0, ".a"), (2, ".b")):
        writer = EventFileWriter(str(tmp_path / "run"), filename_suffix=suffix)
        for step in range(start, 4):
            value = summary_pb2.Summary.Value(tag="fc/weightabs_mean", simple_value=10 * start + step)
            writer.add_event(event_pb2.Event(step=step, summary=summary_pb2.Summary(value=[value])))
        writer.close()
    files = sorted((tmp_path / "run").iterdir())
    for place, file in enumerate(files):  # the order of their names is that of their time
        file.rename(file.with_name(f"events.out.tfevents.{place}"))
    with pytest.warns(engram.EngramWarning, match="2 values were logged again"):
        engram.read_tensorboard(tmp_path / "run", tmp_path / "x.engram")
    assert engram.open(tmp_path / "x.engram").select(statistics="all").to_numpy().tolist() == [[0, 1, 22, 23]]


def test_damaged_and_missing_event_files_are_refused(tmp_path: pathlib.Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(LookupError, match="no event files"):
        engram.read_tensorboard(tmp_path / "empty", tmp_path / "x.engram")
    write_events(tmp_path / "r", 0, ["loss"])
    with pytest.raises(ValueError, match="no run logged a statistic"):
        engram.read_tensorboard(tmp_path / "r", tmp_path / "x.engram")
    with pytest.raises(LookupError, match="no scalar 'moon'"):
        engram.read_tensorboard(tmp_path / "r", tmp_path / "x.engram", epoch="moon", statistics="all")
    file = next((tmp_path / "r").iterdir())
    data = bytearray(file.read_bytes())
    data[len(data) * 3 // 4] ^= 0xFF
    file.write_bytes(data)
    for damaged in (data, data[:-3]):
        file.write_bytes(damaged)
        with pytest.warns(engram.EngramWarning, match="cut or damaged"):
            engram.read_tensorboard(tmp_path / "r", tmp_path / "x.engram", statistics="all", dry_run=True)
    file.write_bytes(b"no such thing")
    with pytest.raises(ValueError, match="no run logged"):
        engram.read_tensorboard(tmp_path / "r", tmp_path / "x.engram", statistics="all")
    assert not (tmp_path / "x.engram").exists()


@pytest.mark.parametrize("kind", ["folder", "database"])
def test_a_store_of_mlflow_comes_in(tmp_path: pathlib.Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    from mlflow.tracking import MlflowClient

    uri = f"file://{tmp_path}/mlruns" if kind == "folder" else f"sqlite:///{tmp_path}/mlflow.db"
    client = MlflowClient(tracking_uri=uri)
    experiment = client.create_experiment("digits")
    other = client.create_experiment("other")
    for run in range(3):
        made = client.create_run(experiment, run_name=f"run {run}", tags={"seed": str(run)})
        client.log_param(made.info.run_id, "optimizer/name", ["adam", "sgdm", "none"][run])
        for tag in TAGS if run < 2 else ["loss"]:
            for step, value in enumerate(series(tag, run)):
                client.log_metric(made.info.run_id, tag, value, step=step)
        client.set_terminated(made.info.run_id)
    client.log_metric(client.create_run(other).info.run_id, "fc/weightabs_mean", 1.0)
    with pytest.warns(engram.EngramWarning, match="optimizer"):
        report = engram.read_mlflow(tmp_path / "mlruns" if kind == "folder" else uri, tmp_path / "x.engram", experiments=["digits"])
    store = engram.open(tmp_path / "x.engram")
    field = next(name for name in store.sql("SELECT * FROM run LIMIT 1").columns if name.startswith("optimizer"))
    if kind == "database":  # a database has no NaN, and its largest number for infinity
        for run in (0,):
            assert report["runs"] == 2
    else:
        check(tmp_path / "x.engram", report, field)
    assert store.sql("SELECT experiment, run_name, seed FROM run ORDER BY run_name").rows() == [
        ("digits", "run 0", 0), ("digits", "run 1", 1)]
    filtered = engram.read_mlflow(uri, tmp_path / "y.engram", filter="tags.seed = '1'")
    assert filtered["runs"] == 1
    with pytest.raises(LookupError, match="no experiment 'moon'"):
        engram.read_mlflow(uri, tmp_path / "z.engram", experiments=["moon"])
    with pytest.raises(ValueError, match="MLflow cannot answer"):
        engram.read_mlflow(uri, tmp_path / "z.engram", filter="nonsense !!")
    with pytest.raises(LookupError, match="no such store"):
        engram.read_mlflow(tmp_path / "nothing", tmp_path / "z.engram")


def test_offline_runs_of_wandb_come_in(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import wandb

    monkeypatch.setenv("WANDB_SILENT", "true")
    for run in range(3):
        made = wandb.init(
            mode="offline", dir=tmp_path, project="digits", name=f"run {run}",
            config={"optimizer": {"rule": ["adam", "sgdm", "none"][run], "lr": 0.1}, "sizes": [3, 4], "seed": run})
        for step in range(EPOCHS):
            row = {tag: series(tag, run)[step] for tag in (TAGS if run < 2 else ["loss"])}
            made.log({**row, "epoch": step, "note": "a text"})
        made.finish()
    with pytest.warns(engram.EngramWarning, match="no numbers, so not read: note"):
        report = engram.read_wandb(tmp_path / "wandb", tmp_path / "x.engram", epoch="epoch")
    store = engram.open(tmp_path / "x.engram")
    field = next(name for name in store.sql("SELECT * FROM run LIMIT 1").columns if name.startswith("optimizer") and "rule" in name)
    check(tmp_path / "x.engram", report, field)
    assert store.sql("SELECT project, run_name, seed, sizes FROM run ORDER BY run_name").rows() == [
        ("digits", "run 0", 0, "[3, 4]"), ("digits", "run 1", 1, "[3, 4]")]
    files = sorted((tmp_path / "wandb").rglob("run-*.wandb"))
    whole = files[0].read_bytes()
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut/run-a.wandb").write_bytes(whole[:len(whole) * 2 // 3])
    cut = engram.read_wandb(tmp_path / "cut", tmp_path / "cut.engram")
    assert cut["runs"] == 1
    (tmp_path / "cut/run-a.wandb").write_bytes(b"nothing of the kind")
    with pytest.raises(OSError):
        engram.read_wandb(tmp_path / "cut", tmp_path / "y.engram")
    with pytest.raises(LookupError, match="no offline runs"):
        engram.read_wandb(tmp_path / "x.engram", tmp_path / "y.engram")
