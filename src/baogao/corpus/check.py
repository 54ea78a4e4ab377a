"""Checks of annotation files: every violation found, each with its file, line and remedy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from baogao.corpus.attach import attach
from baogao.corpus.formats import annotation_files, load_file
from baogao.corpus.jsonl import LeftOut, is_failure, parse_record
from baogao.corpus.leakage import leaks
from baogao.corpus.records import Record, range_problem
from baogao.corpus.splits import PARTS
from baogao.errors import BaogaoError
from baogao.files import sha256_text
from baogao.labels import LabelSet
from baogao.spans import offset_problem

RARE: Final = 20
"""A label with fewer spans than this is reported: a tagger hardly learns it and its F1 says little."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (error) or worth a look (warning)."""

    severity: Literal["error", "warning"]
    code: str
    message: str
    remedy: str
    path: str | None = None
    line: int | None = None
    record: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found, and what it looked at."""

    findings: tuple[Finding, ...]
    files: int
    records: tuple[Record, ...]

    @property
    def errors(self) -> int:
        return sum(f.severity == "error" for f in self.findings)


def check_files(
    paths: Sequence[str | Path],
    labels: LabelSet,
    reports: str | Path | None = None,
    *,
    allow_leakage: bool = False,
) -> Report:
    """Check annotation files and folders; stand-off records with their text where ``reports`` holds it.

    A stand-off record whose report is not in ``reports`` is an error: it is missing, or its text has changed. Leakage
    between the parts that ``meta.split`` names is an error, with ``allow_leakage`` a warning.
    """
    findings: list[Finding] = []
    records: list[Record] = []
    files = annotation_files(paths)
    for file in files:
        if file.name.endswith(".jsonl"):
            _read_lines(file, records, findings)
            continue
        left_out: list[LeftOut] = []
        try:
            records += load_file(file, labels, left_out)
        except BaogaoError as error:
            findings.append(_from_error(error))
        findings += [_no_record(what, str(file), line) for _, line, what in left_out]
    if reports is not None:
        joined = attach(records, reports)
        records = list(joined.records)
        findings += [_missing(record, reports) for record in joined.missing]
    findings += check_records(records, labels)
    findings += check_leakage(records, allow=allow_leakage)
    return Report(tuple(findings), len(files), tuple(records))


def check_records(records: Sequence[Record], labels: LabelSet) -> list[Finding]:
    """All findings about records already read: each record by itself, then all of them together."""
    findings = [f for record in records for f in _check_record(record, labels)]
    return findings + list(_check_together(records, labels))


def _read_lines(file: Path, records: list[Record], findings: list[Finding]) -> None:
    """Read a JSON-lines file to its end: a malformed line is a finding, not the end of the check."""
    with open(file, "rb") as stream:
        for number, raw in enumerate(stream, start=1):
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                if is_failure(line):
                    findings.append(_no_record("an input that failed, no record", str(file), number))
                elif line.strip():
                    records.append(parse_record(line, path=str(file), number=number))
            except UnicodeDecodeError:
                remedy = "save the file as UTF-8"
                findings.append(Finding("error", "encoding", "the line is not UTF-8", remedy, str(file), number))
            except BaogaoError as error:
                findings.append(_from_error(error))


def _no_record(what: str, path: str, line: int) -> Finding:
    return Finding("warning", "record", what, "annotate it, or take it out of the file", path, line)


def _missing(record: Record, reports: str | Path) -> Finding:
    what = f"no report in {reports} has the hash {record.sha256[:12]}…: it is missing, or its text has changed"
    remedy = "supply the report exactly as it was annotated"
    return _about(record, "error", "missing", what, remedy)


def _from_error(error: BaogaoError) -> Finding:
    return Finding("error", "format", error.what, error.remedy or "correct the line", error.path, error.line)


def _check_record(record: Record, labels: LabelSet) -> Iterator[Finding]:
    def error(code: str, message: str, remedy: str) -> Finding:
        return Finding("error", code, message, remedy, record.path, record.line, record.id)

    text = record.text
    if text is not None and sha256_text(text) != record.sha256:
        yield error(
            "hash",
            f"the text's hash is {sha256_text(text)[:12]}…, the record says {record.sha256[:12]}…",
            "the text changed after it was annotated: restore it, or annotate this version anew",
        )
    if labels.scheme and record.scheme and record.scheme != labels.scheme:
        yield Finding(
            "warning", "scheme", f"annotated under scheme {record.scheme}, the label set is {labels.scheme}",
            "re-read the annotation under the current scheme", record.path, record.line, record.id,
        )  # fmt: skip
    unlawful = range_problem(record)
    if unlawful:
        yield error("range", unlawful, "correct 'ranges'")
    previous = None
    for mark in sorted(record.marks):
        name = f"{mark.label} [{mark.start}, {mark.end})"
        if mark.label not in labels.names:
            known = ", ".join(labels.names)
            yield error("label", f"{name}: unknown label", f"use one of {known}, or check with the right --labels")
        problem = offset_problem(text, mark.start, mark.end) if text is not None else None
        if text is None and not 0 <= mark.start < mark.end:
            problem = "is empty or before the text"
        if problem:
            code = "edge" if "white space" in problem else "offset"
            yield error(code, f"{name}: {problem}", "move the offsets to the characters that are meant")
        elif text is not None and "\n" in text[mark.start : mark.end]:
            yield error("line", f"{name} crosses a line end", "end the span on its line")
        if previous is not None and mark.start < previous.end:
            what = f"{name} overlaps {previous.label} [{previous.start}, {previous.end})"
            yield error("overlap", what, "spans are flat: keep one of the two, the outermost wins")
        if record.ranges is not None and not any(a <= mark.start and mark.end <= b for a, b in record.ranges):
            yield error("range", f"{name} is outside the annotated ranges", "widen 'ranges' or remove the span")
        if previous is None or mark.end > previous.end:
            previous = mark


def _check_together(records: Sequence[Record], labels: LabelSet) -> Iterator[Finding]:
    counts = Counter(mark.label for record in records for mark in record.marks)
    for name in labels.names:
        if counts[name] < RARE:
            yield Finding(
                "warning", "rare", f"label {name} has {counts[name]} spans, fewer than {RARE}",
                "annotate more of it before trusting its F1",
            )  # fmt: skip
    layers: dict[tuple[str, str], list[Record]] = defaultdict(list)
    hashes: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        layers[record.id, record.annotator].append(record)
        hashes[record.sha256].append(record)
        if record.meta.get("split") and record.meta["split"] not in PARTS:
            what = f"split {record.meta['split']!r} is unknown"
            yield _about(record, "error", "split", what, f"use one of {', '.join(PARTS)}")
    for (identity, annotator), same in layers.items():
        for twin in same[1:]:
            what = f"record {identity!r} by {annotator or 'nobody'!r} stands twice (first: {_where(same[0])})"
            yield _about(twin, "error", "duplicate", what, "keep one of them")
    for same in hashes.values():
        others = {r.id: r for r in same}
        for twin in list(others.values())[1:]:
            what = f"record {twin.id!r} has the same text as {same[0].id!r} ({_where(same[0])})"
            yield _about(twin, "error", "duplicate", what, "keep one of them, or give both one id")


def check_leakage(records: Sequence[Record], *, allow: bool = False) -> list[Finding]:
    """What the training, development and test parts (``meta.split``) have in common: errors, or warnings if allowed."""
    parts = {part: [r for r in records if r.meta.get("split") == part] for part in PARTS}
    found = leaks(parts["train"], [*parts["development"], *parts["test"]])
    found += leaks(parts["development"], parts["test"])
    remedy = "put all reports of a place, and copies of a paragraph, into one split, or allow it: --allow-leakage"
    return [_about(leak.held, "warning" if allow else "error", "leakage", str(leak), remedy) for leak in found]


def _about(record: Record, severity: Literal["error", "warning"], code: str, what: str, remedy: str) -> Finding:
    return Finding(severity, code, what, remedy, record.path, record.line, record.id)


def _where(record: Record) -> str:
    return f"{record.path or '?'}:{record.line or '?'}"


def raise_on_errors(findings: Iterable[Finding]) -> None:
    """BaogaoError with the first errors, where there are any: training and evaluation start only on sound data."""
    errors = [f for f in findings if f.severity == "error"]
    if errors:
        first = errors[0]
        more = f" (and {len(errors) - 1} more errors)" if len(errors) > 1 else ""
        about = f"record {first.record!r}: " if first.record else ""
        raise BaogaoError(f"{about}{first.message}{more}", path=first.path, line=first.line, remedy=first.remedy)
