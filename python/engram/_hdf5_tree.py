"""The groups and arrays of an HDF5 file as a tree: each group once, nothing of another file, and every part that is left out said."""

from __future__ import annotations

import collections
import contextlib
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from . import _errors
from ._axes import words_of
from ._hdf5_arrays import Array, Named, Packed, Texts, packing_of, too_large, unheld
from ._layout import listed
from ._tree import Leaf, Tree

#: Groups inside of groups that are followed.
DEPTH = 32
#: Attributes that say how the file is built, or that are read: axes, the packing of numbers, dimensions, marks of libraries.
STRUCTURAL = {
    "axes", "_ARRAY_DIMENSIONS", "_FillValue", "missing_value", "scale_factor", "add_offset", "CLASS", "NAME", "DIMENSION_LIST",
    "REFERENCE_LIST", "DIMENSION_LABELS", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_nc3_strict", "_NCProperties", "coordinates",
    "encoding-type", "encoding-version", "VERSION", "FLAVOR", "TITLE", "PYTABLES_FORMAT_VERSION",
}
#: How netCDF begins the name of a dimension that has no coordinates; the array of it holds nothing.
BARE_DIMENSION = "This is a netCDF dimension but not a netCDF variable"


@contextlib.contextmanager
def h5_errors(file: str, kind: str = "HDF5") -> Iterator[None]:
    """What h5py says of a file that it cannot read, as an error of this package."""
    try:
        yield
    except _errors.EngramError:
        raise
    except (OSError, RuntimeError, UnicodeError, KeyError, ValueError, TypeError) as error:
        raise _errors.CorruptError(f"this is no {kind} file that can be read", file=file, found=said(error)) from error
    except MemoryError as error:
        raise too_large(file) from error


def said(error: Exception) -> str:
    """An error of h5py in one line."""
    return f"{type(error).__name__}: {error}".split("\n")[0]


def identity(node: Any) -> tuple[int, int]:
    """What tells an object of a file from every other, whatever links lead to it: the file's number, and where it stands."""
    import h5py

    low: Any = h5py  # its modules are compiled, so no checker sees them all
    info = low.h5o.get_info(node.id)
    return info.fileno, info.addr


def elsewhere(dataset: Any) -> str | None:
    """Why the values of a dataset are not in its file; None where they are."""
    if dataset.is_virtual:
        return "a virtual dataset, whose values are in others"
    return "its values are in another file" if dataset.external else None


class TreeBuilder:
    """Makes the tree below a group, shallow groups first.

    Attributes
    ----------
    skipped : list of str
        What is left out, each with its reason.
    attributes : list of str
        Attributes that are not read, as ``array@name``.
    packed : list of str
        Arrays of which a fill value, a scale or an offset is applied.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.skipped: list[str] = []
        self.attributes: list[str] = []
        self.packed: list[str] = []

    def build(self, root: Any) -> Tree:
        """The tree; a group to which several links lead stands where the shortest of them does."""
        tree: Tree = {}
        home = identity(root)
        places = {home: root.name}
        waiting: collections.deque[tuple[Any, Tree, int]] = collections.deque([(root, tree, 0)])
        while waiting:
            group, into, depth = waiting.popleft()
            self._note_attributes(group)
            for name, node, place in self._nodes(group, home[0]):
                if isinstance(node, Leaf):
                    into[name] = node
                    continue
                known = places.setdefault(identity(node), place)
                if known != place or depth >= DEPTH:
                    is_inside = place.startswith(known.rstrip("/") + "/")
                    why = "a group inside of itself" if is_inside else f"the same group as {known}"
                    self.skipped.append(f"{place} ({why if known != place else f'deeper than {DEPTH} groups'})")
                else:
                    into[name] = {}
                    waiting.append((node, into[name], depth + 1))
        return tree

    def _nodes(self, group: Any, fileno: int) -> Iterator[tuple[str, Any, str]]:
        """The groups and arrays of a group by name and place."""
        import h5py

        for name in group:
            place = f"{group.name.rstrip('/')}/{name if isinstance(name, str) else ascii(name)}"
            if not isinstance(name, str):
                why: str | None = "a name that is not UTF-8"
            elif isinstance(group.get(name, getlink=True), h5py.ExternalLink):
                why = "a link to another file"
            else:
                node = group.get(name)
                why = "a link to nothing" if node is None else None
                if node is not None and identity(node)[0] != fileno:
                    why = "a link to another file"
                elif isinstance(node, h5py.Group):
                    yield name, node, place
                elif isinstance(node, h5py.Dataset):
                    found = self._leaf(node)
                    if isinstance(found, Leaf):
                        yield name, found, place
                    why = found if isinstance(found, str) else None
                elif node is not None:
                    why = "no array"
            if why:
                self.skipped.append(f"{place} ({why})")

    def _leaf(self, dataset: Any) -> Leaf | str | None:
        """A dataset as an array; why it has no place here; None for one that stands for a dimension only."""
        import h5py

        why = elsewhere(dataset)
        if dataset.shape is None or why:
            return why or "empty"
        if text_of(dataset.attrs.get("NAME", "")).startswith(BARE_DIMENSION):
            return None
        self._note_attributes(dataset)
        if h5py.check_string_dtype(dataset.dtype) is not None:
            return Leaf(Texts(dataset, self.file))
        names = h5py.check_enum_dtype(dataset.dtype)
        if names is not None:
            return Leaf(Named(dataset, self.file, names))
        if dataset.dtype.kind not in "fiub":
            return str(dataset.dtype)
        packing = packing_of(dataset)
        if isinstance(packing, str):
            return packing
        self.attributes += [f"{dataset.name.lstrip('/')}@{name}" for name in unheld(dataset)]
        if packing is None:
            return Leaf(Array(dataset, self.file), axes_of(dataset))
        self.packed.append(dataset.name)
        return Leaf(Packed(dataset, self.file, packing), axes_of(dataset))

    def _note_attributes(self, node: Any) -> None:
        prefix = "" if node.name == "/" else node.name.lstrip("/")
        self.attributes += [
            f"{prefix}@{name}" for name in node.attrs
            if not isinstance(name, str) or name not in STRUCTURAL and not name.startswith("MATLAB_")]

    def remarks(self) -> list[str]:
        """What of the file was not read, and what was applied, a line each."""
        found = (
            ("not read", self.skipped), ("attributes are not read, though `metadata=` takes what they say", self.attributes),
            ("_FillValue, missing_value, scale_factor and add_offset are applied", self.packed))
        return [f"{self.file}: {what}: {listed(names)}" for what, names in found if names]


def text_of(value: Any) -> str:
    """A text of an attribute, whatever its type."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def axes_of(dataset: Any) -> list[str] | None:
    """The names of the axes by their labels, their scales, or the attribute ``axes``; None where one has no name."""
    for attribute in ("axes", "_ARRAY_DIMENSIONS"):
        named = dataset.attrs.get(attribute)
        if named is not None:
            parts: Sequence[Any] = [named] if isinstance(named, (str, bytes)) else list(np.atleast_1d(named))
            texts = [text_of(part) for part in parts]
            return words_of(texts[0] if len(texts) == 1 else texts)
    # Read as attributes, for the library's own functions of dimensions crash on damaged ones.
    labels = [text_of(one) for one in np.ravel(dataset.attrs.get("DIMENSION_LABELS", []))]
    names = [label or scale for label, scale in itertools.zip_longest(labels, scales_of(dataset), fillvalue="")]
    return words_of(names) if len(names) == len(dataset.shape) and names and all(names) else None


def scales_of(dataset: Any) -> list[str]:
    """The name of the first scale of each axis; an empty text where an axis has none."""
    names = []
    for references in np.ravel(dataset.attrs.get("DIMENSION_LIST", [])):
        first = next(iter(np.ravel(references)), None)
        scale = dataset.file[first] if first else None
        names.append(text_of(scale.name or "").rsplit("/", 1)[-1] if scale is not None else "")
    return names
