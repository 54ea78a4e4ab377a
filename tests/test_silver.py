"""Silver annotations: what a committee tags, and what is kept out of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from baogao import BaogaoError
from baogao.cli import app
from baogao.corpus import Mark, Record, check_records, load_records, record_of
from baogao.corpus.jsonl import write_jsonl
from baogao.files import write_text
from baogao.labels import LabelSet
from baogao.reports import document, read
from baogao.scoring import refuse_overlaps
from baogao.silver import Silver, silver
from baogao.tagger import Committee, Tagger
from conftest import ROOT

REPORTS = ROOT / "data" / "reports"
TEXT = "全年地区生产总值完成3亿元，比上年增长2个百分点。实施“百千万工程”建设。"


@pytest.fixture(scope="module")
def tagger(model_directory: Path) -> Tagger:
    return Tagger.load(model_directory)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two years of one place, a report of another, its copy, and a file that is no report."""
    reports = tmp_path / "reports"
    reports.mkdir()
    for name in ("changyu_2021", "xiangdong_2013", "anshang_2012"):
        text = (REPORTS / f"{name}.txt").read_text("utf-8")
        write_text(reports / f"{name}.txt", text[: text.index("\n", 900)])
    shutil.copy(reports / "anshang_2012.txt", reports / "copy.txt")
    (reports / "other").mkdir()  # another text under the same name
    write_text(reports / "other" / "changyu_2021.txt", (reports / "changyu_2021.txt").read_text("utf-8")[:400])
    (reports / "broken.pdf").write_bytes(b"no pdf")
    return reports


def tag_all(folder: Path, tagger: Tagger, known: list[Record], held: list[Record]) -> Silver:
    def tag(text: str) -> list[Mark]:
        return [Mark(s.start, s.end, s.label) for s in Committee([tagger]).spans(text)]

    return silver(folder, tag, known, held, annotator=tagger.manifest.model_id, scheme="1.3", quiet=True)


def annotated(path: Path, **meta: object) -> Record:
    return replace(record_of(read(path)), meta=meta)


def test_a_committee_of_one_says_what_its_tagger_says(tagger: Tagger) -> None:
    spans = [(s.start, s.end, s.label) for s in tagger.spans(TEXT)]
    assert [(s.start, s.end, s.label) for s in Committee([tagger]).spans(TEXT)] == spans
    assert [(s.start, s.end, s.label) for s in Committee([tagger, tagger]).spans(TEXT)] == spans


def test_a_committee_decodes_the_mean_of_probabilities(
    tagger: Tagger, labels: LabelSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two characters. One tagger is sure of a METRIC over both, the other leans to two VALUEs: the surer one wins."""
    metric, value = labels.begin("METRIC"), labels.begin("VALUE")
    sure, leaning = np.full((2, len(labels.tags)), 1e-6), np.full((2, len(labels.tags)), 1e-6)
    sure[0, metric] = sure[1, labels.inside("METRIC")] = 0.98
    leaning[:, value], leaning[:, 0] = 0.6, 0.4
    (view, _), *_ = tagger.scored("产值")
    voices = iter([[(view, np.log(sure))], [(view, np.log(leaning))]])
    monkeypatch.setattr(Tagger, "scored", lambda self, text: iter(next(voices)))
    (span,) = Committee([tagger, tagger]).spans("产值")
    assert (span.start, span.end, span.label) == (0, 2, "METRIC")
    # METRIC over both characters; over the first alone; VALUE or nothing at each.
    ways = 0.49 * 0.49, 0.49 * (0.3 + 0.2), (0.3 + 0.2) * (0.3 + 0.2)
    assert span.score == pytest.approx(ways[0] / sum(ways), abs=1e-4)


def test_models_of_different_labels_do_not_vote(tagger: Tagger, labels: LabelSet) -> None:
    other = Tagger(
        replace(tagger.manifest, labels=replace(labels, name="other", scheme="0")), tagger.vocabulary, tagger.engine
    )
    with pytest.raises(BaogaoError, match="different label sets"):
        Committee([tagger, other])
    with pytest.raises(BaogaoError, match="needs a tagger"):
        Committee([])


def test_what_is_known_held_or_unreadable_is_left_out_and_named(folder: Path, tagger: Tagger) -> None:
    known = [annotated(folder / "xiangdong_2013.txt")]
    found = tag_all(folder, tagger, known, [])
    assert [r.id for r in found.records] == ["anshang_2012.txt", "changyu_2021.txt", "other/changyu_2021.txt"]
    assert {name for name, _ in found.left_out} == {"xiangdong_2013.txt", "copy.txt", "broken.pdf"}
    record = found.records[0]
    assert record.text is None
    assert record.meta["split"] == "train"
    text = read(folder / "anshang_2012.txt").text
    expected = [(s.start, s.end, s.label) for s in tagger.spans(text)]
    assert [tuple(m) for m in record.marks] == expected
    assert record.annotator == tagger.manifest.model_id


def test_of_a_report_annotated_in_part_the_rest_is_tagged(folder: Path, tagger: Tagger, labels: LabelSet) -> None:
    whole = annotated(folder / "xiangdong_2013.txt", place="changyu", split="train", unit="one")
    text = whole.text or ""
    lines = text.split("\n")
    begin, end = len(lines[0]) + 1, len("\n".join(lines[:4]))
    part = replace(whole, ranges=((begin, end),))
    # Its place is held, but the split has put this report on the training side.
    held = [replace(record_of(document("某市政府工作报告")), meta={"place": "changyu"})]
    found = tag_all(folder, tagger, [part], held)
    (record,) = [r for r in found.records if r.sha256 == part.sha256]
    assert (record.id, record.meta["unit"], record.meta["split"]) == (part.id, "one", "train")
    assert record.ranges == ((0, begin), (end, len(text)))
    expected = [(s.start, s.end, s.label) for s in tagger.spans(text) if s.end <= begin or s.start >= end]
    assert [tuple(m) for m in record.marks] == expected
    assert [f for f in check_records([part, record], labels) if f.severity == "error"] == []
    refuse_overlaps([part, record])
    with pytest.raises(BaogaoError, match="annotate the same part"):
        refuse_overlaps([part, replace(record, ranges=((0, begin + 1),))])
    tested = replace(part, meta={**part.meta, "split": "test", "place": "xiangdong"})
    again = tag_all(folder, tagger, [tested], [])
    assert part.sha256 not in {r.sha256 for r in again.records}
    nameless = replace(part, meta={})  # nothing says on which side of the split it is
    held = [replace(held[0], meta={"place": "xiangdong"})]
    assert part.sha256 not in {r.sha256 for r in tag_all(folder, tagger, [nameless], held).records}


def test_places_and_paragraphs_of_what_is_tested_stay_out(folder: Path, tagger: Tagger) -> None:
    text = read(folder / "changyu_2021.txt").text
    longest = max(read(folder / "anshang_2012.txt").text.split("\n"), key=len)
    other = document(f"某市政府工作报告\n{longest}\n")
    held = [replace(record_of(other), meta={}), replace(record_of(document(text[:200])), meta={"place": "changyu"})]
    found = tag_all(folder, tagger, [], held)
    assert [r.id for r in found.records] == ["xiangdong_2013.txt"]
    reasons = dict(found.left_out)
    assert "kept for testing" in reasons["changyu_2021.txt"]
    assert "a paragraph of which 100% stand" in reasons["anshang_2012.txt"]
    again = silver(
        folder, lambda text: [], [], held, annotator="nobody", scheme="1.3", exclude_places=["anshang"], quiet=True
    )
    assert dict(again.left_out)["anshang_2012.txt"] == "anshang is kept for testing"
    with pytest.raises(BaogaoError, match="no report is left"):
        tag_all(folder, tagger, [annotated(folder / "xiangdong_2013.txt")], held)


def test_the_command_writes_records_that_train(
    folder: Path, model_directory: Path, labels: LabelSet, tmp_path: Path
) -> None:
    held = tmp_path / "held.jsonl"
    write_jsonl(held, [annotated(folder / "changyu_2021.txt", place="changyu")])
    output = tmp_path / "silver.jsonl"
    result = CliRunner().invoke(app, [
        "corpus", "silver", str(folder), "-m", str(model_directory), "-m", str(model_directory),
        "--held", str(held), "--exclude-place", "xiangdong", "-o", str(output), "--quiet",
    ])  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "1 reports" in result.stderr
    assert [r.id for r in load_records([output], labels)] == ["anshang_2012.txt"]
