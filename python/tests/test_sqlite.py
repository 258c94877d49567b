"""The library as an extension of SQLite: in the shell, in Python's own module, and beside other databases."""

from __future__ import annotations

import os
import pathlib
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

import engram

QUERY = """SELECT learning_rule, count(*), round(avg(value), 6) FROM trajectory JOIN example USING (example_id)
WHERE statistic = 'weightabs_mean' AND epoch = 100 GROUP BY 1 ORDER BY 1"""


def shell(path: pathlib.Path | str, *lines: str, database: str = ":memory:") -> list[tuple[Any, ...]]:
    """What the shell of SQLite says, row by row."""
    program = shutil.which("sqlite3")
    assert program is not None, "scripts/setup --for-tests installs sqlite3"
    words = [program, "-batch", "-bail", database, f".load {engram.sqlite_extension_path()}", f"SELECT engram_open('{path}')", *lines]
    answer = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    return [tuple(line.split("|")) for line in answer.stdout.splitlines()[1:]]


def module(path: pathlib.Path | str, *lines: str, database: str = ":memory:") -> list[tuple[Any, ...]]:
    """What Python's module says, as texts."""
    connection = sqlite3.connect(database)
    connection.enable_load_extension(True)
    connection.load_extension(engram.sqlite_extension_path())
    connection.execute("SELECT engram_open(?)", [os.fspath(path)])
    rows = [row for line in lines for row in connection.execute(line)]
    connection.close()
    return [tuple("" if value is None else str(value) for value in row) for row in rows]


# A Python may be compiled without loading of extensions; then the shell alone is tried.
DOORS: list[Callable[..., list[tuple[Any, ...]]]] = [shell]
if hasattr(sqlite3.Connection, "enable_load_extension"):
    DOORS.append(module)


@pytest.mark.parametrize("door", DOORS)
def test_every_table_says_what_the_store_says(door: Callable[..., Any], shared: engram.Store) -> None:
    def same(query: str) -> None:
        rows = [tuple("" if value is None else str(value) for value in row) for row in shared.sql(query).rows()]
        assert door(shared.path, query) == rows and rows, query

    same(QUERY)
    same("SELECT count(*), count(value), count(DISTINCT statistic), min(epoch), max(epoch) FROM trajectory")
    same("SELECT example_id, epoch, round(weightabs_norm, 6) FROM trajectory_wide WHERE example_id = 77 ORDER BY epoch LIMIT 3")
    same("SELECT * FROM example WHERE example_id BETWEEN 815 AND 818 ORDER BY example_id")
    same("SELECT count(*) FROM example WHERE layer_position = 'deep'")
    same("SELECT * FROM run WHERE run_id IN (1, 7, 240) ORDER BY run_id")
    same("SELECT architecture, count(*) FROM run GROUP BY 1 ORDER BY 1")
    same("SELECT count(*) FROM run JOIN example USING (run_id) JOIN trajectory_wide USING (example_id) WHERE epoch = 50")
    same("SELECT typeof(example_id), typeof(epoch), typeof(weightabs_mean) FROM trajectory_wide LIMIT 1")


@pytest.mark.parametrize("door", DOORS)
def test_a_commit_is_shown_and_another_store_takes_its_place(door: Callable[..., Any], path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    store = engram.open(path)
    store.edit("architecture = 'knet'", {"learning_rule": "other"}, reason="a test")
    count = "SELECT count(*) FROM run WHERE learning_rule = 'other'"
    then = f"SELECT engram_open('{path}', 1)"
    assert door(path, count, then, count)[0] != ("0",) and door(path, count, then, count)[2] == ("0",)
    engram.append(
        tmp_path / "own.engram", [[[[1.5]]]], runs=[{"learning_rule": "it's"}], layers=["fc"], epochs=[0], statistics=["odd \"name\""])
    lines = [f"SELECT engram_open('{tmp_path}/own.engram')", "SELECT learning_rule, value, \"odd \"\"name\"\"\" FROM trajectory "
             "JOIN trajectory_wide USING (example_id, epoch) JOIN example USING (example_id)"]
    assert door(path, *lines)[1:] == [("it's", "1.5", "1.5")]


def contents(path: pathlib.Path) -> dict[str, bytes]:
    """The files of a store but for those of SQLite's log."""
    return {one.name: one.read_bytes() for one in path.rglob("*") if one.is_file() and not one.name.endswith(("-shm", "-wal", "lock"))}


def test_nothing_can_be_written_and_what_is_wrong_is_said(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    program = shutil.which("sqlite3")
    assert program is not None
    before = contents(path)
    wrong = [
        (f"SELECT engram_open('{path}'); DELETE FROM trajectory", "may not be modified"),
        (f"SELECT engram_open('{path}'); INSERT INTO run (run_id) VALUES (9)", "may not be modified"),
        (f"SELECT engram_open('{path}'); UPDATE example SET task = 'x'", "may not be modified"),
        ("SELECT engram_open('/nowhere.engram')", "there is no store here"),
        (f"SELECT engram_open('{path}', 99)", "commit"), ("SELECT engram_open()", "expected the path of a store"),
        ("SELECT engram_open(NULL)", "expected the path of a store"), (f"SELECT engram_open('{path}', 'x')", "number of a commit"),
        (f"CREATE VIRTUAL TABLE t USING engram('{path}', 'nothing')", "no table of a store"),
        ("CREATE VIRTUAL TABLE t USING engram", "no table of a store"),
        (f"CREATE TEMP TABLE run (mine); SELECT engram_open('{path}')", "already exists"),
        (f"CREATE VIEW v AS SELECT engram_open('{path}'); SELECT * FROM v", "unsafe use"),
    ]
    for sql, said in wrong:
        answer = subprocess.run(
            [program, "-batch", "-bail", ":memory:", f".load {engram.sqlite_extension_path()}", sql], capture_output=True, text=True, timeout=60)
        assert answer.returncode != 0 and said in answer.stderr, (sql, answer.stderr)
    assert contents(path) == before


def test_a_damaged_segment_is_an_error_of_the_query(path: pathlib.Path) -> None:
    program = shutil.which("sqlite3")
    assert program is not None
    segment = next((path / "segments").glob("*.seg"))
    data = bytearray(segment.read_bytes())
    for place in range(64, len(data) - 4096):
        data[place] ^= 0x5A
    segment.write_bytes(data)
    answer = subprocess.run(
        [program, "-batch", "-bail", ":memory:", f".load {engram.sqlite_extension_path()}", f"SELECT engram_open('{path}')",
         "SELECT sum(value) FROM trajectory"], capture_output=True, text=True, timeout=60)
    assert answer.returncode != 0 and str(segment) in answer.stderr, answer.stderr


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_database_of_the_program_is_written_beside_and_the_store_is_appended_to(
        path: pathlib.Path, tmp_path: pathlib.Path, journal: str) -> None:
    """The program's own database is open with a lock when the extension comes, and stays whole; so does the catalog."""
    own = tmp_path / "own.db"
    lines = [f"PRAGMA journal_mode = {journal}", "CREATE TABLE t (a, b)"]
    program = shutil.which("sqlite3")
    assert program is not None
    script = "\n".join([
        *(f"{line};" for line in lines), "BEGIN IMMEDIATE;", "INSERT INTO t VALUES (0, 0);", f".load {engram.sqlite_extension_path()}",
        "COMMIT;", f"SELECT engram_open('{path}');",
        *["INSERT INTO t SELECT example_id, value FROM trajectory WHERE statistic = 'weightabs_mean' AND epoch = 0;"] * 20, ""])
    process = subprocess.Popen([program, "-batch", "-bail", str(own)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(script)
    process.stdin.flush()
    for run in range(40):
        engram.append(
            path, [[[[1.0]]]], runs=[{"learning_rule": "new", "model_seed": run}], layers=["fc"], epochs=[0], statistics=["weightabs_mean"])
    # The shell holds no lock now, so another process may write its database.
    other = sqlite3.connect(own, timeout=30)
    process.stdin.write("SELECT 'ready';\n")
    process.stdin.flush()
    assert process.stdout is not None
    while "ready" not in process.stdout.readline():
        pass
    other.execute("INSERT INTO t VALUES (1, 1)")
    other.commit()
    process.stdin.close()
    assert process.wait(60) == 0
    assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    # Each of the twenty has seen the same commit.
    count = other.execute("SELECT count(*) FROM t").fetchone()[0] - 2
    assert count % 20 == 0 and 1632 <= count / 20 <= 1632 + 40
    other.close()
    store = engram.open(path)
    assert store.verify()["problems"] == [] and len(store) == 1632 + 40


def test_tables_stay_where_others_cannot_be_opened(path: pathlib.Path) -> None:
    program = shutil.which("sqlite3")
    assert program is not None, "scripts/setup --for-tests installs sqlite3"
    lines = [
        f".load {engram.sqlite_extension_path()}", f"SELECT engram_open('{path}');", "SELECT engram_open('nosuch');",
        "SELECT count(*) FROM example;"]
    answer = subprocess.run([program, "-batch", ":memory:"], input="\n".join(lines), capture_output=True, text=True, timeout=60)
    assert "nosuch" in answer.stderr and answer.stdout.splitlines()[-1] == "1632"
