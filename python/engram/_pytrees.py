"""The 45 statistics of nested mappings of arrays, as JAX, Flax, Haiku and Equinox have weights and activations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _errors
from ._observe import Meter

#: What a kernel is called, and whether its last axis is that of the outputs, as in Flax and Haiku.
KERNELS = {"kernel": True, "w": True, "weight": False, "weights": False}
#: What the table of an embedding is called in Flax and Haiku, whose rows are inputs.
TABLES = ("embedding", "embeddings")
#: Parts of a path that name no layer: the collections of Flax, and its captured outputs.
SILENT = ("params", "intermediates", "__call__")


def measure(
    weights: Any = None, activations: Any = None, activity_changes: Any = None, **condition: Any
) -> dict[str, dict[str, float]]:
    """Measure the 45 statistics of each layer from nested mappings of arrays, such as the parameters of Flax.

    Parameters
    ----------
    weights : nested mapping of arrays, optional
        A layer is a mapping with a ``kernel`` or ``w`` (outputs along the last axis), or a ``weight`` (outputs along the first);
        or an array by itself (outputs along the first). The rows of an ``embedding``, and of Equinox's ``Embedding``, are inputs. Arrays
        with fewer than two axes, such as biases, are no kernels. Norms are taken as published: of the slices along the first axis of a
        window, or of a dense kernel along its inputs. A kernel of another layout is given by the name of its layout.
    activations : nested mapping of arrays, optional
        By the same names, shape (stimuli, units…), in a list where the weights are in one; what ``capture_intermediates`` of Flax
        gives can be passed as it is. Outputs of what has no kernel are left out, unless `weights` is not given.
    activity_changes : mapping of layer to array, optional
        Of each stimulus the mean change of a layer's outputs with its input, shape (stimuli,).
    **condition
        As of :class:`engram.Meter`: ``units``, ``noise_sd``, ``seed``.

    Returns
    -------
    dict
        By layer what was measured, by published name; :meth:`Recorder.record` takes it.

    Examples
    --------
    >>> import numpy as np
    >>> parameters = {"params": {"Dense_0": {"kernel": np.ones((3, 2)), "bias": np.zeros(2)}}}
    >>> found = engram.measure(parameters, {"Dense_0": np.array([[1.0, 3.0]])})
    >>> found["Dense_0"]["weightraw_mean"], found["Dense_0"]["actraw_mean"]
    (1.0, 2.0)
    """
    kernels: dict[str, npt.NDArray[Any]] | None = dict(kernels_of(weights, ())) if weights is not None else None
    outputs: dict[str, npt.NDArray[Any]] = dict(outputs_of(activations, (), kernels)) if activations is not None else {}
    if kernels is not None:
        known = {name: one for name, one in outputs.items() if name in kernels}
        if outputs and not known:
            _errors.say(f"no activations are of a layer with weights ({shown(kernels)}), so these are left out: {shown(outputs)}")
        outputs = known
    changes = {str(name): numbers(one) for name, one in (activity_changes or {}).items()}
    names: list[str] = list({**(kernels or {}), **outputs})
    if unknown := [name for name in changes if name not in names]:
        raise _errors.UsageError(
            f"there is no layer {unknown[0]!r}", place="activity_changes", expected=", ".join(names[:6]) or "layers with weights")
    if not names:
        raise _errors.UsageError(
            "there is no layer to measure", place="weights", expected="mappings with a kernel of at least two axes",
            found=type(weights).__name__)
    found = {}
    for name in names:
        meter = Meter(**condition)
        # Activations come first: a count of units is a share of the weights.
        if name in outputs:
            meter.add_activations(outputs[name])
        if kernels is not None and name in kernels:
            meter.set_weights(kernels[name])
        if name in changes:
            meter.add_activity_changes(changes[name])
        found[name] = meter.read()
    return found


def numbers(value: Any) -> npt.NDArray[Any]:
    """An array of any library as NumPy has it; what NumPy has no type for, such as bfloat16, becomes float32."""
    array = np.asarray(value)
    return array if array.dtype.kind in "fiub" else array.astype(np.float32)


def is_array(value: Any) -> bool:
    """Whether it is an array of any library, not a container of arrays."""
    return hasattr(value, "shape") and hasattr(value, "dtype")


def named(path: tuple[str, ...]) -> str:
    """The name of a layer by its path."""
    return "/".join(part for part in path if part not in SILENT)


def children(tree: Any) -> Iterator[tuple[str, Any]]:
    """The parts of a container; nothing for what is none."""
    if isinstance(tree, Mapping):
        yield from ((str(name), part) for name, part in tree.items())
    elif isinstance(tree, (list, tuple)):
        fields = getattr(tree, "_fields", range(len(tree)))
        yield from ((str(name), part) for name, part in zip(fields, tree, strict=True))
    elif hasattr(tree, "__dataclass_fields__"):
        yield from ((str(name), getattr(tree, name)) for name in tree.__dataclass_fields__)


def is_table(tree: Any, name: str) -> bool:
    """Whether an array of a layer is the table of an embedding: by its name, or as the `weight` of ``equinox.nn.Embedding``."""
    return name in TABLES or name == "weight" and type(tree).__name__ == "Embedding" and hasattr(tree, "num_embeddings")


def published(kernel: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A kernel whose first axes are outputs and inputs, as published: its places first, then inputs, then outputs.

    The rows whose norms are taken are then the first axis of a convolution's window, and of a dense kernel the inputs.
    """
    return np.moveaxis(kernel, (0, 1), (-1, -2))


def kernels_of(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The kernels of a tree by layer, as published: places first, then inputs, then outputs."""
    for name, part in children(tree):
        if is_array(part):
            if len(part.shape) >= 2:
                # A name may be a path of its own, such as dense/kernel or fc.weight, which stays the name of the layer.
                last = re.split(r"[/.]", name)[-1]
                place = path if name in KERNELS else (*path, name)
                array = numbers(part)
                yield named(place) or name, array if KERNELS.get(last) or is_table(tree, last) else published(array)
        else:
            yield from kernels_of(part, (*path, name))


def are_layers(tree: Any, path: tuple[str, ...], kernels: Mapping[str, Any] | None) -> bool:
    """Whether the parts of a list or a tuple are layers, rather than the outputs of one: by the kernels, or a list of several arrays."""
    layer = named(path)
    if "__call__" in path:
        return False
    if kernels is not None:
        return layer not in kernels and any(name.startswith(f"{layer}/" if layer else "") for name in kernels)
    return not layer or isinstance(tree, list) and len(tree) > 1 and all(map(is_array, tree))


def shown(names: Iterable[str]) -> str:
    """Some names."""
    found = list(names)
    return ", ".join(found[:5]) + (", …" if len(found) > 5 else "")


def outputs_of(
    tree: Any, path: tuple[str, ...], kernels: Mapping[str, Any] | None
) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The activations of a tree by layer; of several outputs of one layer the first."""
    if isinstance(tree, (list, tuple)) and not are_layers(tree, path, kernels):
        if tree:
            yield from outputs_of(tree[0], path, kernels)
    elif is_array(tree):
        if len(tree.shape) >= 2 and named(path):
            yield named(path), numbers(tree)
    else:
        for name, part in children(tree):
            yield from outputs_of(part, (*path, name), kernels)
