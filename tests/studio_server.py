"""A real Label Studio server for the tests, one a session (and a worker of pytest-xdist), and a line to it that fails.

The server's virtual environment and a data folder whose database is set up are kept in .venv-studio (or where
BAOGAO_STUDIO_CACHE says): the first run installs and migrates, later ones copy the folder.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
from label_studio_sdk import LabelStudio

from baogao.studio.connection import connect, read_key
from baogao.studio.server import VERSION, LocalServer

ROOT: Final = Path(__file__).resolve().parents[1]
CACHE: Final = Path(os.environ.get("BAOGAO_STUDIO_CACHE") or ROOT / ".venv-studio")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def template() -> LocalServer:
    """A server folder with a database that is set up, made once and locked against other workers meanwhile."""
    CACHE.mkdir(parents=True, exist_ok=True)
    made = LocalServer(CACHE / f"template-{VERSION}", venv=CACHE / f"venv-{VERSION}")
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        marker = made.folder / ".migrated"
        if not marker.is_file():
            shutil.rmtree(made.folder, ignore_errors=True)
            made.start(free_port(), quiet=True)
            made.stop()
            marker.touch()
    return made


@dataclass
class Studio:
    """A running server, its administrator's client, and what only tests do to it."""

    server: LocalServer
    url: str
    client: LabelStudio
    people: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return read_key(self.server.key_file)

    @property
    def password(self) -> str:
        return self.server.password_file.read_text("utf-8").strip()

    @property
    def pid(self) -> int:
        running = self.server.running()
        assert running is not None
        return running.pid

    def kill(self) -> None:
        """End the server as a power cut would."""
        os.killpg(self.pid, signal.SIGKILL)

    def restart(self) -> None:
        self.server.start(urlsplit(self.url).port or 0, quiet=True)

    def annotator(self, email: str, password: str = "not-a-secret-1") -> LabelStudio:
        """The client of a person of that address, who signs up by the organisation's invitation the first time."""
        if email not in self.people:
            headers = {"Authorization": f"Token {self.key}"}
            invited = httpx.get(f"{self.url}/api/invite", headers=headers, timeout=30).json()["invite_url"]
            with httpx.Client(base_url=self.url, follow_redirects=True, timeout=60) as browser:
                form = browser.get(invited)
                token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
                assert token is not None
                answer = browser.post(
                    invited,
                    data={"csrfmiddlewaretoken": token[1], "email": email, "password": password},
                    headers={"Referer": f"{self.url}{invited}"},
                )
                assert answer.status_code == 200, answer.text
                self.people[email] = browser.get("/api/current-user/token").json()["token"]
        return connect(self.url, self.people[email])


@contextmanager
def running_studio(folder: Path) -> Iterator[Studio]:
    """A server of its own in ``folder``, a copy of the template."""
    made = template()
    shutil.copytree(made.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.log", "process.json"))
    folder.chmod(0o700)
    server = LocalServer(folder, venv=made.venv)
    running = server.start(free_port(), quiet=True)
    try:
        yield Studio(server, running.url, connect(running.url, read_key(server.key_file)))
    finally:
        server.stop()


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running_studio(tmp_path_factory.mktemp("studio")) as running:
        yield running


@dataclass
class Line:
    """A line to the server that does as the test says: ``rule`` sees each request (its number, method and path) and
    names what becomes of it: None (nothing), "before" (lost on the way), "after" (done, the answer lost), "half" (the
    answer broken off), or a status of its own."""

    url: str
    rule: Callable[[int, str, str], str | int | None]
    seen: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b'{"detail": "made up by a test"}'


def _handler(line: Line, target: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            line.seen.append((self.command, self.path))
            fate = line.rule(len(line.seen), self.command, self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if fate == "before":
                return self.drop()
            if isinstance(fate, int):
                return self.reply(fate, line.body, "application/json")
            try:
                status, kind, content = self.forward(body)
            except (OSError, http.client.HTTPException):
                return self.drop()
            if fate == "after":
                return self.drop()
            if fate == "half":
                self.reply(status, content, kind, sent=len(content) // 2)
                return self.drop()
            return self.reply(status, content, kind)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

        def forward(self, body: bytes) -> tuple[int, str, bytes]:
            parts = urlsplit(target)
            onward = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
            kept = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "accept-encoding")}
            onward.request(self.command, self.path, body or None, kept)
            answer = onward.getresponse()
            content = answer.read()
            onward.close()
            return answer.status, answer.headers.get("Content-Type") or "application/json", content

        def reply(self, status: int, content: bytes, kind: str, sent: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:sent])

        def drop(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def baogao(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command, with these variables in its environment."""
    command = [sys.executable, "-m", "baogao", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "200", **variables}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=300, check=False)


@pytest.fixture
def shaky(studio: Studio) -> Iterator[Callable[[Callable[[int, str, str], str | int | None]], Line]]:
    """Make a line to the server with a rule for its failures."""
    servers: list[ThreadingHTTPServer] = []

    def make(rule: Callable[[int, str, str], str | int | None]) -> Line:
        line = Line("", rule)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(line, studio.url))
        line.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return line

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()
