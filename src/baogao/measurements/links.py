"""Links: which METRIC (or counted PROGRAM) a VALUE or CHANGE belongs to, by the rules of the annotation scheme."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from baogao.reports.sentences import sentences
from baogao.spans import Span

QUANTITIES: Final = ("VALUE", "CHANGE")
_CLAUSE: Final = re.compile("[，；,;：:。！？!?]")
_BRACKET: Final = re.compile("[（(][^（）()]*$")


def by_sentence(text: str, spans: Iterable[Span]) -> Iterator[list[Span]]:
    """The spans of each sentence that holds any, in order."""
    ordered = sorted(spans)
    position = 0
    for _, end in sentences(text):
        group = []
        while position < len(ordered) and ordered[position].start < end:
            group.append(ordered[position])
            position += 1
        if group:
            yield group


def link(text: str, spans: Sequence[Span]) -> list[tuple[Span, Span | None]]:
    """Each VALUE and CHANGE among the spans of one sentence with the span that it measures, None where there is none.

    In this order: a quantity in brackets takes what the quantity before the bracket took; a VALUE that directly
    precedes a noun of its own (9个|乡镇) takes that noun; otherwise the nearest METRIC or PROGRAM to the left in its
    clause, then the nearest to the right there, then what the quantity before it took (其中, 、 and elided subjects
    inherit).
    """
    if not spans:
        return []
    ends = [spans[0].start + m.start() for m in _CLAUSE.finditer(text[spans[0].start : spans[-1].end])]
    clause = [bisect_left(ends, span.start) for span in spans]
    linked: list[tuple[Span, Span | None]] = []
    ahead: set[int] = set()  # indices of metrics that a quantity in front of them has taken
    left: int | None = None  # the last METRIC or PROGRAM so far
    inherited: int | None = None
    for index, span in enumerate(spans):
        if span.label not in QUANTITIES:
            left = index if span.label in ("METRIC", "PROGRAM") else left
            continue
        near = left if left is not None and clause[left] == clause[index] else None
        target = None
        if linked and _BRACKET.search(text[linked[-1][0].end : span.start]):
            target = inherited
        taken = near is None or near in ahead or spans[near].end != span.start
        if target is None and span.label == "VALUE" and taken and _follows(spans, index):
            target = index + 1
            ahead.add(target)
        if target is None and near is not None and (near not in ahead or span.label == "CHANGE"):
            target = near
        if target is None and (target := _right(spans, clause, index)) is not None:
            ahead.add(target)
        inherited = inherited if target is None else target
        linked.append((span, None if inherited is None else spans[inherited]))
    return linked


def _follows(spans: Sequence[Span], index: int) -> bool:
    """Whether a METRIC stands directly behind ``spans[index]``."""
    following = spans[index + 1 : index + 2]
    return bool(following) and following[0].label == "METRIC" and following[0].start == spans[index].end


def _right(spans: Sequence[Span], clause: Sequence[int], index: int) -> int | None:
    """The index of the nearest METRIC to the right in the clause, unless another quantity stands between."""
    for other in range(index + 1, len(spans)):
        if clause[other] != clause[index] or spans[other].label in QUANTITIES:
            return None
        if spans[other].label == "METRIC":
            return other
    return None
