"""Leakage: what is found, what formulas do not trip, and who refuses to go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from baogao.corpus import Record, check_files, leaks, load_records, refuse_leaks, require_text, split
from baogao.corpus.check import check_leakage
from baogao.corpus.jsonl import write_jsonl
from baogao.errors import BaogaoError
from baogao.files import sha256_text
from baogao.labels import LabelSet
from conftest import ROOT

# Invented, over sixty Chinese characters.
LONG = (
    "去年以来，全镇上下把河道整治当作头等大事来办，清淤十二公里，拆除违章棚屋三百间，栽下垂柳和木槿两千株，"
    "沿河八个村的污水全部接入管网，老人们说几十年没有见过这样清的水，外出的年轻人也愿意回来开店。"
)
COPY = LONG.replace("十二公里", "15 公里").replace("三百间", "310间").replace("，", ",")
FORMULA = "现在，我代表镇人民政府向大会报告工作，请予审议，并请各位政协委员和列席会议的同志提出意见。"
OTHER = (
    "产业方面，我们引进竹编和茶叶加工企业四家，新建冷库两座，山货有了自己的品牌，"
    "合作社社员人均分红一千二百元，比前一年多出三百元，集市也从每旬一次改为每旬两次。"
)


def record(name: str, *paragraphs: str, **meta: str) -> Record:
    text = "\n".join(paragraphs)
    return Record(name, sha256_text(text), (), meta, text, path="a.jsonl", line=1)


def test_the_same_text_and_the_same_place() -> None:
    train = [record("a", LONG, place="甲镇"), record("b", OTHER, place="乙镇")]
    held = [record("c", LONG, place="丙镇"), record("d", "短。", place="乙镇"), record("e", "新。", place="丁镇")]
    found = leaks(train, held)
    assert [(leak.code, leak.held.id, leak.train.id) for leak in found] == [("text", "c", "a"), ("unit", "d", "b")]
    assert str(found[1]) == "'乙镇' (record 'd') is also trained on (record 'b')"


def test_the_unit_counts_before_the_place_and_ids_do_not() -> None:
    assert leaks([record("1", "甲。")], [record("1", "乙。")]) == []
    held = record("x", "乙。", place="国务院", unit="第二届")
    assert leaks([record("y", "甲。", place="国务院", unit="第一届")], [held]) == []


def test_near_duplicate_paragraphs() -> None:
    """Changed figures, spaces and commas do not hide a copy; the offsets say where it stands."""
    (leak,) = leaks([record("a", OTHER, LONG)], [record("b", "开头。", COPY)])
    assert (leak.code, round(leak.share, 2)) == ("paragraph", 0.82)
    assert leak.held_range == (4, 4 + len(COPY))
    assert leak.train_range == (len(OTHER) + 1, len(OTHER) + 1 + len(LONG))
    # A paragraph inside a longer one is found too: containment, not resemblance.
    assert len(leaks([record("a", OTHER + LONG + OTHER[::-1])], [record("b", COPY)])) == 1


def test_formulas_and_other_texts_are_no_leakage() -> None:
    assert leaks([record("a", FORMULA, LONG)], [record("b", FORMULA, OTHER)]) == []


def test_only_annotated_paragraphs_count() -> None:
    held = record("b", "开头。", COPY)
    assert leaks([record("a", LONG)], [replace(held, ranges=((0, 3),))]) == []


def test_without_text_only_hash_and_place_are_compared() -> None:
    train, held = replace(record("a", LONG), text=None), replace(record("b", COPY), text=None)
    assert leaks([train], [held]) == []
    assert [leak.code for leak in leaks([train], [replace(train, id="c")])] == ["text"]


def test_refusal() -> None:
    found = leaks([record("a", LONG)], [record("b", COPY), record("c", LONG)])
    with pytest.raises(BaogaoError, match="leakage: 1 texts, 1 near-duplicate paragraphs") as caught:
        refuse_leaks(found, allow=False, option="--go-on")
    assert "--go-on" in str(caught.value)
    assert (refuse_leaks(found, allow=True, option="") or "").startswith("Leakage allowed: 1 texts")
    assert refuse_leaks([], allow=False, option="") is None


def test_check_looks_at_the_splits(tmp_path: Path, labels: LabelSet) -> None:
    records = [record("a", LONG, split="train"), record("b", COPY, split="test"), record("c", OTHER, split="test")]
    (finding,) = check_leakage(records)
    assert (finding.severity, finding.code, finding.record) == ("error", "leakage", "b")
    path = tmp_path / "a.jsonl"
    write_jsonl(path, records)
    assert check_files([path], labels).errors == 1
    allowed = check_files([path], labels, allow_leakage=True)
    assert allowed.errors == 0
    assert "leakage" in {f.code for f in allowed.findings}


def test_the_shipped_corpus_does_not_leak(labels: LabelSet) -> None:
    parts = split(load_records([ROOT / "annotations" / "original"], labels), development=0.15, test=0.15)
    assert leaks(parts["train"], [*parts["development"], *parts["test"]]) == []
    assert leaks(parts["development"], parts["test"]) == []


def test_the_real_corpus_does_not_leak(shared: Path, labels: LabelSet) -> None:
    names = [ROOT / "annotations" / "real" / f"{part}.jsonl" for part in ("train", "development", "test")]
    assert check_leakage(require_text(load_records(names, labels), shared / "reports")) == []
