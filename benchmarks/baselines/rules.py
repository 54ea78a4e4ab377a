"""Rules only: what regular expressions and word lists reach. Written with a view to train and development alone."""

from __future__ import annotations

from collections.abc import Iterable

from baogao.corpus import Mark
from benchmarks.baselines.amounts import Found, amounts
from benchmarks.baselines.examples import mark_of, views
from benchmarks.baselines.metrics import metrics
from benchmarks.baselines.names import names


def tag(text: str) -> list[Mark]:
    """The spans of a text, in order and without overlap.

    The rules see each paragraph without its spaces, which stand anywhere in numbers and between words.
    """
    marks = []
    for view in views(text):
        kept = [i for i, char in enumerate(view.text) if char != " "]
        for found in find("".join(view.text[i] for i in kept)):
            marks.append(mark_of(view, kept[found.start], kept[found.end - 1] + 1, found.label))
    return marks


def find(text: str) -> list[Found]:
    """The spans of a paragraph without spaces. Digits in a name are no amount; a metric wins over a name inside it."""
    named = _apart(names(text), [])
    counted = _apart(amounts(text), named)
    measured = _apart([*counted, *metrics(text, counted)], [])
    return sorted([*measured, *_apart(named, measured)])


def _apart(found: Iterable[Found], taken: Iterable[Found]) -> list[Found]:
    """Those of ``found`` that overlap neither ``taken`` nor one before them."""
    kept: list[Found] = []
    occupied = [(other.start, other.end) for other in taken]
    for one in found:
        if all(one.end <= start or end <= one.start for start, end in occupied):
            kept.append(one)
            occupied.append((one.start, one.end))
    return kept
