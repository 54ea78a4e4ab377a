"""Shared fixtures: the label set, a tiny real model, and the material beside the project where it is present."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from baogao.labels import LabelSet, load_labels
from baogao.tagger import Manifest, Tagger, Vocabulary

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

pytest_plugins = ["studio_server"]

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.fixture(scope="session")
def labels() -> LabelSet:
    return load_labels("report")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the project; tests that need it are skipped where it is absent."""
    if not (SHARED / "reports" / "manifest.tsv").is_file():
        pytest.skip("the folder ../shared with real reports is not here")
    return SHARED


@pytest.fixture(scope="session")
def model_directory(tmp_path_factory: pytest.TempPathFactory, labels: LabelSet) -> Path:
    """A real model directory with random weights, torch and ONNX: it tags nonsense, and plenty of it."""
    import torch
    from transformers import AutoModelForTokenClassification, BertConfig

    from baogao.training.export import export_onnx
    from baogao.training.tokenizer import hub_tokenizer

    folder = tmp_path_factory.mktemp("model")
    vocabulary = Vocabulary.build(["全年地区生产总值完成亿元增长，比上年提高个百分点。实施“百千万工程”建设"])
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=66,
        initializer_range=0.7,  # far from zero, so that the scores are far from uniform
    )
    config.num_labels = len(labels.tags)
    AutoModelForTokenClassification.from_config(config).save_pretrained(folder)  # type: ignore[no-untyped-call]
    vocabulary.save(folder)
    hub_tokenizer(vocabulary).save_pretrained(folder)
    Manifest("random", labels, 64, {"data": "none"}, {}).save(folder)
    export_onnx(folder)
    return folder


@pytest.fixture(scope="session")
def tagger(model_directory: Path) -> Tagger:
    return Tagger.load(model_directory, "onnx", threads=1)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a file into the test's folder and return its path."""

    def write_file(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    return write_file
