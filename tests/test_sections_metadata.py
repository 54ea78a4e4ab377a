"""Sections and what a report's head says, on heads and headings of many shapes."""

from __future__ import annotations

import pytest
from hypothesis import given

from baogao.reports import document, sections
from baogao.reports.years import ascii_years
from strategies import texts


def kinds(text: str) -> list[str]:
    return [s.kind for s in sections(text)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["各位代表：", "一、2023年工作回顾", "甲。", "二、2024年工作安排", "乙。"], ["other", "review", "plan"]),
        (["过去五年工作回顾", "甲。", "今后五年目标任务", "乙。"], ["review", "plan"]),
        (["一、2023年：爬坡过坎", "甲。", "二、2024年：奋力突围", "乙。"], ["review", "plan"]),
        (["甲镇2022年工作总结和2023年工作计划", "一、2022年主要工作", "甲。", "二、2023年打算"], ["other", "review", "plan"]),
        (["去年工作很好。", "今年政府工作的总体要求是：稳中求进。", "发展。"], ["other", "plan"]),
        (["各位代表：一、2023年工作回顾过去的一年，极不平凡。二、2024年工作安排今年是关键一年。"], ["other", "review", "plan"]),
        (["一、工作回顾", "（一）完成各项任务", "甲。", "二、下一步打算", "名词解释", "丙。"], ["review", "plan", "other"]),
        (["一、一九九五年工作的回顾", "甲。", "一九九六年，我们要重点做好以下工作。", "乙。"], ["review", "plan"]),
        (["没有标题的报告。"], ["other"]),
        ([], []),
    ],
)  # fmt: skip
def test_kinds(lines: list[str], expected: list[str]) -> None:
    assert kinds("\n".join(lines)) == expected


@pytest.mark.parametrize(
    "announcement",
    [
        "现将2023年工作情况和2024年工作打算报告如下：",
        "受镇党委委托,我把2023年工作和2024年打算报告如下.",
        "现将我镇2023年工作回顾及2024年工作安排汇报如下，请予审议：",
        "现将2023年工作完成情况小结如下",
        "受镇人民政府委托，由我向大会作镇政府工作报告，现将全镇过去一年各项工作的开展情况和2024年的主要打算总结如下。",
    ],
)
def test_an_announcement_opens_no_section(announcement: str) -> None:
    assert kinds(f"{announcement}\n一、聚焦产业\n甲。") == ["other"]
    assert kinds(f"{announcement}\n甲。\n二、2024年工作安排\n乙。") == ["other", "plan"]


@pytest.mark.parametrize(
    ("lines", "opening"),
    [
        (["现将2023年工作情况和2024年工作打算报告如下：", "甲。", "2024年，我们将抓好以下工作。", "乙。"], "2024年，我们将"),
        (["我把去年工作和今年打算报告如下.", "去年,栽烟20亩.", "今年,我们的打算是:栽烟30亩."], "今年,我们的打算是"),
        (["一、一九九五年工作的回顾", "甲。", "一九九六年，我们要办好三件事。", "乙。"], "一九九六年，我们要"),
        (["一、2023年工作回顾", "2023年，全镇要干的事都干了。", "乙。2024年，镇政府要干得更好。"], "2024年，镇政府要"),
        (["一、2023年工作回顾", "今年我们将安全放在首位，去年我们要求不严。", "明年将把安全放在首位。"], "明年将"),
    ],
)  # fmt: skip
def test_a_sentence_that_looks_ahead_opens_the_plan_where_no_heading_does(lines: list[str], opening: str) -> None:
    text = "\n".join(lines)
    plan = [s for s in sections(text) if s.kind == "plan"]
    assert [text[slice(*s.heading)] for s in plan if s.heading] == [opening]
    assert kinds(text + "\n二、下一步打算\n丙。")[-1] == "plan"
    assert [s.start for s in sections(text + "\n二、下一步打算\n丙。") if s.kind == "plan"] == [len(text) + 1]


@pytest.mark.parametrize(
    "line",
    [
        "指标名称\t2023年计划\t2023年完成",
        "2024年预期目标\t12\t13",
        "（二）\t工作打算\t12",
        "年内,各村修路计划.",
        "修路计划;",
        "修路计划,",
        "四、政府自身建设得到加强",
        "四、持续转作风，自身建设不断提升",
        "2023年各项目标任务全面完成，刚刚过去的这一年很好。",
        "二〇二二年乡人民代表大会上的政府工作报告说过这些话，这里不再重复。",
    ],
)
def test_what_goes_on_with_the_review(line: str) -> None:
    review = f"一、2023年工作回顾\n甲。\n{line}\n乙。"
    assert kinds(review) == ["review"]
    assert [(s.kind, s.start) for s in sections(f"{review}\n二、2024年工作安排\n丙。")][1:] == [
        ("plan", len(review) + 1)
    ]


def test_a_tab_behind_the_number_makes_no_row() -> None:
    assert kinds("一、\t2023年工作回顾\n甲。\n二、\t2024年工作安排\n乙。") == ["review", "plan"]


def test_the_governments_conduct_is_a_part_of_the_plan() -> None:
    assert kinds("一、2023年工作回顾\n甲。\n二、加强政府自身建设\n乙。") == ["review", "plan"]


@pytest.mark.parametrize(
    ("past", "next_"),
    [("一九九五", "一九九六"), ("二〇二三", "二〇二四"), ("二○○八", "二○○九"), ("二零零八", "２００９")],
)
def test_years_count_however_they_are_written(past: str, next_: str) -> None:
    """As the headings 一、2023年：爬坡 and 二、2024年：突围, which only their years tell apart."""
    text = f"各位代表：\n一、{past}年：爬坡过坎\n甲。\n二、{next_}年：奋力突围\n乙。"
    found = [(s.kind, s.heading and text[slice(*s.heading)]) for s in sections(text)]
    assert found == [("other", None), ("review", f"一、{past}年：爬坡过坎"), ("plan", f"二、{next_}年：奋力突围")]


@given(texts)
def test_years_in_ascii_keep_offsets(text: str) -> None:
    assert len(ascii_years(text + "二〇二四年" + text)) == len(text) * 2 + 5


def test_headings_slice_back() -> None:
    text = "各位代表：\n  一、2023年工作回顾\n好。\n二、2024年工作安排\n干。"
    found = [text[slice(*s.heading)] for s in sections(text) if s.heading]
    assert found == ["一、2023年工作回顾", "二、2024年工作安排"]


@given(texts)
def test_sections_tile_any_text(text: str) -> None:
    position = 0
    for section in sections(text):
        assert section.start == position
        assert section.end > section.start
        if section.heading:
            assert section.start <= section.heading[0] < section.heading[1] <= section.end
        position = section.end
    assert position == len(text)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("云岚镇2020年政府工作报告\n", {"place": "云岚镇", "level": "township", "year": 2020}),
        ("政府工作报告\n——2012年1月9日在安垧县第十六届人民代表大会第一次会议上\n", {"place": "安垧县", "level": "county", "year": 2012}),
        ("璟州市政府工作报告\n——2026年2月6日在璟州市第十五届人民代表大会上\n", {"place": "璟州市", "level": "city", "year": 2026}),
        ("各位代表：\n现在，我代表市人民政府，向大会报告工作。\n一、2023年工作回顾\n", {"level": "city", "year": 2024}),
        ("政府工作报告\n——二〇二六年一月二十七日在漠江省人民代表大会上\n漠江省省长\n", {"place": "漠江省", "level": "province", "year": 2026}),
        ("塔娜乌拉旗2024年政府工作报告\n", {"place": "塔娜乌拉旗", "level": "county", "year": 2024}),
        ("政府工作报告\n——2019年3月5日在第十三届全国人民代表大会第二次会议上\n国务院总理\n", {"place": "国务院", "level": "national", "year": 2019}),
        ("响硐镇2012年工作总结和2013年工作安排\n", {"place": "响硐镇", "level": "township", "year": 2013}),
        ("响硐镇二〇一二年工作总结和二〇一三年工作安排\n", {"place": "响硐镇", "level": "township", "year": 2013}),
        ("没有任何信息。", {}),
    ],
)  # fmt: skip
def test_metadata(head: str, expected: dict[str, object]) -> None:
    meta = document(head + "正文。").meta
    assert {key: meta[key] for key in ("place", "level", "year") if key in meta} == expected


def test_title() -> None:
    assert document("  云岚镇 2020年政府工作报告\n\n正文。").meta["title"] == "云岚镇2020年政府工作报告"
    assert document("[bookmark: _GoBack]云岚乡政府工作报告\n正文。").meta["title"] == "云岚乡政府工作报告"
    assert "title" not in document("各位代表：\n正文。").meta
