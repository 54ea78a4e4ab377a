"""Rules for VALUE and CHANGE: numbers with units, and statements of change with their amount."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class Found(NamedTuple):
    """A labelled range of a paragraph's view."""

    start: int
    end: int
    label: str


# Lengths are bounded: a number of twenty thousand digits must not take a minute.
_ARABIC: Final = (
    r"(?<![\d.A-Za-z+])(?:\d{1,3}(?:[,，]\d{3}){1,6}|\d{1,20})(?:\.\d{1,12})?(?:多|余|几)?[百千万亿]{0,4}(?:多|余)?"
)
_HAN: Final = r"[一二两三四五六七八九十][一二三四五六七八九十百千万亿零]{0,15}(?:多|余|几)?"
_MEASURES: Final = (
    "个百分点|微克|百分点|微克/立方米|毫克/立方米|吨标准煤|吨标煤|千瓦时|平方公里|平方千米|平方米|平米|立方米|亿立方米|公里|千米|公顷|公斤|千克"
    "|标准箱|标箱|TEU|美元|港元|元人民币|元|亩|吨|千瓦|兆瓦|千伏安|兆伏安|米|里|斤|担|㎡|%|‰|倍|度|摄氏度|方|升|km|kW|MW|Mbps|P"
)
_COUNTS: Final = (
    "剂次|人次|户次|场次|批次|车次|班次|例次|架次|个|家|户|人|次|项|件|条|座|名|处|所|宗|套|场|头|辆|台|口|眼|栋|幢|株|棵|起|只|种|部|列|对|份|张|支"
    "|期|组|块|艘|架|门|间|盏|根|颗|羽|尾|床|例|册|本|篇|首|位|天|孔|片|面|辈|班|节|笔|段|枚|单|具|届|匹|把|团|支队|工日|箱"
)
_UNIT: Final = f"(?:{_MEASURES}|{_COUNTS})"
_AFTER: Final = r"(?:（[只次头匹元羽盘]）)?(?:/[年月日人])?(?:多|余)?(?:以上|以下|以内|左右|之内|之间)?"
_AROUND: Final = r"(?:近|约|超|逾|至少|将近)?"
_EACH: Final = r"(?:各|(?:每(?:平方米|人|年|月|天|日|周|户|亩|村|吨|家|个|公斤|斤|镇|张|万人|季度|立方米)){1,2})?"
_SHARE: Final = r"百分之?百|百分之[一二三四五六七八九十百零点]+(?:多)?|[一二三四五六七八九十两]+分之[一二三四五六七八九十]+|[一二两三四五六七八九]成半?(?![立效为员功果熟就绩长分都品本交名])"
# Numbers in characters count only with these: elsewhere they are mostly structure (三个方面) or articles (一批).
_HAN_COUNTS: Final = "元|亿元|万元|亩|吨|公里|座|辆|倍|条|件|名|家|人|户|所|次|项|个|千瓦|处|台|头|艘"
_ONE: Final = (
    rf"(?:{_ARABIC}{_UNIT}{_AFTER}|(?:{_SHARE}){_AFTER}|{_HAN}(?:{_HAN_COUNTS}){_AFTER}"
    rf"|{_ARABIC}(?<=[百千万亿多余]){_AFTER})"
)
_DASH: Final = r"(?:[—~-]{1,2}|至|到)"
AMOUNT: Final = (
    rf"{_EACH}{_AROUND}(?:(?:{_ARABIC}|{_HAN}){_DASH}{_ONE}|{_ONE}(?:{_DASH}{_ONE})?)"
    rf"|(?<!\d)\d{{1,9}}(?:\.\d{{1,9}})?(?:[∶：:]\d{{1,9}}(?:\.\d{{1,9}})?){{1,3}}(?![\d：:])"
)
_PAIR: Final = (
    rf"(?:{_ARABIC}(?:户|批|次|场|项|家|笔|个|宗|件|起){_AFTER}{_ARABIC}(?:人|名|万元|元|亿元|件|人次){_AFTER})"
)
_VALUE: Final = re.compile(f"{_EACH}{_AROUND}{_PAIR}|{AMOUNT}")

_THAN: Final = (
    r"(?:(?:分别|均|都|各)?(?:比|较|与)(?:上年|去年|上次|\d年前|上个五年|五年前|“[九十]五”|前年|上届|同期|年初|往年|全国|全省|全市|计划|\d{4} ?年|“?十[一二三四五]五”?|上一年|历史)"
    r"[^，。；、“”]{0,10}?|(?:分别)?(?:同比|环比))?"
)
_MANNER: Final = r"(?:分别|年均|平均|均|每年|同口径|可比|实际|名义|累计|再|又|也|净|总体|按可比价(?:格)?(?:计算)?|每年|逐年|将|可|只|共|已|就)*"
_UP: Final = (
    "增长|增加|下降|提高|减少|上升|提升|降低|回落|上涨|下跌|压减|压缩|缩减|削减|扩大|缩短|延长|增至|降至|减至|升至|涨到"
    "|下调|上调|发展|恢复|拓展|扩展|缩小|扩充|收窄|攀升|跃升|跌|(?<!新)增|降|(?<!削)减|升|涨"
)
_NO_NOUN: Final = "(?:了|到|至|到了|超过|-)?(?:人均)?"
_TO: Final = "(?:到了?|至|为|成)"
_CHANGE: Final = re.compile(
    rf"(?:由|从)[^，。；、]{{0,16}}?(?:{AMOUNT})[^，。；、]{{0,6}}?(?:{_UP}|调整|优化|变){_TO}?(?:{AMOUNT})"
    rf"|{_THAN}{_MANNER}(?:{_UP}){_NO_NOUN}(?:{AMOUNT})"
    rf"|{_THAN}{_MANNER}(?:缩短|压缩|缩减|延长|压减|提前|提速){_NO_NOUN}(?:近|约)?\d+(?:\.\d+)?(?:分钟|小时|天|个(?:工作)?日|个工作日|年|个月)"
    rf"|{_THAN}{_MANNER}(?:净增|多增|新增)(?:{AMOUNT})(?=[，。；、）,]|$)"
    rf"|{_THAN}(?:{_MANNER})(?:接近)?翻(?:了)?(?:近)?(?:[一两二三四]番(?:以上|多|半)?|番|倍)"
    rf"|(?:{AMOUNT})的?(?:正|负)?增长(?=[，。；、]|$)"
    r"|(?:零|负)增长(?:\d+(?:\.\d+)?%)?"
    r"|(?:增长|提高)?(?:与|和)(?:[^，。；、]{0,8}?)(?:增长|发展|增速)?(?:基本|保持)?同步(?:增长|提高)?(?=[，。；、）]|$)"
)
_LATER: Final = re.compile(rf"(?:[、和]|以及)((?={_AROUND}\d)(?:{AMOUNT}))(?=[和，。；、）]|以及|$)")
_COUNTED: Final = re.compile(r"(?:增加|减少|扩大|提升|压减|缩减|压缩|发展|恢复|拓展|增|减|升)(?:了)?(?![到至]).*[^%点]")
_HAN_NEXT: Final = re.compile("(?![的和以及至并比左])[\u4e00-\u9fff]")
_KIND: Final = re.compile(r"(?:以上|以下|级|内)?[\u4e00-\u9fff]{0,6}(?:项目|企业|园区|集群|县)")
_ARTICLE: Final = re.compile("一(?:个|次|批|项|条|件|家|名|户|人|处|所|座|台|头)$")
_NOT_BEFORE: Final = re.compile(r"(?:第|[A-Za-z]|—|前|[Nn]o\.?)$")
_LOOK_BEHIND: Final = 3  # characters that _NOT_BEFORE reads at most
_QUOTED: Final = (re.compile("“[^”]*"), re.compile("《[^》]*"))
_DURATION: Final = re.compile(
    r"(?:[年月日号届级周岁]|小时|个月|分钟|个工作日|个小时|周年|工作日|世纪|年级|个年头|个季度)"
)
_STRUCTURE: Final = re.compile(
    "(?:个|项|条|种)(?:方面|体系|坚持|确保|更加|必须|重点|主要|基本|关键|转变|环节|层面|阶段|步骤|月|小时|年|工作日|领域|季度|着力|大|全面|努力|加快|突出|一)"
)


def cover(places: bytearray, start: int, end: int) -> None:
    """Mark the half-open range from ``start`` to ``end``."""
    places[start:end] = b"\x01" * (end - start)


def amounts(text: str) -> Iterator[Found]:
    """The VALUE and CHANGE spans of a paragraph, in order and without overlap."""
    taken: list[Found] = []
    for match in _CHANGE.finditer(text):
        start, end = match.span()
        if text[start - 1 : start] == "第" or _DURATION.match(text, end):
            continue
        bare = _COUNTED.fullmatch(match[0])
        if bare and _HAN_NEXT.match(text, end):  # 增加200个车位: a noun makes it METRIC and VALUE
            continue
        taken.append(Found(start, end, "CHANGE"))
        while match[0][-1] in "%番" or "分别" in match[0]:
            later = _LATER.match(text, end)
            if later is None:
                break
            start, end = later.span(1)
            taken.append(Found(start, end, "CHANGE"))
    inside = bytearray(len(text) + 1)
    for found in taken:
        cover(inside, found.start, found.end)
    quoted = bytearray(len(text) + 1)  # the ends of what an open quotation mark stands before
    for match in (match for pattern in _QUOTED for match in pattern.finditer(text)):
        cover(quoted, match.start() + 1, match.end() + 1)
    for match in _VALUE.finditer(text):
        start, end = match.span()
        if quoted[start] or any(inside[start:end]) or not _is_value(text, start, end):
            continue
        taken.append(Found(start, end, "VALUE"))
    yield from sorted(taken)


def _is_value(text: str, start: int, end: int) -> bool:
    """Whether a number with a unit is a quantity: no date, rank, duration, article, structure or part of a name."""
    surface = text[start:end]
    if _NOT_BEFORE.search(text[max(0, start - _LOOK_BEHIND) : start]) or _STRUCTURE.search(text[end - 1 : end + 4]):
        return False
    if surface[-1] in "天" and "天数" not in text[max(0, start - 8) : start]:
        return False
    if not surface[-1:].isdigit() and _DURATION.match(text, end) and surface[-1] in "百千万亿个多余":
        return False
    if _ARTICLE.search(surface) and len(surface) == 2 and text[end : end + 1] not in ("，", "。", "；", "、"):
        return False
    han = not any(c.isdigit() for c in surface)
    if han and surface[-1] in "个项次条件" and not surface.startswith(("近", "约", "超")):
        return len(surface) > 3 or (bool(re.search("[，。；、]", text[end : end + 1])) and surface[0] not in "一")
    if surface.endswith(("亿元以上", "万元以上")) or surface.startswith("超"):
        return not _KIND.match(text, end)
    return True
