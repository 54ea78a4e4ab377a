"""Links: which METRIC (or counted PROGRAM) a VALUE or CHANGE belongs to, by the rules of the annotation scheme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from baogao.measurements.clauses import CLOSING, OPENING, clauses, marks
from baogao.measurements.lists import QUANTITIES, runs, told_out
from baogao.spans import Span

# A programme is counted by the times that it was held; any other unit behind it may be of what it moved.
_TIMES: Final = re.compile("(?:[场期批届]|(?<!人)次)(?:以上|以下|以内|左右)?$")


def link(text: str, spans: Sequence[Span]) -> list[tuple[Span, Span | None]]:
    """Each VALUE and CHANGE among the spans of one sentence with the span that it measures, None where there is none.

    In this order: quantities that 分别 tells out take one noun each; a VALUE that directly precedes a METRIC (9个|乡镇)
    takes it; a VALUE between a PROGRAM and a METRIC takes the METRIC; otherwise the nearest METRIC or PROGRAM to the
    left in its clause, for a VALUE then the nearest METRIC to the right there, and then the METRIC that was named or
    what was measured last in the sentence (其中, 、 and elided subjects inherit). A bracket behind a quantity begins
    with what that quantity took; behind a bracket everything is as it was in front of it.
    """
    gaps = marks(text, spans)
    clause = clauses(gaps)
    lists = runs(text, spans)
    linked: dict[int, int | None] = {}
    given: dict[int, int] = {}  # what 分别 has told out
    told: list[int] = []  # the nouns of the latest run that was
    nouns: list[int] = []
    ahead: set[int] = set()  # nouns that a quantity in front of them has taken
    carrying: set[int] = set()  # nouns that have a quantity
    outer: list[tuple[int | None, int | None]] = []
    near: int | None = None  # the last METRIC or PROGRAM of the clause so far
    inherited: int | None = None
    for index, span in enumerate(spans):
        for mark in gaps[index]:
            if mark in CLOSING:
                near, inherited = outer.pop() if outer else (near, inherited)
            elif mark in OPENING:
                outer.append((near, inherited))
                near = None if spans[index - 1].label in QUANTITIES else near
            else:
                near = None
        if span.label in ("METRIC", "PROGRAM"):
            near = index
            nouns.append(index)
            # Nobody names a METRIC without a quantity, so one that has none yet goes before what was measured last.
            inherited = index if span.label == "METRIC" else inherited
        if span.label not in QUANTITIES:
            continue
        if index in lists and (found := told_out(text, spans, lists[index], nouns, carrying, told)):
            given.update(zip(lists[index], found, strict=True))
            told = found
        target = given.get(index)
        if target is None:
            target = _by_place(text, spans, clause, index, near, ahead)
        if target is not None:
            inherited = target
            if target > index:
                ahead.add(target)
        if inherited is not None:
            carrying.add(inherited)
        linked[index] = inherited
    return [(spans[i], None if noun is None else spans[noun]) for i, noun in linked.items()]


def _by_place(
    text: str, spans: Sequence[Span], clause: Sequence[int], index: int, near: int | None, ahead: set[int]
) -> int | None:
    """The noun that ``spans[index]`` measures by its place in the clause, whose last noun so far is ``near``."""
    if spans[index].label == "CHANGE":
        return near
    right = _right(text, spans, clause, index)
    if right is not None and spans[right].start == spans[index].end:
        touches = near is not None and near not in ahead and spans[near].end == spans[index].start
        if not touches:
            return right
    if near is None or near in ahead:
        return right
    if spans[near].label == "PROGRAM" and right is not None and not _TIMES.search(spans[index].text):
        return right
    return near


def _right(text: str, spans: Sequence[Span], clause: Sequence[int], index: int) -> int | None:
    """The index of the nearest METRIC to the right in the clause, unless another quantity or a 、 stands between."""
    for other in range(index + 1, len(spans)):
        if clause[other] != clause[index] or spans[other].label in QUANTITIES:
            return None
        if spans[other].label == "METRIC":
            return None if "、" in text[spans[index].end : spans[other].start] else other
    return None
