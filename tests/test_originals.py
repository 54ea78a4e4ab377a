"""The shipped corpus: reports and gold agree, the annotations are sound, and nothing in it is anybody else's text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from baogao import read
from baogao.corpus import Record, check_files, load_records
from baogao.corpus.label_studio import dump_label_studio
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


def test_the_label_studio_export_is_generated_from_the_gold(records: list[Record]) -> None:
    path = ROOT / "annotations" / "studio" / "original.studio.json"
    # Mended by: baogao corpus convert annotations/original annotations/studio/original.studio.json
    assert path.read_text("utf-8") == dump_label_studio(records)


def test_the_corpus_is_sound(labels: LabelSet) -> None:
    assert check_files([GOLD], labels).findings == ()


def test_size_levels_and_years(records: list[Record]) -> None:
    assert len(records) >= 40
    assert sum(len(r.text or "") for r in records) >= 80_000
    assert min(len(r.text or "") for r in records) >= 1_200
    assert set(Counter(r.meta["level"] for r in records)) == {"township", "county", "city", "province"}
    years = [int(r.meta["year"]) for r in records]
    assert (min(years), max(years)) == (2008, 2026)


@pytest.fixture(scope="module")
def formulas() -> list[re.Pattern[str]]:
    """What any report may say in the words of all others; tests/formulas.txt lists it."""
    lines = (Path(__file__).parent / "formulas.txt").read_text("utf-8").splitlines()
    return [re.compile(line) for line in lines if line and not line.startswith("#")]


def pieces(text: str, formulas: list[re.Pattern[str]]) -> Iterator[str]:
    """What is left of the text once the formulas are taken out, the longest first."""
    matches = (match.span() for formula in formulas for match in formula.finditer(text))
    start, end = max(matches, key=lambda span: span[1] - span[0], default=(0, 0))
    if start == end:
        yield text
        return
    yield from pieces(text[:start], formulas)
    yield from pieces(text[end:], formulas)


def test_no_clause_recurs_but_formulas(records: list[Record], formulas: list[re.Pattern[str]]) -> None:
    """A clause of ten characters or more that stands in two reports consists of formulas: what is left between them
    is shorter than six characters.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for record in records:
        for clause in re.split(r"[。；！？：，;!?:,\n]|\.(?![0-9])", record.text or ""):
            if len(clause.strip()) >= 10:
                owners[clause.strip()].add(record.id)
    recurring = {c: sorted(o) for c, o in owners.items() if len(o) > 1}
    copied = {c: o for c, o in recurring.items() if max(map(len, pieces(c, formulas))) >= 6}
    assert not copied, copied


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def shared_runs(text: str, shingles: set[str]) -> Iterator[str]:
    """The longest runs of the text whose 13-character shingles all belong to the set."""
    hits = [i for i in range(len(text) - 12) if text[i : i + 13] in shingles]
    for _, group in groupby(enumerate(hits), key=lambda pair: pair[1] - pair[0]):
        run = [i for _, i in group]
        yield text[run[0] : run[-1] + 13]


@pytest.mark.slow
def test_no_sentence_comes_from_a_real_report(
    records: list[Record], formulas: list[re.Pattern[str]], shared: Path
) -> None:
    """A run of thirteen characters or more that stands in real reports too (white space aside) consists of formulas:
    what is left between them is shorter than eight characters.
    """
    shingles: set[str] = set()
    for path in (shared / "reports").rglob("*.txt"):
        text = squeeze(path.read_text("utf-8"))
        shingles.update(text[i : i + 13] for i in range(len(text) - 12))
    copied = [
        (record.id, run)
        for record in records
        for run in shared_runs(squeeze(record.text or ""), shingles)
        if max(map(len, pieces(run, formulas))) >= 8
    ]
    assert not copied, copied
