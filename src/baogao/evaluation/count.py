"""Matching and counting: per document and label, how many spans agree exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Spanned(Protocol):
    """Anything with half-open offsets and a label: Span, Mark."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Counts:
    """Spans found and right, found and wrong, and missed; counts of documents add up."""

    correct: int
    spurious: int
    missed: int

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.correct + other.correct, self.spurious + other.spurious, self.missed + other.missed)


ZERO = Counts(0, 0, 0)


def count(gold: Iterable[Spanned], predicted: Iterable[Spanned]) -> dict[str, Counts]:
    """Strict counts of one document by label: a span is right when start, end and label all agree.

    This is seqeval's strict mode under IOB2, counted on span sets instead of tags.
    """
    truth = {(s.start, s.end, s.label) for s in gold}
    found = {(s.start, s.end, s.label) for s in predicted}
    both = Counter(label for _, _, label in truth & found)
    extra = Counter(label for _, _, label in found - truth)
    lost = Counter(label for _, _, label in truth - found)
    return {label: Counts(both[label], extra[label], lost[label]) for label in both | extra | lost}


def within(spans: Iterable[Spanned], ranges: Sequence[tuple[int, int]]) -> list[Spanned]:
    """The spans that lie wholly inside one of the annotated ranges: elsewhere nothing is known to be wrong."""
    return [s for s in spans if any(a <= s.start and s.end <= b for a, b in ranges)]
