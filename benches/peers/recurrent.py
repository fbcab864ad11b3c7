"""A training step of recurrent layers in PyTorch and JAX, beside ours and burn's: seconds a step.

    python recurrent.py pytorch|jax THREADS [CASE]

A case is a layer and its sizes. A step is forward, the loss (the mean of the squares of all
outputs), and backward, of weights and input. Of several rounds the fastest counts, since others may
use the machine. For JAX, pin the process to so many processors (`taskset`).
"""

import json
import sys
import time

import numpy

# Name, layer, H = D, T, N; those of `benches/benches/recurrent.rs`.
CASES = [
    ("lstm_h128_t100_n32", "lstm", 128, 100, 32),
    ("lstm_h64_t28_n64", "lstm", 64, 28, 64),
    ("gru_h64_t28_n64", "gru", 64, 28, 64),
]
ROUNDS = 15
SECONDS = 0.4


def fastest(step):
    """The fastest of some rounds, seconds a step."""
    step()
    start = time.perf_counter()
    step()
    steps = max(1, int(SECONDS / ROUNDS / (time.perf_counter() - start)))
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(steps):
            step()
        rounds.append((time.perf_counter() - start) / steps)
    return min(rounds)


def pytorch(layer, units, length, samples, threads):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[layer]
    model = kind(units, units, batch_first=True)
    x = torch.rand(samples, length, units, requires_grad=True)

    def step():
        model.zero_grad(set_to_none=True)
        x.grad = None
        y, _ = model(x)
        (y * y).mean().backward()

    return torch.__version__, fastest(step)


def jax(layer, units, length, samples, _):
    import jax
    import jax.numpy as jnp

    gates = {"lstm": 4, "gru": 3}[layer]
    generator = numpy.random.default_rng(1)
    draw = lambda *shape: jnp.asarray(generator.uniform(-0.1, 0.1, shape).astype(numpy.float32))
    w = (draw(units, gates * units), draw(units, gates * units), draw(gates * units), draw(gates * units))
    x = draw(samples, length, units)

    def lstm(w, state, z):
        h, c = state
        i, f, g, o = jnp.split(z + h @ w[1] + w[3], 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def gru(w, h, a):
        v = h @ w[1] + w[3]
        (a_r, a_z, a_n), (v_r, v_z, v_n) = jnp.split(a, 3, axis=1), jnp.split(v, 3, axis=1)
        z = jax.nn.sigmoid(a_z + v_z)
        n = jnp.tanh(a_n + jax.nn.sigmoid(a_r + v_r) * v_n)
        h = (1 - z) * n + z * h
        return h, h

    def loss(w, x):
        inputs = jnp.swapaxes(x @ w[0] + w[2], 0, 1)
        zeros = jnp.zeros((samples, units), jnp.float32)
        state = (zeros, zeros) if layer == "lstm" else zeros
        cell = lstm if layer == "lstm" else gru
        _, y = jax.lax.scan(lambda state, z: cell(w, state, z), state, inputs)
        return jnp.mean(y * y)

    gradient = jax.jit(jax.grad(loss, argnums=(0, 1)))
    return jax.__version__, fastest(lambda: jax.block_until_ready(gradient(w, x)))


if __name__ == "__main__":
    peer, threads = {"pytorch": pytorch, "jax": jax}[sys.argv[1]], int(sys.argv[2])
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    for name, *sizes in CASES:
        if wanted in name:
            version, seconds = peer(*sizes, threads)
            row = {"case": name, "threads": threads, "version": version, "seconds": seconds}
            print(json.dumps(row), flush=True)
