"""All rules together: the flat spans of a paragraph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from baogao.rules.amounts import Found, amounts, cover
from baogao.rules.metrics import metrics
from baogao.rules.names import names


def find(text: str) -> list[Found]:
    """The spans of a paragraph's view, in order and without overlap.

    The rules see it without its spaces, which stand anywhere in numbers and between words.
    """
    kept = [i for i, char in enumerate(text) if char != " "]
    found = _find("".join(text[i] for i in kept))
    return [Found(kept[one.start], kept[one.end - 1] + 1, one.label) for one in found]


def _find(text: str) -> list[Found]:
    """The spans of a paragraph without spaces. Digits in a name are no amount; a metric wins over a name inside it."""
    named = _apart(names(text), [])
    counted = _apart(amounts(text), named)
    measured = _apart([*counted, *metrics(text, counted)], [])
    return sorted([*measured, *_apart(named, measured)])


def _apart(found: Iterable[Found], taken: Sequence[Found]) -> list[Found]:
    """Those of ``found`` that overlap neither ``taken`` nor one before them."""
    kept: list[Found] = []
    spans = list(found)
    occupied = bytearray(max((one.end for one in (*spans, *taken)), default=0))
    for other in taken:
        cover(occupied, other.start, other.end)
    for one in spans:
        if not any(occupied[one.start : one.end]):
            kept.append(one)
            cover(occupied, one.start, one.end)
    return kept
