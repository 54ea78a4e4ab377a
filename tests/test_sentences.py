"""Paragraphs and sentences."""

from __future__ import annotations

from hypothesis import given

from baogao.reports import paragraphs, sentences
from strategies import texts


def split(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text)]


def test_stops_take_their_closing_quotes() -> None:
    assert split("他说：“真好。”又说。完") == ["他说：“真好。”", "又说。", "完"]
    assert split("总值5.6亿元；增长8%！真的？！\n  二、打算  ") == ["总值5.6亿元；增长8%！", "真的？！", "二、打算"]


def test_lines_bound_sentences() -> None:
    assert split("一、回顾\r\n　　去年\n\n\n今年") == ["一、回顾", "去年", "今年"]
    assert list(paragraphs(" \n\t\r\n")) == []


@given(texts)
def test_ranges_are_trimmed_ordered_and_hold_every_visible_character(text: str) -> None:
    for cut in (paragraphs, sentences):
        position = 0
        for start, end in cut(text):
            assert position <= start < end
            assert text[start:end] == text[start:end].strip()
            assert not text[position:start].strip()
            position = end
        assert not text[position:].strip()
    lines = list(paragraphs(text))
    assert all(any(a <= start and end <= b for a, b in lines) for start, end in sentences(text))
