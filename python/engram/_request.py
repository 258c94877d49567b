"""What is asked of a store in the words of the library, and the arrays that answers are put into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from . import _engram, _errors
from ._command import quoted, unbroken

if TYPE_CHECKING:
    import numpy.typing as npt

Missing = Literal["refuse", "drop", "fill"]
Layout = Literal["list", "wide", "long"]
MISSING: dict[str, int] = {"refuse": 0, "drop": 1, "fill": 2}
LAYOUTS: dict[str, int] = {"list": 0, "wide": 1, "long": 2}
#: Words that ask for statistics; a statistic of such a name is found by the words only.
WORDS = {"all", "admissible", "weight", "activation", "layerwise"}
#: The number of float64 in the library.
FLOAT64 = 2
#: The alignment below which JAX copies an array.
ALIGNMENT = 64


def ids_of(handle: object) -> npt.NDArray[np.int64]:
    """The ids of a set of examples."""
    ids = np.empty(_engram.examples_count(handle), np.int64)
    _engram.examples_ids(handle, ids)
    return ids


def id_array(ids: npt.ArrayLike | set[int] | frozenset[int]) -> npt.NDArray[np.int64]:
    """Ids in any order as an array; refuses what is none."""
    array = array_of(list(ids) if isinstance(ids, (set, frozenset)) else ids, "examples")
    if array.dtype == object and all(isinstance(one, (int, np.integer)) and not isinstance(one, bool) for one in array.flat):
        array = np.asarray(array.tolist())
    found = str(array.dtype)
    if isinstance(ids, np.ma.MaskedArray) and ids.mask.any():
        found = f"{int(ids.mask.sum())} masked ids"
    elif array.dtype == np.uint64 and array.size and int(array.max()) > np.iinfo(np.int64).max:
        found = str(array.max())
    elif not array.size or array.dtype.kind in "iu":
        return np.ascontiguousarray(array.ravel(), np.int64)
    raise _errors.UsageError(
        "ids of examples are whole numbers", place="examples", expected="an array of integers", found=found,
        mend="a mask becomes ids by `selection.ids[mask]`")


def examples_of(ids: npt.ArrayLike) -> object:
    """A set of examples out of ids in any order."""
    return _engram.examples_of_ids(id_array(ids))


def missing_rule(missing: object) -> int:
    """The number of a rule about what is missing in the library."""
    if not isinstance(missing, str) or missing not in MISSING:
        raise _errors.UsageError(
            "there is no such rule", place="missing", expected="'refuse', 'drop' or 'fill'", found=repr(missing))
    return MISSING[missing]


def layout_number(layout: str) -> int:
    """The number of a layout in the library."""
    if not isinstance(layout, str) or layout not in LAYOUTS:
        raise _errors.UsageError(
            "there is no such layout", place="layout", expected="'list', 'wide' or 'long'", found=repr(layout))
    return LAYOUTS[layout]


def require_text(value: object, place: str, what: str) -> None:
    """Refuses what is no text where a text is needed, and a text that the library cannot take."""
    if not isinstance(value, str):
        raise _errors.UsageError(f"{what} is a text", place=place, found=repr(value))
    unbroken(value, place)


def require_filter(where: object, place: str = "where") -> None:
    """Refuses a filter that is no text; to SQL a number would be a condition that holds always or never."""
    if where is not None:
        require_text(where, place, "a filter in SQL")


def candidate(parameters: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Parameters of a classifier as ``--set`` takes them, which reads JSON; numbers of NumPy are taken too."""
    import json

    if parameters is None:
        return None
    if not parameters:
        raise _errors.UsageError(
            "no parameter is given", place="parameters", expected="at least one, such as {'n_estimators': 100}",
            mend="leave `parameters=` out to choose from the grid")
    return {
        name: value if isinstance(value, str) else json.dumps(value, default=lambda one: one.item())
        for name, value in parameters.items()}


def array_of(values: Any, place: str) -> npt.NDArray[Any]:
    """Values as an array; refuses lists of several lengths, which are none."""
    try:
        return np.asarray(values)
    except ValueError as error:
        raise _errors.UsageError(
            "this is no array", place=place, expected="lists of one length each", found=str(error).partition(".")[0]) from None


def unmasked(values: npt.ArrayLike, place: str = "values") -> npt.NDArray[Any]:
    """Values as an array; what is masked is missing, which is NaN."""
    if isinstance(values, np.ma.MaskedArray) and values.mask.any():
        known = np.array(values.data, values.dtype if values.dtype.kind == "f" else np.float64)
        known[np.ma.getmaskarray(values)] = np.nan
        return known
    return array_of(values, place)


def recorded_dtype(facts: tuple[Any, ...]) -> np.dtype[Any]:
    """The type that holds every recorded value, of what ``selection_info`` says."""
    return np.dtype(np.float64 if facts[6] == FLOAT64 else np.float32)


def real_type(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """A type of the elements of a matrix; refuses any other."""
    try:
        kind = np.dtype(dtype)
    except TypeError:
        raise _errors.UsageError(
            "a matrix is of float32 or float64", place="dtype", expected="float32 or float64", found=repr(dtype)) from None
    if kind not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise _errors.UsageError(
            "a matrix is of float32 or float64", place="dtype", expected="float32 or float64", found=str(kind))
    return kind


def new_array(shape: tuple[int, int], dtype: npt.DTypeLike, order: str) -> npt.NDArray[Any]:
    """An array on a boundary of 64 bytes, which other libraries share without a copy."""
    kind = real_type(dtype)
    if order not in ("C", "F"):
        raise _errors.UsageError("this is no order of elements", place="order", expected="'C' or 'F'", found=repr(order))
    size = shape[0] * shape[1] * kind.itemsize
    memory = np.empty(size + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start:start + size].view(kind).reshape(shape, order=order)  # type: ignore[call-overload, no-any-return]


def statistics_text(statistics: str | Iterable[str]) -> str:
    """A request for statistics as the library takes it."""
    if isinstance(statistics, str):
        return unbroken(statistics, "statistics")
    names = list(statistics) if isinstance(statistics, Iterable) else [statistics]
    for name in names:
        require_text(name, "statistics", "the name of a statistic")
    return ",".join(quoted(name) for name in names)


def fields_text(fields: str | Iterable[str] | None, place: str = "fields") -> str | None:
    """A request for fields as the library takes it; refuses one that stands twice in a list."""
    if fields is None or fields == "":
        return None if fields is None else ""
    if isinstance(fields, str):
        fields_text([name.strip() for name in unbroken(fields, place).split(",")], place)
        return fields
    if not isinstance(fields, Iterable):
        raise _errors.UsageError("fields are a text or a list of texts", place=place, found=repr(fields))
    names = list(fields)
    for number, name in enumerate(names):
        require_text(name, place, "the name of a field")
        if name in names[:number]:
            raise _errors.UsageError("a field stands twice in the list", place=place, found=repr(name), mend="name each once")
    return ",".join(quoted(name) for name in names)


def epochs_text(epochs: str | float | slice | Iterable[float] | None) -> str | None:
    """A request for epochs as the library takes it; a slice has both ends, as in pandas."""
    if epochs is None or isinstance(epochs, str):
        return epochs if epochs is None else unbroken(epochs, "epochs")
    if isinstance(epochs, slice):
        parts = [epochs.start, epochs.stop] + ([] if epochs.step is None else [epochs.step])
        if epochs.start is None or epochs.stop is None:
            raise _errors.UsageError(
                "a slice of epochs has both ends", place="epochs", expected="slice(0, 100, 25)", found=repr(epochs))
        return ":".join(number(part) for part in parts)
    if isinstance(epochs, Iterable) and getattr(epochs, "ndim", None) != 0:
        return ",".join(number(epoch) for epoch in epochs)
    return number(epochs)


def number(value: Any) -> str:
    """A number, whole where it is."""
    try:
        if isinstance(value, (np.datetime64, np.timedelta64)):
            raise TypeError
        real = float(value)
    except (TypeError, ValueError, OverflowError):
        raise _errors.UsageError("an epoch is a number", place="epochs", found=repr(value)[:60], mend="give times as numbers, such as days since the first") from None
    return str(int(real)) if real.is_integer() else repr(real)


def matrix_for(
    out: npt.NDArray[Any] | None, dtype: npt.DTypeLike | None, recorded: np.dtype[Any], shape: tuple[int, int], order: str
) -> npt.NDArray[Any]:
    """Where a matrix is put: the array that was given, if it fits, or a new one."""
    if out is None:
        return new_array(shape, dtype or recorded, order)
    check_out(out, shape, "out")
    if dtype is not None and real_type(dtype) != out.dtype:
        raise _errors.UsageError(
            "the array that was given has another type", place="out", expected=str(real_type(dtype)), found=str(out.dtype),
            mend="leave `dtype=` out")
    return out


def check_out(out: npt.NDArray[Any], shape: tuple[int, int], name: str) -> None:
    """Refuses an array that a matrix cannot be put into."""
    if not isinstance(out, np.ndarray) or out.shape != shape:
        found = f"an array of shape {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
        raise _errors.UsageError(
            "the matrix does not fit into what was given", place=name, expected=f"an array of shape {shape}", found=found)
    if not out.flags.writeable:
        raise _errors.UsageError("the array that was given is read-only", place=name, mend="give one that can be written to")
    if out.dtype not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise _errors.UsageError(
            "a matrix is of float32 or float64", place=name, expected="float32 or float64", found=str(out.dtype))


def class_array(y: npt.NDArray[np.int32], classes: list[Any]) -> npt.NDArray[Any]:
    """The classes themselves: texts, numbers, or objects where they are mixed."""
    kinds = {type(one) for one in classes}
    known = np.array(classes, dtype=None if len(kinds) == 1 and kinds <= {str, int, float} else object)
    return known[y] if len(classes) else np.empty(0, object)
