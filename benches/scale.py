"""How an epoch of the hand-written code grows: with the batch, the width, the depth, the samples, the
threads.

    python benches/scale.py

Networks 784-W-...-W-10 with ReLU on MNIST, SGD with momentum 0.9. Every round runs each setting once,
in a process of its own. Written are `results/scale.csv`, a row a run, and `results/scale.md`: medians,
and the growth between neighbouring rows as the exponent p of time ~ x^p. It needs nothing but Python.
"""

import argparse
import csv
import datetime
import json
import math
import os
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
BASE = {"batch": 64, "width": 300, "depth": 2, "samples": 6000, "threads": 2}
VARIED = {
    "batch": [1, 4, 16, 64, 256, 1024],
    "width": [100, 300, 1000, 2000, 4096],
    "depth": [1, 2, 4, 8, 16],
    "samples": [3000, 6000, 15000, 30000, 60000],
    "threads": [1, 2],
}
# Shares are of a profile (perf) of such runs on two Zen 3 cores.
LIMITS = {
    "batch": "Batch 1: the update of all parameters after every sample takes 39 % of the time, products and "
    "gradients of a single row 44 %; too little work for a second thread. Batch 1024: products about half, the "
    "rest finding what differs from the background, batches and joins.",
    "width": "Width 100: products about half, finding what differs from the background 14 %, making batches and "
    "joining threads most of the rest. Width 4096: products 76 %, the update 12 %; their rate falls because the "
    "kernels read B where it lies, and rows 16 KB apart share few places of a cache. p goes to 2, as the "
    "weights do.",
    "depth": "Products of layers of equal size: p = 1 once the first layer (784 inputs) no longer dominates.",
    "samples": "p = 1; the test after each epoch and the start of the process are not counted.",
    "threads": "Joins after each pass, and how fast both cores are at the same time.",
}

CONFIG = """
name = "scale"
seed = 1
implementations = ["backprop"]
[dataset.mnist]
pixels = "standardize"
train_limit = {samples}
test_limit = 100
[model]
weights = "he_normal"
layers = [{hidden}{{ linear = {{ units = 10 }} }}]
[training]
epochs = 2
batch_size = {batch}
threads = {threads}
loss = "softmax_cross_entropy"
optimizer = {{ momentum = {{ learning_rate = 0.001, momentum = 0.9 }} }}
[gradient_check]
before_training = false
"""


def flop(setting):
    """Of an epoch: forward, gradients of the weights, gradients of what goes into all but the first."""
    sizes = [784] + [setting["width"]] * setting["depth"] + [10]
    products = sum(a * b for a, b in zip(sizes, sizes[1:]))
    return 2 * setting["samples"] * (3 * products - sizes[0] * sizes[1])


def run(binary, setting):
    """Seconds of the second epoch, and the largest memory in MB."""
    hidden = f'{{ linear = {{ units = {setting["width"]} }} }}, "relu", ' * setting["depth"]
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "scale.toml"
        config.write_text(CONFIG.format(hidden=hidden, **setting))
        command = [binary, str(config), "--results", folder]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        [record] = pathlib.Path(folder).glob("scale/*/record.json")
        content = json.loads(record.read_text())
    seconds = content["implementations"][0]["epochs"][-1]["measures"]["seconds"]
    return seconds, content["peak_memory_bytes"] / 1e6


def settings():
    """Every setting: the base with one number varied."""
    return [(key, {**BASE, key: value}) for key, values in VARIED.items() for value in values]


def measure(binary, rounds):
    rows = []
    for round_ in range(1, rounds + 1):
        for key, setting in settings():
            seconds, memory = run(binary, setting)
            rows.append((round_, key, setting[key], f"{seconds:.4f}", f"{memory:.0f}"))
            print(*rows[-1], flush=True)
    return rows


def tables(rows):
    lines = []
    for key, values in VARIED.items():
        lines += [f"## {key}", "", LIMITS[key], ""]
        lines += [f"| {key} | s/epoch | µs/update | GFLOP/s | p | memory |", "|--:|--:|--:|--:|--:|--:|"]
        before = None
        for value in values:
            setting = {**BASE, key: value}
            of = [row for row in rows if row[1:3] == (key, value)]
            seconds = statistics.median(float(row[3]) for row in of)
            memory = statistics.median(float(row[4]) for row in of)
            updates = math.ceil(setting["samples"] / setting["batch"])
            growth = "" if before is None else f"{math.log(seconds / before[1]) / math.log(value / before[0]):.2f}"
            lines.append(
                f"| {value} | {seconds:.3f} | {1e6 * seconds / updates:.0f} "
                f"| {flop(setting) / seconds / 1e9:.0f} | {growth} | {memory:.0f} MB |"
            )
            before = (value, seconds)
        lines.append("")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each runs (default 3)")
    parser.add_argument("--binary", help="a runner that is built already")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results/scale")
    options = parser.parse_args()
    binary = options.binary
    if not binary:
        subprocess.run(["cargo", "build", "-p", "runner"], cwd=ROOT, check=True)
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        binary = str(target / "debug" / "runner")
    rows = measure(binary, options.rounds)
    model = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if "model name" in l), "unknown")
    lines = [
        "# How an epoch grows",
        "",
        "Generated by `benches/scale.py`; the raw rows are in `scale.csv`. Networks 784-W-...-W-10 with ReLU;",
        "where nothing else is said " + ", ".join(f"{k} {v}" for k, v in BASE.items()) + ". p is the exponent of",
        "time ~ x^p between a row and the one above; GFLOP/s count the products of forward and backward pass.",
        "",
        f"- machine: {model}, {os.cpu_count()} processors",
        f"- date: {datetime.date.today()}, median of {options.rounds} rounds",
        "",
    ]
    with open(options.out.with_suffix(".csv"), "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["round", "varied", "value", "seconds", "memory_mb"])
        writer.writerows(rows)
    options.out.with_suffix(".md").write_text("\n".join(lines + tables(rows)))


if __name__ == "__main__":
    main()
