"""Reports with their spans marked inline, the form in which people write and read gold: ⟦指标|生产总值⟧."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import yaml

from baogao.corpus.records import Mark, Record
from baogao.errors import BaogaoError
from baogao.files import sha256_text
from baogao.labels import LabelSet
from baogao.spans import offset_problem

OPEN: Final = "⟦"
CLOSE: Final = "⟧"
BAR: Final = "|"
_FENCE: Final = "---\n"
_FRONT: Final = re.compile(r"---\r?\n(.*?)^---\r?\n", re.DOTALL | re.MULTILINE)


def parse_markup(source: str, labels: LabelSet, *, path: str | None = None) -> Record:
    """The record of an inline-marked report: YAML front matter between ``---`` lines, then the marked text.

    A mark is ``⟦label|surface⟧`` with the Chinese or the plain name of a label. The text of the record is the source
    without the front matter and the marks, to the character.
    """
    meta, body_start = _front_matter(source, path)
    names = {t.zh: t.name for t in labels.types} | {t.name: t.name for t in labels.types}
    pieces: list[str] = []
    marks: list[Mark] = []
    length = 0
    position = body_start
    while position < len(source):
        opened = source.find(OPEN, position)
        stop = len(source) if opened < 0 else opened
        plain = source[position:stop]
        if CLOSE in plain:
            raise _error(source, position + plain.index(CLOSE), f"{CLOSE} without {OPEN}", path)
        pieces.append(plain)
        length += len(plain)
        if opened < 0:
            break
        closed = source.find(CLOSE, opened)
        name, bar, surface = source[opened + 1 : max(closed, opened + 1)].partition(BAR)
        if closed < 0 or not bar or OPEN in surface:
            raise _error(source, opened, f"a mark must be {OPEN}label{BAR}surface{CLOSE}, not nested", path)
        if name not in names:
            raise _error(source, opened, f"unknown label {name!r} (known: {', '.join(names)})", path)
        problem = offset_problem(surface, 0, len(surface)) or ("crosses a line" if "\n" in surface else None)
        if problem:
            raise _error(source, opened, f"the marked text {problem}", path)
        marks.append(Mark(length, length + len(surface), names[name]))
        pieces.append(surface)
        length += len(surface)
        position = closed + 1
    text = "".join(pieces)
    identity = str(meta.pop("id", None) or sha256_text(text)[:16])
    annotator = str(meta.pop("annotator", "author") or "")  # given but empty stays empty
    scheme = str(meta.pop("scheme", labels.scheme) or "")
    return Record(identity, sha256_text(text), tuple(marks), meta, text, None, annotator, scheme, path, 1)


def render_markup(record: Record, labels: LabelSet) -> str:
    """The inline-marked form of a record with text; ``parse_markup`` gives the record back."""
    document = record.document()
    if any(c in document.text for c in (OPEN, CLOSE)):
        raise BaogaoError(
            f"record {record.id!r}: its text holds {OPEN} or {CLOSE}, which mark spans",
            path=record.path,
            remedy="use the JSON-lines format for this report",
        )
    if record.ranges is not None and record.ranges != ((0, len(document.text)),):
        raise BaogaoError(
            f"record {record.id!r} is annotated in parts, which inline marks cannot say",
            path=record.path,
            remedy="use the JSON-lines format for this report",
        )
    zh = {t.name: t.zh for t in labels.types}
    own = {"id": record.id, "annotator": record.annotator, "scheme": record.scheme}
    taken = sorted(own.keys() & record.meta.keys())
    if taken:
        raise BaogaoError(
            f"record {record.id!r}: its meta has the keys {', '.join(taken)}, which the front matter has for itself",
            path=record.path,
            line=record.line,
            remedy="rename them, or use the JSON-lines format for this report",
        )
    meta = {**own, **record.meta}
    pieces = [_FENCE, yaml.safe_dump(meta, allow_unicode=True, sort_keys=False), _FENCE]
    position = 0
    for span in document.spans:
        labels.begin(span.label)  # an unknown label is an error here, not a KeyError
        pieces += [document.text[position : span.start], OPEN, zh[span.label], BAR, span.text, CLOSE]
        position = span.end
    pieces.append(document.text[position:])
    return "".join(pieces)


def _front_matter(source: str, path: str | None) -> tuple[dict[str, Any], int]:
    front = _FRONT.match(source)
    if front is None:
        raise BaogaoError(
            "no front matter",
            path=path,
            line=1,
            remedy="start the file with ---, lines such as 'place: …', 'level: …', 'year: …', and --- again",
        )
    try:
        meta = yaml.safe_load(front[1])
        json.dumps(meta)
    except yaml.YAMLError as error:
        raise BaogaoError(f"the front matter is no YAML: {error}", path=path, line=1) from error
    except (TypeError, ValueError, RecursionError) as error:
        what = f"the front matter holds a value that JSON lacks: {error}"
        raise BaogaoError(what, path=path, line=1, remedy="put dates and the like in quotes") from error
    if not isinstance(meta, dict):
        raise BaogaoError("the front matter holds no keys", path=path, line=1, remedy="give at least 'id'")
    return meta, front.end()


def _error(source: str, position: int, what: str, path: str | None) -> BaogaoError:
    around = source[max(0, position - 10) : position + 20].replace("\n", "⏎")
    line = source.count("\n", 0, position) + 1
    return BaogaoError(f"{what}: …{around}…", path=path, line=line, remedy="correct the mark")
