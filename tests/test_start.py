"""The start of pre-training: heads that look at neighbours."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import BertConfig, BertModel

from baogao.pretraining.start import OFFSETS, look_at_neighbours


def small(**options: int) -> BertConfig:
    shape = {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64}
    return BertConfig(vocab_size=50, max_position_embeddings=40, **{**shape, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [64, 256])
def test_the_first_heads_look_where_they_should(width: int) -> None:
    torch.manual_seed(0)
    model: Any = BertModel(small(hidden_size=width))
    model.eval()
    model.set_attn_implementation("eager")  # the one that shows its weights
    look_at_neighbours(model)
    with torch.no_grad():
        ids = torch.randint(5, 50, (16, 30))
        weights = model(input_ids=ids, output_attentions=True).attentions
    for layer, offsets in enumerate(OFFSETS):
        for head, offset in enumerate(offsets):
            average = weights[layer][:, head].mean(0)  # (from, to)
            inner = torch.arange(4, 26)
            assert average[inner, inner + offset].mean() > 0.5, (layer, head)  # by chance: 1/30


def test_an_encoder_too_narrow_for_positions_is_left_as_it_was() -> None:
    torch.manual_seed(0)
    model = BertModel(small(hidden_size=4, num_attention_heads=4))
    before = {k: v.clone() for k, v in model.state_dict().items()}
    look_at_neighbours(model)
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())
