"""The benchmarks of recipes: what is computed, what is computed anew, and the Trainers that are not in the package."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

from baogao import BaogaoError
from baogao.corpus import load_records
from baogao.corpus.jsonl import write_jsonl
from baogao.labels import LabelSet
from baogao.tagger import Vocabulary
from baogao.training.finetune import finetune
from baogao.training.tokenizer import hub_tokenizer
from benchmarks import learning_curve, recipes
from conftest import ROOT
from training_help import configure, excerpt, small_corpus

SHORT = (
    "encoder=scratch_tiny", "encoder.architecture.hidden_size=32", "encoder.architecture.layers=1",
    "encoder.architecture.intermediate_size=32", "trainer.max_steps=1", "trainer.evaluations=1",
    "trainer.device=cpu", "trainer.threads=1",
)  # fmt: skip


@pytest.fixture
def unsplit(tmp_path: Path, labels: LabelSet) -> Path:
    """Four short reports without parts of their own."""
    files = sorted((ROOT / "annotations" / "original").glob("*.marked.txt"))[:4]
    path = tmp_path / "unsplit.jsonl"
    write_jsonl(path, [excerpt(record) for record in load_records(files, labels)])
    return path


def curve(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["learning_curve.py", *map(str, arguments)])
    learning_curve.main()


def test_a_point_is_computed_once_and_of_a_drawn_split(
    unsplit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, labels: LabelSet
) -> None:
    output = tmp_path / "curve.json"
    settings = (*SHORT, f"corpus.annotations=[{unsplit}]", "corpus.split.development=0.2", "corpus.split.test=0.2")
    command = ("train", *settings, "--reports", ROOT / "data" / "reports", "-o", output, "--shares", "0.5")
    curve(monkeypatch, *command)
    (point,) = json.loads(output.read_text("utf-8"))
    assert (point["seed"], point["share"], point["overrides"]) == (13, 0.5, list(settings))
    written = output.read_bytes()

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(learning_curve, "finetune", refuse)
    curve(monkeypatch, *command)
    with pytest.raises(BaogaoError, match=r"seed=13, share=0\.5: overrides changed"):
        curve(monkeypatch, "train", "trainer.lr=1e-4", *command[1:])
    records = load_records([unsplit], labels)
    write_jsonl(unsplit, [replace(record, marks=record.marks[1:]) for record in records])
    with pytest.raises(BaogaoError, match="data changed"):
        curve(monkeypatch, *command)
    assert output.read_bytes() == written


def test_training_needs_no_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    importlib.reload(learning_curve)


def test_names_come_first_and_a_row_is_of_one_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [
        {"recipe": "shipped", "seed": seed, "share": share, "development": f1, "test": f1}
        for seed, share, f1 in ((13, 0.25, 0.5), (14, 0.25, 0.7), (13, 1.0, 0.9))
    ]
    output = tmp_path / "recipes.json"
    output.write_text(json.dumps(runs), "utf-8")
    usage = (recipes.__doc__ or "").splitlines()[2].split()
    assert usage.index("[NAME…]") < usage.index("--reports")
    monkeypatch.setattr(sys, "argv", ["recipes", "shipped", "no hints", "-o", str(output), "--seeds", "13", "14"])
    recipes.main()
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| shipped | 0.25 | 2 | 0.600 ± 0.141 | 0.600 ± 0.141 |",
        "| shipped | 1 | 1 | 0.900 | 0.900 |",
    ]


def calm_encoder(folder: Path) -> Path:
    """A small encoder without dropout of attention: nothing is drawn in a pass but what is hidden."""
    vocabulary = Vocabulary.build(["全年地区生产总值完成亿元，同比增长。"])
    shape: dict[str, Any] = {
        "hidden_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }
    BertModel(BertConfig(vocab_size=len(vocabulary), attention_probs_dropout_prob=0.0, **shape)).save_pretrained(folder)
    vocabulary.save(folder)
    hub_tokenizer(vocabulary).save_pretrained(folder)
    return folder


class Still(recipes.Adversarial):
    """Both passes see the same embeddings."""

    reach = 0.0


@pytest.mark.parametrize("head", ["crf", "linear"])
def test_two_equal_passes_are_one_step(head: str, tmp_path: Path) -> None:
    """The same characters and hints are hidden in both, and their gradients are averaged."""
    options = (
        f"corpus.annotations=[{small_corpus(tmp_path)}]", f"head={head}", "head.dropout=0", "trainer.max_steps=3",
        "encoder=baogao_small", "encoder.dropout=0", f"encoder.path={calm_encoder(tmp_path / 'encoder')}",
        "encoder.hints=rules", "encoder.hint_dropout=0.5", "encoder.character_dropout=0.2", "trainer.onnx=false",
    )  # fmt: skip
    finetune(configure(*options), tmp_path / "plain")
    finetune(configure(*options), tmp_path / "twice", kind=Still)
    finetune(configure(*options), tmp_path / "moved", kind=recipes.Adversarial)
    plain, twice, moved = (load_file(tmp_path / run / "model.safetensors") for run in ("plain", "twice", "moved"))
    assert all(torch.equal(plain[key], twice[key]) for key in plain)
    assert not all(torch.equal(plain[key], moved[key]) for key in plain)
