"""MATLAB files into a store: up to version 7 by SciPy, version 7.3 by h5py."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _errors
from ._hdf5_tree import elsewhere, h5_errors, identity, text_of
from ._layout import Leaves, Request, TreeReader, listed
from ._needs import existing, needs
from ._tree import Leaf, Tree

#: Structs inside of structs that are followed.
DEPTH = 32
#: Why a sparse matrix is not read.
SPARSE = "(a sparse matrix; full(X) makes it dense)"


def read_matlab(
    path: str | os.PathLike[str], store: str | os.PathLike[str], *, values: str | None = None, activations: Leaves = None,
    weights: Leaves = None, activity_changes: Leaves = None, axes: str | Sequence[str] | None = None,
    weight_axes: str | Sequence[str] | None = None, epochs: Any = None, statistics: str | Sequence[str] | None = None,
    layers: Sequence[str] | None = None, metadata: Mapping[str, Any] | None = None, **options: Any,
) -> Any:
    """Bring a MATLAB file into a store: trajectories as they are, or raw recordings, which are measured.

    A variable is an array of the layout that :func:`engram.read_hdf5` has, and a struct is a group. Axes are in the order in which
    MATLAB shows them, in files of version 7.3 too. Names are cell arrays of text, strings as rows of characters, or numbers.

    Parameters
    ----------
    path : path
        The file, of any version since 4.
    store : path
        The store; it is made where there is none.
    values, activations, weights, activity_changes, axes, weight_axes, epochs, statistics, layers, metadata
        As of :func:`engram.read_hdf5`; a variable in a struct is ``struct/field``.
    **options
        As of :func:`engram.ingest` or :func:`engram.observe`.

    Returns
    -------
    dict
        What `ingest` or `observe` says.

    Raises
    ------
    MissingLibraryError
        Without SciPy, or without h5py for version 7.3.
    NotFoundError, InvalidDataError
        When the file has another layout.

    Examples
    --------
    >>> import numpy as np, scipy.io
    >>> scipy.io.savemat(folder + "/mine.mat", {
    ...     "values": np.zeros((2, 3, 1)), "epochs": [0, 1, 2], "statistics": np.array(["weightabs_mean"], object),
    ...     "metadata": {"animal": np.array(["m1", "m2"], object)}})
    >>> engram.read_matlab(folder + "/mine.mat", folder + "/mine.engram")["examples"]
    2
    """
    name = existing(path)
    if os.path.isdir(name):
        raise _errors.UsageError("this is a folder", file=name, place="path", expected="a MATLAB file")
    skipped: list[str] = []
    with open(name, "rb") as stream:
        head = stream.read(1024)
    # HDF5 begins behind the 512 bytes that MATLAB puts in front.
    tree = tree_of_hdf5(name, skipped) if b"\x89HDF\r\n\x1a\n" in head else tree_of_file(name, skipped)
    if skipped:
        _errors.say(f"{name}: not read: {listed(skipped)}")
    request = Request(values, activations, weights, activity_changes, axes, weight_axes, epochs, statistics, layers, metadata)
    return TreeReader(tree, name, request).bring(store, options)


# Up to version 7.


def tree_of_file(path: str, skipped: list[str]) -> Tree:
    """The variables of a file of version 4 to 7."""
    needs("scipy", "reading MATLAB files")
    from scipy import io

    try:
        variables = io.loadmat(path, chars_as_strings=True)
    except MemoryError:
        raise
    except Exception as error:  # what SciPy raises for damaged files is of any kind
        raise _errors.CorruptError(
            "this is no MATLAB file that can be read", file=path, found=f"{type(error).__name__}: {error}") from error
    tree: Tree = {}
    for name, value in variables.items():
        if not name.startswith("__"):
            node = node_of(value, name, skipped, 0)
            if node is not None:
                tree[name] = node
    return tree


def node_of(value: Any, place: str, skipped: list[str], depth: int) -> Any:
    """A variable as an array or a group; None for what has no place here."""
    if hasattr(value, "toarray"):
        skipped.append(f"{place} {SPARSE}")
        return None
    if not isinstance(value, np.ndarray) or type(value).__name__ in ("MatlabOpaque", "MatlabFunction") or depth > DEPTH:
        skipped.append(f"{place} (an object of MATLAB; table2struct(T, 'ToScalar', true) makes a struct of a table)")
        return None
    if value.dtype.names:
        columns = {name: value[name].ravel() for name in value.dtype.names}
        if value.size == 1:
            nodes = {name: node_of(column[0], f"{place}/{name}", skipped, depth + 1) for name, column in columns.items()}
        else:  # an array of structs: a column for each field
            nodes = {name: column_of(list(column), f"{place}/{name}", skipped) for name, column in columns.items()}
        return {name: node for name, node in nodes.items() if node is not None}
    if value.dtype == object:
        return column_of(list(value.ravel(order="F")), place, skipped)
    if value.dtype.kind in "US":
        return Leaf(np.array([one.rstrip() for one in value.ravel().tolist()] or [""], dtype=object))
    if value.dtype.kind not in "fiub":
        skipped.append(f"{place} ({value.dtype})")
        return None
    return Leaf(value)


def column_of(cells: list[Any], place: str, skipped: list[str]) -> Leaf | None:
    """A cell array, or a field of an array of structs: one text or number in each cell; an empty one is no value."""
    found: list[Any] = []
    for cell in cells:
        array = np.asarray(cell)
        if array.size == 0:
            found.append(None)
        elif array.size == 1 and (array.dtype.kind in "USfiub" or isinstance(array.ravel()[0], str)):
            found.append(array.ravel()[0] if array.dtype == object else array.ravel()[0].item())
        else:
            skipped.append(f"{place} (cells that hold more than one value)")
            return None
    return Leaf(np.array(found, dtype=object))


# Version 7.3.


def tree_of_hdf5(path: str, skipped: list[str]) -> Tree:
    """The variables of a file of version 7.3, which is HDF5 with the axes in reverse."""
    needs("h5py", "reading MATLAB files of version 7.3")
    import h5py

    with h5_errors(path, "MATLAB"), h5py.File(path, "r") as file:
        return nodes_of_hdf5(file, file, "", skipped, 0, {identity(file)})


def nodes_of_hdf5(file: Any, group: Any, prefix: str, skipped: list[str], depth: int, seen: set[tuple[int, int]]) -> Tree:
    """The variables of a file, or the fields of a struct; a group is entered once, whatever links lead to it."""
    import h5py

    nodes: Tree = {}
    for name in group:
        if not isinstance(name, str) or not prefix and name.startswith("#"):
            continue
        place, node = prefix + name, group.get(name)
        known = None if node is None else identity(node)
        if isinstance(group.get(name, getlink=True), h5py.ExternalLink) or known and known[0] != identity(file)[0]:
            skipped.append(f"{place} (a link to another file)")
        elif known is None or depth > DEPTH or isinstance(node, h5py.Group) and known in seen:
            skipped.append(f"{place} ({'a link to nothing' if known is None else 'a struct that stands elsewhere, or too deep'})")
        else:
            seen.add(known)
            found = node_of_hdf5(file, node, place, skipped, depth, seen)
            if found is not None:
                nodes[name] = found
    return nodes


def node_of_hdf5(file: Any, node: Any, place: str, skipped: list[str], depth: int, seen: set[tuple[int, int]]) -> Any:
    """A variable of version 7.3 as an array or a group."""
    import h5py

    kind = text_of(node.attrs.get("MATLAB_class", b""))
    if depth > DEPTH:
        return None
    if isinstance(node, h5py.Group):
        if "MATLAB_sparse" in node.attrs:
            skipped.append(f"{place} {SPARSE}")
            return None
        return nodes_of_hdf5(file, node, f"{place}/", skipped, depth + 1, seen)
    why = elsewhere(node) if isinstance(node, h5py.Dataset) and node.shape is not None else "no array"
    if why:
        skipped.append(f"{place} ({why})")
        return None
    if "MATLAB_object_decode" in node.attrs or kind in ("function_handle", "string", "table"):
        skipped.append(f"{place} (an object of MATLAB; table2struct(T, 'ToScalar', true) makes a struct of a table)")
        return None
    if node.attrs.get("MATLAB_empty", 0):
        return Leaf(np.array([""] if kind == "char" else [], dtype=object if kind in ("char", "cell") else float))
    if node.dtype == h5py.ref_dtype:  # a cell array, or a field of an array of structs
        # Reversed axes read row by row are MATLAB's order, column by column.
        return column_of([cell_of_hdf5(file, one, place, depth) for one in node[()].ravel()], place, skipped)
    if kind == "char":
        letters = np.atleast_2d(node[()].T)
        return Leaf(np.array(["".join(map(chr, row)).rstrip() for row in letters], dtype=object))
    if node.dtype.kind not in "fiub":
        skipped.append(f"{place} ({'complex numbers' if node.dtype.names else node.dtype})")
        return None
    return Leaf(node[()].T)


def cell_of_hdf5(file: Any, reference: Any, place: str, depth: int) -> Any:
    """What a cell holds as an array; two numbers stand for what is no single value."""
    import h5py

    node = file[reference]
    if isinstance(node, h5py.Group) or node.dtype == h5py.ref_dtype and node.size != 1:
        return np.zeros(2)
    found = node_of_hdf5(file, node, place, [], depth + 1, set())
    return found.data if isinstance(found, Leaf) else np.zeros(2)
