"""Attention in plain products against PyTorch's own, forwards and backwards, and the start that looks at neighbours."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import BertConfig, BertModel

from baogao.pretraining.start import OFFSETS, look_at_neighbours
from baogao.training.attention import plain_attention, use_plain_attention


def small(**options: int) -> BertConfig:
    shape = {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64}
    return BertConfig(vocab_size=50, max_position_embeddings=40, **{**shape, **options})  # type: ignore[arg-type]


def test_plain_attention_is_pytorchs_own_with_a_mask_and_its_gradients() -> None:
    torch.manual_seed(0)
    mask = torch.zeros(3, 1, 7, 7)
    mask[1, :, :, 5:] = torch.finfo(torch.float32).min
    given = [torch.randn(3, 2, 7, 8, requires_grad=True) for _ in range(3)]
    query, key, value = given
    plain, _ = plain_attention(torch.nn.Module(), query, key, value, mask)
    fused = torch.nn.functional.scaled_dot_product_attention(query, key, value, mask).transpose(1, 2)
    torch.testing.assert_close(plain, fused)
    weights = torch.randn_like(plain)
    for one, other in zip(
        torch.autograd.grad((plain * weights).sum(), given), torch.autograd.grad((fused * weights).sum(), given),
        strict=True,
    ):  # fmt: skip
        torch.testing.assert_close(one, other)


def test_a_model_computes_the_same_with_it_and_padding_changes_nothing() -> None:
    torch.manual_seed(0)
    model: Any = BertModel(small())
    model.eval()
    ids = torch.randint(5, 50, (2, 20))
    mask = torch.ones_like(ids)
    mask[1, 12:] = 0
    with torch.no_grad():
        before = model(input_ids=ids, attention_mask=mask).last_hidden_state
        use_plain_attention(model)
        after = model(input_ids=ids, attention_mask=mask).last_hidden_state
        alone = model(input_ids=ids[1:, :12]).last_hidden_state
    torch.testing.assert_close(after[mask.bool()], before[mask.bool()], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(after[1:, :12], alone, rtol=1e-4, atol=1e-5)
    assert "attn" not in model.config.to_json_string()  # a way of computing, not a property of the model


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
