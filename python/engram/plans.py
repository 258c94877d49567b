"""Plans: many independent tasks, done here or by the workers of a Dask cluster, whose stores become one.

>>> import engram
>>> plan = engram.plans.classify(store, "fig2a", parameters={"n_estimators": 10}, epochs="0:100:25")
>>> plan
<Plan classify: 2 tasks for digits.engram>
>>> plan.run().done
2
>>> [one["splits"] for one in engram.open("digits.engram").results()]
[2]

A task is words of a command under a key, which is a hash of them. Whoever does it makes a store of its own on a local disk and hands it
over as one file; a task that is done twice changes nothing. `merge` then joins the stores.
"""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from . import _errors
from ._command import command, words
from ._plan import KNOWN, Plan, PlanError, PlanReport
from ._request import candidate
from ._store import Store
from ._store import open as open_store
from ._tasks import FILES, STORE, Task

__all__ = ["Plan", "PlanError", "PlanReport", "Task", "classify", "observe", "study", "train"]

#: What stands in the log of commits for a task that is part of a store.
MERGED = re.compile(r"\b([0-9a-f]{32})\.engram\b")

#: What becomes of a run that is not trained again.
SETTLED = ("stored", "hidden")


def _line(verb: Sequence[str], arguments: Sequence[str], **options: Any) -> list[str]:
    return [*verb, *words(options), "--json", "--", *arguments]


def _embedded(name: str | os.PathLike[str] | None) -> tuple[str | None, dict[str, str]]:
    """The name of something bundled as it is; a file as a name in the folder of a task, with its text."""
    if name is None or not os.path.isfile(name):
        return None if name is None else os.fspath(name), {}
    path = pathlib.Path(name)
    return f"{FILES}/{path.name}", {path.name: path.read_text(encoding="utf-8")}


def train(
    into: str | os.PathLike[str], plan: str | os.PathLike[str] | None = None, *, shards: int | None = None, threads: int = 1,
    **options: Any,
) -> Plan:
    """A plan that trains networks and records them.

    Parameters
    ----------
    into : path
        The store; it is made where there is none. Runs that it has are not trained again.
    plan : str or path, optional
        ``miniature``, ``paper`` or a file; without one, one network of `options`.
    shards : int, optional
        How many tasks the runs are dealt out to; a task for each run unless given.
    threads : int
        Threads of one network; its numbers depend on it in their last bits.
    **options
        Options of ``engram train``, such as ``set={"epochs": 20}``, ``data="/shared/cifar"``, ``device="cuda"``.
    """
    name, files = _embedded(plan)
    # What this process reads of it later is where it is now, whatever the working directory is then.
    plan = os.path.abspath(plan) if plan is not None and files else plan

    def tasks(target: str) -> tuple[list[Task], int]:
        runs = command("train", target, plan=plan, list=True, **options)
        if hidden := sum(run["state"] == "hidden" for run in runs):
            _errors.say(f"{hidden} of the runs are hidden in the store, and are not trained again; `engram purge` removes them")
        count = len(runs) if shards is None else max(1, min(shards, len(runs)))
        found, stored = [], 0
        for index in range(count):
            part = range(index, len(runs), count)
            left = [number for number in part if runs[number]["state"] not in SETTLED]
            if left:
                # Where the store has some runs of a shard, each of the others is a share of its own.
                shares = [f"{index + 1}/{count}"] if len(left) == len(part) else [f"{number + 1}/{len(runs)}" for number in left]
                stored += sum(runs[number]["state"] == "stored" for number in part)
                first = runs[left[0]]
                title = " ".join(str(first[one]) for one in ("task", "architecture", "learning_rule", "batch_size") if one in first)
                line = _line(["train", *(f"--shard={share}" for share in shares)], [STORE], plan=name, threads=threads, **options)
                found.append(Task.of(f"{title} (shard {index + 1}/{count})", line, files))
        if stored:
            _errors.say(f"{stored} of the runs of shards that have others to train are in the store, and are not trained again")
        return found, count - len(found)

    return Plan("train", into, tasks)


def observe(into: str | os.PathLike[str], recordings: Iterable[Mapping[str, Any]]) -> Plan:
    """A plan that measures raw recordings.

    Parameters
    ----------
    into : path
        The store; it is made where there is none.
    recordings : iterable of mapping
        For each task the options of ``engram observe``, such as ``{"activations": {"v1": "/shared/m1/v1.npy"}, "epochs": "0:28:2"}``.
        Paths are those of the workers. A file that changes makes another task of it. One that brings nothing new is noted in
        ``NAME.tasks/known`` beside the store, and not done again.
    """
    lines = [dict(one) for one in recordings]

    def tasks(target: str) -> tuple[list[Task], int]:
        made = []
        for number, one in enumerate(lines):
            line = _line(["observe"], [STORE], **one)
            made.append(Task.of(f"recording {number}", line, marks=list(_file_marks(one.values()))))
        known = _merged(target)
        found = [task for task in made if task.key not in known]
        return found, len(made) - len(found)

    return Plan("observe", into, tasks)


def _file_marks(values: Iterable[Any]) -> Iterator[tuple[str, int, int]]:
    """Sizes and times of the files that options name, as far as they are here."""
    for value in values:
        if isinstance(value, Mapping):
            yield from _file_marks(value.values())
        elif isinstance(value, (str, os.PathLike)):
            path = os.fspath(value).rpartition("=")[2]
            if os.path.isfile(path):
                facts = os.stat(path)
                yield path, facts.st_size, facts.st_mtime_ns
        elif isinstance(value, Iterable):
            yield from _file_marks(value)


def _merged(target: str) -> set[str]:
    """The keys of the tasks that are part of a store."""
    if not os.path.exists(target):
        return set()
    log = open_store(target).sql("SELECT commit_id, time, operation, message FROM commit_log")
    merged = (message for operation, message in zip(log["operation"], log["message"], strict=True) if operation == "merge")
    keys = {key for message in merged for key in MERGED.findall(message)}
    # A task that brings nothing new makes no commit. The store must still have the commit at which it had everything of the task.
    commits = {(str(commit), time) for commit, time in zip(log["commit_id"], log["time"], strict=True)}
    known = pathlib.Path(f"{target}.tasks", KNOWN)
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    return keys | {words[0] for words in map(str.split, lines) if tuple(words[1:]) in commits}


def _path(store: Store | str | os.PathLike[str]) -> str:
    return os.path.abspath(store.path if isinstance(store, Store) else os.fspath(store))


def study(
    store: Store | str | os.PathLike[str], name: str | os.PathLike[str] = "paper", *, grid: str = "coarse",
    only: Sequence[str] | None = None,
) -> Plan:
    """A plan that makes the results of a study.

    Workers read the store, at the same path, and write nothing in it. The splits that are missing are made in it first.

    Parameters
    ----------
    store : Store or path
        The store.
    name : str or path
        ``paper`` or the file of a study.
    grid : {'coarse', 'paper'}
        The candidates where the study names none.
    only : list of str, optional
        Only what these figures need.
    """
    named, files = _embedded(name)
    name = os.path.abspath(name) if files else name
    path = _path(store)

    def tasks(target: str) -> tuple[list[Task], int]:
        made = command(["study", "make"], target, name, grid=grid, only=only, splits_only=True)
        rows = command(["study", "make"], target, name, grid=grid, only=only, list=True)
        found = []
        for row in rows:
            if not row["done"]:
                line = _line(["study", "run"], [target, row["task"]], study=named, grid=grid, into=STORE)
                found.append(Task.of(f"{row['experiments']} {row['classifier']} {row['split']}", line, files, made))
        return found, len(rows) - len(found)

    return Plan("study", path, tasks, results=True)


def classify(
    store: Store | str | os.PathLike[str], split: str, model: str = "random-forest", *,
    parameters: Mapping[str, Any] | None = None, **options: Any,
) -> Plan:
    """A plan that trains and tests a classifier on the splits of a set, a task for each split.

    Workers read the store, at the same path, and write nothing in it.

    Parameters
    ----------
    store : Store or path
        The store.
    split : str
        A split set.
    model : {'random-forest', 'linear-svm', 'conv1d'}
        The kind of classifier.
    parameters : mapping, optional
        One candidate with these parameters, in the place of a grid.
    **options
        Options of ``engram classify``, such as ``grid="paper"``, ``epochs="0:100:25"``, ``folds=5``; not ``save_model``.
    """
    path = _path(store)
    changed = dict(options)
    files: dict[str, str] = {}
    for name in ("grid", "view"):
        if name in changed:
            changed[name], more = _embedded(changed[name])
            files.update(more)
    given = candidate(parameters)

    def tasks(target: str) -> tuple[list[Task], int]:
        splits = open_store(target).splits[split]
        found = []
        for index in range(len(splits)):
            line = _line(["classify"], [target], split=f"{split}/{splits._key(index)}", model=model, set=given, into=STORE, **changed)
            found.append(Task.of(f"split {split}/{index}", line, files, [splits.sha256]))
        return found, 0

    return Plan("classify", path, tasks, results=True)
