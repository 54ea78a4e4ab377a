"""The optimisation itself: Hugging Face's Trainer, set up to be silent, seeded and resumable."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import torch
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOB2
from transformers import (
    EvalPrediction,
    PreTrainedModel,
    PrinterCallback,
    ProgressCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from baogao.errors import BaogaoError
from baogao.labels import LabelSet
from baogao.progress import bar
from baogao.tagger.decoding import log_softmax, viterbi
from baogao.tagger.vocabulary import Vocabulary
from baogao.training.batches import ByLength, Collator
from baogao.training.checkpoints import CHECKPOINTS, Patience, last_checkpoint, mend_best, take_best
from baogao.training.dataset import IGNORED
from baogao.training.schema import TrainConfig
from baogao.training.sequence import SEQUENCE, sequence_loss


def tag_scores(labels: LabelSet) -> Callable[[EvalPrediction], dict[str, float]]:
    """Strict span scores of decoded tag sequences for the Trainer: seqeval, mode strict, scheme IOB2."""

    def compute(prediction: EvalPrediction) -> dict[str, float]:
        gold: list[list[str]] = []
        found: list[list[str]] = []
        for logits, tags in zip(np.asarray(prediction.predictions), np.asarray(prediction.label_ids), strict=True):
            known = tags != IGNORED
            path = viterbi(log_softmax(logits[known]), labels)
            gold.append([labels.tags[t] for t in tags[known]])
            found.append([labels.tags[t] for t in path])
        options = {"mode": "strict", "scheme": IOB2, "average": "micro", "zero_division": 0}
        return {
            "f1": float(f1_score(gold, found, **options)),
            "precision": float(precision_score(gold, found, **options)),
            "recall": float(recall_score(gold, found, **options)),
        }

    return compute


class Finetuner(Trainer):
    """A Trainer with batches of like lengths and a rate of its own for the head, which hides some windows' hints."""

    def __init__(self, *, config: TrainConfig, vocabulary: Vocabulary, **options: Any) -> None:
        super().__init__(data_collator=Collator(vocabulary.pad), **options)
        self.head_lr, self.hint_dropout = config.trainer.head_lr, config.encoder.hint_dropout
        self.character_dropout = config.encoder.character_dropout
        self.mask = vocabulary.mask if self.character_dropout else None

    def _get_train_sampler(self, *_: Any) -> ByLength:
        return ByLength(self.train_dataset["length"], self.args.train_batch_size, self.args.data_seed or 0)  # type: ignore[index]

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        if self.optimizer is None and self.head_lr is not None:
            network: Any = self.model if model is None else model
            decayed = set(self.get_decay_parameter_names(network))
            groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
            for name, parameter in network.named_parameters():
                encoder = name.startswith(f"{network.base_model_prefix}.")
                groups.setdefault((encoder, name in decayed), []).append(parameter)
            kind, options = self.get_optimizer_cls_and_kwargs(self.args, network)
            self.optimizer = kind(
                [
                    {
                        "params": parameters,
                        "lr": self.args.learning_rate if encoder else self.head_lr,
                        "weight_decay": self.args.weight_decay if decays else 0.0,
                    }
                    for (encoder, decays), parameters in groups.items()
                ],
                **options,
            )
        return super().create_optimizer(model)

    def training_step(self, model: torch.nn.Module, inputs: dict[str, Any], *rest: Any) -> torch.Tensor:
        return super().training_step(model, self.disturbed(inputs), *rest)

    def disturbed(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """A batch as training sees it: some characters masked, some windows without their hints.

        Drawn from the generator whose state a checkpoint keeps, so that a resumed run hides the same.
        """
        ids, types = inputs["input_ids"], inputs["token_type_ids"]
        if self.mask is not None:
            drawn = (torch.rand(ids.shape) < self.character_dropout).to(ids.device)
            ids = ids.masked_fill(drawn & (inputs["labels"] != IGNORED), self.mask)
        if self.hint_dropout:
            types = types * (torch.rand(len(types), 1) >= self.hint_dropout).to(types)
        return {**inputs, "input_ids": ids, "token_type_ids": types}


class RichProgress(TrainerCallback):
    """Steps, loss and development F1 on standard error, in place of the Trainer's printing on standard output."""

    def __init__(self, *, quiet: bool) -> None:
        self._bar = bar(quiet=quiet)
        self._task: Any = None
        self._said = ""

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self._bar.start()
        self._task = self._bar.add_task("training", total=state.max_steps, completed=state.global_step)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self._bar.update(self._task, completed=state.global_step)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        for key, name in (("loss", "loss"), ("eval_f1", "development F1")):
            if logs and key in logs:
                self._said = f"{name} {logs[key]:.4f}"
                self._bar.update(self._task, description=f"training · {self._said}")

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self._bar.stop()


def run_trainer(
    model: PreTrainedModel,
    vocabulary: Vocabulary,
    labels: LabelSet,
    train: datasets.Dataset,
    development: datasets.Dataset,
    config: TrainConfig,
    folder: Path,
    callbacks: Sequence[TrainerCallback] = (),
    kind: type[Finetuner] = Finetuner,
) -> None:
    """Train ``model`` in place and leave it at its best state on the development part."""
    settings = config.trainer
    steps = settings.max_steps
    if steps <= 0:
        batches = math.ceil(len(train) / settings.batch_size)
        steps = math.ceil(math.ceil(batches / settings.accumulate) * settings.epochs)
    every = max(1, steps // max(1, settings.evaluations))
    # The Trainer reads the place of TensorBoard's files from the environment alone.
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder / "tensorboard")
    arguments = TrainingArguments(
        output_dir=str(folder / CHECKPOINTS),
        seed=settings.seed,
        data_seed=settings.seed,
        max_steps=steps,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=2 * settings.batch_size,
        gradient_accumulation_steps=settings.accumulate,
        learning_rate=settings.lr,
        weight_decay=settings.weight_decay,
        warmup_steps=int(settings.warmup * steps),
        max_grad_norm=settings.max_grad_norm,
        label_smoothing_factor=config.head.label_smoothing,
        bf16=precision(settings.precision),
        use_cpu=on_cpu(settings.device),
        eval_strategy="steps",
        save_strategy="steps",
        logging_strategy="steps",
        eval_steps=every,
        save_steps=every,
        logging_steps=every,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="f1",
        greater_is_better=True,
        dataloader_pin_memory=False,
        report_to=[name for name in ("tensorboard", "mlflow") if find_spec(name)],
        run_name=config.name,
        disable_tqdm=True,
    )
    if arguments.use_cpu:
        # The fused kernel is as fast forwards, but its backward pass in bfloat16 is several times as slow on a CPU.
        model.set_attn_implementation("eager")
    trainer = kind(
        config=config,
        vocabulary=vocabulary,
        model=model,
        args=arguments,
        train_dataset=train,
        eval_dataset=development,
        compute_metrics=tag_scores(labels),
        compute_loss_func=sequence_loss(labels) if config.head.loss == SEQUENCE else None,
        callbacks=[RichProgress(quiet=settings.quiet), *callbacks],
    )
    if settings.patience > 0:
        trainer.add_callback(Patience(early_stopping_patience=settings.patience))
    if settings.resume and take_best(model, folder, steps=steps, patience=settings.patience):
        return
    carry_out(trainer, folder, resume=settings.resume)


def carry_out(trainer: Trainer, folder: Path, *, resume: bool) -> None:
    """Train without the Trainer's own printing; with ``resume`` from the last checkpoint in ``folder``, if any."""
    for printing in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(printing)
    last = last_checkpoint(folder) if resume else None
    if last:
        mend_best(last)
    trainer.train(resume_from_checkpoint=str(last) if last else None)


def precision(name: str) -> bool:
    """Whether the name means bfloat16; BaogaoError for an unknown one."""
    if name not in ("fp32", "bf16"):
        raise BaogaoError(f"trainer.precision={name} is unknown", remedy="use fp32 or bf16")
    return name == "bf16"


def on_cpu(device: str) -> bool:
    """Whether the name means the CPU here; BaogaoError for an unknown or absent device."""
    if device not in ("auto", "cpu", "cuda"):
        raise BaogaoError(f"trainer.device={device} is unknown", remedy="use auto, cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise BaogaoError("trainer.device=cuda, but no CUDA device is there", remedy="use trainer.device=auto")
    return device == "cpu" or not torch.cuda.is_available()
