"""The commands that score and compare: thin shells, as in ``cli``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from baogao.evaluation.resample import RESAMPLES, SEED
from baogao.guard import guarded
from baogao.options import Labels, Leakage, Quiet, Reports

app = typer.Typer()

Resamples = Annotated[int, typer.Option(min=0, max=1_000_000, help="Resamples of the documents; 0: no intervals.")]
Seed = Annotated[int, typer.Option(min=0, help="Draws the resamples.")]
Form = Annotated[str, typer.Option(help="table, json or markdown.")]
Also = Annotated[Path | None, typer.Option("--output", "-o", help="Also write the JSON here.")]


@app.command()
@guarded
def evaluate(
    predicted: Annotated[
        Path, typer.Argument(metavar="MODEL_OR_PREDICTIONS", help="Model directory, or any system's annotations.")
    ],
    gold: Annotated[list[Path], typer.Argument(metavar="GOLD…", help="Gold annotation files or folders.")],
    labels: Labels = "report",
    reports: Reports = None,
    layers: Annotated[
        list[Path] | None, typer.Option(help="Further annotations of the gold's texts: agreement is printed.")
    ] = None,
    train: Annotated[
        list[Path] | None, typer.Option(help="Training annotations: leakage is refused, seen surfaces are told apart.")
    ] = None,
    allow_leakage: Leakage = False,
    format: Form = "table",
    output: Also = None,
    errors: Annotated[Path | None, typer.Option(help="Write every error, a JSON line each, with its sentence.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write an HTML page to look at: figures, plots, every error in its sentence.")
    ] = None,
    curve: Annotated[Path | None, typer.Option(help="A learning curve (JSON) to be kept in the result.")] = None,
    resamples: Resamples = RESAMPLES,
    seed: Seed = SEED,
    quiet: Quiet = False,
) -> None:
    """Score a model or any system's predictions against gold, per entity and overall, with intervals."""
    from baogao.evaluation_commands import Asked, evaluate_command

    asked = Asked(
        labels=labels, reports=reports, layers=layers or [], train=train or [], allow_leakage=allow_leakage,
        form=format, output=output, errors=errors, report=report, curve=curve, resamples=resamples, seed=seed,
        quiet=quiet,
    )  # fmt: skip
    sys.exit(evaluate_command(predicted, gold, asked))


@app.command()
@guarded
def compare(
    systems: Annotated[
        list[str],
        typer.Argument(metavar="[NAME=]RESULT[,RESULT…]…", help="Results; several runs of one system: commas."),
    ],
    mode: Annotated[str, typer.Option(help="Mode of matching: strict, exact, ent_type, partial, quotes.")] = "strict",
    format: Form = "table",
    output: Also = None,
    resamples: Resamples = RESAMPLES,
    seed: Seed = SEED,
) -> None:
    """Compare results on the same gold, the first with each of the others: what is shown, and what is not."""
    from baogao.evaluation_commands import compare_command

    sys.exit(compare_command(systems, mode=mode, form=format, output=output, resamples=resamples, seed=seed))
