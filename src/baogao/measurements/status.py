"""The status of a quantity: achieved, aimed at, expected, or a standard; from cues first, from the section last."""

from __future__ import annotations

import re
from typing import Final

from baogao.spans import Document, Span, Status

_SCOPE: Final = 30  # characters to the left, within the sentence, where a cue speaks of the quantity
_STOP: Final = re.compile("[。！？；\n]")
_REFERENCE: Final = re.compile("红线|底线|标准(?!化)|上限|下限|不低于国家|严守")
_FORECAST: Final = re.compile("预计|有望|预测")
_TARGET: Final = re.compile("预期|力争|确保|目标|争取|计划|拟|将|控制在|不低于|保持在")
_ACTUAL: Final = re.compile("已|去年|上年|累计|目前|现有|完成了|实现了|达到了")


def status(document: Document, span: Span) -> Status:
    """The status of a VALUE or CHANGE of ``document``.

    A cue near the left of the quantity decides. Without one, a quantity in the plan is a target and any other is
    actual.
    """
    before = document.text[max(0, span.start - _SCOPE) : span.start]
    before = _STOP.split(before)[-1]
    if _REFERENCE.search(before):
        return "reference"
    if _FORECAST.search(before):
        return "forecast"
    section = document.section_at(span.start)
    if section is not None and section.kind == "plan":
        return "actual" if _ACTUAL.search(before) and not _TARGET.search(before) else "target"
    return "actual"
