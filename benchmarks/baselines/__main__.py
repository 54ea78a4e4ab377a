"""Predictions of the baselines, as files that ``baogao evaluate PREDICTIONS GOLD`` scores.

python -m benchmarks.baselines rules --reports FOLDER -o OUT.jsonl GOLD…
python -m benchmarks.baselines crf --reports FOLDER -o OUT.jsonl GOLD…
python -m benchmarks.baselines silver FOLDER -o SILVER.jsonl --held GOLD [--held GOLD…]
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from baogao.corpus import Mark, Record, load_records, require_text, write_records
from baogao.guard import guarded
from baogao.labels import load_labels
from baogao.progress import console, track
from benchmarks.baselines import rules as by_rules

app = typer.Typer(help=__doc__, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

TRAIN = [Path("annotations/real/train.jsonl"), Path("annotations/original")]
Gold = Annotated[list[Path], typer.Argument(metavar="GOLD…", help="Annotations of the texts to tag.")]
Reports = Annotated[Path | None, typer.Option(help="Folder with the reports of stand-off annotations.")]
Out = Annotated[Path, typer.Option("--output", "-o", help="The predictions (.jsonl).")]


@app.command()
@guarded
def rules(gold: Gold, output: Out, reports: Reports = None) -> None:
    """Tag by regular expressions and word lists."""
    _write(lambda text: [(mark, None) for mark in by_rules.tag(text)], _records(gold, reports), output, "rules")


@app.command()
@guarded
def crf(
    gold: Gold,
    output: Out,
    reports: Reports = None,
    train: Annotated[list[Path] | None, typer.Option(help="[default: the train part and the original reports]")] = None,
    c1: Annotated[float, typer.Option(help="L1 penalty.")] = 0.1,
    c2: Annotated[float, typer.Option(help="L2 penalty.")] = 0.1,
    min_freq: Annotated[int, typer.Option(help="Rarer features are left out.")] = 2,
    iterations: Annotated[int, typer.Option(help="Of L-BFGS.")] = 100,
    threshold: Annotated[float, typer.Option(help="Spans less sure are left out.")] = 0.0,
) -> None:
    """Train a CRF on characters, then tag with it (extra 'baselines')."""
    from benchmarks.baselines.crf import Crf, Settings

    records = _records(gold, reports)
    started = time.perf_counter()
    settings = Settings(c1, c2, min_freq, iterations)
    tagger = Crf.train(_records(train or TRAIN, reports), load_labels(), settings)
    console().print(f"{settings}: trained in {time.perf_counter() - started:.0f} s")
    _write(lambda text: [one for one in tagger.scored(text) if one[1] >= threshold], records, output, "crf")


@app.command()
@guarded
def silver(
    folder: Annotated[Path, typer.Argument(help="Folder with the reports, searched to its depths.")],
    output: Out,
    held: Annotated[list[Path], typer.Option(help="Annotations kept for testing: their places are left out.")],
    train: Annotated[list[Path] | None, typer.Option(help="[default: the train part and the original reports]")] = None,
    exclude_place: Annotated[list[str] | None, typer.Option(help="A place kept for testing as well.")] = None,
) -> None:
    """Train the CRF, then tag what nobody annotated of reports: text for another to train on (self-training)."""
    from baogao.silver import silver as tag_unknown
    from benchmarks.baselines.crf import Crf, Settings

    labels = load_labels()
    known = _records(train or TRAIN, folder)
    tagger = Crf.train(known, labels, Settings())
    found = tag_unknown(
        folder,
        tagger.tag,
        known,
        _records(held, folder),
        annotator="crf",
        scheme=labels.scheme,
        exclude_places=exclude_place or [],
    )
    write_records(output, found.records, labels)
    console().print(found.summary(output))


def _records(paths: Sequence[Path], reports: Path | None) -> list[Record]:
    return require_text(load_records(paths, load_labels()), reports)


def _write(
    tag: Callable[[str], Sequence[tuple[Mark, float | None]]], records: Sequence[Record], output: Path, name: str
) -> None:
    """Write the predictions for the whole texts, stand-off: whatever was annotated of them, it can be scored."""
    found = []
    for record in track(records, "tagging"):
        spans = tag(record.text or "")
        scores = tuple(score for _, score in spans if score is not None)
        told = scores if len(scores) == len(spans) else None  # rules say nothing of how sure they are
        marks = tuple(mark for mark, _ in spans)
        found.append(replace(record, marks=marks, scores=told, text=None, ranges=None, annotator=name))
    write_records(output, found, load_labels())
    console().print(f"{len(found)} records → {output}")


if __name__ == "__main__":
    app()
