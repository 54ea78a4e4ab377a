"""Windows: they tile, keep to the limit, carry context, and cut no protected range."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.tagger.windows import windows

prose = st.text("甲乙丙丁。；，、”5", max_size=400)


@given(prose, st.integers(3, 80), st.integers(0, 20))
def test_cores_tile_and_windows_keep_to_the_limit(text: str, limit: int, context: int) -> None:
    context = min(context, (limit - 1) // 2)
    position = 0
    for window in windows(text, limit, context=context):
        assert window.core_start == position
        assert window.start <= window.core_start < window.core_end <= window.end
        assert window.end - window.start <= limit
        if window.start > 0:
            assert window.core_start - window.start == context
        if window.end < len(text):
            assert window.end - window.core_end == context
        position = window.core_end
    assert position == len(text)


@given(prose, st.integers(8, 60), st.data())
def test_no_cut_falls_into_a_protected_range_that_fits(text: str, limit: int, data: st.DataObject) -> None:
    edges = sorted(set(data.draw(st.lists(st.integers(0, len(text)), max_size=10))))
    protected = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False) if b - a <= limit]
    cuts = {w.core_end for w in windows(text, limit, protected=protected)}
    assert not any(a < cut < b for cut in cuts for a, b in protected)


def test_cuts_prefer_the_end_of_a_sentence() -> None:
    text = "甲" * 30 + "。" + "乙" * 10 + "，" + "丙" * 30
    assert [text[w.start : w.end][-1] for w in windows(text, 50)] == ["。", "丙"]


def test_short_and_empty_texts() -> None:
    assert windows("", 10) == ()
    (only,) = windows("甲乙", 10, context=4)
    assert (only.start, only.end, only.core_start, only.core_end) == (0, 2, 0, 2)


def test_impossible_limits() -> None:
    with pytest.raises(ValueError, match="no room"):
        windows("甲乙丙", 2, context=1)
