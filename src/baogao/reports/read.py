"""A file to a Document: the one way in for reports of every format."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISDIR
from typing import Any, Final

from baogao.errors import BaogaoError
from baogao.reports.decode import decode
from baogao.reports.metadata import metadata
from baogao.reports.sections import sections
from baogao.spans import Document

MAX_BYTES: Final = 64 * 2**20
_FEW_LINES: Final = 20  # of fewer nothing can be said
_NARROWEST, _WIDEST = 15, 80  # characters of a wrapped line
_STOPS: Final = tuple("。！？!?：:；;.")
FORMATS: Final = {
    ".txt": "text", ".text": "text", ".md": "text",
    ".docx": "docx",
    ".pdf": "pdf",
    ".html": "html", ".htm": "html", ".xhtml": "html",
}  # fmt: skip


def read(path: str | Path) -> Document:
    """The report in a txt, docx, pdf or html file, as a Document with sections and metadata, without spans.

    ``meta`` holds title, place, level and year where the text gives them, the format, the encoding of text files,
    and under ``notes`` what of the file is not in the text, and whether its lines seem wrapped. Raises BaogaoError
    saying what is wrong and how to mend it.
    """
    path = Path(path)
    kind = FORMATS.get(path.suffix.lower())
    try:
        status = path.stat()
        folder = S_ISDIR(status.st_mode)
        data = path.read_bytes() if kind and not folder and status.st_size <= MAX_BYTES else b""
    except OSError as error:
        raise BaogaoError(f"cannot read the file: {error.strerror}", path=path, remedy="check the path") from error
    except ValueError as error:
        raise BaogaoError(f"this is no path: {error}", path=path, remedy="check the path") from error
    if folder:
        raise BaogaoError("this is a folder, not a report", path=path, remedy="name the files in it")
    if kind is None:
        raise BaogaoError(
            f"files ending in {path.suffix or 'nothing'!r} are not read",
            path=path,
            remedy=f"give one of: {' '.join(FORMATS)}",
        )
    if status.st_size > MAX_BYTES:
        raise BaogaoError(
            f"{status.st_size:,} bytes, more than the limit of {MAX_BYTES:,}", path=path, remedy="split the file"
        )
    return read_bytes(data, kind=kind, path=str(path))


def read_bytes(data: bytes, *, kind: str = "text", path: str | None = None) -> Document:
    """The report in ``data``, of the format ``kind`` (text, docx, pdf or html)."""
    if not data:
        raise BaogaoError("the file is empty", path=path, remedy="check that the report was saved")
    meta: dict[str, Any] = {"format": kind}
    notes: list[str] = []
    if kind == "docx":
        from baogao.reports.docx import read_docx

        text, notes = read_docx(data, path=path)
    elif kind == "pdf":
        from baogao.reports.pdf import read_pdf

        text, notes = read_pdf(data, path=path)
    elif kind == "html":
        from baogao.reports.html import read_html

        text, meta["encoding"], notes = read_html(data, path=path)
    else:
        text, meta["encoding"] = decode(data, path=path)
    if not text.strip():
        raise BaogaoError("the file holds no text", path=path, remedy="check that the report was saved")
    width = _wrapped_at(text)
    if width:
        notes.append(f"the lines seem to be wrapped at about {width} characters; no span goes on in the next line")
    if notes:
        meta["notes"] = tuple(notes)
    return document(text, path=path, meta=meta)


def _wrapped_at(text: str) -> int | None:
    """The width of the lines of a text that was wrapped by hand or by a program, None for one with whole paragraphs.

    Of 366 real reports none has more than an eighth of its lines nearly as long as its long ones and without a stop.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) < _FEW_LINES:
        return None
    width = sorted(map(len, lines))[int(0.9 * (len(lines) - 1))]
    cut = sum(len(line) >= 0.8 * width and not line.endswith(_STOPS) and "\t" not in line for line in lines)
    return width if _NARROWEST <= width <= _WIDEST and cut > 0.3 * len(lines) else None


def document(text: str, *, path: str | None = None, meta: dict[str, Any] | None = None) -> Document:
    """A Document of a text at hand, with its sections and what its head says; ``meta`` adds to that."""
    return Document(text, sections=sections(text), meta={**metadata(text), **(meta or {})}, path=path)
