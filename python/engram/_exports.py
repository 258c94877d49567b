"""Selections as Arrow streams, data frames of pandas, and Parquet files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _engram, _errors
from ._request import Layout, layout_number

#: Rows of a row group of Parquet: 16 row groups of a store.
ROW_GROUP = 12_288
#: Values that are put into place before Ctrl-C is looked for.
PIECE = 1 << 22

if TYPE_CHECKING:
    import threading

    import numpy.typing as npt
    import pandas

    from ._selection import Selection


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Has Ctrl-C be Ctrl-C where a library pulls a stream: it sees the stream end with an error, and raises one of its own."""
    try:
        yield
    except Exception:
        _engram.check_signals()
        raise


class ArrowStream:
    """A selection in one layout, for whatever imports an Arrow stream; each import reads it anew."""

    def __init__(self, selection: Selection, layout: Layout, fields: str | Sequence[str] | None) -> None:
        self._selection = selection
        self._layout: Layout = layout
        self._fields = fields

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The stream (Arrow PyCapsule interface)."""
        return self._selection._stream(self._layout, self._fields)


def aside(body: Callable[[threading.Event], None]) -> None:
    """Runs what another library does in long calls that nothing stops on a thread, so that Ctrl-C is answered at once.

    After Ctrl-C the thread is told by the event, and ends by itself after the call that it is in.
    """
    import threading

    if threading.current_thread() is not threading.main_thread():
        body(threading.Event())
        return
    is_left, has_ended = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        with begins:
            pass
        try:
            body(is_left)
        except BaseException as error:
            failures.append(error)
        finally:
            has_ended.set()

    begins = threading.Lock()
    begins.acquire()
    thread = threading.Thread(target=run, name="engram")
    try:
        try:
            # The thread itself is the last to let go of its object: Ctrl-C in what Python does then would be lost.
            thread.start()
            del thread
        except BaseException:
            # Before it begins, for it may end at once.
            is_left.set()
            raise
        finally:
            begins.release()
        # Python 3.11 takes a thread for ended whose `join` a signal interrupted, and would not wait for it at its own end.
        has_ended.wait()
    except BaseException:
        is_left.set()
        raise
    if failures:
        raise failures[0]


def spread(values: npt.NDArray[Any], shape: tuple[int, int, int], axis: int) -> npt.NDArray[Any]:
    """Values along one axis of a cube, one after the other for all of it; in pieces, between which Ctrl-C is seen."""
    cube = np.empty(shape, values.dtype)
    along = values.reshape([-1 if one == axis else 1 for one in range(3)])
    step = max(1, PIECE // max(1, shape[1] * shape[2]))
    for start in range(0, shape[0], step):
        cube[start:start + step] = along[start:start + step] if axis == 0 else along
    return cube.reshape(-1)


def spread_column(column: pandas.Series, shape: tuple[int, int, int]) -> Any:
    """A column of metadata with each value as often as an example has values."""
    import pandas

    if isinstance(column.dtype, pandas.CategoricalDtype):
        return pandas.Categorical.from_codes(spread(np.asarray(column.cat.codes), shape, 0), dtype=column.dtype)
    if isinstance(column.dtype, np.dtype):
        return spread(column.to_numpy(), shape, 0)
    return column.array.repeat(shape[1] * shape[2])


def beside(name: str, fields: Iterable[str]) -> str:
    """A name for a column of values behind fields, with ``chosen_`` in front as often as a field has it."""
    taken = {field.lower() for field in fields}
    while name.lower() in taken:
        name = f"chosen_{name}"
    return name


def value_columns(selection: Selection, layout: Layout, fields: Iterable[str]) -> dict[str, str]:
    """The columns of values of a frame beside fields, a list or wide, and the statistic of each."""
    taken = list(fields)
    each = 1 if layout == "list" else selection._info[4]
    names = selection.statistics if layout == "list" else selection.columns
    return {beside(name, taken): selection.statistics[place // each] for place, name in enumerate(names)}


def frame(selection: Selection, layout: Layout, fields: str | Sequence[str] | None) -> pandas.DataFrame:
    """A selection as a data frame, indexed by ``example_id``."""
    import pandas

    layout_number(layout)
    if layout == "list":
        import pyarrow

        # Column by column: as a whole it is one long call, which Ctrl-C does not end. A whole number with gaps stays one.
        table = selection.to_arrow(layout, fields)
        whole = {pyarrow.int64(): pandas.Int64Dtype()}.get
        columns = {
            name: column.to_pandas(types_mapper=whole) if (column := table.column(name)).null_count else column.to_pandas()
            for name in table.column_names}
        return pandas.DataFrame(columns, copy=False).set_index("example_id")
    ids = selection.ids
    known = selection.metadata(fields).to_pandas() if fields != "" else pandas.DataFrame(index=range(len(ids)))
    known = known.drop(columns="example_id", errors="ignore")
    known.index = pandas.Index(ids, name="example_id")
    if layout == "wide":
        values = pandas.DataFrame(selection.to_numpy(order="F"), index=known.index, columns=selection.columns, copy=False)
        return pandas.concat([known, values], axis=1)
    cube = selection.to_numpy3d()
    if len(selection.epochs) != cube.shape[2]:
        raise _errors.UsageError("long rows have an epoch each", place="view", mend="take another layout")
    shape = (cube.shape[0], cube.shape[1], cube.shape[2])
    names = selection.statistics
    codes = spread(np.arange(len(names), dtype=np.min_scalar_type(-max(1, len(names)))), shape, 1)
    taken = [str(name) for name in known.columns]
    long = {
        **{str(name): spread_column(column, shape) for name, column in known.items()},
        beside("statistic", taken): pandas.Categorical.from_codes(codes, names),
        beside("epoch", taken): spread(np.asarray(selection.epochs), shape, 2), beside("value", taken): cube.reshape(-1),
    }
    return pandas.DataFrame(long, index=pandas.Index(spread(ids, shape, 0), name="example_id"), copy=False)


def float_paths(field: Any) -> list[str]:
    """The path of a column of floats, or of lists of floats, as Parquet names it; empty for others."""
    import pyarrow

    if pyarrow.types.is_floating(field.type):
        return [field.name]
    if pyarrow.types.is_fixed_size_list(field.type) and pyarrow.types.is_floating(field.type.value_type):
        return [f"{field.name}.list.element"]
    return []


def parquet_path(path: str | os.PathLike[str]) -> str:
    """The path of a file to write; refuses what is no file's, and a folder that there is not."""
    if not isinstance(path, (str, bytes, os.PathLike)) or not os.fsdecode(path) or os.path.isdir(path):
        raise _errors.UsageError("this is no path of a file", place="path", expected="such as 'rows.parquet'", found=repr(path))
    target = os.fsdecode(path)
    folder = os.path.dirname(target) or os.curdir
    if not os.path.isdir(folder):
        raise _errors.StorageError("there is no such folder", file=target, found=folder, mend="make it first")
    return target


def parquet_writer(unfinished: str, target: str, schema: Any, settings: Mapping[str, Any]) -> Any:
    """A writer of Parquet into a file that will have another name; what pyarrow refuses is said of that name."""
    import pyarrow
    from pyarrow import parquet

    try:
        return parquet.ParquetWriter(unfinished, schema, **settings)
    except OSError as error:
        raise _errors.StorageError(
            "the file cannot be written", file=target, found=os.strerror(error.errno) if error.errno else type(error).__name__) from None
    except (TypeError, ValueError, pyarrow.ArrowException) as error:
        raise _errors.UsageError("pyarrow takes no such option of a Parquet file", file=target, place="options", found=str(error)) from None


def write_parquet(
    selection: Selection, path: str | os.PathLike[str], layout: Layout, fields: str | Sequence[str] | None, options: dict[str, Any]
) -> None:
    """Writes a selection batch by batch; the file appears whole or not at all."""
    import stat

    import pyarrow

    target = parquet_path(path)
    folder, name = os.path.split(target)
    # A call that was interrupted may still be at its own file; names have at most 255 bytes.
    begin = os.fsencode(name)[:200].decode("utf-8", "ignore")
    unfinished = os.path.join(folder, f"{begin}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    reader = pyarrow.RecordBatchReader.from_stream(selection.arrow_stream(layout, fields))
    settings: dict[str, Any] = {"compression": "zstd", **options}
    if not {"use_dictionary", "use_byte_stream_split", "column_encoding"} & options.keys():
        # The bytes of floats by their place, which about halves the file: no two floats are equal, but their first bytes are alike.
        floats = [path for field in reader.schema for path in float_paths(field)]
        others = [field.name for field in reader.schema if not float_paths(field)]
        settings.update(use_byte_stream_split=floats, use_dictionary=others)

    def discard() -> None:
        with contextlib.suppress(FileNotFoundError):
            os.remove(unfinished)

    def write(is_left: threading.Event) -> None:
        try:
            write_rows(is_left)
        finally:
            # Whoever was interrupted may have looked before the file was there.
            if is_left.is_set():
                discard()

    def write_rows(is_left: threading.Event) -> None:
        waiting: list[Any] = []
        # Who may read what is replaced may read what replaces it, and nobody else, from the first byte on.
        with contextlib.suppress(OSError):
            os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, stat.S_IMODE(os.stat(target).st_mode)))
            os.chmod(unfinished, stat.S_IMODE(os.stat(target).st_mode))
        with parquet_writer(unfinished, target, reader.schema, settings) as writer:
            for batch in reader:
                waiting.append(batch)
                if sum(one.num_rows for one in waiting) >= ROW_GROUP:
                    writer.write_table(pyarrow.Table.from_batches(waiting), row_group_size=ROW_GROUP)
                    waiting = []
                if is_left.is_set():
                    return
            if waiting:
                writer.write_table(pyarrow.Table.from_batches(waiting), row_group_size=ROW_GROUP)

    try:
        with stoppable():
            aside(write)
        os.replace(unfinished, target)
    finally:
        discard()
