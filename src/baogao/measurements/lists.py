"""Lists: quantities that are told out to as many metrics, one each (甲、乙分别增长3%、5%)."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import pairwise
from typing import Final

from baogao.spans import Span

QUANTITIES: Final = ("VALUE", "CHANGE")
_EACH: Final = re.compile("分别|依次|各[为达]")
_JOINT: Final = re.compile(r"\s*(?:、|、?(?:和|与|及|以及))\s*")
_NOUN_JOINT: Final = re.compile(_JOINT.pattern + r"|\s*")  # quoted names need no mark: “甲”“乙”


def runs(text: str, spans: Sequence[Span]) -> dict[int, range]:
    """The indices of each run of two or more quantities with nothing but list marks between them, by its first.

    A VALUE can go on a run of CHANGEs (增长5%、4%: a tagger may take the second for one); a CHANGE begins a new one.
    """
    found: dict[int, range] = {}
    first = 0
    for index in range(1, len(spans) + 1):
        if index < len(spans) and _goes_on(text, spans[index - 1], spans[index]):
            continue
        if index - first > 1:
            found[first] = range(first, index)
        first = index
    return found


def told_out(
    text: str,
    spans: Sequence[Span],
    run: range,
    nouns: Sequence[int],
    carrying: Container[int],
    before: Sequence[int],
) -> list[int] | None:
    """The nouns to which the quantities of ``run`` belong, in order; None where they are not told out.

    ``nouns`` are the indices of the metrics and programmes in front of the run, ``carrying`` those of them that have a
    quantity already, and ``before`` are the nouns that the latest such run had. 分别 tells out: to a list of exactly as
    many nouns that have no quantity yet, or to the last nouns where each has one (甲3亿元，乙2亿元，分别增长5%和4%). A
    run of the same length without it goes on with the nouns of the one before, if none has come since.
    """
    size = len(run)
    if not nouns:
        return None
    if not _EACH.search(text, spans[run[0] - 1].end, spans[run[0]].end):
        return list(before) if size == len(before) and nouns[-1] == before[-1] else None
    latest = list(nouns[-size:])
    if len(latest) < size:
        return None
    if all(noun in carrying for noun in latest):
        return latest
    chain = list(nouns[-size - 1 :])
    links = [_neighbours(text, spans[one], spans[other]) for one, other in pairwise(chain)]
    if len(chain) > size and links.pop(0) and chain[0] not in carrying:
        return None  # the list is longer than the run
    return latest if all(links) and not any(noun in carrying for noun in latest) else None


def _goes_on(text: str, one: Span, other: Span) -> bool:
    """Whether ``other`` goes on the run of quantities in which ``one`` stands in front of it."""
    return (
        other.label in (one.label, "VALUE")
        and one.label in QUANTITIES
        and _JOINT.fullmatch(text, one.end, other.start) is not None
    )


def _neighbours(text: str, one: Span, other: Span) -> bool:
    """Whether two nouns are neighbours in a list."""
    return _NOUN_JOINT.fullmatch(text, one.end, other.start) is not None
