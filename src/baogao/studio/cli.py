"""``baogao studio``: thin shells over plain functions. What they need is imported when they run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from baogao.guard import guarded
from baogao.options import Model

studio_app = typer.Typer(
    help="Label Studio: a local server, reports in, annotations out, agreement.", no_args_is_help=True
)

Url = Annotated[str | None, typer.Option(help="The server [default: $LABEL_STUDIO_URL, or the local one].")]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="File with the API key, readable by you alone [default: $LABEL_STUDIO_API_KEY]."),
]
Title = Annotated[str, typer.Option(help="The project's title.")]
Project = Annotated[int | None, typer.Option(help="The project's number, in place of its title.")]
Labels = Annotated[str, typer.Option(help="Label set: a name under configs/labels, or a YAML file.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Pulled annotation files.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no messages but errors.")]


@studio_app.command()
@guarded
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1; a busy one is refused.")] = 8080,
    quiet: Quiet = False,
) -> None:
    """Start a Label Studio server on this machine; the first time it is installed (about 1 GB, a few minutes)."""
    from baogao.studio.server_commands import up_command

    sys.exit(up_command(port, quiet=quiet))


@studio_app.command()
@guarded
def down(quiet: Quiet = False) -> None:
    """Stop the server that `up` started. Its data stay."""
    from baogao.studio.server_commands import down_command

    sys.exit(down_command(quiet=quiet))


@studio_app.command()
@guarded
def status() -> None:
    """Say whether the local server runs, and where. Exit 0: it answers; 1: it does not."""
    from baogao.studio.server_commands import status_command

    sys.exit(status_command())


@studio_app.command()
@guarded
def push(
    files: Annotated[list[Path], typer.Argument(metavar="REPORT…", help="Reports: txt, docx, pdf or html.")],
    url: Url = None,
    key_file: KeyFile = None,
    title: Title = "baogao",
    project: Project = None,
    labels: Labels = "report",
    model: Annotated[str | None, typer.Option("--model", "-m", help="Pre-annotate with this model directory.")] = None,
    size: Annotated[
        int, typer.Option(min=1, help="Characters up to which neighbouring paragraphs share a task.")
    ] = 400,
    annotators: Annotated[
        int | None, typer.Option(min=1, help="How many annotators each task is shown to [default: as it is, or 1].")
    ] = None,
    guidelines: Annotated[
        Path | None, typer.Option(help="Markdown for the project's instructions [default: annotations/GUIDELINES.md].")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Reports into a project, made where it is missing. What is there already stays: run it again at will."""
    from baogao.studio.commands import push_command

    sys.exit(
        push_command(
            files, url=url, key_file=key_file, title=title, project=project, labels=labels, model=model, size=size,
            annotators=annotators, guidelines=guidelines, quiet=quiet,
        )
    )  # fmt: skip


@studio_app.command()
@guarded
def pull(
    output: Annotated[Path, typer.Option("--output", "-o", help="The annotations (.jsonl).")],
    url: Url = None,
    key_file: KeyFile = None,
    title: Title = "baogao",
    project: Project = None,
    labels: Labels = "report",
    quiet: Quiet = False,
) -> None:
    """Annotations out of a project. Exit 0: all of them; 1: some had to be set aside (each is named, none is lost)."""
    from baogao.studio.commands import pull_command

    sys.exit(
        pull_command(
            output, url=url, key_file=key_file, title=title, project=project, labels=labels, quiet=quiet
        )
    )  # fmt: skip


@studio_app.command()
@guarded
def agree(
    files: Files,
    labels: Labels = "report",
    format: Annotated[str, typer.Option(help="table or json.")] = "table",
) -> None:
    """Agreement of annotators in pulled files: exact and relaxed span F1, Krippendorff's alpha, each disagreement."""
    from baogao.studio.agreement_commands import agree_command

    sys.exit(agree_command(files, labels=labels, form=format))


@studio_app.command()
@guarded
def adjudicate(
    files: Files,
    title: Annotated[str, typer.Option(help="The adjudication project's title.")] = "baogao adjudication",
    url: Url = None,
    key_file: KeyFile = None,
    labels: Labels = "report",
    quiet: Quiet = False,
) -> None:
    """Tasks that annotators marked differently, or tagged DIFF, into a project, each version beside the others."""
    from baogao.studio.agreement_commands import adjudicate_command

    sys.exit(adjudicate_command(files, title=title, labels=labels, url=url, key_file=key_file, quiet=quiet))


@studio_app.command()
@guarded
def gold(
    files: Files,
    output: Annotated[Path, typer.Option("--output", "-o", help="The gold annotations (.jsonl).")],
    adjudicated: Annotated[Path | None, typer.Option("--adjudicated", "-a", help="The pulled adjudication.")] = None,
    labels: Labels = "report",
) -> None:
    """Gold: what annotators agree on and an adjudicator decided. Exit 1 while tasks are open (each is named)."""
    from baogao.studio.agreement_commands import gold_command

    sys.exit(gold_command(files, adjudicated=adjudicated, output=output, labels=labels))


@studio_app.command("next")
@guarded
def next_(
    model: Model = None,
    limit: Annotated[int, typer.Option(min=1, help="How many tasks.")] = 50,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the order, change nothing on the server.")] = False,
    format: Annotated[str, typer.Option(help="table or jsonl.")] = "table",
    url: Url = None,
    key_file: KeyFile = None,
    title: Title = "baogao",
    project: Project = None,
    quiet: Quiet = False,
) -> None:
    """Which tasks to annotate next, and why; the order becomes the tab 下一批 of the project."""
    from baogao.studio.next_commands import next_command

    sys.exit(
        next_command(
            model=model, limit=limit, dry_run=dry_run, form=format, url=url, key_file=key_file, title=title,
            project=project, quiet=quiet,
        )
    )  # fmt: skip
