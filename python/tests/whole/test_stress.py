"""Forks and a second SQLite at size: no child fails or hangs, nothing that was written is lost."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import sqlite3
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

import engram

#: Forks during queries and reads; half as many during writes.
FORKS = 1_000
#: Opens by Python's sqlite3 beside appends.
OPENS, APPENDS = 10_000, 500
#: Seconds that a child may take on a machine with much to do.
PATIENCE = 120


def add(path: pathlib.Path, number: int) -> None:
    engram.append(path, np.ones((1, 1, 2, 1)), runs=[{"number": number}], layers=["fc"], epochs=[0, 1], statistics=["m"], wait=PATIENCE)


def failures(count: int, busy: Callable[[], None], child: Callable[[int], bool], thread_count: int = 3) -> list[tuple[int, int | None]]:
    """What became of children that are forked off while threads are busy: number and exit code of those that failed or hung."""
    ends = threading.Event()
    context = multiprocessing.get_context("fork")

    def loop() -> None:
        while not ends.is_set():
            busy()

    def body(number: int) -> None:
        os._exit(0 if child(number) else 3)

    threads = [threading.Thread(target=loop) for _ in range(thread_count)]
    for thread in threads:
        thread.start()
    failed = []
    try:
        for number in range(count):
            process = context.Process(target=body, args=(number,))
            process.start()
            process.join(PATIENCE)
            if process.exitcode != 0:
                failed.append((number, process.exitcode))
                process.kill()
    finally:
        ends.set()
        for thread in threads:
            thread.join()
    return failed


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_children_that_are_forked_off_during_queries_work(path: pathlib.Path) -> None:
    store = engram.open(path)
    assert failures(
        FORKS, lambda: store.sql("SELECT architecture, count(*) FROM example GROUP BY 1") and None,
        lambda _: store.sql("SELECT count(*) FROM run").rows() == [(240,)]) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_children_that_are_forked_off_during_reads_work(path: pathlib.Path) -> None:
    selection = engram.open(path).select("architecture = 'knet'", epochs="0")
    known = selection.to_numpy().tobytes()
    assert failures(FORKS, lambda: selection.to_numpy() is None, lambda _: selection.to_numpy().tobytes() == known) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_children_that_are_forked_off_during_writes_write(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mine.engram"
    add(path, -1)
    written = iter(range(1_000_000, 2_000_000))
    done: list[int] = []

    def write() -> None:
        number = next(written)
        add(path, number)
        done.append(number)
        # Otherwise thousands of appends would stand before those of the children.
        time.sleep(0.02)

    def child(number: int) -> bool:
        add(path, number)
        return True

    assert failures(FORKS // 2, write, child, thread_count=2) == []
    store = engram.open(path)
    store.verify()
    numbers = [one for one, in store.sql("SELECT number FROM run").rows()]
    assert sorted(numbers) == sorted([-1, *range(FORKS // 2), *done])


def test_a_second_sqlite_opens_the_catalog_beside_appends(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mine.engram"
    add(path, -1)
    wrong: list[str] = []
    left = iter(range(OPENS))

    def look() -> None:
        for _ in left:
            try:
                connection = sqlite3.connect(f"file:{path}/catalog.sqlite?mode=ro", uri=True, timeout=PATIENCE)
                connection.execute("SELECT count(*) FROM commit_log").fetchall()
                connection.close()
                (path / "catalog.sqlite").read_bytes()
            except sqlite3.Error as error:
                wrong.append(repr(error))
            time.sleep(0)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(APPENDS):
        add(path, number)
    for thread in threads:
        thread.join()
    assert wrong == []
    store = engram.open(path)
    store.verify()
    assert [one for one, in store.sql("SELECT number FROM run ORDER BY 1").rows()] == [-1, *range(APPENDS)]
