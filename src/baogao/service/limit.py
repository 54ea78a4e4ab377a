"""The limit on the size of requests."""

from __future__ import annotations

from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PATIENCE: Final = 8
"""So many times the limit is read and thrown away before the answer: who still sends does not listen."""


class BodyLimit:
    """ASGI middleware: a request whose body has more than ``max_bytes`` is answered 413 and reaches nobody."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        total, more = 0, True
        while more and total <= _PATIENCE * self.max_bytes:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client has gone
            more = message.get("more_body", False)
            total += len(message.get("body", b""))
            if total <= self.max_bytes:
                body += message["body"]
        if total > self.max_bytes:
            await self._refuse(scope, receive, send)
            return
        read = False

        async def replay() -> Message:
            nonlocal read
            if read:
                return await receive()
            read = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self.app(scope, replay, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        value = {
            "error": f"the request is larger than {self.max_bytes:,} bytes",
            "remedy": "send fewer texts at a time, or start the service with a larger --max-megabytes",
        }
        await JSONResponse(value, 413, {"Connection": "close"})(scope, receive, send)
