"""Libraries that are needed for one thing only: a clear error where one is missing."""

from __future__ import annotations

import os

from ._errors import MissingLibraryError, NotFoundError

#: The extra of the package that brings a library, where it has another name than the library.
EXTRAS = {
    "pyarrow": "arrow", "sklearn": "sklearn", "matplotlib": "plot", "pynwb": "neuro", "h5py": "neuro", "scipy": "neuro",
    "tensorboard": "trackers", "mlflow": "trackers", "wandb": "trackers", "sqlalchemy": "trackers", "alembic": "trackers",
    "pytorch_lightning": "lightning", "transformers": "transformers",
}


def needs(library: str, purpose: str) -> None:
    """Raises where a library is not here; `purpose` says what needs it, such as "reading NWB files"."""
    import importlib.util

    if importlib.util.find_spec(library) is None:
        extra = EXTRAS.get(library, library)
        raise MissingLibraryError(
            f"{purpose} needs {library}, which is not installed", expected=library,
            mend=f"pip install 'engram-trajectories[{extra}]'", name=library)


def existing(path: str | os.PathLike[str], what: str = "file") -> str:
    """The path of a file or folder that is there."""
    text = os.fspath(path)
    if not os.path.exists(text):
        raise NotFoundError(f"there is no such {what}", file=text)
    return text
