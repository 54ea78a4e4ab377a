"""Answers to requests for predictions: a model's spans in the form that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request

from baogao.errors import BaogaoError
from baogao.predictor import Predictor
from baogao.progress import console
from baogao.reports import document
from baogao.service.interface import Interface, parse_interface
from baogao.service.requests import Documents, Setup, Task, Tasks, Text, Texts
from baogao.spans import Document
from baogao.tables import to_json
from baogao.tagger import Assessment

INFERENCES: Final = 2
"""Texts tagged at a time. More wait their turn, so that a short request stands behind a text and not behind a batch."""

Result = TypeVar("Result")


class Answers:
    """Tags in threads of a bounded number, so that the service can answer other requests meanwhile.

    A request is answered from beginning to end by the ``predictor`` it is given, whatever is loaded in between.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._limiter = anyio.CapacityLimiter(INFERENCES)
        self._quiet = quiet
        self._named: set[tuple[object, ...]] = set()

    async def plain(self, query: Text | Texts | Documents, predictor: Predictor, request: Request) -> dict[str, Any]:
        """The line of ``baogao predict`` for one text, or ``{"documents": […]}`` with the lines of several."""
        if isinstance(query, Text):
            return await self._in_thread(_line, predictor, query.text)
        texts = (
            [("", t) for t in query.texts] if isinstance(query, Texts) else [(d.id, d.text) for d in query.documents]
        )
        lines = []
        for name, text in texts:
            await _still_there(request)
            lines.append(await self._in_thread(_line_or_error, predictor, text, name))
        return {"documents": lines}

    async def tasks(self, query: Tasks, predictor: Predictor, request: Request) -> dict[str, Any]:
        """One result for every task, in order: Label Studio drops the batch otherwise."""
        interface = self._interface(query.label_config, predictor, query.project)
        results = []
        for task in query.tasks:
            await _still_there(request)
            assessment = await self._in_thread(self._assess, predictor, interface, task)
            results.append(
                {
                    "result": interface.regions(assessment),
                    "score": round(assessment.confidence, 4),
                    "model_version": predictor.model_id,
                }
            )
        return {"results": results, "model_version": predictor.model_id}

    def setup(self, query: Setup, predictor: Predictor) -> dict[str, Any]:
        """The version that predictions will have. A project may be connected before it has its interface."""
        try:
            self._interface(query.label_config, predictor, query.project)
        except BaogaoError as error:
            if not self._quiet:
                console().print(f"project {query.project}: connected, but cannot be predicted yet: {error}")
        return {"model_version": predictor.model_id}

    def _interface(self, config: str, predictor: Predictor, project: object) -> Interface:
        """The project's interface; labels that it lacks are named, once a project."""
        labels = predictor.tagger.labels
        interface = parse_interface(config, labels)
        absent = tuple(name for name in labels.names if name not in interface.labels)
        if absent and (project, *absent) not in self._named:
            self._named.add((project, *absent))
            console().print(f"project {project}: its interface lacks {', '.join(absent)}; such spans are not sent")
        return interface

    def _assess(self, predictor: Predictor, interface: Interface, task: Task) -> Assessment:
        try:
            return predictor.tagger.assess(Document(interface.text_of(task.data)).text)
        except BaogaoError as error:
            console().print(f"task {task.id}: no spans: {error}")
            return Assessment((), 0.0)

    async def _in_thread(self, call: Callable[..., Result], *arguments: Any) -> Result:
        return await anyio.to_thread.run_sync(call, *arguments, limiter=self._limiter)


def _line(predictor: Predictor, text: str, name: str = "") -> dict[str, Any]:
    read = document(text)
    return to_json(None, predictor(replace(read, id=name) if name else read), predictor.model_id)


def _line_or_error(predictor: Predictor, text: str, name: str) -> dict[str, Any]:
    """The line, or one that says what is wrong with this text: the others have theirs."""
    try:
        return _line(predictor, text, name)
    except BaogaoError as error:
        return {"id": name, "path": None, "model": predictor.model_id, "error": error.what}


async def _still_there(request: Request) -> None:
    """End the work on a batch that nobody waits for: Label Studio gives up after 100 seconds and asks anew."""
    if await request.is_disconnected():
        raise HTTPException(499, "the client has gone")
