"""Libraries that are needed for one thing only: a clear error where one is missing."""

from __future__ import annotations

import functools
import os

from ._errors import MissingLibraryError, NotFoundError

#: The extra of the package that brings a library, where it has another name than the library.
EXTRAS = {
    "pyarrow": "arrow", "sklearn": "sklearn", "matplotlib": "plot", "pynwb": "neuro", "h5py": "neuro", "scipy": "neuro",
    "tensorboard": "trackers", "mlflow": "trackers", "wandb": "trackers", "sqlalchemy": "trackers", "alembic": "trackers",
    "pytorch_lightning": "lightning", "transformers": "transformers",
}

#: The oldest version of a library that does what is asked of it, where an older one is still met; pyproject.toml asks for these too.
OLDEST = {"pyarrow": "18", "polars": "1.6", "pandas": "2", "xarray": "2024.1", "sklearn": "1.6"}


def needs(library: str, purpose: str) -> None:
    """Raises where a library is not here, or too old; `purpose` says what needs it, such as "reading NWB files"."""
    import importlib.util

    extra = EXTRAS.get(library, library)
    if importlib.util.find_spec(library) is None:
        raise MissingLibraryError(
            f"{purpose} needs {library}, which is not installed", expected=library,
            mend=f"pip install 'engram-trajectories[{extra}]'", name=library)
    found = _too_old(library)
    if found is not None:
        raise MissingLibraryError(
            f"{purpose} needs a newer {library}", expected=f"{library} {OLDEST[library]} or newer", found=found,
            mend=f"pip install --upgrade 'engram-trajectories[{extra}]'", name=library)


@functools.cache
def _too_old(library: str) -> str | None:
    """The version of a library that is here, where it is too old."""
    import importlib.metadata

    if library not in OLDEST:
        return None
    try:
        found = importlib.metadata.version("scikit-learn" if library == "sklearn" else library)
    except importlib.metadata.PackageNotFoundError:
        return None
    # A version without numbers, as of a build from a folder, says nothing.
    return found if [] < _numbers(found) < _numbers(OLDEST[library]) else None


def _numbers(version: str) -> list[int]:
    """The leading numbers of a version: 1 and 6 of 1.6rc1."""
    import re

    return [int(part) for part in re.match(r"[\d.]*", version)[0].split(".") if part]  # type: ignore[index]


def existing(path: str | os.PathLike[str], what: str = "file") -> str:
    """The path of a file or folder that is there."""
    text = os.fspath(path)
    if not os.path.exists(text):
        raise NotFoundError(f"there is no such {what}", file=text)
    return text
