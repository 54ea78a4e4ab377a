"""Errors as JSON: what is wrong, where, how to mend it. Values sent are not sent back: they may be secret."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from baogao.errors import BaogaoError
from baogao.progress import console


def answer_problems(app: FastAPI) -> None:
    """Give ``app`` one form of error: ``{"error", "where", "remedy"}``, the latter two where they are known."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        found = error.errors()
        value: dict[str, Any] = {"error": found[0]["msg"], "where": _where(found[0]["loc"])}
        if len(found) > 1:
            value["more"] = [{"error": e["msg"], "where": _where(e["loc"])} for e in found[1:20]]
        return JSONResponse({**value, "remedy": "docs/service.md describes the requests"}, 422)

    @app.exception_handler(BaogaoError)
    async def refused(request: Request, error: BaogaoError) -> JSONResponse:
        console().print(f"{request.url.path}: {error}")
        where = None if error.offset is None else f"character {error.offset}"
        value = {"error": error.what, "where": where, "remedy": error.remedy}
        return JSONResponse({key: one for key, one in value.items() if one}, 422)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _where(place: tuple[Any, ...]) -> str:
    """``("body", "texts", "texts", 3)`` → ``texts[3]``; the name of the kind of request is no part of the body."""
    keys = [p for p in place if p != "body"]
    if len(keys) > 1 and keys[0] in ("tasks", "documents", "texts", "text"):
        keys = keys[1:]
    shown = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return shown.lstrip(".") or "body"
