"""Datasets of xarray into a store, in memory; each becomes an append, or an ingest where a store wrote it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _errors
from ._frames import GIVEN, OWN
from ._inputs import ingest_pandas
from ._request import number
from ._write import append, plain

if TYPE_CHECKING:
    import xarray

#: Coordinates that say how a run was measured.
CONDITION = ("unit_fraction", "noise_sd", "observation_seed")


def from_xarray(
    data: Any, store: str | os.PathLike[str], *, run: Sequence[str] | None = None, layer: str | None = None,
    example: str = "example", epoch: str = "epoch", **options: Any,
) -> Any:
    """Bring an ``xarray.Dataset`` into a store: each variable ``(example, epoch)`` is a statistic, or each place of a dimension
    ``statistic``.

    Parameters
    ----------
    data : xarray.Dataset or xarray.DataArray
        Its coordinates along the examples are metadata of runs; those of a selection of a store mean there what they meant here.
    store : path
        The store; it is made where there is none.
    run : list of str, optional
        The coordinates that are metadata; all along the examples unless given.
    layer : str, optional
        The coordinate that names the layer; ``layer_name`` where there is one, else every example is a layer named ``layer``.
    example, epoch : str
        The names of the dimensions.
    **options
        As of :func:`engram.append`.

    Notes
    -----
    Whole numbers in a real coordinate become integers, for an integer that is missing somewhere makes a coordinate real; an empty
    text is no value.
    """
    if type(data).__name__ == "DataArray":
        data = data.to_dataset(name=data.name or "value")
    if not hasattr(data, "data_vars"):
        raise _errors.UsageError("this is no dataset", place="data", expected="xarray.Dataset", found=type(data).__name__)
    for variable in data.data_vars.values():
        if set(variable.dims) == {example, "statistic", epoch} and "statistic" in data.coords:
            data = variable.to_dataset(dim="statistic")
            break
    names = [str(name) for name, variable in data.data_vars.items() if set(variable.dims) == {example, epoch}]
    along = [str(name) for name, coordinate in data.coords.items() if coordinate.dims == (example,) and name != example]
    if names and run is None and layer is None and {*along, "example_id"} >= OWN:
        return own_dataset(data, store, names, along, example, epoch, options)
    if not names:
        raise _errors.UsageError(
            "the dataset has no variable of examples and epochs", place="data", expected=f"dimensions ({example}, {epoch})",
            found=", ".join(f"{name} {variable.dims}" for name, variable in data.data_vars.items()))
    if data.sizes[example] == 0:
        raise _errors.UsageError("the dataset has no examples", place="data", found=f"dimension {example} of length 0")
    layer = layer or ("layer_name" if "layer_name" in data.coords else None)
    skipped = {*GIVEN, *CONDITION, "layer_position", "commit_id", layer}
    fields = list(run) if run is not None else [name for name in along if name not in skipped]
    values = np.stack([data[name].transpose(example, epoch).to_numpy() for name in names], axis=-1)
    columns = {name: whole(data[name].to_numpy()) for name in fields}
    layers = data[layer].to_numpy() if layer else None
    positions = whole(data["layer_position"].to_numpy()) if "layer_position" in along else None
    conditions = {name: whole(data[name].to_numpy()) for name in CONDITION if name in along}
    if conditions:
        options.setdefault("conditions", [
            {name: column[row] for name, column in conditions.items() if plain(column[row]) is not None} for row in range(values.shape[0])])
    runs: list[dict[str, Any]] = []
    named: list[list[Any]] = []
    for row in range(values.shape[0]):
        runs.append({name: column[row] for name, column in columns.items()})
        name = str(layers[row]) if layers is not None else "layer"
        named.append([name if positions is None else (name, positions[row])])
    epochs = [float(number(value)) for value in data[epoch].to_numpy()]
    return append(store, values[:, None], runs=runs, layers=named, epochs=epochs, statistics=names, **options)


def own_dataset(
    data: xarray.Dataset, store: str | os.PathLike[str], names: list[str], along: list[str], example: str, epoch: str,
    options: dict[str, Any],
) -> Any:
    """Brings in the dataset of a selection as the wide frame that the selection gives, whose runs stay apart as they were."""
    import pandas

    # As objects, a whole number beside one that is missing stays whole.
    known = {name: pandas.Series(list(whole(data[name].to_numpy())), dtype=object) for name in along if name != "example_id"}
    values = {}
    for name in names:
        rows = data[name].transpose(example, epoch).to_numpy()
        for place, time in enumerate(data[epoch].to_numpy()):
            values[f"{name}@{number(time)}"] = rows[:, place]
    ids = data[example].to_numpy() if example in data.coords else np.arange(data.sizes[example])
    return ingest_pandas(pandas.DataFrame({"example_id": ids, **known, **values}), store, "xarray.Dataset", options)


def whole(values: Any) -> Any:
    """Metadata as a store has them: integers where every number is whole, None for an empty text."""
    if values.dtype.kind == "f":
        numbers = values[np.isfinite(values)]
        if len(numbers) and (numbers == np.round(numbers)).all() and np.abs(numbers).max() < 2**53:
            return [int(value) if np.isfinite(value) else None for value in values]
    return [None if value == "" else value for value in values.tolist()] if values.dtype.kind in "UO" else values
