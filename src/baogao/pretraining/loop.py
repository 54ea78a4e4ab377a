"""The optimisation: Hugging Face's Trainer over hidden spans, told when to stop and how fast it is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import SequentialSampler
from transformers import (
    BertConfig,
    BertForMaskedLM,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from baogao.pretraining.initial import take_over
from baogao.pretraining.masking import MaskedWindows
from baogao.pretraining.schema import PretrainConfig
from baogao.pretraining.start import look_at_neighbours
from baogao.progress import console
from baogao.tagger import Vocabulary
from baogao.training.checkpoints import CHECKPOINTS
from baogao.training.dataset import IGNORED
from baogao.training.loop import RichProgress, on_cpu, precision

HELD_OUT_SEED: Final = 7
HELD_OUT_WINDOWS: Final = 64


class MaskedLanguageModel(BertForMaskedLM):  # type: ignore[no-untyped-call]
    """BERT whose output layer sees the hidden positions alone: a fifth of its work, and the same loss."""

    # Checkpoints hold the embeddings that these are tied to.
    _keys_to_ignore_on_save = {"cls.predictions.decoder.weight", "cls.predictions.decoder.bias"}  # noqa: RUF012  # the base class says how

    def forward(self, input_ids: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        """``input_ids`` and ``labels`` of shape (batch, tokens), labels IGNORED where nothing is asked."""
        states = self.bert(input_ids=input_ids).last_hidden_state
        asked = labels != IGNORED
        logits = self.cls(states[asked])
        return {"loss": torch.nn.functional.cross_entropy(logits.float(), labels[asked])}


class _InOrder(Trainer):
    """Items in the order of their numbers: they are random already, and a resumed run goes on at the right one."""

    def _get_train_sampler(self, *_: Any) -> SequentialSampler:
        return SequentialSampler(self.train_dataset)  # type: ignore[arg-type]


class _Watch(TrainerCallback):
    """Says on standard error how far the run is and how fast; ends it when its minutes are over."""

    def __init__(self, config: PretrainConfig) -> None:
        self.characters = config.trainer.batch_size * config.max_characters
        self.minutes, self.quiet = config.trainer.minutes, config.trainer.quiet
        self.start = self.since = time.monotonic()
        self.step = 0
        self.loss = float("nan")

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.start = self.since = time.monotonic()
        self.step = state.global_step
        # The Trainer goes by the state, which a resumed run has from its checkpoint.
        state.logging_steps = state.eval_steps = state.save_steps = int(args.save_steps)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        if self.minutes is not None and time.monotonic() - self.start > 60 * self.minutes:
            control.should_save = control.should_training_stop = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        logs = logs or {}
        self.loss = logs.get("loss", self.loss)
        if "eval_loss" in logs and not self.quiet:
            now = time.monotonic()
            rate = (state.global_step - self.step) * self.characters / max(now - self.since, 1e-9)
            self.since, self.step = now, state.global_step
            console().print(
                f"step {state.global_step}/{state.max_steps}: loss {self.loss:.3f}, "
                f"held-out {logs['eval_loss']:.3f}, {rate:,.0f} characters/s"
            )


def masked_trainer(
    config: PretrainConfig,
    folder: Path,
    vocabulary: Vocabulary,
    streams: Sequence[npt.NDArray[np.int32]],
    passes: Sequence[float],
    held_out: npt.NDArray[np.int32],
) -> Trainer:
    """A Trainer over hidden spans of ``streams``, not begun; its evaluation is the loss on ``held_out``."""
    settings, shape = config.trainer, config.architecture
    window: dict[str, Any] = {"max_characters": config.max_characters, "masking": config.masking}
    model = MaskedLanguageModel(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=shape.hidden_size,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.attention_heads,
            intermediate_size=shape.intermediate_size,
            max_position_embeddings=config.max_characters + 2,
            pad_token_id=vocabulary.pad,
            # A small model that sees its text a few times only underfits: dropout would slow it down.
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    )
    if config.initial is None:
        look_at_neighbours(model.bert)
    else:
        take_over(model, config.initial)
    if on_cpu(settings.device):
        model.set_attn_implementation("eager")  # see training/loop.py
    if settings.compile:
        model.bert.encoder.compile()
    arguments = TrainingArguments(
        output_dir=str(folder / CHECKPOINTS),
        seed=settings.seed,
        max_steps=settings.steps,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=settings.batch_size,
        learning_rate=settings.lr,
        weight_decay=settings.weight_decay,
        adam_beta2=0.98,
        lr_scheduler_type="warmup_stable_decay",
        lr_scheduler_kwargs={"num_decay_steps": settings.decay_steps, "decay_type": "linear"},
        warmup_steps=settings.warmup_steps,
        max_grad_norm=settings.max_grad_norm,
        bf16=precision(settings.precision),
        use_cpu=on_cpu(settings.device),
        eval_strategy="steps",
        save_strategy="steps",
        logging_strategy="steps",
        eval_steps=settings.save_steps,
        save_steps=settings.save_steps,
        logging_steps=settings.save_steps,
        save_total_limit=2,
        prediction_loss_only=True,
        label_names=["labels"],
        dataloader_pin_memory=False,
        report_to=[],
        disable_tqdm=True,
    )
    seen = settings.steps * settings.batch_size
    return _InOrder(
        model=model,
        args=arguments,
        train_dataset=MaskedWindows(streams, passes, vocabulary, **window, seed=settings.seed, count=seen),
        eval_dataset=MaskedWindows([held_out], [1.0], vocabulary, **window, seed=HELD_OUT_SEED, count=HELD_OUT_WINDOWS),
        callbacks=[RichProgress(quiet=settings.quiet), _Watch(config)],
    )
