"""What the commands do, as functions that return exit codes; no torch, no Hydra."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from baogao.errors import BaogaoError
from baogao.files import atomic_open, keep_inputs
from baogao.progress import console, track
from baogao.reports import read, sentences
from baogao.spans import Document


@contextmanager
def _sink(output: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a file that appears whole at the end."""
    if output is None:
        yield sys.stdout
    else:
        with atomic_open(output) as stream:
            yield stream


def readable(path: Path) -> str:
    """The path as text that can be written, also where the file's name is no UTF-8."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def read_command(files: Sequence[Path], *, form: str, output: Path | None, quiet: bool) -> int:
    """A JSON line (or an overview) a report; one that cannot be read is named and makes the exit code 1."""
    if form not in ("jsonl", "table"):
        console().print(f"error: there is no format {form!r}\n  → use jsonl or table")
        return 2
    keep_inputs(files, output)
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
    lines.append("  " + ", ".join(f"{key} {value}" for key, value in document.meta.items() if key != "notes"))
    lines += [f"  note: {note}" for note in document.meta.get("notes", ())]
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
        keep_inputs(files, output)
        predictor = load(model, engine, threads=threads)  # type: ignore[arg-type]
    except BaogaoError as error:  # nothing was read yet: no input has failed
        console().print(f"error: {error}")
        return 2
    failed = 0
    with Writer(form, output, predictor.model_id) as writer:
        for path in track(files, "predicting", quiet=quiet):
            try:
                document = predictor(read(path))
                writer.add(readable(path), document)
                for note in () if quiet else document.meta.get("notes", ()):
                    console().print(f"{readable(path)}: {note}")
            except BaogaoError as error:
                failed += 1
                console().print(f"error: {error}")
                writer.fail(readable(path), error.what)
    if failed:
        console().print(f"{failed} of {len(files)} inputs failed")
    return 1 if failed else 0
