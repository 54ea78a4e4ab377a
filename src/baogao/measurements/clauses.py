"""Clauses: the sentences that hold spans, and what parts the spans of one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from baogao.reports.sentences import sentences
from baogao.spans import Span

OPENING: Final = "（("
CLOSING: Final = "）)"
# A full stop written as a point ends a clause too, a decimal point does not.
_MARK: Final = re.compile(r"[，,；;：:。！？!?（(）)]|[.．](?!\d)")


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


def marks(text: str, spans: Sequence[Span]) -> list[str]:
    """For each span the marks between it and the span before: ends of clauses and brackets, in order.

    A mark inside a span is part of a number or a name (1,347人) and is not among them, but for a bracket that closes at
    the end of a span without having been opened there: a tagger takes one in now and then.
    """
    found = []
    start = spans[0].start if spans else 0
    for span in spans:
        found.append("".join(_MARK.findall(text, start, span.start)))
        stray = span.text[-1] in CLOSING and not any(mark in span.text for mark in OPENING)
        start = span.end - stray
    return found


def clauses(gaps: Iterable[str]) -> list[int]:
    """For each span, by the marks in front of it, the number of its clause.

    A bracket is a clause of its own, or several; behind it the clause goes on that stood before it.
    """
    numbers = []
    outer: list[int] = []
    current = latest = 0
    for gap in gaps:
        for mark in gap:
            if mark in CLOSING:
                current = outer.pop() if outer else current
                continue
            if mark in OPENING:
                outer.append(current)
            latest += 1
            current = latest
        numbers.append(current)
    return numbers
