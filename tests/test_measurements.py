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
        ("[M总值]、[M收入]分别[C增长3.8%]、[C80.2%]。", [("总值", None, "增长3.8%"), ("收入", None, "80.2%")]),
        ("[M财政总收入]、[M一般公共预算收入]分别完成[V6820万元]、[V3915万元]，[C分别增长8.1%]、[C5.6%]。",
         [("财政总收入", "6820万元", "分别增长8.1%"), ("一般公共预算收入", "3915万元", "5.6%")]),
        ("[M粮食播种面积][V3.26万亩]，[M总产][V1.41万吨]，[C分别比上年增加420亩]和[C310吨]。",
         [("粮食播种面积", "3.26万亩", "分别比上年增加420亩"), ("总产", "1.41万吨", "310吨")]),
        # A run of the same length goes on with the same metrics.
        ("[M城镇]和[M农村居民收入]分别为[V4万元]和[V2万元]，[C增长4.1%]、[C7.2%]。",
         [("城镇", "4万元", "增长4.1%"), ("农村居民收入", "2万元", "7.2%")]),
        # … but not where another metric has come in between.
        ("[M甲]、[M乙]分别[C增长3%]、[C4%]，[M丙][V2亿元]、[V3亿元]。",
         [("甲", None, "增长3%"), ("乙", None, "4%"), ("丙", "2亿元", None), ("丙", "3亿元", None)]),
        ("[M船舶]、[M粮油]以及[M装备产值]依次为[V9亿元]、[V5亿元]和[V2亿元]。",
         [("船舶", "9亿元", None), ("粮油", "5亿元", None), ("装备产值", "2亿元", None)]),
        ("[M“甲米”][M“乙虾”产值]分别突破[V8亿元]、[V1亿元]。",
         [("“甲米”", "8亿元", None), ("“乙虾”产值", "1亿元", None)]),
        # The second may be taken for a VALUE (of the same kind), but a run that begins with a VALUE has no CHANGE.
        ("[M甲]、[M乙][C分别增长3%]、[V4%]。", [("甲", None, "分别增长3%"), ("乙", None, "4%")]),
        ("[M甲]、[M乙][C分别增长3%]、[V4亿元]。", [("甲", None, "分别增长3%"), ("乙", "4亿元", None)]),
        ("[M小麦]、[M大豆单产]分别达到[V412公斤]、[V168公斤]，[C较上年提高12公斤]、[V6公斤]。",
         [("小麦", "412公斤", "较上年提高12公斤"), ("大豆单产", "168公斤", "6公斤")]),
        ("[M甲]、[M乙]各为[V3亿元]、[V4亿元]、[C增长3%]、[C4%]。",
         [("甲", "3亿元", "增长3%"), ("乙", "4亿元", "4%")]),
        # The counts do not fit: as without 分别.
        ("[M总值]、[M收入]、[M投资]分别[C增长3.8%]、[C80.2%]。", [("投资", None, "增长3.8%"), ("投资", None, "80.2%")]),
        ("[M总值][C增长6%]；[M城乡居民收入][C分别增长8%]和[C10%]。",
         [("总值", None, "增长6%"), ("城乡居民收入", None, "分别增长8%"), ("城乡居民收入", None, "10%")]),
        # Whoever has a quantity already is not in the list: 总值 keeps its own.
        ("[M总值][V9亿元]，其中[M一产][V1亿元]、[M二产][V3亿元]，[C分别增长4%]、[C5%]。",
         [("总值", "9亿元", None), ("一产", "1亿元", "分别增长4%"), ("二产", "3亿元", "5%")]),
        # What follows inherits the last of the list.
        ("[M甲]、[M乙]分别达到[V3亿元]、[V2亿元]，占全县的[V一成]。",
         [("甲", "3亿元", None), ("乙", "2亿元", None), ("乙", "一成", None)]),
    ],
)  # fmt: skip
def test_lists_are_told_out(marked: str, expected: list[tuple[str | None, ...]]) -> None:
    assert records(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[M总产值][V9.4亿元]（其中[M蚕丝][V3.1亿元]，[C增长11.5%]；[M竹木][V2.2亿元]，[C下降3.8%]），[C增长6.1%]。",
         [("总产值", "9.4亿元", "增长6.1%"), ("蚕丝", "3.1亿元", "增长11.5%"), ("竹木", "2.2亿元", "下降3.8%")]),
        ("新建[M公厕][V26座]（其中城区[V12座]，乡镇[V14座]）。",
         [("公厕", "26座", None), ("公厕", "12座", None), ("公厕", "14座", None)]),
        ("[M工业用电量][V3.1亿千瓦时]，[M货运量]（[C增长5%]）达[V560万吨]。",
         [("工业用电量", "3.1亿千瓦时", None), ("货运量", "560万吨", "增长5%")]),
        ("[M产值]（含乡镇，不含园区）达到[V5亿元]。", [("产值", "5亿元", None)]),
        ("完成[V3亿元]（[M农业投资][V1亿元]），[M道路][V5公里]。",
         [(None, "3亿元", None), ("农业投资", "1亿元", None), ("道路", "5公里", None)]),
        ("新建[V3座]（含改建）[M公厕]。", [("公厕", "3座", None)]),
        # A bracket that the tagger took in closes all the same.
        ("[M总值][V9亿元]（[M工业][V5亿元]，[C增长5%）]，[C增长6%]。",
         [("总值", "9亿元", "增长6%"), ("工业", "5亿元", "增长5%）")]),
        # Brackets one in the other, and one that is never closed.
        ("[M总值][V9亿元]（[M工业][V5亿元](其中规上[V4亿元])，占[V五成]），[C增长6%]。",
         [("总值", "9亿元", "增长6%"), ("工业", "5亿元", None), ("工业", "4亿元", None), ("工业", "五成", None)]),
        ("1）[M总值][V9亿元]（[C增长6%]，[M收入][V2亿元]。", [("总值", "9亿元", "增长6%"), ("收入", "2亿元", None)]),
    ],
)  # fmt: skip
def test_brackets(marked: str, expected: list[tuple[str | None, ...]]) -> None:
    assert records(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        # A comma in a number and a point in a name end no clause.
        ("[M五保供养]的[V1,347人]中[V1,200人]为老人。", [("五保供养", "1,347人", None), ("五保供养", "1,200人", None)]),
        ("培育[M4．0级工厂]达[V3家]。", [("4．0级工厂", "3家", None)]),
        # A point that ends a sentence does, and so does an ASCII comma.
        ("做强[M商贸].吸引[V3万人]到[M景区]。", [("景区", "3万人", None)]),
        ("做强[M商贸],吸引[V3万人]到[M景区]。", [("景区", "3万人", None)]),
        # What stands behind a 、 has its own quantity.
        ("[M企业]有[V126家]，今年达到[V140家]、[M产值]突破[V20亿元]。",
         [("企业", "126家", None), ("企业", "140家", None), ("产值", "20亿元", None)]),
        # A metric that has no quantity yet goes before the one that was measured last.
        ("[M投资][V3亿元]；[M收入]迈上万元台阶，达到[V1万元]，[C增长9%]。",
         [("投资", "3亿元", None), ("收入", "1万元", "增长9%")]),
        ("压减[M材料][V120份]。严控[M“三公”经费]，[C下降7.8%]。",
         [("材料", "120份", None), ("“三公”经费", None, "下降7.8%")]),
        # The neighbour to the right is for a VALUE only.
        ("[M收入][V3亿元]，[C增长5%]的还有[M支出]。", [("收入", "3亿元", "增长5%")]),
        # A programme and what it moved, and one that is counted itself.
        ("[P农村安全饮水工程]解决了[V13.8万人]的[M吃水难问题]。", [("吃水难问题", "13.8万人", None)]),
        ("[P码头一期工程][V4个][M泊位]投产。", [("泊位", "4个", None)]),
        ("[P送戏下乡活动]举办[V51场]，服务[V3万人次]。",
         [("送戏下乡活动", "51场", None), ("送戏下乡活动", "3万人次", None)]),
        ("[P送戏下乡活动]举办[V20余场次]惠及[M群众]。", [("送戏下乡活动", "20余场次", None)]),
        ("[P送戏下乡活动]服务[V3万人次]的[M群众]。", [("群众", "3万人次", None)]),
    ],
)  # fmt: skip
def test_clauses_and_programmes(marked: str, expected: list[tuple[str | None, ...]]) -> None:
    assert records(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[M收入][C增长5.2%]，达到[V6.3亿元]。", [("收入", "6.3亿元", "增长5.2%")]),
        ("[M企业][C净增64家]、总数突破[V500家]。", [("企业", "500家", "净增64家")]),
        # A VALUE that is no result of the CHANGE stays by itself.
        ("[M收入][C增长5.2%]，快于全省[V0.3个百分点]。", [("收入", None, "增长5.2%"), ("收入", "0.3个百分点", None)]),
        ("[M收入][C增长5.2%]，其中[M税收]达到[V3亿元]。", [("收入", None, "增长5.2%"), ("税收", "3亿元", None)]),
        # The second CHANGE of a metric is a record of its own.
        ("[M收入][V3亿元]，[C增长5%]，[C比2019年增长20%]。",
         [("收入", "3亿元", "增长5%"), ("收入", None, "比2019年增长20%")]),
        # Behind a ratio the amount grows, unless by points.
        ("[M收入][V3亿元]，为预算的[V102%]，[C增长5%]。", [("收入", "3亿元", "增长5%"), ("收入", "102%", None)]),
        ("[M支出][V3亿元]，占总数的[V八成]，[C提高2个百分点]。",
         [("支出", "3亿元", None), ("支出", "八成", "提高2个百分点")]),
        ("[M覆盖率]达[V92%]，[C增长一成]。", [("覆盖率", "92%", "增长一成")]),
        # A list of CHANGEs after a list of as many VALUEs of one metric: each to its own.
        ("[M城乡居民收入]分别达到[V4万元]和[V2万元]，[C分别增长5%]、[C7%]。",
         [("城乡居民收入", "4万元", "分别增长5%"), ("城乡居民收入", "2万元", "7%")]),
        ("[M增加值]为[V4万元]、[V2万元]和[V1万元]，[C增长5%]、[C7%]。",
         [("增加值", "4万元", None), ("增加值", "2万元", None), ("增加值", "1万元", "增长5%"), ("增加值", None, "7%")]),
        ("[M收入][V3亿元]。[C增长5%]。", [("收入", "3亿元", None), (None, None, "增长5%")]),
    ],
)  # fmt: skip
def test_value_and_change_of_one_metric_are_one_record(marked: str, expected: list[tuple[str | None, ...]]) -> None:
    assert records(marked) == expected


def test_what_another_status_is_said_of_is_another_record() -> None:
    marked = PLAN + "经开区2023年完成[M产值][V132亿元]，今年要确保[C增长12%]。"
    assert records(marked) == [("产值", "132亿元", None), ("产值", None, "增长12%")]
    assert statuses(marked) == ["actual", "target"]
    assert statuses(PLAN + "今年[M产值]达到[V132亿元]，[C增长12%]。") == ["target"]


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
        ("[M浓度]低于国家标准[V35微克]。", "reference"),
        ("达到国家标准的[M卫生室][V12个]。", "actual"),
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
        # A standard behind the quantity, not that of a thing with standards.
        ("按[M补贴]每人每月[V300元]的标准发放。", "actual"),
        ("[M补贴]执行每月[V300元]的标准，已发放。", "reference"),
        ("建成[V5万亩]的标准粮田。", "actual"),
        # What was aimed at and missed, or expected.
        ("[M投资]未达到[C增长10%]的预期目标。", "target"),
        ("没有完成年初[V8%]的预期目标。", "target"),
        ("原计划改造[M棚户区][V1200户]。", "target"),
        ("[M收入]预期[C增长8%]。", "target"),
        ("[M收入]好于预期，[C增长8%]。", "actual"),
        ("还有未完成改造的[M老旧小区][V12个]。", "actual"),
        ("未达到脱贫标准的[M贫困户][V35户]。", "actual"),
        ("脱贫攻坚完成后全县可用[M财力][V5亿元]。", "actual"),
        ("项目达产后可实现[M年产值][V30亿元]。", "forecast"),
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
        ("总投资[V3亿元]的[M水厂]已于去年底建成。", "actual"),
        ("去年底前建成[M公厕][V3座]。", "actual"),
    ],
)
def test_status_in_the_plan(marked: str, expected: str) -> None:
    assert statuses(PLAN + marked) == [expected]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("力争[M总值][C增长6.5%以上]，确保[M粮食产量]达到[V24万吨]。", ["target", "target"]),
        ("到2025年，[M总值]达到[V400亿元]。", ["target"]),
        ("从1951年到1957年，[M经费]达到[V49亿元]。", ["actual"]),
        ("某镇2026年政府工作报告\n到2025年，[M总值]达到[V400亿元]。", ["actual"]),
        ("主要预期目标：[M总值][C增长5%]，[M收入][C增长6%]。", ["target", "target"]),
        ("提振预期，出台[M措施][V18条]。", ["actual"]),
        ("争取[M资金][V207亿元]。", ["actual"]),
        ("去年底前建成[M公厕][V3座]。", ["actual"]),
        ("截止到2020年，[M总值]达到[V5亿元]。", ["actual"]),
        ("某镇2020年政府工作报告\n[M总值]由2015年的[V3亿元]增加到2020年的[V5亿元]。", ["actual", "actual"]),
    ],
)
def test_status_where_there_are_no_headings(marked: str, expected: list[str]) -> None:
    assert statuses(marked) == expected


@pytest.mark.parametrize("year", ["2024年", "二〇二四", [2024], None])
def test_what_callers_note_as_a_year_breaks_nothing(year: object) -> None:
    text = "到2025年，生产总值达到5亿元。"
    spans = (Span(7, 11, "METRIC", "生产总值"), Span(13, 16, "VALUE", "5亿元"))
    given = Document(text, spans=spans, sections=document(text).sections, meta={"year": year})
    assert [m.status for m in measurements(given)] == ["target"]


def test_the_year_of_the_plan_may_be_that_of_the_report() -> None:
    head = "某镇2024年政府工作报告\n一、工作回顾\n甲。\n二、今年工作安排\n"
    assert statuses(head + "[M油茶]2023年达到[V10万亩]，2024年达到[V12万亩]。") == ["actual", "target"]


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
        (REVIEW + "预计到年底，[M总值][V5亿元]。预计比上年，[M原煤][C增长4%]。", ["forecast", "forecast"]),
        (REVIEW + "预计全年经济平稳增长，[M总值]达[V5亿元]。预计到“十四五”末，[M总值][V9亿元]。", ["forecast"] * 2),
        (REVIEW + "预计全年[M总值][V5亿元]，[M投资]仅[C增长3%]。", ["forecast", "forecast"]),
        (REVIEW + "[M总投资][V12亿元]，预计2025年建成通车，完成[M投资][V4亿元]。", ["actual", "actual"]),
        # An aim, and what came of it.
        (REVIEW + "[M投资]未达到[V10%]的预期目标，仅[C增长6%]。", ["target", "actual"]),
        (REVIEW + "原计划改造[M棚户区][V1200户]，实际完成[V1350户]。", ["target", "actual"]),
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


def test_a_very_long_list_takes_linear_time() -> None:
    names, amounts = ("、".join([span] * 5_000) for span in ("[M总值]", "[V5亿]"))
    assert len(records(f"{names}分别为{amounts}，{amounts.replace('V', 'C')}。")) == 5_000
