"""The measures of `runner evaluate` in scikit-learn, on sets drawn here.

    python -m venv .venv && .venv/bin/pip install -r benches/peers/requirements.txt
    .venv/bin/python benches/peers/measures.py > crates/runner/src/evaluate/sklearn.json

Each set has its cases and its figures, all cases weighted alike and weighted as drawn. Among them: a
class that is never answered, ties in the scores, a constant target. Intervals of shares are SciPy's.
A test of the crate `runner` holds its figures against these.
"""

import json

import numpy
import scipy
import sklearn
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.calibration import calibration_curve

BINS = 15


def calibration_error(right, confidence, weights):
    """Weighted gaps of the bins of `calibration_curve`, which has the bins and cannot weigh."""
    edges = numpy.linspace(0.0, 1.0, BINS + 1)
    bins = numpy.searchsorted(edges[1:-1], confidence)
    if (weights == 1).all():
        share, mean = calibration_curve(right, confidence, n_bins=BINS)
        cases = numpy.bincount(bins)
        return float((cases[cases > 0] * abs(share - mean)).sum() / len(right))
    gaps = [
        abs(numpy.average(right[bins == b], weights=weights[bins == b])
            - numpy.average(confidence[bins == b], weights=weights[bins == b])) * weights[bins == b].sum()
        for b in range(BINS) if weights[bins == b].sum() > 0
    ]
    return float(sum(gaps) / weights.sum())


def of_classes(truth, p, weights):
    """The figures of probabilities `[N, K]`, by measure and what it is of."""
    classes = range(p.shape[1])
    answers = p.argmax(axis=1)
    weighed = dict(sample_weight=weights)
    figures = {"accuracy": metrics.accuracy_score(truth, answers, **weighed)}
    for k in (2, 3, 5):
        if k < p.shape[1]:
            top = metrics.top_k_accuracy_score(truth, p, k=k, labels=classes, **weighed)
            figures[f"top-{k} accuracy"] = top
    figures["log-loss"] = metrics.log_loss(truth, y_proba=p, labels=classes, **weighed)
    figures["Brier score"] = metrics.brier_score_loss(truth, p, labels=classes, **weighed)
    figures["calibration error"] = calibration_error(answers == truth, p.max(axis=1), weights)
    options = dict(labels=classes, zero_division=0, **weighed)
    scores = metrics.precision_recall_fscore_support(truth, answers, **options)
    for k in classes:
        for name, values in zip(("precision", "recall", "F1"), scores):
            figures[f"{name} of {k}"] = values[k]
    for mean in ("macro", "weighted", "micro"):
        scores = metrics.precision_recall_fscore_support(truth, answers, average=mean, **options)
        for name, value in zip(("precision", "recall", "F1"), scores):
            figures[f"{name} of {mean}"] = value
    ranking = {"ROC-AUC": metrics.roc_auc_score, "average precision": metrics.average_precision_score}
    for name, area in ranking.items():
        areas = [area(truth == k, p[:, k], **weighed) for k in classes]
        figures |= {f"{name} of {k}": value for k, value in enumerate(areas)}
        one_hot = numpy.eye(p.shape[1])[truth]
        figures[f"{name} of macro"] = area(one_hot, p, average="macro", **weighed)
    return figures


def of_numbers(t, y, weights):
    """The figures of outputs `[N, K]`, of each column and their mean."""
    measures = {
        "MSE": metrics.mean_squared_error,
        "RMSE": metrics.root_mean_squared_error,
        "MAE": metrics.mean_absolute_error,
        "R2": metrics.r2_score,
        "explained variance": metrics.explained_variance_score,
    }
    figures = {}
    for name, measure in measures.items():
        values = measure(t, y, multioutput="raw_values", sample_weight=weights)
        figures |= {f"{name} of {k}": value for k, value in enumerate(values)}
        if t.shape[1] > 1:
            figures[f"{name} of mean"] = measure(t, y, sample_weight=weights)
    return figures


def drawn(name, truth, outputs, measure, rng):
    weights = rng.integers(0, 4, len(truth)).astype(float)
    plain = measure(truth, outputs, numpy.ones(len(truth)))
    figures = [plain, measure(truth, outputs, weights)]
    numbers = lambda figures: {key: float(value) for key, value in figures.items()}
    return {
        "name": name,
        "truth": truth.tolist(),
        "outputs": outputs.tolist(),
        "weights": weights.tolist(),
        "plain": numbers(figures[0]),
        "weighted": numbers(figures[1]),
    }


def main():
    rng = numpy.random.default_rng(24)
    # Eighths: many are equal, and the sums are exact. The last class is never the likeliest.
    rare = numpy.array([rng.multinomial(7, (0.5, 0.4, 0.1)) for _ in range(60)])
    rare[:, 2] = numpy.minimum(rare[:, 2], 2)
    rare[range(60), rng.integers(0, 2, 60)] += 8 - rare.sum(axis=1)
    ties = rng.integers(0, 17, 40) / 16
    softmax = numpy.exp(rng.normal(size=(80, 6)) * 2)
    softmax /= softmax.sum(axis=1, keepdims=True)
    chosen = numpy.array([rng.choice(6, p=p) for p in softmax])
    t = rng.normal(size=(50, 3)) * (1.0, 30.0, 0.01) + (0.0, 400.0, 1.0)
    sets = [
        ("a class that is never answered", rng.integers(0, 3, 60), rare / 8, of_classes),
        ("two classes, ties", rng.integers(0, 2, 40), numpy.stack([1 - ties, ties], axis=1), of_classes),
        ("six classes", chosen, softmax, of_classes),
        ("three targets", t, t + rng.normal(size=t.shape) * (0.5, 40.0, 0.001) + 0.1, of_numbers),
        ("a constant target", numpy.full((20, 1), 2.5), rng.normal(size=(20, 1)) + 2.5, of_numbers),
        ("a constant target, hit", numpy.full((5, 1), 2.5), numpy.full((5, 1), 2.5), of_numbers),
    ]
    shares = [(0, 7), (7, 7), (37, 39), (9797, 10000)]
    interval = lambda k, n: list(map(float, binomtest(k, n).proportion_ci(method="wilson")))
    figures = {
        "scikit-learn": sklearn.__version__,
        "scipy": scipy.__version__,
        "sets": [drawn(*each, rng) for each in sets],
        "wilson": [[k, n, *interval(k, n)] for k, n in shares],
    }
    print(json.dumps(figures, separators=(",", ":")).replace('{"name"', '\n{"name"'))


if __name__ == "__main__":
    main()
