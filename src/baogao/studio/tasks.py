"""Reports as tasks of about a paragraph each, with what leads back to offsets in the whole report. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from baogao.corpus.jsonl import whole
from baogao.errors import BaogaoError
from baogao.files import sha256_text
from baogao.reports.sentences import paragraphs
from baogao.spans import Document

SIZE: Final = 400
"""Characters up to which neighbouring paragraphs share a task: a heading is read with what follows it."""

# A page's HTML parser turns \r\n into one character and drops NUL; both would shift every offset behind them.
_UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Task:
    """A piece [start, end) of the report whose text has the hash ``sha256``; ``text`` is that slice.

    ``lead`` is the white space between the task before it (or the report's beginning) and this one, ``tail`` what
    stands behind the last task: with them the report's text can be put together again.
    """

    report: str
    sha256: str
    start: int
    end: int
    text: str
    lead: str = ""
    tail: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def key(self) -> str:
        """What the task is, whatever its number on a server: the report's hash and the piece of it."""
        return f"{self.sha256}:{self.start}-{self.end}"

    @property
    def digest(self) -> str:
        """The beginning of the hash of the task's own text: shows whether someone edited it on the server."""
        return sha256_text(self.text)[:16]

    @property
    def shown(self) -> str:
        """The text as a page can show it, character for character: control characters are spaces there."""
        return _UNSHOWABLE.sub(" ", self.text)

    def data(self) -> dict[str, Any]:
        """The task's data in Label Studio; ``text`` is what annotators see, ``source`` the slice where they differ."""
        value: dict[str, Any] = {
            "text": self.shown,
            "id": self.report,
            "key": self.key,
            "sha256": self.sha256,
            "start": self.start,
            "end": self.end,
            "digest": self.digest,
            "lead": self.lead,
            "tail": self.tail,
            "meta": dict(self.meta),
        }
        if self.shown != self.text:
            value["source"] = self.text
        return value

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Task:
        """The task of ``data()``; BaogaoError where a server holds something else."""
        try:
            task = cls(
                str(data["id"]), str(data["sha256"]), whole(data["start"]), whole(data["end"]),
                str(data.get("source", data["text"])), str(data["lead"]), str(data["tail"]), dict(data["meta"]),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise BaogaoError(
                f"a task that baogao did not write: {type(error).__name__} {error}",
                remedy="push reports with baogao studio push, into a project of their own",
            ) from error
        same = (data.get("key"), data.get("digest"), data["text"]) == (task.key, task.digest, task.shown)
        if not same or len(task.text) != task.end - task.start:
            raise BaogaoError(
                f"the task [{task.start}, {task.end}) of report {task.report!r} was changed on the server",
                remedy="delete that task and push the report again",
            )
        return task


def split(document: Document, *, report: str = "", size: int = SIZE) -> list[Task]:
    """The tasks of a report, in order; together they hold every character that is no white space.

    Neighbouring paragraphs share a task up to ``size`` characters; a longer paragraph is a task of its own, never cut.
    """
    text = document.text
    pieces: list[tuple[int, int]] = []
    for start, end in paragraphs(text):
        if pieces and end - pieces[-1][0] <= size:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    meta = {key: list(value) if isinstance(value, tuple) else value for key, value in document.meta.items()}
    tasks = []
    position = 0
    for number, (start, end) in enumerate(pieces, start=1):
        tail = text[end:] if number == len(pieces) else ""
        name = report or document.id
        tasks.append(Task(name, document.sha256, start, end, text[start:end], text[position:start], tail, meta))
        position = end
    return tasks


def rebuild(tasks: Iterable[Task]) -> str | None:
    """The text of the report whose tasks these are, or None where some are missing. The hash decides."""
    ordered = sorted({task.start: task for task in tasks}.values(), key=lambda task: task.start)
    text = "".join(task.lead + task.text + task.tail for task in ordered)
    return text if ordered and sha256_text(text) == ordered[0].sha256 else None


def conflicts(tasks: Sequence[Task], present: Iterable[Task]) -> None:
    """BaogaoError where ``tasks`` would give a text a second time that is on the server in other pieces or versions."""
    wanted = {task.sha256: task.report for task in tasks}
    names = {task.report: task.sha256 for task in tasks}
    pieces: dict[str, list[tuple[int, int]]] = {}
    for task in tasks:
        pieces.setdefault(task.sha256, []).append((task.start, task.end))
    for old in present:
        if names.get(old.report, old.sha256) != old.sha256:
            raise BaogaoError(
                f"the project holds another text under the name {old.report!r}",
                remedy="rename the changed report's file, or push it into another project",
            )
        if wanted.get(old.sha256, old.report) != old.report:
            raise BaogaoError(
                f"the text of report {wanted[old.sha256]!r} is in the project under the name {old.report!r}",
                remedy=f"name the file {old.report!r}, or leave it out: it is there already",
            )
        here = pieces.get(old.sha256, [])
        if (old.start, old.end) not in here and any(a < old.end and old.start < b for a, b in here):
            raise BaogaoError(
                f"report {old.report!r} is in the project in pieces of another size",
                remedy="push with the --size it was pushed with, or into another project",
            )
