"""The commands of the local server."""

from __future__ import annotations

from baogao.progress import console
from baogao.studio.process import Running
from baogao.studio.server import LOGIN, LocalServer


def up_command(port: int, *, quiet: bool) -> int:
    server = LocalServer()
    running = server.start(port, quiet=quiet)
    if not quiet:
        _describe(server, running)
    return 0


def down_command(*, quiet: bool) -> int:
    """Stop the server; that none runs is no error."""
    stopped = LocalServer().stop()
    if not quiet:
        console().print("stopped; its data stay" if stopped else "no server is running here")
    return 0


def status_command() -> int:
    server = LocalServer()
    running = server.running()
    if running is None:
        console().print("no server is running here\n  → start one: baogao studio up")
        return 1
    _describe(server, running)
    if not server.healthy():
        console().print(f"it does not answer\n  → see {server.log}")
        return 1
    return 0


def _describe(server: LocalServer, running: Running) -> None:
    """Address on standard output, the rest on standard error. The password stays in its file."""
    print(running.url)
    console().print(
        f"login {LOGIN}, password in {server.password_file}\ndata in {server.data}, process {running.pid}, "
        f"log {server.log}"
    )
