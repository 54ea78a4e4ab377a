"""Which windows stand together in a batch, and the tensors they become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import torch
from torch.utils.data import Sampler

from baogao.training.dataset import IGNORED

TOGETHER: Final = 50
"""Batches among whose windows the lengths are sorted: enough that little is padded, few enough to stay random."""


class ByLength(Sampler[int]):
    """The numbers of all windows, at random, but so that those of a batch are of like length.

    The order is a function of ``seed`` and the epoch alone, so that a resumed run sees what an undisturbed one does.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self.lengths = np.asarray(lengths)
        self.batch_size, self.seed, self.epoch = batch_size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the data loader before each pass."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng((self.seed, self.epoch))
        order = random.permutation(len(self.lengths))
        pool = TOGETHER * self.batch_size
        batches: list[list[int]] = []
        for start in range(0, len(order), pool):
            some = order[start : start + pool]
            some = some[np.argsort(-self.lengths[some], kind="stable")]
            batches += (some[i : i + self.batch_size].tolist() for i in range(0, len(some), self.batch_size))
        # An incomplete batch stays last: anywhere else it would shift the borders of those behind it.
        full = [b for b in batches if len(b) == self.batch_size]
        rest = [b for b in batches if len(b) < self.batch_size]
        for number in random.permutation(len(full)):
            yield from full[number]
        for batch in rest:
            yield from batch


class Collator:
    """Rows to a padded batch: tensors of shape (batch, tokens)."""

    def __init__(self, pad: int) -> None:
        self.pad = pad

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        width = max(len(row["input_ids"]) for row in rows)
        ids = torch.full((len(rows), width), self.pad, dtype=torch.long)
        tags = torch.full((len(rows), width), IGNORED, dtype=torch.long)
        mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
        for i, row in enumerate(rows):
            length = len(row["input_ids"])
            ids[i, :length] = torch.as_tensor(row["input_ids"])
            tags[i, :length] = torch.as_tensor(row["labels"])
            types[i, :length] = torch.as_tensor(row["token_type_ids"])
            mask[i, :length] = 1
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, "labels": tags}
