"""Figures by matplotlib: ``selection.plot.trajectories(hue="learning_rule")``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _errors
from ._pieces import Pieces
from ._request import statistics_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._selection import Selection


class SelectionPlots:
    """Figures of a selection."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection

    def trajectories(self, statistic: str | None = None, *, hue: str | None = None, ax: Axes | None = None) -> Axes:
        """The median trajectory of a statistic, between the quartiles, for each value of a field.

        Parameters
        ----------
        statistic : str, optional
            Which one; the first of the selection unless given.
        hue : str, optional
            A field of runs or layers, such as ``learning_rule``.
        ax : matplotlib.axes.Axes, optional
            Where to draw; new axes unless given.

        Returns
        -------
        matplotlib.axes.Axes
        """
        import matplotlib.pyplot as pyplot

        selection = self._selection
        name = statistic or selection.statistics[0]
        pieces = Pieces(selection if name in selection.statistics else selection._replaced(statistics=statistics_text([name])))
        values = pieces.cube(pieces.ids, [name])[:, 0]
        if values.shape[1] != len(selection.epochs):
            raise _errors.UsageError("a trajectory has a value at each epoch", place="view", mend="leave `view=` out")
        codes, classes = selection.labels(hue) if hue else (np.zeros(len(values), np.int32), [None])
        axes = ax if ax is not None else pyplot.subplots()[1]
        for code, label in enumerate(classes):
            low, middle, high = np.nanpercentile(np.asarray(values[codes == code], float), [25, 50, 75], axis=0)
            (line,) = axes.plot(selection.epochs, middle, label=None if hue is None else str(label))
            axes.fill_between(selection.epochs, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
        axes.set_xlabel("epoch")
        axes.set_ylabel(name)
        if hue:
            axes.legend(title=hue)
        return axes

    def confusion(self, y_true: Any, y_pred: Any, *, ax: Axes | None = None) -> Axes:
        """How often each class was taken for each other one, a row a true class.

        Returns
        -------
        matplotlib.axes.Axes
        """
        import matplotlib.pyplot as pyplot

        classes = np.unique(np.concatenate([np.asarray(y_true), np.asarray(y_pred)]))
        counts = np.zeros((len(classes), len(classes)))
        np.add.at(counts, (np.searchsorted(classes, y_true), np.searchsorted(classes, y_pred)), 1)
        shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
        axes = ax if ax is not None else pyplot.subplots()[1]
        axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
        for row in range(len(classes)):
            for column in range(len(classes)):
                axes.text(column, row, f"{shares[row, column]:.0%}", ha="center", va="center", color="black" if shares[row, column] < 0.6 else "white")
        axes.set_xticks(range(len(classes)), [str(one) for one in classes], rotation=45, ha="right")
        axes.set_yticks(range(len(classes)), [str(one) for one in classes])
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
        return axes
