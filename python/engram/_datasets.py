"""Datasets of xarray into a store, in memory; each becomes an ingest of an array and the metadata of its rows."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import tempfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _errors
from ._axes import Rounding
from ._frames import FIELD, GIVEN, OWN
from ._inputs import ingest_pandas
from ._layout import listed, named_as
from ._request import number
from ._write import field_value, has_parts, held, ingest, plain

if TYPE_CHECKING:
    import xarray

#: Coordinates that say how a run was measured.
CONDITION = ("unit_fraction", "noise_sd", "observation_seed")
#: Attributes by which a store says where a dataset is from.
OWN_ATTRIBUTES = {"store", "commit"}


def from_xarray(
    data: Any, store: str | os.PathLike[str], *, run: str | Sequence[str] | None = None, layer: str | None = None,
    example: str = "example", epoch: str = "epoch", **options: Any,
) -> Any:
    """Bring an ``xarray.Dataset`` into a store: each variable ``(example, epoch)`` is a statistic, or each place of a dimension
    ``statistic``.

    Parameters
    ----------
    data : xarray.Dataset or xarray.DataArray
        What has one value, or one for each example, is metadata of runs, coordinates and variables alike; those of a selection of a
        store mean there what they meant here. Texts and times that label the examples are the field `example`. Examples of equal
        metadata are layers of one run, as in a table.
    store : path
        The store; it is made where there is none.
    run : str or list of str, optional
        The coordinates and variables that are metadata, and tell runs apart; all that can be unless given.
    layer : str, optional
        The coordinate that names the layer; ``layer_name`` where there is one, else every example is a layer named ``layer``.
    example, epoch : str
        The names of the dimensions.
    **options
        As of :func:`engram.ingest`, such as ``dry_run=True``.

    Raises
    ------
    UsageError
        When no variable has examples and epochs or one holds no numbers, there are no examples, `run` or `layer` names nothing that
        has a value for each, two statistics have one name, or a value of metadata is infinite.

    Warns
    -----
    EngramWarning
        For what is left out, epochs that are numbered, layers without a name, numbers that are rounded, and examples that share
        their run and layer with another.

    Notes
    -----
    Whole numbers in a real coordinate become integers, for an integer that is missing somewhere makes a coordinate real; an empty
    text is no value, and a time is its text of ISO 8601.
    """
    parts = Parts.of(data, example, epoch)
    if not parts.statistics:
        raise _errors.UsageError(
            "the dataset has no variable of examples and epochs", place="data", expected=f"dimensions ({example}, {epoch})",
            found=", ".join(f"{name} {variable.dims}" for name, variable in parts.data.data_vars.items()))
    for axis, what in ((example, "examples"), (epoch, "epochs")):
        if parts.data.sizes[axis] == 0:
            raise _errors.UsageError(f"the dataset has no {what}", place="data", found=f"dimension {axis} of length 0")
    run = [run] if isinstance(run, str) else run
    parts.require(run or (), "run")
    parts.require(() if layer is None else (layer,), "layer")
    parts.tell(is_chosen=run is not None)
    if run is None and layer is None and {*parts.facts, "example_id"} >= OWN:
        return own_dataset(parts, store, options)
    columns = parts.rows_of(run, layer)
    epochs = [number(value) for value in parts.data[epoch].to_numpy()]
    with tempfile.TemporaryDirectory(prefix="engram-") as name, named_as("xarray.Dataset", name):
        folder = pathlib.Path(name)
        np.save(folder / "values.npy", parts.values())
        table = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        (folder / "metadata.json").write_text(json.dumps(table), encoding="utf-8")
        (folder / "statistics.json").write_text(json.dumps(parts.statistics), encoding="utf-8")
        return ingest(
            folder / "values.npy", store, metadata=folder / "metadata.json", statistics=folder / "statistics.json",
            epochs=",".join(epochs), **options)


@dataclasses.dataclass
class Parts:
    """What the variables and coordinates of a dataset are: statistics, facts of examples or of all, and what has no place."""

    data: xarray.Dataset
    example: str
    epoch: str
    statistics: list[str]
    facts: list[str]
    left_out: list[str]

    @classmethod
    def of(cls, data: Any, example: str, epoch: str) -> Parts:
        """Tells the parts of a dataset."""
        if type(data).__name__ == "DataArray":
            data = dataset_of(data)
        if not hasattr(data, "data_vars"):
            raise _errors.UsageError("this is no dataset", place="data", expected="xarray.Dataset", found=type(data).__name__)
        data, left_out = along_statistics(named_by_texts(data), example, epoch)
        statistics, facts = [], []
        for name, variable in data.variables.items():
            if name not in data.coords and set(variable.dims) == {example, epoch}:
                statistics.append(name)
            elif variable.dims in ((), (example,)) and name not in (example, epoch):
                facts.append(name)
            elif name not in (example, epoch, "statistic"):
                left_out.append(f"{name} {variable.dims}")
        # The parts of a label of several levels are coordinates themselves.
        if example in data.coords and data[example].dtype.kind in "OUSMm" and is_single(data, example):
            facts.append(example)
        return cls(data, example, epoch, statistics, facts, left_out)

    @property
    def count(self) -> int:
        """How many examples there are."""
        return int(self.data.sizes[self.example])

    def column(self, name: str) -> Any:
        """The values of a fact, one for each example."""
        values = self.data[name].to_numpy()
        return whole(np.broadcast_to(values, (self.count,)) if values.ndim == 0 else values)

    def field_of(self, name: str) -> str:
        """The field of a store that a coordinate is: the one it says, as long as it is called as a selection calls that one."""
        field = str(self.data[name].attrs.get(FIELD, name))
        return field if re.fullmatch(f"(field_)+{re.escape(field)}", name) else name

    def own_fields(self) -> dict[str, Any]:
        """The columns of the dataset of a selection by the fields of its store, which are said where a coordinate is called otherwise.

        Raises
        ------
        UsageError
            When two coordinates are one field.
        """
        names: dict[str, str] = {}
        for name in self.facts:
            field = self.field_of(name)
            if field in names:
                raise _errors.UsageError(
                    "two coordinates are one field of the store", place="data", expected="a name for each",
                    found=f"{names[field]} and {name} are {field}", mend="`data.rename(...)` one of the two")
            if field != name:
                _errors.say(f"the field {name} is called {field} again, as in the store that it was selected of")
            names[field] = name
        return {field: self.column(name) for field, name in names.items() if field != "example_id"}

    def require(self, names: Sequence[str], place: str) -> None:
        """Refuses a name of none that has one value, or one for each example."""
        for name in names:
            if name not in self.facts:
                raise _errors.UsageError(
                    "nothing of that name has one value, or one for each example", place=place,
                    expected=", ".join(self.facts[:8]) or "a coordinate of the examples", found=repr(name))

    def rows_of(self, run: Sequence[str] | None, layer: str | None) -> dict[str, list[Any]]:
        """The columns of the metadata of the rows: fields of runs, the layer, and how it was measured."""
        layer = layer or ("layer_name" if "layer_name" in self.facts else None)
        fields = self.fields(layer) if run is None else {name: self.column(name) for name in run}
        columns = {
            name: [field_value(name, one) for one in held(name, [one if isinstance(one, bytes) or has_parts(one) else plain(one) for one in column])]
            for name, column in fields.items()}
        for name in (*CONDITION, "layer_position"):
            if name in self.facts:
                columns[name] = [plain(one) for one in self.column(name)]
        return {**columns, "layer_name": layer_names(self.column(layer) if layer else ["layer"] * self.count)}

    def fields(self, layer: str | None) -> dict[str, Any]:
        """The facts that are fields of runs; the number of a run is that of a tracker, as in a table."""
        skipped = {*GIVEN, *CONDITION, "layer_position", "layer_name", "commit_id", layer}
        if layer != "layer_name" and "layer_name" in self.facts:
            _errors.say(f"layer_name is left out, for {layer} names the layers")
        found = {name: self.column(name) for name in self.facts if name not in skipped}
        if "run_id" in self.facts and "tracker_run" not in found:
            found["tracker_run"] = self.column("run_id")
        return found

    def values(self) -> npt.NDArray[Any]:
        """The trajectories, of shape (examples, epochs, statistics), float32 or float64."""
        wrong = [f"{name} ({self.data[name].dtype})" for name in self.statistics if self.data[name].dtype.kind not in "fiub"]
        if wrong:
            raise _errors.UsageError(
                "trajectories are numbers", place="data", expected="variables of numbers", found=listed(wrong),
                mend="`data.drop_vars([...])`")
        arrays = [self.data[name].transpose(self.example, self.epoch).to_numpy() for name in self.statistics]
        kind = np.result_type(*arrays)
        rounding = Rounding()
        is_narrow = kind.kind == "f" and kind.itemsize <= 4
        arrays = [rounding.to(array, np.float32 if is_narrow else np.float64) for array in arrays]
        if rounding.count:
            _errors.say(rounding.note() or "")
        return np.stack(arrays, axis=-1)

    def tell(self, is_chosen: bool) -> None:
        """Says what is left out, numbered or renamed; of fields nothing where the caller chose them."""
        data, is_own = self.data, {*self.facts, "example_id"} >= OWN
        if self.left_out:
            _errors.say(f"left out, for they have neither one value nor one for each example: {listed(self.left_out)}")
        labels = data.coords.get(self.example)
        if labels is not None and is_single(data, self.example) and self.example not in self.facts and not is_own:
            if not np.array_equal(labels.to_numpy(), np.arange(self.count)):
                _errors.say(f"the numbers of the examples are left out, for a store numbers them itself: {self.example}")
        given = [name for name in (*GIVEN, "commit_id") if name in self.facts and name != "run_id"]
        if given and not is_own and not is_chosen:
            _errors.say(f"numbers that a store gives itself are left out: {listed(given)}")
        if "run_id" in self.facts and not is_own and not is_chosen:
            _errors.say("run_id is left out beside tracker_run" if "tracker_run" in self.facts else "run_id is the field tracker_run")
        if self.epoch not in data.coords:
            _errors.say(f"{self.epoch} has no coordinate, so the epochs are numbered from 0")
        attributes = [f"@{name}" for name in data.attrs if name not in OWN_ATTRIBUTES]
        attributes += [
            f"{name}@{one}" for name, variable in data.variables.items() for one in variable.attrs if one != FIELD or not is_own]
        if attributes:
            _errors.say(f"attributes are not read: {listed(attributes)}")


def is_single(data: xarray.Dataset, axis: str) -> bool:
    """Whether the labels of an axis have one level, as all have that are no index."""
    return getattr(data.indexes.get(axis), "nlevels", 1) == 1


def dataset_of(array: xarray.DataArray) -> xarray.Dataset:
    """A dataset with an array alone, called ``value`` where it has no name of its own."""
    name = "value" if array.name is None else array.name
    if name in array.coords:
        _errors.say(f"the array is called value, for a coordinate is called {name}")
        name = "value"
    return array.to_dataset(name=name)


def named_by_texts(data: xarray.Dataset) -> xarray.Dataset:
    """A dataset whose names are texts, for those of a store are."""
    names = {name: str(name) for name in {*data.variables, *data.dims} if not isinstance(name, str)}
    taken = sorted({*names.values()} & {*data.variables, *data.dims})
    if taken:
        raise _errors.UsageError("two variables have one name as a text", place="data", expected="names that differ", found=taken[0])
    return data.rename(names) if names else data


def along_statistics(data: xarray.Dataset, example: str, epoch: str) -> tuple[xarray.Dataset, list[str]]:
    """A dataset whose variable (example, statistic, epoch) is one for each statistic, and what it has no place for."""
    cubes = [name for name, variable in data.data_vars.items() if set(variable.dims) == {example, "statistic", epoch}]
    if not cubes or "statistic" not in data.coords:
        return data, []
    names = [str(name) for name in data["statistic"].to_numpy()]
    wrong = [name for name in names if names.count(name) > 1 or name in data.coords]
    if wrong:
        raise _errors.UsageError(
            "a statistic has the name of another, or of a coordinate", place="statistic", expected="a name for each", found=wrong[0],
            mend="`data.assign_coords(statistic=[...])`")
    data = data.assign_coords(statistic=names)
    split = data[cubes[0]].to_dataset(dim="statistic")
    others = data.drop_vars([*cubes, "statistic"])
    taken = [name for name in others.variables if name in split.data_vars]
    left_out = [f"{name} {data[name].dims}" for name in [*cubes[1:], *taken]]
    return others.drop_vars(taken).assign(split.data_vars), left_out


def layer_names(values: Sequence[Any]) -> list[str]:
    """The names of layers as texts; a layer without one is called ``layer``, which is said."""
    names = [plain(value) for value in values]
    absent = sum(name is None for name in names)
    if absent:
        _errors.say(f"{absent} examples have no name of a layer, which is called 'layer'")
    return ["layer" if name is None else str(name) for name in names]


def own_dataset(parts: Parts, store: str | os.PathLike[str], options: dict[str, Any]) -> Any:
    """Brings in the dataset of a selection as the wide frame that the selection gives, whose runs stay apart as they were."""
    import pandas

    # As objects, a whole number beside one that is missing stays whole.
    known = {field: pandas.Series(list(column), dtype=object) for field, column in parts.own_fields().items()}
    values = {}
    for name in parts.statistics:
        rows = parts.data[name].transpose(parts.example, parts.epoch).to_numpy()
        for place, time in enumerate(parts.data[parts.epoch].to_numpy()):
            values[f"{name}@{number(time)}"] = rows[:, place]
    ids = parts.data[parts.example].to_numpy() if parts.example in parts.data.coords else np.arange(parts.count)
    return ingest_pandas(pandas.DataFrame({"example_id": ids, **known, **values}), store, "xarray.Dataset", options)


def whole(values: Any) -> Any:
    """Metadata as a store has them: integers where every number is whole, None for an empty text."""
    if values.dtype.kind == "f":
        numbers = values[~np.isnan(values)]
        if len(numbers) and (numbers == np.round(numbers)).all() and np.abs(numbers).max() < 2**53:
            return [None if np.isnan(value) else int(value) for value in values]
    return [None if value == "" else value for value in values.tolist()] if values.dtype.kind in "UO" else values
