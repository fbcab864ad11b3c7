"""Passes of learners and of their peers, in turn: an epoch of a restricted Boltzmann machine beside
scikit-learn's BernoulliRBM, steps of a self-organising map beside MiniSom.

    python -m venv .venv && .venv/bin/pip install -r benches/peers/requirements.txt
    .venv/bin/python benches/peers/learners.py

Every round runs each once, in a process of its own. Ours are the seconds of a pass as the record has
them: they include what is measured of the samples after it, which the peers do not measure. Written
are `results/peers-learners.csv`, a row a pass, and `results/peers-learners.md`.
"""

import argparse
import csv
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
import compare  # noqa: E402  (of this folder)
import networks  # noqa: E402

# Name: what it is, the peer, training images, units, samples of a batch, passes of a run.
CASES = {
    "rbm": ("784-256 units, persistent chains of one step, batches of 10", "scikit-learn", 60_000, 256, 10, 2),
    "rbm-100": ("784-256 units, persistent chains of one step, batches of 100", "scikit-learn", 60_000, 256, 100, 2),
    "som": ("20 x 20 squares of 784 inputs, one image after the other", "minisom", 5_000, 20, 1, 2),
}

RBM = """
[learner.rbm]
hidden = {units}
rule = {{ pcd = 1 }}
learning_rate = 0.01
momentum = [0.0, 0.0]
decay = 0.0
batch_size = {batch}
epochs = {passes}
ais = {{ runs = 0 }}
"""
SOM = """
[learner.som]
grid = [{units}, {units}]
radius = [8.0, 1.0]
learning_rate = [0.5, 0.05]
initial = "samples"
passes = {passes}
"""
CONFIG = """
name = "peer"
seed = 1

[dataset.mnist]
pixels = "unit"
target = "input"
train_limit = {samples}
test_limit = 100
"""


def config(case):
    """What ours run."""
    _, _, samples, units, batch, passes = CASES[case]
    text = CONFIG + (SOM if case == "som" else RBM)
    return text.format(samples=samples, units=units, batch=batch, passes=passes)


def run_ours(binary, case, threads):
    """Commit and seconds of each pass."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "peer.toml"
        file.write_text(config(case))
        command = [binary, str(file), "--results", folder]
        subprocess.run(
            compare.pinned(threads) + command,
            cwd=ROOT,
            env=compare.environment(threads),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        [record] = pathlib.Path(folder).glob("*/*/record.json")
        content = json.loads(record.read_text())
    [trained] = content["implementations"]
    commit = (content["git"] or {}).get("commit", "unknown")
    return commit[:12], [epoch["measures"]["seconds"] for epoch in trained["epochs"]]


def run_peer(case, threads):
    """Version and seconds of each pass."""
    command = [sys.executable, __file__, "--peer", case]
    done = subprocess.run(
        compare.pinned(threads) + command,
        env=compare.environment(threads),
        check=True,
        stdout=subprocess.PIPE,
    )
    result = json.loads(done.stdout)
    return result["version"], result["seconds"]


def scikit_learn(x, units, batch, passes):
    import sklearn
    from sklearn.neural_network import BernoulliRBM

    rbm = BernoulliRBM(units, learning_rate=0.01, batch_size=batch, n_iter=1, random_state=1)
    seconds = []
    for _ in range(passes):
        start = time.perf_counter()
        rbm.fit(x)
        seconds.append(time.perf_counter() - start)
    return sklearn.__version__, seconds


def minisom(x, units, _, passes):
    from importlib.metadata import version

    from minisom import MiniSom

    som = MiniSom(units, units, x.shape[1], sigma=8.0, learning_rate=0.5, random_seed=1)
    som.random_weights_init(x)
    seconds = []
    for _ in range(passes):
        start = time.perf_counter()
        som.train(x, len(x), random_order=True)
        seconds.append(time.perf_counter() - start)
    return version("minisom"), seconds


def peer(case):
    """What a process of a peer prints."""
    _, name, samples, units, batch, passes = CASES[case]
    x = networks.images("train-images-idx3-ubyte")[:samples].reshape(-1, 784) / 255.0
    run = {"scikit-learn": scikit_learn, "minisom": minisom}[name]
    found, seconds = run(x, units, batch, passes)
    print(json.dumps({"version": found, "seconds": seconds}))


def measure(options):
    """The rows of all rounds so far, after each round."""
    binary = options.binary
    if not binary:
        subprocess.run(["cargo", "build", "-p", "runner"], cwd=ROOT, check=True)
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        binary = str(target / "debug" / "runner")
    rows = []
    for round_ in range(1, options.rounds + 1):
        for case in options.cases:
            for threads in options.threads:
                ours = run_ours(binary, case, threads)
                theirs = run_peer(case, threads)
                for who, (version, seconds) in (("by hand", ours), (CASES[case][1], theirs)):
                    for number, value in enumerate(seconds, 1):
                        rows.append((round_, case, threads, who, version, number, f"{value:.4f}"))
                    shown = " ".join(f"{value:.3f}" for value in seconds)
                    print(round_, case, threads, who, shown, flush=True)
        yield rows


def table(rows, case, options):
    """Medians, spread and ratio."""
    what, _, samples, *_ = CASES[case]
    lines = [
        f"## {what}; {samples:,} images",
        "",
        "| | threads | median | fastest | slowest | passes | times by hand |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for threads in options.threads:
        seconds = {}
        for _, of, on, who, _, _, value in rows:
            if (of, on) == (case, threads):
                seconds.setdefault(who, []).append(float(value))
        ours = statistics.median(seconds["by hand"])
        for who, values in seconds.items():
            median = statistics.median(values)
            lines.append(
                f"| {who} | {threads} | {median:.3f} s | {min(values):.3f} s | {max(values):.3f} s "
                f"| {len(values)} | {median / ours:.2f} |"
            )
    return lines + [""]


def report(rows, options):
    """The tables, with what is needed to repeat them."""
    model = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line),
        platform.processor(),
    )
    versions = sorted({(row[3], row[4]) for row in rows})
    lines = [
        "# Passes of learners and of their peers",
        "",
        "Generated by `benches/peers/learners.py`; the raw rows are in `peers-learners.csv`. Seconds of a",
        "pass over MNIST, pixels from 0 to 1. Ours include what is measured of all samples after it. One",
        "thread means one processor.",
        "",
        f"- machine: {model}, {os.cpu_count()} processors, {platform.system()}",
        f"- date: {datetime.date.today()}",
        "- versions: " + ", ".join(f"{who} {version}" for who, version in versions),
        "",
    ]
    for case in options.cases:
        lines += table(rows, case, options)
    return "\n".join(lines)


def write(rows, options):
    """The raw rows and the report."""
    with open(options.out.with_suffix(".csv"), "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["round", "case", "threads", "who", "version", "pass", "seconds"])
        writer.writerows(rows)
    options.out.with_suffix(".md").write_text(report(rows, options))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each runs (default 3)")
    parser.add_argument("--cases", nargs="+", default=list(CASES), choices=CASES)
    parser.add_argument("--threads", nargs="+", type=int, default=[2, 1])
    parser.add_argument("--binary", help="a runner that is built already")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results/peers-learners")
    parser.add_argument("--peer", choices=CASES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        peer(options.peer)
        return
    for rows in measure(options):
        write(rows, options)


if __name__ == "__main__":
    main()
