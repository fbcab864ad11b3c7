"""Epochs of the hand-written code and of its peers, in turn, several times each.

    python -m venv .venv && .venv/bin/pip install -r benches/peers/requirements.txt
    .venv/bin/python benches/peers/compare.py

Every round runs each implementation once, in a process of its own, so that what slows the machine
down for a while slows all of them. Written are `results/peers.csv`, a row an epoch, and
`results/peers.md`, the medians with their spread and the ratios to the hand-written code.
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

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
import networks  # noqa: E402  (of this folder)

CONFIGS = {"mlp": "configs/mnist.toml", "lenet5": "configs/lenet5.toml"}
TITLES = {
    "mlp": "784-300-100-10, ReLU",
    "lenet5": "LeNet-5: 6c5 p2, 2 - 16c5 - 2 - 120 - 84 - 10, ReLU, max-pool",
}
PEERS = {"jax": "with_jax.py", "pytorch": "with_pytorch.py", "scikit-learn": "with_sklearn.py"}
# What is timed: network, samples in a batch, epochs of a run.
CASES = [("mlp", 64, 3), ("mlp", 256, 3), ("lenet5", 64, 2)]
PLAIN = "plain product"
OURS = ("backprop", "burn-flex", "burn-ndarray")
# What takes minutes an epoch runs a part of the data; its seconds are scaled up.
SLOW = {("burn-flex", "lenet5"): 6000, ("burn-ndarray", "lenet5"): 600}


def pinned(threads):
    """One thread has one processor; more have all of them."""
    return ["taskset", "-c", "0"] if threads == 1 else []


def environment(threads):
    variables = dict(os.environ, PYTHONWARNINGS="ignore")
    # Some machines force an old kernel on OpenBLAS, which would flatter us.
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        variables.pop(name, None)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MATMUL_NUM_THREADS"):
        variables[name] = str(threads)
    return variables


def run_ours(binary, implementation, network, threads, epochs, batch):
    samples = SLOW.get((implementation, network))
    with tempfile.TemporaryDirectory() as results:
        settings = [
            f'implementations=["{implementation}"]',
            f"training.epochs={epochs}",
            f"training.threads={threads}",
            f"training.batch_size={batch}",
            "gradient_check.before_training=false",
            "dataset.mnist.test_limit=1000",
        ]
        if samples:
            settings.append(f"dataset.mnist.train_limit={samples}")
        command = [binary, CONFIGS[network], "--results", results]
        for setting in settings:
            command += ["--set", setting]
        subprocess.run(
            pinned(threads) + command,
            cwd=ROOT,
            env=environment(threads),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        [record] = pathlib.Path(results).glob("*/*/record.json")
        content = json.loads(record.read_text())
    [trained] = content["implementations"]
    scale = 60_000 / samples if samples else 1
    commit = (content["git"] or {}).get("commit", "unknown")
    return commit[:12], [epoch["measures"]["seconds"] * scale for epoch in trained["epochs"]]


def run_peer(peer, network, threads, epochs, batch):
    command = [sys.executable, str(HERE / PEERS[peer]), network]
    command += [str(threads), str(epochs), str(batch)]
    done = subprocess.run(
        pinned(threads) + command,
        env=environment(threads),
        check=True,
        stdout=subprocess.PIPE,
    )
    result = json.loads(done.stdout)
    return result["version"], result["seconds"]


def measure(options):
    """The rows of all rounds so far, after each round: what is interrupted loses one round at most."""
    binary = options.binary
    if not binary:
        subprocess.run(["cargo", "build", "-p", "runner"], cwd=ROOT, check=True)
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        binary = str(target / "debug" / "runner")
    rows = []
    for round_ in range(1, options.rounds + 1):
        for case in options.cases:
            network, batch, epochs = case
            for who in (PLAIN,) + OURS + tuple(PEERS):
                if who in options.without or (who, network) == ("scikit-learn", "lenet5"):
                    continue
                # One behind the other, since their ratio is asked for too.
                for threads in options.threads:
                    if who == PLAIN:
                        version, values = plain_product(threads)
                    elif who in OURS:
                        run = run_ours(binary, who, network, threads, epochs, batch)
                        version, values = run
                    else:
                        version, values = run_peer(who, network, threads, epochs, batch)
                    for epoch, value in enumerate(values, 1):
                        row = (round_, network, batch, threads, who, version, epoch, f"{value:.4f}")
                        rows.append(row)
                    shown = " ".join(f"{value:.3f}" for value in values)
                    print(round_, network, batch, threads, who, shown, flush=True)
        yield rows


def plain_product(threads):
    """GFLOP/s of a large product."""
    done = subprocess.run(
        pinned(threads) + [sys.executable, str(HERE / "plain_product.py")],
        env=environment(threads),
        check=True,
        stdout=subprocess.PIPE,
    )
    result = json.loads(done.stdout)
    return result["version"], [result["gflops"]]


def values_of(rows, network, batch, threads):
    """The values of each implementation."""
    values = {}
    for _, *case, who, _, _, value in rows:
        if tuple(case) == (network, batch, threads):
            values.setdefault(who, []).append(float(value))
    return values


def table(rows, network, batch, threads):
    """Median, spread, rate and ratio of each implementation, fastest first."""
    seconds = values_of(rows, network, batch, threads)
    plain = statistics.median(seconds.pop(PLAIN))
    medians = {who: statistics.median(values) for who, values in seconds.items()}
    flop = 60_000 * networks.FLOP[network] / 1e9
    lines = [
        "| | median | fastest | slowest | epochs | GFLOP/s | of a plain product | by hand / this |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for who in sorted(medians, key=medians.get):
        values, median = seconds[who], medians[who]
        rate = flop / median
        lines.append(
            f"| {who} | {median:.3f} s | {min(values):.3f} s | {max(values):.3f} s | {len(values)} "
            f"| {rate:.0f} | {rate / plain:.0%} | {medians['backprop'] / median:.2f} |"
        )
    return lines + ["", f"A plain product of 1024 x 1024 (NumPy, OpenBLAS): {plain:.0f} GFLOP/s."]


def scaling(rows, cases):
    """How much faster two threads are than one, by hand."""
    lines = []
    for network, batch, _ in cases:
        one, two = (
            statistics.median(values_of(rows, network, batch, threads)["backprop"])
            for threads in (1, 2)
        )
        lines.append(f"- {TITLES[network]}, batch {batch}: {one / two:.2f} times")
    return lines


def report(rows, options):
    """The tables, with what is needed to repeat them."""
    model = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line),
        platform.processor(),
    )
    versions = sorted({(row[4], row[5]) for row in rows})
    lines = [
        "# Epochs of the hand-written code and of its peers",
        "",
        "Generated by `benches/peers/compare.py`; the raw rows are in `peers.csv`. Seconds of an epoch",
        "of 60,000 MNIST images, SGD with momentum 0.9, shuffled each epoch, data resident; GFLOP/s",
        "count the products of forward and backward pass, 2 operations a multiplication, as if none",
        "were left out: by hand those with zeros behind a ReLU and with the background of an image are.",
        "JAX: jit, the whole epoch in one scan, without its compilation; PyTorch: eager, fused SGD. One thread means one processor. Where burn takes minutes an epoch, a part of the images",
        "was timed and scaled up: " + ", ".join(f"{w} {n}: {s:,} images" for (w, n), s in SLOW.items()) + ".",
        "",
        f"- machine: {model}, {os.cpu_count()} processors, {platform.system()}",
        f"- date: {datetime.date.today()}",
        "- versions: " + ", ".join(f"{who} {version}" for who, version in versions),
        "",
    ]
    for network, batch, _ in options.cases:
        for threads in options.threads:
            plural = "s" * (threads > 1)
            lines += [f"## {TITLES[network]}; batch {batch}, {threads} thread{plural}", ""]
            lines += table(rows, network, batch, threads) + [""]
    if {1, 2} <= set(options.threads):
        lines += ["## Two threads against one, by hand", ""] + scaling(rows, options.cases) + [""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each runs (default 3)")
    parser.add_argument("--networks", nargs="+", default=list(CONFIGS), choices=CONFIGS)
    parser.add_argument("--threads", nargs="+", type=int, default=[2, 1])
    parser.add_argument("--without", nargs="*", default=[], help="peers to leave out")
    parser.add_argument("--binary", help="a runner that is built already")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results/peers")
    options = parser.parse_args()
    options.cases = [case for case in CASES if case[0] in options.networks]
    for rows in measure(options):
        write(rows, options)


def write(rows, options):
    """The raw rows and the report."""
    with open(options.out.with_suffix(".csv"), "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        header = ["round", "network", "batch", "threads", "who", "version", "epoch"]
        writer.writerow(header + ["seconds (plain product: GFLOP/s)"])
        writer.writerows(rows)
    options.out.with_suffix(".md").write_text(report(rows, options))


if __name__ == "__main__":
    main()
