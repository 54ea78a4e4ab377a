"""Precision, recall and F1 from counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from baogao.evaluation.count import ZERO, Counts


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall, F1 (0 where nothing was found or nothing was there) and the number of gold spans."""

    precision: float
    recall: float
    f1: float
    support: int
    counts: Counts

    @classmethod
    def of(cls, counts: Counts) -> Score:
        correct, spurious, missed = counts.correct, counts.spurious, counts.missed
        precision = correct / (correct + spurious) if correct + spurious else 0.0
        recall = correct / (correct + missed) if correct + missed else 0.0
        # From the counts, not from precision and recall: one division, no rounding twice.
        f1 = 2 * correct / (2 * correct + spurious + missed) if correct else 0.0
        return cls(precision, recall, f1, correct + missed, counts)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores by label in the order of the label set, pooled over all spans (micro) and averaged over labels (macro)."""

    labels: Mapping[str, Score]
    micro: Score
    macro_f1: float


def score(documents: Iterable[Mapping[str, Counts]], labels: Sequence[str]) -> Scores:
    """Scores of the summed counts of ``documents``; labels beyond ``labels`` are scored too, after them.

    The macro average is over labels that occur in gold or prediction.
    """
    total: dict[str, Counts] = dict.fromkeys(labels, ZERO)
    for counts in documents:
        for label, counted in counts.items():
            total[label] = total.get(label, ZERO) + counted
    by_label = {label: Score.of(summed) for label, summed in total.items()}
    pooled = ZERO
    for summed in total.values():
        pooled = pooled + summed
    seen = [s.f1 for s in by_label.values() if s.counts != ZERO]
    return Scores(by_label, Score.of(pooled), sum(seen) / len(seen) if seen else 0.0)
