"""How fast training passes through attention, as ratios within one run: python benchmarks/attention.py

Forward and backward pass in bfloat16 on one thread for windows of 126 and 254 characters: PyTorch's fused kernel, the
eager attention of transformers, and ``baogao.training.attention``. The ways alternate, the best round counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from transformers.models.bert.modeling_bert import eager_attention_forward

from baogao.training.attention import plain_attention

ROUNDS = 7
WINDOWS, HEADS, SIZE = 16, 4, 64
Attend = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


def _fused(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2)


def _eager(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    output: torch.Tensor = eager_attention_forward(torch.nn.Module(), q, k, v, None, scaling=SIZE**-0.5)[0]
    return output


def _plain(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return plain_attention(torch.nn.Module(), q, k, v, None)[0]


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    ways: dict[str, Attend] = {"fused": _fused, "eager": _eager, "plain": _plain}
    for tokens in (128, 256):
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(ROUNDS):
            for name, attend in ways.items():
                made = [torch.randn(WINDOWS, tokens, HEADS, SIZE, dtype=torch.bfloat16) for _ in range(3)]
                # Views, as the projections of a layer give them.
                given = [one.requires_grad_().transpose(1, 2) for one in made]
                started = time.perf_counter()
                output = attend(given[0], given[1], given[2])
                output.backward(torch.ones_like(output))  # type: ignore[no-untyped-call]
                best[name] = min(best[name], time.perf_counter() - started)
        shown = ", ".join(f"{name} {1000 * seconds:.1f} ms" for name, seconds in best.items())
        print(f"{tokens} tokens: {shown}; plain is {best['fused'] / best['plain']:.1f} times as fast as fused")


if __name__ == "__main__":
    main()
