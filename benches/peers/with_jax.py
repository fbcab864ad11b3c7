"""JAX, jit, a whole epoch in one scan: seconds of each epoch as JSON.

    python with_jax.py mlp|lenet5 THREADS EPOCHS [BATCH]

The number of threads is that of the processors the process may use: pin it (`taskset`) for one.
The last, smaller batch of an epoch is left out, since a scan needs batches of one size; the seconds
are scaled up to all samples.
"""

import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy

import networks


def parameters(name, generator):
    if name == "mlp":
        sizes = networks.MLP
        return [
            (
                networks.he_normal(generator, (n_in, n_out), n_in),
                numpy.zeros(n_out, numpy.float32),
            )
            for n_in, n_out in zip(sizes, sizes[1:])
        ]
    shapes = [((6, 1, 5, 5), 25), ((16, 6, 5, 5), 150), ((400, 120), 400), ((120, 84), 120), ((84, 10), 84)]
    return [
        (
            networks.he_normal(generator, shape, fan_in),
            numpy.zeros(shape[0] if len(shape) == 4 else shape[1], numpy.float32),
        )
        for shape, fan_in in shapes
    ]


def max_pool(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def forward(name, w, x):
    if name == "lenet5":
        x = x.reshape(-1, 1, 28, 28)
        for (kernel, bias), padding in zip(w[:2], ("SAME", "VALID")):
            x = jax.lax.conv_general_dilated(x, kernel, (1, 1), padding)
            x = max_pool(jax.nn.relu(x + bias[:, None, None]))
        x, w = x.reshape(len(x), -1), w[2:]
    for weight, bias in w[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    weight, bias = w[-1]
    return x @ weight + bias


def main(name, epochs, batch):
    (x, y), (x_test, y_test) = networks.load()
    generator = numpy.random.default_rng(1)
    w = jax.tree.map(jnp.asarray, parameters(name, generator))
    v = jax.tree.map(jnp.zeros_like, w)
    x, y = jnp.asarray(x), jnp.asarray(y)

    def loss(w, x, y):
        logits = forward(name, w, x)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))

    def step(state, rows):
        w, v = state
        g = jax.grad(loss)(w, x[rows], y[rows])
        v = jax.tree.map(lambda v, g: networks.MOMENTUM * v + g, v, g)
        w = jax.tree.map(lambda w, v: w - networks.LEARNING_RATE * v, w, v)
        return (w, v), None

    @jax.jit
    def epoch(state, order):
        return jax.lax.scan(step, state, order)[0]

    def order():
        whole = len(x) // batch * batch
        return jnp.asarray(generator.permutation(len(x))[:whole].reshape(-1, batch))

    state = (w, v)
    jax.block_until_ready(epoch(state, order()))  # compiled before the clock starts
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        rows = order()
        state = jax.block_until_ready(epoch(state, rows))
        seconds.append((time.perf_counter() - start) * len(x) / rows.size)
    guess = forward(name, state[0], jnp.asarray(x_test)).argmax(1)
    accuracy = float((guess == jnp.asarray(y_test)).mean())
    print(json.dumps({"version": jax.__version__, "seconds": seconds, "accuracy": accuracy}))


if __name__ == "__main__":
    size = int(sys.argv[4]) if len(sys.argv) > 4 else networks.BATCH
    main(sys.argv[1], int(sys.argv[3]), size)
