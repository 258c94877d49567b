"""NWB files that pynwb wrote."""

from __future__ import annotations

import datetime
import pathlib

import numpy as np
import pynwb
import pytest
from pynwb.file import Subject

import engram


def write(
    path: pathlib.Path, *, seed: int = 0, day: int = 0, subject: str | None = "m1", area: str = "electrodes", trials: int = 24,
    units: int = 12,
) -> tuple[list[np.ndarray], np.ndarray]:
    """Writes a session; returns the spikes of each unit and the times of the trials."""
    random = np.random.default_rng(seed)
    file = pynwb.NWBFile(
        session_description="made up", identifier=f"session{seed}", session_id=f"s{seed}", lab="ours",
        session_start_time=datetime.datetime(2026, 1, 1 + day, tzinfo=datetime.timezone.utc),
        subject=None if subject is None else Subject(subject_id=subject, species="Mus musculus", sex="F", age="P90D"))
    if area == "electrodes":
        device = file.create_device("probe")
        group = file.create_electrode_group("shank", "made up", "brain", device)
        for place in range(units):
            file.add_electrode(location="V1" if place < units // 2 else "IT", group=group)
    file.add_unit_column("quality", "how good")
    if area == "units":
        file.add_unit_column("brain_area", "where")
    starts = np.arange(trials) * 1.0 + 0.25
    spikes = []
    for place in range(units):
        times = np.sort(random.uniform(0, trials + 1, 40 * (place + 1)))
        spikes.append(times)
        more = {"electrodes": [place, place, (place + 1) % units]} if area == "electrodes" else {}
        more |= {"brain_area": "V1" if place < units // 2 else "IT"} if area == "units" else {}
        file.add_unit(spike_times=times, quality="good" if place % 6 else "noise", **more)
    file.add_trial_column("outcome", "what came of it")
    file.add_trial_column("stim_on", "when")
    file.add_trial_column("block", "which")
    for number, start in enumerate(starts):
        file.add_trial(
            start_time=start, stop_time=start + 1, outcome="correct" if number % 3 else "wrong",
            stim_on=np.nan if number == 5 else start + 0.1, block=float(number // 8))
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(file)
    return spikes, starts


def rates(spikes: list[np.ndarray], times: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """Trials x units, counted one by one."""
    return np.array([
        [((one >= time + window[0]) & (one < time + window[1])).sum() / (window[1] - window[0]) for one in spikes] for time in times])


def known(responses: np.ndarray, names: list[str]) -> list[float]:
    meter = engram.Meter()
    meter.add_activations(responses)
    found = meter.read()
    return [found[name] for name in names]


@pytest.mark.parametrize("area", ["electrodes", "units"])
def test_rates_of_areas_are_activations(tmp_path: pathlib.Path, area: str) -> None:
    spikes, starts = write(tmp_path / "a.nwb", area=area)
    engram.read_nwb(
        tmp_path / "a.nwb", tmp_path / "a.engram", window=(0.05, 0.3), positions={"V1": "early"},
        metadata={"learning_rule": "unknown"})
    store = engram.open(tmp_path / "a.engram")
    assert store.sql("SELECT layer_name, layer_position, subject_id, learning_rule, session FROM example ORDER BY 1").rows() == [
        ("IT", None, "m1", "unknown", "session0"), ("V1", "early", "m1", "unknown", "session0")]
    names = store.select(statistics="all").statistics
    assert len(names) == 21
    for layer, part in (("V1", spikes[:6]), ("IT", spikes[6:])):
        found = store.select(f"layer_name = '{layer}'", statistics="all").to_numpy()[0]
        np.testing.assert_array_equal(found, known(rates(part, starts, (0.05, 0.3)), names))


def test_blocks_of_trials_are_epochs(tmp_path: pathlib.Path) -> None:
    spikes, starts = write(tmp_path / "a.nwb")
    for number, epochs in enumerate((3, "block")):
        engram.read_nwb(tmp_path / "a.nwb", tmp_path / f"{number}.engram", epochs=epochs, value="count", window=(0, 0.5))
        selection = engram.open(tmp_path / f"{number}.engram").select("layer_name = 'V1'", statistics="all")
        assert selection.epochs == [0, 1, 2]
        for epoch in range(3):
            part = rates(spikes[:6], starts[8 * epoch:8 * epoch + 8], (0, 0.5)) * 0.5
            np.testing.assert_array_equal(selection.to_numpy3d()[0, :, epoch], known(part, selection.statistics))


def test_sessions_of_an_animal_are_epochs_by_their_start(tmp_path: pathlib.Path) -> None:
    files = []
    for seed, (day, subject) in enumerate([(3, "m1"), (1, "m1"), (2, "m2"), (0, "m2")]):
        write(tmp_path / f"{seed}.nwb", seed=seed, day=day, subject=subject)
        files.append(tmp_path / f"{seed}.nwb")
    engram.read_nwb(files, tmp_path / "x.engram")
    store = engram.open(tmp_path / "x.engram")
    assert store.sql("SELECT subject_id, count(*) FROM example GROUP BY 1").rows() == [("m1", 2), ("m2", 2)]
    selection = store.select("subject_id = 'm1' AND layer_name = 'V1'", statistics=["actraw_mean"])
    engram.read_nwb(files[1], tmp_path / "one.engram")
    first = engram.open(tmp_path / "one.engram").select("layer_name = 'V1'", statistics=["actraw_mean"]).to_numpy()[0, 0]
    assert selection.epochs == [0, 1] and selection.to_numpy()[0, 0] == first
    engram.read_nwb(files[:2], tmp_path / "days.engram", epochs=[3, 1.5])
    assert engram.open(tmp_path / "days.engram").select(statistics="all").epochs == [1.5, 3]


def test_queries_choose_units_and_trials_and_what_is_left_out_is_said(tmp_path: pathlib.Path) -> None:
    spikes, starts = write(tmp_path / "a.nwb")
    with pytest.warns(engram.EngramWarning, match="1 of 16 trials have no stim_on"):
        engram.read_nwb(
            tmp_path / "a.nwb", tmp_path / "x.engram", align="stim_on", units="quality == 'good'", trials="outcome == 'correct'")
    chosen = [one for one in range(24) if one % 3 and one != 5]
    selection = engram.open(tmp_path / "x.engram").select("layer_name = 'V1'", statistics="all")
    part = rates(spikes[1:6], starts[chosen] + 0.1, (0, 0.5))
    np.testing.assert_array_equal(selection.to_numpy()[0], known(part, selection.statistics))
    with pytest.warns(engram.EngramWarning, match="fewer than 6 units are left out: V1 .5.*IT .5"), pytest.raises(ValueError):
        engram.read_nwb(tmp_path / "a.nwb", tmp_path / "y.engram", units="quality == 'good'", min_units=6)
    with pytest.warns(engram.EngramWarning, match="'unknown'"):
        write(tmp_path / "b.nwb", area="none")
        engram.read_nwb(tmp_path / "b.nwb", tmp_path / "z.engram")


def test_a_file_that_lacks_what_is_needed_says_so(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "a.nwb")
    target = tmp_path / "x.engram"
    for wrong, kind, text in (
        ({"align": "cue"}, LookupError, "no column 'cue'"), ({"epochs": "cue"}, LookupError, "no column 'cue'"),
        ({"align": "outcome"}, ValueError, "no numbers"), ({"layer": "moon"}, LookupError, "moon"),
        ({"units": "quality == 'best'"}, ValueError, "leaves no units"), ({"trials": "nothing > 3"}, ValueError, "cannot be answered"),
        ({"window": (1, 1)}, ValueError, "empty"), ({"value": "mean"}, ValueError, "rate"), ({"epochs": 0}, ValueError, "at least one"),
        ({"epochs": 99}, ValueError, "fewer trials"), ({"epochs": [1, 2]}, ValueError, "more or fewer"),
    ):
        with pytest.raises(kind, match=text):
            engram.read_nwb(tmp_path / "a.nwb", target, **wrong)
    empty = pynwb.NWBFile(
        session_description="x", identifier="x", session_start_time=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))
    with pynwb.NWBHDF5IO(tmp_path / "empty.nwb", "w") as io:
        io.write(empty)
    with pytest.raises(LookupError, match="no units"):
        engram.read_nwb(tmp_path / "empty.nwb", target)
    (tmp_path / "text.nwb").write_text("nothing")
    with pytest.raises(OSError, match="no NWB"):
        engram.read_nwb(tmp_path / "text.nwb", target)
    assert not target.exists()
