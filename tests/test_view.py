"""The cleaned view: what the model sees, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given

from baogao.reports import clean
from strategies import texts


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("　　全年完成", "全年完成"),
        ("生产[bookmark: _GoBack]总值", "生产总值"),
        ("增长６．２％，其中ＧＤＰ", "增长6.2%，其中GDP"),
        ("农业,工业;服务业:15,394株(全镇)", "农业，工业；服务业：15,394株（全镇）"),
        ('推进"百千万工程"和"双百行动"', "推进“百千万工程”和“双百行动”"),
        ("保持“稳", "保持“稳"),  # an unbalanced quote stays as it is
        ("总值\u200b 15.6\u00a0\u3000亿元 ", "总值 15.6 亿元"),
        ("「两山」", "“两山”"),
        ("8:30开会", "8:30开会"),
        (" \u3000\t", ""),
    ],
)
def test_cleaning(text: str, seen: str) -> None:
    assert clean(text).text == seen


def test_a_span_that_holds_residue_maps_to_all_of_it() -> None:
    text = "全镇生产[bookmark: _GoBack]总值5万元"
    view = clean(text)
    start = view.text.index("生产总值")
    first, last = view.to_source(start, start + 4)
    assert text[first:last] == "生产[bookmark: _GoBack]总值"
    assert view.from_source(first, last) == (start, start + 4)


def test_ranges_without_anything_left_are_none() -> None:
    assert clean("甲\u200b乙").from_source(1, 2) is None


@given(texts)
def test_origins_rise_and_map_back(text: str) -> None:
    view = clean(text)
    assert len(view.origin) == len(view.text)
    assert all(a < b for a, b in zip(view.origin, view.origin[1:], strict=False))
    assert view.text == view.text.strip()
    for i in range(len(view.text)):
        assert view.from_source(*view.to_source(i, i + 1)) == (i, i + 1)


@given(texts)
def test_a_part_of_a_text_keeps_the_offsets_of_the_whole(text: str) -> None:
    middle = len(text) // 2
    assert all(middle <= i < len(text) for i in clean(text, middle).origin)
