"""Linear classifiers and a small network of scikit-learn on the sets of `experiments/classifiers.toml`.

    python -m venv .venv && .venv/bin/pip install -r benches/peers/requirements.txt
    .venv/bin/python benches/peers/classifiers.py

Prints, for each set and model, mean and standard deviation of the test accuracy over five stratified
folds, drawn ten times: the published figures of that table. Inputs are prepared as the configs say,
with the training part of each fold alone.
"""

import csv
import pathlib
import warnings

import numpy
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier, SGDClassifier
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

DATA = pathlib.Path(__file__).resolve().parents[2] / "crates/datasets/data/csv"
# Target, columns that are not used, columns of categories.
SETS = {
    "iris": ("species", [], []),
    "wine": ("cultivar", [], []),
    "breast-cancer": ("diagnosis", [], []),
    "penguins": ("species", ["year"], ["island", "sex"]),
    "digits": ("digit", [], []),
}
MODELS = {
    "softmax": LogisticRegression(C=1.0, tol=1e-8, max_iter=10_000),
    "one-vs-rest": OneVsRestClassifier(LogisticRegression(C=1.0, tol=1e-8, max_iter=10_000)),
    "perceptron": Perceptron(max_iter=50, tol=None),
    "adaline": SGDClassifier(
        loss="squared_error", penalty=None, learning_rate="constant", eta0=0.0002, max_iter=100, tol=None
    ),
    "mlp": MLPClassifier((16,), activation="tanh", alpha=0.0, batch_size=16, learning_rate_init=0.01, max_iter=50, tol=0.0, n_iter_no_change=50),
    "ridge": RidgeClassifier(alpha=1.0),
    "svm": LinearSVC(C=1.0, loss="squared_hinge", dual=False, tol=1e-8, max_iter=100_000),
}


def load(name):
    """Numbers, categories and classes, each `[N, ...]`."""
    target, ignored, categories = SETS[name]
    with open(DATA / f"{name}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = [key for key in rows[0] if key not in [target, *ignored, *categories]]
    value = lambda text: numpy.nan if text == "NA" else float(text)
    x = numpy.array([[value(row[key]) for key in numbers] for row in rows])
    texts = numpy.array([[row[key] for key in categories] for row in rows], dtype=object)
    return x, texts, numpy.array([row[target] for row in rows])


def prepared(x, texts, model):
    """The model behind the preparation that the configs have: medians, one-hot columns, scaling."""
    numbers = list(range(x.shape[1]))
    categories = list(range(x.shape[1], x.shape[1] + texts.shape[1]))
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    one_hot = make_pipeline(
        SimpleImputer(missing_values="NA", strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    columns = make_column_transformer((scaled, numbers), (one_hot, categories))
    return make_pipeline(columns, clone(model))


def main():
    warnings.simplefilter("ignore", ConvergenceWarning)
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=10, random_state=1)
    for name in SETS:
        x, texts, classes = load(name)
        both = numpy.concatenate([x.astype(object), texts], axis=1)
        for model, classifier in MODELS.items():
            scores = cross_val_score(prepared(x, texts, classifier), both, classes, cv=folds)
            deviation = scores.reshape(10, 5).std(axis=1, ddof=1).mean()
            print(f"{name:14} {model:11} {scores.mean():.4f} ± {deviation:.4f}", flush=True)


if __name__ == "__main__":
    main()
