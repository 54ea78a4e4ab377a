"""Windows over a paragraph that is longer than an encoder can see, cut where it hurts least."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# From the best place to cut to the worst; the cut lies behind the mark.
_CUTS: Final = (re.compile("[。！？!?][”’）》」』]*"), re.compile("[；;]"), re.compile("[，,：:]"), re.compile("[、 ]"))


@dataclass(frozen=True, slots=True)
class Window:
    """The characters [start, end) that the model sees and those [core_start, core_end) it is asked about.

    The cores of a paragraph's windows tile it; what lies between core and edge is context.
    """

    start: int
    end: int
    core_start: int
    core_end: int


def windows(
    text: str, limit: int, *, context: int = 0, protected: Sequence[tuple[int, int]] = ()
) -> tuple[Window, ...]:
    """Windows of at most ``limit`` characters whose cores tile ``text``, with ``context`` characters on each side.

    No cut falls inside a ``protected`` half-open range (a gold span) unless the range alone exceeds what a core can
    hold. Raises ValueError for a limit that leaves the cores no room.
    """
    if limit < 1 or context < 0 or limit <= 2 * context:
        raise ValueError(f"a limit of {limit} characters leaves no room beside 2 × {context} of context")
    if len(text) <= limit:
        return (Window(0, len(text), 0, len(text)),) if text else ()
    found: list[Window] = []
    start = 0
    while start < len(text):
        # The first core has no context before it and the last none behind it, so they may be longer.
        room = limit - min(context, start) - context
        end = len(text) if len(text) - start <= limit - min(context, start) else _cut(text, start, room, protected)
        first, last = max(0, start - context), min(len(text), end + context)
        found.append(Window(first, last, start, end))
        start = end
    return tuple(found)


def _cut(text: str, start: int, room: int, protected: Sequence[tuple[int, int]]) -> int:
    """Where a core that begins at ``start`` should end: behind the best mark in the latter half of its room."""
    hard = start + room

    def free(position: int) -> bool:
        return not any(a < position < b for a, b in protected)

    for pattern in _CUTS:
        ends = [m.end() for m in pattern.finditer(text, start + room // 2, hard)]
        for end in reversed(ends):
            if end <= hard and free(end):
                return end
    for end in range(hard, start, -1):
        if free(end):
            return end
    return hard  # one protected range fills the whole room: it cannot fit
