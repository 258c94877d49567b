"""The examples of docstrings and of the guide run, and give what they show."""

from __future__ import annotations

import doctest
import importlib
import os
import pathlib
import pkgutil
import shutil

import pytest

import engram

GUIDE = pathlib.Path(__file__).resolve().parents[2] / "docs/guides/python.md"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
NEEDS = {
    "_estimators": "sklearn", "_estimator": "sklearn", "_xarray": "xarray", "_plot": "matplotlib", "torch": "torch",
    "_torch_observe": "torch", "_hdf5": "h5py", "_matlab": "scipy", "_dataset": "pyarrow", "_polars": "polars",
}


def modules() -> list[str]:
    """The modules whose libraries are here."""
    found = [""]
    for module in pkgutil.iter_modules(engram.__path__):
        needed = NEEDS.get(module.name)
        if module.name != "_engram" and (needed is None or importlib.util.find_spec(needed)):
            found.append(module.name)
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", modules())
def test_the_examples_of_a_module_run(name: str, original: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(f"engram.{name}" if name else "engram")
    tests = [test for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples]
    for number, test in enumerate(tests):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copytree(original, folder / "digits.engram")
        monkeypatch.chdir(folder)
        known = {"engram": engram, "store": engram.open("digits.engram"), "path": "digits.engram", "folder": str(folder)}
        test.globs.update(known)
        assert doctest.DocTestRunner(optionflags=FLAGS).run(test).failed == 0, test.name


@pytest.mark.filterwarnings("ignore")
def test_the_guide_runs(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for needed in ("sklearn", "pandas", "polars", "xarray", "matplotlib", "duckdb", "pyarrow"):
        pytest.importorskip(needed)
    os.symlink(GUIDE.parents[2] / "fixtures", tmp_path / "fixtures")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    assert doctest.testfile(str(GUIDE), module_relative=False, optionflags=FLAGS).failed == 0
