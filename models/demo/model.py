"""The transformer, laid out as llama.cpp's "llama" architecture computes it: RMSNorm, rotary positions on neighbouring
pairs of numbers, grouped queries, SwiGLU, one matrix for both ends of the vocabulary."""
import dataclasses
import math

import torch
from torch import nn
from torch.nn import functional


@dataclasses.dataclass(frozen=True)
class Shape:
    vocabulary: int = 1280
    width: int = 128
    layers: int = 6
    heads: int = 4
    kv_heads: int = 2
    hidden: int = 352
    context: int = 1024
    rope_base: float = 10000.0
    epsilon: float = 1e-5

    @property
    def head_width(self):
        return self.width // self.heads


class RmsNorm(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.width))
        self.epsilon = shape.epsilon

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x, cos, sin):
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        kv_width = shape.kv_heads * shape.head_width
        self.attn_norm = RmsNorm(shape)
        self.attn_q = nn.Linear(shape.width, shape.width, bias=False)
        self.attn_k = nn.Linear(shape.width, kv_width, bias=False)
        self.attn_v = nn.Linear(shape.width, kv_width, bias=False)
        self.attn_output = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_norm = RmsNorm(shape)
        self.ffn_gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.ffn_up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.ffn_down = nn.Linear(shape.hidden, shape.width, bias=False)

    def attend(self, x, cos, sin, mask):
        rows, length, _ = x.shape
        shape = self.shape
        groups = shape.heads // shape.kv_heads
        q = self.attn_q(x).view(rows, length, shape.heads, shape.head_width).transpose(1, 2)
        k = self.attn_k(x).view(rows, length, shape.kv_heads, shape.head_width).transpose(1, 2)
        v = self.attn_v(x).view(rows, length, shape.kv_heads, shape.head_width).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        q = (q / math.sqrt(shape.head_width)).reshape(rows, shape.kv_heads, groups * length, shape.head_width)
        scores = (q @ k.transpose(-1, -2)).view(rows, shape.heads, length, length) + mask
        scores = scores.softmax(-1).view(rows, shape.kv_heads, groups * length, length)
        mixed = (scores @ v).view(rows, shape.heads, length, shape.head_width)
        return self.attn_output(mixed.transpose(1, 2).reshape(rows, length, shape.width))

    def forward(self, x, cos, sin, mask):
        x = x + self.attend(self.attn_norm(x), cos, sin, mask)
        y = self.ffn_norm(x)
        return x + self.ffn_down(functional.silu(self.ffn_gate(y)) * self.ffn_up(y))


class Model(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = RmsNorm(shape)
        nn.init.normal_(self.token_embd.weight, std=0.05)
        for block in self.blk:
            for name, layer in block.named_children():
                if isinstance(layer, nn.Linear):
                    scale = 1 / math.sqrt(2 * shape.layers) if name in ("attn_output", "ffn_down") else 1
                    nn.init.normal_(layer.weight, std=scale / math.sqrt(layer.in_features))
        angles = torch.outer(torch.arange(shape.context).float(),
                             shape.rope_base ** (-torch.arange(0, shape.head_width, 2).float() / shape.head_width))
        self.cos, self.sin = angles.cos(), angles.sin()

    def forward(self, tokens):
        """The states behind the last norm: what an embedding averages and what the output matrix reads."""
        length = tokens.shape[1]
        mask = torch.full((length, length), float("-inf")).triu(1)
        x = self.token_embd(tokens)
        for block in self.blk:
            x = block(x, self.cos[:length], self.sin[:length], mask)
        return self.output_norm(x)

    def logits(self, states):
        return states @ self.token_embd.weight.T

    @torch.no_grad()
    def answer(self, tokens, end, limit=400):
        """The likeliest continuation, token by token, up to `end`. Slow and plain: for checks."""
        tokens = list(tokens)
        start = len(tokens)
        while len(tokens) - start < limit:
            token = int(self.logits(self(torch.tensor([tokens]))[0, -1]).argmax())
            if token == end:
                break
            tokens.append(token)
        return tokens[start:]
