"""Going on from an encoder: additional layers hardly change what it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from baogao.files import located
from baogao.pretraining.initial import take_over
from baogao.tagger import Vocabulary

TEXT = "今年地区生产总值增长百分之六，规模以上工业增加值达到三十亿元。"


@pytest.mark.parametrize("extra", [0, 1, 2, 4])
def test_a_deeper_encoder_predicts_at_first_what_the_shallower_did(extra: int) -> None:
    folder = located("packaged:encoder")
    small: Any = BertForMaskedLM.from_pretrained(folder, dtype=torch.float32)
    shape: dict[str, Any] = small.config.to_dict()
    layers = shape.pop("num_hidden_layers") + extra
    torch.manual_seed(0)
    deep: Any = BertForMaskedLM(BertConfig(**shape, num_hidden_layers=layers))  # neither has any dropout
    assert _divergence(small, deep) > 1
    take_over(deep, "packaged:encoder")
    assert len(deep.bert.encoder.layer) == layers
    assert _divergence(small, deep) < (0.4 if extra else 1e-6)
    # What is added must be able to learn.
    ids = torch.tensor([Vocabulary.load(folder).encode(TEXT).tolist()])
    deep(input_ids=ids, labels=ids).loss.backward()
    for layer in deep.bert.encoder.layer:
        assert layer.output.dense.weight.grad.abs().max() > 0


def test_deepening_costs_little_where_characters_are_hidden() -> None:
    """On a report of the project, a seventh of it hidden: at most 0.3 nats a hidden character for two layers."""
    folder = located("packaged:encoder")
    small: Any = BertForMaskedLM.from_pretrained(folder, dtype=torch.float32)
    shape: dict[str, Any] = small.config.to_dict()
    layers = shape.pop("num_hidden_layers") + 2
    deep: Any = BertForMaskedLM(BertConfig(**shape, num_hidden_layers=layers))
    take_over(deep, "packaged:encoder")
    vocabulary = Vocabulary.load(folder)
    text = sorted(Path("data/reports").glob("*.txt"))[0].read_text("utf-8").replace("\n", "")[: 4 * 250]
    ids = torch.tensor(vocabulary.encode(text).tolist()).view(4, 250)
    hidden = torch.rand(ids.shape, generator=torch.Generator().manual_seed(0)) < 1 / 7
    given = ids.masked_fill(hidden, vocabulary.mask)
    with torch.no_grad():
        before, after = (
            float(torch.nn.functional.cross_entropy(model(input_ids=given).logits[hidden], ids[hidden]))
            for model in (small, deep)
        )
    assert abs(after - before) < 0.3


def _divergence(one: Any, other: Any) -> float:
    """Kullback–Leibler divergence of the predictions for a sentence, in nats a character."""
    ids = torch.tensor([Vocabulary.load(located("packaged:encoder")).encode(TEXT).tolist()])
    with torch.no_grad():
        p, q = (model(input_ids=ids).logits.log_softmax(-1) for model in (one, other))
    return float((p.exp() * (p - q)).sum(-1).mean())
