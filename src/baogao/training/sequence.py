"""The loss of whole tag sequences: what decoding maximises is what training makes probable.

Taken character by character, a tag is right or wrong by itself, and two half-probable boundaries are no error. Decoding
sees the chain that IOB2 allows (``tagger.decoding``); this is the negative logarithm of the probability that this chain
gives to the annotated sequence. It is the loss of a linear-chain CRF (Lafferty, McCallum and Pereira, 2001) whose
transitions are not learned but 0 or forbidden, so that a model trained with it is stored and decoded like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import torch

from baogao.labels import OUTSIDE, LabelSet
from baogao.training.dataset import IGNORED

Loss = Callable[..., torch.Tensor]

SEQUENCE: Final = "sequence"
"""The name of this loss in ``head.loss``."""
LEAST: Final = 1e-30
"""Of a step's probability mass: keeps the logarithm finite where a model is sure of what is forbidden."""


def sequence_loss(labels: LabelSet) -> Loss:
    """A loss for the Trainer, in nats a character, so that it is of the same order as the mean over characters."""
    allowed = torch.tensor(labels.allowed, dtype=torch.float32)

    def compute(outputs: Any, tags: torch.Tensor, num_items_in_batch: Any = None) -> torch.Tensor:
        count = (tags != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
        return surprise(outputs["logits"], tags, allowed.to(tags.device)).sum() / count

    return compute


def surprise(logits: torch.Tensor, tags: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Negative log-probability of each annotated sequence: ``logits`` (batch, length, tags), ``tags`` (batch, length).

    ``allowed`` (tags, tags) says which tag may follow which. Where nothing is annotated (special tokens, padding,
    masked spans) ``tags`` is IGNORED and the chain passes through O: what follows cannot continue a span. The result
    has shape (batch,). Gradients are exact; computed in float32 whatever the model's precision.
    """
    with torch.autocast(logits.device.type, enabled=False):
        known = tags != IGNORED
        log_probs = logits.float().log_softmax(-1)
        right = log_probs.gather(-1, tags.clamp_min(0).unsqueeze(-1)).squeeze(-1)
        outside = torch.nn.functional.one_hot(torch.tensor(OUTSIDE), allowed.shape[0]).to(log_probs)
        probs = torch.where(known.unsqueeze(-1), log_probs.exp(), outside)
        # Before the first character stands something that only O and B may follow.
        state = outside.expand(len(tags), -1)
        mass = []
        for step in probs.unbind(1):
            state = (state @ allowed) * step
            total = state.sum(-1, keepdim=True).clamp_min(LEAST)
            state = state / total
            mass.append(total)
        whole = torch.cat(mass, dim=1).log().sum(1)
        return whole - torch.where(known, right, 0.0).sum(1)
