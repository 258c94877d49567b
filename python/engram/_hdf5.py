"""HDF5 files into a store, by h5py."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _errors
from ._axes import words_of
from ._layout import Leaf, Leaves, Request, Tree, TreeReader
from ._needs import existing, needs

#: Groups inside of groups that are followed.
DEPTH = 32


def read_hdf5(
    path: str | os.PathLike[str], store: str | os.PathLike[str], *, group: str = "/", values: str | None = None,
    activations: Leaves = None, weights: Leaves = None, activity_changes: Leaves = None, axes: str | Sequence[str] | None = None,
    weight_axes: str | Sequence[str] | None = None, epochs: Any = None, statistics: str | Sequence[str] | None = None,
    layers: Sequence[str] | None = None, metadata: Mapping[str, Any] | None = None, **options: Any,
) -> Any:
    """Bring an HDF5 file into a store: trajectories as they are, or raw recordings, which are measured.

    Without options the file has this layout: ``values`` (example, epoch, statistic), or in its place ``activations`` (epoch,
    stimulus, unit), an array or a group with an array for each layer, with ``weights`` (epoch, row, column) beside it; ``epochs``,
    ``statistics``, ``layers``; and a group ``metadata`` of fields. Arrays may be larger than the memory.

    Parameters
    ----------
    path : path
        The file.
    store : path
        The store; it is made where there is none.
    group : str
        The group of the file that has the layout.
    values : str, optional
        The array of trajectories, by its path in the group.
    activations, weights, activity_changes : str or mapping of layer to str, optional
        The arrays of recordings, or groups of them.
    axes, weight_axes : str or list of str, optional
        What each axis counts: of trajectories ``run``, ``layer``, ``example``, ``epoch``, ``statistic``; of recordings ``run``,
        ``epoch``, ``layer``, ``stimulus``, ``unit``, and their like. The dimension labels or scales of the array, or its attribute
        ``axes``, unless given.
    epochs : str, list of float, or range, optional
        The epochs, or the path of the array that has them.
    statistics : list of str or str, optional
        Their names, ``"published"`` for the 45 of the paper, or the path of the array that has them.
    layers : list of str, optional
        The names along an axis of layers.
    metadata : mapping, optional
        Further fields: one value, or one for each example or run.
    **options
        As of :func:`engram.ingest` or :func:`engram.observe`, such as ``run=["animal"]``, ``dry_run=True``, ``noise=0.5``.

    Returns
    -------
    dict
        What `ingest` or `observe` says.

    Raises
    ------
    MissingLibraryError
        Without h5py.
    NotFoundError, InvalidDataError
        When the file has another layout.

    Warns
    -----
    EngramWarning
        For what was not read, inferred or renamed.

    Examples
    --------
    >>> import h5py, numpy as np
    >>> with h5py.File(folder + "/mine.h5", "w") as file:
    ...     file["values"] = np.zeros((2, 3, 2), np.float32)
    ...     file["epochs"] = [0, 1, 2]
    ...     file["statistics"] = ["weightabs_mean", "weightabs_var"]
    ...     file["metadata/animal"] = ["m1", "m2"]
    >>> engram.read_hdf5(folder + "/mine.h5", folder + "/mine.engram")["examples"]
    2
    """
    needs("h5py", "reading HDF5 files")
    import h5py

    name = existing(path)
    try:
        file = h5py.File(name, "r")
    except OSError as error:
        raise _errors.CorruptError("this is no HDF5 file that can be read", file=name, found=str(error)) from error
    with file:
        root = file.get(group)
        if not isinstance(root, h5py.Group):
            raise _errors.NotFoundError(
                "the file has no such group", file=name, place=group, expected=", ".join(list(file)[:12]) or "a group")
        skipped: list[str] = []
        tree = tree_of(root, skipped)
        if skipped:
            warnings.warn(f"{name}: not read: {', '.join(skipped[:8])}", _errors.EngramWarning, stacklevel=2)
        request = Request(
            values, activations, weights, activity_changes, axes, weight_axes, epochs, statistics, layers, metadata)
        return TreeReader(tree, name, request).bring(store, options)


def tree_of(group: Any, skipped: list[str], depth: int = 0, seen: frozenset[Any] = frozenset()) -> Tree:
    """The groups and arrays below a group; links to other files are not followed, and a group is not entered from itself."""
    import h5py

    tree: Tree = {}
    seen = seen | {hash(group.id)}
    for name in group:
        place = f"{group.name.rstrip('/')}/{name} "
        if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
            skipped.append(f"{place}(a link to another file)")
            continue
        node = group.get(name)
        if isinstance(node, h5py.Group):
            if depth >= DEPTH or hash(node.id) in seen:
                skipped.append(f"{place}(a group inside of itself)")
            else:
                tree[name] = tree_of(node, skipped, depth + 1, seen)
        elif isinstance(node, h5py.Dataset):
            leaf = leaf_of(node)
            if leaf is None:
                skipped.append(f"{place}({'empty' if node.shape is None else node.dtype})")
            else:
                tree[name] = leaf
        else:
            skipped.append(f"{place}({'a link to nothing' if node is None else 'no array'})")
    return tree


def leaf_of(dataset: Any) -> Leaf | None:
    """A dataset as an array; None for kinds that have no place here."""
    import h5py

    if dataset.shape is None:
        return None
    if h5py.check_string_dtype(dataset.dtype) is not None:
        return Leaf(np.asarray(dataset.asstr()[()], dtype=object))
    # An enumeration of False and True is a boolean of NumPy; others, compounds and references have no place.
    return Leaf(dataset, axes_of(dataset)) if dataset.dtype.kind in "fiub" else None


def axes_of(dataset: Any) -> list[str] | None:
    """The names of the axes by their labels, their scales, or the attribute ``axes``; None where one has no name."""
    for attribute in ("axes", "_ARRAY_DIMENSIONS"):
        named = dataset.attrs.get(attribute)
        if named is not None:
            parts = [named] if isinstance(named, (str, bytes)) else list(np.atleast_1d(named))
            texts = [part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in parts]
            return words_of(texts[0] if len(texts) == 1 else texts)
    names = []
    for dimension in dataset.dims:
        scales = [scale.name.rsplit("/", 1)[-1] for scale in dimension.values() if scale.name]
        names.append(dimension.label or (scales[0] if scales else ""))
    return words_of(names) if names and all(names) else None
