"""Paragraphs and sentences as half-open ranges of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# Every character that str.splitlines() takes for a line end.
_LINE: Final = re.compile("[^\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]+")
# A sentence ends at its stop and takes the closing quotes and brackets behind it.
_STOP: Final = re.compile("[。！？!?]+[”’」』）)》〉】\"']*")


def paragraphs(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """The lines of ``text[start:end]`` that hold more than white space, without the white space at their edges."""
    for match in _LINE.finditer(text, start, len(text) if end is None else end):
        trimmed = trim(text, *match.span())
        if trimmed:
            yield trimmed


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """The sentences of ``text[start:end]``, in order, without white space at their edges; none crosses a line.

    Together they hold every character of the text that is no white space.
    """
    for first, last in paragraphs(text, start, end):
        begin = first
        for match in _STOP.finditer(text, first, last):
            trimmed = trim(text, begin, match.end())
            if trimmed:
                yield trimmed
            begin = match.end()
        trimmed = trim(text, begin, last)
        if trimmed:
            yield trimmed


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """[start, end) without the white space at its edges, or None where nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
