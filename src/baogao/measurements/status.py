"""The status of a quantity: achieved, aimed at, expected, or a standard; from cues first, from the section last."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

from baogao.spans import Document, SectionKind, Span, Status

_SCOPE: Final = 200  # characters to the left of a quantity that are read; hardly a sentence is longer
_BEHIND: Final = 24  # characters to the right
_STOP: Final = re.compile("[。！？!?；;\n]")
_COMMA: Final = re.compile(r"[，,]|[.．](?!\d)")
_HIDDEN: Final = "□"  # stands for a span, whose words are no cues: 年度计划投资, 三年行动计划, 比上年增长

_LINE: Final = re.compile("红线|底线")
_TOLD_BY_NAME: Final = re.compile(_LINE.pattern + "|^现有")  # what the name of a metric says of its status all the same
# A standard is that of the quantity only if no name stands between: not 达到国家标准的卫生室12个.
_STANDARD: Final = f"(?<!高)标准(?!化|厂房|地|件|体系|建设|以?下)[^{_HIDDEN}]*$"
_REFERENCE: Final = re.compile(f"{_LINE.pattern}|上限|下限|严守|不低于国家|{_STANDARD}")
_REFERENCE_BEHIND: Final = re.compile(
    f"[^，,。；;、守]{{0,8}}(?:{_LINE.pattern})|的[^，,。；;、]{{0,4}}(?<!高)标准(?![\u4e00-\u9fff])"
)

_FORECAST: Final = re.compile(
    "预计|有望|预测(?!预[警报])|[产成工运]后[^，,]{0,6}可(?:实现|新增|年产|达|带动|增|安排|解决|灌溉|消化)"
)
# 预计 in front of a name governs the clauses that follow (预计总值5亿元，…; 预计全年，…), behind one it speaks of that
# name alone (总值预计增长5%，…), as it does of an event that has no quantity (预计2025年通车，…).
_EVENT: Final = f"[^{_HIDDEN}]*(?:通车|建成|投产|投用|投运|竣工|完工|开工|交付|运营|启用)[^{_HIDDEN}]*$"
_FORECAST_ON: Final = re.compile(f"[^{_HIDDEN}]*?(?:{_FORECAST.pattern})(?!{_EVENT})")
_RESOLVED: Final = re.compile("力争|确保")

# An aim that is named as one counts in the review too: 年初确定的…, …的控制目标. What is measured by the aim does not
# (完成年度计划的98%, 高于年度目标0.5个百分点), nor does what was done of it or an aim that was reached.
_AIM: Final = re.compile(
    "年初(?:确定|制定|提出|下达|预定|设定|计划|目标|预期|预算)|原定|原计划|年度(?:目标|任务|计划|预算)|(?<![好超合达于低高])预期$"
)
_BY_AIM: Final = re.compile(
    f"(?:完成|超|占|高于|低于|快于|比|较)[^{_HIDDEN}]*?(?:{_AIM.pattern})"
    f"|(?:{_AIM.pattern}).*(?:完成|实现|达到|办结|兑现)|(?:目标|任务|计划|预期|预算)数?的$"
)
_AIM_BEHIND: Final = re.compile("(?:左右|以内|以上|以下)?的[^，,。；;、]{0,6}目标")
_REACHED: Final = re.compile("完成|实现|达到|达成")
_DONE: Final = re.compile("[^，,。；;]*?(?:完成|兑现|实现|达成|落实|办结)")
_SHORT: Final = re.compile("[^，,。；;]*?(?:差距|未|没有|不足|还差)")
_NOT_REACHED: Final = f"(?:未能?|没有|没能)[^{_HIDDEN}]{{0,2}}(?:达到|完成|实现)[^的]*"
_MISSED: Final = re.compile(f"{_NOT_REACHED}$")  # not 未完成改造的小区12个
_MISSED_BEFORE: Final = re.compile(f"{_NOT_REACHED}{_HIDDEN}的")
_RESULT: Final = re.compile(f"实际[^{_HIDDEN}]{{0,4}}$")
_NO_MORE: Final = re.compile(f"(?:仅|只)[^{_HIDDEN}]{{0,4}}$")  # 未达到10%的目标，仅增长6%

_TARGET: Final = re.compile(
    r"预期|力争|确保|目标|争取|计划(?!生育)|(?<!模)拟|(?<!已)将|控制在|不低于|保持在|今年(?!以来)|年内|基础上"
    r"|再(?:建|整|新|改|增|添|引|培|完成|打造|实施|创|发展)|到\d{4}年|(?<![去上])年底前|^\s*(?:我们)?(?:要|继续|进一步)"
)
# In a part that is neither review nor plan, as in a text without headings, these alone look ahead.
_AHEAD: Final = re.compile("力争|争取(?:使|在|用|实现|达到|提前)|预期目标|奋斗目标|(?<![去上])(?<!\\d{4})年底前")
_BY_YEAR: Final = re.compile(r"(?<![年截止加高长升])到(\d{4})年(?!的)")
_ACTUAL: Final = re.compile("已(?!知)|(?<![比较同与])(?:去年|上年)|(?<!项)目前|现有|(?:完成|实现|达到)了")
_ACTUAL_BEHIND: Final = re.compile("的[^，,。；;、]{0,20}已(?:于|经|在)")
# What was achieved goes on to the next clause only with a quantity or as the scene: not from 巩固去年的成果，新建….
_SCENE: Final = re.compile(rf"\s*(?:去年|上年|截至|目前|\d{{4}}年)|.*{_HIDDEN}")
_YEAR: Final = re.compile(r"(?<![到比较由与\d])(\d{4})年")


def status(document: Document, span: Span) -> Status:
    """The status of a VALUE or CHANGE of ``document``.

    What its own clause says decides, then the clauses before it in the sentence, the nearest first, which can say all
    but that it is a reference. Where none says anything, a quantity in the plan is a target and any other is actual.
    """
    own, *before = _clauses(document, span)
    part = _part(document, span)
    found = _named(document, span, own, before, part)
    if found is not None:
        return found
    for clause in before:
        if _FORECAST_ON.match(clause) and not _RESOLVED.search(own):
            return "forecast"
        found = _by_cues(clause, part)
        if found == "target" or (found == "actual" and _SCENE.match(clause)):
            return found
    return "target" if part.kind == "plan" else "actual"


def said(document: Document, span: Span) -> Status | None:
    """The status that the clause of a VALUE or CHANGE itself names, None where it names none.

    Most words for what is aimed at or achieved are read in the plan only: in the review they speak of the past.
    """
    own, *before = _clauses(document, span)
    return _named(document, span, own, before, _part(document, span))


class _Part(NamedTuple):
    """The part of a report in which a quantity stands, and the year that its plans are for (0: not known)."""

    kind: SectionKind
    year: int


def _named(document: Document, span: Span, own: str, before: Sequence[str], part: _Part) -> Status | None:
    """What is said of ``span`` in its clause: in front of it (``own``), behind it, or with the clauses ``before``."""
    behind = document.text[span.end : span.end + _BEHIND]
    if _REFERENCE.search(own) or _REFERENCE_BEHIND.match(behind):
        return "reference"
    if _is_aim(own, behind):
        return "target"
    if _FORECAST.search(own) and not _RESOLVED.search(own):
        return "forecast"
    if _ACTUAL_BEHIND.match(behind) or (_NO_MORE.search(own) and any(map(_MISSED_BEFORE.search, before))):
        return "actual"
    return _by_cues(own, part)


def _by_cues(clause: str, part: _Part) -> Status | None:
    """What a clause in front of a quantity says in this part of the report; None where nothing."""
    if part.kind == "plan":
        return _planned(clause, part.year)
    if _RESULT.search(clause):
        return "actual"
    if part.kind == "review":
        return None
    years = [int(year) for year in _BY_YEAR.findall(clause)]
    ahead = years and years[-1] >= part.year
    return "target" if ahead or _AHEAD.search(clause) else None


def _is_aim(own: str, behind: str) -> bool:
    """Whether a quantity between ``own`` and ``behind`` is called an aim, and not one that was reached."""
    if _MISSED.search(own):
        return True
    short = _SHORT.match(behind) is not None
    if _DONE.match(behind) and not short:
        return False
    if _AIM_BEHIND.match(behind):
        return short or not _REACHED.search(own)
    return _AIM.search(own) is not None and not _BY_AIM.search(own)


def _planned(clause: str, plan: int) -> Status | None:
    """What a clause of the plan for the year ``plan`` says: aimed at, achieved (a cue or an earlier year), or neither.

    ``plan`` is 0 where the year is not known.
    """
    if _TARGET.search(clause):
        return "target"
    if _ACTUAL.search(clause):
        return "actual"
    years = _YEAR.findall(clause)
    if years and plan:
        return "actual" if int(years[-1]) < plan else "target"
    return None


def _part(document: Document, span: Span) -> _Part:
    """The part of ``span``, with the latest year in the headings of the plan if it stands there, else the report's."""
    year = document.meta.get("year")
    known = year if isinstance(year, int) else 0  # what a caller wrote there may be anything
    section = document.section_at(span.start)
    if section is None or section.kind != "plan":
        return _Part("review" if section is None else section.kind, known)
    headings = (document.text[slice(*s.heading)] for s in document.sections if s.kind == "plan" and s.heading)
    years = (int(year) for heading in headings for year in _YEAR.findall(heading))
    return _Part("plan", max(years, default=known))


def _clauses(document: Document, span: Span) -> list[str]:
    """The clause of ``span`` as far as it stands in front of it, and those before it in the sentence, nearest first."""
    start = max(0, span.start - _SCOPE)
    pieces = []
    at = bisect_left(document.spans, start, key=lambda s: s.end)
    while document.spans[at].start < span.start:
        other = document.spans[at]
        tells = other.label == "METRIC" and _TOLD_BY_NAME.search(other.text)
        pieces += [document.text[start : other.start], other.text if tells else _HIDDEN]
        start = other.end
        at += 1
    pieces.append(document.text[start : span.start])
    return _COMMA.split(_STOP.split("".join(pieces))[-1])[::-1]
