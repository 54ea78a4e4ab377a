"""``baogao serve``: a socket, a model, a server around the application."""

from __future__ import annotations

import ipaddress
import os
import socket
from copy import deepcopy
from pathlib import Path
from typing import Any

from baogao.errors import BaogaoError, MissingExtraError
from baogao.progress import console
from baogao.tagger.engines import EngineName

GRACE_SECONDS = 30
"""How long requests in progress may go on when the server is told to end."""


def serve(
    *,
    model: str | None,
    host: str,
    port: int,
    engine: EngineName,
    threads: int | None,
    events: Path | None,
    max_megabytes: int,
    allow_remote: bool,
    quiet: bool,
) -> int:
    """Serve until told to end. The address is printed on standard output once requests are taken.

    BaogaoError for a port that is taken, an address that is not this machine's, a model that cannot be loaded.
    """
    try:
        import uvicorn

        from baogao.service.answers import INFERENCES
        from baogao.service.app import create_app
        from baogao.service.served import Served
        from baogao.service.webhooks import Inbox
    except ImportError as error:
        raise MissingExtraError(error.name or "fastapi", "serve", "baogao serve") from error

    class Server(uvicorn.Server):
        """Says where it answers, for programs that started it."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                print(address, flush=True)

    # Before the model is loaded: whoever waits for that should not learn afterwards that the port is taken.
    with listen(host, port, allow_remote=allow_remote) as listener:
        name, number = listener.getsockname()[:2]
        address = f"http://[{name}]:{number}" if ":" in name else f"http://{name}:{number}"
        if events is not None:
            events.open(
                "a"
            ).close()  # or the first event would be lost before anybody learns that nothing can be written
        # Together the texts tagged at a time take the cores once; more threads than cores wait for each other.
        share = max(1, (os.cpu_count() or 1) // INFERENCES)
        served = Served(model, engine, threads=threads or share, quiet=quiet)
        if not quiet:
            console().print(f"{served.predictor.model_id} answers at {address}; Ctrl-C ends it")
        app = create_app(served, Inbox(events), max_bytes=max_megabytes * 2**20, quiet=quiet)
        config = uvicorn.Config(
            app,
            log_config=_logging(),
            access_log=not quiet,
            timeout_graceful_shutdown=GRACE_SECONDS,
            server_header=False,
        )
        server = Server(config)
        server.run(sockets=[listener])
    return 0 if server.started else 1


def listen(host: str, port: int, *, allow_remote: bool = False) -> socket.socket:
    """A listening socket; BaogaoError where the port is taken or the address may not or cannot be used."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise BaogaoError(f"no such address: {host}: {error.strerror}", remedy="use --host 127.0.0.1") from error
    if not ipaddress.ip_address(address[0]).is_loopback and not allow_remote:
        raise BaogaoError(
            f"{host} is reachable from other machines, and the service asks nobody for a password: whoever reaches the "
            "port can have texts tagged and read the model's name",
            remedy="use --host 127.0.0.1, or, in a network that you trust or behind a proxy that asks: --allow-remote",
        )
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port whose last server has just ended
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise BaogaoError(
            f"cannot listen on {host} port {port}: {error.strerror}",
            remedy="end what listens there, or choose another: --port N (0 takes a free one)",
        ) from error
    return listener


def _logging() -> dict[str, Any]:
    """Uvicorn's own, with requests on standard error (standard output is for programs) and less about itself."""
    from uvicorn.config import LOGGING_CONFIG

    config = deepcopy(LOGGING_CONFIG)
    config["handlers"]["access"]["stream"] = "ext://sys.stderr"
    config["loggers"]["uvicorn.error"]["level"] = "WARNING"
    return config
