"""How sure a tagger is of a text: its spans, and how many spans it expects there."""

from __future__ import annotations

from dataclasses import dataclass

from baogao.spans import Span


@dataclass(frozen=True, slots=True)
class Assessment:
    """The spans of a text with their probabilities, and ``expected``: the number of spans by the model's own posterior.

    Both counts that an annotator's corrections consist of follow: a found span is wrong with 1 − its probability, and
    of the expected spans those that were not found will have to be drawn.
    """

    spans: tuple[Span, ...]
    expected: float

    @property
    def correct(self) -> float:
        """How many of the found spans are expected to be right."""
        return sum(span.score or 0.0 for span in self.spans)

    @property
    def corrections(self) -> float:
        """Spans to be removed plus spans to be drawn, as expected: 0 where the model is sure."""
        return max(0.0, len(self.spans) + self.expected - 2 * self.correct)

    @property
    def confidence(self) -> float:
        """Above 0, at most 1: the expected share of agreement (found and right ÷ found or missed).

        One agreed span is added above and below, so that a text without spans has a confidence too.
        """
        return (1 + self.correct) / (1 + self.correct + self.corrections)
