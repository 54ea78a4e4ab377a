"""A corpus of a few paragraphs and the composed configuration of a very short run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from baogao.corpus import Record, load_records
from baogao.corpus.jsonl import write_jsonl
from baogao.files import configs_dir, sha256_text
from baogao.labels import load_labels
from baogao.training.app import typed
from baogao.training.schema import TrainConfig, register
from conftest import ROOT


def excerpt(record: Record, length: int = 900) -> Record:
    """The head of a report, with the spans that lie in it."""
    assert record.text is not None
    text = record.text[: record.text.index("\n", length)]
    marks = tuple(m for m in record.marks if m.end <= len(text))
    return replace(record, text=text, sha256=sha256_text(text), marks=marks)


def small_corpus(folder: Path) -> Path:
    """Three short excerpts of original reports, one a part."""
    files = ["xiangdong_2013", "changyu_2021", "anshang_2012"]
    records = [
        replace(excerpt(record), meta={**record.meta, "split": part})
        for name, part in zip(files, ("train", "development", "test"), strict=True)
        for record in load_records([ROOT / "annotations" / "original" / f"{name}.marked.txt"], load_labels())
    ]
    path = folder / "small.jsonl"
    write_jsonl(path, records)
    return path


def configure(*overrides: str) -> TrainConfig:
    """The configuration that ``baogao train`` would compose from ``overrides``, for a run of a few steps."""
    encoder = () if any(o.startswith("encoder=") for o in overrides) else ("encoder=scratch_tiny",)
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(configs_dir()), version_base="1.3"):
        config = compose("train", [
            "output=unused", *encoder, "trainer.max_steps=2", "trainer.evaluations=1", "trainer.batch_size=4",
            "trainer.quiet=true",            "trainer.device=cpu", "trainer.threads=1", "trainer.patience=0",
            "corpus.split.development=0.2", "corpus.split.test=0.2", *overrides,
        ])  # fmt: skip
    return typed(config, TrainConfig, "baogao train")
