"""What the selections of several stores have in common: the epochs and statistics by which all of them are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import _errors
from ._request import WORDS, epochs_text, statistics_text
from ._selection import Selection


def _axis(selection: Selection) -> list[float] | None:
    """The epochs that the view of a selection looks at, before it chooses some; None where each run gives its own."""
    words = [word for text in (selection._view, selection._epochs) if text for word in text.split("+")]
    if any(word.split(":")[0] in ("first", "last", "at-most", "best") for word in words):
        return None
    if selection._view is None:
        return selection.epochs
    view = [word for word in words if word.startswith("epochs:")]
    return selection._replaced(view=view[0] if view else None).epochs


def alike(parts: Mapping[str, Selection]) -> dict[str, Selection]:
    """Selections of several stores with the epochs and statistics that all of them have."""
    axes = {name: _axis(part) for name, part in parts.items()}
    found = dict(parts)
    if all(axis is not None for axis in axes.values()):
        epochs = _common("epochs", [axis or [] for axis in axes.values()])
        found = {name: part if axes[name] == epochs else _at(part, epochs) for name, part in parts.items()}
    statistics = _common("statistics", [part.statistics for part in found.values()])
    return {name: part if part.statistics == statistics else _of(part, statistics) for name, part in found.items()}


def _at(part: Selection, epochs: list[float]) -> Selection:
    """A selection whose view looks at some epochs."""
    view = [word for word in (part._view or "").split("+") if word and not word.startswith("epochs:")]
    return part._replaced(epochs=epochs_text(epochs), view="+".join(view) or None)


def _of(part: Selection, statistics: list[str]) -> Selection:
    """A selection of some statistics."""
    if word := WORDS.intersection(statistics):
        raise _errors.UnsupportedError(
            "a statistic that is called as a word for several cannot be named, and the stores have others beside it",
            place="statistics", found=min(word), mend="name others by `statistics=`")
    return part._replaced(statistics=statistics_text(statistics))


def _common(what: str, each: Sequence[Sequence[Any]]) -> list[Any]:
    """What all stores have, in the order of the first; what some of them lack is said."""
    common = [one for one in each[0] if all(one in set(others) for others in each[1:])]
    lost = [one for one in dict.fromkeys(one for others in each for one in others) if one not in set(common)]
    if lost:
        shown = ", ".join(f"{one:g}" if isinstance(one, float) else one for one in lost[:5])
        _errors.say(f"{what} that not all stores have are left out: {shown}{', …' if len(lost) > 5 else ''}")
    if not common:
        raise _errors.NotFoundError(f"the stores have no {what} in common", place=what, mend="select fewer stores")
    return common
