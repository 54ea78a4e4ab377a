"""Annotation records: JSON lines in and out, with and without text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from baogao import BaogaoError, Document, Span
from baogao.corpus import Mark, Record, fingerprint, load_records, record_of
from baogao.corpus.jsonl import parse_record, read_jsonl, write_jsonl
from baogao.corpus.records import Relation, Tag
from baogao.corpus_commands import convert_command
from baogao.files import sha256_text
from baogao.labels import load_labels
from strategies import annotated

TEXT = "全年生产总值5万元。"


def record(**changes: object) -> dict[str, object]:
    value: dict[str, object] = {
        "id": "甲镇_2020", "sha256": sha256_text(TEXT), "text": TEXT, "meta": {"place": "甲镇"},
        "spans": [{"start": 2, "end": 6, "label": "METRIC"}], "annotator": "a", "scheme": "1.3",
    }  # fmt: skip
    return {k: v for k, v in {**value, **changes}.items() if v is not None}


def test_a_line_and_back() -> None:
    found = parse_record(json.dumps(record(ranges=[[0, 10]])))
    assert found.marks == (Mark(2, 6, "METRIC"),)
    assert parse_record(json.dumps(found.to_json())) == found
    assert found.document().spans == (Span(2, 6, "METRIC", "生产总值"),)


def test_standoff_needs_its_report() -> None:
    found = parse_record(json.dumps(record(text=None)), path="a.jsonl", number=3)
    with pytest.raises(BaogaoError, match="stand-off") as caught:
        found.document()
    assert (caught.value.path, caught.value.line) == ("a.jsonl", 3)
    assert found.attach(TEXT).document().spans[0].text == "生产总值"


def test_a_changed_report_is_refused() -> None:
    found = parse_record(json.dumps(record(text=None)))
    with pytest.raises(BaogaoError, match="hash"):
        found.attach(TEXT + "\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not a line of JSON"),
        ("[1]", "not a JSON object"),
        (json.dumps(record(id=None)), "'id' is missing"),
        (json.dumps(record(spans=[{"start": "2", "end": 3, "label": "A"}])), "span 0"),
        (json.dumps(record(spans=[{"start": True, "end": 3, "label": "A"}])), "span 0"),
        (json.dumps(record(ranges=[[1]])), "'ranges'"),
        (json.dumps(record(text=5)), "'text' must be a string"),
        ("[" * 100_000, "not a line of JSON"),
        ("9" * 5000, "not a line of JSON"),
        (json.dumps(record(text="\ud83d")), "surrogate"),
        (json.dumps(record(id="甲\ud800")), "'id' holds NUL or half"),
        (json.dumps(record(annotator="a\0")), "'annotator' holds NUL"),
        (json.dumps(record(meta={"place": {"\udc00": 1}})), "'meta' holds NUL or half"),
        (json.dumps(record(meta={"years": [1, "\0"]})), "'meta' holds NUL"),
    ],
)
def test_malformed_lines_name_file_and_line(write: Callable[..., Path], line: str, message: str) -> None:
    path = write("a.jsonl", json.dumps(record()) + "\n\n" + line + "\n")
    with pytest.raises(BaogaoError, match=message) as caught:
        list(read_jsonl(path))
    assert (caught.value.path, caught.value.line) == (str(path), 3)


def test_missing_and_undecodable_files(write: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(BaogaoError, match="cannot read"):
        list(read_jsonl(tmp_path / "none.jsonl"))
    with pytest.raises(BaogaoError, match="UTF-8"):
        list(read_jsonl(write("a.jsonl", "镇".encode("gb18030"))))


@given(annotated())
def test_documents_survive_the_file(case: tuple[str, list[tuple[int, int, str]]]) -> None:
    text, spans = case
    document = Document(text, id="x", spans=tuple(Span.of(text, *s) for s in spans), meta={"year": 2020})
    back = parse_record(json.dumps(record_of(document, annotator="a", scheme="1.3").to_json(), ensure_ascii=False))
    assert back.document() == document


def test_fingerprint_ignores_order_and_place_but_not_content(tmp_path: Path) -> None:
    one, two = (Record(i, sha256_text(i), (Mark(0, 1, "METRIC"),), text=i) for i in "ab")
    assert fingerprint([one, two]) == fingerprint([two, one])
    assert fingerprint([one]) != fingerprint([Record("a", sha256_text("a"), (Mark(0, 1, "VALUE"),), text="a")])
    assert write_jsonl(tmp_path / "x.jsonl", [one, two]) == 2
    assert fingerprint(read_jsonl(tmp_path / "x.jsonl")) == fingerprint([one, two])


def test_standoff_without_ranges_counts_everywhere() -> None:
    found = parse_record(json.dumps(record(text=None)))
    ((start, end),) = found.annotated()
    assert start == 0
    assert end > 10**9


def test_tags_and_relations_are_kept_or_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "总值5亿元"
    marks = (Mark(0, 2, "METRIC"), Mark(2, 5, "VALUE"))
    tags, relations = (Tag(2, 5, "DIFF"),), (Relation((0, 2), (2, 5)),)
    full = Record("a", sha256_text(text), marks, text=text, tags=tags, relations=relations)
    write_jsonl(tmp_path / "a.jsonl", [full])
    for name in ("b.studio.json", "b.conll"):
        assert convert_command([tmp_path / "a.jsonl"], tmp_path / name, labels="report", reports=None) == 0
    assert capsys.readouterr().err.count("2 tags and relations are left out") == 1
    kept, lost = (load_records([tmp_path / name], load_labels()) for name in ("b.studio.json", "b.conll"))
    assert (kept[0].marks, kept[0].tags, kept[0].relations) == (marks, tags, relations)
    assert (lost[0].marks, lost[0].tags) == (marks, ())
    for broken in ({"tags": [[0, 2]]}, {"tags": 5}, {"relations": [[0, 2]]}, {"relations": [[[0, 2], [2, "5"]]]}):
        with pytest.raises(BaogaoError, match="'tags' must be a list"):
            parse_record(json.dumps({**full.to_json(), **broken}))
