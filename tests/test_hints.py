"""Hints: what rules say of each character, and how an encoder takes it in."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from transformers import BertModel

from baogao import BaogaoError, load
from baogao.labels import LabelSet, load_labels
from baogao.reports.view import clean
from baogao.rules import find
from baogao.tagger import Manifest
from baogao.tagger.hints import hint_types, hints
from baogao.training.encoders import load_encoder
from baogao.training.finetune import finetune
from baogao.training.schema import EncoderConfig, HeadConfig
from strategies import texts
from test_training import TINY, hub_checkpoint
from training_help import configure, small_corpus


def test_a_type_is_the_tag_that_the_rules_propose(labels: LabelSet) -> None:
    text = "粮食产量 3.2 万吨，同比增长4%。"
    types = hints("rules", text, labels)
    tags = [labels.tags[t] for t in types]
    assert [(text[s.start : s.end], s.label) for s in find(text)] == [
        ("粮食产量", "METRIC"), ("3.2 万吨", "VALUE"), ("同比增长4%", "CHANGE"),
    ]  # fmt: skip
    assert tags == (
        ["B-METRIC", *["I-METRIC"] * 3, "O", "B-VALUE", *["I-VALUE"] * 5, "O", "B-CHANGE", *["I-CHANGE"] * 5, "O"]
    )
    assert not hints("none", text, labels).any()
    assert not hints("rules", text, load_labels("cluener")).any()  # labels that the rules know nothing of


@given(texts)
def test_rules_are_flat_and_types_are_tags_whatever_the_text(text: str) -> None:
    labels = load_labels()
    found = find(text)
    assert all(0 <= a.start < a.end <= len(text) for a in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    types = hints("rules", text, labels)
    assert len(types) == len(text)
    assert all(0 <= t < hint_types("rules", labels) for t in types)


def test_a_checkpoint_without_hints_gives_what_it_gave(tmp_path: Path, labels: LabelSet) -> None:
    path = hub_checkpoint(tmp_path / "hub", "bert")
    encoder = EncoderConfig("x", str(path), hints="rules", max_characters=60)
    model, _, _ = load_encoder(encoder, HeadConfig("linear"), labels, [])
    model.train(False)
    assert model.config.type_vocab_size == len(labels.tags)
    ids = torch.arange(5, 25)[None]
    plain = BertModel.from_pretrained(path)
    with torch.inference_mode():
        expected = plain(input_ids=ids).last_hidden_state
        same = model.base_model(input_ids=ids, token_type_ids=torch.zeros_like(ids)).last_hidden_state
        other = model.base_model(input_ids=ids, token_type_ids=torch.ones_like(ids)).last_hidden_state
    assert torch.allclose(same, expected, atol=1e-6)
    assert not torch.allclose(other, expected, atol=1e-3)


def test_a_model_remembers_its_hints(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    finetune(configure(f"corpus.annotations=[{corpus}]", "encoder.hints=rules", *TINY), tmp_path / "run")
    manifest = Manifest.load(tmp_path / "run")
    assert manifest.hints == "rules"
    tagger, weights = (load(tmp_path / "run", engine).tagger for engine in ("onnx", "torch"))
    views = [clean("全年地区生产总值完成5亿元，增长6%；实施“百千万工程”。" * 12)]
    (told,), (same,) = tagger._logits(views), weights._logits(views)
    assert np.abs(told - same).max() < 1e-3
    tagger.manifest = replace(manifest, hints="none")
    (untold,) = tagger._logits(views)
    assert np.abs(told - untold).max() > 1e-3
    path = tmp_path / "run" / "baogao.json"
    value = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**value, "hints": "guesses"}), "utf-8")
    with pytest.raises(BaogaoError, match="no hints 'guesses'"):
        Manifest.load(tmp_path / "run")


def test_a_very_long_paragraph_takes_linear_time() -> None:
    """What compared every span with every other took hours for a report on one line."""
    text = "全年生产总值15.6亿元，增长6.2%。新建公厕12座、"
    assert len(find(text * 20_000)) == 20_000 * len(find(text))
