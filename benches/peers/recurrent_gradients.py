"""PyTorch computes the loss and the gradients of an export again, in f64, from our weights.

    runner export configs/adding.toml --out target/adding
    python recurrent_gradients.py target/adding ...

For networks of `lstm`, `gru`, `rnn` (any number of layers, both directions, every output or the last),
`last`, `linear`, `sigmoid` under the squared error. A row of JSON for each: the error of the loss, and
the largest of all gradients, relative to the largest number of the tensor; more than 1e-12 is a failure.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file
from torch import nn

TOLERANCE = 1e-12


def recurrent(kind, settings, layer, w):
    """The module with our weights, by their names."""
    sizes = dict(
        input_size=layer["input"][1],
        hidden_size=settings["units"],
        num_layers=settings.get("layers", 1),
        bidirectional=settings.get("bidirectional", False),
        batch_first=True,
        dtype=torch.float64,
    )
    module = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[kind](**sizes)
    own = {name.removeprefix(layer["name"] + "."): w[name] for name in layer["parameters"]}
    module.load_state_dict(own, strict=True)
    return module


def last_of(y, lengths, settings):
    """Forward at the true end, reverse at the first step."""
    end = y[torch.arange(len(y)), lengths - 1]
    units = settings.get("units", y.shape[2])
    return torch.cat([end[:, :units], y[:, 0, units:]], 1)


def forward(export, w, x, lengths):
    """The output, and the modules, whose parameters have the gradients."""
    modules = []
    for layer in export["layers"]:
        kind, settings = layer["kind"], layer["settings"]
        settings = settings[kind] if isinstance(settings, dict) else {}
        if kind in ("lstm", "gru", "rnn"):
            assert settings.get("activation", "tanh") == "tanh" and "gradient" not in settings
            module = recurrent(kind, settings, layer, w)
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, True, enforce_sorted=False)
            y, _ = module(packed)
            y, _ = nn.utils.rnn.pad_packed_sequence(y, True, total_length=x.shape[1])
            x = last_of(y, lengths, settings) if settings.get("steps") == "last" else y
            modules.append((layer, module))
        elif kind == "last":
            x = last_of(x, lengths, {})
        elif kind == "linear":
            module = nn.Linear(*w[layer["name"] + ".weight"].T.shape, dtype=torch.float64)
            names = {name.rsplit(".", 1)[1]: w[name] for name in layer["parameters"]}
            module.load_state_dict(names)
            x = module(x)
            modules.append((layer, module))
        elif kind == "sigmoid":
            x = torch.sigmoid(x)
        else:
            sys.exit(f"{kind}: not here")
    return x, modules


def main(folder):
    folder = pathlib.Path(folder)
    export = json.loads((folder / "export.json").read_text())
    w = load_file(folder / "parameters.safetensors")
    batch, gradients = load_file(folder / "batch.safetensors"), load_file(folder / "gradients.safetensors")
    shape, positions = export["layers"][0]["input"], export.get("positions", 1)
    x = batch["x"].reshape(-1, *shape).requires_grad_()
    lengths = batch.get("lengths", torch.full((len(x),), shape[0])).long()
    y, modules = forward(export, w, x, lengths)
    errors = (y.reshape(len(x), positions, -1) - batch["y"].reshape(len(x), positions, -1)) ** 2 / 2
    counted = torch.arange(positions) < (lengths[:, None] if positions > 1 else positions)
    loss = errors.sum(2)[counted.expand(len(x), positions)].mean()
    loss.backward()
    found = {"x": x.grad.reshape(len(x), -1)}
    for layer, module in modules:
        for name, parameter in module.named_parameters():
            found[f"{layer['name']}.{name}"] = parameter.grad
    missing = set(gradients) ^ set(found)
    assert not missing, missing
    relative = lambda a, b: ((a - b).abs().max() / b.abs().max().clamp(min=1e-300)).item()
    worst = max((relative(found[name], gradients[name]), name) for name in gradients)
    loss_error = abs(loss.item() - export["loss"]) / abs(export["loss"])
    row = {
        "export": export["name"],
        "layers": [layer["settings"] for layer in export["layers"]],
        "version": torch.__version__,
        "loss": loss_error,
        "gradients": worst[0],
        "of": worst[1],
    }
    print(json.dumps(row))
    return max(loss_error, worst[0]) <= TOLERANCE


if __name__ == "__main__":
    sys.exit(0 if all([main(folder) for folder in sys.argv[1:]]) else 1)
