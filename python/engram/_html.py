"""What a store and a selection show of themselves in a notebook."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from . import _errors

if TYPE_CHECKING:
    from ._selection import Selection
    from ._store import Store


def store_table(store: Store) -> str:
    """The fields of a store and how many examples have each of their values."""
    if store._handle is None:
        return html.escape(repr(store))
    rows = []
    for field in store.info().get("fields", []):
        values = field.get("values", [])
        shown = ", ".join(f"{'NULL' if one.get('value') is None else one.get('value')} ({one.get('examples'):,})" for one in values[:6])
        more = f", … {len(values)} values" if len(values) > 6 else ""
        name = field.get("name", field.get("field", ""))
        rows.append(f"<tr><td>{html.escape(str(name))}</td><td>{html.escape(shown + more)}</td></tr>")
    head = f"<b>{html.escape(store._given)}</b> at commit {store.commit}: {len(store):,} examples"
    return f"{head}<table><tr><th>field</th><th>values (examples)</th></tr>{''.join(rows)}</table>"


def selection_table(selection: Selection) -> str:
    """The size of a selection and lines of its first example; what is wrong with it where it selects nothing."""
    try:
        rows, columns = selection.shape
    except _errors.EngramError as error:
        # A representation says what is wrong, and raises nothing.
        return f"{html.escape(repr(selection))}<br><small>{html.escape(str(error))}</small>"
    lines = [f"<b>{rows:,} examples x {columns:,} columns</b><br><small>{html.escape(selection._asked())}</small>"]
    if selection._info[4] > 1 and rows:
        from ._pieces import Pieces
        from ._sparkline import sparkline

        # A z-score, which needs all examples, only moves and stretches a line.
        first = Pieces(selection).unscaled(selection.ids[:1])[0, selection._info[5]:].reshape(-1, selection._info[4])
        cells = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{sparkline(values)}</td></tr>"
            for name, values in list(zip(selection.statistics, first, strict=True))[:8])
        lines.append(f"<table><tr><th>statistic</th><th>example {selection.ids[0]}</th></tr>{cells}</table>")
    return "".join(lines)
