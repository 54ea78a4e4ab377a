"""Inline marks and character-per-line BIO: both come back to the character."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given

from baogao import BaogaoError, Document, Span
from baogao.corpus import Mark, Record, check_records, load_records, record_of, write_records
from baogao.corpus.conll import parse_conll, render_conll
from baogao.corpus.jsonl import LeftOut
from baogao.corpus.label_studio import dump_label_studio, parse_label_studio
from baogao.corpus.markup import parse_markup, render_markup
from baogao.files import sha256_text
from baogao.labels import LabelSet, load_labels
from strategies import annotated

LABELS = load_labels("report")
HEAD = "---\nid: 甲镇_2020\nplace: 甲镇\nlevel: township\nyear: 2020\n---\n"


def test_markup_gives_text_and_marks(labels: LabelSet) -> None:
    record = parse_markup(HEAD + "全年⟦指标|生产总值⟧⟦VALUE|5万元⟧。\n", labels)
    assert record.text == "全年生产总值5万元。\n"
    assert [(m.label, record.text[m.start : m.end]) for m in record.marks] == [
        ("METRIC", "生产总值"),
        ("VALUE", "5万元"),
    ]
    assert record.id == "甲镇_2020"
    assert record.meta == {"place": "甲镇", "level": "township", "year": 2020}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("全年⟦指标|生产总值", "must be"),
        ("全年⟦指标|生产⟦数值|5⟧⟧", "nested"),
        ("全年⟦指针|生产⟧", "unknown label '指针'"),
        ("全年⟦指标|⟧", "is empty"),
        ("全年⟦指标| 生产⟧", "white space"),
        ("全年⟦指标|生\n产⟧", "crosses a line"),
        ("全年生产⟧", "⟧ without ⟦"),
        ("全年⟦生产⟧", "must be"),
    ],
)
def test_wrong_marks_name_their_line(labels: LabelSet, body: str, message: str) -> None:
    with pytest.raises(BaogaoError, match=message) as caught:
        parse_markup(HEAD + "第一行\n" + body, labels, path="a.marked.txt")
    assert caught.value.line == 8


def test_front_matter_is_required(labels: LabelSet) -> None:
    for source in ("全年", "---\nid: x\n全年", "---\na: [\n---\n", "---\n- 1\n---\n"):
        with pytest.raises(BaogaoError, match="front matter"):
            parse_markup(source, labels)


@given(annotated())
def test_markup_round_trip(case: tuple[str, list[tuple[int, int, str]]]) -> None:
    text, spans = case
    assume("⟦" not in text and "⟧" not in text)
    document = Document(text, id="x", spans=tuple(Span.of(text, *s) for s in spans), meta={"year": 2020})
    record = record_of(document, annotator="author", scheme=LABELS.scheme)
    back = parse_markup(render_markup(record, LABELS), LABELS)
    assert (back.text, back.marks, dict(back.meta)) == (record.text, record.marks, {"year": 2020})


@given(annotated())
def test_conll_round_trip(case: tuple[str, list[tuple[int, int, str]]]) -> None:
    text, spans = case
    assume(text)
    document = Document(text, id="x", spans=tuple(Span.of(text, *s) for s in spans), meta={"year": 2020})
    record = record_of(document, annotator="a", scheme="1.3")
    lines = [line + "\n" for line in render_conll([record, record])]
    assert "".join(lines).count("\n") == len(lines)  # no character of the text breaks a line
    for back in parse_conll(lines):
        assert (back.id, back.text, back.marks, back.meta) == ("x", text, record.marks, {"year": 2020})


def test_conll_keeps_annotated_ranges() -> None:
    record = record_of(Document("全年生产总值。其余", spans=(Span(2, 6, "METRIC", "生产总值"),)))
    (back,) = parse_conll(render_conll([replace(record, ranges=((0, 7),))]))
    assert back.ranges == ((0, 7),)


def test_conll_keeps_touching_ranges_and_records_without_text() -> None:
    touching = replace(record_of(Document("全年生产总值。其余")), ranges=((0, 2), (2, 7), (8, 9)))
    empty = Record("无字", sha256_text(""), (), {"place": "甲镇"}, "")
    assert [(r.id, r.text, r.ranges) for r in parse_conll(render_conll([empty, touching, empty]))] == [
        ("无字", "", None),
        (touching.id, touching.text, touching.ranges),
        ("无字", "", None),
    ]


@pytest.mark.parametrize("ranges", [((2, 2),), ((0, 99),), ((-1, 2),), ((0, 5), (3, 7)), ((5, 7), (0, 2))])
def test_unlawful_ranges_are_not_written(ranges: tuple[tuple[int, int], ...], tmp_path: Path, labels: LabelSet) -> None:
    record = replace(record_of(Document("全年生产总值。其余")), ranges=ranges)
    for name in ("a.conll", "a.studio.json", "a.marked.txt"):
        with pytest.raises(BaogaoError, match="range"):
            write_records(tmp_path / name, [record], labels)
    assert not list(tmp_path.iterdir())
    assert [f.code for f in check_records([record], labels) if f.severity == "error"] == ["range"]


def test_conll_heads() -> None:
    """Heads of public sets are borders, with blanks or tabs; a head of our own must agree with its tags."""
    for head in ("-DOCSTART- -X- O O", "-DOCSTART-\t-X-\tO\tO", "-DOCSTART- -X- -X- O", "-DOCSTART-"):
        records = list(parse_conll([head, "", "浙 B-name", "", head, "", "商 O"]))
        assert [(r.text, r.marks) for r in records] == [("浙\n", (Mark(0, 1, "name"),)), ("商", ())], head
    for head in ("-DOCSTART-\tsomething", "-DOCSTART-\t[1]", '-DOCSTART-\t{"ranges": [[0, true]]}'):
        with pytest.raises(BaogaoError, match="no JSON object"):
            list(parse_conll([head, "浙\tO"]))
    with pytest.raises(BaogaoError, match="not those that the tags show"):
        list(parse_conll(['-DOCSTART-\t{"id": "x", "ranges": [[0, 1]]}', "浙\tO", "商\tO"]))


def test_conll_from_elsewhere() -> None:
    """Files of public sets: no DOCSTART, blanks between sentences, a space before the tag."""
    (record,) = parse_conll(["浙 B-company\n", "商 I-company\n", "的 O\n", "\n", "\n", "叶 B-name\n"])
    assert record.text == "浙商的\n叶"
    assert [tuple(m) for m in record.marks] == [(0, 2, "company"), (4, 5, "name")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("商", "expected a character and a tag"),
        ("商 I-name", "does not continue"),
        ("商 X-name", "no tag"),
        ("浙商 O", "not one"),
    ],
)
def test_conll_errors_name_their_line(line: str, message: str) -> None:
    with pytest.raises(BaogaoError, match=message) as caught:
        list(parse_conll(["浙 O", line], path="a.conll"))
    assert caught.value.line == 2


@given(annotated())
def test_label_studio_round_trip(case: tuple[str, list[tuple[int, int, str]]]) -> None:
    text, spans = case
    document = Document(text, id="x", spans=tuple(Span.of(text, *s) for s in spans), meta={"year": 2020})
    record = record_of(document, annotator="a@example.org", scheme="1.3")
    (back,) = parse_label_studio(dump_label_studio([record]), path=None)
    assert (back.id, back.text, back.marks, back.meta) == ("x", text, record.marks, {"year": 2020})
    assert back.annotator == "a@example.org"


def test_label_studio_names_what_is_no_record() -> None:
    tasks = [
        {"data": {"text": "有标注", "id": "甲"}, "annotations": [{"result": []}]},
        {"data": {"text": "没有标注", "id": "乙"}, "annotations": []},
        {"data": {"text": "取消过"}, "annotations": [{"was_cancelled": True, "result": []}, {"result": []}]},
    ]
    left_out: list[LeftOut] = []
    records = list(parse_label_studio(json.dumps(tasks), path="a.studio.json", left_out=left_out))
    assert [r.text for r in records] == ["有标注", "取消过"]
    assert left_out == [
        ("a.studio.json", 2, "task '乙': no annotation"),
        ("a.studio.json", 3, "task '取消过': 1 cancelled annotations"),
    ]


@pytest.mark.parametrize("ranges", [[[True, 2]], [[0, 2.7]], [["0", 2]], [[0]], 5])
def test_label_studio_ranges_are_whole_numbers(ranges: object) -> None:
    task = {"data": {"text": "全年", "ranges": ranges}, "annotations": [{"result": []}]}
    with pytest.raises(BaogaoError, match="task 1 is malformed"):
        list(parse_label_studio(json.dumps([task])))


def test_label_studio_text_comes_from_the_offsets() -> None:
    """What a page writes into value.text is not trusted; cancelled annotations and relations are no records."""
    spans = [
        {"type": "labels", "value": {"start": 0, "end": 2, "text": "错的", "labels": ["METRIC"]}},
        {"type": "relation"},
    ]
    tasks = [
        {"data": {"text": "总值5亿"}, "annotations": [{"result": spans}, {"was_cancelled": True, "result": []}]},
        {"data": {"text": "无"}, "annotations": []},
    ]
    (record,) = parse_label_studio(json.dumps(tasks))
    assert record.document().spans == (Span(0, 2, "METRIC", "总值"),)
    for broken in ("{", "{}", '[{"data": {}}]', '[{"data": {"text": "x"}, "annotations": [{}]}]'):
        with pytest.raises(BaogaoError):
            list(parse_label_studio(broken))


def test_what_inline_marks_cannot_say_is_refused(labels: LabelSet, tmp_path: Path) -> None:
    record = parse_markup(HEAD + "全年⟦指标|生产总值⟧。\n", labels)
    unsigned = replace(record, annotator="", scheme="")
    assert parse_markup(render_markup(unsigned, labels), labels).to_json() == unsigned.to_json()
    with pytest.raises(BaogaoError, match="keys annotator, id"):
        render_markup(replace(record, meta={"id": "x", "annotator": "b", "year": 2020}), labels)
    with pytest.raises(BaogaoError, match="in parts"):
        render_markup(replace(record, ranges=((0, 3),)), labels)
    with pytest.raises(BaogaoError, match="stands twice"):
        write_records(tmp_path / "folder", [record, replace(record, annotator="b")], labels)
    assert not (tmp_path / "folder").exists()
    with pytest.raises(BaogaoError, match="JSON lacks"):
        parse_markup("---\ndate: 2023-01-15\n---\n", labels)
    windows = parse_markup(HEAD.replace("\n", "\r\n") + "全年⟦指标|总值⟧\r\n", labels)
    assert windows.text == "全年总值\r\n"


def test_formats_by_their_ending(tmp_path: Path, labels: LabelSet) -> None:
    record = parse_markup(HEAD + "全年⟦指标|生产总值⟧⟦数值|5万元⟧。\r\n", labels)
    for name in ("a.jsonl", "a.conll", "a.marked.txt", "a.studio.json", "folder"):
        write_records(tmp_path / name, [record], labels)
        (back,) = load_records([tmp_path / name], labels)
        assert (back.id, back.text, back.marks) == (record.id, record.text, record.marks), name
    with pytest.raises(BaogaoError, match="unknown format"):
        write_records(tmp_path / "a.xml", [record], labels)
    with pytest.raises(BaogaoError, match="no such file"):
        load_records([tmp_path / "none.jsonl"], labels)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BaogaoError, match="no annotation files"):
        load_records([tmp_path / "empty"], labels)
