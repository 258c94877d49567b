"""The documents: the site builds without a warning, and the notebook gives what it shows."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = pathlib.Path(__file__).resolve().parents[3]
NOTEBOOK = ROOT / "docs/quickstart.ipynb"


def test_the_site_is_built_without_a_warning(tmp_path: pathlib.Path) -> None:
    run = subprocess.run(
        [ROOT / "scripts/build_docs", tmp_path / "site"], env={**os.environ, "ENGRAM_PYTHON": sys.executable}, capture_output=True,
        text=True, check=False)
    assert run.returncode == 0, run.stderr
    reference = (tmp_path / "site/reference.html").read_text()
    for name in ("engram.read_nwb", "engram.Recorder.lightning", "engram.Selection.to_dataset", "engram._errors.BusyError"):
        assert f'id="{name}"' in reference
    notebook = (tmp_path / "site/quickstart.html").read_text()
    assert "data:image/png" in notebook and "<svg" in notebook
    assert "`" not in re.sub(r"<(pre|code|script).*?</\1>|<[^>]*>", "", (tmp_path / "site/guides/python.html").read_text(), flags=re.S)


def said(cell: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """What the outputs of a cell say; of a picture only that it is one."""
    found = []
    for output in cell.get("outputs", []):
        data = output.get("data", {"text/plain": output.get("text", "")})
        for kind in sorted(data):
            found.append((kind, "" if kind == "image/png" else "" if "image/png" in data else "".join(data[kind])))
    return found


def test_the_notebook_gives_the_outputs_that_it_keeps(tmp_path: pathlib.Path) -> None:
    os.symlink(ROOT / "fixtures", tmp_path / "fixtures")
    kept = nbformat.read(NOTEBOOK, 4)
    book = nbformat.read(NOTEBOOK, 4)
    NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert any(said(cell) for cell in kept.cells)
    for before, after in zip(kept.cells, book.cells, strict=True):
        assert said(after) == said(before), before.source


@pytest.mark.parametrize("name", ["python-inputs", "python-training"])
def test_a_guide_runs(name: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import doctest

    monkeypatch.chdir(tmp_path)
    guide = ROOT / f"docs/guides/{name}.md"
    assert doctest.testfile(str(guide), module_relative=False, optionflags=doctest.ELLIPSIS).failed == 0
