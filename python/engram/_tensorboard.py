"""Event files of TensorBoard, by its own reader."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from . import _errors
from ._trackers import TrackedRun

#: How a name of an event file is told.
MARK = "tfevents"
#: Bytes of a record beside its data: a length of 8 bytes, and two checksums of 4.
RECORD = 16


def runs_of(folder: str) -> Iterator[TrackedRun]:
    """The runs below a folder, one at a time, by their names."""
    if os.path.isfile(folder):
        yield run_of(os.path.basename(os.path.dirname(os.path.abspath(folder))), [folder])
        return
    found = 0
    for place, folders, files in os.walk(folder):
        folders.sort()
        events = sorted(os.path.join(place, name) for name in files if MARK in name)
        if events:
            found += 1
            name = os.path.relpath(place, folder)
            yield run_of(os.path.basename(os.path.abspath(folder)) if name == "." else name, events)
    if not found:
        raise _errors.NotFoundError(
            "the folder has no event files", file=folder, expected=f"files with {MARK} in their names", found="none")


def run_of(name: str, files: list[str]) -> TrackedRun:
    """The scalars and hyperparameters of the event files of a run; later files continue earlier ones."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    run = TrackedRun(name, {}, {})
    others: dict[str, int] = {}
    for file in files:
        whole, rest = counted(file)
        read = 0
        plugins: dict[str, str] = {}
        try:
            for event in EventFileLoader(file).Load():
                read += 1
                for value in event.summary.value:
                    # A file names the plugin of a tag once.
                    plugin = plugins.setdefault(value.tag, value.metadata.plugin_data.plugin_name)
                    if plugin == "scalars":
                        run.scalars.setdefault(value.tag, []).append((float(event.step), scalar(value)))
                    elif plugin == "hparams":
                        run.metadata.update(hyperparameters(value.metadata.plugin_data.content))
                    elif value.tag:
                        others[plugin or "unknown"] = others.get(plugin or "unknown", 0) + 1
        except Exception as error:  # the reader raises errors of its protobufs
            raise _errors.CorruptError(
                "this is no event file that can be read", file=file, found=f"{type(error).__name__}: {error}") from error
        # The reader stops at damage without a word.
        if read < whole or rest:
            run.notes.append("an event file is cut or damaged and is read up to there")
    if others:
        run.notes.append("not read: " + ", ".join(f"{count} {kind}" for kind, count in sorted(others.items())))
    return run


def counted(file: str) -> tuple[int, int]:
    """How many whole records an event file has by their lengths, and the bytes after them."""
    size = os.path.getsize(file)
    place = count = 0
    with open(file, "rb") as stream:
        while place + RECORD <= size:
            stream.seek(place)
            length = int.from_bytes(stream.read(8), "little")
            if place + RECORD + length > size:
                break
            place += RECORD + length
            count += 1
    return count, size - place


def scalar(value: Any) -> float:
    """The number of a summary."""
    from tensorboard.util import tensor_util

    return float(tensor_util.make_ndarray(value.tensor).reshape(-1)[0])


def hyperparameters(content: bytes) -> dict[str, Any]:
    """What the plugin of hyperparameters says that a session began with."""
    from tensorboard.plugins.hparams import plugin_data_pb2

    data: Any = getattr(plugin_data_pb2, "HParamsPluginData").FromString(content)  # made at run time, so no checker sees it
    if data.WhichOneof("data") != "session_start_info":
        return {}
    found: dict[str, Any] = {}
    for name, value in data.session_start_info.hparams.items():
        kind = value.WhichOneof("kind")
        found[name] = getattr(value, kind) if kind in ("number_value", "string_value", "bool_value") else None
    return found
