"""Recorders as callbacks of training frameworks: Lightning, and the Trainer of Hugging Face.

Both are thin: they say when to record. What fails is said once and training goes on, unless the recorder is strict.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _errors
from ._needs import needs

if TYPE_CHECKING:
    from ._recorder import Recorder

Layers = str | Sequence[str] | Mapping[str, str | None] | None


class Watch:
    """What both frameworks share: begins to observe a model, records checkpoints, ends the run.

    Parameters
    ----------
    recorder : Recorder
        Whatever it was told before, such as its layers, holds.
    stimuli : iterable of batches, optional
        As of :meth:`Recorder.observe`; the framework's validation data unless given.
    every : int
        Record each so many epochs, and the last.
    """

    def __init__(
        self, recorder: Recorder, stimuli: Iterable[Any] | None, layers: Layers, every: int, options: dict[str, Any],
    ) -> None:
        if every < 1:
            raise _errors.UsageError("there is at least one epoch from one checkpoint to the next", place="every", found=str(every))
        self.recorder = recorder
        self.stimuli = stimuli
        self.layers = layers
        self.every = every
        self.options = options
        self.is_ready = recorder.is_observing
        self.has_failed = False
        self.last: float | None = None

    def safely(self, work: Callable[[], Any]) -> None:
        """Does something; a failure is said once, and nothing is recorded from then on."""
        if self.has_failed:
            return
        try:
            work()
        except Exception as error:
            if self.recorder.strict:
                raise
            self.has_failed = True
            warnings.warn(f"nothing is recorded, and training goes on: {error}", _errors.EngramWarning, stacklevel=4)

    def begin(self, model: Any, stimuli: Callable[[], Any]) -> None:
        """Observes the model, unless the recorder does already."""
        def start() -> None:
            if not self.is_ready:
                data = self.stimuli if self.stimuli is not None else stimuli()
                if data is None:
                    raise _errors.UsageError(
                        "there is nothing to measure the model on", place="stimuli", mend="give `stimuli=`, or validation data")
                self.recorder.observe(model, data, layers=self.layers, **self.options)
                self.is_ready = True

        self.safely(start)

    def record(
        self, epoch: float, metrics: Mapping[str, Any], *, is_last: bool = False, values: Callable[[], Any] | None = None
    ) -> None:
        """Records a checkpoint, if it is time for one and it was not recorded before: of the model now, unless there are values."""
        if not self.is_ready or epoch == self.last or not is_last and epoch % self.every:
            return
        self.last = epoch
        self.safely(lambda: self.recorder.record(epoch, values, scalars(metrics) or None))

    def measured(self, epoch: float, is_last: bool) -> Callable[[], Any] | None:
        """The statistics of the model as it is now, for a checkpoint that is recorded later; None where it will be none.

        A failure is that of the checkpoint, so it is raised when that is recorded.
        """
        if not self.is_ready or self.has_failed or not is_last and epoch % self.every:
            return None
        try:
            values = None if epoch in self.recorder.epochs and not self.recorder.strict else self.recorder._measured()
        except Exception as error:
            failure = error

            def fail() -> Any:
                raise failure

            return fail
        return lambda: values

    def finish(self) -> None:
        """Ends the run, which then is part of the store."""
        if self.is_ready and self.recorder.is_begun:
            self.safely(self.recorder.finish)


def scalars(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The numbers among some metrics."""
    found: dict[str, float] = {}
    for name, value in metrics.items():
        number = value.item() if hasattr(value, "item") and getattr(value, "size", 1) is not None and _is_one(value) else value
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            found[str(name)] = float(number)
    return found


def _is_one(value: Any) -> bool:
    """Whether an array or a tensor has one element."""
    return math.prod(getattr(value, "shape", (2,))) == 1


def lightning_callback(
    recorder: Recorder, stimuli: Iterable[Any] | None, layers: Layers, every: int, initial: bool, options: dict[str, Any]
) -> Any:
    """The callback of Lightning that :meth:`Recorder.lightning` gives."""
    import importlib.util

    if importlib.util.find_spec("lightning") is not None:
        from lightning.pytorch import Callback
    else:
        needs("pytorch_lightning", "a callback of Lightning")
        from pytorch_lightning import Callback

    class RecorderCallback(Callback):  # type: ignore[misc,unused-ignore]
        """Records after each epoch, on the first rank only."""

        def __init__(self) -> None:
            self.watch = Watch(recorder, stimuli, layers, every, options)

        def on_train_start(self, trainer: Any, pl_module: Any) -> None:
            if trainer.is_global_zero:
                self.watch.begin(pl_module, lambda: loaders(trainer))
                if initial and trainer.current_epoch == 0:
                    self.watch.record(0, {})

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            if trainer.is_global_zero:
                # This hook comes before the epoch is counted.
                self.watch.record(trainer.current_epoch + 1, trainer.callback_metrics)

        def on_train_end(self, trainer: Any, pl_module: Any) -> None:
            if trainer.is_global_zero:
                self.watch.record(trainer.current_epoch, trainer.callback_metrics, is_last=True)
                self.watch.finish()

        def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
            recorder.close()

    return RecorderCallback()


def loaders(trainer: Any) -> Any:
    """The validation data of a trainer of Lightning: of several loaders the first."""
    found = trainer.val_dataloaders
    if callable(found):
        found = found()
    while isinstance(found, (list, tuple)) and found:
        found = found[0]
    return found or None


def transformers_callback(
    recorder: Recorder, stimuli: Iterable[Any], layers: Layers, every: int, initial: bool, options: dict[str, Any]
) -> Any:
    """The callback of Hugging Face's Trainer that :meth:`Recorder.transformers` gives."""
    needs("transformers", "a callback of Hugging Face's Trainer")
    from transformers import TrainerCallback

    class RecorderCallback(TrainerCallback):  # type: ignore[misc,unused-ignore]
        """Records after each epoch, once its evaluation has been logged, on the first rank only."""

        def __init__(self) -> None:
            self.watch = Watch(recorder, stimuli, layers, every, options)
            self.logged = 0
            self.pending: tuple[float, Callable[[], Any] | None] | None = None

        def _flush(self, state: Any, is_last: bool = False) -> None:
            if self.pending is not None:
                metrics: dict[str, Any] = {}
                for entry in state.log_history[self.logged:]:
                    metrics.update({name: value for name, value in entry.items() if name not in ("epoch", "step")})
                self.logged = len(state.log_history)
                (epoch, values), self.pending = self.pending, None
                self.watch.record(epoch, metrics, is_last=is_last, values=values)

        def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            if state.is_world_process_zero:
                self.watch.begin(given.get("model"), lambda: None)
                if initial and not state.global_step:
                    self.watch.record(0, {})

        def on_epoch_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            if state.is_world_process_zero:
                self._flush(state)

        def on_epoch_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            if state.is_world_process_zero:
                epoch = float(state.epoch or 0)
                epoch = round(epoch) if abs(epoch - round(epoch)) < 1e-6 else epoch
                # Its metrics come later, and so may another model: the Trainer loads the best one before it says that training ends.
                self.pending = epoch, self.watch.measured(epoch, getattr(args, "load_best_model_at_end", False))

        def on_train_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            if state.is_world_process_zero:
                self._flush(state, is_last=True)
                self.watch.finish()

    return RecorderCallback()
