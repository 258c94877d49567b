"""Tasks of plans: words of a command, done by whoever takes them in a store of its own, which travels as one file."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pathlib
import shutil
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import _engram, _errors
from ._command import remarks

#: Stand for the store of a task and for the folder of its files in its words; no word of a command holds a zero byte.
STORE, FILES = "\0store", "\0files"
#: What a store that is handed over does without: SQLite's index of its log, the file that writers lock, and the folder of runs that
#: have not ended.
PASSING = ("catalog.sqlite-shm", "lock")
UNFINISHED = "recording"


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
            inside = path.relative_to(folder)
            if path.is_file() and path.name not in PASSING and inside.parts[0] != UNFINISHED:
                archive.add(path, arcname=str(inside))
    return packed.getvalue()


def unpacked(packed: pathlib.Path, target: pathlib.Path) -> None:
    """Makes a store out of a file; it appears whole or not at all."""
    shutil.rmtree(target, ignore_errors=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    with tarfile.open(packed) as archive:
        archive.extractall(unfinished, filter="data")
    for name in ("segments", "incoming"):
        (unfinished / name).mkdir(exist_ok=True)
    os.replace(unfinished, target)


def written(data: bytes, target: pathlib.Path) -> None:
    """Writes a file that appears whole or not at all."""
    unfinished = target.with_name(f"{target.name}.{os.uname().nodename}.{os.getpid()}.tmp")
    with open(unfinished, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, target)


def _holds_runs(store: pathlib.Path) -> bool:
    """Whether a store is there and holds anything."""
    from ._store import open as open_store

    return store.exists() and bool(open_store(store).sql("SELECT count(*) AS n FROM run")["n"][0])


def perform(task: Task, scratch: str | None = None) -> tuple[bytes | None, list[str], _errors.EngramError | None]:
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
    error : EngramError or None
        Why some runs of a task that trains failed; the result has the others.

    Raises
    ------
    EngramError
        When the task failed and made nothing.
    """
    place = None if scratch is None else pathlib.Path(scratch, f"{task.key}.tar")
    if place is not None and place.exists():
        return None, [], None
    failure: _errors.EngramError | None = None
    with tempfile.TemporaryDirectory(prefix="engram-", dir=_local_folder()) as folder:
        store = pathlib.Path(folder, f"{task.key}.engram")
        for name, text in task.files:
            pathlib.Path(folder, name).write_text(text, encoding="utf-8")
        line = [word.replace(STORE, str(store)).replace(FILES, folder) for word in task.words]
        try:
            output, said = _engram.command(line, 1, None)
        except _errors.EngramError as error:
            # One run that fails takes nothing from the others of its task.
            if line[0] != "train" or not _holds_runs(store):
                raise
            output, said, failure = b"", "", error
        result = _packed(store) if store.exists() else b""
    notes = [note.removeprefix("warning: ").removeprefix("note: ") for note in said.splitlines() if note]
    if line[0] == "classify" and output.strip():
        notes += remarks(line[0], json.loads(output), notes)
    # A part of a result is nothing that another attempt may find there and take for all of it.
    if place is None or failure is not None:
        return result, notes, failure
    place.parent.mkdir(parents=True, exist_ok=True)
    written(result, place)
    return None, notes, failure
