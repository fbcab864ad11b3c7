"""scikit-learn's k-means from our initial centres: the same centres, and how long it takes.

    python -m venv .venv && .venv/bin/pip install -r benches/peers/requirements.txt
    .venv/bin/python benches/peers/k_means.py [THREADS]

Prints the three centres of the irises that `crates/learners/src/rbf/proofs.rs` holds ours against,
and then the seconds of ten passes over the 6,000 images of each digit with 100 centres, from the first
100 of them: the work of `cargo benches --bench k_means`.
"""

import csv
import gzip
import pathlib
import sys
import time
import warnings

import numpy
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

DATA = pathlib.Path(__file__).resolve().parents[2] / "crates/datasets/data"
PASSES = 10
CENTRES = 100


def irises():
    with open(DATA / "csv/iris.csv", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return numpy.array([[float(number) for number in row[:4]] for row in rows])


def idx(name, header):
    with gzip.open(next((DATA / "mnist").glob(f"{name}*")), "rb") as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)


def digits():
    """The training images of each digit, pixels from 0 to 1."""
    labels = idx("train-labels", 8)
    images = idx("train-images", 16).reshape(len(labels), -1) / 255.0
    return [images[labels == digit] for digit in range(10)]


def k_means(x, begun, passes):
    return KMeans(len(begun), init=begun, n_init=1, max_iter=passes, tol=0.0, algorithm="lloyd").fit(x)


def main():
    warnings.simplefilter("ignore", ConvergenceWarning)
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    x = irises()
    for centre in k_means(x, x[[0, 50, 100]], 100).cluster_centers_:
        print("[" + ", ".join(f"{number:.15f}" for number in centre) + "],")
    classes = digits()
    with threadpool_limits(threads):
        for turn in range(3):
            start = time.perf_counter()
            inertia = sum(k_means(x, x[:CENTRES], PASSES).inertia_ for x in classes)
            seconds = time.perf_counter() - start
            print(f"turn {turn + 1}: {seconds:.2f} s on {threads} threads, inertia {inertia:.3f}", flush=True)


if __name__ == "__main__":
    main()
