"""The 45 statistics of the layers of a PyTorch model, by the meter of the library."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from . import _engram, _errors
from ._observe import Meter
from ._pytrees import published
from ._write import listed

POSITIONS = ("early", "middle", "deep")


def modules_of(model: torch.nn.Module) -> dict[str, torch.nn.Module]:
    """The modules by name; a model that is a layer itself has the name of its class."""
    return {name or type(model).__name__.lower(): module for name, module in model.named_modules()}


def default_layers(model: torch.nn.Module) -> list[tuple[str, str | None]]:
    """Every module with a kernel of at least two axes, in the order of definition, in thirds early, middle, deep."""
    names = [
        name for name, module in modules_of(model).items()
        if isinstance(weight := getattr(module, "weight", None), torch.Tensor) and weight.ndim >= 2
    ]
    return [(name, POSITIONS[min(2, index * 3 // len(names))]) for index, name in enumerate(names)]


def is_conv1d(module: torch.nn.Module) -> bool:
    """Whether it is ``transformers.pytorch_utils.Conv1D``, told by its name and its `nf` outputs, so that transformers need not be here."""
    return hasattr(module, "nf") and any(kind.__name__ == "Conv1D" for kind in type(module).__mro__)


def kernel_of(module: torch.nn.Module, weight: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The weight of a module as kernels are published: places first, then inputs, then outputs.

    PyTorch has outputs first, then inputs; a transposed convolution has inputs first, then outputs; the rows of an embedding are inputs,
    and those of the dense layer `Conv1D` of Hugging Face, which GPT-2 has.
    """
    if weight.ndim < 2 or isinstance(module, (torch.nn.Embedding, torch.nn.EmbeddingBag)) or is_conv1d(module):
        return weight
    is_transposed = isinstance(module, (torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d, torch.nn.ConvTranspose3d))
    return np.moveaxis(weight, (0, 1), (-2, -1)) if is_transposed else published(weight)


def as_tensor(output: Any) -> torch.Tensor | None:
    """The tensor of what a module gives; the first of several."""
    if isinstance(output, torch.Tensor):
        return output
    parts: Iterable[Any] = output.values() if isinstance(output, Mapping) else output if isinstance(output, (tuple, list)) else ()
    return next((part for part in parts if isinstance(part, torch.Tensor)), None)


def moved(batch: Any, device: torch.device) -> Any:
    """A batch on a device: a tensor, or the tensors of a mapping."""
    if isinstance(batch, Mapping):
        return {name: moved(part, device) for name, part in batch.items()}
    return batch.to(device) if isinstance(batch, torch.Tensor) else batch


@contextlib.contextmanager
def undrawn(stimuli: Any, device: torch.device) -> Iterator[None]:
    """Leaves the generators of random numbers as they were: those of PyTorch, NumPy and Python, and the one of a loader.

    A loader and its dataset draw from them, and the training goes on as if nothing had been measured.
    """
    samplers = [getattr(stimuli, "sampler", None), getattr(getattr(stimuli, "batch_sampler", None), "sampler", None)]
    found = [getattr(one, "generator", None) for one in (stimuli, *samplers)]
    generators = {id(one): (one, one.get_state()) for one in found if isinstance(one, torch.Generator)}
    # Not in the older form, which only one kind of generator has; the others warn of it.
    of_numpy, of_python = np.random.get_state(legacy=False), random.getstate()
    try:
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            yield
    finally:
        for generator, state in generators.values():
            generator.set_state(state)
        np.random.set_state(of_numpy)
        random.setstate(of_python)


class ModelMeter:
    """Measures a model: of each layer its weights, the activations it gives, and how they change with its input."""

    def __init__(
        self, model: torch.nn.Module, stimuli: Iterable[Any], layers: str | Sequence[str] | Mapping[str, str | None] | None,
        activity_changes: bool, forward: Callable[[Any, Any], Any] | None,
    ) -> None:
        # By its kind, for `iter` of a loader draws from the generator of the training.
        if isinstance(stimuli, Iterator):
            raise _errors.UsageError(
                "an iterator gives its stimuli once, and they are measured at every checkpoint", place="stimuli",
                expected="a loader or a list of batches", found=type(stimuli).__name__, mend="`list(stimuli)`, or the loader itself")
        if isinstance(stimuli, (torch.Tensor, np.ndarray)):
            raise _errors.UsageError(
                "this is one batch, of which each row would be measured as a batch", place="stimuli",
                expected="a loader or a list of batches", found=f"an array of shape {tuple(stimuli.shape)}", mend="`[stimuli]` for one batch")
        self.model = model
        self.stimuli = stimuli
        self.activity_changes = activity_changes
        self.forward = forward or (lambda model, batch: model(**batch) if isinstance(batch, Mapping) else model(batch))
        modules = modules_of(model)
        if layers is None:
            self.layers: list[tuple[str, str | None]] = default_layers(model)
        else:
            self.layers = [one if isinstance(one, tuple) else (one, None) for one in listed(layers)]
        if not self.layers:
            raise _errors.UsageError("the model has no layer with weights", place="layers", mend="name modules by `layers=`")
        for name, _ in self.layers:
            if name not in modules:
                raise _errors.UsageError(
                    f"the model has no module {name!r}", place="layers", expected=", ".join(list(modules)[1:7]), found=name)
        self.modules = {name: modules[name] for name, _ in self.layers}

    def measure(self) -> npt.NDArray[np.float64]:
        """The statistics now: (layers, 45) in published order; NaN where a layer lacks what is measured."""
        meters = {name: Meter() for name in self.modules}
        for name, module in self.modules.items():
            weight = getattr(module, "weight", None)
            if isinstance(weight, torch.Tensor):
                meters[name].set_weights(kernel_of(module, self._numbers(weight)))
        hooks = [module.register_forward_hook(self._hook(meters[name])) for name, module in self.modules.items()]
        was_training = {module: module.training for module in self.model.modules()}
        self.model.eval()
        try:
            device = next((parameter.device for parameter in self.model.parameters()), torch.device("cpu"))
            # Changes have slopes, which a caller's inference mode would forbid.
            with undrawn(self.stimuli, device), torch.inference_mode(False), torch.no_grad():
                count = 0
                for batch in self.stimuli:
                    count += 1
                    self.forward(self.model, moved(batch[0] if isinstance(batch, (tuple, list)) else batch, device))
                if count == 0:
                    raise _errors.UsageError("there are no stimuli", place="stimuli", expected="at least one batch", found="none")
        finally:
            for hook in hooks:
                hook.remove()
            for module, mode in was_training.items():
                module.training = mode
        names = _engram.statistic_names()
        return np.array([[found.get(one, np.nan) for one in names] for found in (meter.read() for meter in meters.values())])

    def _numbers(self, tensor: torch.Tensor) -> npt.NDArray[Any]:
        wide = tensor if tensor.dtype in (torch.float32, torch.float64) else tensor.float()
        array: npt.NDArray[Any] = wide.detach().cpu().numpy()
        return array

    def _hook(self, meter: Meter) -> Callable[..., None]:
        is_inside = False

        def hook(module: torch.nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            nonlocal is_inside
            activations = as_tensor(output)
            if is_inside or activations is None:
                return
            if activations.ndim < 2:
                raise _errors.UsageError(
                    "the stimuli have no axis of stimuli: a layer answers with one row", place="stimuli", expected="batches",
                    found=f"activations of shape {tuple(activations.shape)}", mend="`[stimuli]` for one batch")
            meter.add_activations(self._numbers(activations.flatten(1)))
            first = as_tensor(inputs)
            if not self.activity_changes or first is None or not first.is_floating_point():
                return
            is_inside = True
            try:
                with torch.enable_grad():
                    given = (first.clone() if first.is_inference() else first.detach()).requires_grad_()
                    again = as_tensor(module(given, *inputs[1:]))
                    if again is None:
                        return
                    (slope,) = torch.autograd.grad(again.sum(), given)
            finally:
                is_inside = False
            changes = slope.flatten(1).double().sum(1) / activations[0].numel()
            meter.add_activity_changes(changes.cpu().numpy())

        return hook
