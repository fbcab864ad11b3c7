"""A training step of recurrent layers in PyTorch and JAX, beside ours and burn's: seconds a step.

    python recurrent.py pytorch|jax THREADS [CASE]

The last case is the network of 1997 with 93 weights, T 100, one sequence at a time, as its paper
learned. Nobody else has its rule, which goes forward in time: a peer runs an LSTM of today of about
that size (3 units on 2 inputs and one output, 88 weights) forward and backward through the sequence,
and updates it once.

A case is a layer and its sizes. A step is forward, the mean of the squares of the errors of all
outputs, backward, and an update by gradient descent. Of several rounds the fastest counts; on one
thread the seconds are those of the processor, so that others on the machine disturb them less. For
JAX, pin the process to so many processors (`taskset`). Ours are from `cargo benches --bench
recurrent`.
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
    ("lstm_1997_93_weights_t100", "small", 3, 100, 1),
]
ROUNDS = 15
SECONDS = 1.0


def fastest(step, threads):
    """The fastest of some rounds, seconds a step."""
    now = time.process_time if threads == 1 else time.perf_counter
    step()
    start = now()
    step()
    steps = max(1, int(SECONDS / ROUNDS / (now() - start)))
    rounds = []
    for _ in range(ROUNDS):
        start = now()
        for _ in range(steps):
            step()
        rounds.append((now() - start) / steps)
    return min(rounds)


def pytorch(layer, units, length, samples, threads):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    if layer == "small":
        lstm, linear = torch.nn.LSTM(2, units, batch_first=True), torch.nn.Linear(units, 1)
        parameters = [*lstm.parameters(), *linear.parameters()]
        model = lambda x: (torch.sigmoid(linear(lstm(x)[0][:, -1])), None)
        x, t = torch.rand(samples, length, 2), torch.rand(samples, 1)
    else:
        kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[layer]
        model = kind(units, units, batch_first=True)
        parameters = model.parameters()
        x, t = torch.rand(2, samples, length, units)
    optimizer = torch.optim.SGD(parameters, 0.01, fused=True)

    def step():
        optimizer.zero_grad(set_to_none=True)
        y, _ = model(x)
        ((y - t) ** 2).mean().backward()
        optimizer.step()

    return torch.__version__, fastest(step, threads)


def jax(layer, units, length, samples, threads):
    import jax
    import jax.numpy as jnp

    gates = {"lstm": 4, "gru": 3, "small": 4}[layer]
    inputs = 2 if layer == "small" else units
    generator = numpy.random.default_rng(1)
    draw = lambda *shape: jnp.asarray(generator.uniform(-0.1, 0.1, shape).astype(numpy.float32))
    w = (draw(inputs, gates * units), draw(units, gates * units), draw(gates * units), draw(gates * units))
    w += (draw(units, 1), draw(1)) if layer == "small" else ()
    x, t = draw(samples, length, inputs), draw(samples, length, units)

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

    def loss(w):
        inputs = jnp.swapaxes(x @ w[0] + w[2], 0, 1)
        zeros = jnp.zeros((samples, units), jnp.float32)
        state = zeros if layer == "gru" else (zeros, zeros)
        cell = gru if layer == "gru" else lstm
        _, y = jax.lax.scan(lambda state, z: cell(w, state, z), state, inputs)
        if layer == "small":
            return jnp.mean((jax.nn.sigmoid(y[-1] @ w[4] + w[5]) - t[:, 0, :1]) ** 2)
        return jnp.mean((jnp.swapaxes(y, 0, 1) - t) ** 2)

    update = jax.jit(lambda w: jax.tree.map(lambda w, g: w - 0.01 * g, w, jax.grad(loss)(w)))
    return jax.__version__, fastest(lambda: jax.block_until_ready(update(w)), threads)


if __name__ == "__main__":
    peer, threads = {"pytorch": pytorch, "jax": jax}[sys.argv[1]], int(sys.argv[2])
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    for name, *sizes in CASES:
        if wanted in name:
            version, seconds = peer(*sizes, threads)
            row = {"case": name, "threads": threads, "version": version, "seconds": seconds}
            print(json.dumps(row), flush=True)
