"""A store of the bundled data for all tests, and the names that examples in docstrings know."""

from __future__ import annotations

import os
import pathlib
import shutil

import pytest

import engram

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "fixtures"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Counts a skipped test as a failed one where everything that tests need must be there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("ENGRAM_NO_SKIPPED_TESTS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A store that nobody changes."""
    path = tmp_path_factory.mktemp("stores") / "digits.engram"
    engram.ingest(FIXTURES / "digits_dataset.pkl", path)
    with engram.open(path) as store:
        store.splits.make("fig2a", "balanced", repeats=2, seed=0, test_fraction=0.25)
    return path


@pytest.fixture
def path(original: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A store of the test's own."""
    target = tmp_path / "digits.engram"
    # What SQLite keeps beside a catalog that is only read is empty, and goes when a test before lets go of the store.
    shutil.copytree(original, target, ignore=shutil.ignore_patterns("catalog.sqlite-*"))
    return target


@pytest.fixture
def store(path: pathlib.Path) -> engram.Store:
    """The test's own store, opened."""
    return engram.open(path)


@pytest.fixture
def shared(original: pathlib.Path) -> engram.Store:
    """The store that nobody changes, opened."""
    return engram.open(original)
