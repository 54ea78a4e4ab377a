"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Annotation files, and folders of them.")]
ReportFiles = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Reports: txt, docx, pdf or html files.")]
Labels = Annotated[str, typer.Option(help="Label set: a name under configs/labels, or a YAML file.")]
Reports = Annotated[Path | None, typer.Option(help="Folder with the reports of stand-off annotations.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no messages but errors.")]
Out = Annotated[Path | None, typer.Option("--output", "-o", help="Write here instead of standard output.")]
Model = Annotated[
    str | None, typer.Option("--model", "-m", help="Model directory [default: $BAOGAO_MODEL, else packaged:tagger].")
]
Leakage = Annotated[
    bool, typer.Option("--allow-leakage", help="Go on although the same material is on both sides; it is named.")
]
