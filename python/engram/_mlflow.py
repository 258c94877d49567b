"""Stores of MLflow, by its own client."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
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
        for key, name in found.items():
            token = None
            while True:
                page = client.search_runs([key], filter_string=filter, max_results=PAGE, page_token=token)
                for run in page:
                    yield run_of(client, run, name)
                token = page.token
                if not token:
                    break
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


def run_of(client: Any, run: Any, experiment: str) -> TrackedRun:
    """A run with the whole history of its metrics."""
    tags = {name: value for name, value in run.data.tags.items() if not name.startswith("mlflow.")}
    facts: dict[str, Any] = {"experiment": experiment, "run_name": run.info.run_name}
    facts.update({name: typed(text) for name, text in {**tags, **run.data.params}.items()})
    scalars = {
        name: [(float(one.step), float(one.value)) for one in client.get_metric_history(run.info.run_id, name)]
        for name in run.data.metrics
    }
    return TrackedRun(run.info.run_id, facts, scalars)


def typed(text: str) -> Any:
    """The value of a parameter, which MLflow keeps as text: a number or a truth where it is written as Python writes one."""
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        # 007 is a name.
        return number if kind is float and not text.lstrip("+-").startswith("0") or str(number) == text or "." in text else text
    return text
