"""Bytes to text: UTF-8, GB18030 or UTF-16, told apart by strict decoding, never by guesswork that loses characters."""

from __future__ import annotations

import codecs
import re
from typing import Final

from baogao.errors import BaogaoError

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_PROSE: Final = re.compile("[\t\n\r -~\u2010-\u2027\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f]")
_RESAVE: Final = "save the file as UTF-8 text and try again"


def decode(data: bytes, *, path: str | None = None) -> tuple[str, str]:
    """The text of ``data`` and the name of its encoding; line ends stay as they are, a byte order mark goes.

    Raises BaogaoError for binary data, for files of two encodings at once (with the line where they change) and for
    encodings other than the three.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding, path), encoding
    if not data.strip():
        return "", "utf-8"
    utf16 = _utf16_without_mark(data)
    if utf16:
        return _strict(data, utf16, path), utf16
    if b"\x00" in data:
        raise BaogaoError(
            "this is a binary file, not text",
            path=path,
            remedy="give a .txt, .docx, .pdf or .html file with its right ending",
        )
    try:
        return _readable(data.decode("utf-8"), path), "utf-8"
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(data) - error.start < 4 and error.start > 0:
            raise BaogaoError(
                "the file is cut off inside its last character", path=path, remedy="copy the file again, whole"
            ) from error
    _refuse_mixture(data, path)
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BaogaoError(
            f"neither UTF-8 nor GB18030: byte 0x{data[error.start]:02x} at byte {error.start} fits no character",
            path=path,
            line=line,
            remedy=_RESAVE,
        ) from error
    if not _plausible_gb(data):
        raise BaogaoError(
            "the encoding is unclear: not UTF-8 or UTF-16, and read as GB18030 it holds few common characters",
            path=path,
            remedy=_RESAVE,
        )
    return _readable(text, path), "gb18030"


def _strict(data: bytes, encoding: str, path: str | None) -> str:
    try:
        return _readable(data.decode(encoding), path)
    except UnicodeDecodeError as error:
        raise BaogaoError(
            f"marked as {encoding}, but byte {error.start} does not decode: {error.reason}",
            path=path,
            remedy=_RESAVE,
        ) from error


def _readable(text: str, path: str | None) -> str:
    """``text``, unless control characters show that it is no text."""
    controls = len(_CONTROL.findall(text))
    if controls > 8 and controls > len(text) / 1000:
        raise BaogaoError(
            f"this is a binary file, not text: it holds {controls} control characters",
            path=path,
            remedy="give a .txt, .docx, .pdf or .html file with its right ending",
        )
    return text


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 without a byte order mark shows in its line ends and digits, which hold zero bytes; the right one of its
    two byte orders reads as Chinese prose.
    """
    if len(data) % 2 or b"\x00" not in data:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        sample = data[:4000].decode(encoding, errors="replace")
        if len(_PROSE.findall(sample)) >= 0.9 * len(sample):
            return encoding
    return None


def _refuse_mixture(data: bytes, path: str | None) -> None:
    """Raise where some lines are Chinese in UTF-8 and others are not UTF-8: read as one encoding they would garble."""
    utf8_line = other_line = 0
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            # Two or three GB18030 characters can pass for UTF-8 by chance; five ideographs do not.
            if len(_HAN.findall(line.decode("utf-8"))) >= 5:
                utf8_line = utf8_line or number
        except UnicodeDecodeError:
            other_line = other_line or number
        if utf8_line and other_line:
            raise BaogaoError(
                f"two encodings in one file: line {utf8_line} is UTF-8, line {other_line} is not",
                path=path,
                line=max(utf8_line, other_line),
                remedy="convert the parts to UTF-8 separately, then join them",
            )


def _plausible_gb(data: bytes) -> bool:
    """Whether at least nine in ten of the two-byte characters are of GB 2312: its ideographs or its punctuation."""
    common = total = i = 0
    while i < len(data) - 1:
        lead, trail = data[i], data[i + 1]
        if lead < 0x80:
            i += 1
        elif 0x30 <= trail <= 0x39:  # a four-byte character
            total += 1
            i += 4
        else:
            total += 1
            common += (0xB0 <= lead <= 0xF7 or 0xA1 <= lead <= 0xA3) and trail >= 0xA1
            i += 2
    return common >= 0.9 * total
