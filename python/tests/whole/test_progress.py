"""Progress of long calls by tqdm, and Ctrl-C at once."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import sys
import time

import pytest

import engram


def test_progress_is_a_bar_of_tqdm(path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = engram.open(path)
    store.verify(progress=True)
    shown = capsys.readouterr().err
    assert "it/s" in shown or "/s]" in shown or "?" in shown, shown
    store.select(statistics="all").to_numpy(progress=True)


@pytest.mark.parametrize("call", [
    "store.sql('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n')",
    "engram.RandomForest(100_000, random_state=0).fit(X, y)",
    "store.identify(\"architecture = 'knet'\", trees=10_000)",
])
def test_ctrl_c_ends_a_long_call_within_a_tenth_of_a_second(path: pathlib.Path, call: str) -> None:
    program = (
        f"import engram\nstore = engram.open({str(path)!r})\nselection = store.select(epochs='0:100:25')\n"
        "X, y = selection.to_numpy(), selection.labels('learning_rule')[0]\nengram.RandomForest(2).fit(X, y)\n"
        f"print('ready', flush=True)\ntry:\n    {call}\nexcept KeyboardInterrupt:\n    print('stopped', flush=True)\n")
    times = []
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", program], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(0.5)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "stopped\n"
        times.append(time.monotonic() - start)
        assert process.wait(30) == 0
    # A machine that does other work wakes a thread late now and then; the call itself asks every 20 ms.
    assert min(times) < 0.1, times
