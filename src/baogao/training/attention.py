"""Attention for training on a CPU: plain matrix products, whose backward pass is several times as fast there."""

from __future__ import annotations

from typing import Any, Final

import torch
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.masking_utils import eager_mask

PLAIN: Final = "baogao_plain"
"""Name for ``attn_implementation``. It is a way of computing, not a property of a model, and is not stored with one."""


def plain_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Softmax attention in the precision of its inputs, of shape (batch, heads, tokens, size of a head).

    ``attention_mask`` is added to the scores. The fused kernel of PyTorch is as fast forwards, but its backward pass
    in bfloat16 takes two to four times as long on a CPU (``benchmarks/attention.py``).
    """
    batch, heads, tokens, size = query.shape
    # Contiguous operands: batched products of transposed views are copied one by one.
    q, k, v = (t.reshape(batch * heads, tokens, size) for t in (query, key, value))
    scores = torch.bmm(q * (size**-0.5 if scaling is None else scaling), k.transpose(1, 2).contiguous())
    if attention_mask is not None:
        scores = (scores.view(batch, heads, tokens, tokens) + attention_mask.to(scores.dtype)).view_as(scores)
    weights = torch.nn.functional.dropout(scores.softmax(-1), dropout, module.training)
    return torch.bmm(weights, v).view(batch, heads, tokens, size).transpose(1, 2).contiguous(), None


def use_plain_attention(model: PreTrainedModel) -> None:
    """Let ``model`` compute its attention so from here on."""
    AttentionInterface.register(PLAIN, plain_attention)
    AttentionMaskInterface.register(PLAIN, eager_mask)
    model.set_attn_implementation(PLAIN)
