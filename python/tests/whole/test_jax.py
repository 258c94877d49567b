"""JAX and Flax: pytrees of weights and activations are measured and recorded."""

from __future__ import annotations

import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen

import engram


class Network(linen.Module):
    """A convolution and two dense layers."""

    @linen.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = linen.relu(linen.Conv(4, (3, 3))(x))
        x = linen.relu(linen.Dense(8)(x.reshape(x.shape[0], -1)))
        return linen.Dense(3)(x)


def test_flax_is_recorded_while_it_learns(tmp_path: pathlib.Path) -> None:
    network, x = Network(), jax.random.normal(jax.random.key(1), (16, 6, 6, 2))
    y = jnp.arange(16) % 3
    variables = network.init(jax.random.key(0), x)

    def loss(variables: object) -> jax.Array:
        return -jnp.take_along_axis(jax.nn.log_softmax(network.apply(variables, x)), y[:, None], 1).mean()

    @jax.jit
    def step(variables: object) -> object:
        return jax.tree.map(lambda one, slope: one - 0.1 * slope, variables, jax.grad(loss)(variables))

    layers = [("Conv_0", "early"), ("Dense_0", "middle"), ("Dense_1", "deep")]
    known = []
    with engram.Recorder(tmp_path / "x.engram", {"learning_rule": "sgd"}, layers=layers, dtype="float64", strict=True) as recorder:
        for epoch in range(3):
            outputs, state = network.apply(variables, x, capture_intermediates=True)
            kernel = np.asarray(variables["params"]["Dense_1"]["kernel"], np.float64)
            known.append([np.abs(kernel).mean(), np.linalg.norm(kernel, axis=1).mean(), np.asarray(outputs, float).mean(1).mean()])
            assert recorder.record_arrays(epoch, variables, state, metrics={"loss": loss(variables)})
            variables = step(variables)
    store = engram.open(tmp_path / "x.engram")
    found = store.select("layer_name = 'Dense_1'", statistics=["weightabs_mean", "weightabs_norm", "actraw_mean"]).to_numpy3d()[0].T
    np.testing.assert_allclose(found, np.array(known), rtol=1e-5)
    assert store.sql("SELECT layer_name, layer_position FROM example ORDER BY example_id").rows() == layers
    assert store.sql("SELECT metric FROM run_metric_last").rows() == [("loss",)]


def test_what_cannot_be_measured_never_stops_the_training(tmp_path: pathlib.Path) -> None:
    recorder = engram.Recorder(tmp_path / "x.engram", {"a": 1})
    with pytest.warns(engram.EngramWarning, match="training goes on"):
        assert not recorder.record_arrays(0, {"bias": jnp.zeros(3)})
    assert not recorder.record_arrays(0, {"a": {"kernel": jnp.ones((2, 2))}}, None, {"moon": [1.0]})
    assert recorder.record_arrays(1, {"a": {"kernel": jnp.ones((2, 3), jnp.bfloat16)}})
    recorder.finish()
    assert engram.open(tmp_path / "x.engram").sql("SELECT layer_name FROM example").rows() == [("a",)]


def test_jax_shares_the_memory_of_a_matrix(shared: engram.Store) -> None:
    matrix = shared.select(epochs="0:100:50").to_numpy()
    array = jnp.asarray(matrix)
    np.testing.assert_array_equal(np.asarray(array), matrix)
    assert jax.dlpack.from_dlpack(matrix).unsafe_buffer_pointer() == matrix.ctypes.data
