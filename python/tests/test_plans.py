"""Plans on a Dask cluster give what they give here, although workers are killed; and what cannot be done is said."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import pathlib
import pickle
import shutil
import signal
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import engram
from engram import _plan, _tasks, plans

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A cluster of four processes."""
    import dask
    from distributed import Client, LocalCluster

    folder = str(tmp_path_factory.mktemp("dask"))
    # Workers are killed on purpose; how often is no matter.
    with dask.config.set({"distributed.scheduler.allowed-failures": 50, "distributed.worker.daemon": True}):
        with LocalCluster(
                n_workers=4, threads_per_worker=1, processes=True, dashboard_address=":0", local_directory=folder,
                silence_logs=50, env={"ENGRAM_TEST_FOLDER": folder}) as cluster, Client(cluster) as client:
            client.test_folder = pathlib.Path(folder)
            yield client


def recordings(folder: pathlib.Path, count: int) -> list[dict[str, Any]]:
    """Activations of some runs, each the options of a task."""
    made = []
    for number in range(count):
        path = folder / f"v1_{number}.npy"
        np.save(path, np.random.RandomState(number).randn(3, 40, 7).astype(np.float32))
        made.append({
            "activations": {"v1": str(path)}, "epochs": "0:10:5", "set": {"animal": f"M{number}", "learning_rule": ("a", "b")[number % 2]}})
    return made


def content(store: pathlib.Path | str) -> str:
    """A hash of every value and of all metadata of a store, in their order."""
    opened = engram.open(store)
    selection = opened.select(statistics="all")
    digest = hashlib.sha256(selection.to_numpy().tobytes())
    digest.update(repr((selection.columns, selection.metadata().rows())).encode())
    return digest.hexdigest()


def results(store: pathlib.Path | str) -> list[Any]:
    """The results of a store without times and numbers of results."""
    found = []
    opened = engram.open(store)
    for row in sorted(opened.results(), key=lambda one: (one["classifier"], str(one.get("plan", "")))):
        answer = opened.results(row["id"])
        found.append(repr(without_times(answer)))
    return sorted(found)


def without_times(value: Any) -> Any:
    """A value of JSON without what differs from time to time."""
    if isinstance(value, dict):
        return {key: without_times(one) for key, one in value.items() if "seconds" not in key and key not in ("id", "from_store", "peak_memory_bytes")}
    return [without_times(one) for one in value] if isinstance(value, list) else value


def dying(task: plans.Task, scratch: str | None = None) -> Any:
    """A task that kills its worker when it is begun for the first time, if it is doomed: before its work, or after it."""
    folder = pathlib.Path(os.environ["ENGRAM_TEST_FOLDER"])
    doomed = (folder / "doomed.txt").read_text().split()
    with open(folder / "begun.txt", "a+") as begun:
        begun.seek(0)
        is_first = task.key not in begun.read().split()
        begun.write(f"{task.key}\n")
    if is_first and task.key in doomed:
        if task.key == doomed[-1]:
            _tasks.perform(task)
        os.kill(os.getpid(), signal.SIGKILL)
    return _tasks.perform(task, scratch)


@pytest.fixture
def deaths(client: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Dooms tasks, and then says how often one was begun."""
    def doom(*tasks: plans.Task) -> Any:
        monkeypatch.setattr(_plan, "perform", dying)
        (client.test_folder / "begun.txt").write_text("")
        (client.test_folder / "doomed.txt").write_text(" ".join(task.key for task in tasks))
        return lambda: len((client.test_folder / "begun.txt").read_text().split())

    return doom


@pytest.mark.parametrize("is_shared", [False, True])
def test_workers_are_killed_and_the_store_is_that_of_one_process(
        client: Any, tmp_path: pathlib.Path, is_shared: bool, deaths: Any) -> None:
    *given, more = recordings(tmp_path, 13)
    serial = plans.observe(tmp_path / "serial.engram", given)
    assert serial.run().done == 12
    direct = tmp_path / "direct.engram"
    for one in given:
        engram.observe(direct, **one)
    spread = plans.observe(tmp_path / "spread.engram", given)
    scratch = tmp_path / "scratch" if is_shared else None
    begun = deaths(*spread.tasks()[2:9:3])
    report = spread.run(client, scratch=scratch)
    # Each doomed task was begun twice; a result that died with its worker is made once more as well.
    assert begun() >= 12 + 3
    assert (report.done, report.known, report.failed) == (12, 0, {})
    assert content(tmp_path / "serial.engram") == content(tmp_path / "spread.engram") == content(direct)
    store = engram.open(tmp_path / "spread.engram")
    assert store.verify()["problems"] == []
    # What small stores had uncompressed is compressed, and nothing is left beside the store.
    assert store.sql("SELECT count(*) AS n FROM staged")["n"] == [0]
    assert not (tmp_path / "spread.engram.tasks").exists() and not (scratch and os.listdir(scratch))
    # What is there is not done again, by whomever.
    assert spread.tasks() == [] and spread.run(client).known == 12
    assert plans.observe(tmp_path / "spread.engram", [*given, more]).run(client).done == 1


def test_a_file_that_changed_is_another_task(tmp_path: pathlib.Path) -> None:
    first = plans.observe(tmp_path / "a.engram", recordings(tmp_path, 1)).tasks()
    assert [task.key for task in plans.observe(tmp_path / "a.engram", recordings(tmp_path, 1)).tasks()] != [task.key for task in first]
    assert pickle.loads(pickle.dumps(first)) == first


def test_a_recording_that_was_touched_is_measured_once_more_and_not_at_every_call(tmp_path: pathlib.Path) -> None:
    target, given = tmp_path / "a.engram", recordings(tmp_path, 2)
    assert plans.observe(target, given).run().done == 2
    commit = engram.open(target).commit
    touched = given[0]["activations"]["v1"]
    os.utime(touched, ns=(1, 1))
    reports = [plans.observe(target, given).run() for _ in range(3)]
    assert [(report.done, report.known) for report in reports] == [(1, 1), (0, 2), (0, 2)]
    assert engram.open(target).commit == commit
    # Another store of that name has nothing of it.
    shutil.rmtree(target)
    assert plans.observe(target, given).run().done == 2


def test_what_a_killed_client_has_is_gone_on_with(tmp_path: pathlib.Path) -> None:
    given = recordings(tmp_path, 4)
    target = tmp_path / "a.engram"

    def part() -> None:
        def stop(stage: str, done: int, total: int, unit: str) -> None:
            if done == 2:
                os.kill(os.getpid(), signal.SIGKILL)

        plans.observe(target, given).run(progress=stop)

    process = multiprocessing.get_context("fork").Process(target=part)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert not target.exists()
    seen: list[int] = []
    assert plans.observe(target, given).run(progress=lambda stage, done, total, unit: seen.append(total)).done == 4
    assert seen == [2, 2]
    assert len(engram.open(target)) == 4


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_part_of_a_task_is_never_taken_for_all_of_it(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, is_shared: bool) -> None:
    target, given = tmp_path / "a.engram", recordings(tmp_path, 2)
    scratch = tmp_path / "scratch" if is_shared else None
    seen: list[int] = []

    def failing(task: plans.Task, scratch: str | None = None) -> Any:
        return (*_tasks.perform(task)[:2], engram.EngramError("a run failed"))

    def stop(stage: str, done: int, total: int, unit: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_plan, "perform", failing)
        with pytest.raises(KeyboardInterrupt):
            plans.observe(target, given).run(scratch=scratch, progress=stop)
    assert not target.exists()
    report = plans.observe(target, given).run(scratch=scratch, progress=lambda stage, done, total, unit: seen.append(total))
    assert (report.done, seen, len(engram.open(target))) == (2, [2, 2], 2)
    # The part goes with the whole.
    assert not (tmp_path / "a.engram.tasks").exists() and not (scratch and os.listdir(scratch))


def test_one_process_at_a_time_runs_plans_into_a_store(tmp_path: pathlib.Path) -> None:
    plan = plans.observe(tmp_path / "a.engram", recordings(tmp_path, 2))

    def again(stage: str, done: int, total: int, unit: str) -> None:
        with pytest.raises(engram.BusyError):
            plan.run()

    assert plan.run(progress=again).done == 2


@pytest.mark.parametrize("is_local", [True, False])
def test_a_task_that_fails_takes_nothing_from_the_others(client: Any, tmp_path: pathlib.Path, is_local: bool) -> None:
    given = recordings(tmp_path, 3)
    given[1]["activations"] = {"v1": str(tmp_path / "missing.npy")}
    plan = plans.observe(tmp_path / "a.engram", given)
    with pytest.raises(plans.PlanError, match="1 of 3 tasks failed.*recording 1") as caught:
        plan.run(None if is_local else client, retries=0)
    assert caught.value.code == "notFound" and isinstance(next(iter(caught.value.report.failed.values())), engram.NotFoundError)
    assert engram.open(tmp_path / "a.engram").sql("SELECT animal FROM run ORDER BY run_id")["animal"] == ["M0", "M2"]
    np.save(tmp_path / "missing.npy", np.zeros((3, 40, 7), np.float32) + np.arange(7, dtype=np.float32))
    assert plan.run().done == 1


def test_classifiers_run_on_a_cluster_that_only_reads_the_store(
        client: Any, path: pathlib.Path, tmp_path: pathlib.Path, deaths: Any) -> None:
    here = tmp_path / "here.engram"
    shutil.copytree(path, here)
    asked: dict[str, Any] = {"parameters": {"n_estimators": 20}, "epochs": "0:100:25"}
    engram.open(here).classify("fig2a", **asked)
    before = engram.open(path).commit
    plan = plans.classify(path, "fig2a", **asked)
    begun = deaths(plan.tasks()[0])
    assert plan.run(client).done == 2 and begun() >= 3
    assert engram.open(path).commit == before + 1
    assert results(path) == results(here)
    assert plan.run(client).done == 2 and engram.open(path).commit == before + 1


def test_a_study_runs_on_a_cluster(client: Any, path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    import json

    grid = {"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": 8, "max_depth": 6}}
    text = {
        "version": 1, "name": "small", "experiments": [{
            "name": "rules", "splits": {"kind": "balanced", "repeats": 3, "test_fraction": 0.25, "where": "task = 'digits10'"},
            "statistics": ["weight"], "classifiers": [{"model": "random-forest", "grid": grid}]}],
        "figures": [{"name": "a", "draw": "accuracy", "experiments": ["rules"]}]}
    (tmp_path / "small.json").write_text(json.dumps(text))
    here = tmp_path / "here.engram"
    plan = plans.study(path, tmp_path / "small.json")
    assert len(plan.tasks()) == 3
    shutil.copytree(path, here)
    assert plan.run(client, scratch=tmp_path / "scratch").done == 3
    assert plan.tasks() == [] and plan.run(client).known == 3
    assert plans.study(here, tmp_path / "small.json").run().done == 3
    assert results(path) == results(here) != []


def test_a_shard_leaves_out_the_runs_that_the_store_has(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states = ["stored", "to do", "1 of 21 checkpoints", "to do", "to do", "hidden", "stored", "to do", "stored"]
    monkeypatch.setattr(plans, "command", lambda *words, **options: [{"task": f"t{place}", "state": one} for place, one in enumerate(states)])
    with pytest.warns(engram.EngramWarning) as said:
        tasks, known = plans.train(tmp_path / "a.engram", "miniature", shards=3)._open("a.engram")
    assert [[word for word in task.words if "shard" in word] for task in tasks] == [
        ["--shard=4/9"], ["--shard=2/3"], ["--shard=3/9"]]
    assert [task.title for task in tasks] == ["t3 (shard 1/3)", "t1 (shard 2/3)", "t2 (shard 3/3)"] and known == 0
    assert any("3 of the runs of shards that have others to train are in the store" in str(one.message) for one in said)


@pytest.mark.skipif("ENGRAM_TORCH" not in os.environ, reason="libtorch is not here")
def test_networks_that_a_cluster_trains_are_those_of_one_process(client: Any, tmp_path: pathlib.Path, deaths: Any) -> None:
    options: dict[str, Any] = {"set": {"epochs": 2, "checkpoint_every": 1, "width": 0.25, "epoch_images": 128}}
    grid = {"architecture": ["knet"], "learning_rule": ["sgdm", "feedback"], "batch_size": [64], "model_seed": [0, 1]}
    import json

    (tmp_path / "mine.json").write_text(json.dumps({"version": 1, "name": "mine", "grids": [grid]}))
    plan = plans.train(tmp_path / "spread.engram", tmp_path / "mine.json", **options)
    assert len(plan.tasks()) == 4
    begun = deaths(plan.tasks()[1], plan.tasks()[2])
    assert plan.run(client).done == 4 and begun() >= 6
    engram_main = engram._command.command("train", tmp_path / "direct.engram", plan=tmp_path / "mine.json", **options)
    assert len(engram_main["runs"]) == 4
    assert content(tmp_path / "spread.engram") == content(tmp_path / "direct.engram")
    assert plan.run(client).known == 4


@pytest.mark.skipif("ENGRAM_TORCH" not in os.environ, reason="libtorch is not here")
@pytest.mark.parametrize("is_shared", [False, True])
def test_a_run_that_fails_takes_nothing_from_the_others_of_its_shard(tmp_path: pathlib.Path, is_shared: bool) -> None:
    import json

    for name in ("train/a", "train/b", "val/a", "val/b"):
        (tmp_path / "images" / name).mkdir(parents=True)
        (tmp_path / "images" / name / "x.jpg").write_bytes(b"no picture")
    grid = {"task": ["digits", "imagenet"], "architecture": ["knet"], "learning_rule": ["sgdm"], "batch_size": [64]}
    (tmp_path / "mine.json").write_text(json.dumps({"version": 1, "name": "mine", "grids": [grid]}))
    options: dict[str, Any] = {"set": {"epochs": 1, "width": 0.25, "epoch_images": 64, "image_size": 32}}
    plan = plans.train(tmp_path / "a.engram", tmp_path / "mine.json", shards=1, data=tmp_path / "images", **options)
    scratch = tmp_path / "scratch" if is_shared else None
    # A second time the run that the store has is left out.
    for _ in range(2):
        with pytest.raises(plans.PlanError, match="1 of 1 tasks failed") as caught:
            plan.run(scratch=scratch)
        assert caught.value.report.done == 0 and len(caught.value.report.failed) == 1
        assert engram.open(tmp_path / "a.engram").sql("SELECT task FROM run")["task"] == ["digits"]
    assert len(plan.tasks()) == 1


@pytest.mark.skipif("ENGRAM_TORCH" not in os.environ, reason="libtorch is not here")
def test_a_hidden_run_is_not_trained_again_and_is_said(tmp_path: pathlib.Path) -> None:
    options: dict[str, Any] = {"set": {"epochs": 1, "width": 0.25, "epoch_images": 64}}
    plan = plans.train(tmp_path / "a.engram", **options)
    assert plan.run().done == 1
    engram.open(tmp_path / "a.engram").hide("task = 'digits'")
    with pytest.warns(engram.EngramWarning, match="1 of the runs are hidden"):
        report = plan.run()
    assert (report.done, report.known) == (0, 1)


@pytest.mark.filterwarnings("ignore")
def test_the_guide_runs(client: Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import doctest

    guide = pathlib.Path(__file__).resolve().parents[2] / "docs/guides/cluster.md"
    os.symlink(guide.parents[2] / "fixtures", tmp_path / "fixtures")
    monkeypatch.chdir(tmp_path)
    assert doctest.testfile(str(guide), module_relative=False, globs={"client": client}).failed == 0


def test_a_folder_is_nothing_bundled_and_no_file_of_a_plan(path: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("paper", "coarse"):
        (tmp_path / name).mkdir()
    (tmp_path / "mine.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert plans._embedded("paper") == ("paper", {})
    assert len(plans.classify(path, "fig2a", grid="coarse").tasks()) == 2


def test_a_plan_reads_its_study_from_where_it_was(path: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    text = {
        "version": 1, "name": "small", "experiments": [{
            "name": "rules", "splits": {"kind": "balanced", "repeats": 1, "test_fraction": 0.25}, "statistics": ["weight"],
            "classifiers": [{"model": "random-forest", "grid": {"version": 1, "classifier": "random-forest", "parameters": {"n_estimators": 8}}}]}],
        "figures": [{"name": "a", "draw": "accuracy", "experiments": ["rules"]}]}
    (tmp_path / "small.json").write_text(json.dumps(text))
    monkeypatch.chdir(tmp_path)
    plan = plans.study(path, "small.json")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert len(plan.tasks()) == 1


def test_each_split_is_classified_where_their_names_are_numbers(tmp_path: pathlib.Path) -> None:
    target = tmp_path / "a.engram"
    runs = [{"seed": seed, "learning_rule": rule, "repeat": number} for seed in (1, 2, 3) for rule in ("adam", "sgdm") for number in (0, 1)]
    values = np.random.RandomState(0).rand(12, 1, 2, 1).astype(np.float32)
    engram.append(target, values, runs=runs, layers=["fc"], epochs=[0, 1], statistics=["m"])
    engram.open(target).splits.make("out", "holdout", by=["seed"], label="learning_rule")
    plan = plans.classify(target, "out", model="random-forest", parameters={"n_estimators": 4}, statistics="all")
    assert plan.run().done == 3
    assert [(one["splits"], one["finished"]) for one in engram.open(target).results()] == [(3, 3)]
