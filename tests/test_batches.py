"""Windows of like length in a batch, a rate for the head, hints that are hidden: what the Trainer is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import TrainingArguments

from baogao import BaogaoError
from baogao.files import located
from baogao.labels import LabelSet
from baogao.training.batches import ByLength
from baogao.training.dataset import IGNORED
from baogao.training.encoders import encoder_hash, load_encoder
from baogao.training.loop import Finetuner
from training_help import configure


@given(st.lists(st.integers(2, 300), min_size=1, max_size=400), st.integers(1, 7), st.integers(0, 3), st.integers(0, 3))
def test_every_window_is_drawn_once_and_the_order_is_a_function_of_seed_and_epoch(
    lengths: list[int], batch: int, seed: int, epoch: int
) -> None:
    sampler = ByLength(lengths, batch, seed)
    sampler.set_epoch(epoch)
    order = list(sampler)
    assert sorted(order) == list(range(len(lengths)))
    assert len(sampler) == len(lengths)
    assert order == list(sampler)


def test_batches_are_of_like_length_and_each_epoch_has_its_own() -> None:
    lengths = np.random.default_rng(0).integers(2, 256, 3000).tolist()
    sampler = ByLength(lengths, 16, 1)

    def padded(order: list[int]) -> float:
        batches = [[lengths[i] for i in order[at : at + 16]] for at in range(0, len(order), 16)]
        return float(sum(max(b) * len(b) for b in batches) / sum(lengths))

    first = list(sampler)
    sampler.set_epoch(1)
    second = list(sampler)
    assert first != second
    assert padded(list(range(3000))) > 1.8
    assert padded(first) < 1.1
    assert padded(second) < 1.1


def finetuner(tmp_path: Path, labels: LabelSet, *overrides: str) -> tuple[Any, Any]:
    config = configure("corpus.annotations=[unused]", *overrides)
    torch.manual_seed(0)
    model, vocabulary, _ = load_encoder(config.encoder, config.head, labels, ["地区生产总值三亿元，增长二个百分点"] * 3)
    arguments = TrainingArguments(output_dir=str(tmp_path), learning_rate=1e-4, use_cpu=True, report_to=[])
    return Finetuner(config=config, vocabulary=vocabulary, model=model, args=arguments), model


def test_the_head_has_its_own_rate_and_every_weight_one(tmp_path: Path, labels: LabelSet) -> None:
    trainer, model = finetuner(tmp_path, labels, "trainer.head_lr=0.01")
    groups = trainer.create_optimizer().param_groups
    rates = {id(p): (g["lr"], g["weight_decay"]) for g in groups for p in g["params"]}
    assert len(rates) == sum(len(g["params"]) for g in groups) == len(list(model.parameters()))
    assert rates[id(model.classifier.weight)][0] == 0.01
    assert rates[id(model.bert.embeddings.word_embeddings.weight)][0] == 1e-4
    assert {g["lr"] for g in finetuner(tmp_path, labels)[0].create_optimizer().param_groups} == {1e-4}


def test_hints_are_hidden_from_whole_windows(tmp_path: Path, labels: LabelSet) -> None:
    trainer, _ = finetuner(tmp_path, labels, "encoder.hints=rules", "encoder.hint_dropout=0.5")
    ids = torch.full((400, 4), 7)
    types = trainer.disturbed({"input_ids": ids, "token_type_ids": torch.full_like(ids, 3)})["token_type_ids"]
    assert set(types.flatten().tolist()) == {0, 3}
    assert (types == types[:, :1]).all()
    assert 0.4 < (types[:, 0] == 0).float().mean() < 0.6


def test_packaged_names_are_folders_of_the_package_and_nothing_else(tmp_path: Path) -> None:
    assert located(tmp_path) == tmp_path
    assert (located("packaged:encoder") / "model.safetensors").is_file()
    for name in ("packaged:typo", "packaged:../labels", "packaged:", "packaged:encoder/.."):
        with pytest.raises(BaogaoError, match="no such model comes with the package") as error:
            located(name)
        assert "packaged:encoder, packaged:tagger" in str(error.value)


def test_a_local_encoder_is_known_by_its_weights() -> None:
    shipped = configure("corpus.annotations=[unused]", "encoder=baogao_small").encoder
    assert len(encoder_hash(shipped.path) or "") == 16
    assert encoder_hash(configure("corpus.annotations=[unused]", "encoder=macbert_base").encoder.path) is None
    assert encoder_hash(configure("corpus.annotations=[unused]").encoder.path) is None


def test_characters_are_hidden_but_not_the_ends_of_a_window(tmp_path: Path, labels: LabelSet) -> None:
    trainer, _ = finetuner(tmp_path, labels, "encoder.character_dropout=0.25")
    ids = torch.full((200, 12), 7)
    tags = torch.zeros_like(ids)
    tags[:, [0, -1]] = IGNORED
    batch = {"input_ids": ids, "token_type_ids": torch.zeros_like(ids), "labels": tags}
    shown = trainer.disturbed(batch)["input_ids"]
    hidden = shown != 7
    assert set(shown[hidden].tolist()) == {trainer.mask}
    assert not hidden[:, [0, -1]].any()
    assert 0.2 < hidden[:, 1:-1].float().mean() < 0.3
    assert (ids == 7).all()
