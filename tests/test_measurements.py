"""Links and status on sentences worked by hand from the rules of the scheme."""

from __future__ import annotations

import re

import pytest

from baogao.measurements import measurements
from baogao.reports import document
from baogao.spans import Document, Span

LETTERS = {"M": "METRIC", "V": "VALUE", "C": "CHANGE", "P": "PROGRAM", "S": "SLOGAN"}
REVIEW = "一、2023年工作回顾\n"
PLAN = "二、2024年工作安排\n"


def make(marked: str) -> Document:
    """A document from a marked sentence: [M生产总值][V5万元]."""
    spans, text = [], ""
    for plain, letter, surface in re.findall(r"([^\[\]]+)|\[([MVCPS])([^\[\]]+)\]", marked):
        if letter:
            spans.append(Span(len(text), len(text) + len(surface), LETTERS[letter], surface))
        text += plain or surface
    return document(text).with_spans(spans)


def records(marked: str) -> list[tuple[str | None, ...]]:
    return [
        tuple(part.text if part else None for part in (m.metric, m.value, m.change)) for m in measurements(make(marked))
    ]


def statuses(marked: str) -> list[str]:
    return [m.status for m in measurements(make(marked))]


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
        ("[M总值][V5亿元]。", "actual"),
        ("预计[M总值]达到[V5亿元]。", "forecast"),
        ("严守[M耕地]红线[V18亿亩]。", "reference"),
        ("守牢[V238万亩][M耕地保有量红线]。", "reference"),
        ("[M耕地红线]为[V238万亩]。", "reference"),
        # Red lines that stand in another clause, standards that are part of a name.
        ("坚守安全生产底线，排查[M隐患][V1216处]。", "actual"),
        ("排查[M隐患][V1216处]，守住安全底线。", "actual"),
        ("建成[M高标准农田][V3万亩]。", "actual"),
        ("按高标准要求建成[M道路][V3公里]。", "actual"),
        ("[M城乡低保标准][C提高5%]。", "actual"),
        ("现行标准下[M贫困人口][V6430人]脱贫。", "actual"),
        # Aims, in the review too.
        ("与年初确定的[M总值][C增长10%]的目标有较大差距。", "target"),
        ("[M失业率]低于[V4.5%]的控制目标。", "target"),
        ("离[M收入][V5亿元]的目标还未完成。", "target"),
        ("年度目标是[M收入][V5亿元]。", "target"),
        ("年初确定的[V12件][M实事]全部完成。", "actual"),
        ("年初确定的任务完成[M实事][V12件]。", "actual"),
        ("实现了[M收入][V5亿元]的目标。", "actual"),
        ("[M投资][V5亿元]的年度目标任务完成。", "actual"),
        ("[M投资]完成年度计划的[V98%]。", "actual"),
        ("[M存款]较年初增加[V3亿元]。", "actual"),
        # Words of aiming in the review are of the past.
        ("力争资金，建成[M道路][V3公里]。", "actual"),
    ],
)
def test_status_in_the_review(marked: str, expected: str) -> None:
    assert statuses(REVIEW + marked) == [expected]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[M总值][C增长5%左右]。", "target"),
        ("去年[M总值]达到[V5亿元]。", "actual"),
        ("比去年多建[M公厕][V3座]。", "target"),
        ("已知[M隐患][V3处]要整改。", "target"),
        ("已建成[M公厕][V3座]。", "actual"),
        ("在已建成的基础上新增[M公厕][V3座]。", "target"),
        ("目前[M公厕]有[V3座]。", "actual"),
        ("[M现有民宿][V36家]。", "actual"),
        ("完成项目前期，建成[M公厕][V3座]。", "target"),
        ("累计建成[M公厕][V3座]。", "target"),
        ("已建成的照常开放，再建[M公厕][V3座]。", "target"),
        ("已完成[M年度计划投资][V3亿元]。", "actual"),
        ("要在已开工的地方建[M公厕][V3座]。", "target"),
        ("到2025年，[M公厕]达到[V30座]。", "target"),
        ("2022年全镇有[M公厕][V3座]。", "actual"),
        ("比2022年多建[M公厕][V3座]。", "target"),
        ("预计为企业[M减负][V2亿元]。", "forecast"),
        ("预计全年形势好转，力争[M总值]达到[V5亿元]。", "target"),
        ("严守[V8640亩][M永久基本农田]。", "reference"),
        ("严守耕地红线，建设[M公厕][V3座]。", "target"),
    ],
)
def test_status_in_the_plan(marked: str, expected: str) -> None:
    assert statuses(PLAN + marked) == [expected]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        # The nearest clause that says something counts.
        (PLAN + "2023年接待[M游客][V32万人次]，[M收入][V3亿元]，2024年力争达到[V40万人次]。",
         ["actual", "actual", "target"]),
        (PLAN + "去年[M总值][V5亿元]，[M收入][V1亿元]，今年[M总值][C增长5%]，[M收入][C增长6%]。",
         ["actual", "actual", "target", "target"]),
        (PLAN + "去年，全镇[M公厕]达到[V3座]，[M车位]达到[V9个]。", ["actual", "actual"]),
        (PLAN + "巩固去年的成果，新建[M公厕][V3座]。", ["target"]),
        # A sentence later nothing of it is left.
        (PLAN + "去年[M总值][V5亿元]；[M收入][C增长6%]。", ["actual", "target"]),
        # 预计 in front of a name governs what follows, behind a name it does not.
        (REVIEW + "预计[M总值][V5亿元]，其中[M一产][V1亿元]；[M收入][V2亿元]。", ["forecast", "forecast", "actual"]),
        (REVIEW + "[M总值]预计[C增长5%]，[M工业][C增长7%]。", ["forecast", "actual"]),
    ],
)  # fmt: skip
def test_status_goes_on_to_the_next_clauses(marked: str, expected: list[str]) -> None:
    assert statuses(marked) == expected


@pytest.mark.parametrize(("heading", "mark"), [("", "、"), ("", "（"), ("", "）"), (PLAN, "，")])
def test_links_of_a_very_long_sentence_take_linear_time(heading: str, mark: str) -> None:
    """Ten thousand quantities in one sentence: what was cubic took hours, and must not come back."""
    found = records(heading + mark.join(["[M总值][V5亿]"] + ["[V6亿]"] * 10_000))
    assert len(found) == 10_001
    assert {metric for metric, _, _ in found} == {"总值"}
