"""What the commands do, as functions that return exit codes; no torch, no Hydra."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.table import Table

from baogao.corpus import Record, attach, check_files, load_records, raise_on_errors, require_text, split, write_records
from baogao.corpus.check import check_records
from baogao.corpus.splits import size_of
from baogao.corpus.statistics import statistics
from baogao.errors import BaogaoError
from baogao.evaluation import count, render_json, render_table, score
from baogao.evaluation.count import within
from baogao.files import atomic_open, write_json
from baogao.labels import LabelSet, load_labels
from baogao.progress import console, track
from baogao.reports import read, sentences
from baogao.scoring import agreement, score_records
from baogao.spans import Document


@contextmanager
def _sink(output: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a file that appears whole at the end."""
    if output is None:
        yield sys.stdout
    else:
        with atomic_open(output) as stream:
            yield stream


def _print(table: Table) -> None:
    """A table on standard output; a file or pipe has no width, so there nothing is cut."""
    out = Console(highlight=False)
    if not out.is_terminal:
        out = Console(highlight=False, width=160)
    out.print(table)


def read_command(files: Sequence[Path], *, form: str, output: Path | None, quiet: bool) -> int:
    """A JSON line (or an overview) a report; one that cannot be read is named and makes the exit code 1."""
    if form not in ("jsonl", "table"):
        console().print(f"error: there is no format {form!r}\n  → use jsonl or table")
        return 2
    failed = 0
    with _sink(output) as out:
        for path in track(files, "reading", quiet=quiet):
            try:
                document = read(path)
                line = (
                    _overview(path, document)
                    if form == "table"
                    else json.dumps(_whole(path, document), ensure_ascii=False)
                )
            except BaogaoError as error:
                failed += 1
                console().print(f"error: {error}")
                line = f"{path}: error: {error.what}"
                if form == "jsonl":
                    line = json.dumps({"path": str(path), "error": error.what}, ensure_ascii=False)
            out.write(line + "\n")
    return 1 if failed else 0


def _whole(path: Path, document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "path": str(path),
        "sha256": document.sha256,
        "meta": dict(document.meta),
        "sections": [{"start": s.start, "end": s.end, "kind": s.kind, "heading": s.heading} for s in document.sections],
        "sentences": list(sentences(document.text)),
        "text": document.text,
    }


def _overview(path: Path, document: Document) -> str:
    """A few lines for people: what the head says, and the sections with their headings."""
    count = sum(1 for _ in sentences(document.text))
    lines = [f"{path}: {len(document.text):,} characters, {count} sentences, sha256 {document.sha256[:12]}…"]
    lines.append("  " + ", ".join(f"{key} {value}" for key, value in document.meta.items()))
    for section in document.sections:
        heading = document.text[slice(*section.heading)] if section.heading else ""
        lines.append(f"  {section.start:>7} – {section.end:<7} {section.kind:<7} {heading}".rstrip())
    return "\n".join(lines)


def check_command(files: Sequence[Path], *, labels: str, reports: Path | None, as_json: bool) -> int:
    """Findings on standard output, a summary on standard error."""
    label_set = load_labels(labels)
    texts: dict[str, str] = {}
    missing: tuple[Record, ...] = ()
    if reports is not None:
        plain = check_files(files, label_set)
        joined = attach(plain.records, reports)
        texts = {r.sha256: r.text for r in joined.records if r.text is not None}
        missing = joined.missing
    report = check_files(files, label_set, texts)
    for finding in report.findings:
        if as_json:
            print(json.dumps(finding.to_json(), ensure_ascii=False))
        else:
            where = f"{finding.path or '?'}:{finding.line or '?'}"
            about = f" {finding.record}:" if finding.record else ""
            print(f"{where}: {finding.severity} [{finding.code}]{about} {finding.message}\n  → {finding.remedy}")
    counts = Counter(m.label for r in report.records for m in r.marks)
    standoff = sum(r.text is None for r in report.records)
    say = console().print
    say(f"{report.files} files, {len(report.records)} records, {sum(map(size_of, report.records)):,} characters")
    say("spans: " + ", ".join(f"{name} {counts[name]:,}" for name in label_set.names))
    if standoff:
        say(f"{standoff} records are stand-off and were checked without their text (--reports FOLDER joins it)")
    for record in missing:
        say(f"no report with the hash of record {record.id!r} in {reports}: it is missing, or its text has changed")
    say(f"{report.errors} errors, {len(report.findings) - report.errors} warnings")
    return 1 if report.errors or missing else 0


def predict_command(
    files: Sequence[Path],
    *,
    model: str | None,
    form: str,
    output: Path | None,
    engine: str,
    threads: int | None,
    quiet: bool,
) -> int:
    """Predictions in the chosen form; each failed input is named on standard error and in the output."""
    from baogao.predictor import load
    from baogao.tables import FORMS, Writer

    if form not in FORMS:
        console().print(f"error: there is no format {form!r}\n  → use one of: {', '.join(FORMS)}")
        return 2
    if form == "parquet" and output is None:
        console().print("error: parquet is a binary format\n  → name a file: -o OUT.parquet")
        return 2
    if engine not in ("auto", "onnx", "torch"):
        console().print(f"error: there is no engine {engine!r}\n  → use one of: auto, onnx, torch")
        return 2
    predictor = load(model, engine, threads=threads)  # type: ignore[arg-type]
    failed = 0
    with Writer(form, output, predictor.model_id) as writer:
        for path in track(files, "predicting", quiet=quiet):
            try:
                writer.add(str(path), predictor(read(path)))
            except BaogaoError as error:
                failed += 1
                console().print(f"error: {error}")
                writer.fail(str(path), error.what)
    if failed:
        console().print(f"{failed} of {len(files)} inputs failed")
    return 1 if failed else 0


def evaluate_command(
    predicted: str,
    gold: Sequence[Path],
    *,
    labels: str,
    reports: Path | None,
    form: str,
    output: Path | None,
    quiet: bool,
) -> int:
    """Strict scores of a model directory or of annotation files against gold."""
    if form not in ("table", "json"):
        console().print(f"error: there is no format {form!r}\n  → use table or json")
        return 2
    source = Path(predicted)
    is_model = (source / "baogao.json").is_file()
    if is_model:
        from baogao.tagger import Tagger

        tagger = Tagger.load(source)
        label_set = tagger.labels
    else:
        label_set = load_labels(labels)
    records = require_text(_sound(gold, label_set), reports) if is_model else _sound(gold, label_set)
    if not records:
        raise BaogaoError("the gold holds no records", path=gold[0], remedy="name annotation files")
    if is_model:
        scores, signed = score_records(tagger, records, quiet=quiet)
    else:
        scores, signed = _score_files(source, records, label_set)
    result = render_json(scores, signed)
    if output is not None:
        write_json(output, result)
    if form == "json":
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        _print(render_table(scores))
        print("signature: " + json.dumps(signed, ensure_ascii=False))
    return 0


def _score_files(source: Path, gold: Sequence[Record], labels: LabelSet) -> tuple[Any, dict[str, Any]]:
    """Scores of annotation files, matched to gold by the hash of the text."""
    import baogao
    from baogao.corpus import fingerprint

    found = {r.sha256: r for r in _sound([source], labels)}
    absent = [r for r in gold if r.sha256 not in found]
    if absent:
        raise BaogaoError(
            f"{len(absent)} of {len(gold)} gold records have no prediction for their text (first: {absent[0].id!r})",
            path=source,
            remedy="predict the same texts as the gold's, character for character",
        )
    counted = [count(r.marks, within(found[r.sha256].marks, r.annotated())) for r in gold]
    signed = {
        "gold": fingerprint(gold)[:16],
        "records": len(gold),
        "predictions": fingerprint([found[r.sha256] for r in gold])[:16],
        "baogao": baogao.__version__,
    }
    return score(counted, labels.names), signed


def _sound(paths: Sequence[Path], labels: LabelSet) -> list[Record]:
    records = load_records(list(paths), labels)
    raise_on_errors(check_records(records, labels))
    return records


def attach_command(folder: Path, annotations: Sequence[Path], output: Path, *, labels: str) -> int:
    """Write the joined records; those without a report stay stand-off, are named, and make the exit code 1."""
    label_set = load_labels(labels)
    result = attach(load_records(list(annotations), label_set), folder)
    for path, reason in result.unreadable:
        console().print(f"not read: {path}: {reason}")
    for record in result.missing:
        console().print(f"no report in {folder} has the hash of record {record.id!r} ({record.sha256[:12]}…)")
    write_records(output, result.records, label_set)
    joined = len(result.records) - len(result.missing)
    console().print(f"{joined} of {len(result.records)} records joined → {output}")
    return 1 if result.missing else 0


def convert_command(source: Sequence[Path], target: Path, *, labels: str, reports: Path | None) -> int:
    label_set = load_labels(labels)
    records = load_records(list(source), label_set)
    if not target.name.endswith(".jsonl") or reports is not None:
        records = require_text(records, reports)
    written = write_records(target, records, label_set)
    console().print(f"{len(records)} records → {len(written)} files ({target})")
    return 0


def split_command(
    source: Sequence[Path], folder: Path, *, development: float, test: float, seed: int, labels: str
) -> int:
    label_set = load_labels(labels)
    parts = split(load_records(list(source), label_set), development=development, test=test, seed=seed)
    for part, records in parts.items():
        path = folder / f"{part}.jsonl"
        write_records(path, records, label_set)
        console().print(f"{part}: {len(records)} records, {sum(map(size_of, records)):,} characters → {path}")
    return 0


def stats_command(source: Sequence[Path], *, labels: str) -> int:
    """The corpus's tables on standard output: sizes and labels by part and level."""
    label_set = load_labels(labels)
    rows = statistics(load_records(list(source), label_set))
    table = Table(title="annotated corpus")
    for name in ("part", "level"):
        table.add_column(name)
    for name in ("reports", "units", "characters", "years", *label_set.names, "spans"):
        table.add_column(name, justify="right")
    for row in rows:
        spans = [f"{row.labels[name]:,}" for name in label_set.names]
        years = f"{row.years[0]}–{row.years[1]}"
        cells = (str(row.reports), str(row.units), f"{row.characters:,}", years, *spans, f"{row.labels.total():,}")
        table.add_row(row.part, row.level, *cells, end_section=row.level == "all")
    _print(table)
    return 0


def agree_command(source: Sequence[Path], *, labels: str) -> int:
    """Exact-span F1 between the annotators of the same reports."""
    label_set = load_labels(labels)
    scores, pairs = agreement(_sound(source, label_set), label_set)
    table = Table(title=f"agreement: exact-span F1 over {pairs} doubly annotated reports")
    table.add_column("label")
    for name in ("F1", "both", "one only"):
        table.add_column(name, justify="right")
    for name, one in [*scores.labels.items(), ("all", scores.micro)]:
        counts = one.counts
        table.add_row(name, f"{one.f1:.3f}", str(counts.correct), str(counts.spurious + counts.missed))
    _print(table)
    return 0
