"""The cleaned view of a text that a model sees, with the way back to the offsets of the text as read.

The text itself is never changed. The view drops what carries no meaning (Word residue, zero-width characters, white
space at the edges), makes one space of any run of white space and control characters, folds the rest character by
character (full-width digits and letters to ASCII, ASCII punctuation of Chinese prose to its Chinese form) and remembers
for every character where it came from.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

# Field codes that word processors leave behind when a document is saved as text.
RESIDUE: Final = re.compile(r"\[bookmark: [^\[\]\n\t]{0,80}\]|\[_GoBack\]")

_ZERO_WIDTH: Final = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_FOLDED: Final = {
    **{chr(c): chr(c - 0xFEE0) for c in range(0xFF10, 0xFF1A)},  # full-width digits
    **{chr(c): chr(c - 0xFEE0) for c in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))},  # and letters
    **dict(zip("％﹪＋－＝／．～˙•●", "%%+-=/.~···", strict=True)),
    **dict(zip("〝〞„‟「」『』﹁﹂", "“”“”“”“”“”", strict=True)),
    **dict(zip("—―─–", "————", strict=True)),
}
_CHINESE_PUNCTUATION: Final = dict(zip(",;:?!()", "，；：？！（）", strict=True))


@dataclass(frozen=True, slots=True)
class View:
    """Cleaned characters and, for each, its offset in the source: ``len(text) == len(origin)``, strictly rising."""

    text: str
    origin: tuple[int, ...]

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """The half-open source range of the view's characters [start, end), which must not be empty."""
        return self.origin[start], self.origin[end - 1] + 1

    def from_source(self, start: int, end: int) -> tuple[int, int] | None:
        """The view's range of the source's [start, end), or None where nothing of it is left."""
        first, last = bisect_left(self.origin, start), bisect_left(self.origin, end)
        return (first, last) if first < last else None


def clean(text: str, start: int = 0, end: int | None = None) -> View:
    """The view of ``text[start:end]``; offsets in ``origin`` count in the whole ``text``."""
    end = len(text) if end is None else end
    dropped = {i for m in RESIDUE.finditer(text, start, end) for i in range(m.start(), m.end())}
    characters: list[str] = []
    origin: list[int] = []
    space: int | None = None
    opening = True
    for i in range(start, end):
        char = text[i]
        if i in dropped or char in _ZERO_WIDTH:
            continue
        if char.isspace() or unicodedata.category(char) == "Cc":
            space = i if space is None else space
            continue
        if space is not None and characters:  # a run of white space inside becomes one space
            characters.append(" ")
            origin.append(space)
        space = None
        if char == '"':  # straight quotes pair up by turns, as their typist meant them
            folded = "“" if opening else "”"
            opening = not opening
        elif char in _CHINESE_PUNCTUATION and not _within_latin(text, i, start, end):
            folded = _CHINESE_PUNCTUATION[char]
        else:
            folded = _FOLDED.get(char, char)
        characters.append(folded)
        origin.append(i)
    return View("".join(characters), tuple(origin))


def _within_latin(text: str, i: int, start: int, end: int) -> bool:
    """Whether the character stands between ASCII letters or digits (15,394; 8:30), where it is not Chinese."""
    before = text[i - 1] if i > start else " "
    after = text[i + 1] if i + 1 < end else " "
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
