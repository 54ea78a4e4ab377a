"""Years that are not written in ASCII digits: 一九九五年, 二〇二四年, 二○○八年, １９９０年."""

from __future__ import annotations

import re
from typing import Final

_NUMERALS: Final = "〇○OＯ零一二三四五六七八九０１２３４５６７８９"
_DIGITS: Final = str.maketrans(_NUMERALS, "000001234567890123456789")
_YEAR: Final = re.compile(f"(?<![0-9{_NUMERALS}])[一二12１２][0-9{_NUMERALS}]{{3}}(?=年)")


def ascii_years(text: str) -> str:
    """``text`` with such years in ASCII digits: 1995年, of the same length, so that offsets hold in both."""
    return _YEAR.sub(lambda match: match[0].translate(_DIGITS), text)
