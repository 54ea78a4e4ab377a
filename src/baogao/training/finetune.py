"""Fine-tuning: a composed configuration in, a self-describing model directory out."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import datasets
import torch
from omegaconf import OmegaConf
from transformers import PreTrainedModel, TrainerCallback, set_seed
from transformers.utils import logging as transformers_logging

from baogao.corpus import check_records, leaks, load_naming, raise_on_errors, refuse_leaks, require_text, split
from baogao.corpus.records import Record
from baogao.errors import BaogaoError
from baogao.evaluation import Result
from baogao.files import sha256_file, write_json, write_text
from baogao.labels import LabelSet, load_labels
from baogao.progress import console
from baogao.scoring import refuse_overlaps, score_tagger
from baogao.tagger import Manifest, Tagger, Vocabulary
from baogao.tagger.directory import MANIFEST, VERIFIED
from baogao.training.card import model_card
from baogao.training.checkpoints import CHECKPOINTS
from baogao.training.dataset import build_dataset, texts_of
from baogao.training.encoders import encoder_hash, load_encoder
from baogao.training.export import export_onnx
from baogao.training.limits import require, require_shape
from baogao.training.loop import Finetuner, on_cpu, precision, run_trainer
from baogao.training.runs import begin, claim
from baogao.training.schema import TrainConfig
from baogao.training.sequence import SEQUENCE
from baogao.training.signature import signature, versions
from baogao.training.tokenizer import hub_tokenizer

TWO_SIDED: Final = 1.96
"""Standard errors from the middle of a 95 % interval to its end."""

# Loading and saving take no time here; the training has a progress bar of its own.
datasets.disable_progress_bars()
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Parts:
    """The corpus of a run: records with text, by part."""

    train: tuple[Record, ...]
    development: tuple[Record, ...]
    test: tuple[Record, ...]

    def as_mapping(self) -> Mapping[str, tuple[Record, ...]]:
        return {"train": self.train, "development": self.development, "test": self.test}


def finetune(
    config: TrainConfig,
    folder: str | Path,
    *,
    callbacks: Sequence[TrainerCallback] = (),
    kind: type[Finetuner] = Finetuner,
) -> dict[str, Any]:
    """Fine-tune as ``config`` says into ``folder`` and return the metrics (also in its ``metrics.json``).

    With ``trainer.resume`` an interrupted run goes on from its last checkpoint to the result of an uninterrupted one,
    and a finished run returns its metrics. ``kind`` is the Trainer, for recipes that change more than settings.
    Raises BaogaoError for unsound annotations, missing reports, an encoder that cannot be loaded, and a folder that
    already holds a run.
    """
    folder = Path(folder)
    labels = load_labels(OmegaConf.to_container(OmegaConf.structured(config.labels)))  # type: ignore[arg-type]
    _validate(config)
    parts = prepare(config, labels)
    settings: dict[str, Any] = OmegaConf.to_container(OmegaConf.structured(config), resolve=True)  # type: ignore[assignment]
    signed = signature(parts.as_mapping(), labels, settings, config.trainer.seed, encoder_hash(config.encoder.path))
    done = claim(folder, signed, resume=config.trainer.resume, complete=("metrics.json", MANIFEST))
    if done is not None:
        _say(config, f"this run is already complete: {folder}")
        return done
    _say(config, f"seed {config.trainer.seed}, signature {signed}")
    if config.trainer.threads:
        torch.set_num_threads(config.trainer.threads)
    set_seed(config.trainer.seed)
    model, vocabulary, limit = load_encoder(config.encoder, config.head, labels, texts_of(parts.train))
    if config.encoder.character_dropout:
        _ = vocabulary.mask  # refuses a vocabulary without [MASK] before the folder holds a run
    begin(folder, signed)
    tables: dict[str, datasets.Dataset] = {}
    for part in ("train", "development"):
        tables[part], tally = build_dataset(parts.as_mapping()[part], labels, vocabulary, limit, config.encoder.hints)
        _say(config, f"{part}: {tally.summary()}")
    run_trainer(model, vocabulary, labels, tables["train"], tables["development"], config, folder, callbacks, kind)

    trained = [(r.sha256, str(r.meta.get("unit") or r.meta.get("place") or "")) for r in parts.train]
    manifest = Manifest(config.name, labels, limit, signed, versions(), hints=config.encoder.hints, trained=trained)
    _save(model, vocabulary, manifest, settings, folder)
    if config.trainer.onnx:
        export_onnx(folder)
    metrics = evaluate_parts(folder, parts.as_mapping(), config)
    write_text(folder / "README.md", model_card(config, parts.as_mapping(), metrics, signed, versions(), vocabulary))
    write_json(folder / "metrics.json", metrics)  # last: its presence says that the run is complete
    if not config.trainer.keep_checkpoints:
        shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
    return metrics


def _validate(config: TrainConfig) -> None:
    """BaogaoError for settings of the right type that cannot be."""
    trainer = config.trainer
    require("trainer.seed", trainer.seed, 0, 2**32 - 1)  # numpy's limit
    for name in ("batch_size", "accumulate", "evaluations"):
        require(f"trainer.{name}", getattr(trainer, name), 1)
    for name in ("patience", "lr", "weight_decay", "max_grad_norm"):
        require(f"trainer.{name}", getattr(trainer, name), 0)
    require("trainer.threads", 1 if trainer.threads is None else trainer.threads, 1)
    require("trainer.warmup", trainer.warmup, 0, 1)
    require("trainer.head_lr", 0 if trainer.head_lr is None else trainer.head_lr, 0)
    require("encoder.dropout", config.encoder.dropout, 0, 1)
    require("encoder.character_dropout", config.encoder.character_dropout, 0, 1)
    require("encoder.hint_dropout", config.encoder.hint_dropout, 0, 1)
    require("head.dropout", config.head.dropout, 0, 1)
    require("head.label_smoothing", config.head.label_smoothing, 0, 1)
    if config.head.loss not in ("tags", SEQUENCE):
        raise BaogaoError(f"head.loss={config.head.loss} is unknown", remedy=f"use tags or {SEQUENCE}")
    if config.head.loss == SEQUENCE and config.head.label_smoothing:
        raise BaogaoError("head.label_smoothing is one of tags, not of sequences", remedy="set it to 0")
    if config.encoder.architecture is not None:
        require_shape("encoder.architecture", config.encoder.architecture)
    precision(trainer.precision)
    on_cpu(trainer.device)
    if trainer.max_steps <= 0 and trainer.epochs <= 0:
        raise BaogaoError("neither trainer.epochs nor trainer.max_steps is above 0", remedy="set one of them")


def prepare(config: TrainConfig, labels: LabelSet) -> Parts:
    """The records of the run: read, joined to their reports, checked, split."""
    records = load_naming(list(config.corpus.annotations), labels, quiet=config.trainer.quiet)
    raise_on_errors(check_records(records, labels))
    refuse_overlaps(records)
    records = require_text(records, config.corpus.reports)
    raise_on_errors(check_records(records, labels))  # again: now with the text of stand-off records
    shares = config.corpus.split
    parts = split(records, development=shares.development, test=shares.test, seed=shares.seed)
    if not any(record.marks for record in parts["train"]):
        raise BaogaoError("nothing to train on: the train part holds no spans", remedy="add annotations")
    if not parts["development"]:
        raise BaogaoError(
            "there is no development part, by whose F1 the best state is chosen",
            remedy="set corpus.split.development above 0, or give places meta.split=development",
        )
    held = [*parts["development"], *parts["test"]]
    warning = refuse_leaks(
        leaks(parts["train"], held), allow=config.corpus.allow_leakage, option="corpus.allow_leakage=true"
    )
    if warning:
        _say(config, warning)
    return Parts(parts["train"], parts["development"], parts["test"])


def _save(
    model: PreTrainedModel, vocabulary: Vocabulary, manifest: Manifest, settings: Mapping[str, Any], folder: Path
) -> None:
    model.half().save_pretrained(folder)  # type: ignore[no-untyped-call]  # half the size; from here on the engines compute with what was saved
    vocabulary.save(folder)
    hub_tokenizer(vocabulary).save_pretrained(folder)
    weights = folder / "model.safetensors"  # safetensors makes it private; everything else here is not
    weights.chmod((folder / "config.json").stat().st_mode)
    write_text(folder / "train_config.yaml", OmegaConf.to_yaml(OmegaConf.create(dict(settings))))
    replace(manifest, files={name: sha256_file(folder / name) for name in VERIFIED}).save(folder)


def evaluate_parts(folder: Path, parts: Mapping[str, Sequence[Record]], config: TrainConfig) -> dict[str, Any]:
    """The evaluation on whole reports of the development and test parts, by the engine that will serve.

    First the threshold is chosen, below which a span is not reported (see ``least_score``); the manifest in ``folder``
    keeps it.
    """
    quiet = config.trainer.quiet
    tagger = Tagger.load(folder, "onnx" if config.trainer.onnx else "torch", threads=config.trainer.threads)
    manifest = replace(tagger.manifest, threshold=least_score(score_tagger(tagger, parts["development"], quiet=quiet)))
    manifest.save(folder)
    tagger = Tagger(manifest, tagger.vocabulary, tagger.engine)
    return {name: score_tagger(tagger, parts[name], quiet=quiet) for name in ("development", "test") if parts[name]}


def least_score(result: Result) -> float:
    """The threshold to report spans from: the lowest whose strict micro F1 is within a standard error of the best.

    The likeliest tag sequence need not be the one of the best F1: where a boundary is unsure it still holds one of the
    alternatives, each more often wrong than right. But F1 is flat around its best, and its place there is chance: of
    thresholds that are as good the lowest keeps the most spans (the one-standard-error rule of Breiman et al.,
    Classification and Regression Trees, 1984). The error is that of the bootstrap; of one document there is none.
    """
    tried = [(one["threshold"], one["f1"] or 0.0) for one in result["thresholds"] or []]
    if not tried:
        return 0.0
    interval = result["modes"]["strict"]["micro"]["interval"]
    low, high = (interval and interval["f1"]) or (0.0, 0.0)
    enough = max(f1 for _, f1 in tried) - (high - low) / (2 * TWO_SIDED)
    least = next(threshold for threshold, f1 in tried if f1 >= enough)
    return 0.0 if least == tried[0][0] else math.floor(100 * least) / 100


def _say(config: TrainConfig, message: str) -> None:
    if not config.trainer.quiet:
        console().print(message)
