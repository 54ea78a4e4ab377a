"""Matching: which gold span and which predicted span of a text belong together.

Everything after this step is a rule on pairs. All texts lie one behind the other on one axis, so that a million spans
are matched by sorting and searching, without a loop over documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from baogao.errors import BaogaoError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

QUOTES: Final = "“”‘’\"'＂＇「」『』〝〞《》〈〉"
"""Quotation and book marks, on which annotators and systems differ without differing in what they mean."""

NONE: Final = -1
"""In an array of partners: this span has none."""


class Spanned(Protocol):
    """Anything with half-open offsets and a label: Span, Mark, Found."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def label(self) -> str: ...


class Found(NamedTuple):
    """A predicted span: half-open offsets, a label, and how sure the system was of it, if it says so (0 to 1)."""

    start: int
    end: int
    label: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One text with its gold and predicted spans, both flat, both restricted to what was annotated.

    ``text`` is None where only offsets are at hand; ``sections`` are (start, end, kind) that tile the text.
    """

    id: str
    sha256: str
    gold: Sequence[Spanned]
    predicted: Sequence[Found]
    text: str | None = None
    level: str = ""
    sections: Sequence[tuple[int, int, str]] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Spans as columns, sorted by document and offset; every array has the shape (spans,).

    ``start`` and ``end`` count on the common axis; ``core_start`` and ``core_end`` leave out quotation marks at the
    edges (the same as start and end where there is no text); ``score`` is NaN where there is none.
    """

    document: Ints
    start: Ints
    end: Ints
    label: Ints
    score: Floats
    core_start: Ints
    core_end: Ints

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True)
class Matched:
    """The cases in the order of their hashes, their spans, and who is whose partner.

    ``offset[i]`` is where document i begins on the common axis, ``text`` what stands on it (None where one is missing).
    ``gold_partner`` holds for each gold span the index of its predicted span, or NONE; ``predicted_partner`` the other
    way round. ``overlap_gold`` and ``overlap_predicted`` list every overlapping couple of spans with different
    boundaries, best first.
    """

    cases: tuple[Case, ...]
    labels: tuple[str, ...]
    offset: Ints
    text: str | None
    gold: Table
    predicted: Table
    gold_partner: Ints
    predicted_partner: Ints
    overlap_gold: Ints
    overlap_predicted: Ints

    @property
    def paired_gold(self) -> Ints:
        """The gold spans that have a partner: shape (pairs,)."""
        return np.flatnonzero(self.gold_partner != NONE)

    @property
    def paired_predicted(self) -> Ints:
        """Their partners, in the same order: shape (pairs,)."""
        return self.gold_partner[self.paired_gold]


def match(cases: Sequence[Case], labels: Sequence[str]) -> Matched:
    """Pair gold and predicted spans one to one; labels beyond ``labels`` come after them, sorted.

    Spans with the same boundaries are a pair. Of the others that overlap, pairs are taken in this order: the same once
    quotation marks at the edges are left out; the same label; the longer overlap; further left. A span whose
    overlapping spans are all taken stays alone. Raises BaogaoError where the spans of one side overlap each other.
    """
    ordered = tuple(sorted(cases, key=lambda c: (c.sha256, c.id)))
    sides = [s for c in ordered for s in c.gold], [s for c in ordered for s in c.predicted]
    known = {name: i for i, name in enumerate(labels)}
    for name in sorted(set(map(attrgetter("label"), chain(*sides))) - known.keys()):
        known[name] = len(known)
    texts = [case.text for case in ordered if case.text is not None]
    text = "\0".join([*texts, ""]) if len(texts) == len(ordered) else None
    # A gap of one keeps spans of neighbouring documents apart.
    extents = [1 + (max((s.end for s in chain(c.gold, c.predicted)), default=0) if text is None else len(c.text or ""))
               for c in ordered]  # fmt: skip
    offset = np.concatenate(([0], np.cumsum(extents, dtype=np.int64)))
    marks = None if text is None else _quote_marks(text)
    unscored = np.full(len(sides[0]), np.nan)
    scores = np.array([s.score for s in sides[1]], dtype=np.float64)  # None becomes NaN
    gold = _table(sides[0], [len(c.gold) for c in ordered], ordered, offset, known, marks, unscored)
    predicted = _table(sides[1], [len(c.predicted) for c in ordered], ordered, offset, known, marks, scores)

    gold_partner = np.full(len(gold), NONE, dtype=np.int64)
    predicted_partner = np.full(len(predicted), NONE, dtype=np.int64)
    if len(gold) and len(predicted):
        at = np.minimum(np.searchsorted(gold.start, predicted.start), len(gold) - 1)
        same = np.flatnonzero((gold.start[at] == predicted.start) & (gold.end[at] == predicted.end))
        predicted_partner[same] = at[same]
        gold_partner[at[same]] = same
    over_gold, over_predicted = _overlaps(gold, predicted, gold_partner == NONE, predicted_partner == NONE)
    _pair(over_gold, over_predicted, gold_partner, predicted_partner)
    return Matched(
        ordered, tuple(known), offset, text, gold, predicted, gold_partner, predicted_partner, over_gold, over_predicted
    )


def _overlaps(gold: Table, predicted: Table, free_gold: Bools, free_predicted: Bools) -> tuple[Ints, Ints]:
    """Every overlapping couple of free spans, in the order in which pairs are taken: two arrays of shape (couples,)."""
    golds, found = np.flatnonzero(free_gold), np.flatnonzero(free_predicted)
    # Flat and sorted, the gold spans that overlap a predicted one stand side by side.
    first = np.searchsorted(gold.end[golds], predicted.start[found], side="right")
    last = np.searchsorted(gold.start[golds], predicted.end[found], side="left")
    sizes = np.maximum(last - first, 0)
    runs = np.repeat(first - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes) + np.arange(sizes.sum())
    g, p = golds[runs], np.repeat(found, sizes)
    overlap = np.minimum(gold.end[g], predicted.end[p]) - np.maximum(gold.start[g], predicted.start[p])
    same_core = (gold.core_start[g] == predicted.core_start[p]) & (gold.core_end[g] == predicted.core_end[p])
    order = np.lexsort((p, g, -overlap, gold.label[g] != predicted.label[p], ~same_core))
    return g[order], p[order]


def _pair(over_gold: Ints, over_predicted: Ints, gold_partner: Ints, predicted_partner: Ints) -> None:
    """Take couples, best first, whose two spans are both free; writes into the arrays of partners."""
    taken_gold, taken_predicted = set[int](), set[int]()
    for g, p in zip(over_gold.tolist(), over_predicted.tolist(), strict=True):
        if g not in taken_gold and p not in taken_predicted:
            taken_gold.add(g)
            taken_predicted.add(p)
            gold_partner[g], predicted_partner[p] = p, g


def _table(
    spans: Sequence[Spanned],
    sizes: Sequence[int],
    cases: Sequence[Case],
    offset: Ints,
    known: dict[str, int],
    marks: Bools | None,
    scores: Floats,
) -> Table:
    """The columns of the spans of all cases, of which the first has ``sizes[0]``, and so on."""
    count = len(spans)
    document = np.repeat(np.arange(len(sizes)), sizes)
    base = offset[document]
    start = base + np.fromiter(map(attrgetter("start"), spans), np.int64, count)
    end = base + np.fromiter(map(attrgetter("end"), spans), np.int64, count)
    label = np.fromiter(map(known.__getitem__, map(attrgetter("label"), spans)), np.int64, count)
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    wrong = np.flatnonzero((end <= start) | (start < base) | (end >= offset[document + 1]))
    crossing = np.flatnonzero(start[1:] < end[:-1])
    if len(wrong) or len(crossing):
        at = int(wrong[0] if len(wrong) else crossing[0] + 1)
        where = int(document[at])
        begin, stop = int(start[at] - offset[where]), int(end[at] - offset[where])
        what = "is empty or outside the text" if len(wrong) else "overlaps another"
        raise BaogaoError(
            f"record {cases[where].id!r}: span [{begin}, {stop}) {what}",
            offset=begin,
            remedy="spans are flat: keep the outermost",
        )
    core_start, core_end = (start, end) if marks is None else _core(start, end, marks)
    return Table(document, start, end, label[order], scores[order], core_start, core_end)


def _quote_marks(text: str) -> Bools:
    """Where in the text quotation marks stand: shape (length,)."""
    wanted = np.zeros(2**16, dtype=np.bool_)
    wanted[[ord(c) for c in QUOTES]] = True
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    return np.asarray(wanted[np.minimum(codes, 2**16 - 1)])


def _core(start: Ints, end: Ints, marks: Bools) -> tuple[Ints, Ints]:
    """The spans without the quotation marks at their edges; a span of nothing else stays as it is."""
    first, last = start.copy(), end.copy()
    while (moved := (first < last) & marks[np.minimum(first, len(marks) - 1)]).any():
        first += moved
    while (moved := (first < last) & marks[last - 1]).any():
        last -= moved
    bare = first >= last
    return np.where(bare, start, first), np.where(bare, end, last)
