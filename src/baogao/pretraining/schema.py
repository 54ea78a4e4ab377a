"""The typed shape of a pre-training run's configuration."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING

from baogao.training.schema import ArchitectureConfig


@dataclass
class SourceConfig:
    """A folder of reports, or one plain-text file (also .xz) with a paragraph a line."""

    path: str = MISSING
    passes: float = 1.0  # how often its text is seen in relation to that of the other sources


@dataclass
class TextConfig:
    """What is read, and what must not be: ``configs/text``. Paths are relative to the working directory."""

    name: str = MISSING
    sources: list[SourceConfig] = MISSING
    held_out: int = 60_000  # characters at the end of the first source, for the loss on unseen text
    exclude_annotations: list[str] = field(default_factory=list)  # files of reports that are kept for testing
    exclude_places: list[str] = field(default_factory=list)


@dataclass
class MaskingConfig:
    """Which characters are hidden: spans of geometric length."""

    rate: float = 0.3  # share of the characters of a window
    mean_length: float = 2.5  # characters a span, before the cut at max_length
    max_length: int = 8


@dataclass
class PretrainerConfig:
    """Optimisation: a linear warm-up, a constant rate, a linear decay over the last steps."""

    seed: int = 13
    steps: int = 10_000  # as decay_steps, may be changed when resuming until the decay has begun
    minutes: float | None = None  # stop after so long, to be resumed; null: run to the end
    batch_size: int = 16  # windows
    lr: float = 1e-3
    weight_decay: float = 0.01
    warmup_steps: int = 500
    decay_steps: int = 2_000
    max_grad_norm: float = 1.0
    save_steps: int = 250
    precision: str = "bf16"  # or fp32
    compile: bool = False  # fuse the encoder's small operations: faster on two cores and more, needs a C++ compiler
    device: str = "auto"
    threads: int | None = None
    resume: bool = False
    quiet: bool = False


@dataclass
class PretrainConfig:
    """A whole run."""

    name: str = MISSING
    output: str = MISSING
    text: TextConfig = field(default_factory=TextConfig)
    architecture: ArchitectureConfig = field(default_factory=ArchitectureConfig)
    initial: str | None = None  # an encoder whose weights and vocabulary the run starts from; it may be shallower
    max_characters: int = 254  # a window, without [CLS] and [SEP]
    masking: MaskingConfig = field(default_factory=MaskingConfig)
    trainer: PretrainerConfig = field(default_factory=PretrainerConfig)


def register() -> None:
    """Make the schema known to Hydra as ``pretrain_schema``."""
    ConfigStore.instance().store(name="pretrain_schema", node=PretrainConfig)
