"""PyTorch computes the output, the loss and the gradients of an export again, in f64, from our weights.

    runner export configs/transformer-names.toml --out target/transformer
    python transformer_gradients.py target/transformer ...

For networks of `tied_embedding`, `embedding`, `position` (learned), `repeat`, `residual`, `layer_norm`,
`multi_head_attention`, `linear`, `gelu`, `dropout` (with the masks of the export) under the softmax
cross-entropy. Attention is `torch.nn.MultiheadAttention`, with masks of what is hidden. A row of JSON
for each: the error of the loss, and the largest of all gradients, relative to the largest number of the
tensor; more than 1e-12 is a failure.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

TOLERANCE = 1e-12


class Network:
    def __init__(self, w, masks, lengths):
        self.w, self.masks, self.lengths = w, masks, lengths

    def chain(self, layers, x):
        for layer in layers:
            x = self.layer(layer, x)
        return x

    def layer(self, layer, x):
        settings, own = layer["settings"], lambda name: self.w.get(f"{layer['name']}.{name}")
        settings = settings[layer["kind"]] if isinstance(settings, dict) else {}
        match layer["kind"]:
            case "embedding":
                return own("weight")[x.long()]
            case "tied_embedding":
                return self.chain(layer["layers"], own("weight")[x.long()]) @ own("weight").T
            case "position":
                assert settings["encoding"] == "learned"
                return x + own("weight")[: x.shape[1]]
            case "repeat":
                return self.chain(layer["layers"], x)
            case "residual":
                return self.chain(layer["layers"], x) + self.chain(layer.get("shortcut", []), x)
            case "layer_norm":
                return functional.layer_norm(x, x.shape[2:], own("weight"), own("bias"), settings["epsilon"])
            case "linear":
                return functional.linear(x, own("weight"), own("bias"))
            case "gelu":
                return functional.gelu(x)
            case "dropout":
                return x * self.masks[layer["name"]].reshape(x.shape)
            case "multi_head_attention":
                return self.attention(layer, settings, x)
            case kind:
                sys.exit(f"{kind}: not here")

    def attention(self, layer, settings, x):
        """PyTorch's module, called with our parameters in place of its own."""
        _, length, width = x.shape
        module = nn.MultiheadAttention(
            width, settings["heads"], bias=settings["bias"], batch_first=True, dtype=torch.float64
        )
        names = {name.removeprefix(layer["name"] + "."): self.w[name] for name in layer["parameters"]}
        later = torch.ones(length, length, dtype=torch.bool).triu(1) if settings["causal"] else None
        padding = torch.arange(length) >= self.lengths[:, None]
        arguments = dict(key_padding_mask=padding, need_weights=False, attn_mask=later)
        y, _ = torch.func.functional_call(module, names, (x, x, x), arguments)
        # What we give behind the end, where PyTorch looks at the true positions.
        bias = names.get("out_proj.bias", torch.zeros(width, dtype=torch.float64))
        return torch.where(padding[..., None], bias, y)


def main(folder):
    folder = pathlib.Path(folder)
    export = json.loads((folder / "export.json").read_text())
    files = {name: folder / f"{name}.safetensors" for name in ("parameters", "batch", "gradients", "masks")}
    w, batch, gradients = (load_file(files[name]) for name in ("parameters", "batch", "gradients"))
    masks = load_file(files["masks"]) if files["masks"].exists() else {}
    w = {name: tensor.requires_grad_() for name, tensor in w.items()}
    positions = export["positions"]
    x = batch["x"].reshape(-1, *export["layers"][0]["input"])
    lengths = batch.get("lengths", torch.full((len(x),), positions)).long()
    y = Network(w, masks, lengths).chain(export["layers"], x)
    counted = torch.arange(positions) < lengths[:, None]
    loss = functional.cross_entropy(y[counted], batch["y"].reshape(y.shape)[counted])
    loss.backward()
    found = {name: tensor.grad for name, tensor in w.items()}
    missing = (set(gradients) - {"x"}) ^ set(found)
    assert not missing, missing
    relative = lambda a, b: ((a - b).abs().max() / b.abs().max().clamp(min=1e-300)).item()
    worst = max((relative(found[name], gradients[name]), name) for name in found)
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
