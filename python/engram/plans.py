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

import contextlib
import fcntl
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _engram, _errors
from ._command import Progress, command, tell, words
from ._store import Store
from ._store import open as open_store
from ._write import merge

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Plan", "PlanError", "PlanReport", "Task", "classify", "observe", "study", "train"]

#: Stand for the store of a task and for the folder of its files in its words; no word of a command holds a zero byte.
STORE, FILES = "\0store", "\0files"
#: Stores that are merged in one commit.
BATCH = 256
#: What a store that is handed over does without: SQLite's index of its log, and the file that writers lock.
PASSING = ("catalog.sqlite-shm", "lock")
#: What stands in the log of commits for a task that is part of a store.
MERGED = re.compile(r"\b([0-9a-f]{32})\.engram\b")


@dataclass(frozen=True)
class Task:
    """What one worker does by itself.

    Attributes
    ----------
    key : str
        32 hexadecimal digits, a hash of everything else.
    title : str
        What it is, for a person.
    words : tuple of str
        The command.
    files : tuple of (name, text)
        Small files that the command reads, such as the plan.
    """

    key: str
    title: str
    words: tuple[str, ...]
    files: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, title: str, line: Sequence[str], files: Mapping[str, str] | None = None, marks: Sequence[Any] = ()) -> Task:
        """Make a task; `marks` are further things that its result depends on."""
        named = tuple(sorted((files or {}).items()))
        text = json.dumps([list(line), named, list(marks)], ensure_ascii=True)
        return cls(hashlib.sha256(text.encode()).hexdigest()[:32], title, tuple(line), named)


@dataclass
class PlanReport:
    """What became of a plan.

    Attributes
    ----------
    done : int
        Tasks that were done now.
    known : int
        Tasks whose results were there.
    failed : dict
        The error of each task that failed, by its title.
    notes : list of str
        What tasks inferred, dropped or defaulted.
    """

    done: int = 0
    known: int = 0
    failed: dict[str, Exception] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class PlanError(_errors.EngramError):
    """Some tasks of a plan failed; what the others did is kept.

    Attributes
    ----------
    report : PlanReport
        What became of all of them.
    """

    report: PlanReport


def _local_folder() -> str | None:
    """The folder on a local disk that Dask gives a worker and cleans after it."""
    try:
        from distributed import get_worker

        return str(get_worker().local_directory)
    except (ImportError, ValueError):
        return None


def _packed(folder: pathlib.Path) -> bytes:
    """A store that nobody uses any more, as one file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name not in PASSING:
                archive.add(path, arcname=str(path.relative_to(folder)))
    return packed.getvalue()


def _unpacked(packed: pathlib.Path, target: pathlib.Path) -> None:
    """Makes a store out of a file; it appears whole or not at all."""
    shutil.rmtree(target, ignore_errors=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    with tarfile.open(packed) as archive:
        archive.extractall(unfinished, filter="data")
    for name in ("segments", "incoming"):
        (unfinished / name).mkdir(exist_ok=True)
    os.replace(unfinished, target)


@contextlib.contextmanager
def _alone(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """A folder that one process at a time uses; it goes when nothing is left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _errors.BusyError(
                "another process runs a plan into this store", file=str(folder), mend="wait until it has finished, or stop it") from None
        yield folder
        if os.listdir(folder) == ["lock"]:
            os.unlink(folder / "lock")
            folder.rmdir()


def _written(data: bytes, target: pathlib.Path) -> None:
    """Writes a file that appears whole or not at all."""
    unfinished = target.with_name(f"{target.name}.{os.uname().nodename}.{os.getpid()}.tmp")
    with open(unfinished, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, target)


def perform(task: Task, scratch: str | None = None) -> tuple[bytes | None, list[str]]:
    """Do a task; what a worker calls.

    Parameters
    ----------
    task : Task
        The task.
    scratch : path, optional
        A folder that this process and whoever asked share; the result is put there as ``KEY.tar`` and not returned.

    Returns
    -------
    result : bytes or None
        The store that was made, packed; empty where there was nothing to do, None where it is in `scratch`.
    notes : list of str
        What the command noted.
    """
    place = None if scratch is None else pathlib.Path(scratch, f"{task.key}.tar")
    if place is not None and place.exists():
        return None, []
    with tempfile.TemporaryDirectory(prefix="engram-", dir=_local_folder()) as folder:
        store = pathlib.Path(folder, f"{task.key}.engram")
        for name, text in task.files:
            pathlib.Path(folder, name).write_text(text, encoding="utf-8")
        line = [word.replace(STORE, str(store)).replace(FILES, folder) for word in task.words]
        _, said = _engram.command(line, 1, None)
        result = _packed(store) if store.exists() else b""
    notes = [note.removeprefix("warning: ").removeprefix("note: ") for note in said.splitlines() if note]
    if place is None:
        return result, notes
    place.parent.mkdir(parents=True, exist_ok=True)
    _written(result, place)
    return None, notes


class Plan:
    """Tasks, and the store that what they make becomes part of.

    Plans are made by :func:`train`, :func:`observe`, :func:`study` and :func:`classify`.
    """

    def __init__(
        self, kind: str, into: str | os.PathLike[str], tasks: Callable[[str], tuple[list[Task], int]], *, results: bool = False
    ) -> None:
        self._kind = kind
        self._into = os.path.abspath(os.fspath(into))
        self._open = tasks
        self._results = results

    def tasks(self) -> list[Task]:
        """The tasks whose results are not in the store, in the order in which they become part of it."""
        return self._open(self._into)[0]

    def __repr__(self) -> str:
        return f"<Plan {self._kind}: {len(self.tasks()):,} tasks for {os.path.basename(self._into)}>"

    def run(
        self, client: Client | None = None, *, scratch: str | os.PathLike[str] | None = None, retries: int = 2,
        progress: bool | Progress | None = None, **options: Any,
    ) -> PlanReport:
        """Do all tasks, and merge what they make.

        Parameters
        ----------
        client : distributed.Client, optional
            The cluster whose workers do the tasks; without one they are done here, one after the other.
        scratch : path, optional
            A folder that all workers and this process share, where results wait to be merged. Without one they travel through Dask and
            wait beside the store, in ``NAME.tasks``.
        retries : int
            How often Dask tries a task again that failed. A task whose worker died is tried again anyway.
        progress : bool or callable, optional
            True shows a bar; a function is called with stage, done, total and unit.
        **options
            For ``Client.map``, such as ``resources={"GPU": 1}``.

        Returns
        -------
        PlanReport

        Raises
        ------
        PlanError
            When tasks failed. The others are merged, and the same call does only those that failed.
        """
        with _alone(pathlib.Path(f"{self._into}.tasks")) as own:
            report = self._run(client, own, None if scratch is None else pathlib.Path(scratch).absolute(), retries, tell(progress), options)
        if report.failed:
            raise self._failure(report)
        return report

    def _run(
        self, client: Client | None, own: pathlib.Path, scratch: pathlib.Path | None, retries: int, told: Progress | None,
        options: Mapping[str, Any],
    ) -> PlanReport:
        tasks, known = self._open(self._into)
        waiting = own if scratch is None else scratch
        report = PlanReport(known=known)
        if tasks:
            waiting.mkdir(parents=True, exist_ok=True)
            here = [task for task in tasks if (waiting / f"{task.key}.tar").exists()]
            todo = [task for task in tasks if task not in set(here)] if here else tasks
            shared = None if scratch is None else str(scratch)
            steps = _serial(todo, shared) if client is None else _distributed(client, todo, shared, retries, options)
            # Closed whatever happens, so that Ctrl-C leaves no tasks on the cluster.
            with contextlib.closing(steps):
                for number, (task, answer) in enumerate(steps, 1):
                    if isinstance(answer, Exception):
                        report.failed[task.title] = answer
                    else:
                        result, notes = answer
                        if result is not None:
                            _written(result, waiting / f"{task.key}.tar")
                        report.done += 1
                        report.notes += [note for note in notes if note not in report.notes]
                    if told is not None:
                        told(self._kind, number, len(todo), "tasks")
            report.done += len(here)
            self._merge(tasks, waiting, own)
        return report

    def _merge(self, tasks: Sequence[Task], waiting: pathlib.Path, own: pathlib.Path) -> None:
        """Merges the results that are there, in the order of the tasks, and removes them.

        Stores are unpacked in the folder of this process, beside the target, so that files are linked.
        """
        ready = [task for task in tasks if (waiting / f"{task.key}.tar").exists()]
        for start in range(0, len(ready), BATCH):
            batch = ready[start:start + BATCH]
            stores: list[pathlib.Path] = []
            for task in batch:
                packed = waiting / f"{task.key}.tar"
                if packed.stat().st_size:
                    stores.append(own / f"{task.key}.engram")
                    _unpacked(packed, stores[-1])
            if stores:
                merge(self._into, *stores, results=self._results)
            for store in stores:
                shutil.rmtree(store)
            for task in batch:
                (waiting / f"{task.key}.tar").unlink()

    def _failure(self, report: PlanReport) -> PlanError:
        title, first = next(iter(report.failed.items()))
        parts: dict[str, Any] = {}
        if isinstance(first, _errors.EngramError):
            parts = {name: getattr(first, name) for name in ("code", "file", "place", "expected", "found", "mend")}
        said = first.message if isinstance(first, _errors.EngramError) else f"{type(first).__name__}: {first}"
        error = PlanError(
            f"{len(report.failed)} of {report.done + len(report.failed)} tasks failed; what the others did is kept. The first, {title}: "
            f"{said}", **parts)
        error.report = report
        return error


Answer = tuple[bytes | None, list[str]] | Exception


def _serial(tasks: Sequence[Task], scratch: str | None) -> Generator[tuple[Task, Answer], None, None]:
    """Tasks with their results, one after the other."""
    for task in tasks:
        try:
            answer: Answer = perform(task, scratch)
        except Exception as error:
            answer = error
        yield task, answer


def _distributed(
    client: Client, tasks: Sequence[Task], scratch: str | None, retries: int, options: Mapping[str, Any]
) -> Generator[tuple[Task, Answer], None, None]:
    """Tasks with their results, as the workers of a cluster have done them."""
    from distributed import as_completed

    keys = [f"engram-{task.key}" for task in tasks]
    futures = client.map(perform, tasks, scratch=scratch, key=keys, retries=retries, **options)
    known = dict(zip(keys, tasks, strict=True))
    try:
        for future in as_completed(futures):  # type: ignore[no-untyped-call,unused-ignore]
            try:
                # Where the worker that has the result died meanwhile, Dask does the task again.
                answer: Answer = future.result()
            except Exception as error:
                answer = error
            yield known[future.key], answer
            future.release()
    finally:
        # Ctrl-C leaves no tasks behind; what is done waits to be merged.
        client.cancel(futures)  # type: ignore[no-untyped-call,unused-ignore]


def _line(verb: Sequence[str], arguments: Sequence[str], **options: Any) -> list[str]:
    return [*verb, *words(options), "--json", "--", *arguments]


def _embedded(name: str | os.PathLike[str] | None) -> tuple[str | None, dict[str, str]]:
    """The name of something bundled as it is; a file as a name in the folder of a task, with its text."""
    if name is None or not os.path.exists(name):
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

    def tasks(target: str) -> tuple[list[Task], int]:
        runs = command("train", target, plan=plan, list=True, **options)
        count = len(runs) if shards is None else max(1, min(shards, len(runs)))
        members: list[list[Any]] = [runs[index::count] for index in range(count)]
        found = []
        for index, part in enumerate(members):
            if any(run["state"] != "stored" for run in part):
                shard = {} if count == 1 else {"shard": f"{index + 1}/{count}"}
                title = " ".join(str(part[0][one]) for one in ("task", "architecture", "learning_rule", "batch_size") if one in part[0])
                line = _line(["train"], [STORE], plan=name, threads=threads, **shard, **options)
                found.append(Task.of(f"{title} (shard {index + 1}/{count})", line, files))
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
        Paths are those of the workers. A file that changes makes another task of it.
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
    messages = open_store(target).sql("SELECT message FROM commit_log WHERE operation = 'merge'")["message"]
    return {key for message in messages for key in MERGED.findall(message)}


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
    given = parameters and {key: value if isinstance(value, str) else json.dumps(value) for key, value in parameters.items()}

    def tasks(target: str) -> tuple[list[Task], int]:
        splits = open_store(target).splits[split]
        found = []
        for index in range(len(splits)):
            line = _line(["classify"], [target], split=f"{split}/{index}", model=model, set=given, into=STORE, **changed)
            found.append(Task.of(f"split {split}/{index}", line, files, [splits.sha256]))
        return found, 0

    return Plan("classify", path, tasks, results=True)
