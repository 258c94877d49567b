"""What the columns of data frames of every library are as a table that `ingest` reads: nothing of them is guessed anew."""

from __future__ import annotations

import contextlib
import csv
import math
import pathlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from . import _errors
from ._layout import named_as
from ._request import epochs_text, number
from ._rows import is_number
from ._write import ingest, pairs

#: Columns that a store gives itself, so that a selection of one can be brought into another.
GIVEN = ("example_id", "observation_id", "run_id", "layer_ordinal", "layer_set_id", "example_count")
#: The attribute of a coordinate that names its field, where that is called otherwise.
FIELD = "field"
#: Columns by which `ingest` knows a whole selection of a store, whose runs then stay apart as they were there.
OWN = {"example_id", "run_id", "layer_name", "layer_position", "unit_fraction"}
#: Names of a column that `ingest` takes for the epochs, for what a value is of, for the value, or for a clock.
EPOCHS = {"chosen_epoch", "epoch", "step", "_step", "global_step", "iteration"}
VALUES = {"chosen_value", "value"}
OF = {"chosen_statistic", "statistic", "metric", "key", "tag"}
OTHERS = OF | {
    "timestamp", "_timestamp", "_runtime", "wall time", "wall_time",
    "relative time (wall)", "relative time (process)",
}
#: Names of fields that `ingest` takes for no statistics behind the epoch either.
FIELDS = {"run", "seed", "fold", "trial", "replicate", "subject", "session", "animal"}
# What libraries call reals of 32 bits or fewer, and all reals.
NARROW = {"halffloat", "float16", "float", "float32", "halffloat[pyarrow]", "float[pyarrow]"}
REALS = NARROW | {"double", "float64", "double[pyarrow]"}
#: Every whole number up to it is one of 32 bits with a fraction.
MOST_IN_FLOAT32 = 1 << 24


def dropped(names: Sequence[Any]) -> list[str]:
    """The columns of a table that are left out, which is said: those that a store numbers anew, unless it is a whole selection.

    A column ``run_id`` is kept, as the field ``tracker_run`` that `ingest` makes of it, unless there is one of that name.
    """
    if set(names) >= OWN:
        return []
    kept = set() if "tracker_run" in names else {"run_id"}
    found = [name for name in GIVEN if name in names and name not in kept]
    if found:
        _errors.say(f"columns that a store numbers itself are left out: {', '.join(found)}")
    return found


def trajectories(names: Sequence[str]) -> list[str]:
    """The columns that alone hold trajectories by their names: ``statistic@epoch``, or ``value`` beside what it is of.

    There are none in a table with a row for each epoch and a column for each statistic, where any column may be one.
    """
    called = set(map(str.lower, names))
    if called & EPOCHS:
        return [name for name in names if name.lower() in VALUES] if called & OF else []
    return [name for name in names if is_number(name.rpartition("@")[2]) and "@" in name]


def value_type(kinds: Mapping[str, str], is_wide: Callable[[str], bool]) -> str | None:
    """The type of the values of a table by those of its columns: float32 where all trajectories are, so that every bit is kept.

    Trajectories are the columns of :func:`trajectories`; where there are none, any column of reals may be one, and any other behind
    the epoch. `is_wide` says whether a column that is of no narrow reals has numbers that float32 may not hold.
    """
    names = trajectories(list(kinds))
    narrow = {name for name, kind in kinds.items() if kind.lower() in NARROW and (not names or name in names)}
    if not narrow:
        return None
    places = [place for place, name in enumerate(kinds) if name.lower() in EPOCHS]
    before = [] if names or not places else list(kinds)[:places[0]]
    others = [name for name in names or kinds if name not in narrow and (name not in before or kinds[name].lower() in REALS)]
    return None if any(map(is_wide, others)) else "float32"


def are_numbers(texts: Iterable[str]) -> bool:
    """Whether some texts would be taken for numbers, empty ones aside, which would be taken for none."""
    known = [one for one in texts if one]
    return bool(known) and all(map(is_number, known))


def is_beyond_float32(least: Any, most: Any) -> bool:
    """Whether whole numbers between two are more than float32 holds; None is no number."""
    return any(one is not None and abs(int(one)) > MOST_IN_FLOAT32 for one in (least, most))


def text_types(
    names: Sequence[str], texts_of: Mapping[str, Callable[[], Iterable[Any]]], options: Mapping[str, Any]
) -> dict[str, str]:
    """The columns of texts that all look like numbers, such as ``1.10``, which stay texts; those that may be statistics are no fields.

    Parameters
    ----------
    names : list of str
        The columns, in order.
    texts_of : mapping
        For each column of texts what gives its texts, None among them for a missing one.
    options : mapping
        What the caller gave to `ingest`: `map` renames fields, `run` names some, `statistics` are none.
    """
    # In a whole selection of a store every text in quotes is one.
    if set(names) >= OWN:
        return {}
    return {
        field: "text" for name, field in fields_of(names, options, are_texts=True).items()
        if name in texts_of and are_numbers(one for one in texts_of[name]() if one is not None)}


def fields_of(names: Sequence[str], options: Mapping[str, Any], *, are_texts: bool) -> dict[str, str]:
    """The columns that can be nothing but fields of runs, and what these are called; none beside a description, which declares types.

    Parameters
    ----------
    names, options
        As of :func:`text_types`.
    are_texts : bool
        Whether it is asked of columns of texts. One of numbers behind the epoch may be a statistic beside ``value`` too, unless another
        column says what a value is of.
    """
    if options.get("description") is not None:
        return {}
    ours = {theirs: field for field, theirs in pairs(options.get("map")).items()}
    statistics = names_of(options.get("statistics"))
    apart = FIELDS | set(map(str.lower, names_of(options.get("run"))))
    called = [ours.get(name, name).lower() for name in names]
    epochs = [place for place, name in enumerate(called) if name in EPOCHS]
    is_long = VALUES & set(called) and (are_texts or OF & set(called))
    end = epochs[0] if epochs and not is_long else len(names)
    from . import _engram

    taken = {*EPOCHS, *VALUES, *OTHERS, *(map(str.lower, _engram.statistic_names()))}
    return {
        name: ours.get(name, name) for place, name in enumerate(names)
        if (place < end or called[place] in apart) and called[place] not in taken and name not in statistics and not set("@=") & set(name)}


@contextlib.contextmanager
def library_errors(library: str, source: str, *kinds: type[Exception]) -> Iterator[None]:
    """What a library says of a frame that it cannot read or write, as an error of this package."""
    try:
        yield
    except kinds as error:
        raise _errors.InvalidDataError(
            f"{library} cannot make a table of this", file=source, found=str(error).strip().split("\n")[0],
            mend="give columns of numbers and texts") from error


def ingest_table(
    write: Callable[[pathlib.Path], Any], store: Any, source: str, types: Mapping[str, str], options: dict[str, Any]
) -> Any:
    """Ingests the CSV file that `write` writes; errors name what it was made of."""
    with tempfile.TemporaryDirectory(prefix="engram-") as folder, named_as(source, folder):
        path = pathlib.Path(folder) / "table.csv"
        write(path)
        given = options.get("type")
        declared = pairs(given)
        # The names of columns are told apart without regard to case.
        chosen = set(map(str.lower, declared))
        types = {name: kind for name, kind in types.items() if name.lower() not in chosen}
        return ingest(path, store, **{**options, "type": {**types, **declared} or None if declared or not given else given})


def names_of(option: Any) -> list[str]:
    """Names that an option of `ingest` lists: one text with commas, or several; what is neither is left to `ingest` to refuse."""
    if isinstance(option, str):
        return next(csv.reader([option], skipinitialspace=True), [])
    return [str(one) for one in option] if isinstance(option, Iterable) else []


def epoch_names(epochs: Any) -> list[str]:
    """The epochs of the elements of lists, in order: numbers, a text such as ``"0:100:25"`` (the end counts), or a slice.

    Raises
    ------
    UsageError
        When there are none, one comes twice, or one is not finite.
    """
    names: list[str] = []
    for part in [] if epochs is None else (epochs_text(epochs) or "").split(","):
        ends = [float(number(one.strip())) for one in part.split(":")] if part.strip() else []
        if not all(map(math.isfinite, ends)) or len(ends) == 2 or len(ends) == 3 and ends[2] <= 0:
            raise _errors.UsageError(
                "these are no epochs", place="epochs", expected="finite numbers, or a range such as 0:100:25", found=part)
        if len(ends) == 3:
            ends = [ends[0] + place * ends[2] for place in range(math.floor((ends[1] - ends[0]) / ends[2] + 1e-9) + 1)]
        names += map(number, ends)
    if not names:
        raise _errors.UsageError(
            "nobody said which epochs the elements of the lists are of", place="epochs", expected="an epoch for each element",
            found="no epochs", mend="`epochs=[0, 5, 10]`")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _errors.UsageError(
            "an epoch comes twice, so an element of each list would be lost", place="epochs", expected="an epoch for each element",
            found=", ".join(twice[:5]))
    return names
