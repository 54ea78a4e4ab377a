"""What the commands for annotated corpora do, as functions that return exit codes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from baogao.corpus import Mark, attach, check_files, load_naming, require_text, split, write_records
from baogao.corpus.attach import report_files
from baogao.corpus.formats import annotation_files, record_files
from baogao.corpus.splits import PARTS, size_of
from baogao.corpus.statistics import one_a_text, statistics
from baogao.files import keep_inputs
from baogao.labels import load_labels
from baogao.predictor import chosen
from baogao.progress import console, print_table
from baogao.scoring import agreement, sound_records
from baogao.silver import silver
from baogao.tagger import Committee, Tagger


def check_command(
    files: Sequence[Path], *, labels: str, reports: Path | None, as_json: bool, allow_leakage: bool
) -> int:
    """Findings on standard output, a summary on standard error."""
    label_set = load_labels(labels)
    report = check_files(files, label_set, reports, allow_leakage=allow_leakage)
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
    say(f"{report.errors} errors, {len(report.findings) - report.errors} warnings")
    return 1 if report.errors else 0


def attach_command(folder: Path, annotations: Sequence[Path], output: Path, *, labels: str) -> int:
    """Write the joined records; those without a report stay stand-off, are named, and make the exit code 1."""
    label_set = load_labels(labels)
    keep_inputs([*annotation_files(annotations), *report_files(folder)], output)
    result = attach(load_naming(annotations, label_set), folder)
    for path, reason in result.unreadable:
        console().print(f"not read: {path}: {reason}")
    for record in result.missing:
        console().print(f"no report in {folder} has the hash of record {record.id!r} ({record.sha256[:12]}…)")
    write_records(output, result.records, label_set)
    joined = len(result.records) - len(result.missing)
    console().print(f"{joined} of {len(result.records)} records joined → {output}")
    return 1 if result.missing else 0


def silver_command(
    folder: Path,
    models: Sequence[str | None],
    known: Sequence[Path],
    held: Sequence[Path],
    output: Path,
    *,
    exclude_places: Sequence[str],
    quiet: bool,
) -> int:
    """Write what a committee finds in what is neither annotated nor kept for testing."""
    keep_inputs([*known, *held, *report_files(folder)], output)
    committee = Committee([Tagger.load(chosen(model)) for model in models])
    tested = require_text(load_naming(held, committee.labels), folder) if held else []
    found = silver(
        folder, lambda text: [Mark(s.start, s.end, s.label) for s in committee.spans(text)],
        load_naming(known, committee.labels) if known else [], tested,
        annotator=committee.name, scheme=committee.labels.scheme,
        exclude_places=exclude_places, quiet=quiet,
    )  # fmt: skip
    write_records(output, found.records, committee.labels)
    console().print(found.summary(output))
    return 0


def convert_command(source: Sequence[Path], target: Path, *, labels: str, reports: Path | None) -> int:
    label_set = load_labels(labels)
    records = load_naming(source, label_set)
    reading = annotation_files(source) + ([] if reports is None else report_files(reports))
    keep_inputs(reading, *record_files(target, records))
    if not target.name.endswith(".jsonl") or reports is not None:
        records = require_text(records, reports)
    written = write_records(target, records, label_set)
    drawn = sum(len(record.tags) + len(record.relations) for record in records)
    if drawn and not target.name.endswith((".jsonl", ".studio.json")):
        console().print(f"{drawn} tags and relations are left out: only .jsonl and .studio.json hold them")
    console().print(f"{len(records)} records → {len(written)} files ({target})")
    return 0


def split_command(
    source: Sequence[Path], folder: Path, *, development: float, test: float, seed: int, labels: str
) -> int:
    label_set = load_labels(labels)
    files = {part: folder / f"{part}.jsonl" for part in PARTS}
    keep_inputs(annotation_files(source), *files.values())
    parts = split(load_naming(source, label_set), development=development, test=test, seed=seed)
    for part, records in parts.items():
        path = files[part]
        write_records(path, records, label_set)
        console().print(f"{part}: {len(records)} records, {sum(map(size_of, records)):,} characters → {path}")
    return 0


def stats_command(source: Sequence[Path], *, labels: str) -> int:
    """The corpus's tables on standard output: sizes and labels by part and level."""
    label_set = load_labels(labels)
    records, layers = one_a_text(load_naming(source, label_set))
    rows = statistics(records)
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
    print_table(table)
    if layers:
        console().print(
            f"{len(layers)} further annotations of {len({r.sha256 for r in layers})} of these texts, not counted above:"
        )
        for (path, annotator), count in Counter((r.path, r.annotator) for r in layers).items():
            console().print(f"  {path}: {count} by {annotator or 'nobody named'}")
    return 0


def agree_command(source: Sequence[Path], *, labels: str) -> int:
    """F1 between the annotators of the same reports, under every mode of matching."""
    label_set = load_labels(labels)
    modes, pairs = agreement(sound_records(source, label_set), label_set)
    table = Table(title=f"agreement: F1 over {pairs} doubly annotated reports")
    table.add_column("label")
    for name in (*modes, "both", "one only"):
        table.add_column(name, justify="right")
    for name in (*modes["strict"]["labels"], "all"):
        ones = [mode["micro"] if name == "all" else mode["labels"][name] for mode in modes.values()]
        both = ones[0]["correct"]
        figures = ("–" if one["f1"] is None else f"{one['f1']:.3f}" for one in ones)
        table.add_row(name, *figures, str(both), str(ones[0]["gold"] + ones[0]["predicted"] - 2 * both))
    print_table(table)
    return 0
