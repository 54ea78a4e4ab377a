"""Annotation records: a report with its spans, with its text or stand-off."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final, NamedTuple

from baogao.errors import BaogaoError
from baogao.files import sha256_json, sha256_text
from baogao.spans import SURROGATE, Document, Span

_NO_NAME: Final = re.compile("[\ud800-\udfff\x00]")  # what names and metadata cannot hold


class Mark(NamedTuple):
    """A span of a record, which may lack its text: half-open offsets and a label."""

    start: int
    end: int
    label: str


class Tag(NamedTuple):
    """What an annotator said of the span [start, end): DIFF, unsure."""

    start: int
    end: int
    name: str


class Relation(NamedTuple):
    """A relation that an annotator drew, from one span's [start, end) to another's."""

    source: tuple[int, int]
    target: tuple[int, int]


@dataclass(frozen=True)
class Record:
    """One annotated report.

    ``text`` is None for stand-off records, whose report must be supplied (``sha256`` says which). ``ranges`` are the
    half-open parts of the text that were annotated, None for all of it: outside them the absence of a span says
    nothing. ``path`` and ``line`` say where the record was read. ``scores`` are a system's, one a mark (0 to 1), None
    where there are none. ``tags`` and ``relations`` are people's; the links of measurements are derived and need none.
    """

    id: str
    sha256: str
    marks: tuple[Mark, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    ranges: tuple[tuple[int, int], ...] | None = None
    annotator: str = ""
    scheme: str = ""
    path: str | None = None
    line: int | None = None
    scores: tuple[float, ...] | None = None
    tags: tuple[Tag, ...] = ()
    relations: tuple[Relation, ...] = ()

    def __post_init__(self) -> None:
        surrogate = SURROGATE.search(self.text or "")
        if surrogate:
            raise BaogaoError(
                f"record {self.id!r}: the text holds half a surrogate pair, which is no character",
                path=self.path,
                line=self.line,
                offset=surrogate.start(),
                remedy="write the file anew from the report, as UTF-8",
            )
        known = {"id": self.id, "annotator": self.annotator, "scheme": self.scheme, "meta": dict(self.meta)}
        for name, value in known.items():
            if _NO_NAME.search(value if isinstance(value, str) else _strings(value)):
                raise BaogaoError(
                    f"record {self.id!r}: {name!r} holds NUL or half a surrogate pair: {value!r}",
                    path=self.path,
                    line=self.line,
                    remedy="take the character out",
                )

    def attach(self, text: str) -> Record:
        """The record with its report's text; BaogaoError where the text is not the one that was annotated."""
        actual = sha256_text(text)
        if actual != self.sha256:
            raise BaogaoError(
                f"record {self.id!r}: the text's hash is {actual[:12]}…, the annotated one is {self.sha256[:12]}…",
                path=self.path,
                line=self.line,
                remedy="supply the report exactly as it was annotated, or annotate this version anew",
            )
        return replace(self, text=text)

    def document(self) -> Document:
        """The report with its spans; BaogaoError for a stand-off record without its text and for unlawful spans."""
        if self.text is None:
            raise BaogaoError(
                f"record {self.id!r} is stand-off: its report's text is not here",
                path=self.path,
                line=self.line,
                remedy="join it to the report first: baogao corpus attach FOLDER --annotations FILE",
            )
        problem = range_problem(self)
        if problem:
            raise BaogaoError(
                f"record {self.id!r}: {problem}", path=self.path, line=self.line, remedy="correct 'ranges'"
            )
        try:
            spans = [Span.of(self.text, m.start, m.end, m.label) for m in self.marks]
            return Document(self.text, id=self.id, spans=tuple(spans), meta=self.meta)
        except BaogaoError as error:
            raise BaogaoError(
                f"record {self.id!r}: {error.what}",
                path=self.path,
                line=self.line,
                offset=error.offset,
                remedy=f"baogao check {self.path or 'FILE'} lists every such span",
            ) from error

    def annotated(self) -> tuple[tuple[int, int], ...]:
        """The annotated parts of the text: ``ranges``, or all of it, however long where the text is not here."""
        if self.ranges is not None:
            return self.ranges
        return ((0, sys.maxsize if self.text is None else len(self.text)),)

    def to_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {"id": self.id, "sha256": self.sha256, "meta": dict(self.meta)}
        if self.text is not None:
            value["text"] = self.text
        if self.ranges is not None:
            value["ranges"] = [list(r) for r in self.ranges]
        value["spans"] = [m._asdict() for m in self.marks]
        for span, score in zip(value["spans"], self.scores or (), strict=False):
            span["score"] = score
        if self.tags:
            value["tags"] = [list(t) for t in self.tags]
        if self.relations:
            value["relations"] = [[list(r.source), list(r.target)] for r in self.relations]
        value["annotator"] = self.annotator
        value["scheme"] = self.scheme
        return value


def _strings(value: Any) -> str:
    """All strings of a JSON value, keys included, in one."""
    if isinstance(value, Mapping):
        return "".join(_strings(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return "".join(map(_strings, value))
    return value if isinstance(value, str) else ""


def range_problem(record: Record) -> str | None:
    """Why the annotated ranges of a record are not lawful, or None: each inside the text, none empty, in order."""
    ranges = record.ranges or ()
    for start, end in ranges:
        if start < 0 or start >= end or (record.text is not None and end > len(record.text)):
            return f"annotated range [{start}, {end}) is empty or outside the text"
    for (start, end), (following, last) in pairwise(ranges):
        if following < end:
            return f"annotated range [{following}, {last}) overlaps or precedes [{start}, {end})"
    return None


def record_of(document: Document, *, annotator: str = "", scheme: str = "") -> Record:
    """A record with text of a document and its spans."""
    marks = tuple(Mark(s.start, s.end, s.label) for s in document.spans)
    meta = {k: list(v) if isinstance(v, tuple) else v for k, v in document.meta.items()}
    return Record(document.id, document.sha256, marks, meta, document.text, None, annotator, scheme)


def fingerprint(records: Iterable[Record]) -> str:
    """A hash of what records say (reports, annotated parts, spans), whatever their order and file."""
    return sha256_json(sorted((r.id, r.sha256, json.dumps([r.ranges, r.marks])) for r in records))
