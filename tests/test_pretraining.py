"""Pre-training: what text is read and left out, what is hidden, resuming, and the encoder at the end."""

from __future__ import annotations

import lzma
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from transformers import BertConfig, BertForMaskedLM

from baogao import BaogaoError
from baogao.corpus import record_of
from baogao.corpus.jsonl import write_jsonl
from baogao.files import configs_dir
from baogao.labels import LabelSet
from baogao.pretraining.loop import MaskedLanguageModel
from baogao.pretraining.masking import MaskedWindows, hide, stream
from baogao.pretraining.pretrain import pretrain
from baogao.pretraining.schema import MaskingConfig, PretrainConfig, SourceConfig, TextConfig, register
from baogao.pretraining.text import gather
from baogao.reports import document
from baogao.tagger import Vocabulary
from baogao.training.app import typed
from baogao.training.dataset import IGNORED
from conftest import ROOT
from training_help import configure, small_corpus

VOCABULARY = Vocabulary.build(["经济增长百分之五，就业形势总体稳定。"])
MASK = VOCABULARY.mask
REPORTS = ROOT / "data" / "reports"


@given(
    st.lists(st.text("经济增长百分之五，就业", max_size=60), min_size=1, max_size=4),
    st.integers(0, 2**32),
    st.floats(0.05, 0.6),
    st.floats(1, 5),
)
def test_hiding_keeps_what_is_visible_and_asks_for_what_is_not(
    paragraphs: list[str], seed: int, rate: float, mean: float
) -> None:
    ids = stream(paragraphs, VOCABULARY).astype(np.int64)
    config = MaskingConfig(rate=rate, mean_length=mean, max_length=4)
    shown, targets = hide(ids, np.random.default_rng(seed), config, VOCABULARY, MASK)
    asked = targets != IGNORED
    assert (shown[~asked] == ids[~asked]).all()
    assert (targets[asked] == ids[asked]).all()
    assert not (ids[asked] == VOCABULARY.sep).any()
    assert asked.sum() <= round(rate * sum(map(len, paragraphs)))
    assert shown.min() >= 0
    assert shown.max() < len(VOCABULARY)


def test_the_rate_and_berts_shares_hold_on_long_text() -> None:
    ids = stream(["经济增长百分之五，就业形势总体稳定。" * 2000], VOCABULARY).astype(np.int64)
    shown, targets = hide(ids, np.random.default_rng(1), MaskingConfig(rate=0.2), VOCABULARY, MASK)
    asked = targets != IGNORED
    assert asked.mean() == pytest.approx(0.2, abs=0.002)
    assert (shown[asked] == MASK).mean() == pytest.approx(0.8, abs=0.02)
    assert (shown[asked] == ids[asked]).mean() == pytest.approx(0.1, abs=0.02)


def test_windows_depend_on_seed_and_index_alone_and_sources_on_their_share() -> None:
    streams = [stream(["经济增长" * 300], VOCABULARY), stream(["就业形势" * 300], VOCABULARY)]

    def build(count: int, passes: Sequence[float] = (3, 1)) -> MaskedWindows:
        masking = MaskingConfig(rate=0.2)
        return MaskedWindows(
            streams, passes, VOCABULARY, max_characters=20, masking=masking, seed=5, count=count
        )  # fmt: skip

    short, long = build(8), build(400)
    for i in range(8):
        assert torch.equal(short[i]["input_ids"], long[i]["input_ids"])
    first = set(VOCABULARY.encode("经济增长").tolist())
    of_first = [bool(first & set(long[i]["labels"].tolist())) for i in range(400)]
    assert sum(of_first) / 400 == pytest.approx(0.75, abs=0.08)
    row = short[0]
    assert row["input_ids"].shape == row["labels"].shape == (22,)
    assert row["input_ids"][[0, -1]].tolist() == [VOCABULARY.cls, VOCABULARY.sep]


def test_the_loss_is_berts_own() -> None:
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    ours = MaskedLanguageModel(config)
    theirs = BertForMaskedLM(config)
    theirs.load_state_dict(ours.state_dict())
    ids = torch.randint(5, len(VOCABULARY), (3, 12), generator=torch.Generator().manual_seed(0))
    labels = torch.where(torch.arange(12) % 3 == 0, ids, torch.tensor(IGNORED))
    expected = theirs(input_ids=ids, labels=labels).loss
    assert torch.allclose(ours(ids, labels)["loss"], expected, atol=1e-6)


def test_what_is_kept_for_testing_is_left_out_wherever_it_stands(tmp_path: Path, labels: LabelSet) -> None:
    shared = "今年以来，全乡上下共同努力，较好完成了各项目标任务。"
    texts = {
        "甲乡_2020": "甲乡2020年政府工作报告\n" + shared + "\n" + "粮食总产量达到三千吨。",
        "甲乡_2021": "甲乡2021年政府工作报告\n新建水渠两公里，受益农户三百多户，群众十分满意。",
        "乙乡_2020": "乙乡2020年政府工作报告\n" + shared + "\n新修道路五公里。",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    gold = record_of(document(texts["甲乡_2020"], meta={"place": "甲乡"}))
    write_jsonl(tmp_path / "gold.jsonl", [gold])
    extra = tmp_path / "other.txt.xz"
    with lzma.open(extra, "wt", encoding="utf-8") as stream_:
        stream_.write("第一条 为了规范口岸开放，制定本条例。\n新建水渠两公里，受益农户三百多户，群众十分满意。\n")
    config = TextConfig(
        name="t",
        sources=[SourceConfig(str(tmp_path)), SourceConfig(str(extra), 0.5)],
        exclude_annotations=[str(tmp_path / "gold.jsonl")],
    )
    (tmp_path / "other.txt").mkdir()  # no report, whatever its name says
    (reports, laws), caveats = gather(config, labels, quiet=True)
    assert caveats == [f"text files are not filtered by names of places, by known paragraphs only: {extra}"]
    assert sorted(reports.excluded) == ["甲乡_2020.txt", "甲乡_2021.txt"]
    assert reports.paragraphs == ["乙乡2020年政府工作报告", "新修道路五公里。"]
    assert reports.repeated == 1
    assert laws.paragraphs == ["第一条 为了规范口岸开放，制定本条例。"]
    assert "1 paragraphs left out" in laws.summary()
    away = replace(gold, id="丙乡_2020", sha256="0" * 64, text=None, marks=())
    write_jsonl(tmp_path / "gold.jsonl", [gold, away])
    absent, _ = gather(config, labels, quiet=True).caveats
    assert absent.startswith("1 of 2 annotated reports are in no folder")
    assert absent.endswith(": 丙乡_2020")
    config.sources.pop()
    assert gather(config, labels, quiet=True).caveats == [absent]
    config.exclude_places = ["乙乡"]
    with pytest.raises(BaogaoError, match="nothing is left"):
        gather(config, labels, quiet=True)


@pytest.mark.parametrize(
    "content", [b"no archive", lzma.compress("经济".encode())[:-6], lzma.compress(b"\xff\xfe\xff")]
)
def test_a_damaged_archive_is_named(tmp_path: Path, labels: LabelSet, content: bytes) -> None:
    path = tmp_path / "a.xz"
    path.write_bytes(content)
    with pytest.raises(BaogaoError, match="cannot read the text") as caught:
        gather(TextConfig(name="t", sources=[SourceConfig(str(path))]), labels, quiet=True)
    assert str(path) in str(caught.value)


def composed(*overrides: str) -> PretrainConfig:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(configs_dir()), version_base="1.3"):
        config = compose("pretrain", [
            "output=unused", "trainer.steps=4", "trainer.warmup_steps=1", "trainer.decay_steps=2", "max_characters=30",
            "trainer.batch_size=2", "trainer.save_steps=2", "trainer.quiet=true", "trainer.device=cpu",
            "trainer.threads=1", "architecture.hidden_size=32", "architecture.layers=1",
            "architecture.attention_heads=2", "architecture.intermediate_size=32", "text.held_out=500",
            f"text.sources=[{{path: {REPORTS}}}]", "text.exclude_annotations=[]", *overrides,
        ])  # fmt: skip
    return typed(config, PretrainConfig, "baogao pretrain")


def test_an_interrupted_run_ends_as_an_undisturbed_one_and_is_fine_tuned(tmp_path: Path) -> None:
    whole = pretrain(composed(), tmp_path / "whole")
    assert whole is not None
    assert whole["steps"] == 4
    assert whole["characters"] == 4 * 2 * 30
    assert pretrain(composed("trainer.minutes=0"), tmp_path / "parts") is None  # stops behind its first step
    assert not (tmp_path / "parts" / "model.safetensors").exists()
    again = pretrain(composed("trainer.resume=true"), tmp_path / "parts")
    assert again is not None
    assert again["held_out_loss"] == whole["held_out_loss"]
    one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "parts"))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert {t.dtype for t in one.values()} == {torch.bfloat16}
    assert pretrain(composed("trainer.resume=true"), tmp_path / "parts") == again
    with pytest.raises(BaogaoError, match="already holds a run"):
        pretrain(composed(), tmp_path / "parts")
    with pytest.raises(BaogaoError, match="config changed"):
        pretrain(composed("trainer.resume=true", "masking.rate=0.25"), tmp_path / "parts")
    with pytest.raises(BaogaoError, match="text changed"):
        pretrain(composed("trainer.resume=true", "text.held_out=600"), tmp_path / "parts")

    from baogao.training.finetune import finetune

    corpus = small_corpus(tmp_path)
    settings = configure(
        f"corpus.annotations=[{corpus}]", f"encoder.path={tmp_path / 'whole'}", "encoder.architecture=null",
        "encoder.max_characters=28", "trainer.onnx=false",
    )  # fmt: skip
    metrics = finetune(settings, tmp_path / "tagger")
    assert 0 <= metrics["test"]["modes"]["strict"]["micro"]["f1"] <= 1


def test_the_length_may_change_until_the_decay_begins(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert pretrain(composed("trainer.steps=6"), whole) is not None
    assert pretrain(composed("trainer.minutes=0"), parts) is None  # at step 1 of 4, the decay begins at step 2
    longer = ("trainer.resume=true", "trainer.steps=6", "trainer.save_steps=3")
    metrics = pretrain(composed(*longer), parts)
    assert metrics is not None
    one, other = (load_file(folder / "model.safetensors") for folder in (whole, parts))
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert sorted(p.name for p in (parts / "checkpoints").iterdir()) == ["checkpoint-3", "checkpoint-6"]
    for late in ("trainer.steps=8", "trainer.steps=5", "trainer.decay_steps=1"):
        with pytest.raises(BaogaoError, match="comes too late: step 6 is done") as caught:
            pretrain(composed(*longer, late), parts)
        assert "trainer.steps=6 trainer.decay_steps=2" in str(caught.value.remedy)
    assert pretrain(composed(*longer), parts) == metrics
    even = ("trainer.resume=true", "trainer.decay_steps=0")
    assert pretrain(composed(*even), tmp_path / "even") is not None
    with pytest.raises(BaogaoError, match="step 4 is done, and the decay begins at step 3"):
        pretrain(composed(*even, "trainer.steps=5", "trainer.decay_steps=2"), tmp_path / "even")
    longest = pretrain(composed(*even, "trainer.steps=5"), tmp_path / "even")
    assert longest is not None
    assert longest["steps"] == 5


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("architecture.attention_heads=3", "no multiple"),
        ("trainer.decay_steps=9", "exceed"),
        ("masking.rate=1.5", "masking.rate=1.5 cannot be"),
        ("trainer.lr=nan", "trainer.lr=nan cannot be"),
        ("text.held_out=9", "text.held_out=9"),
        ("text.held_out=9000000", "too few"),
        ("trainer.precision=fp8", "fp8"),
        ("text.sources=[{path: nowhere}]", "cannot read the text"),
    ],
)
def test_settings_that_cannot_be_are_refused_before_anything_is_written(
    tmp_path: Path, override: str, message: str
) -> None:
    with pytest.raises(BaogaoError, match=message):
        pretrain(composed(override), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_source_without_one_window_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text("经济增长", "utf-8")
    with pytest.raises(BaogaoError, match="5 characters are fewer than a window of max_characters=30") as caught:
        pretrain(composed(f"text.sources=[{{path: {REPORTS}}},{{path: {short}}}]"), tmp_path / "run")
    assert caught.value.path == str(short)
    assert not (tmp_path / "run").exists()


def test_a_run_goes_on_from_an_encoder_and_makes_it_deeper(tmp_path: Path) -> None:
    assert pretrain(composed(), tmp_path / "shallow") is not None
    deeper = (f"initial={tmp_path / 'shallow'}", "architecture.layers=3", "trainer.seed=14")
    metrics = pretrain(composed(*deeper), tmp_path / "deep")
    assert metrics is not None
    assert metrics["characters_before"] == metrics["characters"] == 4 * 2 * 30
    assert "It went on from an encoder that had seen 240 characters" in (tmp_path / "deep" / "README.md").read_text()
    assert metrics["signature"] != pretrain(composed(*deeper[1:]), tmp_path / "other")["signature"]  # type: ignore[index]
    assert Vocabulary.load(tmp_path / "deep").tokens == Vocabulary.load(tmp_path / "shallow").tokens
    for override, message in [
        ("architecture.layers=2", "fewer than the 3 of the encoder"),
        ("architecture.hidden_size=64", "hidden_size=64 where the encoder has 32"),
        ("max_characters=40", "max_characters=40 where the encoder has 30"),
        (f"initial={tmp_path}", "no encoder's weights"),
    ]:
        with pytest.raises(BaogaoError, match=message):
            pretrain(composed(f"initial={tmp_path / 'deep'}", "architecture.layers=3", override), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_sources_of_one_name_are_told_apart_and_a_slash_at_the_end_of_a_folder_is_none(tmp_path: Path) -> None:
    for folder, text in (("a", "经济增长" * 50), ("b", "就业形势" * 20)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "laws.txt").write_text(text, "utf-8")
    laws = ",".join(f"{{path: {tmp_path / folder}/laws.txt, passes: {n}}}" for folder, n in (("a", 2), ("b", 0.5)))
    metrics = pretrain(composed(f"text.sources=[{{path: {REPORTS}/}},{laws}]"), tmp_path / "run")
    assert metrics is not None
    assert [s["name"] for s in metrics["sources"]] == ["reports", "laws.txt", "laws.txt"]
    assert "| laws.txt | 200 | 2 |\n| laws.txt | 80 | 0.5 |" in (tmp_path / "run" / "README.md").read_text("utf-8")
