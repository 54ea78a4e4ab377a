"""The checkpoints of a run: which is the last, what it says of the run, and whether that was to go on from there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from safetensors.torch import load_file
from transformers import (
    EarlyStoppingCallback,
    PreTrainedModel,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_utils import get_last_checkpoint

from baogao.files import write_json

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


def since_best(history: Sequence[Mapping[str, float]]) -> int:
    """How many evaluations of what the Trainer logged came behind that of the best F1 without a better one."""
    scores = [entry["eval_f1"] for entry in history if "eval_f1" in entry]
    return len(scores) - 1 - scores.index(max(scores)) if scores else 0


class Patience(EarlyStoppingCallback):
    """Early stopping that a resumed run goes on counting, where the Trainer's begins again."""

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **options: Any
    ) -> None:
        super().on_train_begin(args, state, control, **options)  # type: ignore[no-untyped-call]
        self.early_stopping_patience_counter = since_best(state.log_history)


def mend_best(checkpoint: Path) -> None:
    """Where the run was moved, let ``checkpoint`` name the best state where it is now.

    The Trainer notes whole paths, and one that does not exist is forgotten with the best state itself.
    """
    path = checkpoint / TRAINER_STATE_NAME
    state = json.loads(path.read_text("utf-8"))
    best = state.get("best_model_checkpoint")
    if best and Path(best) != (here := checkpoint.parent / Path(best).name) and here.is_dir():
        write_json(path, {**state, "best_model_checkpoint": str(here)})


def take_best(model: PreTrainedModel, folder: Path, *, steps: int, patience: int) -> bool:
    """Whether the run in ``folder`` had trained to its end: ``steps`` were done, or ``patience`` (above 0) had run out.

    ``model`` then has the weights of its best state. The Trainer would take a step more before it looks.
    """
    last = last_checkpoint(folder)
    if last is None:
        return False
    state = state_of(last)
    if state.global_step < steps and not 0 < patience <= since_best(state.log_history):
        return False
    best = folder / CHECKPOINTS / Path(str(state.best_model_checkpoint)).name
    model.load_state_dict(load_file(best / "model.safetensors"))
    return True
