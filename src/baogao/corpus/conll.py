"""Character-per-line BIO (CoNLL): one character, a tab and its tag on a line, a blank line between sentences.

Reports are kept apart by ``-DOCSTART-`` lines that carry their metadata. White space cannot stand as a token on its
line, so it is written as an escape (\\n, \\t, \\u3000 …), and the text comes back to the character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from baogao.corpus.jsonl import whole
from baogao.corpus.records import Mark, Record
from baogao.errors import BaogaoError
from baogao.files import sha256_text
from baogao.reports.sentences import sentences

DOCSTART: Final = "-DOCSTART-"
_ESCAPE: Final = re.compile(r"\\(?:n|r|t|\\|u[0-9a-fA-F]{4})")
_FOREIGN_HEAD: Final = re.compile(rf"{DOCSTART}(?:[ \t]+(?:-X-|O|_|-))*[ \t]*")  # CoNLL-2003: a border, no more
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
_LONG: Final = {v: k for k, v in _SHORT.items()}


def render_conll(records: Iterable[Record]) -> Iterator[str]:
    """The lines (without line ends) of records with text. Characters outside the annotated ranges get the tag ``_``."""
    for record in records:
        document = record.document()
        text = document.text
        tags = ["_"] * len(text)
        for start, end in record.annotated():
            tags[start:end] = ["O"] * (end - start)
        for span in document.spans:
            tags[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
            tags[span.start] = f"B-{span.label}"
        head: dict[str, object] = {"id": record.id, "meta": dict(record.meta)}
        head |= {"annotator": record.annotator, "scheme": record.scheme}
        if record.ranges is not None:  # tags alone cannot keep touching ranges apart
            head["ranges"] = [list(r) for r in record.ranges]
        yield f"{DOCSTART}\t{json.dumps(head, ensure_ascii=False)}"
        yield ""
        breaks = {end for _, end in sentences(text)}
        for i, char in enumerate(text):
            if i in breaks and i > 0:
                yield ""
            yield f"{_escape(char)}\t{tags[i]}"
        yield ""


def parse_conll(lines: Iterable[str], *, path: str | None = None) -> Iterator[Record]:
    """The records of a character-per-line file. Without ``-DOCSTART-`` lines the whole file is one record and its
    blank lines are line ends of the text, as files from elsewhere mean them.
    """
    builder = _Builder(path, 1)
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        if line.startswith(DOCSTART):
            if builder.begun:
                yield builder.record()
            builder = _Builder(path, number)
            builder.head(line, number)
        elif not line.strip():
            builder.blank()
        else:
            builder.add(line, number)
    if builder.begun:
        yield builder.record()


class _Builder:
    """Gathers the characters and tags of one record."""

    def __init__(self, path: str | None, line: int) -> None:
        self.path, self.line = path, line
        self.characters: list[str] = []
        self.marks: list[Mark] = []
        self.annotated: list[tuple[int, int]] = []
        self.info: dict[str, Any] = {}
        self.ranges: tuple[tuple[int, int], ...] | None = None  # as the head gives them
        self.own_format = False
        self.open: tuple[int, str] | None = None  # start and label of the span that the last character belongs to
        self.part: int | None = None  # start of the annotated part that the last character belongs to

    @property
    def begun(self) -> bool:
        """Whether there is a record: characters, or a head of our own, which a record without text has too."""
        return self.own_format or bool(self.characters)

    def head(self, line: str, number: int) -> None:
        _, _, value = line.partition("\t")
        if not value or _FOREIGN_HEAD.fullmatch(line):
            return
        try:
            self.info = dict(json.loads(value))
            ranges = self.info.get("ranges")
            if ranges is not None:
                self.ranges = tuple((whole(a), whole(b)) for a, b in ranges)
        except (ValueError, TypeError, RecursionError) as error:
            raise self._error(f"{DOCSTART} is followed by no JSON object as baogao writes it", number) from error
        self.own_format = True

    def blank(self) -> None:
        if not self.own_format and self.characters and self.characters[-1] != "\n":
            self._close()
            self._annotate("O")
            self.characters.append("\n")

    def add(self, line: str, number: int) -> None:
        parts = line.split("\t") if "\t" in line else line.split()
        if len(parts) < 2:
            raise self._error(f"expected a character and a tag, found {line!r}", number)
        char, tag = _unescape(parts[0]) if self.own_format else parts[0], parts[-1].strip()
        if len(char) != 1:
            raise self._error(f"{parts[0]!r} is not one character", number)
        here = len(self.characters)
        prefix, _, label = tag.partition("-")
        if prefix in ("O", "_") and not label:
            self._close()
        elif prefix == "B" and label:
            self._close()
            self.open = (here, label)
        elif prefix == "I" and label:
            if self.open is None or self.open[1] != label:
                raise self._error(f"{tag} does not continue a {label} span (scheme IOB2 begins each with B)", number)
        else:
            raise self._error(f"{tag!r} is no tag: use O, B-label or I-label", number)
        self._annotate(prefix)
        self.characters.append(char)

    def record(self) -> Record:
        self._close()
        self._annotate("_")
        text = "".join(self.characters)
        if self.ranges is not None and _merged(self.ranges) != self.annotated:
            raise self._error("the ranges in the head are not those that the tags show", self.line)
        everything = not text or self.annotated == [(0, len(text))]
        meta = self.info.get("meta")
        return Record(
            str(self.info.get("id") or sha256_text(text)[:16]),
            sha256_text(text),
            tuple(self.marks),
            meta if isinstance(meta, dict) else {},
            text,
            self.ranges if self.ranges is not None or everything else tuple(self.annotated),
            str(self.info.get("annotator", "")),
            str(self.info.get("scheme", "")),
            self.path,
            self.line,
        )

    def _close(self) -> None:
        if self.open is not None:
            self.marks.append(Mark(self.open[0], len(self.characters), self.open[1]))
            self.open = None

    def _annotate(self, prefix: str) -> None:
        here = len(self.characters)
        if prefix == "_" and self.part is not None:
            self.annotated.append((self.part, here))
            self.part = None
        elif prefix != "_" and self.part is None:
            self.part = here

    def _error(self, what: str, number: int) -> BaogaoError:
        remedy = "write one character, a tab and its tag on each line"
        return BaogaoError(what, path=self.path, line=number, remedy=remedy)


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order, those that touch made one: what tags can show of them."""
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _escape(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    return f"\\u{ord(char):04x}" if char.isspace() or (not char.isprintable() and ord(char) < 0x10000) else char


def _unescape(token: str) -> str:
    if not _ESCAPE.fullmatch(token):
        return token
    return _LONG.get(token) or chr(int(token[2:], 16))
