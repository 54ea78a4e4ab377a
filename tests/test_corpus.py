"""Joining stand-off annotations, checks, and splits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao import BaogaoError
from baogao.corpus import Mark, Record, attach, check_files, check_records, raise_on_errors, require_text, split
from baogao.corpus.check import check_leakage
from baogao.corpus.statistics import statistics
from baogao.files import sha256_text
from baogao.labels import LabelSet
from baogao.scoring import agreement

TEXT = "全年生产总值5万元，增长3%。\n余下"


def make(identity: str = "甲镇_2020", text: str | None = TEXT, marks: tuple[Mark, ...] = (), **meta: object) -> Record:
    return Record(identity, sha256_text(text or TEXT), marks, meta, text, path="a.jsonl", line=1)


def codes(records: list[Record], labels: LabelSet) -> list[str]:
    return [f.code for f in check_records(records, labels) if f.severity == "error"]


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ((Mark(2, 6, "METRIC"), Mark(4, 9, "VALUE")), "overlap"),
        ((Mark(2, 6, "METRIC"), Mark(2, 6, "VALUE")), "overlap"),
        ((Mark(2, 99, "METRIC"),), "offset"),
        ((Mark(5, 5, "METRIC"),), "offset"),
        ((Mark(-1, 3, "METRIC"),), "offset"),
        ((Mark(14, 18, "METRIC"),), "line"),
        ((Mark(15, 17, "METRIC"),), "edge"),
        ((Mark(2, 6, "MERTIC"),), "label"),
    ],
)
def test_each_violation_is_found(labels: LabelSet, marks: tuple[Mark, ...], code: str) -> None:
    (finding,) = [f for f in check_records([make(marks=marks)], labels) if f.severity == "error"]
    assert finding.code == code
    assert (finding.path, finding.line, finding.record) == ("a.jsonl", 1, "甲镇_2020")
    assert finding.remedy


def test_an_outer_span_is_compared_with_all_that_it_covers(labels: LabelSet) -> None:
    marks = (Mark(0, 10, "METRIC"), Mark(2, 3, "VALUE"), Mark(5, 6, "VALUE"))
    assert codes([make(marks=marks)], labels) == ["overlap", "overlap"]


def test_touching_spans_are_sound(labels: LabelSet) -> None:
    assert codes([make(marks=(Mark(2, 6, "METRIC"), Mark(6, 9, "VALUE")))], labels) == []


def test_a_hash_that_no_longer_matches(labels: LabelSet) -> None:
    assert codes([replace(make(), text=TEXT + "。")], labels) == ["hash"]


def test_ranges(labels: LabelSet) -> None:
    assert codes([replace(make(marks=(Mark(2, 6, "METRIC"),)), ranges=((0, 4),))], labels) == ["range"]
    assert codes([replace(make(), ranges=((4, 99),))], labels) == ["range"]


def test_duplicates_and_leakage(labels: LabelSet) -> None:
    other = TEXT + "另"
    assert codes([make(), make()], labels) == ["duplicate"]
    assert codes([make("a"), make("b")], labels) == ["duplicate"]
    parts = [make("a", place="甲镇", split="train"), make("b", other, place="甲镇", split="test")]
    assert [f.code for f in check_leakage(parts)] == ["leakage"]
    assert codes([make(split="trian")], labels) == ["split"]


def test_rare_labels_are_a_warning(labels: LabelSet) -> None:
    found = check_records([make()], labels)
    assert [f.code for f in found] == ["rare"] * 5
    raise_on_errors(found)


def test_files_are_checked_to_their_end(write: Callable[..., Path], labels: LabelSet) -> None:
    good = json.dumps(make(marks=(Mark(2, 6, "METRIC"),)).to_json())
    path = write("a.jsonl", "{broken\n" + good + "\n\xff".encode("latin-1").decode("latin-1") + "\n")
    report = check_files([path], labels)
    assert (report.files, len(report.records), report.errors) == (1, 1, 2)
    assert [f.line for f in report.findings[:2]] == [1, 3]
    path.write_bytes(b"\xff\xfe\n" + good.encode())
    assert [f.code for f in check_files([path], labels).findings][:1] == ["encoding"]


def test_errors_stop_a_run_and_are_counted(labels: LabelSet) -> None:
    bad = make(marks=(Mark(2, 99, "METRIC"), Mark(3, 98, "VALUE")))
    with pytest.raises(BaogaoError, match="and 2 more errors"):
        raise_on_errors(check_records([bad], labels))


def test_attach_finds_reports_by_hash_whatever_their_names(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "x.txt").write_bytes(TEXT.encode("gb18030"))
    (tmp_path / "broken.pdf").write_bytes(b"nothing")
    here, gone = make(text=None), replace(make("b", text=None), sha256="0" * 64)
    result = attach([here, gone], tmp_path)
    assert [r.text for r in result.records] == [TEXT, None]
    assert [r.id for r in result.missing] == ["b"]
    assert [Path(p).name for p, _ in result.unreadable] == ["broken.pdf"]
    with pytest.raises(BaogaoError, match="hash mismatch"):
        require_text([here, gone], tmp_path)
    with pytest.raises(BaogaoError, match="no folder of reports"):
        require_text([here], None)


def test_attach_without_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BaogaoError, match="no such folder"):
        attach([], tmp_path / "none")
    with pytest.raises(BaogaoError, match="no reports"):
        attach([], tmp_path)


def corpus(places: list[int]) -> list[Record]:
    texts = [f"{'字' * (10 + n % 7)}{i}" for i, n in enumerate(places)]
    return [make(f"r{i}", texts[i], place=f"地{n}") for i, n in enumerate(places)]


@given(st.lists(st.integers(0, 30), min_size=12, max_size=60), st.integers(0, 5), st.randoms())
def test_splits_keep_places_whole_and_do_not_depend_on_order(places: list[int], seed: int, random: object) -> None:
    records = corpus(places)
    if len(set(places)) < 4:
        return
    parts = split(records, development=0.2, test=0.2, seed=seed)
    shuffled = list(records)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert split(shuffled, development=0.2, test=0.2, seed=seed) == parts
    assert sorted(r.id for part in parts.values() for r in part) == sorted(r.id for r in records)
    owners = [{r.meta["place"] for r in part} for part in parts.values()]
    assert sum(map(len, owners)) == len(set().union(*owners))
    assert all(owners)


def test_a_dominant_place_leaves_one_for_development() -> None:
    """Three small places do not make a fifth together: test must not take all of them."""
    parts = split(corpus([0] * 17 + [1, 2, 3]), development=0.2, test=0.2, seed=0)
    assert all(parts.values())


def test_given_splits_are_kept() -> None:
    records = [make("a", "一", place="甲", split="test"), make("b", "二", place="甲"), *corpus([1, 2, 3])]
    parts = split(records, development=0.2, test=0.1)
    assert {r.id for r in parts["test"]} >= {"a", "b"}
    with pytest.raises(BaogaoError, match="has the splits"):
        split([make("a", "一", place="甲", split="test"), make("b", "二", place="甲", split="train")])


def test_too_few_places() -> None:
    with pytest.raises(BaogaoError, match="too few"):
        split(corpus([1, 1, 1]), development=0.5, test=0.1)
    with pytest.raises(BaogaoError, match="shares"):
        split(corpus([1, 2, 3]), development=0.5, test=0.5)


def test_statistics_by_part_and_level() -> None:
    records = [
        make("a", "一二三", (Mark(0, 1, "METRIC"),), place="甲", level="county", year=2020, split="train"),
        make("b", "四五", (), place="甲", level="county", year=2011, split="train"),
        make("c", "六", (Mark(0, 1, "VALUE"),), place="乙", level="city", year=2024, split="test"),
    ]
    rows = {(row.part, row.level): row for row in statistics(records)}
    county = rows["train", "county"]
    assert (county.reports, county.units, county.characters, county.years) == (2, 1, 5, (2011, 2020))
    assert rows["all", "all"].labels == {"METRIC": 1, "VALUE": 1}
    assert list(rows) == [("train", "county"), ("train", "all"), ("test", "city"), ("test", "all"), ("all", "all")]


def test_agreement_by_hand(labels: LabelSet) -> None:
    """Two of three spans of each annotator are the same: F1 is 2 · 2 / (3 + 3)."""
    first = replace(make(marks=(Mark(2, 6, "METRIC"), Mark(6, 9, "VALUE"), Mark(10, 14, "CHANGE"))), annotator="a")
    second = replace(make(marks=(Mark(2, 6, "METRIC"), Mark(6, 9, "VALUE"), Mark(12, 14, "CHANGE"))), annotator="b")
    modes, pairs = agreement([first, second], labels)
    assert pairs == 1
    strict = modes["strict"]
    assert strict["micro"]["f1"] == pytest.approx(4 / 6)
    assert (strict["labels"]["METRIC"]["f1"], strict["labels"]["CHANGE"]["f1"]) == (1.0, 0.0)
    assert modes["exact"]["micro"]["f1"] == pytest.approx(4 / 6)
    assert modes["ent_type"]["micro"]["f1"] == 1.0
    with pytest.raises(BaogaoError, match="annotated twice"):
        agreement([first], labels)
    part, _ = agreement([first, replace(second, ranges=((0, 9),))], labels)
    assert part["strict"]["micro"]["f1"] == 1.0  # only the first two spans lie where both annotated
    with pytest.raises(BaogaoError, match="annotated twice"):
        agreement([replace(first, ranges=((9, 12),)), replace(second, ranges=((0, 9),))], labels)
