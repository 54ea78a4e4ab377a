"""Annotation records as JSON lines, one a report; their form is checked when they are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from baogao.corpus.cluener import from_cluener, is_cluener
from baogao.corpus.records import Mark, Record, Relation, Tag
from baogao.errors import BaogaoError
from baogao.files import atomic_open


class LeftOut(NamedTuple):
    """Something in an annotation file that is no record: where it stands (line or task, from 1) and what it is."""

    path: str | None
    line: int
    what: str


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
