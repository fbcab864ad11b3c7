"""A training step of a transformer, and of a single layer of attention, in PyTorch and JAX.

    python transformer.py pytorch|jax THREADS [CASE]

The steps are those of `cargo benches --bench transformer`: `configs/transformer-shakespeare.toml`
(AdamW that decays matrices, the norm of the gradients at most 1), and causal attention of 8 heads of
32 numbers over 256 positions under the mean of the squares of the errors, by gradient descent. What
is measured, and how, is as in `recurrent.py`. Attention is `scaled_dot_product_attention` in PyTorch
and `jax.nn.dot_product_attention` in JAX.
"""

import json
import sys

import numpy

from recurrent import fastest

LAYERS, WIDTH, HEADS, LENGTH, SAMPLES, TOKENS = 4, 128, 4, 64, 12, 65
ATTENTION = dict(width=256, heads=8, length=256, samples=8)
RATE, BETAS, DECAY, CLIP = 1e-3, (0.9, 0.99), 0.1, 1.0


def pytorch_shakespeare():
    import torch
    from torch import nn
    from torch.nn import functional

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.inputs, self.output = nn.Linear(WIDTH, 3 * WIDTH, bias=False), nn.Linear(WIDTH, WIDTH, bias=False)

        def forward(self, x):
            q, k, v = self.inputs(x).unflatten(2, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.output(y.transpose(1, 2).flatten(2))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norms = nn.ModuleList(nn.LayerNorm(WIDTH, bias=False) for _ in range(2))
            self.attention = Attention()
            self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH, bias=False), nn.Linear(4 * WIDTH, WIDTH, bias=False)

        def forward(self, x):
            x = x + self.attention(self.norms[0](x))
            return x + self.down(functional.gelu(self.up(self.norms[1](x))))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.positions = nn.Embedding(TOKENS, WIDTH), nn.Embedding(LENGTH, WIDTH)
            self.blocks, self.norm = nn.Sequential(*(Block() for _ in range(LAYERS))), nn.LayerNorm(WIDTH, bias=False)

        def forward(self, x):
            return self.norm(self.blocks(self.table(x) + self.positions.weight)) @ self.table.weight.T

    model = Model()
    assert sum(p.numel() for p in model.parameters()) == 804_096
    for p in model.parameters():
        if p.dim() > 1:
            nn.init.normal_(p, std=0.02)
    matrices = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() < 2]
    groups = [dict(params=matrices, weight_decay=DECAY), dict(params=others, weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, RATE, BETAS, fused=True)
    x, t = torch.randint(TOKENS, (2, SAMPLES, LENGTH))

    def step():
        optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(model(x).flatten(0, 1), t.flatten()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()

    return step


def pytorch_attention():
    import torch
    from torch.nn import functional

    width, heads = ATTENTION["width"], ATTENTION["heads"]
    inputs, output = torch.nn.Linear(width, 3 * width), torch.nn.Linear(width, width)
    optimizer = torch.optim.SGD([*inputs.parameters(), *output.parameters()], 0.01, fused=True)
    x, t = torch.rand(2, ATTENTION["samples"], ATTENTION["length"], width)
    x.requires_grad_()

    def step():
        optimizer.zero_grad(set_to_none=True)
        q, k, v = inputs(x).unflatten(2, (3, heads, -1)).permute(2, 0, 3, 1, 4)
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        ((output(y.transpose(1, 2).flatten(2)) - t) ** 2).mean().backward()
        optimizer.step()

    return step


def pytorch(name, threads):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    step = {"shakespeare": pytorch_shakespeare, "attention": pytorch_attention}[name]()
    return torch.__version__, fastest(step, threads)


def jax_attend(x, w_in, w_out, heads, biases=(0.0, 0.0)):
    import jax

    samples, length, width = x.shape
    q, k, v = (x @ w_in + biases[0]).reshape(samples, length, 3, heads, -1).transpose(2, 0, 1, 3, 4)
    y = jax.nn.dot_product_attention(q, k, v, is_causal=True)
    return y.reshape(samples, length, width) @ w_out + biases[1]


def jax_shakespeare(generator):
    import jax
    import jax.numpy as jnp

    draw = lambda *shape: jnp.asarray(generator.normal(0, 0.02, shape).astype(numpy.float32))
    block = lambda: dict(
        norms=jnp.ones((2, WIDTH)), w_in=draw(WIDTH, 3 * WIDTH), w_out=draw(WIDTH, WIDTH),
        up=draw(WIDTH, 4 * WIDTH), down=draw(4 * WIDTH, WIDTH),
    )
    blocks = [block() for _ in range(LAYERS)]
    w = dict(table=draw(TOKENS, WIDTH), positions=draw(LENGTH, WIDTH), norm=jnp.ones(WIDTH), blocks=blocks)
    x, t = jnp.asarray(generator.integers(TOKENS, size=(2, SAMPLES, LENGTH)))

    def norm(x, weight):
        mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * weight

    def loss(w):
        h = w["table"][x] + w["positions"]
        for b in w["blocks"]:
            h = h + jax_attend(norm(h, b["norms"][0]), b["w_in"], b["w_out"], HEADS)
            h = h + jax.nn.gelu(norm(h, b["norms"][1]) @ b["up"], approximate=False) @ b["down"]
        logits = jax.nn.log_softmax(norm(h, w["norm"]) @ w["table"].T)
        return -jnp.take_along_axis(logits, t[..., None], 2).mean()

    @jax.jit
    def update(state):
        w, m, v, n = state
        g = jax.grad(loss)(w)
        length = jnp.sqrt(sum(jnp.vdot(g, g) for g in jax.tree.leaves(g)))
        g = jax.tree.map(lambda g: g * jnp.minimum(1, CLIP / length), g)
        m = jax.tree.map(lambda m, g: BETAS[0] * m + (1 - BETAS[0]) * g, m, g)
        v = jax.tree.map(lambda v, g: BETAS[1] * v + (1 - BETAS[1]) * g * g, v, g)
        n = n + 1
        a, b = 1 - BETAS[0] ** n, 1 - BETAS[1] ** n
        decays = lambda path, w: DECAY if w.ndim > 1 and "norms" not in str(path) else 0.0
        w = jax.tree_util.tree_map_with_path(
            lambda path, w, m, v: w - RATE * (decays(path, w) * w + m / a / (jnp.sqrt(v / b) + 1e-8)), w, m, v
        )
        return w, m, v, n

    zeros = jax.tree.map(jnp.zeros_like, w)
    state = [(w, zeros, zeros, jnp.float32(0))]

    def step():
        state[0] = jax.block_until_ready(update(state[0]))

    return step


def jax_attention(generator):
    import jax
    import jax.numpy as jnp

    width, samples, length = (ATTENTION[name] for name in ("width", "samples", "length"))
    draw = lambda *shape: jnp.asarray(generator.uniform(-0.1, 0.1, shape).astype(numpy.float32))
    w = (draw(width, 3 * width), draw(width, width), draw(3 * width), draw(width))
    x, t = draw(samples, length, width), draw(samples, length, width)
    loss = lambda w, x: ((jax_attend(x, w[0], w[1], ATTENTION["heads"], w[2:]) - t) ** 2).mean()

    @jax.jit
    def update(w, x):
        g, dx = jax.grad(loss, (0, 1))(w, x)
        return jax.tree.map(lambda w, g: w - 0.01 * g, w, g), dx

    return lambda: jax.block_until_ready(update(w, x))


def jax(name, threads):
    import jax

    generator = numpy.random.default_rng(1)
    step = {"shakespeare": jax_shakespeare, "attention": jax_attention}[name](generator)
    return jax.__version__, fastest(step, threads)


CASES = {"shakespeare_l4_d128_h4_t64_n12": "shakespeare", "attention_d256_h8_t256_n8": "attention"}

if __name__ == "__main__":
    peer, threads = {"pytorch": pytorch, "jax": jax}[sys.argv[1]], int(sys.argv[2])
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    for case, name in CASES.items():
        if wanted in case:
            version, seconds = peer(name, threads)
            row = {"case": case, "threads": threads, "version": version, "seconds": seconds}
            print(json.dumps(row), flush=True)
