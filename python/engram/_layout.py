"""Files of groups and arrays into a store: what HDF5 and MATLAB files have in common.

A file is a tree. Without options it is read in this layout (`guide <../guides/inputs.md>`_):

``values``
    Trajectories; the axes are ``example, epoch, statistic`` or ``run, layer, epoch, statistic`` unless they are named.
``activations``
    In the place of `values` raw recordings, which are measured: an array, or a group with an array for each layer; the axes are
    ``epoch, stimulus, unit`` unless they are named.
``weights``, ``activity_changes``
    Beside `activations`, likewise.
``epochs``, ``statistics``, ``layers``
    The names along these axes.
``metadata``
    A group of fields: one value for all, or one for each example or run.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import pathlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from . import _errors
from ._axes import fitted, plain_type, save_npy, trajectory_axes, words_of
from ._request import epochs_text, require_text
from ._tree import Leaf, Tree, leaves
from ._write import field_value, held, ingest, observe

Leaves = str | Mapping[str, str] | None
#: Arrays of the layout that are no fields of runs.
RESERVED = {"values", "X", "activations", "weights", "activity_changes", "epochs", "statistics", "layers"}


@dataclasses.dataclass
class Request:
    """What a caller says about the arrays of a file; what is None is looked for by its usual name."""

    values: str | None = None
    activations: Leaves = None
    weights: Leaves = None
    activity_changes: Leaves = None
    axes: str | Sequence[str] | None = None
    weight_axes: str | Sequence[str] | None = None
    epochs: Any = None
    statistics: str | Sequence[str] | None = None
    layers: Sequence[str] | None = None
    metadata: Mapping[str, Any] | None = None


def listed(names: Sequence[str]) -> str:
    """Names in a line, the first few and how many there are where they are many."""
    return ", ".join(names[:8]) + (f", … ({len(names)} in all)" if len(names) > 8 else "")


def has_axis(value: Any) -> bool:
    """Whether a value is a list or an array of values, and not one of them."""
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes, bytearray, memoryview)):
        return False
    try:
        return np.ndim(value) > 0  # type: ignore[arg-type]
    except ValueError:
        return True  # lists of several lengths in a list


def one_or(*counts: int) -> str:
    """How many values a field may have, in words."""
    return f"one value, or a list of {' or '.join(map(str, dict.fromkeys(counts)))}"


@contextlib.contextmanager
def named_as(file: str, folder: str) -> Iterator[None]:
    """Errors about files in a scratch folder name the file that these were made of."""
    try:
        yield
    except _errors.EngramError as error:
        if error.file is not None and error.file.startswith(folder):
            error.file = file
        raise


class TreeReader:
    """Brings one tree into a store, and keeps what of it was used."""

    def __init__(self, tree: Tree, file: str, request: Request) -> None:
        self.tree = tree
        self.file = file
        self.request = request
        self.leaves = leaves(tree)
        self.used: set[str] = set()

    # Finding things.

    def _listed(self) -> str:
        shown = [f"{name} ({leaf.said()})" for name, leaf in list(self.leaves.items())[:12]]
        return ", ".join(shown) + (", …" if len(self.leaves) > 12 else "") or "no arrays"

    def _named(self, path: str) -> Leaf | Tree:
        """The array or group of a path that the caller gave."""
        require_text(path, "an array of the file", "the path of an array")
        node: Any = self.tree
        for part in path.strip("/").split("/"):
            node = node.get(part) if isinstance(node, dict) else None
        if node is None:
            raise _errors.NotFoundError("the file has no such array", file=self.file, place=path, expected=self._listed())
        return node  # type: ignore[no-any-return]

    def _take(self, path: str) -> Leaf | Tree:
        node = self._named(path)
        path = path.strip("/")
        self.used |= {path} if isinstance(node, Leaf) else {f"{path}/{name}" for name in leaves(node)}
        return node

    def _usual(self, *names: str) -> str | None:
        return next((name for name in names if name in self.tree), None)

    def _arrays(self, asked: Leaves, usual: str, fallback: str) -> dict[str, Leaf]:
        """The arrays of an input by layer: those that are named, or those of the usual name."""
        if isinstance(asked, Mapping):
            named = {layer: self._take(path) for layer, path in asked.items()}
        else:
            path = asked or self._usual(usual)
            if path is None:
                return {}
            node = self._take(path)
            named = leaves(node) if isinstance(node, dict) else {fallback: node}  # type: ignore[assignment]
        for layer, node in named.items():
            if not isinstance(node, Leaf) or node.is_text:
                raise _errors.InvalidDataError("this is no array of numbers", file=self.file, place=layer)
            if "=" in layer:
                raise _errors.UsageError("the name of a layer has no =", file=self.file, place=layer)
        return named  # type: ignore[return-value]

    def _along(self, given: Any, names: Sequence[str], count: int, what: str) -> list[Any] | None:
        """The names along an axis: as given, or the array of the usual name."""
        if given is not None and not isinstance(given, str):
            if not isinstance(given, Iterable) or np.ndim(given) == 0:  # type: ignore[arg-type]
                raise _errors.UsageError(f"{what} are a list", place=what, expected=f"one for each of {count}", found=repr(given)[:60])
            values = list(given)
        elif what == "layers" and given is not None and given.strip("/") not in self.leaves:
            values = [given]
        else:
            path = given if isinstance(given, str) and given.strip("/") in self.leaves else None
            path = path or (self._usual(*names) if given is None else None)
            if path is None:
                return None
            node = self._take(path)
            if isinstance(node, dict):
                raise _errors.InvalidDataError(f"the {what} are a group", file=self.file, place=path)
            values = node.values()
        if len(values) != count:
            raise _errors.InvalidDataError(
                f"there are more or fewer {what} than the array has", file=self.file, place=what, expected=str(count),
                found=str(len(values)))
        return values

    # Bringing them in.

    def bring(self, store: str | os.PathLike[str], options: dict[str, Any]) -> Any:
        """Ingests trajectories, or measures recordings."""
        wants_values = self.request.values is not None or self.request.activations is None and self._usual("values", "X")
        wants_activations = self.request.activations is not None or self._usual("activations")
        with tempfile.TemporaryDirectory(prefix="engram-") as folder, named_as(self.file, folder):
            if wants_values and not (wants_activations and self.request.values is None):
                return self._trajectories(store, pathlib.Path(folder), options)
            if wants_activations or self.request.weights is not None or self._usual("weights"):
                return self._recordings(store, pathlib.Path(folder), options)
        raise _errors.NotFoundError(
            "the file has neither trajectories nor recordings under their usual names", file=self.file,
            expected="`values` (example, epoch, statistic) or `activations` (epoch, stimulus, unit)", found=self._listed(),
            mend="say which array it is: `values=\"NAME\"` or `activations=\"NAME\"`")

    def _unread(self) -> None:
        """Says what of the file was not read."""
        rest = [name for name in self.leaves if name not in self.used]
        if rest:
            _errors.say(f"{self.file}: not read: {listed(rest)}")

    def _trajectories(self, store: Any, folder: pathlib.Path, options: dict[str, Any]) -> Any:
        path = self.request.values or self._usual("values", "X") or ""
        leaf = self._take(path)
        if isinstance(leaf, dict) or leaf.is_text:
            raise _errors.InvalidDataError("this is no array of numbers", file=self.file, place=path)
        named = words_of(self.request.axes) or leaf.axes
        roles = trajectory_axes(named, len(leaf.shape), self.file, path)
        shape = fitted(leaf.shape, roles, self.file, path)
        sizes = dict(zip(roles, shape, strict=True))
        leading: list[str] = [role for role in ("run", "layer", "example") if role in sizes]
        counts = {role: sizes.get(role, 1) for role in ("epoch", "statistic")}
        rows = math.prod(sizes[role] for role in leading)
        words = dict(zip(roles, named or roles, strict=True))
        epochs = self._axis_epochs(words.get("epoch", "epoch"), counts["epoch"])
        statistics = self._axis_statistics(words.get("statistic", "statistic"), counts["statistic"])
        kind = plain_type(np.dtype(leaf.data.dtype), self.file, path)
        kind = kind if kind.kind == "f" and kind.itemsize >= 4 else np.dtype(np.float32 if kind == np.float16 else np.float64)
        order = [roles.index(role) for role in [*leading, *(one for one in counts if one in sizes)]]
        rounding = save_npy(leaf.data, folder / "values.npy", shape, order, kind, (rows, counts["epoch"], counts["statistic"]))
        note = rounding.note() or getattr(leaf.data, "rounding", rounding).note()
        if note:
            _errors.say(f"{self.file}: {path}: {note}")
        table = self._rows(leading, sizes, rows, words)
        (folder / "metadata.json").write_text(json.dumps(table), encoding="utf-8")
        (folder / "statistics.json").write_text(json.dumps(statistics), encoding="utf-8")
        self._unread()
        return ingest(
            folder / "values.npy", store, metadata=folder / "metadata.json", statistics=folder / "statistics.json", epochs=epochs,
            **options)

    def _axis_epochs(self, word: str, count: int) -> str:
        if isinstance(self.request.epochs, (str, slice)) and str(self.request.epochs).strip("/") not in self.leaves:
            return epochs_text(self.request.epochs) or ""
        given = [self.request.epochs] if isinstance(self.request.epochs, (int, float)) else self.request.epochs
        found = self._along(given, ("epochs", word), count, "epochs")
        if found is None:
            if count == 1:
                _errors.say(f"{self.file}: the only epoch is called 0")
                return "0"
            raise _errors.UsageError(
                "nobody said which epochs these are", file=self.file, place="epochs", expected=f"{count} epochs",
                mend="`epochs=range(100)`, `epochs=\"0:100:5\"` or `epochs=\"NAME\"` of an array")
        try:
            return epochs_text([float(one) for one in found]) or ""
        except (TypeError, ValueError):
            raise _errors.InvalidDataError("an epoch is no number", file=self.file, place="epochs", found=str(found[:4])) from None

    def _axis_statistics(self, word: str, count: int) -> list[str]:
        given = self.request.statistics
        if given == "published":
            from . import _engram

            given = _engram.statistic_names()
        elif isinstance(given, str) and given.strip("/") not in self.leaves:
            given = [part.strip() for part in given.split(",")]
        found = self._along(given, ("statistics", word, "obs_keys"), count, "statistics")
        if found is None:
            raise _errors.UsageError(
                "nobody said which statistics these are", file=self.file, place="statistics", expected=f"{count} names",
                mend="`statistics=[…]`, `statistics=\"published\"` or `statistics=\"NAME\"` of an array")
        return [str(one) for one in found]

    def _rows(self, leading: list[str], sizes: dict[str, int], rows: int, words: dict[str, str]) -> list[dict[str, Any]]:
        """The metadata of each row of the matrix: of its run, its layer, or its own."""
        fields = self._metadata(sizes.get("run", sizes.get("example", rows)))
        if "layer" in sizes:
            names = self._along(self.request.layers, ("layers", words["layer"]), sizes["layer"], "layers")
            fields["layer_name"] = ("layer", [str(one) for one in names or range(sizes["layer"])])
        table = []
        for row in range(rows):
            places = dict(zip(leading, np.unravel_index(row, [sizes[one] for one in leading]), strict=True)) if leading else {}
            one: dict[str, Any] = {}
            for name, (role, values) in fields.items():
                if role == "all":
                    one[name] = values[0]
                    continue
                if len(values) == rows and role != "layer":
                    one[name] = values[row]
                elif role == "layer" or name.startswith("layer_") and len(values) == sizes.get("layer"):
                    one[name] = values[int(places["layer"])]
                elif len(values) == sizes.get("run"):
                    one[name] = values[int(places["run"])]
                else:
                    raise _errors.InvalidDataError(
                        f"the field {name!r} has another number of values than there are rows", file=self.file,
                        place=f"metadata/{name}", expected=one_or(sizes.get("run", rows), rows), found=f"a list of {len(values)}")
            table.append(one)
        return table

    def _metadata(self, count: int) -> dict[str, tuple[str, list[Any]]]:
        """The fields of the file, then those that the caller gives."""
        fields: dict[str, tuple[str, list[Any]]] = {}
        group = self.tree.get("metadata")
        found = dict(leaves(group)) if isinstance(group, dict) else {}
        paths = {name: f"metadata/{name}" for name in found}
        # Beside `values`, arrays along the examples are fields, as in the .npz that a selection writes.
        for name, leaf in self.leaves.items():
            if "/" not in name and name not in self.used | RESERVED and max(leaf.shape, default=0) == math.prod(leaf.shape) == count:
                found.setdefault(name, leaf)
                paths.setdefault(name, name)
        places: dict[str, str] = {}
        for name, leaf in found.items():
            values = leaf.values()
            field = name.replace("/", "_")
            if field in places:
                raise _errors.InvalidDataError(
                    "two arrays are one field, so one of them would be lost", file=self.file, place=f"{places[field]}, {paths[name]}",
                    expected="a name for each field", found=field, mend="rename one of the two")
            places[field] = paths[name]
            fields[field] = ("all" if len(values) == 1 else "each", values)
            self.used.add(paths[name])
        fields.update(self._given_metadata())
        return {name: (role, held(name, values)) for name, (role, values) in fields.items()}

    def _given_metadata(self) -> dict[str, tuple[str, list[Any]]]:
        """The fields that the caller gives: one value for all, or one for each."""
        given = self.request.metadata or {}
        if not isinstance(given, Mapping):
            raise _errors.UsageError(
                "metadata is a mapping", place="metadata", expected="names of fields and their values", found=repr(given)[:60])
        fields: dict[str, tuple[str, list[Any]]] = {}
        for name, value in given.items():
            is_many = has_axis(value)
            fields[name] = ("each" if is_many else "all", [field_value(name, one) for one in (value if is_many else [value])])
        return fields

    def _recordings(self, store: Any, folder: pathlib.Path, options: dict[str, Any]) -> Any:
        named = self.request.layers
        fallback = named if isinstance(named, str) and named else str(named[0]) if named else "layer"
        inputs = {
            "activations": self._arrays(self.request.activations, "activations", fallback),
            "weights": self._arrays(self.request.weights, "weights", fallback),
            "activity_change": self._arrays(self.request.activity_changes, "activity_changes", fallback),
        }
        usual = {"activations": "epoch,stimulus,unit", "weights": "epoch,row,column", "activity_change": "epoch,stimulus"}
        asked = {"activations": words_of(self.request.axes), "weights": words_of(self.request.weight_axes), "activity_change": None}
        axes: dict[str, list[str]] = {}
        files: dict[str, Any] = {}
        counts = {"run": 1, "epoch": 1, "layer": 1}
        for what, arrays in inputs.items():
            for number, (layer, leaf) in enumerate(arrays.items()):
                place = f"{what}/{layer}"
                named = asked[what] or leaf.axes or words_of(usual[what]) or []
                if axes.setdefault(what, named) != named:
                    raise _errors.InvalidDataError(
                        "the layers have their axes in different orders", file=self.file, place=place,
                        expected=", ".join(axes[what]), found=", ".join(named))
                shape = fitted(leaf.shape, named, self.file, place)
                target = folder / f"{what}{number}.npy"
                save_npy(leaf.data, target, shape, None, plain_type(np.dtype(leaf.data.dtype), self.file, place))
                files.setdefault(what, {})[layer] = target
                for word, length in zip(named, shape, strict=True):
                    for role in counts:
                        if word in RECORDING_WORDS[role]:
                            counts[role] = length
        if "layer" in {role for role in counts for word in axes.get("activations", []) if word in RECORDING_WORDS[role]}:
            files["activations"] = next(iter(files["activations"].values()))
            names = self._along(self.request.layers, ("layers",), counts["layer"], "layers")
            options.setdefault("layers", names or [f"layer{number}" for number in range(counts["layer"])])
        if self.request.epochs is not None or counts["epoch"] > 1 or self._usual("epochs"):
            options.setdefault("epochs", self._axis_epochs("epoch", counts["epoch"]))
        fields = self._metadata(counts["run"])
        (folder / "runs.json").write_text(json.dumps(self._runs(fields, counts["run"])), encoding="utf-8")
        if fields:
            options.setdefault("metadata", folder / "runs.json")
        self._unread()
        return observe(
            store, axes=axes.get("activations"), weight_axes=axes.get("weights") if "weights" in files else None, **files, **options)

    def _runs(self, fields: dict[str, tuple[str, list[Any]]], count: int) -> list[dict[str, Any]]:
        for name, (role, values) in fields.items():
            if role != "all" and len(values) != count:
                raise _errors.InvalidDataError(
                    f"the field {name!r} has another number of values than there are runs", file=self.file,
                    place=f"metadata/{name}", expected=one_or(count), found=f"a list of {len(values)}")
        return [
            {name: values[0] if role == "all" else values[run] for name, (role, values) in fields.items()} for run in range(count)]


#: Words that `observe` knows for these axes.
RECORDING_WORDS = {
    "run": ("run", "subject", "animal", "network"),
    "epoch": ("epoch", "session", "day", "time", "checkpoint"),
    "layer": ("layer", "area", "region"),
}
