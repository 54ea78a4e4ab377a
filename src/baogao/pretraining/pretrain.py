"""Masked-language-model pre-training: a composed configuration in, an encoder directory in BERT's format out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from transformers import BertForMaskedLM, set_seed
from transformers.utils import logging as transformers_logging

import baogao
from baogao.errors import BaogaoError
from baogao.files import located, sha256_json, write_json, write_text
from baogao.labels import load_labels
from baogao.pretraining.card import encoder_card
from baogao.pretraining.initial import characters_before, require_initial
from baogao.pretraining.loop import masked_trainer
from baogao.pretraining.masking import stream
from baogao.pretraining.schema import PretrainConfig
from baogao.pretraining.text import Source, gather
from baogao.progress import console
from baogao.tagger import Vocabulary
from baogao.training.checkpoints import last_checkpoint, state_of
from baogao.training.encoders import encoder_hash
from baogao.training.limits import require, require_shape
from baogao.training.loop import carry_out, on_cpu, precision
from baogao.training.runs import RUN, begin, claim, recorded
from baogao.training.signature import versions
from baogao.training.tokenizer import hub_tokenizer

METRICS: Final = "pretraining.json"
CARRYING: Final = ("steps", "minutes", "decay_steps", "save_steps", "compile", "device", "threads", "resume", "quiet")
"""Settings of the trainer that may differ when a run is resumed: how it is carried out, and, while its decay has not
begun, how long it lasts."""

transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def pretrain(config: PretrainConfig, folder: str | Path) -> dict[str, Any] | None:
    """Pre-train as ``config`` says into ``folder``; the metrics, or None where its minutes ended before its steps.

    ``folder`` then holds config.json, model.safetensors (bfloat16, with the masked-language-model head), vocab.txt,
    the tokenizer, README.md and pretraining.json. Raises BaogaoError for text that cannot be read, settings that
    cannot be, a folder that holds another run, and a change of its length that comes too late.
    """
    folder = Path(folder)
    _validate(config)
    say = _speaker(quiet=config.trainer.quiet)
    sources, caveats = gather(config.text, load_labels(), quiet=config.trainer.quiet)
    for line in (*(source.summary() for source in sources), *caveats):
        say(line)
    vocabulary = _vocabulary(config, sources)
    streams = [stream(source.paragraphs, vocabulary) for source in sources]
    streams[0], held_out = _hold_out(streams[0], sources[0], config)
    _require_windows(streams, sources, config.max_characters)
    signed = _signature(config, [*streams, held_out])
    done = claim(folder, signed, resume=config.trainer.resume, complete=(METRICS, "model.safetensors"))
    course = {name: getattr(config.trainer, name) for name in ("steps", "decay_steps")}
    _require_course(course, folder)
    if done is not None and done["steps"] == config.trainer.steps:
        say(f"this run is already complete: {folder}")
        return done
    say(f"seed {config.trainer.seed}, {len(vocabulary)} tokens, signature {signed}")
    if config.trainer.threads:
        torch.set_num_threads(config.trainer.threads)
    set_seed(config.trainer.seed)
    begin(folder, signed, course=course)
    trainer = masked_trainer(config, folder, vocabulary, streams, [s.passes for s in sources], held_out)
    carry_out(trainer, folder, resume=config.trainer.resume)
    step = int(trainer.state.global_step)
    if step < config.trainer.steps:
        say(f"stopped at step {step} of {config.trainer.steps}; go on with trainer.resume=true")
        return None
    metrics = {
        "steps": step,
        "characters": step * config.trainer.batch_size * config.max_characters,
        **({} if config.initial is None else {"characters_before": characters_before(config.initial)}),
        "held_out_loss": float(trainer.evaluate()["eval_loss"]),
        "sources": [
            {"name": Path(s.path).absolute().name, "characters": s.characters, "passes": s.passes} for s in sources
        ],
        "vocabulary": len(vocabulary),
        "parameters": int(trainer.model.num_parameters()),  # type: ignore[union-attr,operator]
        "signature": signed,
    }
    _save(trainer.model, vocabulary, folder)
    write_text(folder / "README.md", encoder_card(config, metrics, versions()))
    write_json(folder / METRICS, metrics)
    return metrics


def _validate(config: PretrainConfig) -> None:
    trainer = config.trainer
    require_shape("architecture", config.architecture)
    require("trainer.seed", trainer.seed, 0, 2**32 - 1)
    for name in ("steps", "batch_size", "save_steps"):
        require(f"trainer.{name}", getattr(trainer, name), 1)
    for name in ("lr", "weight_decay", "max_grad_norm", "warmup_steps", "decay_steps"):
        require(f"trainer.{name}", getattr(trainer, name), 0)
    require("trainer.threads", 1 if trainer.threads is None else trainer.threads, 1)
    require("max_characters", config.max_characters, 16)
    require("text.held_out", config.text.held_out, config.max_characters)
    require("masking.rate", config.masking.rate, 0.01, 0.9)
    require("masking.mean_length", config.masking.mean_length, 1)
    require("masking.max_length", config.masking.max_length, 1)
    for number, source in enumerate(config.text.sources):
        require(f"text.sources[{number}].passes", source.passes, 0.001)
    if config.initial is not None:
        require_initial(config.initial, config.architecture, config.max_characters)
    if trainer.warmup_steps + trainer.decay_steps > trainer.steps:
        raise BaogaoError(
            f"trainer.warmup_steps={trainer.warmup_steps} and trainer.decay_steps={trainer.decay_steps} exceed "
            f"trainer.steps={trainer.steps}",
            remedy="lower them, or raise the steps",
        )
    precision(trainer.precision)
    on_cpu(trainer.device)


def _speaker(*, quiet: bool) -> Callable[[str], None]:
    return (lambda _: None) if quiet else (lambda message: console().print(message))


def _vocabulary(config: PretrainConfig, sources: Sequence[Source]) -> Vocabulary:
    if config.initial is not None:
        return Vocabulary.load(located(config.initial))
    return Vocabulary.build((p for s in sources for p in s.paragraphs), min_count=config.architecture.min_count)


def _hold_out(
    whole: npt.NDArray[np.int32], source: Source, config: PretrainConfig
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    keep = len(whole) - config.text.held_out
    if keep < config.max_characters:
        raise BaogaoError(
            f"{len(whole):,} characters are too few: {config.text.held_out:,} are held out",
            path=source.path,
            remedy="name more text first in text.sources, or lower text.held_out",
        )
    return whole[:keep], whole[keep:]


def _require_windows(streams: Sequence[npt.NDArray[np.int32]], sources: Sequence[Source], window: int) -> None:
    for one, source in zip(streams, sources, strict=True):
        if len(one) < window:
            raise BaogaoError(
                f"{len(one):,} characters are fewer than a window of max_characters={window}",
                path=source.path,
                remedy="add its text to another source, leave it out, or lower max_characters",
            )


def _require_course(course: Mapping[str, int], folder: Path) -> None:
    """BaogaoError where the run in ``folder`` had another course, and by either the decay begins before where it is."""
    last = last_checkpoint(folder)
    if last is None:
        return
    before = recorded(folder)["course"]
    step = state_of(last).global_step
    decay = min(one["steps"] - one["decay_steps"] for one in (before, course))
    if course != before and step > decay:
        old, new = (" ".join(f"trainer.{name}={value}" for name, value in one.items()) for one in (before, course))
        raise BaogaoError(
            f"{new} comes too late: step {step} is done, and the decay begins at step {decay}",
            path=folder / RUN,
            remedy=f"go on with {old}, or start a new run in another output=FOLDER",
        )


def _signature(config: PretrainConfig, streams: Sequence[npt.NDArray[np.int32]]) -> dict[str, Any]:
    """Hashes of the text as ids and of every setting that shapes the result but for the length of the run."""
    digest = hashlib.sha256()
    for one in streams:
        digest.update(len(one).to_bytes(8, "big"))  # where one ends and the next begins: what is held out, for instance
        digest.update(one.tobytes())
    settings = asdict(config)
    settings = {
        "architecture": settings["architecture"],
        "max_characters": settings["max_characters"],
        "masking": settings["masking"],
        "passes": [s["passes"] for s in settings["text"]["sources"]],
        "trainer": {k: v for k, v in settings["trainer"].items() if k not in CARRYING},
    }
    if config.initial is not None:
        settings["initial"] = encoder_hash(config.initial)
    return {
        "text": digest.hexdigest()[:16],
        "config": sha256_json(settings)[:16],
        "seed": config.trainer.seed,
        "baogao": baogao.__version__,
    }


def _save(model: Any, vocabulary: Vocabulary, folder: Path) -> None:
    """BERT's format in bfloat16; the class that trained it is ours, what it wrote is BertForMaskedLM."""
    plain = BertForMaskedLM(model.config)
    plain.load_state_dict(model.state_dict())
    plain.bfloat16()
    plain.save_pretrained(folder)
    vocabulary.save(folder)
    hub_tokenizer(vocabulary).save_pretrained(folder)
    (folder / "model.safetensors").chmod((folder / "config.json").stat().st_mode)
