"""The rate of a plain product of two 1024 x 1024 matrices in f32 by NumPy's OpenBLAS: GFLOP/s as JSON.

    OPENBLAS_NUM_THREADS=THREADS python plain_product.py
"""

import json
import statistics
import time

import numpy

SIZE = 1024


def rate():
    a, b = (numpy.random.default_rng(seed).random((SIZE, SIZE), numpy.float32) for seed in (1, 2))
    a @ b
    seconds = []
    for _ in range(30):
        start = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - start)
    return 2 * SIZE**3 / statistics.median(seconds) / 1e9


if __name__ == "__main__":
    print(json.dumps({"version": numpy.__version__, "gflops": rate()}))
