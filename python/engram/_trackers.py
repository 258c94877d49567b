"""What trackers of experiments logged into a store: TensorBoard, MLflow, Weights & Biases, by their own libraries.

A scalar whose name ends in one of the 45 statistics is that statistic of a layer: ``conv1/weightabs_mean`` or ``conv1.weightabs_mean``.
Every other scalar, such as a loss, is a metric of its run.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from . import _engram, _errors
from ._command import command
from ._needs import existing, needs
from ._rows import RowWriter, columns_of
from ._write import given_fields, ingest, pairs, plain

#: The field that names a run of a tracker in a store.
RUN = "tracker_run"
#: The layer of a statistic that is logged without one.
LAYER = "layer"
Statistics = str | Sequence[str] | None


@dataclasses.dataclass
class TrackedRun:
    """A run as a tracker has it: its name, what was configured, and each scalar as (step, value) in the order of logging."""

    name: str
    metadata: dict[str, Any]
    scalars: dict[str, list[tuple[float, float]]]
    notes: list[str] = dataclasses.field(default_factory=list)


def read_tensorboard(
    folder: str | os.PathLike[str], store: str | os.PathLike[str], *, statistics: Statistics = None, epoch: str | None = None,
    metadata: Mapping[str, Any] | None = None, **options: Any,
) -> dict[str, Any]:
    """Bring event files of TensorBoard into a store, by the library ``tensorboard``.

    Each folder with event files is a run, named by its path; hyperparameters are its fields. Of a step that was logged again after a
    restart the last value counts.

    Parameters
    ----------
    folder : path
        A folder that has event files at any depth, or one event file.
    store : path
        The store; it is made where there is none.
    statistics : list of str or 'all', optional
        The names of scalars that are statistics; the 45 published ones unless given. ``'all'`` takes every scalar as one.
    epoch : str, optional
        The scalar that says the epoch of a step; the step is the epoch unless given.
    metadata : mapping, optional
        Further fields of the runs.
    **options
        As of :func:`engram.ingest`, such as ``dry_run=True``, ``update=True``, ``run=["tracker_run"]``.

    Returns
    -------
    dict
        ``runs``, ``statistics``, ``metrics`` (their names), ``without_statistics`` (runs that are not in the store), ``ingest`` and
        ``ingest_metrics`` (what these say).

    Raises
    ------
    MissingLibraryError
        Without the library.
    NotFoundError, InvalidDataError
        When there are no event files, or no run has a statistic.

    Warns
    -----
    EngramWarning
        For what is left out: pictures, histograms, runs without statistics, values that were logged again.
    """
    needs("tensorboard", "reading event files of TensorBoard")
    from ._tensorboard import runs_of

    return store_runs(runs_of(existing(folder, "folder")), store, os.fspath(folder), statistics, epoch, metadata, options)


def read_mlflow(
    uri: str | os.PathLike[str], store: str | os.PathLike[str], *, experiments: str | Sequence[str] | None = None, filter: str = "",
    statistics: Statistics = None, epoch: str | None = None, metadata: Mapping[str, Any] | None = None, **options: Any,
) -> dict[str, Any]:
    """Bring the runs of an MLflow store into a store, by the library ``mlflow`` or ``mlflow-skinny``.

    Parameters and tags are fields of a run (those of MLflow itself are not), beside ``experiment`` and ``run_name``.

    Parameters
    ----------
    uri : path or str
        A folder ``mlruns``, a database as ``sqlite:///mlflow.db`` or by its path, or whatever a tracking URI is.
    experiments : str or list of str, optional
        The names of experiments; all unless given.
    filter : str
        Which runs, as ``mlflow.search_runs`` has it: ``"params.optimizer = 'adam'"``.
    store, statistics, epoch, metadata, **options
        As of :func:`engram.read_tensorboard`.

    Returns
    -------
    dict
        As of :func:`engram.read_tensorboard`.
    """
    needs("mlflow", "reading MLflow stores")
    from ._mlflow import runs_of

    return store_runs(runs_of(os.fspath(uri), experiments, filter), store, os.fspath(uri), statistics, epoch, metadata, options)


def read_wandb(
    folder: str | os.PathLike[str], store: str | os.PathLike[str], *, statistics: Statistics = None, epoch: str | None = None,
    metadata: Mapping[str, Any] | None = None, **options: Any,
) -> dict[str, Any]:
    """Bring offline runs of Weights & Biases into a store, by the library ``wandb``.

    The configuration of a run is its fields, beside ``run_name`` and ``project``. Nothing is sent anywhere. A run that was killed is
    read up to its last whole record.

    Parameters
    ----------
    folder : path
        A folder ``wandb``, a folder ``offline-run-…``, or a file ``run-….wandb``.
    store, statistics, epoch, metadata, **options
        As of :func:`engram.read_tensorboard`.

    Returns
    -------
    dict
        As of :func:`engram.read_tensorboard`.
    """
    needs("wandb", "reading runs of Weights & Biases")
    from ._wandb import runs_of

    return store_runs(runs_of(existing(folder, "folder")), store, os.fspath(folder), statistics, epoch, metadata, options)


# What they have in common.


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested mappings as names with dots; a list is its JSON."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        elif isinstance(value, (list, tuple)):
            yield prefix + str(name), json.dumps(value, default=str)
        else:
            # NaN is a value.
            yield prefix + str(name), value if isinstance(value, float) else plain(value)


def told(tag: str, known: frozenset[str] | None) -> tuple[str, str] | None:
    """The layer and the statistic that a scalar is of; None for a metric. `known` None takes every scalar as a statistic."""
    if known is None or tag in known:
        return LAYER, tag
    for mark in ("/", "."):
        layer, found, last = tag.rpartition(mark)
        if found and last in known:
            return layer, last
        first, found, layer = tag.partition(mark)
        if found and first in known:
            return layer, first
    return None


def by_epoch(run: TrackedRun, epoch: str | None, file: str) -> dict[str, dict[float, float]]:
    """Each scalar by epoch; of an epoch that comes again the last value counts, and how often that was is noted."""
    scale: dict[float, float] | None = None
    if epoch is not None:
        if epoch not in run.scalars:
            raise _errors.NotFoundError(
                f"the run logged no scalar {epoch!r} that could be its epoch", file=file, place=run.name,
                expected=", ".join(list(run.scalars)[:12]) or "scalars")
        scale = dict(run.scalars[epoch])
    found: dict[str, dict[float, float]] = {}
    again = shared = lost = 0
    for tag, points in run.scalars.items():
        if tag == epoch:
            continue
        series: dict[float, float] = {}
        for step, value in points:
            place = step if scale is None else scale.get(step)
            if place is None or not math.isfinite(place):
                lost += 1
                continue
            if place in series:
                again, shared = (again + 1, shared) if scale is None else (again, shared + 1)
            series[place] = value
        if series:
            found[tag] = series
    if again:
        run.notes.append(f"{again} values were logged again at the same step, and the last one counts")
    if shared:
        run.notes.append(f"{shared} values were logged at earlier steps of the same {epoch!r}, and the last one of each counts")
    if lost:
        run.notes.append(f"{lost} values were logged at steps without {epoch!r} and are left out")
    return found


def store_runs(
    runs: Iterable[TrackedRun], store: str | os.PathLike[str], file: str, statistics: Statistics, epoch: str | None,
    metadata: Mapping[str, Any] | None, options: dict[str, Any],
) -> dict[str, Any]:
    """Ingests what of some runs are statistics, then adds the rest as their metrics."""
    known = None if statistics == "all" else frozenset(
        _engram.statistic_names() if statistics is None else [statistics] if isinstance(statistics, str) else statistics)
    kept: list[dict[str, Any]] = []
    without: list[str] = []
    notes: dict[str, list[str]] = {}
    names: tuple[dict[str, None], dict[str, None]] = ({}, {})
    points = ["layer_name", "epoch", "statistic", "value"]
    given = given_fields(metadata or {})
    with RowWriter([RUN, *points], file) as values, RowWriter([RUN, "epoch", "metric", "value"], file) as metrics:
        for run in runs:
            series = by_epoch(run, epoch, file)
            for note in run.notes:
                notes.setdefault(note, []).append(run.name)
            places = {tag: told(tag, known) for tag in series}
            if not any(places.values()):
                without.append(run.name)
                continue
            fields = {name: value for name, value in flat(run.metadata) if value is not None}
            kept.append({RUN: run.name, **fields, **given})
            for tag, of in series.items():
                place = places[tag]
                names[0 if place else 1][place[1] if place else tag] = None
                for at, value in sorted(of.items()):
                    if place:
                        values.write({
                            RUN: run.name, "layer_name": place[0], "epoch": at, "statistic": place[1], "value": value})
                    else:
                        metrics.write({RUN: run.name, "epoch": at, "metric": tag, "value": value})
        for note, of_runs in notes.items():
            tell(f"{file}: {note} ({shown(of_runs)})")
        if without and kept:
            tell(f"{file}: runs without statistics are left out: {shown(without)}")
        if not kept:
            raise _errors.InvalidDataError(
                "no run logged a statistic" if without else "there are no runs", file=file,
                expected="scalars such as conv1/weightabs_mean", found=f"{len(without)} runs",
                mend='name the scalars: `statistics=["grad_norm", …]`, or `statistics="all"`')
        report: dict[str, Any] = {
            "runs": len(kept), "statistics": list(names[0]), "metrics": list(names[1]), "without_statistics": without}
        report["ingest"] = ingest_runs(kept, values, store, options)
        if metrics.count and not options.get("dry_run"):
            wait = {name: options[name] for name in ("wait",) if name in options}
            report["ingest_metrics"] = command("ingest-metrics", store, metrics.done(), by=[RUN], **wait)
        return report


def ingest_runs(
    kept: list[dict[str, Any]], values: RowWriter, store: str | os.PathLike[str], options: dict[str, Any]
) -> Any:
    """Ingests the values, joined to the fields of their runs."""
    with RowWriter(columns_of(kept), values.source) as fields:
        for one in kept:
            fields.write(one)
        types = {**dict.fromkeys(fields.texts, "text"), **pairs(options.get("type")), RUN: "text"}
        given = {name: value for name, value in options.items() if name != "type"}
        return ingest(values.done(), store, metadata=fields.done(), format="long", type=types, **given)


def shown(names: list[str]) -> str:
    """Some names, and how many there are."""
    return ", ".join(names[:6]) + (f", … {len(names)} in all" if len(names) > 6 else "")


def tell(text: str) -> None:
    """Says what was inferred or left out."""
    _errors.say(text)
