"""The spans of a paragraph as they are decoded, with what no span should begin or end with put right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from baogao.labels import LabelSet
from baogao.reports.view import View
from baogao.spans import Span
from baogao.tagger.decoding import Floats, decode

_DASHES: Final = "-－−–—"
_SIGNED: Final = re.compile("[^0-9０-９A-Za-z%％‰.~～/" + re.escape(_DASHES) + "]?[-－−][0-9０-９]")
"""A number behind a minus sign that stands for no dash of a name (A-3), a pair or a range, up to its first digit."""
_RANGE: Final = re.compile(r"[0-9０-９][^，。；、：0-9０-９]{0,3}\s?[-－−]$")
"""The dash behind the unit of a range's first number."""


def found_spans(text: str, view: View, log_probs: Floats, labels: LabelSet, least: float) -> Iterator[Span]:
    """The spans of one paragraph that are at least so probable, with offsets into the whole ``text``.

    ``log_probs`` has shape (characters, tags). A span whose edges are mended keeps the probability it was found with.
    """
    found = [one for one in decode(log_probs, labels) if one[3] >= least]
    limits = [start for start, *_ in found[1:]] + [len(view.text)] * bool(found)
    before, label_before = 0, ""
    for (start, end, label, score), limit in zip(found, limits, strict=True):
        # A number takes its sign (总额-3.1%), but a dash behind a span of its own label stands in a range.
        if before + (label == label_before) < start and _is_signed(view.text, start):
            start -= 1  # noqa: PLW2901
        while end < limit and _in_word(view.text, end):
            end += 1  # noqa: PLW2901
        length = len(trimmed(view.text[start:end]))
        if length:  # a span never begins with a space, but may be a bracket and no more
            before, label_before = start + length, label
            yield Span.of(text, *view.to_source(start, before), label, score)


def _is_signed(text: str, start: int) -> bool:
    """Whether the number that begins at ``start`` has a minus sign, and not the dash of a range (9月-12月)."""
    signed = _SIGNED.fullmatch(text[max(0, start - 2) : start + 1]) is not None
    return signed and not _RANGE.search(text[max(0, start - 8) : start])


def _in_word(text: str, position: int) -> bool:
    """Whether ``position`` parts two Latin letters, as no span's edge should (CP|I)."""
    return all(char.isascii() and char.isalpha() for char in text[position - 1 : position + 1])


def trimmed(surface: str) -> str:
    """``surface`` without what ends no span: white space, dashes, and closing brackets that nothing in it opens."""
    unopened: set[int] = set()
    depth = 0
    for i, char in enumerate(surface):
        if char in "（(":
            depth += 1
        elif char in "）)" and depth:
            depth -= 1
        elif char in "）)":
            unopened.add(i)
    end = len(surface)
    while end and (surface[end - 1].isspace() or surface[end - 1] in _DASHES or end - 1 in unopened):
        end -= 1
    return surface[:end]
