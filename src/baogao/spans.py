"""The vocabulary of the project: frozen values with half-open code-point offsets into the text as read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal

from baogao.errors import BaogaoError
from baogao.files import sha256_text

SURROGATE: Final = re.compile("[\ud800-\udfff]")

SectionKind = Literal["review", "plan", "other"]
Status = Literal["actual", "target", "forecast", "reference"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled piece of a text: ``text == document.text[start:end]``.

    ``score`` is the model's probability that exactly this span with this label stands here (0 to 1);
    ``None`` for spans that people drew.
    """

    start: int
    end: int
    label: str
    text: str
    score: float | None = None

    @classmethod
    def of(cls, text: str, start: int, end: int, label: str, score: float | None = None) -> Span:
        """The span of ``text`` from ``start`` to ``end``; BaogaoError where the offsets do not fit."""
        problem = offset_problem(text, start, end)
        if problem:
            raise BaogaoError(f"{label} span [{start}, {end}): {problem}", offset=start, remedy="correct the offsets")
        return cls(start, end, label, text[start:end], score)

    def to_json(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "label": self.label,
            "text": self.text,
            "score": None if self.score is None else round(self.score, 4),
        }


def offset_problem(text: str, start: int, end: int) -> str | None:
    """Why ``text[start:end]`` is no lawful span surface, or None where it is one."""
    if start < 0 or end > len(text):
        return f"reaches outside the text of {len(text)} characters"
    if start >= end:
        return "is empty"
    surface = text[start:end]
    if surface != surface.strip():
        return f"has white space at its edge: {surface!r}"
    return None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report, [start, end), of one kind; ``heading`` is the half-open range of its heading, if any."""

    start: int
    end: int
    kind: SectionKind
    heading: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """A derived record: what is measured, how much, how it changed. At least one of value and change is set."""

    metric: Span | None
    value: Span | None
    change: Span | None
    status: Status

    def to_json(self) -> dict[str, Any]:
        def part(span: Span | None) -> dict[str, Any] | None:
            return None if span is None else {"start": span.start, "end": span.end, "text": span.text}

        return {
            "metric": part(self.metric),
            "value": part(self.value),
            "change": part(self.change),
            "status": self.status,
        }


@dataclass(frozen=True)
class Document:
    """A report: its text exactly as read and what is known about it.

    Everything with offsets is checked against ``text`` when the document is made: spans carry their slice, are
    sorted and do not overlap; sections tile the text and hold their headings; measurements are made of the spans.
    ``id`` is stable: derived from the text unless given.
    """

    text: str
    id: str = ""
    spans: tuple[Span, ...] = ()
    sections: tuple[Section, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)
    path: str | None = None

    def __post_init__(self) -> None:
        surrogate = SURROGATE.search(self.text)
        if surrogate:
            raise BaogaoError(
                "the text holds half a surrogate pair, which is no character",
                path=self.path,
                offset=surrogate.start(),
                remedy="decode the file with its real encoding",
            )
        object.__setattr__(self, "meta", dict(self.meta))
        object.__setattr__(self, "spans", check_spans(self.text, self.spans, path=self.path))
        object.__setattr__(self, "sections", tuple(self.sections))
        object.__setattr__(self, "measurements", tuple(self.measurements))
        position = 0
        for section in self.sections:
            if section.start != position or section.end < section.start:
                raise BaogaoError(f"sections do not tile the text at {section.start}", offset=section.start)
            if section.heading and not section.start <= section.heading[0] < section.heading[1] <= section.end:
                raise BaogaoError(f"the heading {section.heading} lies outside its section", offset=section.start)
            position = section.end
        if self.sections and position != len(self.text):
            raise BaogaoError(f"sections end at {position} of {len(self.text)} characters", offset=position)
        known = set(self.spans)
        for record in self.measurements:
            if record.value is None and record.change is None:
                raise BaogaoError(f"a measurement has neither value nor change: {record}", path=self.path)
            for span in (record.metric, record.value, record.change):
                if span is not None and span not in known:
                    raise BaogaoError(f"a measurement has a span that the document lacks: {span}", path=self.path)
        if not self.id:
            object.__setattr__(self, "id", self.sha256[:16])

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text as read, as UTF-8."""
        return sha256_text(self.text)

    def with_spans(self, spans: Iterable[Span]) -> Document:
        """The same report with other spans; measurements, which are derived from spans, are dropped."""
        return replace(self, spans=tuple(spans), measurements=())

    def section_at(self, offset: int) -> Section | None:
        """The section that holds ``offset``."""
        return next((s for s in self.sections if s.start <= offset < s.end), None)


def check_spans(text: str, spans: Iterable[Span], *, path: str | None = None) -> tuple[Span, ...]:
    """``spans`` sorted, or BaogaoError for one that does not slice back or overlaps another."""
    ordered = tuple(sorted(spans, key=lambda s: (s.start, s.end, s.label)))
    previous: Span | None = None
    for span in ordered:
        problem = offset_problem(text, span.start, span.end)
        if problem is None and text[span.start : span.end] != span.text:
            problem = f"says {span.text!r}, but the text there is {text[span.start : span.end]!r}"
        if problem is None and previous is not None and span.start < previous.end:
            problem = f"overlaps {previous.label} [{previous.start}, {previous.end}) {previous.text!r}"
        if problem:
            raise BaogaoError(
                f"{span.label} span [{span.start}, {span.end}): {problem}",
                path=path,
                offset=span.start,
                remedy="correct the offsets; spans are flat and do not overlap",
            )
        previous = span
    return ordered
