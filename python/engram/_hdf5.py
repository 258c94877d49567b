"""HDF5 files into a store, by h5py."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import Any

from . import _errors
from ._hdf5_tree import TreeBuilder, h5_errors, identity
from ._layout import Leaves, Request, TreeReader
from ._needs import existing, needs


def read_hdf5(
    path: str | os.PathLike[str], store: str | os.PathLike[str], *, group: str = "/", values: str | None = None,
    activations: Leaves = None, weights: Leaves = None, activity_changes: Leaves = None, axes: str | Sequence[str] | None = None,
    weight_axes: str | Sequence[str] | None = None, epochs: Any = None, statistics: str | Sequence[str] | None = None,
    layers: Sequence[str] | None = None, metadata: Mapping[str, Any] | None = None, **options: Any,
) -> Any:
    """Bring an HDF5 file into a store: trajectories as they are, or raw recordings, which are measured.

    Without options the file has this layout: ``values`` (example, epoch, statistic), or in its place ``activations`` (epoch,
    stimulus, unit), an array or a group with an array for each layer, with ``weights`` (epoch, row, column) beside it; ``epochs``,
    ``statistics``, ``layers``; and a group ``metadata`` of fields. Arrays may be larger than the memory. Packed numbers of netCDF
    are unpacked as xarray does it, an enumeration is the names of its numbers, and nothing is read of other files.

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
    CorruptError, UnsupportedError
        When h5py cannot read the file, or lacks the filter of an array.

    Warns
    -----
    EngramWarning
        For what was not read, such as attributes and links to other files, and what was inferred, unpacked, rounded or renamed.

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
    with contextlib.ExitStack() as stack:
        with h5_errors(name):
            file = stack.enter_context(h5py.File(name, "r"))
            root = file.get(group)
            if not isinstance(root, h5py.Group) or identity(root)[0] != identity(file)[0]:
                raise _errors.NotFoundError(
                    "the file has no such group", file=name, place=group, expected=", ".join(map(str, list(file)[:12])) or "a group",
                    found=None if root is None else "an array" if isinstance(root, h5py.Dataset) else "a link to another file")
            builder = TreeBuilder(name)
            tree = builder.build(root)
        for line in builder.remarks():
            _errors.say(line)
        request = Request(
            values, activations, weights, activity_changes, axes, weight_axes, epochs, statistics, layers, metadata)
        return TreeReader(tree, name, request).bring(store, options)
