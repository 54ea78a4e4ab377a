"""A service that really listens, in a thread of the test's process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from baogao.service.app import create_app
from baogao.service.served import Served
from baogao.service.server import listen
from baogao.service.webhooks import Inbox

DEADLINE = 60.0


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; a failure where it never does."""
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@contextmanager
def serving(model: Path, *, inbox: Inbox | None = None, max_bytes: int = 2**20) -> Iterator[httpx.Client]:
    """A client of a service on a free port, which ends with the block."""
    app = create_app(Served(model, threads=1), inbox or Inbox(), max_bytes=max_bytes)
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started)
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=DEADLINE) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(DEADLINE)
        assert not thread.is_alive()
