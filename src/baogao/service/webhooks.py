"""Webhooks: told apart from their payload at once, kept in a bounded queue, written down when there is time.

Label Studio waits a second for an answer and does not repeat itself. Its payloads hold texts, people and, in a
project's settings, credentials: an event keeps the action, the time and numbers, nothing else.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from baogao.progress import console

CAPACITY: Final = 1000

_ACTION: Final = re.compile(r"[A-Z][A-Z_]{0,40}")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened in a project: ids of the tasks and annotations concerned, as far as the payload names them."""

    time: str
    action: str
    project: int | None
    tasks: tuple[int, ...]
    annotations: tuple[int, ...]

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Event:
        """The event of a payload of Label Studio's. Only whole numbers and the name of the action are taken over."""
        action = payload.get("action")
        annotations = _objects(payload.get("annotation")) + _objects(payload.get("annotations"))
        tasks = _objects(payload.get("task")) + _objects(payload.get("tasks"))
        projects = _ids(_objects(payload.get("project")), "id")
        return cls(
            datetime.now(UTC).isoformat(timespec="seconds"),
            action if isinstance(action, str) and _ACTION.fullmatch(action) else "UNKNOWN",
            projects[0] if projects else None,
            tuple(sorted({*_ids(tasks, "id"), *_ids(annotations, "task")})),
            _ids(annotations, "id"),
        )


def _objects(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _ids(objects: list[Any], key: str) -> tuple[int, ...]:
    found = [o.get(key) if isinstance(o, Mapping) else None for o in objects]
    return tuple(n for n in found if isinstance(n, int) and not isinstance(n, bool))


class Inbox:
    """A bounded queue of events and the task that appends them, a JSON line each, to a file (if one is named)."""

    def __init__(self, path: Path | None = None, *, capacity: int = CAPACITY) -> None:
        self.path = path
        self.received = self.refused = self.lost = 0
        self._queue: asyncio.Queue[Event] = asyncio.Queue(capacity)

    def put(self, event: Event) -> bool:
        """Take an event, at once; False where the queue is full."""
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.refused += 1
            return False
        self.received += 1
        return True

    async def run(self) -> None:
        """Write events as they come, for ever."""
        while True:
            event = await self._queue.get()
            await asyncio.to_thread(self._write, event)
            self._queue.task_done()

    async def drain(self) -> None:
        """Wait until what was taken is written."""
        await self._queue.join()

    def _write(self, event: Event) -> None:
        if self.path is None:
            return
        try:
            with open(self.path, "a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(event)) + "\n")
        except OSError as error:  # the service goes on; what is lost is counted and named
            self.lost += 1
            console().print(f"{self.path}: the event {event.action} was not written: {error.strerror}")
