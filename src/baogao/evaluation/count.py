"""Counting: every mode is a rule on pairs; its statistics are integers by document and label, counted once.

The vocabulary is that of MUC-5 and SemEval-2013 task 9, as the package nervaluate has it: correct, incorrect, partial,
missed, spurious. https://github.com/MantisAI/nervaluate
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from baogao.evaluation.match import NONE, Bools, Ints, Matched

CORRECT, INCORRECT, PARTIAL, ALONE = range(4)
"""What a span is under a mode. A gold span alone is missed, a predicted span alone is spurious."""

STATISTICS: Final = (
    "correct", "incorrect", "partial", "missed",
    "predicted_correct", "predicted_incorrect", "predicted_partial", "spurious",
)  # fmt: skip
"""The integers of a document and label: the first four are of gold spans of the label and sum to their number, the
last four of predicted spans of the label and sum to theirs."""

Rule = Callable[[Bools, Bools, Bools], Bools]
"""Which pairs are correct, given which have the same boundaries, the same boundaries but for quotation marks, and the
same label: each of shape (pairs,)."""

MODES: Final[dict[str, Rule]] = {
    "strict": lambda same, core, label: same & label,  # seqeval's strict mode under IOB2
    "exact": lambda same, core, label: same,
    "ent_type": lambda same, core, label: label,
    "partial": lambda same, core, label: same,  # the others are half right instead of wrong
    "quotes": lambda same, core, label: core & label,
}
"""The modes by name. ``strict``: boundaries and label agree; ``exact``: boundaries agree, whatever the label;
``ent_type``: the spans overlap and the label agrees; ``partial``: as exact, but an overlap counts half; ``quotes``:
strict once quotation and book marks at the edges are left out on both sides."""

NEEDS_TEXT: Final = frozenset({"quotes"})


def statuses(matched: Matched, mode: str) -> tuple[Ints, Ints]:
    """What each gold and each predicted span is under ``mode``: shapes (gold spans,) and (predicted spans,)."""
    gold, predicted = matched.gold, matched.predicted
    g, p = matched.paired_gold, matched.paired_predicted
    same = (gold.start[g] == predicted.start[p]) & (gold.end[g] == predicted.end[p])
    core = (gold.core_start[g] == predicted.core_start[p]) & (gold.core_end[g] == predicted.core_end[p])
    correct = MODES[mode](same, core, gold.label[g] == predicted.label[p])
    of_gold = np.full(len(gold), ALONE, dtype=np.int64)
    of_predicted = np.full(len(predicted), ALONE, dtype=np.int64)
    of_gold[g] = of_predicted[p] = np.where(correct, CORRECT, PARTIAL if mode == "partial" else INCORRECT)
    return of_gold, of_predicted


def count(status: tuple[Ints, Ints], groups: tuple[Ints, Ints], size: int) -> Ints:
    """The statistics of groups of spans: shape (size, 8), the columns as in STATISTICS.

    ``groups`` say for each gold and each predicted span to which of the ``size`` groups it belongs, NONE for none.
    """
    columns = []
    for what, group in zip(status, groups, strict=True):
        inside = group != NONE
        columns.append(np.bincount(group[inside] * 4 + what[inside], minlength=size * 4).reshape(size, 4))
    return np.concatenate(columns, axis=1)


def by_document_and_label(matched: Matched, mode: str) -> Ints:
    """The statistics of ``mode``: shape (documents, labels, 8)."""
    documents, labels = len(matched.cases), len(matched.labels)
    groups = (
        matched.gold.document * labels + matched.gold.label,
        matched.predicted.document * labels + matched.predicted.label,
    )
    return count(statuses(matched, mode), groups, documents * labels).reshape(documents, labels, len(STATISTICS))
