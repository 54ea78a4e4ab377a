"""Annotations from a project into annotation files: only what changed is fetched, and files change when all is here."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from label_studio_sdk import LabelStudio

from baogao.corpus.jsonl import write_jsonl
from baogao.corpus.records import Record
from baogao.errors import BaogaoError
from baogao.files import atomic_open
from baogao.labels import LabelSet
from baogao.progress import bar
from baogao.studio.annotations import Aside, Fetched, gather
from baogao.studio.connection import PAUSES, LostConnectionError, talking
from baogao.studio.project import listing, task_address
from baogao.studio.tasks import Task

BATCH: Final = 100
"""Tasks a request."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought: the records, what was set aside, and how many tasks there are and were fetched."""

    records: tuple[Record, ...]
    asides: tuple[Aside, ...]
    tasks: int
    fetched: int


def side_files(output: Path) -> tuple[Path, Path]:
    """Beside an annotation file: what was set aside, and the cache. Their ending is no annotation file's."""
    stem = output.name.removesuffix(".jsonl")
    return output.with_name(f"{stem}.aside.ndjson"), output.with_name(f"{stem}.cache.ndjson")


def pull(client: LabelStudio, url: str, project: int, labels: LabelSet, output: Path, *, quiet: bool = False) -> Pulled:
    """Write the project's annotations to ``output`` (.jsonl) and what is set aside beside it.

    Tasks that did not change since they were last fetched come from the cache beside ``output``, which is extended
    batch by batch, so that a pull that breaks off goes on where it was. ``output`` is replaced when all is here.
    """
    if not output.name.endswith(".jsonl"):
        raise BaogaoError("annotations become JSON lines", path=output, remedy="name a .jsonl file")
    aside_path, cache_path = side_files(output)
    cache = _Cache(cache_path, url, project)
    held: list[tuple[int, Task, str]] = []
    wanted: list[int] = []
    fields = "id,data,updated_at,annotations_ids,draft_exists"
    for found in listing(client, url, project, fields):
        # Drafts change without the task's time changing: where one is, or was, the task is always fetched.
        stamp = "" if found.draft_exists else f"{found.updated_at.isoformat()} {found.annotations_ids}"
        held.append((found.id, Task.from_data(found.data), stamp))
        if (found.annotations_ids or found.draft_exists) and not (stamp and cache.stamp(found.id) == stamp):
            wanted.append(found.id)
    stamps = {number: stamp for number, _, stamp in held}
    with bar(quiet=quiet) as progress:
        shown = progress.add_task("pulling", total=len(wanted))
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            cache.extend((number, stamps[number], content) for number, content in _export(client, url, project, batch))
            progress.advance(shown, len(batch))
    fetched = [Fetched(number, task, *cache.content(number, stamp)) for number, task, stamp in held]
    with talking(url):
        users = {user.id: user.email for user in client.users.list()}
    records, asides = gather(fetched, labels, users, lambda number: task_address(url, project, number))
    with atomic_open(aside_path) as stream:
        stream.writelines(json.dumps(a.to_json(), ensure_ascii=False) + "\n" for a in asides)
    write_jsonl(output, records)
    cache.keep(number for number, _, _ in held)
    return Pulled(tuple(records), tuple(asides), len(held), len(wanted))


def _export(
    client: LabelStudio, url: str, project: int, numbers: Sequence[int]
) -> Iterator[tuple[int, dict[str, list[Any]]]]:
    """Annotations and drafts (everyone's: the list of tasks shows only one's own) of some tasks."""
    # The SDK sends ids as "ids", the server reads "ids[]".
    options: Any = {"additional_query_parameters": {"ids[]": [str(number) for number in numbers]}}
    for pause in (*PAUSES, None):
        try:
            with talking(url):
                parts = client.projects.exports.download_sync(
                    project, export_type="JSON", download_all_tasks=True, request_options=options
                )
                source = b"".join(parts)
            break
        except LostConnectionError:  # the client repeats requests, but not an answer that breaks off midway
            if pause is None:
                raise
            time.sleep(pause)
    for task in json.loads(source):
        yield task["id"], {"annotations": task["annotations"], "drafts": task["drafts"]}


class _Cache:
    """Fetched tasks, a JSON line each, later lines before earlier ones; a file of another project counts as empty."""

    def __init__(self, path: Path, url: str, project: int) -> None:
        self.path = path
        self.head = {"url": url, "project": project, "version": 1}
        self.lines: dict[int, dict[str, Any]] = {}
        lines = list(_whole_lines(path))
        if lines and lines[0] == self.head:
            self.lines = {line["task"]: line for line in lines[1:]}
        else:
            self.keep(())

    def stamp(self, number: int) -> str | None:
        return self.lines[number]["stamp"] if number in self.lines else None

    def content(self, number: int, stamp: str) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
        """A task's annotations and drafts; nothing where it has none, whatever the cache remembers."""
        line = self.lines.get(number)
        if line is None or line["stamp"] != stamp:
            return (), ()
        return tuple(line["annotations"]), tuple(line["drafts"])

    def extend(self, found: Iterator[tuple[int, str, dict[str, list[Any]]]]) -> None:
        """Add lines at the end. One that a full disk or a kill cut short is followed by a new line and passed over."""
        lines: list[dict[str, Any]] = [{"task": number, "stamp": stamp, **content} for number, stamp, content in found]
        with open(self.path, "a", encoding="utf-8", newline="\n") as stream:
            stream.write("\n")
            stream.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        self.lines |= {line["task"]: line for line in lines}

    def keep(self, numbers: Any) -> None:
        """Write the file anew with these tasks alone."""
        present = set(numbers)
        self.lines = {number: line for number, line in self.lines.items() if number in present}
        with atomic_open(self.path) as stream:
            for line in (self.head, *self.lines.values()):
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")


def _whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a cache that are whole; none where there is no file."""
    if not path.is_file():
        return
    with open(path, encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value
