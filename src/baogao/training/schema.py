"""The typed shape of a training run's configuration: what Hydra checks every YAML file and override against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING


@dataclass
class LabelTypeConfig:
    name: str = MISSING
    zh: str = MISSING
    description: str = MISSING
    color: str = MISSING
    hotkey: str = MISSING


@dataclass
class LabelsConfig:
    """A label set: ``configs/labels``."""

    name: str = MISSING
    scheme: str = MISSING
    types: list[LabelTypeConfig] = MISSING


@dataclass
class SplitConfig:
    """Shares of the annotated characters, and the seed of the order in which places are taken."""

    development: float = 0.1
    test: float = 0.1
    seed: int = 13


@dataclass
class CorpusConfig:
    """Annotations to train on: ``configs/corpus``. Paths are relative to the working directory."""

    name: str = MISSING
    annotations: list[str] = MISSING  # files and folders (.jsonl .marked.txt .conll .bio .studio.json .json)
    reports: str | None = MISSING  # folder with the reports of stand-off annotations; null: they are not needed
    split: SplitConfig = field(default_factory=SplitConfig)
    allow_leakage: bool = False  # train although a place or a near-duplicate paragraph is on both sides; it is named


@dataclass
class ArchitectureConfig:
    """A BERT to start from nothing, with the vocabulary of the training text."""

    hidden_size: int = 128
    layers: int = 2
    attention_heads: int = 4
    intermediate_size: int = 512
    min_count: int = 2  # rarer characters become [UNK], so that [UNK] is trained


@dataclass
class EncoderConfig:
    """The encoder: ``configs/encoder``. Either ``path`` (a hub name or a directory) or ``architecture``."""

    name: str = MISSING
    path: str | None = None
    revision: str | None = None
    architecture: ArchitectureConfig | None = None
    lr: float = 5e-5  # the rate at which it is best fine-tuned; trainer.lr follows it
    dropout: float = 0.1  # of hidden states; that of attention is the checkpoint's
    character_dropout: float = 0.0  # share of the characters of a training window that are hidden
    hints: str = "none"  # or rules: token types say which tag simple rules propose for a character
    hint_dropout: float = 0.0  # share of the training windows that are shown without their hints
    max_characters: int = 254  # a window, without [CLS] and [SEP]; at most what the encoder's positions allow


@dataclass
class HeadConfig:
    """What stands on the encoder: ``configs/head``."""

    name: str = MISSING
    loss: str = "tags"  # of every character's tag by itself, or sequence: of the whole allowed tag sequence
    dropout: float = 0.1
    label_smoothing: float = 0.0  # of tags


@dataclass
class TrainerConfig:
    """Optimisation: ``configs/trainer``."""

    seed: int = 13
    epochs: float = 10.0
    max_steps: int = -1  # optimiser steps; above 0 it overrides epochs
    batch_size: int = 16
    accumulate: int = 1  # batches an optimiser step
    lr: float = 5e-5
    head_lr: float | None = None  # of what stands on the encoder; null: as the encoder's
    weight_decay: float = 0.01
    warmup: float = 0.1  # share of all steps
    max_grad_norm: float = 1.0
    evaluations: int = 10  # on the development part, evenly over the run
    patience: int = 0  # evaluations without a better F1 before stopping; 0: run to the end
    precision: str = "fp32"  # or bf16
    device: str = "auto"  # cpu, cuda, or auto: cuda where it is there
    threads: int | None = None
    resume: bool = False  # go on from the last checkpoint in ``output``
    onnx: bool = True  # export model.onnx at the end
    keep_checkpoints: bool = False
    quiet: bool = False


@dataclass
class TrainConfig:
    """A whole run."""

    name: str = MISSING
    output: str = MISSING
    labels: LabelsConfig = field(default_factory=LabelsConfig)
    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    head: HeadConfig = field(default_factory=HeadConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    experiment: Any = None


def register() -> None:
    """Make the schema known to Hydra as ``train_schema``."""
    ConfigStore.instance().store(name="train_schema", node=TrainConfig)
