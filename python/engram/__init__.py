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
    BusyError, CorruptError, EngramError, EngramWarning, ExistsError, InvalidDataError, LimitError, MissingLibraryError,
    NotFoundError, StorageError, UnsupportedError, UsageError,
)
from ._selection import Selection
from ._splits import LoadedSplit, Split, SplitSet, SplitSets, StoredCV
from ._store import Store, create, open
from ._table import Table
from ._write import append, ingest, merge, migrate, observe

if TYPE_CHECKING:
    from . import plans, torch
    from ._datasets import from_xarray
    from ._estimators import Conv1D, LinearSVM, RandomForest
    from ._hdf5 import read_hdf5
    from ._inputs import from_arrow, from_pandas, from_polars, read_parquet
    from ._many import Stores, StoresSelection, open_many
    from ._matlab import read_matlab
    from ._nwb import read_nwb
    from ._observe import Meter
    from ._pytrees import measure
    from ._recorder import Recorder
    from ._trackers import read_mlflow, read_tensorboard, read_wandb

__version__: str = _engram.versions()[1]

#: The published names of the 45 statistics, in order.
STATISTICS: list[str] = _engram.statistic_names()

__all__ = [
    "STATISTICS", "BusyError", "Conv1D", "CorruptError", "EngramError", "EngramWarning", "ExistsError", "InvalidDataError",
    "LimitError", "LinearSVM", "LoadedSplit", "Meter", "MissingLibraryError", "NotFoundError", "RandomForest", "Recorder",
    "Selection", "Split", "SplitSet", "SplitSets", "StorageError", "Store", "StoredCV", "Stores", "StoresSelection", "Table",
    "UnsupportedError", "UsageError", "append", "create", "from_arrow", "from_pandas", "from_polars", "from_xarray", "ingest",
    "measure", "merge", "migrate", "observe", "open", "open_many", "plans", "read_hdf5", "read_matlab", "read_mlflow", "read_nwb",
    "read_parquet", "read_tensorboard", "read_wandb", "sqlite_extension_path", "torch",
]

_LATER = {
    "RandomForest": "_estimators", "LinearSVM": "_estimators", "Conv1D": "_estimators", "from_arrow": "_inputs",
    "from_pandas": "_inputs", "from_polars": "_inputs", "from_xarray": "_datasets", "read_parquet": "_inputs", "read_hdf5": "_hdf5",
    "read_matlab": "_matlab", "read_nwb": "_nwb", "measure": "_pytrees", "read_tensorboard": "_trackers", "read_mlflow": "_trackers",
    "read_wandb": "_trackers", "Meter": "_observe", "Recorder": "_recorder", "Stores": "_many", "StoresSelection": "_many",
    "open_many": "_many",
}

if not TYPE_CHECKING:
    # A star takes what needs no other library.
    __all__ = [name for name in __all__ if name != "torch" and _LATER.get(name) != "_estimators"]


def __getattr__(name: str) -> Any:
    """What needs another library, and what few programs need, is imported when it is first asked for."""
    import importlib

    if name in ("plans", "torch"):
        return importlib.import_module(f"engram.{name}")
    if name in _LATER:
        if _LATER[name] == "_estimators":
            from ._needs import needs

            needs("sklearn", f"{name}")
        value = globals()[name] = getattr(importlib.import_module(f"engram.{_LATER[name]}"), name)
        return value
    raise AttributeError(f"module 'engram' has no attribute {name!r}")


def sqlite_extension_path() -> str:
    """The path of the library as an extension of SQLite: ``connection.load_extension(engram.sqlite_extension_path())``.

    ``SELECT engram_open('lr.engram')`` then makes the tables ``trajectory``, ``trajectory_wide``, ``example`` and ``run`` of a store, which
    is only read. `Store.sql` asks the same without an extension.
    """
    import pathlib

    return str(pathlib.Path(__file__).with_name("libengram.so.1"))


def __dir__() -> list[str]:
    import importlib.util

    later = {**_LATER, "plans": "plans", "torch": "torch"}
    # What lists the names also asks for each: a library that is missing here is no error there.
    absent = {module for module, library in (("_estimators", "sklearn"), ("torch", "torch")) if importlib.util.find_spec(library) is None}
    return sorted({*globals(), *(name for name, module in later.items() if module not in absent)})
