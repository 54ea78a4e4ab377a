"""The real reports beside the project, where they are present: all of them read, and the whole way on three of them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from baogao import load, read
from baogao.corpus import load_records, require_text
from baogao.labels import LabelSet
from baogao.reports import sentences
from baogao.training.finetune import finetune
from training_help import configure


def manifest(shared: Path) -> list[dict[str, str]]:
    with (shared / "reports" / "manifest.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def test_all_real_reports_read(shared: Path) -> None:
    rows = manifest(shared)
    assert len(rows) == 366
    right = {"level": 0, "year": 0}
    both_parts = 0
    for row in rows:
        path = shared / "reports" / row["file"]
        document = read(path)  # Document checks that the sections tile the text
        assert document.text == path.read_bytes().decode("utf-8")
        position = 0
        for start, end in sentences(document.text):
            assert position <= start < end
            assert document.text[start:end] == document.text[start:end].strip()
            position = end
        for key in right:
            right[key] += str(document.meta.get(key)) == row[key]
        both_parts += {"review", "plan"} <= {s.kind for s in document.sections}
    # Measured: level 349, year 344, both parts 339 of 366; what is missing has no head, or no headings.
    assert right["level"] >= 345
    assert right["year"] >= 340
    assert both_parts >= 333


def test_gold_joins_its_reports(shared: Path, labels: LabelSet) -> None:
    records = require_text(load_records([shared / "gold"], labels), shared / "reports")
    assert [r.id for r in records] == ["港门镇_2020", "南山镇_2021", "港门镇_2025"]
    assert sum(len(r.document().spans) for r in records) == 976


@pytest.mark.slow
def test_trained_on_gold_it_reads_reports_never_seen(shared: Path, tmp_path: Path) -> None:
    config = configure(
        "trainer=scratch", f"corpus.annotations=[{shared / 'gold'}]",
        f"corpus.reports={shared / 'reports'}", "corpus.split.development=0.3", "corpus.split.test=0",
        "trainer.max_steps=400", "trainer.threads=2", "trainer.batch_size=8",
    )  # fmt: skip
    metrics = finetune(config, tmp_path / "run")
    assert metrics["development"]["modes"]["strict"]["micro"]["f1"] > 0.2
    predictor = load(tmp_path / "run")
    for name in ("公坪镇_2020", "覃巴镇_2024"):
        report = read(shared / "reports" / "township" / f"{name}.txt")
        found = predictor(report)
        assert len(found.spans) > 20
        assert all(report.text[s.start : s.end] == s.text for s in found.spans)
        assert all(a.end <= b.start for a, b in zip(found.spans, found.spans[1:], strict=False))
