"""An array of a file, and the tree of groups and arrays that a file is."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ._write import plain


@dataclasses.dataclass
class Leaf:
    """An array of a file: a NumPy array or a dataset on disk, and the names of its axes where the file has them."""

    data: Any
    axes: list[str] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        return tuple(self.data.shape)

    @property
    def is_text(self) -> bool:
        """Whether it holds texts."""
        return np.dtype(self.data.dtype).kind in "OSU"

    def values(self) -> list[Any]:
        """All its values in a row, as Python has them."""
        if getattr(self.data, "is_whole", False):
            return self.data.whole()  # type: ignore[no-any-return]
        array = np.asarray(self.data[()]).ravel()
        return [one.decode(errors="replace") if isinstance(one, bytes) else plain(one) for one in array.tolist()]

    def said(self) -> str:
        """Its shape and type in words."""
        return f"{'x'.join(map(str, self.shape)) or 'one value'} {'text' if self.is_text else self.data.dtype}"


Tree = dict[str, Any]


def leaves(tree: Tree, prefix: str = "") -> dict[str, Leaf]:
    """All arrays of a tree by their paths."""
    found: dict[str, Leaf] = {}
    for name, node in tree.items():
        if isinstance(node, dict):
            found.update(leaves(node, f"{prefix}{name}/"))
        else:
            found[prefix + name] = node
    return found
