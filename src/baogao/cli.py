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
from baogao.corpus_cli import app as corpus_app
from baogao.errors import BaogaoError
from baogao.evaluation_cli import app as evaluation_app
from baogao.guard import guarded, set_up
from baogao.options import Labels, Leakage, Model, Out, Paths, Quiet, ReportFiles, Reports
from baogao.studio.cli import studio_app

app = typer.Typer(
    name="baogao",
    help="Chinese government work reports (政府工作报告) as data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(corpus_app, name="corpus")
app.add_typer(evaluation_app)  # its commands stand beside the others
app.add_typer(studio_app, name="studio")


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
    files: ReportFiles,
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
    allow_leakage: Leakage = False,
) -> None:
    """Check annotation files. Exit 0: sound; 1: errors were found (each named with file, line and remedy)."""
    from baogao.corpus_commands import check_command

    sys.exit(check_command(files, labels=labels, reports=reports, as_json=json, allow_leakage=allow_leakage))


@app.command()
@guarded
def predict(
    files: ReportFiles,
    model: Model = None,
    format: Annotated[str, typer.Option(help="jsonl, csv, parquet or table.")] = "jsonl",
    output: Out = None,
    engine: Annotated[str, typer.Option(help="auto, onnx or torch.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, max=256, help="CPU threads.")] = None,
    quiet: Quiet = False,
) -> None:
    """Find spans and measurements. Exit 0: all read; 1: some inputs failed, or no output; 2: usage, or no model."""
    from baogao.commands import predict_command

    sys.exit(
        predict_command(files, model=model, form=format, output=output, engine=engine, threads=threads, quiet=quiet)
    )


@app.command()
@guarded
def serve(
    model: Model = None,
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
    from baogao.files import located
    from baogao.tagger import Manifest

    model = located(model)
    Manifest.load(model)  # says what is wrong with a directory that is none, before the libraries guess
    print(export_onnx(model))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@guarded
def train(context: typer.Context) -> None:
    """Fine-tune a tagger: a Hydra application (baogao train --help)."""
    _hydra("train", list(context.args))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@guarded
def pretrain(context: typer.Context) -> None:
    """Pre-train a small encoder on official prose: a Hydra application (baogao pretrain --help)."""
    _hydra("pretrain", list(context.args))


def _needs_train(error: ImportError, purpose: str) -> BaogaoError:
    from baogao.errors import MissingExtraError

    return MissingExtraError(error.name or "torch", "train", purpose)


def _hydra(command: str, arguments: list[str]) -> None:
    """Hand the arguments to Hydra, which reads ``sys.argv`` itself."""
    try:
        if command == "train":
            from baogao.training.app import main as run
        else:
            from baogao.pretraining.app import main as run
    except ImportError as error:
        raise _needs_train(error, f"baogao {command}") from error
    sys.argv = ["baogao", *arguments]
    run()


def _completes(arguments: list[str]) -> bool:
    """Answer the shell's question for completions of ``baogao train …`` and ``baogao pretrain …``.

    Hydra's script asks ``baogao -sc query=SHELL`` with the whole line in COMP_LINE: the words behind the command are
    Hydra's to complete, other commands have nothing to offer here.
    """
    if not arguments or arguments[0] not in ("-sc", "--shell-completion"):
        return False
    program, _, rest = os.environ.get("COMP_LINE", "").lstrip().partition(" ")
    command, _, words = rest.lstrip().partition(" ")
    if command in ("train", "pretrain") and rest.lstrip() != command:
        os.environ["COMP_LINE"] = f"{program} {words}"
        _hydra(command, arguments)
    return True


def main() -> None:
    """The entry point."""
    set_up()
    if not _completes(sys.argv[1:]):
        app()
