"""Neurodata Without Borders into a store, by pynwb: the statistics of what units of each area fired on each trial."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from . import _errors
from ._layout import listed
from ._needs import existing, needs
from ._observe import Meter
from ._rows import RowWriter, columns_of, paths_of
from ._write import given_fields, ingest

#: Columns of units that may name the area, the surest first; those of electrodes come after them.
AREAS = ("location", "area", "brain_area", "region", "brain_region", "structure", "ecephys_structure_acronym")
#: Fields of the file, and of its subject, that become fields of the run.
SUBJECT = ("subject_id", "species", "strain", "genotype", "sex")
SESSION = ("identifier", "session_id", "lab", "institution")


@dataclasses.dataclass
class Session:
    """What one file has: responses (trials x units) by area, and an epoch for each trial."""

    path: str
    start: Any
    subject: dict[str, Any]
    facts: dict[str, Any]
    responses: dict[str, npt.NDArray[np.float64]]
    epochs: npt.NDArray[np.float64] | None


def read_nwb(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], store: str | os.PathLike[str], *,
    window: tuple[float, float] = (0.0, 0.5), align: str = "start_time", value: Literal["rate", "count"] = "rate",
    epochs: int | str | Sequence[float] | None = None, layer: str | None = None, units: str | None = None, trials: str | None = None,
    positions: Mapping[str, str] | None = None, min_units: int = 2, metadata: Mapping[str, Any] | None = None, **options: Any,
) -> dict[str, Any]:
    """Measure the spikes of NWB files into a store: a unit's rate in a window of each trial is its activation.

    An area is a layer, a trial is a stimulus, and the 21 statistics of activations are taken over the units of an area. With
    several files each is an epoch of its animal, in the order of their start; with one file blocks of trials can be.

    Parameters
    ----------
    paths : path or list of paths
        The files, each a session.
    store : path
        The store; it is made where there is none.
    window : (float, float)
        Where spikes count, in seconds from `align`: from the first on, to just before the second.
    align : str
        The column of trials that the window is laid at.
    value : {'rate', 'count'}
        Spikes a second, or spikes.
    epochs : int, str or list of float, optional
        A number cuts the trials of each file into so many blocks of equal length; a name is a column of trials with a number;
        a list has an epoch for each file. With the first two a file is a run, else an animal is.
    layer : str, optional
        The column of units or of electrodes that names the area; ``location`` or its like unless given.
    units, trials : str, optional
        Which rows of these tables count, as ``DataFrame.query`` has it: ``units="quality == 'good'"``.
    positions : mapping, optional
        The position of an area in its network: ``{"V1": "early"}``.
    min_units : int
        Areas with fewer units are left out.
    metadata : mapping, optional
        Further fields of the runs.
    **options
        As of :func:`engram.ingest`, such as ``dry_run=True``, ``update=True``.

    Returns
    -------
    dict
        What `ingest` says.

    Raises
    ------
    MissingLibraryError
        Without pynwb.
    NotFoundError, InvalidDataError
        When a file has no units, no trials, no such column, or nothing is left.
    UsageError
        When `window`, `value` or `epochs` is none, or `positions` names an area that is not there.

    Warns
    -----
    EngramWarning
        For trials, units and areas that are left out.
    """
    needs("pynwb", "reading NWB files")
    if not (len(window) == 2 and np.isfinite(window).all() and window[0] < window[1]):
        raise _errors.UsageError("the window is empty", place="window", expected="(from, to) in seconds", found=str(window))
    if value not in ("rate", "count"):
        raise _errors.UsageError("there is no such value", place="value", expected="'rate' or 'count'", found=repr(value))
    given = given_fields(metadata or {})
    files = paths_of(paths)
    if not files:
        raise _errors.UsageError("there are no files", place="paths")
    blocks = epochs if isinstance(epochs, (int, str)) else None
    numbers = None if epochs is None or isinstance(epochs, (int, str)) else [float(one) for one in epochs]
    if isinstance(epochs, int) and epochs < 1:
        raise _errors.UsageError("there is at least one epoch", place="epochs", found=str(epochs))
    if numbers is not None and len(numbers) != len(files):
        raise _errors.UsageError(
            "there are more or fewer epochs than files", place="epochs", expected=str(len(files)), found=str(len(numbers)))
    sessions = [
        read_session(existing(path), window, align, value, blocks, layer, units, trials, min_units) for path in files]
    rows = within(sessions) if blocks is not None else across(sessions, numbers)
    for row in rows:
        row.update(given)
    give_positions(rows, positions or {})
    return store_rows(rows, store, listed(files), options)


def give_positions(rows: list[dict[str, Any]], positions: Mapping[str, str]) -> None:
    """Gives the rows of each area its position; refuses a position of an area that is not there."""
    areas = list(dict.fromkeys(row["layer_name"] for row in rows))
    unknown = [area for area in positions if area not in areas]
    if unknown:
        raise _errors.UsageError(
            "positions name an area that no file has, or that was left out", place="positions",
            expected=f"areas among {', '.join(areas)}", found=", ".join(unknown[:8]))
    for row in rows:
        if row["layer_name"] in positions:
            row["layer_position"] = positions[row["layer_name"]]


def store_rows(
    rows: list[dict[str, Any]], store: str | os.PathLike[str], source: str, options: dict[str, Any]
) -> dict[str, Any]:
    """Ingests measured rows, metadata in front of the epoch and the statistics."""
    from . import _engram

    statistics = [name for name in _engram.statistic_names() if any(name in row for row in rows)]
    fields = [name for name in columns_of(rows) if name not in statistics and name != "epoch"]
    with RowWriter([*fields, "epoch", *statistics], source) as table:
        for row in rows:
            table.write(row)
        types = {**dict.fromkeys(table.texts, "text"), **options.pop("type", {})}
        return ingest(table.done(), store, type=types, **options)  # type: ignore[no-any-return]


def measured(responses: npt.NDArray[np.float64]) -> dict[str, float]:
    """The statistics of trials x units."""
    meter = Meter()
    meter.add_activations(responses)
    return meter.read()


def within(sessions: list[Session]) -> list[dict[str, Any]]:
    """A row for each area and block of trials of each file, which is a run."""
    rows = []
    for session in sessions:
        assert session.epochs is not None
        for epoch in np.unique(session.epochs):
            for area, responses in session.responses.items():
                facts = {**session.subject, **session.facts, "layer_name": area, "epoch": float(epoch)}
                rows.append({**facts, **measured(responses[session.epochs == epoch])})
    return rows


def across(sessions: list[Session], epochs: list[float] | None) -> list[dict[str, Any]]:
    """A row for each area of each file, which is an epoch of its animal."""
    if epochs is None:
        order = sorted(range(len(sessions)), key=lambda one: sessions[one].start)
        seen: dict[Any, int] = {}
        numbers = [0.0] * len(sessions)
        for place in order:
            animal = sessions[place].subject.get("subject_id")
            numbers[place] = float(seen.get(animal, 0))
            seen[animal] = seen.get(animal, 0) + 1
    else:
        numbers = epochs
    if len(sessions) > 1 and any("subject_id" not in one.subject for one in sessions):
        _errors.say("files that name no subject are epochs of one animal; `metadata=` names it")
    rows = []
    for session, epoch in zip(sessions, numbers, strict=True):
        facts = dict(session.subject)
        if len(sessions) == 1:
            facts.update(session.facts)
        for area, responses in session.responses.items():
            rows.append({**facts, "layer_name": area, "epoch": epoch, **measured(responses)})
    return rows


def read_session(
    path: str, window: tuple[float, float], align: str, value: str, epochs: int | str | None, layer: str | None, units: str | None,
    trials: str | None, min_units: int,
) -> Session:
    """Reads one file: its trials, its units, and what fired in the window."""
    import pynwb

    reader: Any = pynwb.NWBHDF5IO  # its constructor is made at run time, so no checker sees it
    try:
        io = reader(path, "r", load_namespaces=True)
        file = io.read()
    except Exception as error:  # pynwb raises errors of h5py, of hdmf and of its own
        raise _errors.CorruptError(
            "this is no NWB file that can be read", file=path, found=f"{type(error).__name__}: {error}") from error
    with io:
        for what, table in (("units", file.units), ("trials", file.trials)):
            if table is None or len(table) == 0:
                raise _errors.NotFoundError(f"the file has no {what}", file=path, place=what, expected=f"a table of {what}")
        times, blocks = trials_of(file.trials, path, align, epochs, trials)
        areas = areas_of(file.units, path, layer, units, min_units)
        responses = {}
        for area, members in areas.items():
            counts = np.empty((len(times), len(members)))
            for column, member in enumerate(members):
                spikes = np.sort(np.asarray(file.units.get_unit_spike_times(member), np.float64))
                first, last = (np.searchsorted(spikes, times + edge) for edge in window)
                counts[:, column] = last - first
            responses[area] = counts / (window[1] - window[0]) if value == "rate" else counts
        subject = facts_of(file.subject, SUBJECT) if file.subject is not None else {}
        return Session(path, file.session_start_time, subject, facts_of(file, SESSION), responses, blocks)


def facts_of(holder: Any, names: Sequence[str]) -> dict[str, Any]:
    """The texts that a part of the file has under some names."""
    found = {name: getattr(holder, name, None) for name in names}
    return {("session" if name == "identifier" else name): str(one) for name, one in found.items() if one}


def queried(frame: Any, query: str | None, path: str, what: str) -> Any:
    """The rows of a table that a query selects."""
    if query is None:
        return frame
    try:
        found = frame.query(query)
    except Exception as error:  # pandas raises what its parser does
        raise _errors.UsageError(
            f"this query of {what} cannot be answered", file=path, place=what, found=f"{type(error).__name__}: {error}",
            expected=f"an expression over {', '.join(map(str, frame.columns))}") from error
    if not len(found):
        raise _errors.InvalidDataError(f"the query leaves no {what}", file=path, place=what, found=query)
    return found


def trials_of(
    table: Any, path: str, align: str, epochs: int | str | None, query: str | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None]:
    """The times of the trials, in their order, and the epoch of each."""
    for name in (align, epochs):
        if isinstance(name, str) and name not in table.colnames:
            raise _errors.NotFoundError(
                f"trials have no column {name!r}", file=path, place="trials", expected=", ".join(table.colnames))
    frame = queried(table.to_dataframe(), query, path, "trials")
    try:
        times: npt.NDArray[np.float64] = frame[align].to_numpy(np.float64)
        named: npt.NDArray[np.float64] | None = frame[epochs].to_numpy(np.float64) if isinstance(epochs, str) else None
    except (TypeError, ValueError):
        raise _errors.InvalidDataError(
            "a column of trials holds no numbers", file=path, place=f"trials/{align}" if not isinstance(epochs, str) else "trials",
            expected="numbers") from None
    is_good = np.isfinite(times) if named is None else np.isfinite(times) & np.isfinite(named)
    if not is_good.all():
        _errors.say(f"{path}: {int((~is_good).sum())} of {len(times)} trials have no {align} or epoch and are left out")
    if not is_good.any():
        raise _errors.InvalidDataError("no trial has a time", file=path, place=f"trials/{align}")
    times = times[is_good]
    order = np.argsort(times, kind="stable")
    if named is not None:
        return times[order], named[is_good][order]
    if epochs is None:
        return times[order], None
    if int(epochs) > len(times):
        raise _errors.InvalidDataError(
            "there are fewer trials than epochs", file=path, place="epochs", expected=f"at most {len(times)}", found=str(epochs))
    return times[order], (np.arange(len(times)) * int(epochs) // len(times)).astype(np.float64)


def areas_of(table: Any, path: str, layer: str | None, query: str | None, min_units: int) -> dict[str, list[int]]:
    """The rows of the units of each area."""
    if "spike_times" not in table.colnames:
        raise _errors.NotFoundError("units have no spike times", file=path, place="units", expected="a column spike_times")
    heavy = {"spike_times", "waveforms", "waveform_mean", "waveform_sd", "obs_intervals", "electrodes"}
    frame = table.to_dataframe(exclude=heavy & set(table.colnames)).reset_index(drop=True)
    names = [layer] if layer is not None else list(AREAS)
    column = next((name for name in names if name in frame.columns), None)
    areas = dict(enumerate(frame[column])) if column is not None else areas_of_electrodes(table, path, names, layer)
    kept = list(queried(frame, query, path, "units").index)
    found: dict[str, list[int]] = {}
    for place in kept:
        name = areas.get(place)
        found.setdefault(str(name) if name is not None and str(name) not in ("", "nan") else "unknown", []).append(place)
    small = {name: len(members) for name, members in found.items() if len(members) < min_units}
    if small:
        counts = ", ".join(f"{name} ({count})" for name, count in small.items())
        _errors.say(f"{path}: areas with fewer than {min_units} units are left out: {counts}")
    found = {name: members for name, members in found.items() if name not in small}
    if not found:
        raise _errors.InvalidDataError(
            "no area has enough units", file=path, place="units", expected=f"at least {min_units} units of one area",
            mend="`min_units=1` takes areas of one unit")
    return found


def areas_of_electrodes(table: Any, path: str, names: Sequence[str], layer: str | None) -> dict[int, Any]:
    """The area of each unit by its electrodes: the most frequent one of them."""
    region = table.electrodes_index if hasattr(table, "electrodes_index") else getattr(table, "electrodes", None)
    if region is None:
        if layer is not None:
            raise _errors.NotFoundError(
                f"units have no column {layer!r}, and no electrodes", file=path, place="units", expected=", ".join(table.colnames))
        _errors.say(f"{path}: units name no area; all of them are one, 'unknown'")
        return {}
    target = region.target if hasattr(region, "target") else region
    electrodes = target.table
    column = next((name for name in names if name in electrodes.colnames), None)
    if column is None:
        raise _errors.NotFoundError(
            f"neither units nor electrodes have a column {layer or 'location'!r}", file=path, place="electrodes",
            expected=", ".join(electrodes.colnames))
    places = np.asarray(electrodes[column][:], dtype=object)
    rows = np.asarray(target.data[:])
    ends = np.asarray(region.data[:]) if target is not region else np.arange(1, len(rows) + 1)
    areas: dict[int, Any] = {}
    for unit, (first, last) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        known, counts = np.unique(places[rows[int(first):int(last)]].astype(str), return_counts=True)
        if len(known):
            areas[unit] = known[np.argmax(counts)]
    return areas
