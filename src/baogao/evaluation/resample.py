"""Resampling documents: what would the figures be on other documents of the same kind.

Statistics are counted once per document; a bootstrap resample is a multinomial weight for each document, so that all
resamples together are one matrix product. Efron and Tibshirani, "An introduction to the bootstrap" (1993);
Noreen, "Computer-intensive methods for testing hypotheses" (1989) for approximate randomisation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from baogao.evaluation.match import Floats, Ints

RESAMPLES: Final = 10_000
SEED: Final = 13

MAX_UNITS: Final = 2_048
"""More documents than this are dealt into so many bundles, which are resampled as wholes: the interval estimates the
same spread, and the work stays bounded."""

_CHUNK: Final = 4_000_000  # weights at a time: 32 MB


def bundled(counts: Ints) -> Ints:
    """Statistics of at most MAX_UNITS units: shape (documents, …) to (units, …), documents dealt out in turn.

    Documents come in the order of their hashes, which has nothing to do with what is in them.
    """
    if len(counts) <= MAX_UNITS:
        return counts
    units = np.zeros((MAX_UNITS, *counts.shape[1:]), dtype=counts.dtype)
    np.add.at(units, np.arange(len(counts)) % MAX_UNITS, counts)
    return units


def weights(units: int, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each unit is drawn in each resample: chunks of shape (some resamples, units), rows summing to units."""
    random = np.random.default_rng(seed)
    rows = max(1, _CHUNK // max(units, 1))
    for first in range(0, resamples, rows):
        size = min(rows, resamples - first)
        drawn = random.integers(0, units, size=(size, units))
        drawn += np.arange(size)[:, None] * units
        yield np.bincount(drawn.ravel(), minlength=size * units).reshape(size, units).astype(np.float64)


def bootstrap(counts: Ints, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """The resampled sums of statistics: shape (documents, …) to (resamples, …).

    The same seed draws the same documents whatever the statistics: sums of two systems are paired.
    """
    units = bundled(counts)
    flat = units.reshape(len(units), -1).astype(np.float64)
    sums = np.concatenate([chunk @ flat for chunk in weights(len(units), resamples, seed)])
    return sums.reshape(resamples, *counts.shape[1:])


def swaps(units: int, resamples: int, seed: int) -> tuple[Iterator[Floats], bool]:
    """Which units change sides in each shuffle, as 0 and 1: chunks of shape (some shuffles, units).

    Where all 2**units ways are no more than ``resamples``, they are all listed once, and the second value is True.
    """
    if 2**units <= resamples:
        ways = np.arange(2**units)[:, None] >> np.arange(units)[None, :] & 1
        return iter([ways.astype(np.float64)]), True
    return _random_swaps(units, resamples, seed), False


def _random_swaps(units: int, resamples: int, seed: int) -> Iterator[Floats]:
    random = np.random.default_rng(seed)
    rows = max(1, _CHUNK // units)
    for first in range(0, resamples, rows):
        yield random.integers(0, 2, size=(min(rows, resamples - first), units)).astype(np.float64)
