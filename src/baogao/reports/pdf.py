"""PDF files: the text layer, with the lines of a page joined to paragraphs again."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from typing import Final

from baogao.errors import BaogaoError

MAX_PAGES: Final = 2000

_PAGE_NUMBER: Final = re.compile(r"[\s　]*[-—–－·]*[\s　]*(?:第[\s　]*)?\d{1,4}(?:[\s　]*页)?[\s　]*[-—–－·]*[\s　]*")
_INDENT: Final = 2  # Chinese characters, as all widths
_SLACK: Final = 4  # by which a full line falls short: a number or a mark that may not be parted goes to the next
_LEAST: Final = 8
_STOP: Final = tuple("。！？!?：:")
_OPENING: Final = re.compile(
    r"[\s　]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d+[.、．](?!\d)"
    "|第[一二三四五六七八九十]+[章部]"
)


def read_pdf(data: bytes, *, path: str | None = None) -> tuple[str, list[str]]:
    """The text layer of a PDF and notes on what is not in it.

    Lines that end at the right margin without a stop are joined to the next: a span must not break where a page
    happens to wrap. Lines with nothing but a page number are left out and counted. Raises BaogaoError for damaged,
    encrypted and scanned files.
    """
    import pypdf
    from pypdf.errors import DependencyError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise BaogaoError("the PDF is encrypted", path=path, remedy="remove its password and try again")
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise BaogaoError(f"{count} pages, more than {MAX_PAGES}", path=path, remedy="split the file")
        pages = [page.extract_text() or "" for page in reader.pages]
    except BaogaoError:
        raise
    except DependencyError as error:
        raise BaogaoError(
            "the PDF is encrypted", path=path, remedy="print it to a new PDF, or install pypdf[crypto]"
        ) from error
    except Exception as error:
        # A damaged file breaks pypdf in many ways; all of them mean the same to the user.
        raise BaogaoError(
            f"not a readable PDF: {error}", path=path, remedy="open it in a viewer and print it to a new PDF"
        ) from error
    empty = [number for number, page in enumerate(pages, start=1) if not page.strip()]
    if len(empty) == len(pages):
        raise BaogaoError(
            f"the PDF has no text layer: {len(pages)} pages of images",
            path=path,
            remedy="run text recognition over it (for instance: ocrmypdf -l chi_sim in.pdf out.pdf)",
        )
    lines, numbers = _without_page_numbers(pages)
    notes = []
    if empty:
        notes.append(f"pages without a text layer, not read: {', '.join(map(str, empty))}")
    if numbers:
        notes.append(f"{numbers} page numbers are left out")
    return _join(lines), notes


def _without_page_numbers(pages: list[str]) -> tuple[list[str], int]:
    """All lines, less those at a page's head or foot that hold only a page number, and how many these were."""
    kept: list[str] = []
    left_out = 0
    for page in pages:
        lines = [line for line in page.splitlines() if line.strip()]
        for edge in (0, -1):
            if lines and _PAGE_NUMBER.fullmatch(lines[edge]):
                lines.pop(edge)
                left_out += 1
        kept.extend(line.rstrip() for line in lines)
    return kept, left_out


def _join(lines: list[str]) -> str:
    """The lines as paragraphs: a line about as wide as the usual full one that ends without a stop goes on in the next.

    The first line of a paragraph is indented, whether the text layer shows that or not.
    """
    if not lines:
        return ""
    widths = [_width(line.strip()) for line in lines]
    full = sorted(widths)[int(0.9 * (len(lines) - 1))]
    text = [lines[0]]
    begins = True
    for width, (line, following) in zip(widths, pairwise(lines), strict=False):
        indented = begins and not _OPENING.match(line)  # a heading with a number is as wide as it looks
        least = max(full - _SLACK - (_INDENT if indented else 0), _LEAST)
        ends = line.endswith(_STOP) or line.lstrip().startswith("——")  # the line of the date under the title
        begins = width < least or ends or _OPENING.match(following) is not None
        words = line[-1:].isascii() and not line[-1:].isdigit() and following[:1].isascii() and following[:1].isalpha()
        text.append("\n" + following if begins else (" " if words else "") + following)
    return "".join(text)


def _width(line: str) -> float:
    """How wide a line is in Chinese characters: figures and Latin letters take little more than half the room."""
    return sum(0.55 if char.isascii() else 1 for char in line)
