"""The tagger on a real network with random weights: whatever the text, spans slice back and never overlap."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baogao import BaogaoError, Document, load
from baogao.labels import LabelSet
from baogao.reports import document, paragraphs, sentences
from baogao.reports.view import clean
from baogao.spans import Span
from baogao.tagger import Manifest, Tagger
from baogao.tagger.decoding import log_softmax
from baogao.tagger.edges import found_spans, trimmed
from baogao.tagger.engines import Ids, OnnxEngine, TorchEngine, open_engine
from strategies import REPORT, texts


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts)
def test_read_to_spans_on_any_text(tagger: Tagger, text: str) -> None:
    """read → sentences → windows → decode → spans: Document checks every slice and every overlap when it is made."""
    read = document(text)
    assert all(text[a:b].strip() == text[a:b] != "" for a, b in sentences(text))
    found = tagger.spans(text)
    tagged = read.with_spans(found)
    assert list(tagged.spans) == found
    lines = list(paragraphs(text))
    for span in found:
        assert text[span.start : span.end] == span.text == span.text.strip() != ""
        assert any(a <= span.start and span.end <= b for a, b in lines)
        assert "\t" not in span.text
        assert span.score is not None
        assert 0.0 <= span.score <= 1.0


class ByCharacter:
    """An engine whose scores depend on the character alone: with it, windows must not show in the result."""

    name = "by character"

    def __init__(self, tags: int) -> None:
        self.table = np.random.default_rng(5).normal(0, 3, (30_000, tags)).astype(np.float32)

    def logits(self, ids: Ids, mask: Ids, types: Ids) -> npt.NDArray[np.float32]:
        assert ids.shape == mask.shape == types.shape
        return self.table[ids]


def test_windows_do_not_show(tagger: Tagger) -> None:
    """Spans at the edges of windows come out as from one window that holds the whole paragraph."""
    engine = ByCharacter(len(tagger.labels.tags))
    narrow, wide = (
        Tagger(replace(tagger.manifest, max_characters=width), tagger.vocabulary, engine) for width in (30, 10_000)
    )
    text = "全年地区生产总值完成5亿元，增长6%；实施“百千万工程”建设。" * 60 + "\n" + "比上年提高个百分点" * 20
    assert len(wide.spans(text)) > 300
    assert narrow.spans(text) == wide.spans(text)


cells = st.lists(st.text(REPORT + " 　", max_size=20), min_size=2, max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells, st.sampled_from(["\t", "　\t", "\t\u200b ", "\t\t", "[bookmark: 甲\t乙]"]))
def test_the_cells_of_a_row_are_tagged_as_lines(tagger: Tagger, row: list[str], gap: str) -> None:
    """The spans, and their probabilities, are those of the cells on lines of their own."""
    by_character = Tagger(tagger.manifest, tagger.vocabulary, ByCharacter(len(tagger.labels.tags)))
    in_row = by_character.spans(gap.join(row))
    on_lines = by_character.spans(gap.replace("\t", "\n").join(row))
    assert [replace(s, score=None) for s in in_row] == [replace(s, score=None) for s in on_lines]
    assert [s.score for s in in_row] == pytest.approx([s.score for s in on_lines])


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("道路（总长21.7公里）和桥", "21.7公里）", "21.7公里"),
        ("道路(总长21.7公里 ) )和桥", "21.7公里 ) )", "21.7公里"),
        ("牛46.3万头（只）", "46.3万头（只）", "46.3万头（只）"),
        ("（一）环（京）圈（新）", "一）环（京）圈（新）", "一）环（京）圈（新）"),
        ("（环首都（京）圈)、", "环首都（京）圈)", "环首都（京）圈"),
        ("道路）和桥", "）", None),
    ],
)
def test_a_span_ends_in_no_bracket_that_it_does_not_open(
    labels: LabelSet, text: str, found: str, left: str | None
) -> None:
    start = text.index(found)
    spans = certain(labels, text, [(start, start + len(found), "VALUE")])
    assert [(s.start, s.text) for s in spans] == ([] if left is None else [(start, left)])


def certain(labels: LabelSet, text: str, tagged: list[tuple[int, int, str]]) -> list[Span]:
    """What becomes of spans that a model is sure of."""
    view = clean(text)
    log_probs = np.full((len(view.text), len(labels.tags)), -50.0)
    log_probs[:, 0] = 0
    for start, end, label in tagged:
        log_probs[start:end, labels.inside(label)] = 50
        log_probs[start, labels.begin(label)] = 100
    return list(found_spans(text, view, log_softmax(log_probs), labels, 0.0))


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[M总额]-[V3.1%]。", ["总额", "-3.1%"]),
        ("[M利润－][V2亿元]。", ["利润", "－2亿元"]),
        ("为−[V2‰]。", ["−2‰"]),
        ("-[V2‰]。", ["-2‰"]),
        # Dashes of ranges, names and dates, and what stands for a colon.
        ("[V100亩]-[V200亩]。", ["100亩", "200亩"]),
        ("约10%-[V12%]。", ["12%"]),
        ("5亩-[V10亩]。", ["10亩"]),
        ("[V100亩] -[V200亩]。", ["100亩", "200亩"]),
        ("9月-[V12月]。", ["12月"]),
        ("[M第二产业]-[V1%]。", ["第二产业", "-1%"]),
        ("——[V3.1%]。", ["3.1%"]),
        ("A-[V3号]。", ["3号"]),
        ("[M总额]-[V约3亿]。", ["总额", "约3亿"]),
        # Words of Latin letters are not cut, but may touch another span.
        ("[MCP]I[C上涨2%]。", ["CPI", "上涨2%"]),
        ("[MGD][VP]。", ["GD", "P"]),
    ],
)
def test_the_edges_of_spans_are_mended(labels: LabelSet, marked: str, expected: list[str]) -> None:
    text, tagged = "", []
    names = {"M": "METRIC", "V": "VALUE", "C": "CHANGE"}
    for plain, letter, surface in re.findall(r"([^\[\]]+)|\[([MVC])([^\[\]]+)\]", marked):
        if letter:
            tagged.append((len(text), len(text) + len(surface), names[letter]))
        text += plain or surface
    assert [s.text for s in certain(labels, text, tagged)] == expected


@given(st.text("（）()甲 ", max_size=12))
def test_brackets_are_trimmed_as_by_hand(surface: str) -> None:
    """Pairs that belong together are taken out, innermost first; a bracket that is left at the end goes."""
    expected = surface.rstrip()
    while expected.endswith(("）", ")")):
        left, pairs = expected, 1
        while pairs:
            left, pairs = re.subn("[（(]([^（()）]*)[)）]", lambda m: "甲" * len(m[0]), left)
        if left.endswith("甲"):
            break
        expected = expected[:-1].rstrip()
    assert trimmed(surface) == expected


def test_the_engines_agree(model_directory: Path) -> None:
    onnx, torch = OnnxEngine(model_directory), TorchEngine(model_directory)
    ids = np.array([[2, 9, 8, 7, 3], [2, 9, 3, 0, 0]], dtype=np.int64)
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], dtype=np.int64)
    types = np.array([[0, 1, 1, 0, 0], [0, 1, 0, 0, 0]], dtype=np.int64)
    real = mask.astype(bool)
    assert np.abs(onnx.logits(ids, mask, types)[real] - torch.logits(ids, mask, types)[real]).max() < 1e-4


def test_engine_choice(model_directory: Path, tmp_path: Path) -> None:
    assert open_engine(model_directory).name == "onnx"
    bare = tmp_path / "bare"
    shutil.copytree(model_directory, bare, ignore=shutil.ignore_patterns("*.onnx"))
    assert open_engine(bare).name == "torch"
    with pytest.raises(BaogaoError, match="no engine 'tpu'"):
        open_engine(bare, "tpu")  # type: ignore[arg-type]
    (bare / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(BaogaoError, match="baogao export"):
        open_engine(bare)


def test_damaged_directories_say_what_is_wrong(model_directory: Path, tmp_path: Path) -> None:
    with pytest.raises(BaogaoError, match="no such model directory"):
        load(tmp_path / "none")
    with pytest.raises(BaogaoError, match=r"baogao\.json is missing"):
        load(tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(model_directory, broken)
    (broken / "baogao.json").write_text('{"format": 1}')
    with pytest.raises(BaogaoError, match="damaged"):
        load(broken)
    manifest = json.loads((model_directory / "baogao.json").read_text("utf-8"))
    (broken / "baogao.json").write_text(json.dumps({**manifest, "max_characters": 0}))
    with pytest.raises(BaogaoError, match="no window size"):
        load(broken)
    (broken / "baogao.json").write_text(json.dumps({**manifest, "files": {"vocab.txt": "0" * 64}}))
    with pytest.raises(BaogaoError, match="damaged or of another model"):
        load(broken)
    (broken / "baogao.json").write_text('{"format": 99}')
    with pytest.raises(BaogaoError, match="format 99"):
        load(broken)


def test_manifest_round_trip(model_directory: Path, tmp_path: Path) -> None:
    manifest = Manifest.load(model_directory)
    manifest.save(tmp_path)
    assert Manifest.load(tmp_path) == manifest
    assert manifest.model_id.startswith("random@")
    assert json.loads((tmp_path / "baogao.json").read_text("utf-8"))["labels"]["name"] == "report"


def test_predictor_takes_texts_documents_and_streams(model_directory: Path) -> None:
    predictor = load(model_directory, threads=1)
    text = "全年地区生产总值完成5亿元。"
    one = predictor(text)
    assert isinstance(one, Document)
    assert predictor(one).spans == one.spans
    assert predictor("").spans == ()
    mixed: list[str | Document] = [text, one, ""]
    stream = predictor(iter(mixed))
    assert [d.spans for d in stream] == [one.spans, one.spans, ()]
    endless = predictor(text for _ in iter(int, 1))
    assert next(endless).text == text
    with pytest.raises(TypeError):
        predictor(5)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        list(predictor([b"bytes"]))  # type: ignore[list-item]


def test_a_threshold_keeps_the_surer_spans_and_shows_in_the_models_name(tagger: Tagger) -> None:
    text = "全年地区生产总值完成5亿元，增长6%；实施“百千万工程”建设。" * 5
    found = tagger.spans(text)
    scores = sorted(s.score or 0.0 for s in found)
    least = scores[len(scores) // 2]
    surer = Tagger(replace(tagger.manifest, threshold=least), tagger.vocabulary, tagger.engine)
    assert surer.spans(text) == [s for s in found if (s.score or 0.0) >= least]
    assert list(surer.assess(text).spans) == surer.spans(text)
    assert surer.manifest.model_id != tagger.manifest.model_id


def test_a_threshold_that_is_no_probability_is_refused(model_directory: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_directory, folder)
    value = json.loads((folder / "baogao.json").read_text("utf-8"))
    (folder / "baogao.json").write_text(json.dumps({**value, "threshold": 0.25}))
    assert Manifest.load(folder).threshold == 0.25
    for wrong in (1.5, -0.1, "half", None):
        (folder / "baogao.json").write_text(json.dumps({**value, "threshold": wrong}))
        with pytest.raises(BaogaoError, match="damaged"):
            Manifest.load(folder)
