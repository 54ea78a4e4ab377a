"""Windows of running text with hidden spans: a pure function of seed and index, so that a run resumes exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset

from baogao.pretraining.schema import MaskingConfig
from baogao.tagger.vocabulary import Vocabulary
from baogao.training.dataset import IGNORED

MASKED: Final = 0.8  # of the hidden characters become [MASK],
RANDOM: Final = 0.1  # these another character, the rest stay: BERT's shares


def stream(paragraphs: Sequence[str], vocabulary: Vocabulary) -> npt.NDArray[np.int32]:
    """The ids of all paragraphs one behind the other, each ended by [SEP]: shape (characters + paragraphs,)."""
    pieces: list[npt.NDArray[np.int64]] = []
    end = np.array([vocabulary.sep])
    for paragraph in paragraphs:
        pieces += (vocabulary.encode(paragraph), end)
    return np.concatenate(pieces).astype(np.int32)


def hide(
    ids: npt.NDArray[np.int64], random: np.random.Generator, config: MaskingConfig, vocabulary: Vocabulary, mask: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A window's ids with spans hidden, and the targets: both of shape (characters,), targets IGNORED where visible.

    Spans start anywhere, last a geometrically distributed number of characters and never hold [SEP]; hiding stops
    once ``config.rate`` of the window is hidden.
    """
    hidden = np.zeros(len(ids), dtype=np.bool_)
    border = ids == vocabulary.sep
    wanted = round(config.rate * int((~border).sum()))
    # Enough draws to be done but for windows of borders alone, which no number of draws would fill.
    for start in random.integers(0, len(ids), size=8 * wanted + 8):
        left = wanted - int(hidden.sum())
        if left <= 0:
            break
        length = min(int(random.geometric(1 / config.mean_length)), config.max_length, left)
        span = slice(int(start), int(start) + length)
        if not border[span].any():
            hidden[span] = True
    targets = np.where(hidden, ids, IGNORED)
    fate = random.random(len(ids))
    shown = ids.copy()
    shown[hidden & (fate < MASKED)] = mask
    other = hidden & (fate >= MASKED) & (fate < MASKED + RANDOM)
    shown[other] = random.integers(mask + 1, len(vocabulary), size=int(other.sum()))
    return shown, targets


class MaskedWindows(Dataset[dict[str, Any]]):
    """``count`` windows drawn from the streams of sources, each source in proportion to size × passes.

    An item holds ``input_ids`` and ``labels`` of shape (max_characters + 2,); item i depends on seed and i alone.
    """

    def __init__(
        self,
        streams: Sequence[npt.NDArray[np.int32]],
        passes: Sequence[float],
        vocabulary: Vocabulary,
        *,
        max_characters: int,
        masking: MaskingConfig,
        seed: int,
        count: int,
    ) -> None:
        self.streams = streams
        shares = np.array([p * len(s) for p, s in zip(passes, streams, strict=True)])
        self.shares = shares / shares.sum()
        self.vocabulary, self.max_characters, self.masking = vocabulary, max_characters, masking
        self.mask = vocabulary.mask
        self.seed, self.count = seed, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        random = np.random.default_rng((self.seed, index))
        source = self.streams[int(random.choice(len(self.streams), p=self.shares))]
        start = int(random.integers(0, len(source) - self.max_characters + 1))
        ids = source[start : start + self.max_characters].astype(np.int64)
        shown, targets = hide(ids, random, self.masking, self.vocabulary, self.mask)
        edges = (self.vocabulary.cls, self.vocabulary.sep)
        return {
            "input_ids": torch.as_tensor(np.concatenate([edges[:1], shown, edges[1:]])),
            "labels": torch.as_tensor(np.pad(targets, 1, constant_values=IGNORED)),
        }
