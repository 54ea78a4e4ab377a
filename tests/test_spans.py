"""Span and Document: offsets are checked wherever a value is made."""

from __future__ import annotations

import copy
import pickle

import pytest

from baogao import BaogaoError, Document, Measurement, Section, Span

TEXT = "全年生产总值5万元。𠀀村"


def test_span_carries_its_slice() -> None:
    span = Span.of(TEXT, 2, 6, "METRIC", 0.5)
    assert span.text == "生产总值"
    assert span.to_json() == {"start": 2, "end": 6, "label": "METRIC", "text": "生产总值", "score": 0.5}


def test_offsets_count_code_points_beyond_the_basic_plane() -> None:
    assert Span.of(TEXT, 10, 12, "METRIC").text == "𠀀村"


@pytest.mark.parametrize(
    ("start", "end", "problem"),
    [(-1, 2, "outside"), (10, 13, "outside"), (3, 3, "empty"), (5, 2, "empty")],
)
def test_unlawful_offsets_are_refused(start: int, end: int, problem: str) -> None:
    with pytest.raises(BaogaoError, match=problem):
        Span.of(TEXT, start, end, "VALUE")


def test_white_space_at_the_edge_is_refused() -> None:
    with pytest.raises(BaogaoError, match="white space"):
        Span.of("生产 总值", 0, 3, "METRIC")


def test_document_sorts_spans_and_refuses_overlap() -> None:
    late, early = Span.of(TEXT, 6, 9, "VALUE"), Span.of(TEXT, 2, 6, "METRIC")
    assert Document(TEXT, spans=(late, early)).spans == (early, late)
    with pytest.raises(BaogaoError, match="overlaps METRIC"):
        Document(TEXT, spans=(early, Span.of(TEXT, 5, 9, "VALUE")))


def test_document_refuses_a_span_of_another_text() -> None:
    with pytest.raises(BaogaoError, match="says '生产总值'"):
        Document("另一份报告的文字内容", spans=(Span(2, 6, "METRIC", "生产总值"),))


def test_identity_is_the_texts_hash_unless_given() -> None:
    assert Document(TEXT).id == Document(TEXT, path="elsewhere.txt").id == Document(TEXT).sha256[:16]
    assert Document(TEXT, id="甲镇_2020").id == "甲镇_2020"


def test_sections_must_tile() -> None:
    whole = (Section(0, 3, "review"), Section(3, len(TEXT), "plan"))
    document = Document(TEXT, sections=whole)
    assert document.section_at(3) == whole[1]
    assert document.section_at(len(TEXT)) is None
    with pytest.raises(BaogaoError, match="tile"):
        Document(TEXT, sections=(Section(0, 3, "review"), Section(4, len(TEXT), "plan")))
    with pytest.raises(BaogaoError, match="end at 3"):
        Document(TEXT, sections=whole[:1])


def test_half_a_surrogate_pair_is_no_character() -> None:
    with pytest.raises(BaogaoError, match="surrogate") as caught:
        Document("镇\ud800")
    assert caught.value.offset == 1


def test_documents_are_frozen() -> None:
    given = {"year": 2020}
    document = Document(TEXT, spans=(Span.of(TEXT, 2, 6, "METRIC"),), meta=given)
    given["year"] = 2021
    assert document.meta["year"] == 2020
    assert pickle.loads(pickle.dumps(document)) == copy.deepcopy(document) == document
    assert hash(document) == hash(Document(TEXT, spans=document.spans, meta={"year": 2021}))
    with pytest.raises(AttributeError):
        document.text = ""  # type: ignore[misc]


def test_measurements_are_made_of_the_documents_spans() -> None:
    spans = (Span(0, 2, "METRIC", "产值"), Span(2, 5, "VALUE", "5亿元"))
    made = Document("产值5亿元", spans=spans, measurements=(Measurement(*spans, None, "actual"),))
    assert made.measurements[0].value == spans[1]
    with pytest.raises(BaogaoError, match="that the document lacks"):
        Document("产值5亿元", spans=spans[:1], measurements=(Measurement(*spans, None, "actual"),))
    with pytest.raises(BaogaoError, match="neither value nor change"):
        Document("产值5亿元", spans=spans, measurements=(Measurement(spans[0], None, None, "actual"),))


@pytest.mark.parametrize("heading", [(1, 9), (0, 2), (3, 3)])
def test_a_heading_lies_in_its_section(heading: tuple[int, int]) -> None:
    with pytest.raises(BaogaoError, match="outside its section"):
        Document("甲乙丙丁", sections=(Section(0, 1, "other"), Section(1, 4, "plan", heading)))
