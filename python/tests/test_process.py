"""The package in a process: Ctrl-C, forks, threads, another SQLite, what is imported, the command."""

from __future__ import annotations

import gc
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import weakref

import numpy as np
import pytest

import engram


def test_ctrl_c_ends_a_long_query_at_once(path: pathlib.Path) -> None:
    program = (
        "import engram, signal, sys\n"
        # A process that a shell puts into the background ignores the signal otherwise.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"store = engram.open({str(path)!r})\n"
        "print('ready', flush=True)\n"
        "try:\n"
        "    store.sql('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n')\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped', store.sql('SELECT 1').rows(), flush=True)\n")
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "stopped [(1,)]\n"
    assert time.monotonic() - start < 1.0
    assert process.wait(10) == 0


def test_handles_work_in_forked_children_while_threads_query(path: pathlib.Path) -> None:
    store = engram.open(path)
    selection = store.select("architecture = 'knet'", epochs="0")
    known = selection.to_numpy().tobytes()
    ends = threading.Event()

    def query() -> None:
        while not ends.is_set():
            store.sql("SELECT count(*) FROM example")

    threads = [threading.Thread(target=query) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                is_equal = selection.to_numpy().tobytes() == known and store.sql("SELECT count(*) FROM run").rows() == [(240,)]
                os._exit(0 if is_equal else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        ends.set()
        for thread in threads:
            thread.join()


def test_threads_wait_a_moment_for_the_next_read_and_not_in_children(path: pathlib.Path) -> None:
    program = (
        "import engram, os, signal, time\n"
        "count = lambda: len(os.listdir('/proc/self/task'))\n"
        f"selection = engram.open({str(path)!r}).select()\n"
        "known = selection.to_numpy(threads=1).tobytes()\n"
        # NumPy's BLAS ends the threads of its own at a fork.
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "before = count()\n"
        "for _ in range(20):\n"
        "    assert selection.to_numpy(threads=2).tobytes() == known\n"
        "    assert count() == before + 1, (before, count())\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        signal.alarm(60)\n"
        "        os._exit(0 if selection.to_numpy(threads=2).tobytes() == known else 1)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "start = time.monotonic()\n"
        "while count() > before and time.monotonic() - start < 10:\n"
        "    time.sleep(0.01)\n"
        "print(before, count())\n")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    before, after = done.stdout.split()
    assert before == after


def test_another_sqlite_in_the_process_does_no_harm(path: pathlib.Path) -> None:
    ends = threading.Event()

    def open_and_close() -> None:
        while not ends.is_set():
            connection = sqlite3.connect(f"file:{path}/catalog.sqlite?mode=ro", uri=True)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
            connection.close()
            (path / "catalog.sqlite").read_bytes()
            time.sleep(0.002)

    thread = threading.Thread(target=open_and_close)
    thread.start()
    try:
        for number in range(20):
            engram.append(
                path, np.ones((1, 1, 2, 1)), runs=[{"model_seed": 10_000 + number}], layers=["fc"], epochs=[0, 1], statistics=["m"])
    finally:
        ends.set()
        thread.join()
    assert engram.open(path).sql("SELECT count(*) FROM run WHERE model_seed >= 10000").rows() == [(20,)]
    engram.open(path).verify()


def test_many_threads_read_one_selection(shared: engram.Store) -> None:
    selection = shared.select("layer_position = 'early'")
    known = selection.to_numpy()
    found: list[bool] = []

    def read() -> None:
        for _ in range(3):
            found.append(bool((selection.to_numpy(threads=1) == known).all()))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 12


def test_the_script_is_the_command(path: pathlib.Path) -> None:
    script = pathlib.Path(sys.executable).with_name("engram")
    shown = subprocess.run([script, "info", path, "--json"], capture_output=True, text=True, check=True)
    assert '"examples"' in shown.stdout
    wrong = subprocess.run([script, "info", path / "nothing"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and "to mend it" in wrong.stderr
    wrong = subprocess.run([script, "info", b"n\xff"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and "there is no store here" in wrong.stderr and "Traceback" not in wrong.stderr


def test_a_star_and_help_need_no_other_library():
    """Names whose library is missing are not listed, and asking for one says what to install."""
    code = (
        "import importlib.util, inspect, pydoc, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name in ('torch', 'sklearn') else find(name, *rest)\n"
        "from engram import *\n"
        "import engram\n"
        "assert Stores is engram.Stores and len(inspect.getmembers(engram)) > 50 and 'open_many' in pydoc.render_doc(engram)\n"
        "for name in ('torch', 'RandomForest'):\n"
        "    assert name not in dir(engram) and name not in globals()\n"
        "    try: getattr(engram, name)\n"
        "    except engram.MissingLibraryError as error: assert 'pip install' in error.mend\n"
        "    else: raise SystemExit(name)\n"
        "assert 'pandas' not in sys.modules and 'engram._recorder' in sys.modules\n")
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_takes_only_what_opening_a_store_needs():
    """What few programs need waits for its first use."""
    code = "import numpy, sys; before = set(sys.modules); import engram; print(*sorted(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    foreign = [name for name in loaded if name.split(".")[0] not in ("engram", "__future__", "_engram")]
    assert not foreign and not {"engram._recorder", "engram._many", "engram._observe"} & set(loaded), foreign


def test_ctrl_c_ends_a_stream_that_a_library_pulls(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """Whoever pulls a stream sees it end with an error; the program sees KeyboardInterrupt, and no half of a file."""
    pytest.importorskip("pyarrow")
    program = (
        "import engram, os, signal, threading\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"store = engram.open({str(path)!r}); selection = store.select(statistics='all'); selection.shape\n"
        "for pull in (lambda: selection.to_arrow('long'), lambda: selection.to_parquet(sys_path)):\n"
        "    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    try:\n"
        "        while True: pull()\n"
        "    except KeyboardInterrupt: print('stopped', len(selection.to_arrow()), flush=True)\n").replace("sys_path", repr(str(tmp_path / "x.parquet")))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "stopped 1632\n" * 2, done.stderr
    assert not [one for one in os.listdir(tmp_path) if one.endswith(".tmp")]


def test_a_store_lets_go_of_its_files_when_it_is_let_go(path: pathlib.Path) -> None:
    """Not when garbage is collected: who copies the folder would find a file that goes."""
    gc.collect()
    gc.disable()
    try:
        store = engram.open(path)
        selection = store.select("architecture = 'knet'")
        assert list(store.splits) == ["fig2a"] and len(selection) == 96 and len(store.splits["fig2a"]) == 2
        gone = weakref.ref(store)
        del store
        assert gone() is None and len(selection) == 96
    finally:
        gc.enable()
