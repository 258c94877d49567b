"""What writes into a store: appends of arrays, and the commands that bring files in."""

from __future__ import annotations

import math
import numbers
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _engram, _errors
from ._axes import Rounding
from ._command import Progress, command, tell, unbroken
from ._request import require_text, unmasked
from ._times import timed

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas

#: Seconds to wait for another writer.
WAIT = 30.0
#: How a text ends that tells an object by its place in memory.
IN_MEMORY = re.compile(r" at 0x[0-9a-fA-F]+>")


def plain(value: Any) -> Any:
    """A value of metadata as JSON has it; numbers of other types become Python's, and times and durations texts of ISO 8601."""
    value = alone(value)
    if is_missing(value):
        return None
    text = timed(value)
    if text is not None:
        return text
    if hasattr(value, "item"):
        value = value.item()
        # NaN of a type that is no real of NumPy, such as bfloat16.
        if is_missing(value):
            return None
    if isinstance(value, (str, int, float, bool)):
        return value
    known = number(value)
    return str(value) if known is None else known


def number(value: Any) -> int | float | None:
    """A number of another type, such as a Decimal, a Fraction or a long double, as Python's nearest; None for what is none."""
    if isinstance(value, numbers.Integral) or is_decimal(value) and value.as_tuple().exponent == 0:
        return int(value)
    if not isinstance(value, numbers.Real) and not is_decimal(value):
        return None
    try:
        return float(value)
    except OverflowError:
        return -math.inf if value < 0 else math.inf


def is_decimal(value: Any) -> bool:
    """Whether a value is a Decimal, told by its name, for few programs have one."""
    return type(value).__name__ == "Decimal" and hasattr(value, "as_tuple")


def alone(value: Any) -> Any:
    """What an array of one element or a scalar of Arrow holds, of NumPy or of another library; whatever else it is stays as it is."""
    if hasattr(value, "as_py"):
        return value.as_py()
    if isinstance(value, np.generic) or not (hasattr(value, "item") and hasattr(value, "shape")) or math.prod(value.shape) != 1:
        return value
    # `item` of NumPy makes numbers of times, and of what is masked.
    return np.asanyarray(value).reshape(-1)[0] if isinstance(getattr(value, "dtype", None), np.dtype) else value.item()


def is_missing(value: Any) -> bool:
    """Whether a value is none: None, NaN, or what NumPy and pandas have in the place of one."""
    if value is np.ma.masked:
        return True
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    if is_decimal(value):
        return bool(value.is_nan())
    # pandas' NA and NaT are told by their names, so that pandas need not be here.
    return value is None or type(value).__name__ in ("NAType", "NaTType") or isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def field_value(name: Any, value: Any) -> Any:
    """A value of a field of runs as JSON has it; refuses what a field cannot hold."""
    place = f"field {name}"
    value = alone(value)
    if has_parts(value):
        raise _errors.UsageError(
            "a value of metadata is a number or a text", place=place, found=repr(value)[:60], mend="give a text, or take its parts apart")
    known = plain(value)
    if isinstance(known, str) and not isinstance(value, str) and IN_MEMORY.search(known):
        raise _errors.UsageError(
            "a value of metadata is a number or a text, and this object would be another one in every process", place=place,
            found=known[:60], mend="give its name")
    if not fits_64_bits(known):
        raise _errors.UsageError(
            "a whole number of metadata has 64 bits", place=place, expected="-2^63 to 2^63 - 1", found=repr(value)[:60],
            mend="give a text, or a real by `float(…)`")
    if isinstance(known, float) and np.isinf(known):
        raise _errors.UsageError("a value of metadata is finite", place=place, found=repr(known), mend="leave it out, or give a text")
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise _errors.UsageError(
            "a value of metadata is a text or a number, not bytes", place=place, found=repr(value)[:60], mend="decode it")
    if isinstance(known, str) and not known.isascii():
        try:
            known.encode()
        except UnicodeEncodeError:
            raise _errors.UsageError("a text of metadata is not Unicode", place=place, found=ascii(known)[:60]) from None
    return known


def has_parts(value: Any) -> bool:
    """Whether a value has parts, as lists, sets, mappings, complex numbers and arrays of several elements do; bytes are told apart."""
    if isinstance(value, (str, numbers.Real, bytes, bytearray, memoryview)):
        return False
    if hasattr(value, "item") and hasattr(value, "shape"):
        return math.prod(value.shape) != 1 or getattr(value.dtype, "kind", "") in "cV" and hasattr(value.dtype, "kind")
    return isinstance(value, (Iterable, numbers.Complex))


def changes_of(values: Any) -> dict[str, Any]:
    """New values of fields of runs as `edit` takes them: the text NULL stands in quotes, for without them it takes a value away.

    Raises
    ------
    UsageError
        When `values` is no mapping, or holds what a field cannot, or a text that a list of changes does not.
    """
    if not isinstance(values, Mapping):
        raise _errors.UsageError(
            "changes are a mapping of fields to values", place="values", expected="such as {'learning_rule': 'adam'}", found=repr(values)[:60])
    changes = {name: field_value(name, value) for name, value in values.items()}
    for name, value in changes.items():
        if not isinstance(value, str):
            continue
        place = f"values[{name!r}]"
        if re.search(r",[^,=]*=", value) or value == "'NULL'":
            raise _errors.UsageError(
                "this text cannot be told from a list of changes", place=place, found=repr(value),
                mend="join a table that holds it: `store.join(table, by=…)`")
        changes[name] = "'NULL'" if value == "NULL" else unbroken(value, place)
    return changes


def given_fields(metadata: Any) -> dict[str, Any]:
    """Fields of runs that a caller gives beside a file, as :func:`append` takes them."""
    if not isinstance(metadata, Mapping):
        raise _errors.UsageError(
            "metadata is a mapping", place="metadata", expected="names of fields and their values", found=repr(metadata)[:60])
    return {name: field_value(name, value) for name, value in metadata.items()}


def held(name: str, values: list[Any]) -> list[Any]:
    """Values of a field that a store holds: texts where a whole number is beyond 64 bits, which is said, for none is rounded."""
    if all(fits_64_bits(one) for one in values):
        return values
    _errors.say(f"{name} is text, for it has whole numbers that do not fit 64 bits, and none is rounded")
    return [None if one is None else str(one) for one in values]


def fits_64_bits(value: Any) -> bool:
    """Whether a value is no whole number beyond 64 bits."""
    return not isinstance(value, int) or -(1 << 63) <= value < 1 << 63


def run_json(metadata: Mapping[str, Any], layers: Sequence[Any]) -> dict[str, Any]:
    """A run as the library takes it."""
    described: list[Any] = []
    for layer in layers:
        if isinstance(layer, str):
            described.append(layer)
        elif isinstance(layer, Mapping):
            described.append(dict(layer))
        elif isinstance(layer, (tuple, list)) and len(layer) == 2:
            described.append({"name": layer[0], "position": layer[1]})
        else:
            raise _errors.UsageError(
                "a layer is a name, or a name and its position", place="layers", expected="'fc' or ('fc', 'deep')", found=repr(layer)[:60])
    return {"run": {key: field_value(key, value) for key, value in metadata.items()}, "layers": described}


def listed(names: Any) -> Any:
    """Names as a list: a text is one name, and a mapping of layers to positions its pairs."""
    return [names] if isinstance(names, str) else list(names.items()) if isinstance(names, Mapping) else names


def run_list(runs: Any) -> list[Mapping[str, Any]]:
    """The metadata of each run: of a list of mappings, or of a frame with a row for each run."""
    if hasattr(runs, "to_dict") and hasattr(runs, "columns"):
        # pandas and polars call it differently.
        runs = runs.to_dicts() if hasattr(runs, "to_dicts") else indexed(runs).to_dict("records")
    found = runs if isinstance(runs, Mapping) or not hasattr(runs, "__iter__") else next(
        (one for one in runs if not isinstance(one, Mapping)), None)
    if found is not None:
        raise _errors.UsageError(
            "a run is described by a mapping", place="runs", expected="a list with a mapping of names to values for each run",
            found=repr(found)[:60])
    return list(runs)


def indexed(frame: pandas.DataFrame) -> pandas.DataFrame:
    """A frame of pandas with the named levels of its index as columns.

    Those that a store numbers itself, and what levels without a name say, are left out, which is said.
    """
    from ._frames import GIVEN
    from ._pandas import unnamed_levels

    if unnamed_levels(frame):
        _errors.say("what the index says without a name is left out")
    given = [str(name) for name in frame.index.names if name in GIVEN]
    if given:
        _errors.say(f"columns that a store numbers itself are left out: {', '.join(given)}")
    levels = [place for place, name in enumerate(frame.index.names) if name is not None and name not in GIVEN]
    twice = [frame.index.names[place] for place in levels if frame.index.names[place] in frame.columns]
    if twice:
        raise _errors.UsageError("a level of the index has the name of a column", place="runs", found=str(twice[0]), mend="rename one of the two")
    return frame.reset_index(level=levels) if levels else frame


def append(
    path: str | os.PathLike[str], values: npt.ArrayLike, *, runs: Sequence[Mapping[str, Any]], layers: Sequence[Any],
    epochs: Sequence[float], statistics: Sequence[str], conditions: Sequence[Mapping[str, Any]] | None = None,
    wait: float = WAIT, author: str | None = None, reason: str | None = None, progress: bool | Progress | None = None,
) -> dict[str, Any]:
    """Add runs to a store in one commit; the store is made where there is none.

    Parameters
    ----------
    path : path
        The store.
    values : array of float32 or float64, shape (runs, layers, epochs, statistics)
        The trajectories; NaN and infinities are values, what is masked is NaN.
    runs : list of mapping, or data frame
        Metadata of each run, numbers and texts; new names become fields. A named index of pandas is a column, and left out where a
        store numbers it itself, such as ``example_id``. Each is a run of its own, so one that equals another in the fields that the
        store declares to tell runs apart (``run=`` of :func:`ingest`) is
        refused.
    layers : list of str, of (name, position), or of such lists
        The layers of every run, or a list of them for each run; positions are ``early``, ``middle``, ``deep`` or None.
    epochs : list of float
        The epochs, ascending.
    statistics : list of str
        The names of the statistics.
    conditions : list of mapping, optional
        Of each run ``unit_fraction``, ``noise_sd`` and ``observation_seed``, where it was not measured perfectly.
    wait : float
        Seconds to wait for another writer.

    Returns
    -------
    dict
        ``commit``, ``first_example``, ``examples``, ``runs``, ``bytes``.

    Warns
    -----
    EngramWarning
        For whole numbers that float64 does not hold, and an index of `runs` that is left out.

    Examples
    --------
    >>> import numpy as np
    >>> report = engram.append(
    ...     folder + "/mine.engram", np.zeros((2, 1, 3, 2), np.float32), runs=[{"seed": 1}, {"seed": 2}], layers=["fc"],
    ...     epochs=[0, 1, 2], statistics=["weightabs_mean", "weightabs_var"])
    >>> report["examples"]
    2
    """
    import json

    runs = run_list(runs)
    layers, statistics = listed(layers), listed(statistics)
    for name, axis in (("layers", layers), ("epochs", epochs), ("statistics", statistics)):
        if not hasattr(axis, "__len__"):
            raise _errors.UsageError(f"{name} is a list", place=name, expected="one for each place of its axis", found=repr(axis))
    for name in statistics:
        require_text(name, "statistics", "the name of a statistic")
    if not runs:
        raise _errors.UsageError("there are no runs", place="runs", expected="at least one")
    array = unmasked(values)
    if array.dtype not in (np.dtype(np.float32), np.dtype(np.float64)):
        if array.dtype.kind not in "fiub":
            raise _errors.UsageError("trajectories are numbers", place="values", found=str(array.dtype))
        rounding = Rounding()
        array = rounding.to(array, np.float32 if array.dtype == np.float16 else np.float64)
        if rounding.count:
            _errors.say(f"values: {rounding.note()}")
    is_nested = bool(layers) and not isinstance(layers[0], (str, Mapping)) and not _is_pair(layers[0])
    each = [list(one) for one in layers] if is_nested else [list(layers)] * len(runs)
    counts = {len(one) for one in each}
    if array.ndim != 4 or len(counts) > 1 or array.shape != (len(runs), *counts, len(epochs), len(statistics)):
        raise _errors.UsageError(
            "the values have another shape than what they are of", place="values",
            expected=f"(runs, layers, epochs, statistics) = ({len(runs)}, {'|'.join(map(str, sorted(counts)))}, {len(epochs)}, "
            f"{len(statistics)})", found=str(array.shape))
    described = [run_json(run, names) for run, names in zip(runs, each, strict=True)]
    for one, condition in zip(described, conditions or [], strict=conditions is not None):
        one.update({key: plain(value) for key, value in condition.items()})
    report = _engram.append(
        os.fspath(path), json.dumps(described), np.ascontiguousarray(epochs, np.float64), list(statistics),
        np.ascontiguousarray(array), wait if wait > 0 else -1.0, author, reason, tell(progress))
    return json.loads(report)  # type: ignore[no-any-return]


def _is_pair(layer: Any) -> bool:
    """Whether it is one layer as (name, position), not a list of layers."""
    return isinstance(layer, tuple) and len(layer) == 2 and isinstance(layer[0], str) and layer[1] in (
        None, "early", "middle", "deep")


def ingest(
    source: str | os.PathLike[str], store: str | os.PathLike[str], *, progress: bool | Progress | None = None, threads: int = 0,
    **options: Any,
) -> Any:
    """Bring a file into a store, which is made where there is none: all that ``engram ingest`` takes.

    Parameters
    ----------
    source : path
        A pickle in the published layout, ``.npy``, ``.npz``, CSV, TSV, JSON lines, gzip or zstd of these.
    store : path
        The store.
    **options
        Options of ``engram ingest``: ``metadata="trials.csv"``, ``map={"task": "dataset"}``, ``statistics=[…]``, ``epochs="0:100:5"``,
        ``run=["animal", "session"]``, ``dry_run=True``, … `map` and `type` may be ``"NAME=VALUE"`` too, or a list of such texts.

    Returns
    -------
    dict
        What ``engram ingest --json`` says.
    """
    for name in ("map", "type"):
        if isinstance(options.get(name), (list, tuple)):
            options[name] = pairs(options[name]) or options[name]
    return command("ingest", path_of(source, "source"), path_of(store, "store"), progress=progress, threads=threads, **options)


def observe(store: str | os.PathLike[str], *, progress: bool | Progress | None = None, threads: int = 0, **options: Any) -> Any:
    """Measure the statistics of raw recordings in files into a store; options as of ``engram observe``.

    Arrays in memory are measured by :func:`engram.measure` and :class:`engram.Meter`, or saved as ``.npy`` first.
    """
    for name, option in options.items():
        for one in option.values() if isinstance(option, Mapping) else [option]:
            if getattr(one, "ndim", 0) > 1:
                raise _errors.UsageError(
                    "recordings are read from files", place=name, expected="the path of a file", found=f"an array of shape {one.shape}",
                    mend='`numpy.save("recordings.npy", array)`, or `engram.measure`')
    return command("observe", path_of(store, "store"), progress=progress, threads=threads, **options)


def pairs(option: Any) -> dict[str, Any]:
    """An option ``NAME=VALUE`` in any of its forms: a mapping, a text with one pair, or a list of such texts."""
    if isinstance(option, Mapping):
        return {str(name): value for name, value in option.items()}
    parts = [str(one).partition("=") for one in ([option] if isinstance(option, str) else option if isinstance(option, Iterable) else ())]
    return {name.strip(): value.strip() for name, mark, value in parts if mark}


def path_of(path: Any, place: str) -> Any:
    """A path as it is; refuses what is none, of which a command would make a text."""
    if isinstance(path, (str, os.PathLike)):
        return path
    raise _errors.UsageError("this is no path", place=place, expected="a text or a path", found=repr(path)[:60])


def merge(store: str | os.PathLike[str], *sources: str | os.PathLike[str], **options: Any) -> Any:
    """Bring other stores into one, by links to their files."""
    return command("merge", store, *sources, **options)


def migrate(store: str | os.PathLike[str], **options: Any) -> Any:
    """Bring a store of an older format over."""
    return command("migrate", store, **options)
