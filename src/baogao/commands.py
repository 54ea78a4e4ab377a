"""What the commands do, as functions that return exit codes; no torch, no Hydra."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from baogao.corpus import Record, require_text
from baogao.errors import BaogaoError
from baogao.evaluation import count, render_json, render_table, score
from baogao.evaluation.count import within
from baogao.files import atomic_open, keep_inputs, write_json
from baogao.labels import LabelSet, load_labels
from baogao.progress import console, print_table, track
from baogao.reports import read, sentences
from baogao.scoring import by_text, score_records, sound_records
from baogao.spans import Document


@contextmanager
def _sink(output: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a file that appears whole at the end."""
    if output is None:
        yield sys.stdout
    else:
        with atomic_open(output) as stream:
            yield stream


def _given(output: Path | None) -> list[Path]:
    return [] if output is None else [output]


def readable(path: Path) -> str:
    """The path as text that can be written, also where the file's name is no UTF-8."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def read_command(files: Sequence[Path], *, form: str, output: Path | None, quiet: bool) -> int:
    """A JSON line (or an overview) a report; one that cannot be read is named and makes the exit code 1."""
    if form not in ("jsonl", "table"):
        console().print(f"error: there is no format {form!r}\n  → use jsonl or table")
        return 2
    keep_inputs(files, _given(output))
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
                line = f"{readable(path)}: error: {error.what}"
                if form == "jsonl":
                    line = json.dumps({"path": readable(path), "error": error.what}, ensure_ascii=False)
            out.write(line + "\n")
    return 1 if failed else 0


def _whole(path: Path, document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "path": readable(path),
        "sha256": document.sha256,
        "meta": dict(document.meta),
        "sections": [{"start": s.start, "end": s.end, "kind": s.kind, "heading": s.heading} for s in document.sections],
        "sentences": list(sentences(document.text)),
        "text": document.text,
    }


def _overview(path: Path, document: Document) -> str:
    """A few lines for people: what the head says, and the sections with their headings."""
    count = sum(1 for _ in sentences(document.text))
    lines = [f"{readable(path)}: {len(document.text):,} characters, {count} sentences, sha256 {document.sha256[:12]}…"]
    lines.append("  " + ", ".join(f"{key} {value}" for key, value in document.meta.items()))
    for section in document.sections:
        heading = document.text[slice(*section.heading)] if section.heading else ""
        lines.append(f"  {section.start:>7} – {section.end:<7} {section.kind:<7} {heading}".rstrip())
    return "\n".join(lines)


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
    try:
        keep_inputs(files, _given(output))
        predictor = load(model, engine, threads=threads)  # type: ignore[arg-type]
    except BaogaoError as error:  # nothing was read yet: no input has failed
        console().print(f"error: {error}")
        return 2
    failed = 0
    with Writer(form, output, predictor.model_id) as writer:
        for path in track(files, "predicting", quiet=quiet):
            try:
                writer.add(readable(path), predictor(read(path)))
            except BaogaoError as error:
                failed += 1
                console().print(f"error: {error}")
                writer.fail(readable(path), error.what)
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
    records = require_text(sound_records(gold, label_set), reports) if is_model else sound_records(gold, label_set)
    by_text(records)
    keep_inputs([*gold, source], _given(output))
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
        print_table(render_table(scores))
        print("signature: " + json.dumps(signed, ensure_ascii=False))
    return 0


def _score_files(source: Path, gold: Sequence[Record], labels: LabelSet) -> tuple[Any, dict[str, Any]]:
    """Scores of annotation files, matched to gold by the hash of the text."""
    import baogao
    from baogao.corpus import fingerprint

    found = by_text(sound_records([source], labels))
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
