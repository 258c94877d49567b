"""Offline runs of Weights & Biases, by the protobufs of its library."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from . import _errors
from ._trackers import TrackedRun, flat
from ._wandb_log import CutError, records


def runs_of(folder: str) -> Iterator[TrackedRun]:
    """The runs below a folder, one at a time, in the order of their names."""
    if os.path.isfile(folder):
        yield run_of(folder)
        return
    files = sorted(
        os.path.join(place, name) for place, _, names in os.walk(folder) for name in names
        if name.startswith("run-") and name.endswith(".wandb"))
    if not files:
        raise _errors.NotFoundError("the folder has no offline runs", file=folder, expected="files run-….wandb", found="none")
    for file in files:
        yield run_of(file)


def run_of(file: str) -> TrackedRun:
    """The configuration and the history of one run."""
    from wandb.proto import wandb_internal_pb2

    run = TrackedRun(os.path.basename(file).removeprefix("run-").removesuffix(".wandb"), {}, {})
    others: dict[str, int] = {}
    step = 0.0
    try:
        for data in records(file):
            record: Any = getattr(wandb_internal_pb2, "Record")()  # made at run time, so no checker sees it
            record.ParseFromString(data)
            kind = record.WhichOneof("record_type")
            if kind == "run":
                run.name = record.run.run_id or run.name
                named = {"run_name": record.run.display_name, "project": record.run.project, "run_group": record.run.run_group}
                run.metadata.update({name: value for name, value in named.items() if value})
                run.metadata.update(items(record.run.config.update))
            elif kind == "config":
                run.metadata.update(items(record.config.update))
            elif kind == "history":
                step = history(record, step, run, others)
    except CutError as error:
        run.notes.append(f"the log of the run is cut or damaged {error} and is read up to there")
    if others:
        run.notes.append("no numbers, so not read: " + ", ".join(sorted(others)))
    return run


def items(updates: Any) -> dict[str, Any]:
    """Keys and values of a record; what the library says of itself is left out."""
    found: dict[str, Any] = {}
    for item in updates:
        name = ".".join(item.nested_key) or item.key
        if not name.startswith("_wandb"):
            try:
                found[name] = json.loads(item.value_json)
            except ValueError:
                continue
    return found


def history(record: Any, step: float, run: TrackedRun, others: dict[str, int]) -> float:
    """Adds one row of the history; returns its step."""
    row = dict(flat(items(record.history.item)))
    at = float(row.get("_step", record.history.step.num if record.history.HasField("step") else step))
    for name, value in row.items():
        if name.startswith("_"):
            continue
        number = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}.get(value, value) \
            if isinstance(value, str) else value
        if isinstance(number, (int, float)):
            run.scalars.setdefault(name, []).append((at, float(number)))
        else:
            others[name] = others.get(name, 0) + 1
    return at
