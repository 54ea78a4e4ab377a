"""A Label Studio server of one's own on this machine: installed once, on loopback, its data in one folder."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from platformdirs import user_data_path
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from baogao.errors import BaogaoError
from baogao.files import write_json
from baogao.progress import console
from baogao.studio.process import Running, began, refuse_busy, until

VERSION: Final = "1.23.2"
PORT: Final = 8080
LOGIN: Final = "admin@localhost.local"
FOLDER_VARIABLE: Final = "BAOGAO_STUDIO"
START_LIMIT: Final = 600.0
"""Seconds a start may take; the first one sets up the database."""

STOP_LIMIT: Final = 15.0


def default_folder() -> Path:
    """Where the local server lives: BAOGAO_STUDIO, or a folder among the user's data."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else user_data_path("baogao") / "studio"


class LocalServer:
    """The server in ``folder``: its own virtual environment (``venv``), database, secrets, log and process number."""

    def __init__(self, folder: Path | None = None, *, venv: Path | None = None) -> None:
        self.folder = (folder or default_folder()).absolute()
        self.venv = (venv or self.folder / f"venv-{VERSION}").absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.key_file = self.folder / "key"
        self.password_file = self.folder / "password"
        self._process_file = self.folder / "process.json"

    def running(self) -> Running | None:
        """The process that was started here, if it is still the same one."""
        try:
            running = Running(**json.loads(self._process_file.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return running if began(running.pid) == running.began else None

    def healthy(self) -> bool:
        """Whether the server answers and knows our key: then it is ours and no other on the same port."""
        running = self.running()
        if running is None:
            return False
        request = urllib.request.Request(f"{running.url}/api/current-user/whoami")
        request.add_header("Authorization", f"Token {self.key_file.read_text('utf-8').strip()}")
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def install(self, *, quiet: bool = False) -> bool:
        """Make the virtual environment where it is missing; whether it was made now."""
        marker = self.venv / ".installed"
        if marker.is_file():
            return False
        self._make_folder()
        shutil.rmtree(self.venv, ignore_errors=True)  # one that was left half made
        log = self.folder / "install.log"
        commands = (
            [sys.executable, "-m", "venv", str(self.venv)],
            [str(self.venv / "bin" / "python"), "-m", "pip", "install", "--quiet", f"label-studio=={VERSION}"],
        )
        with open(log, "wb") as stream, _spinner(f"installing Label Studio {VERSION} (a minute or two)", quiet):
            for command in commands:
                done = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, check=False)
                if done.returncode:
                    stream.flush()
                    raise BaogaoError(
                        f"Label Studio could not be installed:\n{_tail(log)}",
                        path=log,
                        remedy="see the log; it needs the package index and about 1 GB of disk",
                    )
        marker.write_text(VERSION + "\n", "utf-8")
        return True

    def start(self, port: int = PORT, *, quiet: bool = False) -> Running:
        """Install where needed, start on loopback and wait until it answers; what runs already is left running."""
        running = self.running()
        if running is not None:
            self._wait(running, quiet=quiet)
            return running
        refuse_busy(port)
        self.install(quiet=quiet)
        self._make_folder()
        self._make_secrets()
        url = f"http://127.0.0.1:{port}"
        command = [
            str(self.venv / "bin" / "label-studio"), "start", "--no-browser", "--log-level", "WARNING",
            "--internal-host", "127.0.0.1", "--port", str(port), "--data-dir", str(self.data),
        ]  # fmt: skip
        with open(os.open(self.log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment(),
                start_new_session=True,
                cwd=self.folder,
            )
        running = Running(process.pid, began(process.pid) or "", url)
        write_json(self._process_file, asdict(running))
        try:
            self._wait(running, quiet=quiet, ended=lambda: process.poll() is not None)
        except BaseException:
            self.stop()
            raise
        return running

    def stop(self) -> bool:
        """Stop what was started here, and nothing else; whether there was something to stop."""
        running = self.running()
        if running is not None:
            # It leads a session of its own, so its group holds its children and nobody else's.
            for number, limit in ((signal.SIGTERM, STOP_LIMIT), (signal.SIGKILL, STOP_LIMIT)):
                try:
                    os.killpg(running.pid, number)
                except ProcessLookupError:
                    break
                if until(lambda: began(running.pid) != running.began, limit):
                    break
        self._process_file.unlink(missing_ok=True)
        return running is not None

    def _wait(self, running: Running, *, quiet: bool, ended: Callable[[], bool] = lambda: False) -> None:
        with _spinner(f"waiting for {running.url} (the first start takes a minute or two)", quiet):
            answered = until(lambda: self.healthy() or ended() or self.running() is None, START_LIMIT)
        if not answered or ended() or not self.healthy():
            raise BaogaoError(
                f"the server did not come up:\n{_tail(self.log)}",
                path=self.log,
                remedy="see the log; is the port free?",
            )

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.data.mkdir(mode=0o700, exist_ok=True)

    def _make_secrets(self) -> None:
        for path, secret in ((self.key_file, secrets.token_hex(20)), (self.password_file, secrets.token_urlsafe(12))):
            if not path.is_file():
                with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as stream:
                    stream.write(secret + "\n")

    def _environment(self) -> dict[str, str]:
        """Secrets go through the environment: a command line is everyone's to read."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LABEL_STUDIO_", "DJANGO_"))}
        return {
            **kept,
            "LABEL_STUDIO_USERNAME": LOGIN,
            "LABEL_STUDIO_PASSWORD": self.password_file.read_text("utf-8").strip(),
            "LABEL_STUDIO_USER_TOKEN": self.key_file.read_text("utf-8").strip(),
            # These would also be read without the prefix, and HOST or DEBUG is set in many a shell.
            "LABEL_STUDIO_HOST": "",
            "LABEL_STUDIO_DEBUG": "false",
            "LABEL_STUDIO_DJANGO_DB": "sqlite",
            "LABEL_STUDIO_DATABASE_NAME": str(self.data / "label_studio.sqlite3"),
            # Without it the token above answers 401; it counts before the first start alone.
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
            "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
            # The prediction backend and its webhook run on this machine too (baogao serve).
            "LABEL_STUDIO_ML_BLOCK_LOCAL_IP": "false",
            "LABEL_STUDIO_SSRF_PROTECTION_ENABLED": "false",
            # Nothing is sent to anyone.
            "LABEL_STUDIO_COLLECT_ANALYTICS": "false",
            "LABEL_STUDIO_LATEST_VERSION_CHECK": "false",
            "LABEL_STUDIO_SENTRY_DSN": "",
            "LABEL_STUDIO_FRONTEND_SENTRY_DSN": "",
        }


def _spinner(words: str, quiet: bool) -> Progress:
    out = console()
    if not quiet and not out.is_terminal:
        out.print(words)
    progress = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=out, disable=quiet or not out.is_terminal, transient=True,
    )  # fmt: skip
    progress.add_task(words, total=None)
    return progress


def _tail(path: Path) -> str:
    try:
        lines = path.read_text("utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return "\n".join(f"    {line[:200]}" for line in lines[-8:])
