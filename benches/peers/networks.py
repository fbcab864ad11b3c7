"""The same data and the same two networks for every peer: what `configs/mnist.toml` and
`configs/lenet5.toml` train, in numbers."""

import gzip
import pathlib
import struct

import numpy

DATA = pathlib.Path(__file__).resolve().parents[2] / "crates/datasets/data/mnist"
BATCH = 64
MOMENTUM = 0.9
LEARNING_RATE = 0.01
MLP = (784, 300, 100, 10)


def images(name):
    """Pixels `[N, 28, 28]` of an IDX file."""
    content = gzip.decompress((DATA / f"{name}.gz").read_bytes())
    _, count, height, width = struct.unpack(">4i", content[:16])
    return numpy.frombuffer(content, numpy.uint8, offset=16).reshape(count, height, width)


def labels(name):
    """Classes `[N]` of an IDX file."""
    content = gzip.decompress((DATA / f"{name}.gz").read_bytes())
    return numpy.frombuffer(content, numpy.uint8, offset=8).astype(numpy.int64)


def load():
    """Training and test set, standardised: `x` `[N, 784]` in f32, `y` `[N]`."""
    train = images("train-images-idx3-ubyte").reshape(-1, 784).astype(numpy.float32)
    test = images("t10k-images-idx3-ubyte").reshape(-1, 784).astype(numpy.float32)
    mean, deviation = train.mean(), train.std()
    return (
        ((train - mean) / deviation, labels("train-labels-idx1-ubyte")),
        ((test - mean) / deviation, labels("t10k-labels-idx1-ubyte")),
    )


def he_normal(generator, shape, fan_in):
    """Initial weights as in the configs."""
    return generator.normal(0.0, (2.0 / fan_in) ** 0.5, shape).astype(numpy.float32)


# Multiplications of one sample: forward, the same for the gradients of the weights, and the
# gradients of what goes into every layer but the first.
CONV1 = 28 * 28 * 6 * 25
LENET5 = CONV1 + 10 * 10 * 16 * 150 + 400 * 120 + 120 * 84 + 84 * 10
DENSE = sum(a * b for a, b in zip(MLP, MLP[1:]))
FLOP = {"mlp": 2 * (3 * DENSE - MLP[0] * MLP[1]), "lenet5": 2 * (3 * LENET5 - CONV1)}
