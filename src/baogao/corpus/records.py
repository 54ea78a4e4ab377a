"""Annotation records: one JSON line a report, with its text or stand-off, checked when they are read."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from baogao.corpus.cluener import from_cluener, is_cluener
from baogao.errors import BaogaoError
from baogao.files import atomic_open, sha256_json, sha256_text
from baogao.spans import SURROGATE, Document, Span

_NO_NAME: Final = re.compile("[\ud800-\udfff\x00]")  # what names and metadata cannot hold


class Mark(NamedTuple):
    """A span of a record, which may lack its text: half-open offsets and a label."""

    start: int
    end: int
    label: str


class LeftOut(NamedTuple):
    """Something in an annotation file that is no record: where it stands (line or task, from 1) and what it is."""

    path: str | None
    line: int
    what: str


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


def parse_record(line: str, *, path: str | None = None, number: int | None = None) -> Record:
    """The record of one JSON line. Only its form is checked here; ``corpus.check`` looks at what it says."""

    def fail(what: str) -> BaogaoError:
        return BaogaoError(what, path=path, line=number, remedy="docs/formats.md describes the format")

    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise fail(f"not a line of JSON: {error}") from error
    if not isinstance(value, dict):
        raise fail("not a JSON object")
    if is_cluener(value):
        try:
            value = from_cluener(value, path=path, number=number)
        except ValueError as error:
            raise fail(str(error)) from error
    for key, kind in (("id", str), ("sha256", str), ("spans", list)):
        if not isinstance(value.get(key), kind):
            raise fail(f"key {key!r} is missing or no {'list' if kind is list else 'string'}")
    text = value.get("text")
    meta = value.get("meta", {})
    if not (text is None or isinstance(text, str)) or not isinstance(meta, dict):
        raise fail("'text' must be a string and 'meta' an object")
    marks, scores = _spans(value["spans"], fail)
    ranges = value.get("ranges")
    try:
        parts = None if ranges is None else tuple((whole(a), whole(b)) for a, b in ranges)
    except (TypeError, ValueError) as error:
        raise fail("'ranges' must be a list of [start, end]") from error
    try:
        tags = tuple(Tag(whole(start), whole(end), str(name)) for start, end, name in value.get("tags", ()))
        drawn = value.get("relations", ())
        relations = tuple(Relation((whole(a), whole(b)), (whole(c), whole(d))) for (a, b), (c, d) in drawn)
    except (TypeError, ValueError) as error:
        what = "'tags' must be a list of [start, end, name], 'relations' of [[start, end], [start, end]]"
        raise fail(what) from error
    return Record(
        value["id"], value["sha256"], marks, meta, text, parts,
        str(value.get("annotator", "")), str(value.get("scheme", "")), path, number,
        scores, tags, relations,
    )  # fmt: skip


def _spans(spans: list[Any], fail: Callable[[str], BaogaoError]) -> tuple[tuple[Mark, ...], tuple[float, ...] | None]:
    """The marks of a record, sorted, and their scores, if they have any."""
    marks: list[Mark] = []
    scores: list[float] = []
    for index, span in enumerate(spans):
        try:
            marks.append(Mark(whole(span["start"]), whole(span["end"]), str(span["label"])))
        except (TypeError, KeyError, ValueError) as error:
            raise fail(f"span {index}: needs whole numbers 'start' and 'end' and a 'label' ({error})") from error
        score = span.get("score")
        if score is not None:
            if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
                raise fail(f"span {index}: the score {score!r} is no probability from 0 to 1")
            scores.append(float(score))
    if scores and len(scores) < len(marks):
        raise fail(f"{len(scores)} of {len(marks)} spans have a score: all must, or none")
    order = sorted(range(len(marks)), key=marks.__getitem__)
    return tuple(marks[i] for i in order), tuple(scores[i] for i in order) if scores else None


def is_failure(line: str) -> bool:
    """Whether a JSON line is ``baogao predict``'s report of an input that failed."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "error" in value and "spans" not in value


def whole(value: Any) -> int:
    """``value``, which must be an integer; TypeError for anything else, numbers with a fraction included."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value


def read_jsonl(path: str | Path, left_out: list[LeftOut] | None = None) -> Iterator[Record]:
    """The records of a JSON-lines file, in order; BaogaoError with file and line at the first malformed one.

    Lines of ``baogao predict`` that say why an input failed hold no record: each is named in ``left_out``.
    """
    with reading(path), open(path, encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            if is_failure(line):
                if left_out is not None:
                    left_out.append(LeftOut(str(path), number, "an input that failed, no record"))
            else:
                yield parse_record(line, path=str(path), number=number)


@contextmanager
def reading(path: str | Path) -> Iterator[None]:
    """Make what can go wrong while an annotation file is read a BaogaoError that names it."""
    try:
        yield
    except OSError as error:
        raise BaogaoError(
            f"cannot read the annotations: {error.strerror}", path=path, remedy="check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise BaogaoError("annotation files are UTF-8; this is not", path=path, remedy="save it as UTF-8") from error


def write_jsonl(path: str | Path, records: Iterable[Record]) -> int:
    """Write records, one JSON line each, atomically; returns how many."""
    lines = [json.dumps(record.to_json(), ensure_ascii=False) + "\n" for record in records]
    with atomic_open(path) as stream:
        stream.writelines(lines)
    return len(lines)


def fingerprint(records: Iterable[Record]) -> str:
    """A hash of what records say (reports, annotated parts, spans), whatever their order and file."""
    return sha256_json(sorted((r.id, r.sha256, json.dumps([r.ranges, r.marks])) for r in records))
