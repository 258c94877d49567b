"""What a store shows of itself in a notebook."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
