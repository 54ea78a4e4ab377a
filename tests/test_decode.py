"""Encodings: detected by strict decoding, mixtures and binaries refused with the place."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao import BaogaoError
from baogao.reports.decode import decode

TEXT = "港湾镇2023年政府工作报告\r\n　　全年地区生产总值15.6亿元，同比增长6.2%；“双百行动”取得成效。\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_encodings_are_detected(encoding: str) -> None:
    text, found = decode(TEXT.encode(encoding))
    assert text == TEXT
    assert found.replace("-sig", "") in (encoding.replace("-sig", ""), "gb18030", "utf-16-le", "utf-32-le")


def test_rare_characters_of_gb18030() -> None:
    text = TEXT * 5 + "㐂村𠮷村"
    assert decode(text.encode("gb18030")) == (text, "gb18030")


def test_mixed_encodings_name_the_line() -> None:
    mixed = "一、二〇二三年工作回顾\n".encode() + "二、二〇二四年工作打算\n".encode("gb18030")
    with pytest.raises(BaogaoError, match="line 1 is UTF-8, line 2 is not") as caught:
        decode(mixed, path="report.txt")
    assert (caught.value.path, caught.value.line) == ("report.txt", 2)
    assert caught.value.remedy is not None


def test_binary_data_is_refused() -> None:
    noise = random.Random(5).randbytes(4000)
    with pytest.raises(BaogaoError):
        decode(noise)
    with pytest.raises(BaogaoError, match="binary"):
        decode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")


def test_other_encodings_are_refused_not_garbled() -> None:
    with pytest.raises(BaogaoError, match="UTF-8"):
        decode("政府工作報告提出推動經濟發展的總體要求與預期目標".encode("big5"))


def test_a_broken_character_names_its_byte() -> None:
    with pytest.raises(BaogaoError, match="byte") as caught:
        decode("全镇\n".encode("gb18030") * 3 + b"\xff\xff" + "生产总值".encode("gb18030"))
    assert caught.value.line == 4


def test_empty() -> None:
    assert decode(b"") == ("", "utf-8")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50))
def test_utf8_always_comes_back(text: str) -> None:
    # A text that is itself the start of a byte order mark, or white space alone, is the one exception.
    found, encoding = decode(("报告" + text).encode())
    assert (found, encoding) == ("报告" + text, "utf-8")
