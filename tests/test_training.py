"""Fine-tuning for a few steps: datasets, encoders, resuming, and what lies in the directory at the end."""

from __future__ import annotations

import json
import logging
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from onnx import TensorProto
from onnx import load as onnx_load
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    BertConfig,
    BertModel,
    ErnieConfig,
    ErnieModel,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from baogao import BaogaoError, load
from baogao.corpus import Mark, load_records, record_of
from baogao.corpus.jsonl import write_jsonl
from baogao.files import configs_dir, sha256_text
from baogao.labels import LabelSet, load_labels
from baogao.reports import document
from baogao.spans import Span
from baogao.tagger import Manifest, Vocabulary
from baogao.tagger.vocabulary import SPECIAL
from baogao.training.checkpoints import since_best, state_of
from baogao.training.dataset import IGNORED, build_dataset, texts_of
from baogao.training.encoders import load_encoder
from baogao.training.export import SMALL
from baogao.training.finetune import finetune, least_score, prepare
from training_help import configure, excerpt, small_corpus

TINY = (
    "encoder.architecture.hidden_size=32",
    "encoder.architecture.layers=1",
    "encoder.architecture.attention_heads=2",
    "encoder.architecture.intermediate_size=32",
)

GIVEN_SPLIT = ("corpus.split.development=0", "corpus.split.test=0")  # as the real corpora have it


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_corpus(tmp_path_factory.mktemp("corpus"))


def names(group: str) -> list[str]:
    return sorted(p.stem for p in (configs_dir() / group).glob("*.yaml"))


@pytest.mark.parametrize("group", ["labels", "corpus", "encoder", "head", "trainer", "experiment"])
def test_every_configuration_composes_under_the_schema(group: str) -> None:
    assert names(group)
    for name in names(group):
        assert configure(f"{group}={name}", "corpus.reports=somewhere").name


def test_a_required_value_is_asked_for() -> None:
    with pytest.raises(BaogaoError, match=r"lacks corpus\.reports"):
        configure("corpus=real")


def test_given_parts_of_the_real_corpus_are_kept(shared: Path, labels: LabelSet) -> None:
    shares = OmegaConf.load(configs_dir() / "corpus" / "real.yaml").split
    assert (shares.development, shares.test) == (0, 0)
    parts = prepare(configure("corpus=all", f"corpus.reports={shared / 'reports'}", *GIVEN_SPLIT), labels)
    assert {r.meta["split"] for r in parts.test} == {"test"}
    assert {r.meta["split"] for r in parts.development} == {"development"}
    assert len(parts.train) == 313 + 42


@pytest.mark.parametrize("experiment", names("experiment"))
def test_every_experiment_runs_two_steps(experiment: str, corpus: Path, tmp_path: Path) -> None:
    options = (f"corpus.annotations=[{corpus}]", "corpus.reports=null", "trainer.onnx=false")
    config = configure(f"experiment={experiment}", *options, *TINY)
    assert config.name.removeprefix("baogao-") == experiment
    metrics = finetune(config, tmp_path / "run")
    assert set(metrics) == {"development", "test"}


def test_the_directory_describes_itself(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    metrics = finetune(configure(f"corpus.annotations=[{corpus}]", *TINY), folder)
    assert capsys.readouterr().out == ""  # standard output is for programs
    present = {p.name for p in folder.iterdir()}
    assert {
        "baogao.json", "model.safetensors", "model.onnx", "config.json", "vocab.txt", "tokenizer.json",
        "train_config.yaml", "metrics.json", "README.md", "tensorboard",
    } <= present  # fmt: skip
    assert "checkpoints" not in present
    assert json.loads((folder / "metrics.json").read_text("utf-8")) == metrics
    signature = json.loads((folder / "baogao.json").read_text("utf-8"))["signature"]
    assert signature["seed"] == 13
    assert set(signature["data"]) == {"train", "development", "test"}
    card = (folder / "README.md").read_text("utf-8")
    assert "## Scores, test" in card
    assert "Strict span scores" in card
    (train,) = (r for r in load_records([corpus], load_labels()) if r.meta["split"] == "train")
    assert Manifest.load(folder).trained == ((train.sha256, train.meta["place"]),)
    assert signature["config"] in card
    text = "全年地区生产总值完成5亿元。"
    onnx, weights = load(folder, "onnx")(text), load(folder, "torch")(text)
    assert [(s.start, s.end, s.label) for s in onnx.spans] == [(s.start, s.end, s.label) for s in weights.spans]
    assert b'.py"' not in (folder / "model.onnx").read_bytes()  # no traces of the machine it was exported on
    kinds = {w.data_type for w in onnx_load(folder / "model.onnx").graph.initializer if math.prod(w.dims) >= SMALL}
    assert kinds == {TensorProto.FLOAT16}
    vocabulary = Vocabulary.load(folder)
    expected = [vocabulary.cls, *vocabulary.encode(text).tolist(), vocabulary.sep]
    assert AutoTokenizer.from_pretrained(folder)(text)["input_ids"] == expected
    with pytest.raises(BaogaoError, match="already holds a run"):
        finetune(configure(f"corpus.annotations=[{corpus}]", *TINY), folder)


def test_leakage_is_refused_unless_allowed(corpus: Path, tmp_path: Path, labels: LabelSet) -> None:
    records = load_records([corpus], labels)
    train = next(r for r in records if r.meta["split"] == "train")
    copy = (train.text or "") + "完。"
    copied = [
        replace(r, text=copy, sha256=sha256_text(copy), marks=()) if r.meta["split"] == "test" else r for r in records
    ]
    path = tmp_path / "leaking.jsonl"
    write_jsonl(path, copied)
    with pytest.raises(BaogaoError, match=r"leakage: .* near-duplicate paragraphs") as caught:
        prepare(configure(f"corpus.annotations=[{path}]"), labels)
    assert "corpus.allow_leakage=true" in str(caught.value)
    parts = prepare(configure(f"corpus.annotations=[{path}]", "corpus.allow_leakage=true"), labels)
    assert len(parts.test) == 1


class Interrupt(TrainerCallback):
    """The power goes at a step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        if state.global_step == self.step:
            raise KeyboardInterrupt


class Count(TrainerCallback):
    """The steps that a run takes."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.steps.append(state.global_step)


class Best(TrainerCallback):
    """Where the Trainer looks for the best state."""

    def __init__(self) -> None:
        self.checkpoints: list[Path] = []

    def on_step_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.checkpoints.append(Path(str(state.best_model_checkpoint)))


def test_a_resumed_run_ends_like_an_uninterrupted_one(corpus: Path, tmp_path: Path) -> None:
    options = (
        f"corpus.annotations=[{corpus}]",
        "trainer.max_steps=9",
        "trainer.evaluations=3",
        "trainer.onnx=false",
        "trainer.keep_checkpoints=true",
        *TINY,
    )
    whole = finetune(configure(*options), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        finetune(configure(*options), tmp_path / "elsewhere", callbacks=[Interrupt(5)])
    broken = (tmp_path / "elsewhere").rename(tmp_path / "broken")
    assert not (broken / "metrics.json").exists()
    with pytest.raises(BaogaoError, match="config changed"):
        finetune(configure(*options, "trainer.resume=true", "trainer.lr=1"), broken)
    seen = Best()
    resumed = finetune(configure(*options, "trainer.resume=true"), broken, callbacks=[seen])
    assert {path.parent for path in seen.checkpoints} == {broken / "checkpoints"}
    first, second = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "broken"))
    assert all(torch.equal(first[key], second[key]) for key in first)
    for metrics in (whole, resumed):
        for part in metrics.values():
            part["signature"].pop("model", None)
    assert resumed == whole
    assert finetune(configure(*options, "trainer.resume=true"), broken)["test"]["modes"] == whole["test"]["modes"]
    # What was trained to its end is not trained on, wherever in an epoch that was.
    (broken / "metrics.json").unlink()
    (broken / "model.safetensors").unlink()
    none = Count()
    finetune(configure(*options, "trainer.resume=true"), broken, callbacks=[none])
    assert none.steps == []
    third = load_file(broken / "model.safetensors")
    assert all(torch.equal(first[key], third[key]) for key in first)


def test_what_is_hidden_in_a_later_epoch_is_the_same_after_resuming(corpus: Path, tmp_path: Path) -> None:
    """The hints and characters that are hidden, and the order of the windows: of batches in the midst of an epoch."""
    options = (
        f"corpus.annotations=[{corpus}]", "trainer.max_steps=9", "trainer.evaluations=3", "trainer.onnx=false",
        "encoder.max_characters=120", "encoder.hints=rules", "encoder.hint_dropout=0.5",
        "encoder.character_dropout=0.2", "trainer.keep_checkpoints=true", *TINY,
    )  # fmt: skip
    finetune(configure(*options), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        finetune(configure(*options), tmp_path / "parts", callbacks=[Interrupt(7)])
    at = state_of(tmp_path / "parts" / "checkpoints" / "checkpoint-6").epoch
    assert at is not None
    assert at > 1
    assert at % 1
    finetune(configure(*options, "trainer.resume=true"), tmp_path / "parts")
    last = Path("checkpoints", "checkpoint-9", "model.safetensors")  # whichever state was the best
    first, second = (load_file(tmp_path / name / last) for name in ("whole", "parts"))
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_the_seed_decides(corpus: Path, tmp_path: Path) -> None:
    options = (f"corpus.annotations=[{corpus}]", "trainer.onnx=false", *TINY)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        finetune(configure(*options, f"trainer.seed={seed}"), tmp_path / name)
    a, b, c = (load_file(tmp_path / name / "model.safetensors")["classifier.weight"] for name in "abc")
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_bfloat16_on_the_processor(corpus: Path, tmp_path: Path) -> None:
    options = ("trainer.precision=bf16", "trainer.device=auto", "trainer.onnx=false")
    finetune(configure(f"corpus.annotations=[{corpus}]", *options, *TINY), tmp_path / "run")
    assert load_file(tmp_path / "run" / "model.safetensors")["classifier.weight"].dtype == torch.float16  # as any run


def test_the_threshold_is_the_lowest_that_is_as_good_as_the_best() -> None:
    def chosen(interval: object, *points: tuple[float, float]) -> float:
        micro = {"interval": interval and {"f1": interval}}
        thresholds = [{"threshold": t, "f1": f1} for t, f1 in points]
        return least_score({"thresholds": thresholds or None, "modes": {"strict": {"micro": micro}}})  # type: ignore[typeddict-item]

    points = ((0.1, 0.80), (0.456, 0.84), (0.7, 0.85), (0.9, 0.70))
    assert chosen((0.83, 0.87), *points) == 0.45  # one standard error is 0.0102
    assert chosen((0.849, 0.851), *points) == 0.7
    assert chosen((0.7, 1.0), *points) == 0.0  # all spans are reported
    assert chosen(None, *points) == 0.7
    assert chosen((0.0, 0.0)) == 0.0


def test_heads_differ_in_what_they_learn(corpus: Path, tmp_path: Path) -> None:
    for head in names("head"):
        options = (f"head={head}", "trainer.precision=bf16", "trainer.onnx=false")
        finetune(configure(f"corpus.annotations=[{corpus}]", *options, *TINY), tmp_path / head)
    one, other = (load_file(tmp_path / head / "model.safetensors") for head in ("linear", "crf"))
    assert one.keys() == other.keys()
    assert not torch.equal(one["classifier.weight"], other["classifier.weight"])


def test_early_stopping(corpus: Path, tmp_path: Path) -> None:
    """With a rate of 0 nothing gets better: the run stops after ``patience`` further evaluations, resumed or not."""
    options = (
        f"corpus.annotations=[{corpus}]",
        "trainer.max_steps=20",
        "trainer.evaluations=20",
        "trainer.patience=2",
        "trainer.lr=0",
        "trainer.onnx=false",
        "trainer.keep_checkpoints=true",
        *TINY,
    )
    whole = Count()
    metrics = finetune(configure(*options), tmp_path / "run", callbacks=[whole])
    assert whole.steps == [1, 2, 3]
    with pytest.raises(KeyboardInterrupt):
        finetune(configure(*options), tmp_path / "parts", callbacks=[Interrupt(3)])
    rest = Count()
    finetune(configure(*options, "trainer.resume=true"), tmp_path / "parts", callbacks=[rest])
    assert rest.steps == [3]
    (tmp_path / "parts" / "metrics.json").unlink()
    none = Count()
    again = finetune(configure(*options, "trainer.resume=true"), tmp_path / "parts", callbacks=[none])
    assert none.steps == []
    assert again["test"]["modes"] == metrics["test"]["modes"]


def test_patience_is_counted_from_what_was_logged() -> None:
    def counted(*scores: float) -> int:
        return since_best([{"loss": 1.0}, *({"eval_f1": score} for score in scores)])

    assert [counted(), counted(0), counted(0, 0), counted(0.1, 0.3, 0.2, 0.3), counted(0.1, 0.2)] == [0, 0, 1, 2, 0]


HUB_VOCABULARY = [
    *SPECIAL,
    *"「」『』-.,，。、；：（）%0123456789gdp全年地区生产总值完成亿元增长比上实施建设工程镇县市",
]


def hub_checkpoint(folder: Path, kind: str) -> Path:
    """A checkpoint in the hub's format: a base model without a head, and a vocabulary without curved quotes."""
    torch.manual_seed(0)
    shape: dict[str, Any] = {
        "vocab_size": len(HUB_VOCABULARY), "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 32, "max_position_embeddings": 80,
    }  # fmt: skip
    model = ErnieModel(ErnieConfig(**shape)) if kind == "ernie" else BertModel(BertConfig(**shape))
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("".join(t + "\n" for t in HUB_VOCABULARY), "utf-8")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')
    return folder


@pytest.mark.parametrize("encoder", ["bert_base_chinese", "roberta_wwm_ext", "macbert_base", "ernie3_base"])
def test_hub_encoders_load_by_name(encoder: str, corpus: Path, tmp_path: Path) -> None:
    kind = "ernie" if encoder.startswith("ernie") else "bert"
    checkpoint = hub_checkpoint(tmp_path / "hub", kind)
    options = (f"encoder={encoder}", f"encoder.path={checkpoint}", "trainer.lr=0", f"corpus.annotations=[{corpus}]")
    finetune(configure(*options), tmp_path / "run")
    before, after = (load_file(tmp_path / name / "model.safetensors") for name in ("hub", "run"))
    prefix = f"{kind}."
    for key in ("embeddings.word_embeddings.weight", "encoder.layer.0.attention.self.query.weight"):
        assert torch.equal(before[key if key in before else prefix + key].half(), after[prefix + key])
    assert "“→「" in (tmp_path / "run" / "README.md").read_text("utf-8")
    assert Vocabulary.load(tmp_path / "run").tokens == tuple(HUB_VOCABULARY)
    assert load(tmp_path / "run")("实施“百千万工程”").text == "实施“百千万工程”"


def test_a_token_that_stands_twice_in_the_vocabulary_moves_no_other(corpus: Path, tmp_path: Path) -> None:
    checkpoint = hub_checkpoint(tmp_path / "hub", "bert")
    twice = HUB_VOCABULARY.copy()
    twice[5] = "全"  # it stands further behind too
    (checkpoint / "vocab.txt").write_text("".join(t + "\n" for t in twice), "utf-8")
    config = configure("encoder=bert_base_chinese", f"encoder.path={checkpoint}", f"corpus.annotations=[{corpus}]")
    _, vocabulary, _ = load_encoder(config.encoder, config.head, load_labels("report"), [])
    assert vocabulary.tokens[6:] == tuple(HUB_VOCABULARY[6:])
    assert vocabulary.tokens[5] == "[unnamed 5]"
    assert vocabulary.encode("全年").tolist() == [HUB_VOCABULARY.index(c) for c in "全年"]


def test_an_encoder_that_is_not_here_says_what_to_do(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(BaogaoError, match="cannot load the encoder 'macbert_base'") as caught:
        finetune(configure("encoder=macbert_base", f"corpus.annotations=[{corpus}]"), tmp_path / "run")
    assert "encoder.path=DIRECTORY" in str(caught.value.remedy)


def test_a_checkpoint_without_its_weights_is_refused_and_a_whole_one_loads_silently(
    corpus: Path, tmp_path: Path
) -> None:
    said: list[logging.LogRecord] = []
    listener = logging.Handler()
    listener.emit = said.append  # type: ignore[assignment, method-assign]
    logging.getLogger("transformers").addHandler(listener)
    whole = hub_checkpoint(tmp_path / "hub", "bert")
    options = ("encoder=bert_base_chinese", f"encoder.path={whole}", f"corpus.annotations=[{corpus}]")
    config = configure(*options)
    labels = load_labels("report")
    load_encoder(config.encoder, config.head, labels, [])
    AutoModelForTokenClassification.from_pretrained(whole)
    logging.getLogger("transformers").removeHandler(listener)
    assert len(said) == 1  # the library's own call says that the head is new, ours does not
    weights = load_file(whole / "model.safetensors")
    left = {key: tensor for key, tensor in weights.items() if "layer.0" not in key}
    save_file(left, whole / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(BaogaoError, match=r"16 weights of the encoder are not in .*: bert\.encoder\.layer\.0"):
        load_encoder(config.encoder, config.head, labels, [])


def test_another_label_set_gets_a_new_head(corpus: Path, tmp_path: Path) -> None:
    """A tagger is an encoder too, whatever its labels were."""
    config = configure("encoder=baogao_small", "encoder.architecture=null", "encoder.path=packaged:tagger",
                       f"corpus.annotations=[{corpus}]")  # fmt: skip
    labels = load_labels("cluener")
    model, _, _ = load_encoder(config.encoder, config.head, labels, [])
    assert model.config.num_labels == len(labels.tags)


def test_a_vocabulary_without_mask_is_fine_tuned_or_refused_before_the_run_begins(corpus: Path, tmp_path: Path) -> None:
    checkpoint = hub_checkpoint(tmp_path / "hub", "bert")
    vocabulary = (checkpoint / "vocab.txt").read_text("utf-8").replace("[MASK]", "[unused1]")
    (checkpoint / "vocab.txt").write_text(vocabulary, "utf-8")
    options = ("encoder=bert_base_chinese", f"encoder.path={checkpoint}", f"corpus.annotations=[{corpus}]")
    with pytest.raises(BaogaoError, match=r"lacks \[MASK\]"):
        finetune(configure(*options, "encoder.character_dropout=0.1"), tmp_path / "run")
    assert set(finetune(configure(*options), tmp_path / "run")) == {"development", "test"}


def test_a_folder_of_the_users_is_not_touched(corpus: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "checkpoints").mkdir(parents=True)
    (own / "README.md").write_text("mine")
    for resume in ("false", "true"):
        with pytest.raises(BaogaoError, match="not empty and holds no run"):
            finetune(configure(f"corpus.annotations=[{corpus}]", f"trainer.resume={resume}", *TINY), own)
    assert (own / "README.md").read_text() == "mine"
    assert (own / "checkpoints").is_dir()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["trainer.batch_size=0"], "batch_size=0 cannot be"),
        (["trainer.threads=-1"], "threads=-1 cannot be"),
        (["trainer.threads=0"], "threads=0 cannot be"),
        (["trainer.seed=-1"], "seed=-1 cannot be"),
        (["trainer.lr=nan"], "lr=nan cannot be"),
        (["trainer.warmup=2"], "warmup=2.0 cannot be"),
        (["head.dropout=2"], "dropout=2.0 cannot be"),
        (["head.loss=span"], "head.loss=span is unknown"),
        (["head=crf", "head.label_smoothing=0.1"], "not of sequences"),
        (["encoder.architecture.attention_heads=3"], "no multiple of encoder.architecture.attention_heads=3"),
        (["trainer.epochs=0", "trainer.max_steps=-1"], "neither trainer.epochs"),
        (["encoder.path=x"], "either a path or an architecture"),
        (["encoder.max_characters=5"], "too short"),
        (["trainer.precision=int8"], "precision=int8"),
        (["trainer.device=tpu"], "device=tpu"),
        (["corpus.annotations=[nowhere]"], "no such file or folder"),
    ],
)
def test_settings_that_cannot_be(overrides: list[str], message: str, corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(BaogaoError, match=message):
        finetune(configure(f"corpus.annotations=[{corpus}]", *TINY, *overrides), tmp_path / "run")


def test_unsound_annotations_stop_the_run(corpus: Path, tmp_path: Path, labels: LabelSet) -> None:
    line = json.loads(corpus.read_text("utf-8").splitlines()[0])
    line["spans"] = [{"start": 2, "end": 6, "label": "METRIC"}, {"start": 4, "end": 8, "label": "VALUE"}]
    bad = tmp_path / "bad.jsonl"
    bad.write_text(json.dumps(line) + "\n", "utf-8")
    with pytest.raises(BaogaoError, match="overlaps") as caught:
        finetune(configure(f"corpus.annotations=[{bad}]", *TINY), tmp_path / "run")
    assert (caught.value.path, caught.value.line) == (str(bad), 1)
    assert not (tmp_path / "run").exists()


def test_windows_carry_every_span_once(corpus: Path, labels: LabelSet) -> None:
    records = load_records([corpus], labels)
    vocabulary = Vocabulary.build(texts_of(records))
    for limit in (24, 62, 500):
        dataset, tally = build_dataset(records, labels, vocabulary, limit)
        begins = sum(tag % 2 == 1 for row in dataset for tag in row["labels"] if tag != IGNORED)
        assert begins == tally.spans
        assert tally.spans + len(tally.too_long) == sum(len(r.marks) for r in records)
        assert not tally.lost
        assert max(len(row["input_ids"]) for row in dataset) <= limit + 2


def test_spans_that_cannot_fit_are_named_and_masked(labels: LabelSet) -> None:
    text = "坚持" + "甲" * 40 + "理念不动摇"
    record = record_of(document(text).with_spans([Span.of(text, 2, 44, "SLOGAN")]))
    dataset, tally = build_dataset([record], labels, Vocabulary.build([text]), 30)
    assert len(tally.too_long) == 1
    assert "not trained on" in tally.summary()
    assert sum(tag == IGNORED for row in dataset for tag in row["labels"]) == 42 + 2 * len(dataset)


def test_only_annotated_ranges_are_trained_on(corpus: Path, labels: LabelSet) -> None:
    record = excerpt(load_records([corpus], labels)[0], 100)
    assert record.text is not None
    half = len(record.text) // 2
    inside = tuple(m for m in record.marks if m.end <= half)
    part = replace(record, ranges=((0, half),), marks=inside)
    _, tally = build_dataset([part], labels, Vocabulary.build([record.text]), 500)
    assert tally.characters <= half
    assert tally.spans == len(inside)


def test_spans_across_paragraphs_are_named(labels: LabelSet) -> None:
    text = "生产\n总值五万"
    record = replace(record_of(document(text)), marks=(Mark(0, 5, "METRIC"),))
    _, tally = build_dataset([record], labels, Vocabulary.build([text]), 30)
    assert len(tally.lost) == 1
