"""Scoring: precision, recall and F1 from statistics, at one point or over resamples at once."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from baogao.evaluation.match import Floats, Ints
from baogao.evaluation.result import Interval, Intervals, Macro, Mode, Score

BASIS: Final[Ints] = np.array(
    [
        [2, 1, 0, 0],  # correct
        [0, 1, 0, 0],  # incorrect
        [1, 1, 0, 0],  # partial
        [0, 1, 0, 0],  # missed
        [0, 0, 2, 1],
        [0, 0, 0, 1],
        [0, 0, 1, 1],
        [0, 0, 0, 1],  # spurious
    ]
)
"""From the eight statistics to the four numbers of which rates are made: the gold spans' credit in halves and their
number, the predicted spans' credit in halves and their number. Sums of documents stay sums."""


def basis(counts: Ints) -> Ints:
    """Shape (…, 8) to (…, 4): see BASIS."""
    return counts @ BASIS


def rates(sums: Ints | Floats) -> Floats:
    """Precision, recall and F1: shape (…, 4) to (…, 3); NaN where a rate is 0/0.

    F1 is the harmonic mean of the two, 0 where nothing is right, NaN only where there is neither gold nor prediction.
    """
    gold_credit, gold, predicted_credit, predicted = np.moveaxis(np.asarray(sums, dtype=np.float64), -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = predicted_credit / (2 * predicted)
        recall = gold_credit / (2 * gold)
        # One division: for equal credits this is 2 · correct / (gold + predicted), without rounding twice.
        f1 = gold_credit * predicted_credit / (gold_credit * gold + predicted_credit * predicted)
    nothing_right = (gold_credit == 0) | (predicted_credit == 0)
    f1 = np.where(nothing_right, np.where(gold + predicted > 0, 0.0, np.nan), f1)
    return np.stack([precision, recall, f1], axis=-1)


def macro(f1: Floats) -> Floats:
    """The mean over the last axis (labels) of those that are defined: shape (…, labels) to (…,)."""
    known = ~np.isnan(f1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known, f1, 0.0).sum(axis=-1) / known.sum(axis=-1))


def number(value: float) -> float | None:
    """A rate for JSON: None where it is undefined."""
    return None if math.isnan(value) else float(value)


def interval(draws: Floats) -> Interval | None:
    """The middle 95% of resampled values of shape (resamples,); None where no resample defines one."""
    known = draws[~np.isnan(draws)]
    if not len(known):
        return None
    return [float(edge) for edge in np.percentile(known, [2.5, 97.5])]


def scores(counts: Ints, draws: Floats | None = None) -> list[Score]:
    """The figures of groups of spans from statistics of shape (documents, groups, 8).

    ``draws``, of shape (resamples, groups, 4), are their resampled basis; a group that one document alone holds has no
    interval, since resampling that document shows no spread.
    """
    holding = counts.any(axis=2).sum(axis=0)
    total: Ints = counts.sum(axis=0)
    spreads: list[Intervals | None] = [None] * len(total)
    if draws is not None:
        resampled = rates(draws)
        for i in np.flatnonzero(holding > 1).tolist():
            precision, recall, f1 = (interval(resampled[:, i, k]) for k in range(3))
            spreads[i] = {"precision": precision, "recall": recall, "f1": f1}
    found: list[Score] = []
    for row, figures, spread in zip(total.tolist(), rates(basis(total)).tolist(), spreads, strict=True):
        found.append(
            {
                "precision": number(figures[0]),
                "recall": number(figures[1]),
                "f1": number(figures[2]),
                "interval": spread,
                "gold": sum(row[:4]),
                "predicted": sum(row[4:]),
                "correct": row[0],
                "incorrect": row[1],
                "partial": row[2],
                "missed": row[3],
                "spurious": row[7],
            }
        )
    return found


def score_mode(counts: Ints, labels: tuple[str, ...], draws: Floats | None = None) -> Mode:
    """The figures of a mode from statistics of shape (documents, labels, 8).

    ``draws``: their resampled basis, of shape (resamples, labels, 4).
    """
    pooled = None if draws is None else draws.sum(axis=1, keepdims=True)
    mean: Macro = {
        "f1": number(float(macro(rates(basis(counts.sum(axis=0)))[:, 2]))),
        "interval": None if draws is None else interval(macro(rates(draws)[:, :, 2])),
    }
    return {
        "labels": dict(zip(labels, scores(counts, draws), strict=True)),
        "micro": scores(counts.sum(axis=1, keepdims=True), pooled)[0],
        "macro": mean,
    }
