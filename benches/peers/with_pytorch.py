"""PyTorch, eager, fused SGD: seconds of each epoch as JSON.

    python with_pytorch.py mlp|lenet5 THREADS EPOCHS [BATCH]
"""

import json
import sys
import time

import torch
from torch import nn

import networks


def network(name):
    if name == "mlp":
        sizes = networks.MLP
        return nn.Sequential(
            nn.Linear(sizes[0], sizes[1]),
            nn.ReLU(),
            nn.Linear(sizes[1], sizes[2]),
            nn.ReLU(),
            nn.Linear(sizes[2], sizes[3]),
        )
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def main(name, threads, epochs, batch):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    (x, y), (x_test, y_test) = networks.load()
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    model = network(name)
    optimizer = torch.optim.SGD(
        model.parameters(), networks.LEARNING_RATE, networks.MOMENTUM, fused=True
    )
    loss_of = nn.CrossEntropyLoss()
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        order = torch.randperm(len(x))
        for rows in order.split(batch):
            optimizer.zero_grad(set_to_none=True)
            loss_of(model(x[rows]), y[rows]).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
    with torch.no_grad():
        right = model(torch.from_numpy(x_test)).argmax(1) == torch.from_numpy(y_test)
    accuracy = right.float().mean().item()
    print(json.dumps({"version": torch.__version__, "seconds": seconds, "accuracy": accuracy}))


if __name__ == "__main__":
    size = int(sys.argv[4]) if len(sys.argv) > 4 else networks.BATCH
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), size)
