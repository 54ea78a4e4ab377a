"""The annotations of real reports: sound, stand-off, joined by hash, split by unit, annotated twice where it counts."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from baogao.corpus import Record, check_files, check_records, load_records, require_text
from baogao.corpus.splits import size_of, unit_of
from baogao.labels import LabelSet
from baogao.scoring import agreement
from conftest import ROOT

REAL = ROOT / "annotations" / "real"
PARTS = ("train", "development", "test")


@pytest.fixture(scope="module")
def records(labels: LabelSet) -> list[Record]:
    return load_records([REAL / f"{part}.jsonl" for part in PARTS], labels)


def catalogue() -> dict[str, dict[str, str]]:
    with (ROOT / "data" / "catalogue.tsv").open(encoding="utf-8", newline="") as stream:
        return {row["sha256"]: row for row in csv.DictReader(stream, delimiter="\t")}


def test_no_text_is_shipped() -> None:
    for path in REAL.rglob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            assert set(json.loads(line)) == {"id", "sha256", "meta", "ranges", "spans", "annotator", "scheme"}


def test_sound_and_split_by_unit(records: list[Record], labels: LabelSet) -> None:
    assert [f for f in check_records(records, labels) if f.severity == "error"] == []
    units = {part: {unit_of(r) for r in records if r.meta["split"] == part} for part in PARTS}
    assert not units["train"] & units["test"]
    assert not units["train"] & units["development"]
    assert not units["development"] & units["test"]
    assert not {"公坪镇", "覃巴镇"} & {r.meta["place"] for r in records}


def test_size_and_spread(records: list[Record]) -> None:
    assert sum(map(size_of, records)) >= 1_000_000
    # So that many reports appear: of one at most 6,000 characters are scored, and a hundredth of what is trained on.
    of_part = {part: sum(size_of(r) for r in records if r.meta["split"] == part) for part in PARTS}
    for record in records:
        trained = record.meta["split"] == "train"
        assert size_of(record) <= (of_part["train"] / 100 if trained else 6_000)
    test = [r for r in records if r.meta["split"] == "test"]
    assert sum(map(size_of, test)) >= 60_000
    by_level = Counter[str]()
    for record in test:
        by_level[record.meta["level"]] += size_of(record)
    assert all(by_level[level] >= 10_000 for level in ("national", "province", "city", "county"))


def test_every_report_is_in_the_catalogue(records: list[Record]) -> None:
    known = catalogue()
    assert len(known) == 366
    for record in records:
        row = known[record.sha256]
        assert (row["place"], row["level"], row["year"]) == (
            record.meta["place"], record.meta["level"], str(record.meta["year"]),
        )  # fmt: skip
        assert max(m.end for m in record.marks) <= int(row["characters"])


def test_the_test_part_is_annotated_twice(records: list[Record], labels: LabelSet) -> None:
    layers = load_records([REAL / "layers"], labels)
    twice = Counter(r.sha256 for r in layers)
    assert set(twice.values()) == {2}
    assert {r.sha256 for r in records if r.meta["split"] == "test"} <= set(twice)
    assert sum(size_of(r) for r in records if r.sha256 in twice) >= 0.2 * sum(map(size_of, records))
    modes, pairs = agreement(layers, labels)
    assert pairs == len(twice)
    assert (modes["strict"]["micro"]["f1"] or 0) >= 0.93


def test_annotations_join_the_real_reports(shared: Path, labels: LabelSet, records: list[Record]) -> None:
    joined = require_text(records, shared / "reports")
    for record in joined:
        record.document()  # every span slices back, none overlaps
    assert [f for f in check_records(joined, labels) if f.severity == "error"] == []
    assert check_files([REAL / "layers"], labels, shared / "reports").errors == 0


def test_the_given_gold_is_taken_as_it_is(shared: Path, records: list[Record], labels: LabelSet) -> None:
    given = {r.sha256: r for r in load_records([shared / "gold"], labels)}
    ours = {r.sha256: r for r in records}
    assert len(given) == 3
    for sha256, record in given.items():
        assert ours[sha256].marks == record.marks
        assert ours[sha256].ranges == record.ranges


def test_a_reader_of_the_guidelines_alone_agrees(labels: LabelSet) -> None:
    """Six random stretches of the test part, annotated anew by somebody who knew nothing but the guidelines."""
    again = load_records([REAL / "second_reader.jsonl", REAL / "test.jsonl"], labels)
    modes, pairs = agreement(again, labels)
    assert pairs == 6
    assert (modes["strict"]["micro"]["f1"] or 0) >= 0.92
