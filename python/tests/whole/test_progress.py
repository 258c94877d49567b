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
    "store.splits.make('many', 'balanced', repeats=100_000, seed=0, test_fraction=0.25)",
    "while True: store.select(\"layer_position = 'deep'\", statistics='all').to_numpy(threads=1)",
    "while True: store.select(statistics='all').to_numpy(order='F', dtype='float64')",
    "while True: store.select(statistics='all').to_pandas('long')",
    "while True: store.select(statistics='all').to_pandas('list')",
    "while True: store.select(statistics='all').to_dataset().to_table()",
    "while True: store.select(statistics='all').to_parquet(file)",
    "while True: store.splits['fig2a'].audit()",
    "engram.RandomForest(1, max_features=None, n_jobs=1).fit(np.tile(X, (100, 1)), np.tile(y, 100))",
    "engram.RandomForest(1, bins='exact', n_jobs=1).fit(np.tile(X, (100, 1)), np.tile(y, 100))",
    "engram.LinearSVM(n_components=20).fit(np.tile(X, (100, 1)), np.tile(y, 100))",
    "engram.LinearSVM(n_components=20).fit(np.random.default_rng(0).normal(size=(6_000, 3_000)), np.arange(6_000) % 4)",
    "engram.LinearSVM(solver='newton').fit(np.random.default_rng(0).normal(size=(6_000, 3_000)), np.arange(6_000) % 4)",
    "engram.LinearSVM().fit(np.random.default_rng(0).normal(size=(2_500, 12_000)), np.arange(2_500) % 4)",
    "engram.LinearSVM(C=1e4, solver='liblinear').fit(X, y)",
    "engram.Conv1D(45, max_epochs=50).fit(np.tile(X, (100, 1)), np.tile(y, 100))",
])
def test_ctrl_c_ends_a_long_call_within_a_tenth_of_a_second(path: pathlib.Path, call: str) -> None:
    """What runs between Python's handler of the signal and KeyboardInterrupt in the program: time of the processor, or that of the clock where
    several threads take more.

    A waiting call has the handler run every 20 ms; how long a machine that does other work takes beside that says nothing of the call.
    """
    program = (
        "import engram, signal, time\nimport numpy as np\nimport pandas, pyarrow\n"
        "def now():\n    return time.process_time(), time.perf_counter()\n"
        "def stop(*unused):\n    global began\n    began = now()\n    raise KeyboardInterrupt\n"
        f"file = {str(path.parent / 'selection.parquet')!r}\nstore = engram.open({str(path)!r})\nselection = store.select(epochs='0:100:25')\n"
        "X, y = selection.to_numpy(), selection.labels('learning_rule')[0]\nengram.RandomForest(2).fit(X, y)\n"
        # In a function: of a loop that begins a `try`, CPython 3.11 takes a signal at the jump back for one before the `try`.
        f"def work():\n    {call}\nsignal.signal(signal.SIGINT, stop)\nprint('ready', flush=True)\ntry:\n    work()\n"
        "except KeyboardInterrupt:\n    print(min(end - start for start, end in zip(began, now())), flush=True)\n")
    times = []
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", program], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        times.append(float(process.stdout.readline()))
        assert process.wait(60) == 0
    assert sorted(times)[1] < 0.1, times
