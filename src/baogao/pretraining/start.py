"""How an encoder starts: its first heads look at their neighbours, which otherwise takes millions of characters."""

from __future__ import annotations

import math
from typing import Any, Final

import torch
from transformers import BertModel

OFFSETS: Final = ((-1, 1, -2, 2), (-1, 1, -3, 3))
"""Of the heads of the first layer and of the second, in turn: the character looked at, counted from one's own."""
GAIN: Final = 4.0
"""Of the projections to queries and keys: large enough that most weight falls on one character."""
WAVELENGTHS: Final = (4.0, 400.0)
"""Of the position's sinusoids, in characters, geometrically spaced."""
QUIET: Final = 0.1
"""What is left of the usual noise in the words' share of the position's dimensions, and the other way round."""


def look_at_neighbours(model: BertModel) -> None:
    """Change a freshly initialised BERT in place so that its first two layers attend to nearby characters.

    Some dimensions of the embedding (as many as a head has, at most a quarter) hold sinusoids of the position. A shift
    of position is a rotation of these (Vaswani et al. 2017, 3.5): with the identity as the projection to keys and a
    rotation as that to queries, a head's scores are highest at a fixed offset. Everything stays trainable. A masked
    language model that starts from noise predicts from frequencies alone until it has found this by itself.
    """
    config = model.config
    head = config.hidden_size // config.num_attention_heads
    half = min(head, config.hidden_size // 4) // 2
    if half < 1:
        return
    size = 2 * half
    short, long = WAVELENGTHS
    steps = torch.arange(half) / max(1, half - 1)
    frequencies = 2 * math.pi / (short * (long / short) ** steps)
    angles = torch.arange(config.max_position_embeddings)[:, None] * frequencies
    with torch.no_grad():
        positions = model.embeddings.position_embeddings.weight
        positions *= QUIET
        # Sinusoids of the variance that words have in their dimensions.
        positions[:, :size] = torch.cat([angles.sin(), angles.cos()], dim=1) * config.initializer_range * math.sqrt(2)
        model.embeddings.word_embeddings.weight[:, :size] *= QUIET
        for layer, offsets in zip(model.encoder.layer, OFFSETS, strict=False):
            attention: Any = layer.get_submodule("attention.self")
            for number in range(config.num_attention_heads):
                rows = slice(number * head, number * head + size)
                turn = _rotation(frequencies * offsets[number % len(offsets)])
                attention.query.weight[rows, :size] += GAIN * turn
                attention.key.weight[rows, :size] += GAIN * torch.eye(size)


def _rotation(angles: torch.Tensor) -> torch.Tensor:
    """The matrix that turns (sin x, cos x) into (sin (x + a), cos (x + a)) for n angles: shape (2 n, 2 n)."""
    cosine, sine = torch.diag(angles.cos()), torch.diag(angles.sin())
    return torch.cat([torch.cat([cosine, sine], dim=1), torch.cat([-sine, cosine], dim=1)])
