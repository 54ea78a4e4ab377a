"""The shipped corpus: reports and gold agree, the annotations are sound, and nothing in it is anybody else's text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import groupby
from pathlib import Path

import pytest

from baogao import read
from baogao.corpus import Record, check_files, load_records
from baogao.labels import LabelSet
from conftest import ROOT

GOLD = ROOT / "annotations" / "original"
REPORTS = ROOT / "data" / "reports"


@pytest.fixture(scope="module")
def records(labels: LabelSet) -> list[Record]:
    return load_records([GOLD], labels)


def report_of(record: Record) -> Path:
    return REPORTS / Path(str(record.path)).name.replace(".marked.txt", ".txt")


def test_gold_and_reports_are_the_same_text(records: list[Record]) -> None:
    assert {report_of(r).name for r in records} == {p.name for p in REPORTS.iterdir()}
    for record in records:
        document = read(report_of(record))
        assert document.text == record.text, record.id
        assert document.sha256 == record.sha256
        assert {k: document.meta.get(k) for k in ("place", "level", "year")} == dict(record.meta), record.id
        kinds = {s.kind for s in document.sections}
        assert kinds >= {"review", "plan"} or record.id == "璟州市_2026", record.id


def test_the_corpus_is_sound(labels: LabelSet) -> None:
    assert check_files([GOLD], labels).findings == ()


def test_size_levels_and_years(records: list[Record]) -> None:
    assert len(records) >= 40
    assert sum(len(r.text or "") for r in records) >= 80_000
    assert min(len(r.text or "") for r in records) >= 1_200
    assert set(Counter(r.meta["level"] for r in records)) == {"township", "county", "city", "province"}
    years = [int(r.meta["year"]) for r in records]
    assert (min(years), max(years)) == (2008, 2026)


# Formulas that every report of their time says; whatever else recurs is copied.
FORMULAS = re.compile(
    "思想|主义|中国共产党|党中央|党的|代表大会|人大|政协|各位代表|请予审议|意见|“|”|、.*、|总基调|发展理念|政府工作报告|工作(?:回顾|总结|安排)"
    "|坚持|同心|团结|奋斗|新时代|科学发展观|预期目标|生产总值|收入|零售总额|固定资产投资|增加值|财政|同步|进出口|价格|城镇|能耗|排放|死亡|安全|党"
)


def test_no_clause_recurs_but_formulas(records: list[Record]) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for record in records:
        for clause in re.split(r"[。；！？\n：，:;,!]", record.text or ""):
            clause = clause.strip()
            if len(clause) >= 10:
                owners[clause].add(record.id)
    recurring = {c: o for c, o in owners.items() if len(o) > 1 and not FORMULAS.search(c)}
    assert not recurring, recurring


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.slow
def test_no_sentence_comes_from_a_real_report(records: list[Record], shared: Path) -> None:
    """Runs of 13 characters and more that stand in a real report too are formulas, headings, or indicator names beside
    figures: together under three characters in a hundred, and never a whole ordinary sentence.
    """
    shingles: set[str] = set()
    for path in sorted((shared / "reports").rglob("*.txt")):
        text = squeeze(path.read_text("utf-8"))
        shingles.update(text[i : i + 13] for i in range(len(text) - 12))
    total = shared_characters = 0
    suspicious = []
    for record in records:
        text = squeeze(record.text or "")
        total += len(text)
        hits = [i for i in range(len(text) - 12) if text[i : i + 13] in shingles]
        for _, group in groupby(enumerate(hits), key=lambda pair: pair[1] - pair[0]):
            run = [i for _, i in group]
            piece = text[run[0] : run[-1] + 13]
            shared_characters += len(piece)
            if len(piece) >= 20 and not FORMULAS.search(piece):
                suspicious.append((record.id, piece))
    assert not suspicious, suspicious
    assert shared_characters < 0.05 * total, f"{shared_characters} of {total}"
