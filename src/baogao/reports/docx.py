"""Word files: the text of every paragraph and table row in the order of the document, read within limits."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, Final

from baogao.errors import BaogaoError

MAX_ENTRIES: Final = 10_000
MAX_UNPACKED: Final = 200 * 2**20
MAX_PART: Final = 64 * 2**20
MAX_RATIO: Final = 200  # of entries over a megabyte; prose packs about 10 : 1, a bomb 1000 : 1

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FORMULA: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_RESAVE: Final = "open the file in a word processor and save it again as .docx"


def read_docx(data: bytes, *, path: str | None = None) -> tuple[str, list[str]]:
    """The text of a Word file, a line a paragraph or table row (cells parted by tabs), and notes on what is not in it.

    Read is the body: paragraphs, tables, text boxes, and what tracked changes insert or move there. Page headers and
    footers, footnotes, comments, and what tracked changes delete or move away are counted, not read. Raises
    BaogaoError for files that are no Word files, are damaged, or unpack to more than the limits.
    """
    _check_archive(data, path)
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        body = document.element.body
        if body is None:
            raise ValueError("it has no body")
        headers = _headers(document)
    except (
        Exception
    ) as error:  # a damaged part breaks the readers of archives and XML in many ways, all alike to the user
        raise BaogaoError(f"not a readable Word document: {error}", path=path, remedy=_RESAVE) from error
    text = "\n".join(_lines(body))
    counted = {
        "paragraphs have automatic numbers, which are not part of the text": _count(body, "numPr"),
        "page headers and footers are not part of the text": headers,
        "footnotes are not part of the text": _count(body, "footnoteReference", "endnoteReference"),
        "comments are not part of the text": _count(body, "commentReference"),
        "characters of symbol fonts are not part of the text": _count(body, "sym"),
        "deletions of tracked changes are left out": _count(body, "delText"),
        "passages that tracked changes moved are read at their new place only": _moved(body),
    }
    return text, [f"{count} {what}" for what, count in counted.items() if count]


def _count(element: Any, *names: str) -> int:
    return sum(1 for _ in element.iter(*(f"{_W}{name}" for name in names)))


def _headers(document: Any) -> int:
    """How many page headers and footers hold text."""
    parts = [r.target_part for r in document.part.rels.values() if r.reltype.endswith(("/header", "/footer"))]
    return sum(any((t.text or "").strip() for t in part.element.iter(f"{_W}t")) for part in parts)


def _moved(body: Any) -> int:
    """How many moved runs of text stand where they were moved away from."""
    return sum(any(True for _ in node.iter(f"{_W}t")) for node in body.iter(f"{_W}moveFrom"))


def _check_archive(data: bytes, path: str | None) -> None:
    """Refuse what is no archive and what would unpack beyond the limits, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        remedy = "save it as .docx (the older .doc format is not read)" if data[:4] == b"\xd0\xcf\x11\xe0" else _RESAVE
        raise BaogaoError(f"not a Word document: {error}", path=path, remedy=remedy) from error
    total = sum(entry.file_size for entry in entries)
    worst = max(entries, key=lambda e: e.file_size, default=None)
    suspicious = [e for e in entries if e.file_size > 2**20 and e.file_size > MAX_RATIO * max(e.compress_size, 1)]
    if worst is None:
        raise BaogaoError("not a Word document: an empty archive", path=path, remedy=_RESAVE)
    if len(entries) > MAX_ENTRIES or total > MAX_UNPACKED or worst.file_size > MAX_PART or suspicious:
        raise BaogaoError(
            f"refused: {len(entries)} entries that unpack to {total:,} bytes (largest {worst.file_size:,}); "
            "this looks like a decompression bomb",
            path=path,
            remedy="if the document is genuine, save its text as .txt and read that",
        )


def _lines(body: Any) -> Iterator[str]:
    """A line for every paragraph outside tables and every row of a table, in document order."""
    for element in body.iterchildren():
        yield from _block(element)


def _block(element: Any) -> Iterator[str]:
    if element.tag == f"{_W}p":
        yield _paragraph(element)
        for box in _text_boxes(element):  # a text box hangs in a run of the paragraph it is anchored to
            yield from _lines(box)
    elif element.tag == f"{_W}tbl":
        for row in element.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is element:  # rows of nested tables come with their cell
                yield "\t".join(_cell(cell) for cell in row.iter(f"{_W}tc") if _own(cell, row))
    elif element.tag not in (f"{_W}del", f"{_W}moveFrom"):  # content controls, custom XML, inserted blocks
        for child in element.iterchildren():
            yield from _block(child)


def _cell(cell: Any) -> str:
    """The text of a cell on one line: its paragraphs and line breaks are no lines of the report."""
    return " ".join(_lines(cell)).replace("\n", " ")


def _own(cell: Any, row: Any) -> bool:
    return next(cell.iterancestors(f"{_W}tr")) is row


def _text_boxes(paragraph: Any) -> Iterator[Any]:
    """The outermost text boxes that hang in a paragraph; those inside them come with them."""
    for box in paragraph.iter(f"{_W}txbxContent"):
        above = list(takewhile(lambda ancestor: ancestor is not paragraph, box.iterancestors()))
        if not any(ancestor.tag in (_FALLBACK, box.tag) for ancestor in above):
            yield box


def _paragraph(paragraph: Any) -> str:
    """The characters of one paragraph: runs wherever they hang (links, insertions, fields), tabs and breaks."""
    pieces: list[str] = []
    stack = list(reversed(list(paragraph.iterchildren())))
    while stack:
        node = stack.pop()
        tag = node.tag
        if tag in (f"{_W}t", _FORMULA):
            pieces.append(node.text or "")
        elif tag == f"{_W}tab" and node.getparent().tag == f"{_W}r":
            pieces.append("\t")
        elif tag in (f"{_W}br", f"{_W}cr"):
            pieces.append("\n")
        elif tag == f"{_W}noBreakHyphen":
            pieces.append("-")
        elif tag not in (f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", f"{_W}instrText", _FALLBACK):
            stack.extend(reversed(list(node.iterchildren())))
    return "".join(pieces)
