"""Errors by kind: each error is of exactly one kind, each wrong span belongs to exactly one error.

An error is a pair that is not strictly right, or a span without a partner. A span that is left over although it
overlaps one that found its partner belongs to that pair (to the one it overlaps most). The kinds:

=============  ==================================================================================================
missed         a gold span that no predicted span overlaps
spurious       a predicted span that overlaps no gold span
split          one gold span, several predicted ones (more predicted than gold spans in the error)
merged         one predicted span, several gold ones (no more predicted than gold spans, and several)
type           a pair with the right boundaries and the wrong label
type_boundary  a pair with wrong boundaries and the wrong label
too_long       right label; the predicted span holds the gold span and more
too_short      right label; the gold span holds the predicted span and more
left           right label; the predicted span begins before the gold span and ends before it
right          right label; the predicted span begins after the gold span and ends after it
=============  ==================================================================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import numpy as np

from baogao.evaluation.match import NONE, Ints, Matched, Table
from baogao.evaluation.result import Confusion, Error, ErrorSpan, Kinds
from baogao.reports.sentences import sentences

KINDS: Final = (
    "too_long", "too_short", "left", "right", "split", "merged", "type", "type_boundary", "missed", "spurious",
)  # fmt: skip
BOUNDARY: Final = ("too_long", "too_short", "left", "right")


class Errors:
    """The errors of a match: arrays over errors, and the spans that were left over beside a pair."""

    def __init__(self, matched: Matched) -> None:
        gold, predicted = matched.gold, matched.predicted
        self.matched = matched
        self.beside_gold, self.beside_predicted = _beside(matched)
        g, p = matched.paired_gold, matched.paired_predicted
        early, late = predicted.start[p] - gold.start[g], predicted.end[p] - gold.end[g]  # below 0: further left
        typed = gold.label[g] != predicted.label[p]
        extra_predicted = np.bincount(self.beside_gold[self.beside_gold != NONE], minlength=len(gold))[g]
        extra_gold = np.bincount(self.beside_predicted[self.beside_predicted != NONE], minlength=len(predicted))[p]
        kind = np.select(
            [
                extra_predicted > extra_gold,
                extra_gold > 0,
                typed & (early == 0) & (late == 0),
                typed,
                (early <= 0) & (late >= 0),
                (early >= 0) & (late <= 0),
                early < 0,
            ],
            [KINDS.index(k) for k in ("split", "merged", "type", "type_boundary", "too_long", "too_short", "left")],
            KINDS.index("right"),
        )
        wrong = typed | (early != 0) | (late != 0)
        lost = np.flatnonzero((matched.gold_partner == NONE) & (self.beside_predicted == NONE))
        added = np.flatnonzero((matched.predicted_partner == NONE) & (self.beside_gold == NONE))
        self.gold: Ints = np.concatenate([g[wrong], lost, np.full(len(added), NONE)])
        self.predicted: Ints = np.concatenate([p[wrong], np.full(len(lost), NONE), added])
        self.kind: Ints = np.concatenate(
            [
                kind[wrong],
                np.full(len(lost), KINDS.index("missed")),
                np.full(len(added), KINDS.index("spurious")),
            ]
        )
        self.label: Ints = np.concatenate([gold.label[self.gold[self.gold != NONE]], predicted.label[added]])
        bounds = np.isin(kind, [KINDS.index(k) for k in BOUNDARY]) & wrong
        self._edges = (early[bounds] != 0).astype(np.int64) + 2 * (late[bounds] != 0)

    def kinds(self) -> Kinds:
        """How many errors of each kind, by label and in all; and of the four boundary kinds, at which edge."""
        labels, size = self.matched.labels, len(KINDS)
        table = np.bincount(self.label * size + self.kind, minlength=len(labels) * size).reshape(len(labels), size)
        left, right, both = np.bincount(self._edges, minlength=4)[1:].tolist()
        return {
            "labels": {name: dict(zip(KINDS, table[i].tolist(), strict=True)) for i, name in enumerate(labels)},
            "all": dict(zip(KINDS, table.sum(axis=0).tolist(), strict=True)),
            "edges": {"left": left, "right": right, "both": both},
        }

    def listed(self) -> Iterator[Error]:
        """Every error with its spans and its sentence, in the order of documents and offsets."""
        matched = self.matched
        more_predicted, more_gold = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
        for p in np.flatnonzero(self.beside_gold != NONE).tolist():
            more_predicted[int(self.beside_gold[p])].append(p)
        for g in np.flatnonzero(self.beside_predicted != NONE).tolist():
            more_gold[int(self.beside_predicted[g])].append(g)
        items = []
        for g, p, kind, label in zip(
            self.gold.tolist(), self.predicted.tolist(), self.kind.tolist(), self.label.tolist(), strict=True
        ):
            golds = [] if g == NONE else sorted([g, *more_gold[p]])
            found = [] if p == NONE else sorted([p, *more_predicted[g]])
            first = min([matched.gold.start[i] for i in golds] + [matched.predicted.start[i] for i in found])
            items.append((int(first), golds, found, KINDS[kind], matched.labels[label]))
        items.sort(key=lambda item: item[0])
        breaks: tuple[int, list[tuple[int, int]]] = (NONE, [])
        for first, golds, found, name, label_name in items:
            document = int(np.searchsorted(matched.offset, first, side="right")) - 1
            if document != breaks[0]:
                breaks = (document, list(sentences(matched.cases[document].text or "")))
            yield self._error(document, breaks[1], golds, found, name, label_name)

    def _error(
        self, document: int, breaks: list[tuple[int, int]], golds: list[int], found: list[int], kind: str, label: str
    ) -> Error:
        matched = self.matched
        case, offset = matched.cases[document], int(matched.offset[document])
        gold = [_span(matched, matched.gold, i, offset) for i in golds]
        predicted = [_span(matched, matched.predicted, i, offset) for i in found]
        start = min(s["start"] for s in [*gold, *predicted])
        end = max(s["end"] for s in [*gold, *predicted])
        touched = [(a, b) for a, b in breaks if a < end and start < b]
        around = (min(start, touched[0][0]), max(end, touched[-1][1])) if touched else (start, end)
        return {
            "document": case.id,
            "level": case.level,
            "section": next((kind for a, b, kind in case.sections if a <= start < b), ""),
            "kind": kind,
            "label": label,
            "gold": gold,
            "predicted": predicted,
            "sentence": None if case.text is None else list(around),
            "text": None if case.text is None else case.text[slice(*around)],
        }


def confusion(matched: Matched) -> Confusion:
    """Labels of paired spans, gold in the rows; the last row and column, "", hold the spans without a partner."""
    size = len(matched.labels) + 1
    g, p = matched.paired_gold, matched.paired_predicted
    rows = [matched.gold.label[g] * size + matched.predicted.label[p]]
    rows.append(matched.gold.label[matched.gold_partner == NONE] * size + size - 1)
    rows.append((size - 1) * size + matched.predicted.label[matched.predicted_partner == NONE])
    matrix = np.bincount(np.concatenate(rows), minlength=size * size).reshape(size, size)
    return {"labels": [*matched.labels, ""], "matrix": matrix.tolist()}


def _beside(matched: Matched) -> tuple[Ints, Ints]:
    """For each predicted span that is left over beside a pair the gold span it overlaps most, and the other way round;
    NONE for all others. Shapes (predicted spans,) and (gold spans,).
    """
    gold, predicted = matched.gold, matched.predicted
    of_predicted = np.full(len(predicted), NONE, dtype=np.int64)
    of_gold = np.full(len(gold), NONE, dtype=np.int64)
    g, p = matched.overlap_gold, matched.overlap_predicted
    overlap = np.minimum(gold.end[g], predicted.end[p]) - np.maximum(gold.start[g], predicted.start[p])
    worst_first = np.lexsort((-p, -g, overlap))  # the last write wins
    g, p = g[worst_first], p[worst_first]
    alone = matched.predicted_partner[p] == NONE
    of_predicted[p[alone]] = g[alone]
    alone = matched.gold_partner[g] == NONE
    of_gold[g[alone]] = p[alone]
    return of_predicted, of_gold


def _span(matched: Matched, table: Table, index: int, offset: int) -> ErrorSpan:
    span: ErrorSpan = {
        "start": int(table.start[index]) - offset,
        "end": int(table.end[index]) - offset,
        "label": matched.labels[int(table.label[index])],
    }
    if not np.isnan(table.score[index]):
        span["score"] = round(float(table.score[index]), 4)
    return span
