"""The application: routes for programs and for Label Studio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

import baogao
from baogao.service.answers import Answers
from baogao.service.limit import BodyLimit
from baogao.service.problems import answer_problems
from baogao.service.requests import PredictRequest, Setup, Tasks
from baogao.service.served import Served
from baogao.service.webhooks import Event, Inbox

MAX_BYTES: Final = 32 * 2**20
WATCH_SECONDS: Final = 1.0


def create_app(served: Served, inbox: Inbox, *, max_bytes: int = MAX_BYTES, quiet: bool = False) -> FastAPI:
    """The service around a model; requests of more than ``max_bytes`` are answered 413."""
    answers = Answers(quiet=quiet)

    async def watch() -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            await asyncio.to_thread(served.refresh)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        running = [asyncio.create_task(watch()), asyncio.create_task(inbox.run())]
        yield
        await inbox.drain()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    app = FastAPI(
        title="baogao",
        version=baogao.__version__,
        lifespan=lifespan,
        docs_url=None,  # that page fetches scripts from elsewhere; /openapi.json describes the routes
        redoc_url=None,
    )
    app.add_middleware(BodyLimit, max_bytes=max_bytes)
    answer_problems(app)

    @app.get("/health")
    async def health() -> dict[str, Any]:
        """That the service answers, and with which model."""
        predictor = served.predictor
        return {
            "status": "UP",
            "model": predictor.model_id,
            "engine": predictor.tagger.engine.name,
            "webhooks": {"received": inbox.received, "refused": inbox.refused, "lost": inbox.lost},
        }

    @app.post("/predict")
    async def predict(query: PredictRequest, request: Request) -> dict[str, Any]:
        """Spans of texts. The key that only one kind of request has says which kind it is."""
        if isinstance(query, Tasks):
            return await answers.tasks(query, served.predictor, request)
        return await answers.plain(query, served.predictor, request)

    @app.post("/setup")
    async def setup(query: Setup) -> dict[str, Any]:
        """Label Studio's greeting."""
        return answers.setup(query, served.predictor)

    @app.get("/versions")
    async def versions() -> dict[str, Any]:
        """The versions that can be asked for: the one that is loaded."""
        return {"versions": [served.predictor.model_id]}

    @app.post("/webhook")
    async def webhook(payload: dict[str, Any]) -> JSONResponse:
        """Take an event and answer at once; it is written down when there is time."""
        if inbox.put(Event.of(payload)):
            return JSONResponse({"status": "queued"})
        return JSONResponse({"error": "too many events wait to be written", "remedy": "send it again later"}, 503)

    return app
