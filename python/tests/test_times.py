"""Times and durations are texts of ISO 8601, spelled alike whatever they come from."""

from __future__ import annotations

import datetime
import pathlib

import numpy as np
import pytest

import engram


def test_times_are_spelled_alike_by_every_way_in(tmp_path: pathlib.Path) -> None:
    pandas, polars, pyarrow = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    zone = datetime.timezone.utc
    times = {
        "day": [datetime.date(2020, 1, 2)], "midnight": [datetime.datetime(2020, 1, 2)],
        "moment": [datetime.datetime(2020, 1, 2, 10, 30, 0, 500000)], "zoned": [datetime.datetime(2020, 1, 2, tzinfo=zone)],
        "clock": [datetime.time(1, 2)], "took": [datetime.timedelta(days=1, milliseconds=1500)]}
    known = ("2020-01-02", "2020-01-02", "2020-01-02T10:30:00.5", "2020-01-02T00:00+00:00", "01:02:00", "PT86401.5S")
    columns = {**times, "epoch": [0], "m": [1.0]}
    engram.from_pandas(pandas.DataFrame(columns), tmp_path / "pandas")
    engram.from_polars(polars.DataFrame(columns), tmp_path / "polars")
    engram.from_arrow(pyarrow.table(columns), tmp_path / "arrow")
    run = {name: values[0] for name, values in times.items()}
    engram.append(tmp_path / "append", np.ones((1, 1, 1, 1)), runs=[run], layers=["layer"], epochs=[0], statistics=["m"])
    numpy = {"day": np.datetime64("2020-01-02"), "moment": np.datetime64("2020-01-02T10:30:00.500"), "took": np.timedelta64(86401500, "ms")}
    engram.append(tmp_path / "numpy", np.ones((1, 1, 1, 1)), runs=[{**run, **numpy}], layers=["layer"], epochs=[0], statistics=["m"])
    for store in tmp_path.iterdir():
        assert engram.open(store).sql(f"SELECT {', '.join(times)} FROM run ORDER BY run_id").rows() == [known], store


def test_times_and_durations_have_one_text() -> None:
    from engram._times import timed

    for value, text in (
        (np.datetime64("2020-01-02T10"), "2020-01-02T10:00"), (np.datetime64("2020-01-02T10:30:05.250"), "2020-01-02T10:30:05.25"),
        (np.datetime64("2020-01-02T00:00:00.000"), "2020-01-02"), (np.datetime64("2020-03"), "2020-03"),
        (datetime.datetime(2020, 1, 2, 0, 0, 10), "2020-01-02T00:00:10"), (datetime.time(0, 0), "00:00:00"),
        (datetime.timedelta(seconds=-1), "PT-1S"), (datetime.timedelta(0), "PT0S"), (datetime.timedelta(seconds=100), "PT100S"),
        (np.timedelta64(-1500, "ms"), "PT-1.5S"), (np.timedelta64(2, "W"), "PT1209600S"), (np.timedelta64(1, "as"), "PT0.000000000000000001S"),
        (np.timedelta64(3, "M"), "3 months"), (3, None), ("2020", None),
    ):
        assert timed(value) == text
