"""Sections of a report: the review of the past, the plan for what comes, and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from baogao.reports.sentences import paragraphs, sentences
from baogao.reports.years import ascii_years
from baogao.spans import Section, SectionKind

_NUMBER: Final = (
    r"(?:第?[一二三四五六七八九十]{1,3}(?:部分)?[、.．:： 　\t]|[（(][一二三四五六七八九十]{1,3}[)）])?[ 　\t]*"
)
_MAX_HEADING: Final = 50
_STOPS: Final = ("。", "；", "，", ".", ";", ",")

# Nouns that make a heading the one or the other; what stands last decides, as Chinese puts its head noun last.
_REVIEW: Final = re.compile(
    "回顾|总结|完成情况|开展情况|工作情况|主要成绩|取得的成[绩就效]|发展成就|过去[一五]年|[一三五]年来|所做的工作|工作成效|存在的?(?:问题|困难|不足)"
)
_PLAN: Final = re.compile(
    "安排|计划|打算|建议|部署|目标|任务|总体要求|总体思路|工作思路|指导思想|工作重点|重点工作|主要工作|展望|自身建设|今后|未来|下一步|[12][0-9]{3}年(?:政府)?(?:的)?工作$"
)
# Of these, the ones that decide without a number or a date in front; 完成…任务 in a review is no plan.
_PLAN_ALONE: Final = re.compile(
    "^(?:[12][0-9]{3}年|今后|未来|今年|明年|下一|下步)|安排|建议|预期目标|总体要求|总体思路|自身建设|打算|计划"
)
# A sentence that opens the plan in reports without headings.
_PLAN_OPENING: Final = re.compile(
    "(?:今年|明年|下一年|新的一年|[12][0-9]{3}年)[^。；]{0,12}?"
    "(?:工作的?(?:总体要求|总体思路|总要求|指导思想|基本思路)|的?总体要求|的?主要(?:预期)?(?:目标|任务)|重点(?:做好|抓好|推进))"
    "|[^。；]{0,14}(?:经济社会发展|政府工作)的?主要(?:预期)?目标"
)
# A heading run into the paragraph below it: 一、2023年工作回顾过去的一年…
_INLINE_REVIEW: Final = re.compile("(?:^|(?<=[：:]))" + _NUMBER + "[^。，；：:]{0,24}?工作(?:的)?回顾")
_INLINE_PLAN: Final = re.compile(
    "(?:[二三四五]、|[12][0-9]{3}年)[^。，；：:]{0,24}?(?:工作安排|目标任务|重点工作|主要任务|主要工作|预期目标|总体要求|工作部署|政府工作(?!报告))"
)
# 今年，我们的打算是 / 2024年，我们将…: looked for where nothing else says where the plan begins.
# 将 is also what 把 is (将安全放在首位), which says nothing of the future.
_LOOKING_AHEAD: Final = re.compile(
    "(?:今年|明年|下一年|新的一年|[12][0-9]{3}年)[，,]?(?:我们|我[省市州县区镇乡]|全[省市州县区镇乡]|[省市州县区镇乡]?政府)?"
    "(?:的(?:打算|目标|任务|安排|思路)是|要(?!求)|将(?!近|[^把，。；]{1,20}(?:作为|摆在|放在|列为|列入|纳入)))"
)
# 现将2023年工作情况和2024年工作安排报告如下： names both parts and begins neither.
_ANNOUNCEMENT: Final = re.compile("(?:报告|汇报|总结|小结)如下(?:[，,]请[^。；]{0,12})?[：:。.]?$")
# 政府自身建设得到加强 in a review is what was done; 加强政府自身建设 is a part of the plan.
_CONDUCT_IMPROVED: Final = re.compile("自身建设[^，；]{0,6}?(?:加强|提升|全面)")
_SUBORDINATE: Final = re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]")
_CLOSING: Final = re.compile("(?:附件|附：|附录|名词解释|名词注释|注释)[^。]{0,20}$")
# A title names both parts, or the report itself, and is no heading of either.
_TITLE: Final = re.compile("^[^。]{0,40}(?:工作报告|总结[及和暨、][^。]{0,20}(?:计划|安排|打算|要点))[^。]{0,12}$")
_YEAR: Final = re.compile("([12][0-9]{3})年")


def sections(text: str) -> tuple[Section, ...]:
    """The sections of ``text``: they tile it from 0 to its end, each with its kind and the range of its heading.

    Only what says which part begins opens a section: a short line whose noun is one of review (回顾 总结 …) or plan
    (安排 任务 …), such a heading at the start of a long paragraph, or a sentence that states the plan. What comes
    before the first is ``other``; a numbered heading that says neither goes on with the kind before it.
    """
    dated = ascii_years(text)
    marks = list(_marks(dated, _PLAN_OPENING))
    if all(kind != "plan" for _, _, kind in marks):
        marks = list(_marks(dated, _LOOKING_AHEAD))
    found: list[Section] = []
    position, kind, heading = 0, "other", None
    for start, end, new_kind in marks:
        if start > position or heading is not None:
            found.append(Section(position, start, _kind(kind), heading))
        position, kind, heading = start, new_kind, (start, end)
    if position < len(text) or not found:
        found.append(Section(position, len(text), _kind(kind), heading))
    return tuple(s for s in found if s.end > s.start)


def _kind(kind: str) -> SectionKind:
    return "review" if kind == "review" else "plan" if kind == "plan" else "other"


def _marks(text: str, plan_opening: re.Pattern[str]) -> Iterator[tuple[int, int, str]]:
    """Where sections begin: the range of the heading and the kind, in order.

    ``plan_opening`` finds the sentences that open the plan in running text.
    """
    lines = list(paragraphs(text))
    headings = {a: text[a:b] for a, b in lines if _may_be_heading(text[a:b])}
    announced = [text[a:b] for a, b in lines if _ANNOUNCEMENT.search(text[a:b])]
    latest = max((int(y) for line in (*headings.values(), *announced) for y in _YEAR.findall(line)), default=0)
    earliest = latest  # the first year that a sentence may plan for
    kind = "other"
    top_level = False  # whether a heading of the first order has said review or plan
    for start, end in lines:
        line = text[start:end]
        if start in headings:
            new = _heading_kind(line, kind, latest)
            subordinate = bool(_SUBORDINATE.match(line))
            # （三）重点工作 below 一、 or 二、 opens no part of its own.
            if new is not None and not (subordinate and top_level):
                top_level = top_level or not subordinate
                kind = new
                earliest = _year_after_review(line) or earliest
                yield start, end, kind
        elif not (_TITLE.search(line) or _is_row(line)):
            for first, last in sentences(text, start, end):
                if _ANNOUNCEMENT.search(text[first:last]):
                    continue
                opening = _opening(text[first : min(last, first + 80)], kind, earliest, plan_opening)
                if opening is not None:
                    kind, (begin, stop) = opening
                    earliest = _year_after_review(text[first + begin : first + stop]) or earliest
                    yield first + begin, first + stop, kind


def _may_be_heading(line: str) -> bool:
    """Whether the line is short, ends like no sentence, and is neither title nor announcement nor row of a table."""
    return (
        len(line) <= _MAX_HEADING
        and not line.endswith(_STOPS)
        and not (_TITLE.search(line) or _ANNOUNCEMENT.search(line) or _is_row(line))
    )


def _is_row(line: str) -> bool:
    """Whether a short line has cells; a tab behind its number makes none, and a long line is prose."""
    return len(line) <= _MAX_HEADING and "\t" in _body(line)


def _body(line: str) -> str:
    """The line without its number."""
    return re.sub("^" + _NUMBER, "", line)


def _year_after_review(heading: str) -> int | None:
    """The year after the last one that the heading reviews, 2024 for 2023年回顾和2025年展望; None if it names none."""
    review = _REVIEW.search(heading)
    years = [int(year) for year in _YEAR.findall(heading[: review.start()])] if review else []
    return max(years) + 1 if years else None


def _opening(
    sentence: str, before: str, earliest: int, plan_opening: re.Pattern[str]
) -> tuple[str, tuple[int, int]] | None:
    """The kind that running text opens here and the range, in the sentence, of the words that say so.

    Words that name a year before ``earliest`` open no plan: 2023年主要目标任务全面完成.
    """
    if before == "other" and (match := _INLINE_REVIEW.search(sentence)):
        return "review", match.span()
    if before != "plan" and (match := plan_opening.match(sentence) or _INLINE_PLAN.match(sentence)):
        years = [int(year) for year in _YEAR.findall(match[0])]
        if not years or max(years) >= earliest:
            return "plan", match.span()
    return None


def _heading_kind(line: str, before: str, latest: int) -> str | None:
    """What a heading opens: review, plan, other (an annex), or None for one that says nothing of it."""
    body = _body(line)
    with_number = body != line
    if before == "review":
        body = _CONDUCT_IMPROVED.sub("", body)
    if _CLOSING.match(body):
        return "other"
    review = [m.start() for m in _REVIEW.finditer(body)]
    plan = [m.start() for m in _PLAN.finditer(body)]
    years = [int(y) for y in _YEAR.findall(body)]
    numbered = with_number and not _SUBORDINATE.match(line)
    if numbered and years and not review and (not plan or max(years) < latest):
        # 一、2023年：爬坡过坎 … 二、2024年：突围: the years alone say which is which.
        return "plan" if max(years) == latest and before != "other" else "review" if max(years) < latest else None
    if (review and not plan) or re.match("过去|(?:五|一|几|三|两|十)年来", body):
        return "review"
    if review and plan:
        return "plan" if plan[-1] > review[-1] else "review"
    if not plan:
        return None
    if years and max(years) < latest and before != "plan":
        return "review"  # 2023年主要工作, where a later heading speaks of 2024
    if _PLAN_ALONE.search(body) or (with_number and before != "other"):
        return "plan"
    return None
