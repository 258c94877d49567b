"""Stores of MLflow, by its own client."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from . import _errors
from ._trackers import TrackedRun

#: Runs that are asked for at a time.
PAGE = 1000


def runs_of(uri: str, experiments: str | Sequence[str] | None, filter: str) -> Iterator[TrackedRun]:
    """The runs of a store that are not deleted, one at a time."""
    from mlflow.exceptions import MlflowException

    client = client_of(uri)
    try:
        found = {one.experiment_id: one.name for one in client.search_experiments()}
        if experiments is not None:
            experiments = [experiments] if isinstance(experiments, str) else experiments
            for name in experiments:
                if name not in found.values():
                    raise _errors.NotFoundError(
                        f"there is no experiment {name!r}", file=uri, place="experiments", expected=", ".join(found.values()))
            found = {key: name for key, name in found.items() if name in experiments}
        runs = []
        for key, name in found.items():
            token = None
            while True:
                page = client.search_runs([key], filter_string=filter, max_results=PAGE, page_token=token)
                runs += [(run, name) for run in page]
                token = page.token
                if not token:
                    break
        # Whether a parameter is a number, its values in all runs say.
        metadata = typed([facts_of(run, name) for run, name in runs])
        for (run, _), facts in zip(runs, metadata, strict=True):
            yield run_of(client, run, facts)
    except MlflowException as error:
        raise _errors.InvalidDataError("MLflow cannot answer", file=uri, found=str(error)) from error


def client_of(uri: str) -> Any:
    """A client of the store that a path or a tracking URI names; nothing is made where there is none."""
    if "://" not in uri:
        if not os.path.exists(uri):
            raise _errors.NotFoundError("there is no such store of MLflow", file=uri)
        uri = f"sqlite:///{os.path.abspath(uri)}" if os.path.isfile(uri) else f"file://{os.path.abspath(uri)}"
    if uri.startswith("sqlite:///"):
        if not os.path.isfile(uri.removeprefix("sqlite:///")):
            raise _errors.NotFoundError("there is no such store of MLflow", file=uri)
        from ._needs import needs

        needs("sqlalchemy", "reading a database of MLflow")
        needs("alembic", "reading a database of MLflow")
    # MLflow 3 reads folders only when it is told to.
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    from mlflow.tracking import MlflowClient

    return MlflowClient(tracking_uri=uri)


def facts_of(run: Any, experiment: str) -> dict[str, str]:
    """The tags and parameters of a run as the texts that MLflow keeps."""
    tags = {name: value for name, value in run.data.tags.items() if not name.startswith("mlflow.")}
    return {"experiment": experiment, "run_name": run.info.run_name, **tags, **run.data.params}


def run_of(client: Any, run: Any, facts: dict[str, Any]) -> TrackedRun:
    """A run with the whole history of its metrics."""
    scalars = {
        name: [(float(one.step), float(one.value)) for one in client.get_metric_history(run.info.run_id, name)]
        for name in run.data.metrics
    }
    return TrackedRun(run.info.run_id, facts, scalars)


def typed(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The metadata of runs with numbers and truths for texts, where all values of a field are written as Python writes them.

    One identifier such as ``12e4567`` or ``007`` among the values of a field leaves all of them texts.
    """
    texts: dict[str, set[Any]] = {}
    for run in runs:
        for name, text in run.items():
            texts.setdefault(name, set()).add(text)
    kinds = {name: kind_of(known - {None}) for name, known in texts.items() if name not in ("experiment", "run_name")}
    return [{name: text if text is None else kinds.get(name, str)(text) for name, text in run.items()} for run in runs]


def kind_of(texts: set[str]) -> Callable[[str], Any]:
    """What makes values of texts: numbers or truths where all are written as such, else the texts themselves."""
    if texts <= {"True", "False"}:
        return "True".__eq__
    return number if texts and all(number(one) is not None for one in texts) else str


def number(text: str) -> int | float | None:
    """The number that a text is; None for a name, such as 007, and for one that float64 has as infinite though it is not."""
    for kind in (int, float):
        try:
            found: int | float = kind(text)
        except ValueError:
            continue
        if kind is int:
            return found if str(found) == text else None
        digits = text.lstrip("+-")
        is_name = "_" in text or digits[:1] == "0" and digits[1:2] not in ("", ".", "e", "E")
        return None if is_name or math.isinf(found) and digits[:1].isdigit() else found
    return None
