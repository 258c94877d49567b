"""A plan: tasks that are done here or by the workers of a Dask cluster, and the store that what they make becomes part of."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _errors
from ._command import Progress, tell
from ._store import open as open_store
from ._tasks import Task, perform, unpacked, written
from ._write import merge

if TYPE_CHECKING:
    from distributed import Client

#: Stores that are merged in one commit.
BATCH = 256
#: The file beside a store with the keys of tasks that brought nothing new, each with a commit of the store and its time.
KNOWN = "known"


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


@contextlib.contextmanager
def _alone(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """A folder that one process at a time uses; it goes when nothing is left in it but its lock."""
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


def _waiting(folder: pathlib.Path, task: Task, *, part: bool = False) -> pathlib.Path:
    """Where the result of a task waits to be merged; a part of one waits under another name, for its task is to be done again."""
    return folder / f"{task.key}{'.part' if part else ''}.tar"


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
            How often Dask tries a task again that failed, but for a shard of training of which a run succeeded. A task whose worker died
            is tried again anyway.
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
            here = [task for task in tasks if _waiting(waiting, task).exists()]
            todo = [task for task in tasks if task not in set(here)] if here else tasks
            shared = None if scratch is None else str(scratch)
            steps = _serial(todo, shared) if client is None else _distributed(client, todo, shared, retries, options)
            # Closed whatever happens, so that Ctrl-C leaves no tasks on the cluster.
            with contextlib.closing(steps):
                for number, (task, answer) in enumerate(steps, 1):
                    if isinstance(answer, Exception):
                        report.failed[task.title] = answer
                    else:
                        result, notes, failure = answer
                        if result is not None:
                            written(result, _waiting(waiting, task, part=failure is not None))
                        if failure is None:
                            report.done += 1
                        else:
                            report.failed[task.title] = failure
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
        files = [(task, [_waiting(waiting, task, part=part) for part in (False, True)]) for task in tasks]
        # A whole result has all that a part of it has.
        ready = [(task, whole if whole.exists() else part) for task, (whole, part) in files if whole.exists() or part.exists()]
        for start in range(0, len(ready), BATCH):
            batch = ready[start:start + BATCH]
            stores: list[pathlib.Path] = []
            for task, packed in batch:
                if packed.stat().st_size:
                    stores.append(own / f"{task.key}.engram")
                    unpacked(packed, stores[-1])
            merged = merge(self._into, *stores, results=self._results) if stores else {}
            # Other plans know by the store itself what is done.
            if self._kind == "observe" and merged.get("commit", 0) is None:
                self._remember(own, [task for task, _ in batch])
            for store in stores:
                shutil.rmtree(store)
            for task, _ in batch:
                for part in (False, True):
                    _waiting(waiting, task, part=part).unlink(missing_ok=True)

    def _remember(self, own: pathlib.Path, tasks: Sequence[Task]) -> None:
        """Notes beside the store that everything of some tasks was there at its newest commit; no commit of a merge names them."""
        newest = open_store(self._into).sql("SELECT commit_id, time FROM commit_log ORDER BY commit_id DESC LIMIT 1")
        with open(own / KNOWN, "a", encoding="utf-8") as known:
            known.writelines(f"{task.key} {newest['commit_id'][0]} {newest['time'][0]}\n" for task in tasks)

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


Answer = tuple[bytes | None, list[str], _errors.EngramError | None] | Exception


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
