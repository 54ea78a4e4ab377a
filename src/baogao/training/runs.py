"""The folder of a run: claimed once, resumed only as what it was, complete when its metrics are there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from baogao.errors import BaogaoError
from baogao.files import write_json

RUN: Final = "run.json"
"""The record of a run, written when it begins: its signature, and what else must be known to resume it."""


def claim(folder: Path, signed: Mapping[str, Any], *, resume: bool, complete: Sequence[str]) -> dict[str, Any] | None:
    """The metrics of a complete run in ``folder`` that is to be resumed, or None where there is work to do.

    A run is complete when the files ``complete`` are there, of which the first holds its metrics. Raises BaogaoError
    where the folder holds something else, a run that is not to be resumed, or one of another signature.
    """
    known = folder / RUN
    if not known.is_file():
        if folder.is_dir() and any(folder.iterdir()):
            raise BaogaoError(
                "this folder is not empty and holds no run", path=folder, remedy="choose another output=FOLDER"
            )
        return None
    if not resume:
        raise BaogaoError(
            "this folder already holds a run",
            path=folder,
            remedy="choose another output=FOLDER, or continue this one: trainer.resume=true",
        )
    before = recorded(folder)["signature"]
    changed = [k for k in signed if signed[k] != before.get(k)]
    if changed:
        raise BaogaoError(
            f"the run cannot be resumed: {', '.join(changed)} changed since it began",
            path=known,
            remedy="restore them, or start a new run in another output=FOLDER",
        )
    if all((folder / name).is_file() for name in complete):
        metrics: dict[str, Any] = json.loads((folder / complete[0]).read_text("utf-8"))
        return metrics
    return None


def begin(folder: Path, signed: Mapping[str, Any], **further: Any) -> None:
    """Make the folder and write the record, which also holds ``further``: from here on it holds a run."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / RUN, {"signature": dict(signed), **further})


def recorded(folder: Path) -> dict[str, Any]:
    """The record of the run in ``folder``; BaogaoError where it is damaged."""
    known = folder / RUN
    try:
        record = json.loads(known.read_text("utf-8"))
        return {**record, "signature": dict(record["signature"])}
    except (ValueError, KeyError, TypeError) as error:
        raise BaogaoError("the run's record is damaged", path=known, remedy="start anew in another folder") from error
