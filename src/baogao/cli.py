"""The command line: thin shells over plain functions.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

import baogao
from baogao.corpus.splits import PARTS
from baogao.errors import BaogaoError
from baogao.guard import guarded, set_up
from baogao.studio.cli import studio_app

app = typer.Typer(
    name="baogao",
    help="Chinese government work reports (政府工作报告) as data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
corpus_app = typer.Typer(
    help="Annotated corpora: join to reports, convert, split, describe, compare.", no_args_is_help=True
)
app.add_typer(corpus_app, name="corpus")
app.add_typer(studio_app, name="studio")

Paths = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files (and, where it makes sense, folders).")]
Labels = Annotated[str, typer.Option(help="Label set: a name under configs/labels, or a YAML file.")]
Reports = Annotated[Path | None, typer.Option(help="Folder with the reports of stand-off annotations.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no messages but errors.")]
Out = Annotated[Path | None, typer.Option("--output", "-o", help="Write here instead of standard output.")]


def _version(value: bool) -> None:
    if value:
        print(baogao.__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Chinese government work reports (政府工作报告) as data."""


@app.command()
@guarded
def read(
    files: Paths,
    format: Annotated[str, typer.Option(help="jsonl, or table for an overview.")] = "jsonl",
    output: Out = None,
    quiet: Quiet = False,
) -> None:
    """Read reports: a JSON line each with text, sections, sentences and what the head says about it."""
    from baogao.commands import read_command

    sys.exit(read_command(files, form=format, output=output, quiet=quiet))


@app.command()
@guarded
def check(
    files: Paths,
    labels: Labels = "report",
    reports: Reports = None,
    json: Annotated[bool, typer.Option("--json", help="Findings as JSON lines on standard output.")] = False,
) -> None:
    """Check annotation files. Exit 0: sound; 1: errors were found (each named with file, line and remedy)."""
    from baogao.corpus_commands import check_command

    sys.exit(check_command(files, labels=labels, reports=reports, as_json=json))


@app.command()
@guarded
def predict(
    files: Paths,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Model directory [default: $BAOGAO_MODEL].")
    ] = None,
    format: Annotated[str, typer.Option(help="jsonl, csv, parquet or table.")] = "jsonl",
    output: Out = None,
    engine: Annotated[str, typer.Option(help="auto, onnx or torch.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, max=256, help="CPU threads.")] = None,
    quiet: Quiet = False,
) -> None:
    """Find spans and measurements in reports. Exit 0: all read; 1: some inputs failed; 2: usage."""
    from baogao.commands import predict_command

    sys.exit(
        predict_command(files, model=model, form=format, output=output, engine=engine, threads=threads, quiet=quiet)
    )


@app.command()
@guarded
def evaluate(
    predicted: Annotated[str, typer.Argument(metavar="MODEL_OR_PREDICTIONS", help="Model directory or annotations.")],
    gold: Annotated[list[Path], typer.Argument(metavar="GOLD…", help="Gold annotation files or folders.")],
    labels: Labels = "report",
    reports: Reports = None,
    format: Annotated[str, typer.Option(help="table or json.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also write the JSON here.")] = None,
    quiet: Quiet = False,
) -> None:
    """Score a model or predictions against gold: strict precision, recall, F1 per entity."""
    from baogao.commands import evaluate_command

    sys.exit(evaluate_command(predicted, gold, labels=labels, reports=reports, form=format, output=output, quiet=quiet))


@app.command()
@guarded
def serve(
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Model directory, or a link to one [default: $BAOGAO_MODEL].")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 9090,
    engine: Annotated[str, typer.Option(help="auto, onnx or torch.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(min=1, max=256, help="CPU threads a text; two are tagged at a time [default: half].")
    ] = None,
    events: Annotated[Path | None, typer.Option(help="Append webhook events here, a JSON line each.")] = None,
    max_megabytes: Annotated[int, typer.Option(min=1, max=1024, help="Larger requests are answered 413.")] = 32,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Allow a --host that other machines reach; there is no password.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Answer /predict over HTTP, for programs and as Label Studio's prediction backend; prints its address."""
    from baogao.service.server import serve as run

    sys.exit(
        run(
            model=model,
            host=host,
            port=port,
            engine=engine,  # type: ignore[arg-type]
            threads=threads,
            events=events,
            max_megabytes=max_megabytes,
            allow_remote=allow_remote,
            quiet=quiet,
        )
    )


@app.command()
@guarded
def export(
    model: Annotated[Path, typer.Argument(help="Model directory.")],
) -> None:
    """Write model.onnx into a model directory (needs the extra 'train')."""
    try:
        from baogao.training.export import export_onnx
    except ImportError as error:
        raise _needs_train(error, "baogao export") from error
    print(export_onnx(model))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@guarded
def train(context: typer.Context) -> None:
    """Fine-tune a tagger: a Hydra application (baogao train --help)."""
    _hydra(list(context.args))


@corpus_app.command()
@guarded
def attach(
    folder: Annotated[Path, typer.Argument(help="Folder with the reports, searched to its depths.")],
    annotations: Annotated[
        list[Path] | None,
        typer.Option("--annotations", "-a", help="Stand-off annotations [default: annotations/real]."),
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


@corpus_app.command()
@guarded
def convert(
    source: Annotated[list[Path], typer.Argument(help="Annotation files or folders.")],
    target: Annotated[Path, typer.Argument(help="A .jsonl, .conll, .marked.txt or .studio.json file, or a folder.")],
    labels: Labels = "report",
    reports: Reports = None,
) -> None:
    """Convert annotations: JSON lines, character-per-line BIO, inline-marked text, Label Studio's JSON."""
    from baogao.corpus_commands import convert_command

    sys.exit(convert_command(source, target, labels=labels, reports=reports))


@corpus_app.command("split")
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


@corpus_app.command()
@guarded
def stats(source: Paths, labels: Labels = "report") -> None:
    """Sizes and label counts of a corpus, by part and level."""
    from baogao.corpus_commands import stats_command

    sys.exit(stats_command(source, labels=labels))


@corpus_app.command()
@guarded
def agree(source: Paths, labels: Labels = "report") -> None:
    """Agreement between annotators of the same reports: exact-span F1 per label."""
    from baogao.corpus_commands import agree_command

    sys.exit(agree_command(source, labels=labels))


def _needs_train(error: ImportError, purpose: str) -> BaogaoError:
    from baogao.errors import MissingExtraError

    return MissingExtraError(error.name or "torch", "train", purpose)


def _hydra(arguments: list[str]) -> None:
    """Hand the arguments to Hydra, which reads ``sys.argv`` itself."""
    try:
        from baogao.training.app import main as train_main
    except ImportError as error:
        raise _needs_train(error, "baogao train") from error
    sys.argv = ["baogao", *arguments]
    train_main()


def _completes(arguments: list[str]) -> bool:
    """Answer the shell's question for completions of ``baogao train …``.

    Hydra's script asks ``baogao -sc query=SHELL`` with the whole line in COMP_LINE: the words behind ``train`` are
    Hydra's to complete, other commands have nothing to offer here.
    """
    if not arguments or arguments[0] not in ("-sc", "--shell-completion"):
        return False
    command, _, rest = os.environ.get("COMP_LINE", "").lstrip().partition(" ")
    if rest.lstrip().startswith("train "):
        os.environ["COMP_LINE"] = f"{command} {rest.lstrip()[len('train ') :]}"
        _hydra(arguments)
    return True


def main() -> None:
    """The entry point."""
    set_up()
    if not _completes(sys.argv[1:]):
        app()
