"""scikit-learn's MLPClassifier: seconds of each epoch as JSON.

    python with_sklearn.py mlp THREADS EPOCHS [BATCH]

The number of threads is set by the caller (`OPENBLAS_NUM_THREADS`).
"""

import json
import sys
import time

import sklearn
from sklearn.neural_network import MLPClassifier

import networks


def main(epochs, batch):
    (x, y), (x_test, y_test) = networks.load()
    model = MLPClassifier(
        networks.MLP[1:-1],
        solver="sgd",
        alpha=0.0,
        batch_size=batch,
        learning_rate_init=networks.LEARNING_RATE,
        momentum=networks.MOMENTUM,
        nesterovs_momentum=False,
        random_state=1,
    )
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        model.partial_fit(x, y, classes=range(10))
        seconds.append(time.perf_counter() - start)
    accuracy = model.score(x_test, y_test)
    print(json.dumps({"version": sklearn.__version__, "seconds": seconds, "accuracy": accuracy}))


if __name__ == "__main__":
    size = int(sys.argv[4]) if len(sys.argv) > 4 else networks.BATCH
    main(int(sys.argv[3]), size)
