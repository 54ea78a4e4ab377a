"""The checkpoints of a run: which is the last, and what it says of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from transformers import TrainerState
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_utils import get_last_checkpoint

CHECKPOINTS: Final = "checkpoints"


def last_checkpoint(folder: Path) -> Path | None:
    """The last checkpoint of the run in ``folder``, None where there is none."""
    checkpoints = folder / CHECKPOINTS
    found = get_last_checkpoint(str(checkpoints)) if checkpoints.is_dir() else None  # type: ignore[no-untyped-call]
    return Path(found) if found else None


def state_of(checkpoint: Path) -> TrainerState:
    """The Trainer's state when it wrote ``checkpoint``: step, best score, what was logged."""
    state: TrainerState = TrainerState.load_from_json(str(checkpoint / TRAINER_STATE_NAME))
    return state
