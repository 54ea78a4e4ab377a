"""Web pages: the element that holds the report, a line a block or table row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from baogao.errors import BaogaoError
from baogao.reports.decode import decode

# What never is the text of a page, and what is not unless it stands inside the article.
_SKIPPED: Final = frozenset(
    ["script", "style", "noscript", "template", "head", "nav", "button", "select", "option", "iframe", "svg"]
)
_EDGES: Final = frozenset(["header", "footer", "aside"])
_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tr",
        "ul",
    ]
)
# What a page is laid out with; paragraphs and lists are part of the text, however long one of them is.
_CONTAINERS: Final = frozenset(
    ["article", "body", "center", "div", "form", "main", "section", "table", "tbody", "td", "tr"]
)
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_SHARE: Final = 0.8  # of the page's Chinese characters outside links: what the element of the report must hold
_MAX_DEPTH: Final = 250
_MAX_ROW: Final = 600  # characters of a row of figures; longer ones lay out a page
_LINE, _CELL = "\x00", "\x01"  # ends of lines and cells while text is collected; a page holds neither


def read_html(data: bytes, *, path: str | None = None) -> tuple[str, str, list[str]]:
    """The text of a web page's main part, the encoding, and notes on what is not in it.

    The main part is the deepest element that holds at least 80% of the page's running Chinese text, so that menus
    and footers stay out whatever their class names are.
    """
    from lxml import etree, html

    source, encoding = decode(data, path=path)
    source = _DECLARATION.sub("", source)
    try:
        root: Any = html.document_fromstring(source, parser=html.HTMLParser(huge_tree=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise BaogaoError(f"not a readable web page: {error}", path=path, remedy="save its text as .txt") from error
    weights: dict[Any, int] = {}
    for element in root.iter(etree.Element):
        if element.tag not in _SKIPPED and sum(1 for _ in element.iterancestors()) > _MAX_DEPTH:
            raise BaogaoError(
                f"elements nested deeper than {_MAX_DEPTH}", path=path, remedy="save the page's text as .txt"
            )
    _weigh(root, weights)
    main = root
    while True:
        inner = [c for c in main if weights.get(c, 0) >= _SHARE * weights[root] and c.tag in _CONTAINERS]
        if not inner or not weights[root]:
            break
        main = inner[0]
    pieces: list[str] = []
    _collect(main, pieces)
    text = "\n".join(line for line in map(_spaced, "".join(pieces).split(_LINE)) if line.strip())
    left_out = len(_HAN.findall(_all_text(root))) - len(_HAN.findall(text))
    notes = [f"{left_out} Chinese characters outside the page's main part are left out"] if left_out else []
    return text, encoding, notes


def _skipped(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in _SKIPPED:
        return True
    inside = any(a.tag in ("article", "main") for a in element.iterancestors())
    return element.tag in _EDGES and not inside


def _all_text(root: Any) -> str:
    """Everything that a page shows, menus included: what of it is not in the text is counted."""
    hidden = ("script", "style", "noscript", "template", "head")
    pieces = []
    for node in root.iter():  # what follows a comment or a script is shown, though they are not
        if isinstance(node.tag, str) and node.tag not in hidden:
            pieces.append(node.text or "")
        pieces.append(node.tail or "")
    return "".join(pieces)


def _weigh(element: Any, weights: dict[Any, int]) -> int:
    """How many Chinese characters outside links and menus an element holds; filled in for all below it."""
    if _skipped(element) or element.tag == "a":
        return 0
    count = len(_HAN.findall(element.text or ""))
    for child in element:
        count += _weigh(child, weights) + len(_HAN.findall(child.tail or ""))
    weights[element] = count
    return count


def _spaced(line: str) -> str:
    """A line with its white space as a page shows it: one space for any, tabs between cells."""
    cells = (re.sub(r"[ \t\r\n\f]+", " ", cell).strip(" ") for cell in line.split(_CELL))
    return "\t".join(cells)


def _collect(element: Any, pieces: list[str], *, row: bool = False, kept: bool = False) -> None:
    """The text of an element with marks of line ends, which white space in the source is not unless it is ``kept``.

    In a ``row`` of a table nothing ends a line.
    """
    if _skipped(element):
        return
    tag = element.tag
    kept = kept or tag == "pre"
    ends = tag in _BLOCKS
    if tag == "tr" and _is_row(element):
        pieces.append(_LINE)
        for i, cell in enumerate(_cells(element)):
            pieces.append(_CELL if i else "")
            _collect(cell, pieces, row=True)
        pieces.append(_LINE)
        return
    end = " " if row else _LINE
    if ends:
        pieces.append(end)
    pieces.append(_text(element.text, kept and not row))
    for child in element:
        _collect(child, pieces, row=row, kept=kept)
        pieces.append(_text(child.tail, kept and not row))
    if ends or tag in ("br", "td", "th"):
        pieces.append(end)


def _text(text: str | None, kept: bool) -> str:
    text = (text or "").replace(_LINE, "").replace(_CELL, "")
    return re.sub("\r\n|[\r\n]", _LINE, text) if kept else text


def _shown(element: Any) -> Iterator[str | None]:
    """The pieces of text of an element that a page shows."""
    if not _skipped(element):
        yield element.text
        for child in element:
            yield from _shown(child)
            yield child.tail


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _is_row(row: Any) -> bool:
    """Whether a row of a table holds figures: two cells or more, little text, no table in it, nothing beside cells."""
    cells = _cells(row)
    length = sum(len((text or "").strip()) for cell in cells for text in _shown(cell))
    beside = (row.text or "") + "".join(child.tail or "" for child in row)
    others = [child for child in row if child.tag not in ("td", "th") and not _skipped(child)]
    return len(cells) > 1 and length <= _MAX_ROW and not (others or beside.strip()) and row.find(".//table") is None
