"""The commands on annotated corpora: thin shells, as in ``cli``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from baogao.corpus.splits import PARTS
from baogao.guard import guarded
from baogao.options import Labels, Paths, Quiet, Reports

app = typer.Typer(help="Annotated corpora: join to reports, convert, split, describe, compare.", no_args_is_help=True)


@app.command()
@guarded
def attach(
    folder: Annotated[Path, typer.Argument(help="Folder with the reports, searched to its depths.")],
    annotations: Annotated[
        list[Path] | None,
        typer.Option("--annotations", "-a", help="Stand-off annotations [default: those in annotations/real]."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The joined annotations (.jsonl).")] = Path(
        "attached.jsonl"
    ),
    labels: Labels = "report",
) -> None:
    """Join stand-off annotations to the reports they were made on, by the hash of the text."""
    from baogao.corpus_commands import attach_command

    parts = annotations or [Path("annotations/real") / f"{part}.jsonl" for part in PARTS]
    sys.exit(attach_command(folder, parts, output, labels=labels))


@app.command()
@guarded
def convert(
    source: Annotated[list[Path], typer.Argument(help="Annotation files or folders.")],
    target: Annotated[Path, typer.Argument(help="A .jsonl .conll .bio .marked.txt or .studio.json file, or a folder.")],
    labels: Labels = "report",
    reports: Reports = None,
) -> None:
    """Convert annotations: JSON lines, character-per-line BIO, inline-marked text, Label Studio's JSON."""
    from baogao.corpus_commands import convert_command

    sys.exit(convert_command(source, target, labels=labels, reports=reports))


@app.command("split")
@guarded
def split_corpus(
    source: Annotated[list[Path], typer.Argument(help="Annotation files or folders.")],
    folder: Annotated[Path, typer.Argument(help="Folder for train.jsonl, development.jsonl and test.jsonl.")],
    development: Annotated[float, typer.Option(help="Share of the annotated characters.")] = 0.1,
    test: Annotated[float, typer.Option(help="Share of the annotated characters.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Draws the order of the places.")] = 13,
    labels: Labels = "report",
) -> None:
    """Part a corpus by place into train, development and test; the same every time."""
    from baogao.corpus_commands import split_command

    sys.exit(split_command(source, folder, development=development, test=test, seed=seed, labels=labels))


@app.command("silver")
@guarded
def silver_(
    folder: Annotated[Path, typer.Argument(help="Folder with the reports, searched to its depths.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The annotations (.jsonl).")],
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model", "-m", help="A model directory; several vote. [default: BAOGAO_MODEL, else the packaged tagger]"
        ),
    ] = None,
    known: Annotated[
        list[Path] | None, typer.Option("--known", "-k", help="Annotations: what they cover needs no others.")
    ] = None,
    held: Annotated[
        list[Path] | None, typer.Option("--held", help="Annotations kept for testing: their places are left out.")
    ] = None,
    exclude_place: Annotated[
        list[str] | None, typer.Option(help="A place whose reports are kept for testing as well; may be repeated.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Tag what nobody annotated of reports, to train on (self-training). What is kept for testing is left out."""
    from baogao.corpus_commands import silver_command

    code = silver_command(
        folder, model or [None], known or [], held or [], output, exclude_places=exclude_place or [], quiet=quiet
    )
    sys.exit(code)


@app.command()
@guarded
def stats(source: Paths, labels: Labels = "report") -> None:
    """Sizes and label counts of a corpus, by part and level."""
    from baogao.corpus_commands import stats_command

    sys.exit(stats_command(source, labels=labels))


@app.command()
@guarded
def agree(source: Paths, labels: Labels = "report") -> None:
    """Agreement between annotators of the same reports: F1 per label, under every mode of matching."""
    from baogao.corpus_commands import agree_command

    sys.exit(agree_command(source, labels=labels))
