"""What the head of a report says about it: title, place, level of government, year."""

from __future__ import annotations

import re
from typing import Any, Final

from baogao.reports.sentences import paragraphs
from baogao.reports.view import clean
from baogao.reports.years import ascii_years

_HEAD: Final = 600  # characters: title, meeting and speaker stand here
_YEAR: Final = re.compile("(?<![0-9０-９])([12１２][0-9０-９]{3})\\s*年")
_TITLE: Final = re.compile(
    "[^。！？\n]{0,40}?工作(?:报告(?:[（(][^（()）]{0,12}[)）])?"
    "|(?:总结|情况汇报)(?:[及和暨、与][^。，\n]{0,16}?(?:计划|安排|打算|要点|思路))?)"
)
_SUFFIX: Final = {
    "township": "镇|乡|街道|苏木",
    "county": "自治县|自治旗|林区|特区|县|旗|区",
    "city": "自治州|地区|盟|市|州",
    "province": "特别行政区|自治区|省",
}
_PROVINCES: Final = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|"
    "云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆"
)
_MUNICIPALITY: Final = re.compile("(?:北京|天津|上海|重庆)市")
# No name of a place holds a particle or an adverb.
_NAME: Final = "[^\\W0-9a-zA-Z_了的和是与及对把为使全我本各该]{1,10}?"
# The name's last character is its own kind: 璟州市 is no 璟州.
_PLACE: Final = f"({_NAME}(?:{'|'.join(_SUFFIX.values())}))(?![省市县区旗镇乡])"
# The places a report names as its own: before 人民政府 or 人民代表大会, or at the head of its title.
_SPEAKER: Final = re.compile(
    f"{_PLACE}(?:第?[一二三四五六七八九十百0-9]{{1,4}}届)?(?:人民政府|人民代表大会|人大|代?[省市县区镇乡]长)"
)
_MEETING: Final = re.compile(f"[在于]{_PLACE}(?:第?[一二三四五六七八九十百0-9]{{1,4}}届)")
_TITLE_PLACE: Final = re.compile(
    f"^(?:[—\\s]*)(?:[12][0-9]{{3}}年(?:度)?)?{_PLACE}(?:人民)?(?:政府)?(?:关于)?(?:[12][0-9]{{3}}年|[^。，]{{0,6}}工作)"
)
_NATIONAL: Final = re.compile(
    "国务院总理|代表国务院|全国人民代表大会第?[一二三四五六七八九十]*次?会议|第[一二三四五六七八九十]+届全国人民代表大会"
)
_REVIEWED: Final = re.compile("(?<![0-9])([12][0-9]{3})年(?:政府|主要)?工作(?:的)?(?:回顾|总结)")


def metadata(text: str) -> dict[str, Any]:
    """Title, place, level and year as far as the head of the text gives them; a key that is not found is left out."""
    head = text[:_HEAD]
    found: dict[str, Any] = {}
    title = _title(head)
    if title:
        found["title"] = title
    place, level = _place(head, title or "")
    if place:
        found["place"] = place
    if level:
        found["level"] = level
    year = _year(head, title or "", text)
    if year:
        found["year"] = year
    return found


def level_of(place: str) -> str | None:
    """The level of government that a place's name ends in: township, county, city or province."""
    if _MUNICIPALITY.fullmatch(place) or re.fullmatch(_PROVINCES, place):
        return "province"
    for level, suffixes in _SUFFIX.items():
        if re.search(f"(?:{suffixes})$", place) and not (level == "county" and place.endswith("自治区")):
            return level
    return None


def _title(head: str) -> str | None:
    for start, end in paragraphs(head):
        line = clean(head, start, end).text  # without bookmarks
        if line.startswith("各位代表") or len(line) > 120:
            return None
        match = _TITLE.match(line)
        if match and not re.search("[，《]|代表|[在上]的", match[0]):  # a sentence about the report is not its title
            return re.sub(r"\s+", "", match[0]).strip("—-")
    return None


def _place(head: str, title: str) -> tuple[str | None, str | None]:
    if _NATIONAL.search(head):
        return "国务院", "national"
    for pattern, source in ((_TITLE_PLACE, title), (_MEETING, head), (_SPEAKER, head)):
        match = pattern.search(re.sub(r"\s+", "", source) if source is title else source)
        if match:
            place = re.sub("^.*(?:[年日在于，。：（(]|代表)", "", match[1])
            if len(place) > 1 and not re.fullmatch("[全本我各]?[省市县区旗镇乡州]", place):
                return place, level_of(place)
    # The speech itself: 我代表市人民政府 names the level, not the place.
    match = re.search("代表(自治区|自治州|[省市县区旗镇乡州])(?:人民)?政府", head)
    if match:
        return None, level_of("某" + match[1])
    return None, None


def _year(head: str, title: str, text: str) -> int | None:
    """The year of the title, else the one after the year under review, else of the meeting's date."""
    review = _REVIEWED.search(text)
    opening = head.split("各位代表", maxsplit=1)[0]
    for source in (title, "" if review else opening):
        years = _YEAR.findall(source) or _YEAR.findall(ascii_years(source))
        if years:  # 2022年工作总结和2023年工作计划 is the report of 2023
            return max(map(int, years))
    return int(review[1]) + 1 if review else None
