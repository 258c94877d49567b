"""Engram: a store of trajectories of statistics that are recorded while neural networks learn.

>>> import engram
>>> store = engram.open(path)
>>> X = store.select("layer_position = 'deep'", epochs="0:100:25").to_numpy()
>>> X.shape
(864, 225)

Open a store with :func:`engram.open`, bring data in with :func:`ingest`, :func:`append` or :class:`Recorder`, and read with
:meth:`Store.select`. `RandomForest`, `LinearSVM` and `Conv1D` are classifiers for scikit-learn (which they need), on any matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _engram
from ._errors import (
    BusyError, CorruptError, EngramError, EngramWarning, ExistsError, InvalidDataError, LimitError, NotFoundError, StorageError,
    UnsupportedError, UsageError,
)
from ._many import Stores, StoresSelection, open_many
from ._observe import Meter
from ._recorder import Recorder
from ._selection import Selection
from ._splits import LoadedSplit, Split, SplitSet, SplitSets, StoredCV
from ._store import Store, append, create, ingest, merge, migrate, observe, open
from ._table import Table

if TYPE_CHECKING:
    from . import plans, torch
    from ._estimators import Conv1D, LinearSVM, RandomForest
    from ._inputs import from_arrow, from_pandas, from_polars, from_xarray, read_parquet

__version__: str = _engram.versions()[1]

#: The published names of the 45 statistics, in order.
STATISTICS: list[str] = _engram.statistic_names()

__all__ = [
    "STATISTICS", "BusyError", "Conv1D", "CorruptError", "EngramError", "EngramWarning", "ExistsError", "InvalidDataError",
    "LimitError", "LinearSVM", "LoadedSplit", "Meter", "NotFoundError", "RandomForest", "Recorder", "Selection", "Split", "SplitSet",
    "SplitSets", "StorageError", "Store", "StoredCV", "Table", "UnsupportedError", "UsageError", "append", "create", "from_arrow",
    "from_pandas", "from_polars", "from_xarray", "ingest", "merge", "migrate", "observe", "open", "read_parquet", "torch",
    "Stores", "StoresSelection", "open_many", "plans", "sqlite_extension_path",
]

_LATER = {
    "RandomForest": "_estimators", "LinearSVM": "_estimators", "Conv1D": "_estimators", "from_arrow": "_inputs",
    "from_pandas": "_inputs", "from_polars": "_inputs", "from_xarray": "_inputs", "read_parquet": "_inputs",
}


def __getattr__(name: str) -> Any:
    """What needs another library is imported when it is first asked for."""
    import importlib

    if name in ("plans", "torch"):
        return importlib.import_module(f"engram.{name}")
    if name in _LATER:
        return getattr(importlib.import_module(f"engram.{_LATER[name]}"), name)
    raise AttributeError(f"module 'engram' has no attribute {name!r}")


def sqlite_extension_path() -> str:
    """The path of the library as an extension of SQLite: ``connection.load_extension(engram.sqlite_extension_path())``.

    ``SELECT engram_open('lr.engram')`` then makes the tables ``trajectory``, ``trajectory_wide``, ``example`` and ``run`` of a store, which
    is only read. `Store.sql` asks the same without an extension.
    """
    import pathlib

    return str(pathlib.Path(__file__).with_name("libengram.so.1"))


def __dir__() -> list[str]:
    return sorted([*globals(), *_LATER, "plans", "torch"])
