"""Links: which METRIC (or counted PROGRAM) a VALUE or CHANGE belongs to, by the rules of the annotation scheme."""

from __future__ import annotations

import re
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
    linked: list[tuple[Span, Span | None]] = []
    ahead: set[Span] = set()  # metrics that a quantity in front of them has taken
    inherited: Span | None = None
    for index, span in enumerate(spans):
        if span.label not in QUANTITIES:
            continue
        left = _left(text, spans, index)
        target = None
        if linked and _BRACKET.search(text[linked[-1][0].end : span.start]):
            target = linked[-1][1]
        if target is None and span.label == "VALUE" and (left is None or left.end != span.start or left in ahead):
            following = spans[index + 1] if index + 1 < len(spans) else None
            if following is not None and following.label == "METRIC" and following.start == span.end:
                target = following
                ahead.add(following)
        if target is None and left is not None and (left not in ahead or span.label == "CHANGE"):
            target = left
        if target is None and (target := _right(text, spans, index)) is not None:
            ahead.add(target)
        if target is None:
            target = inherited
        inherited = target if target is not None else inherited
        linked.append((span, target))
    return linked


def _left(text: str, spans: Sequence[Span], index: int) -> Span | None:
    """The nearest METRIC or PROGRAM to the left of ``spans[index]`` in its clause."""
    for candidate in reversed(spans[:index]):
        if _CLAUSE.search(text[candidate.end : spans[index].start]):
            return None
        if candidate.label in ("METRIC", "PROGRAM"):
            return candidate
    return None


def _right(text: str, spans: Sequence[Span], index: int) -> Span | None:
    """The nearest METRIC to the right in the clause, unless another quantity stands between."""
    for candidate in spans[index + 1 :]:
        if candidate.label in QUANTITIES or _CLAUSE.search(text[spans[index].end : candidate.start]):
            return None
        if candidate.label == "METRIC":
            return candidate
    return None
