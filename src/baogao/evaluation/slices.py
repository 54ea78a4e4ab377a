"""Slices: the same counts, over spans that share something: level, section, length, surface, document.

A gold span is in the slice by what is true of it, a predicted span by what is true of it. So the recall of a slice is
over its gold spans and the precision over its predicted ones, and a pair may lie across two slices.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from baogao.evaluation.count import STATISTICS, count
from baogao.evaluation.match import Ints, Matched, Table

LENGTHS: Final = (1, 3, 6, 11, 21)
"""Where the classes of span length begin, in characters."""

UNKNOWN: Final = "unknown"
"""The slice of what has no level, or lies in a text whose sections are not known."""

Surface = tuple[str, str]
"""The text of a span and its label."""


@dataclass(frozen=True, slots=True)
class Slicing:
    """A way to part spans: the names of the slices, and for each gold and each predicted span the index of its name."""

    names: tuple[str, ...]
    gold: Ints
    predicted: Ints

    def by_document(self, matched: Matched, status: tuple[Ints, Ints]) -> Ints:
        """The statistics under the mode of ``status``: shape (documents, slices, 8)."""
        documents, size = len(matched.cases), len(self.names)
        groups = (
            matched.gold.document * size + self.gold,
            matched.predicted.document * size + self.predicted,
        )
        return count(status, groups, documents * size).reshape(documents, size, len(STATISTICS))


def slicings(matched: Matched, seen: Set[Surface] | None = None) -> dict[str, Slicing]:
    """The slicings by name; ``surface`` only where all texts and ``seen``, the training data's surfaces, are given."""
    found = {"level": _level(matched), "section": _section(matched), "length": _length(matched)}
    if seen is not None and matched.text is not None:
        found["surface"] = _surface(matched, seen)
    return found


def _level(matched: Matched) -> Slicing:
    levels = [case.level or UNKNOWN for case in matched.cases]
    names, of_document = _indexed(levels)
    return Slicing(names, of_document[matched.gold.document], of_document[matched.predicted.document])


def _section(matched: Matched) -> Slicing:
    """By the section in which a span begins."""
    starts, kinds = [-1], [UNKNOWN]
    for case, offset in zip(matched.cases, matched.offset.tolist(), strict=False):
        for start, _, kind in case.sections or ((0, 0, UNKNOWN),):
            starts.append(offset + start)
            kinds.append(kind)
    names, of_section = _indexed(kinds)
    edges = np.array(starts)

    def at(table: Table) -> Ints:
        return np.asarray(of_section[np.searchsorted(edges, table.start, side="right") - 1])

    return Slicing(names, at(matched.gold), at(matched.predicted))


def _length(matched: Matched) -> Slicing:
    names = [f"{low}" if low + 1 == high else f"{low}–{high - 1}" for low, high in pairwise(LENGTHS)]
    edges = np.array(LENGTHS[1:])

    def at(table: Table) -> Ints:
        return np.searchsorted(edges, table.end - table.start, side="right")

    return Slicing((*names, f"{LENGTHS[-1]}+"), at(matched.gold), at(matched.predicted))


def _surface(matched: Matched, seen: Set[Surface]) -> Slicing:
    """Whether a span with the same text and the same label stands in the training data."""
    text = matched.text or ""
    of_label = [{surface for surface, label in seen if label == name} for name in matched.labels]

    def at(table: Table) -> Ints:
        columns = zip(table.start.tolist(), table.end.tolist(), table.label.tolist(), strict=True)
        return np.array([text[a:b] not in of_label[k] for a, b, k in columns], dtype=np.int64)

    return Slicing(("seen", "unseen"), at(matched.gold), at(matched.predicted))


def _indexed(values: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    """The different values, sorted, and the index of each value among them."""
    names = tuple(sorted(set(values)))
    index = {name: i for i, name in enumerate(names)}
    return names, np.array([index[value] for value in values], dtype=np.int64)
