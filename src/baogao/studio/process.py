"""Processes and ports of this machine: which process is meant, whether it lives, whether a port is free."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from baogao.errors import BaogaoError


@dataclass(frozen=True, slots=True)
class Running:
    """A server that was started: its process, when that began (numbers of processes are used again), its address."""

    pid: int
    began: str
    url: str


def refuse_busy(port: int) -> None:
    """BaogaoError where something listens on the port: Label Studio itself would silently take the next one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise BaogaoError(
                f"port {port} is taken ({error.strerror})", remedy="name another: baogao studio up --port NUMBER"
            ) from error


def began(pid: int) -> str | None:
    """When the process began, as the system says it; None where there is none (or only its remains)."""
    done = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
    )  # fmt: skip
    state, _, began = done.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else began.strip()


def until(done: Callable[[], bool], limit: float) -> bool:
    """Wait for a state, asking twice a second; False where it did not come in time."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.5)
    return done()
