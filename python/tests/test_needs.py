"""Libraries that are needed for one thing only: which versions of them."""

from __future__ import annotations

import importlib.metadata
import pathlib
import tomllib

import pytest

import engram
from engram import _needs


def test_a_library_that_is_too_old_is_said_to_be(shared: engram.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "17.0.0rc1")
    _needs._too_old.cache_clear()
    with pytest.raises(engram.MissingLibraryError, match="needs a newer pyarrow") as raised:
        shared.select(statistics=["actraw_var"]).to_arrow()
    assert (raised.value.expected, raised.value.found) == ("pyarrow 18 or newer", "17.0.0rc1")
    monkeypatch.undo()
    _needs._too_old.cache_clear()


def test_the_oldest_libraries_are_those_that_the_package_asks_for() -> None:
    project = tomllib.loads((pathlib.Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    asked = dict(one.split(">=") for extra in project["optional-dependencies"].values() for one in extra if ">=" in one)
    assert {name: asked[{"sklearn": "scikit-learn"}.get(name, name)] for name in _needs.OLDEST} == _needs.OLDEST
