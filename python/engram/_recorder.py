"""A run that grows, checkpoint by checkpoint, while a network learns."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _engram, _errors
from ._command import absolute, unbroken
from ._metrics import METRIC_NAME, sorted_out
from ._observe import floats
from ._write import WAIT, listed, run_json

if TYPE_CHECKING:
    import torch


def require_mapping(given: Any, place: str) -> Mapping[str, Any]:
    """Refuses what is no mapping of names to values."""
    if isinstance(given, Mapping):
        return given
    raise _errors.UsageError("this is no mapping", place=place, expected="names and their values", found=repr(given)[:60])


def dtype_of(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """A type of values that a store has."""
    try:
        kind = np.dtype(dtype)
    except TypeError:
        kind = None
    if kind is None or kind not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise _errors.UsageError("values are recorded as reals", place="dtype", expected="float32 or float64", found=repr(dtype))
    return kind


class Recorder:
    """Records a run as it grows: what was recorded survives a kill, and a run that was cut short goes on where it stopped.

    Used as a context manager it ends the run at the end of the block, and leaves it in progress when the block fails.

    Parameters
    ----------
    path : path
        The store; it is made where there is none.
    metadata : mapping
        Fields of the run, numbers and texts; runs of equal metadata are one run, or those that are equal in the fields that the store
        declares to tell runs apart. One that the store has gets the layers that it has not; a layer that it has is refused.
    layers : str, list of str or (name, position), or mapping of name to position, optional
        The layers, in the order of values; those of :meth:`observe` unless given. A text is the name of one.
    statistics : str or list of str, optional
        The statistics, in the order of values; the 45 published ones unless given. A text is the name of one.
    dtype : {'float32', 'float64'}
        The type of the values. What is beyond float32, about 3.4e38, is infinite there, and what is below 1e-45 zero, which is said.
    strict : bool
        Whether a checkpoint that cannot be recorded raises. Otherwise it warns once, and training goes on.
    durable : bool
        Whether a checkpoint survives a loss of power, and not only a kill.

    Examples
    --------
    >>> import numpy as np
    >>> with engram.Recorder(folder + "/run.engram", {"learning_rule": "sgdm"}, layers=["fc1", "fc2"],
    ...                      statistics=["weightabs_mean", "weightabs_var"]) as recorder:
    ...     for epoch in range(3):
    ...         recorder.record(epoch, np.full((2, 2), epoch), metrics={"loss": 1 / (1 + epoch)})
    True
    True
    True
    >>> engram.open(folder + "/run.engram").select(statistics="all").epochs
    [0.0, 1.0, 2.0]
    """

    def __init__(
        self, path: str | os.PathLike[str], metadata: Mapping[str, Any], *, layers: str | Sequence[Any] | Mapping[str, str | None] | None = None,
        statistics: str | Sequence[str] | None = None, dtype: str = "float32", strict: bool = False, durable: bool = True,
        wait: float = WAIT, author: str | None = None, reason: str | None = None,
    ) -> None:
        self._given = unbroken(os.fsdecode(path), "path")
        #: The store, absolute, for the training may change its working directory before it records.
        self.path = absolute(self._given)
        self.metadata = dict(require_mapping(metadata, "metadata"))
        self.statistics = list(listed(statistics)) if statistics is not None else _engram.statistic_names()
        self.dtype = dtype_of(dtype)
        self.strict = strict
        self.durable = durable
        self._layers = list(listed(layers)) if layers is not None else None
        self._options = (wait if wait > 0 else -1.0, author, reason)
        self._handle: object | None = None
        self._measure: Callable[[], npt.NDArray[np.float64]] | None = None
        self._has_warned = False
        #: What was said once.
        self._has_said: set[str] = set()
        self._owner = os.getpid()
        #: The last process that said that it records nothing.
        self._warned_in = self._owner
        self.report: dict[str, Any] | None = None
        if self._layers is not None:
            self._begin()

    def _begin(self) -> object:
        """Begin or resume the run, at the first need."""
        if self.report is not None:
            raise _errors.UsageError("the run has ended", file=self.path)
        if self._handle is None:
            if self._layers is None:
                raise _errors.UsageError(
                    "nobody said which layers are recorded", place="layers", mend="give `layers=`, or call `observe(model, …)`")
            run = {**run_json(self.metadata, self._layers), "statistics": self.statistics, "type": self.dtype.name}
            self._handle = _engram.recorder_open(self.path, json.dumps(run), *self._options)
        return self._handle

    @property
    def is_resumed(self) -> bool:
        """Whether an earlier process had begun the run."""
        return _engram.recorder_state(self._begin())[0]

    @property
    def epochs(self) -> list[float]:
        """The epochs that are recorded, ascending."""
        return _engram.recorder_state(self._begin())[1]

    @property
    def is_observing(self) -> bool:
        """Whether a model is observed."""
        return self._measure is not None

    @property
    def is_begun(self) -> bool:
        """Whether the run has begun and not ended."""
        return self._handle is not None

    def observe(
        self, model: torch.nn.Module, stimuli: Iterable[Any], *, layers: str | Sequence[str] | Mapping[str, str | None] | None = None,
        activity_changes: bool = True, forward: Callable[[Any, Any], Any] | None = None,
    ) -> Recorder:
        """Measure a PyTorch model at each checkpoint: its weights, and its activations for some stimuli.

        Parameters
        ----------
        model : torch.nn.Module
            The model, on any device. It is measured in `eval` mode without gradients, and left as it was.
        stimuli : iterable of batches
            Such as a validation `DataLoader`, which must not shuffle; of a batch that is a tuple the first part is the input. The
            generators of PyTorch, NumPy and Python, and that of a loader, are left as they were; one of a dataset's own is not.
        layers : list of str, or mapping of name to position, optional
            Names of modules as `model.named_modules()` has them; every module with a kernel unless given, in thirds *early*,
            *middle*, *deep*.
        activity_changes : bool
            Whether to measure the change of each layer's outputs with its input too, which costs one backward step a layer.
        forward : callable, optional
            ``forward(model, batch)``, in the place of ``model(batch)``.

        Returns
        -------
        Recorder
            Itself.
        """
        from ._torch_observe import ModelMeter

        meter = ModelMeter(model, stimuli, layers, activity_changes, forward)
        if self._layers is None:
            self._layers = list(meter.layers)
        if [run_json({}, [layer])["layers"][0] for layer in self._layers] != run_json({}, meter.layers)["layers"]:
            raise _errors.UsageError(
                "the recorder was made for other layers", place="layers", expected=str(self._layers), found=str(meter.layers))
        if self.statistics != _engram.statistic_names():
            raise _errors.UsageError(
                "what is observed has the 45 published statistics", place="statistics", mend="leave `statistics=` out")
        self._begin()
        self._measure = meter.measure
        return self

    def lightning(
        self, stimuli: Iterable[Any] | None = None, *, layers: str | Sequence[str] | Mapping[str, str | None] | None = None, every: int = 1,
        initial: bool = True, **options: Any,
    ) -> Any:
        """The recorder as a callback of Lightning: ``Trainer(callbacks=[recorder.lightning()])``.

        It records the module before training as epoch 0 and after each epoch, with ``callback_metrics``, on the first rank only,
        and ends the run with the training. A training that fails leaves it in progress, and the same call goes on with it.

        Parameters
        ----------
        stimuli : iterable of batches, optional
            As of :meth:`observe`; the validation data of the trainer unless given.
        layers, **options
            As of :meth:`observe`.
        every : int
            Record each so many epochs, and the last.
        initial : bool
            Whether to record epoch 0.

        Returns
        -------
        lightning.pytorch.Callback
        """
        from ._callbacks import lightning_callback

        return lightning_callback(self, stimuli, layers, every, initial, options)

    def transformers(
        self, stimuli: Iterable[Any], *, layers: str | Sequence[str] | Mapping[str, str | None] | None = None, every: int = 1,
        initial: bool = True, **options: Any,
    ) -> Any:
        """The recorder as a callback of Hugging Face's Trainer: ``trainer.add_callback(recorder.transformers(stimuli))``.

        As :meth:`lightning`. A checkpoint is measured at the end of its epoch, and recorded when that has been evaluated, with what was
        logged since the one before. With ``load_best_model_at_end=True`` every epoch is measured, for it may be the last.

        Parameters
        ----------
        stimuli : iterable of batches
            Such as ``trainer.get_eval_dataloader()``, for a Trainer gives its callbacks no data before it evaluates. Batches that are
            mappings are given to the model by name.
        layers, every, initial, **options
            As of :meth:`lightning`.

        Returns
        -------
        transformers.TrainerCallback
        """
        from ._callbacks import transformers_callback

        return transformers_callback(self, stimuli, layers, every, initial, options)

    def record_arrays(
        self, epoch: float, weights: Any = None, activations: Any = None, activity_changes: Any = None,
        metrics: Mapping[str, float] | None = None,
    ) -> bool:
        """Record a checkpoint from nested mappings of arrays, as JAX and Flax have them; see :func:`engram.measure`.

        The layers are those of the first checkpoint, without positions, unless the recorder was told. A failure of measuring does
        not stop the training either.

        Returns
        -------
        bool
            As of :meth:`record`.
        """
        from ._pytrees import measure

        return self.record(epoch, lambda: measure(weights, activations, activity_changes), metrics)

    def record(
        self, epoch: float,
        values: npt.ArrayLike | Mapping[str, Mapping[str, float]] | Callable[[], Any] | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> bool:
        """Record a checkpoint.

        Parameters
        ----------
        epoch : float
            The epoch.
        values : array, shape (layers, statistics), mapping of layer to mapping of statistic to number, or function, optional
            The statistics, or a function that gives them; those of the observed model unless given. What a mapping lacks is NaN.
        metrics : mapping, optional
            Scalars of the run at that epoch, such as its loss; truth values are 1 and 0.

        Returns
        -------
        bool
            Whether it was recorded: False for an equal checkpoint that was there already, and for one that could not be
            recorded (with a warning, or an exception with `strict`), as none can in a child of the process that made the recorder.
        """
        if os.getpid() != self._owner:
            return self._refused_in_child()
        try:
            given: Any = values
            if self._layers is None and given is not None:
                given = given() if callable(given) else given
                self._layers = list(given) if isinstance(given, Mapping) else None
            handle = self._begin()
            if (given is None or callable(given)) and float(epoch) in set(self.epochs) and not self.strict:
                return False  # a resumed training that goes through an epoch again need not measure it
            array = self._narrowed(self._array(given() if callable(given) else given), epoch)
            scalars = None if metrics is None else json.dumps(self._scalars(require_mapping(metrics, "metrics"), epoch))
            return _engram.recorder_record(handle, float(epoch), array, scalars, self.durable)
        except Exception as error:
            if self.strict:
                raise
            if not self._has_warned:
                self._has_warned = True
                _errors.say(f"epoch {epoch} was not recorded, and training goes on: {error}")
            return False

    def _refused_in_child(self) -> bool:
        """A child of the training, such as a worker of a DataLoader, records nothing, which each of them says once."""
        error = _errors.UsageError(
            "a recorder records in the process that made it, and this is a child of that one", file=self.path,
            mend="make a recorder of another run in the child, or record in the training itself")
        if self.strict:
            raise error
        if self._warned_in != os.getpid():
            self._warned_in = os.getpid()
            _errors.say(f"nothing is recorded here: {error}")
        return False

    def _measured(self) -> npt.NDArray[np.float64]:
        """The statistics of the observed model now, shape (layers, statistics), to be recorded later."""
        if self._measure is None:
            raise _errors.UsageError(
                "there is nothing to record", place="values", mend="give `values=`, or call `observe(model, …)` first")
        return self._measure()

    def _array(self, values: Any) -> npt.NDArray[Any]:
        names = [layer["name"] if isinstance(layer, dict) else layer for layer in run_json({}, self._layers or [])["layers"]]
        shape = (len(names), len(self.statistics))
        if values is None:
            return self._measured()
        if isinstance(values, Mapping):
            for kind, found, known in (
                ("layer", values.keys(), names), ("statistic", {one for row in values.values() for one in row}, self.statistics),
            ):
                if unknown := sorted(set(found) - set(known)):
                    raise _errors.UsageError(f"the run has no {kind} {unknown[0]!r}", place="values", expected=", ".join(known[:6]))
            rows = [[values.get(name, {}).get(one, np.nan) for one in self.statistics] for name in names]
            return np.array(rows, np.float64)
        array = floats(values, "values")
        if array.shape != shape:
            raise _errors.UsageError(
                "a checkpoint has another shape", place="values", expected=f"(layers, statistics) = {shape}", found=str(array.shape))
        return array

    def _scalars(self, metrics: Mapping[str, Any], epoch: float) -> dict[str, Any]:
        """Metrics as numbers, a truth value as 1 or 0; one that is none is said once and left out, and the checkpoint stays."""
        known, wrong, nameless = sorted_out(metrics)
        if nameless:
            if self.strict:
                raise _errors.UsageError("this is no name of a metric", place="metrics", expected=METRIC_NAME, found=ascii(nameless[0])[:60])
            if told := [name for name in nameless if f"name {name}" not in self._has_said]:
                self._has_said.update(f"name {name}" for name in told)
                shown = ", ".join(ascii(name)[:60] for name in told[:6])
                _errors.say(f"epoch {epoch}: metrics without {METRIC_NAME} are left out: {shown}")
        if wrong and self.strict:
            name, value = next(iter(wrong.items()))
            raise _errors.UsageError("a metric is a number", place=f"metrics[{name!r}]", found=value)
        if told := [name for name in wrong if f"metric {name}" not in self._has_said]:
            self._has_said.update(f"metric {name}" for name in told)
            _errors.say(f"epoch {epoch}: metrics that are no numbers are left out: {', '.join(told)}")
        return known

    def _narrowed(self, array: npt.NDArray[Any], epoch: float) -> npt.NDArray[Any]:
        """The values in the type of the recorder; says once that some are infinite in it, and once that some are zero."""
        with np.errstate(over="ignore"):
            found = np.ascontiguousarray(array, self.dtype)
        lost = {"beyond {} and infinite": np.isinf(found) & np.isfinite(array), "too small for {} and zero": (found == 0) & (array != 0)}
        for how, places in lost.items():
            if how not in self._has_said and places.any():
                self._has_said.add(how)
                _errors.say(
                    f"epoch {epoch}: {int(places.sum())} values are {how.format(self.dtype)} there, such as {array[places][0]:g}; "
                    "dtype='float64' keeps them")
        return found

    def finish(self) -> dict[str, Any]:
        """End the run, which then is part of the store.

        Returns
        -------
        dict
            ``commit``, ``first_example``, ``examples``.
        """
        report: dict[str, Any] = self.report or json.loads(_engram.recorder_finish(self._begin()))
        self.report, self._handle = report, None
        return report

    def close(self) -> None:
        """Let go of the run, which stays in progress and can be resumed."""
        self._handle = None

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        if kind is None and os.getpid() == self._owner and self.report is None:
            try:
                self.finish()
            except _errors.EngramError as error:
                if self.strict:
                    raise
                _errors.say(f"the run stays in progress: {error}")
        self.close()

    def __repr__(self) -> str:
        state = "ended" if self.report is not None else "in progress" if self._handle is not None else "not begun"
        return f"<Recorder of {self._given}: {state}>"
