"""Links and status on sentences worked by hand from the rules of the scheme."""

from __future__ import annotations

import re

import pytest

from baogao.measurements import measurements
from baogao.reports import document
from baogao.spans import Document, Span

LETTERS = {"M": "METRIC", "V": "VALUE", "C": "CHANGE", "P": "PROGRAM"}


def make(marked: str) -> Document:
    """A document from a marked sentence: [M生产总值][V5万元]."""
    spans, text = [], ""
    for plain, letter, surface in re.findall(r"([^\[\]]+)|\[([MVCP])([^\[\]]+)\]", marked):
        if letter:
            spans.append(Span(len(text), len(text) + len(surface), LETTERS[letter], surface))
        text += plain or surface
    return document(text).with_spans(spans)


def records(marked: str) -> list[tuple[str | None, ...]]:
    return [
        tuple(part.text if part else None for part in (m.metric, m.value, m.change)) for m in measurements(make(marked))
    ]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("全年[M生产总值][V5万元]，[C增长6%]。", [("生产总值", "5万元", "增长6%")]),
        ("[M总值][V9亿元]，其中[M第一产业][V1亿元]，[M第二产业][V3亿元]。",
         [("总值", "9亿元", None), ("第一产业", "1亿元", None), ("第二产业", "3亿元", None)]),
        ("辖[V9个][M乡镇][V29个][M行政村]。", [("乡镇", "9个", None), ("行政村", "29个", None)]),
        ("发放[V448万元][M低保金]，惠及[V302人]。", [("低保金", "448万元", None), ("低保金", "302人", None)]),
        ("[V347人]享受[M五保待遇]。", [("五保待遇", "347人", None)]),
        ("[M粮食产量][V3万吨]（[C增长2%]）。", [("粮食产量", "3万吨", "增长2%")]),
        ("[M总值]、[M收入]分别[C增长3.8%]、[C80.2%]。", [("收入", None, "增长3.8%"), ("收入", None, "80.2%")]),
        ("开展[P“五社联动”活动][V51场]。", [("“五社联动”活动", "51场", None)]),
        ("共[V5万元]。另有[M收入]。", [(None, "5万元", None)]),
        ("没有数字。", []),
    ],
)  # fmt: skip
def test_links(marked: str, expected: list[tuple[str | None, ...]]) -> None:
    assert records(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("一、2023年工作回顾\n[M总值][V5亿元]。", "actual"),
        ("一、2023年工作回顾\n预计[M总值]达到[V5亿元]。", "forecast"),
        ("二、2024年工作安排\n[M总值][C增长5%左右]。", "target"),
        ("二、2024年工作安排\n去年[M总值]达到[V5亿元]。", "actual"),
        ("二、2024年工作安排\n严守[M耕地]红线[V18亿亩]。", "reference"),
    ],
)
def test_status(marked: str, expected: str) -> None:
    (record,) = measurements(make(marked))
    assert record.status == expected


def test_links_of_a_very_long_sentence_take_linear_time() -> None:
    """Ten thousand quantities in one clause: what was cubic took hours, and must not come back."""
    marked = "、".join(["[M总值][V5亿]"] + ["[V6亿]"] * 10_000)
    found = records(marked)
    assert len(found) == 10_001
    assert {metric for metric, _, _ in found} == {"总值"}
