"""Calibration: whether a score of 0.8 is right eight times of ten, and what a threshold on scores buys.

Reliability diagram and expected calibration error over bins of equal width: Naeini, Cooper and Hauskrecht, "Obtaining
well calibrated probabilities using Bayesian binning" (2015); Guo et al., "On calibration of modern neural networks"
(2017).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from baogao.evaluation.count import CORRECT, statuses
from baogao.evaluation.match import Bools, Floats, Ints, Matched
from baogao.evaluation.result import Bin, Calibration, LabelCalibration, Threshold
from baogao.evaluation.score import number, rates

BINS: Final = 10
POINTS: Final = 100
"""At most so many thresholds are listed, evenly spaced over the predicted spans in the order of their scores."""


def calibration(matched: Matched) -> Calibration | None:
    """The reliability of the scores as probabilities of a strictly right span; None where no span has a score."""
    score, right, label = _scored(matched)
    if not len(score):
        return None
    labels: dict[str, LabelCalibration] = {}
    for i, name in enumerate(matched.labels):
        mine = label == i
        labels[name] = {"count": int(mine.sum()), "ece": _ece(bins(score[mine], right[mine]))}
    found = bins(score, right)
    return {"bins": found, "count": len(score), "ece": _ece(found), "labels": labels}


def bins(score: Floats, right: Bools) -> list[Bin]:
    """The spans by score in BINS classes of equal width; the last one holds 1.0 too."""
    which = np.minimum((score * BINS).astype(np.int64), BINS - 1)
    size = np.bincount(which, minlength=BINS)
    found: list[Bin] = []
    for i in range(BINS):
        # Sorted: the sum of floating-point numbers shall not depend on the order of documents.
        mine = np.sort(score[which == i])
        held = int(size[i])
        found.append(
            {
                "low": i / BINS,
                "high": (i + 1) / BINS,
                "count": held,
                "score": float(mine.sum() / held) if held else None,
                "correct": int(right[which == i].sum()) / held if held else None,
            }
        )
    return found


def _ece(found: list[Bin]) -> float | None:
    """The distance of mean score and share of right spans, averaged over all spans; None where there are none."""
    total = sum(b["count"] for b in found)
    if not total:
        return None
    return sum(b["count"] * abs((b["correct"] or 0.0) - (b["score"] or 0.0)) for b in found) / total


def thresholds(matched: Matched) -> list[Threshold] | None:
    """Strict micro scores over rising thresholds, the first of which keeps every span; None where none has a score."""
    score, right, _ = _scored(matched)
    if not len(score):
        return None
    order = np.argsort(-score, kind="stable")
    falling, hits = score[order], np.cumsum(right[order])
    # Spans of one score stand or fall together: cut only behind the last of them.
    ends = np.flatnonzero(np.append(falling[1:] != falling[:-1], True))
    if len(ends) > POINTS:
        ends = ends[np.unique(np.linspace(0, len(ends) - 1, POINTS).astype(np.int64))]
    predicted, correct = ends + 1, hits[ends]
    gold = np.full(len(ends), len(matched.gold))
    figures = rates(np.stack([2 * correct, gold, 2 * correct, predicted], axis=-1))
    rows = zip(falling[ends].tolist(), predicted.tolist(), figures.tolist(), strict=True)
    points: list[Threshold] = [
        {"threshold": t, "predicted": n, "precision": number(p), "recall": number(r), "f1": number(f)}
        for t, n, (p, r, f) in rows
    ]
    return points[::-1]


def _scored(matched: Matched) -> tuple[Floats, Bools, Ints]:
    """Score, strict correctness and label of the predicted spans that have a score: shapes (spans,)."""
    known = ~np.isnan(matched.predicted.score)
    _, status = statuses(matched, "strict")
    return matched.predicted.score[known], (status == CORRECT)[known], matched.predicted.label[known]
