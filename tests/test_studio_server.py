"""The local server's commands: its port or none, secrets that stay secret, and nobody else's process stopped."""

from __future__ import annotations

import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from baogao.errors import BaogaoError
from baogao.studio.connection import read_key
from baogao.studio.server import LocalServer
from studio_server import baogao, free_port, template
from test_cli import clear


def test_a_busy_port_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = baogao("studio", "up", "--port", str(port), BAOGAO_STUDIO=str(tmp_path / "s"))
    clear(result, 1, f"port {port} is taken", "--port NUMBER")
    assert not (tmp_path / "s").exists()


def test_nothing_runs_at_first(tmp_path: Path) -> None:
    here = {"BAOGAO_STUDIO": str(tmp_path)}
    clear(baogao("studio", "status", **here), 1, "no server is running here", "baogao studio up")
    clear(baogao("studio", "down", **here), 0, "no server is running here")


def test_a_process_of_another_time_is_not_ours(tmp_path: Path) -> None:
    """A number in an old file may be anyone's by now: it is neither believed nor stopped."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (tmp_path / "process.json").write_text(
            f'{{"pid": {stranger.pid}, "began": "Thu Jan  1 00:00:00 1970", "url": "http://127.0.0.1:9"}}'
        )
        server = LocalServer(tmp_path)
        assert server.running() is None
        assert server.stop() is False
        assert stranger.poll() is None
        stranger.communicate(b"\n")


def test_keys_are_read_from_private_files_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with pytest.raises(BaogaoError, match="cannot read"):
        read_key(path)
    path.write_text("two words\n")
    path.chmod(0o640)
    with pytest.raises(BaogaoError, match="others can read this key"):
        read_key(path)
    path.chmod(0o600)
    with pytest.raises(BaogaoError, match="does not hold one key"):
        read_key(path)
    path.write_text("abc\n")
    assert read_key(path) == "abc"


@pytest.mark.integration
def test_up_status_down(tmp_path: Path) -> None:
    """A server's life by the commands alone, on a copy of a folder that is set up already."""
    made = template()
    folder = tmp_path / "s"
    shutil.copytree(made.folder, folder, ignore=shutil.ignore_patterns("*.log", "process.json"))
    (folder / made.venv.name).symlink_to(made.venv)
    port = free_port()
    here = {"BAOGAO_STUDIO": str(folder), "LABEL_STUDIO_API_KEY": "", "LABEL_STUDIO_URL": ""}
    started = baogao("studio", "up", "--port", str(port), **here)
    try:
        clear(started, 0, "admin@localhost.local")
        assert started.stdout == f"http://127.0.0.1:{port}\n"
        server = LocalServer(folder)
        first = server.running()
        clear(baogao("studio", "up", "--port", str(port), **here), 0)
        assert server.running() == first
        clear(baogao("studio", "status", **here), 0, str(folder / "password"))
        # Reached by its own key, on loopback alone; the secrets are in no output, log or command line.
        clear(baogao("studio", "pull", "-o", tmp_path / "a.jsonl", **here), 1, "no project called 'baogao'")
        assert first is not None
        words = Path(f"/proc/{first.pid}/cmdline").read_bytes() if sys.platform == "linux" else b""
        for name in ("key", "password"):
            secret = (folder / name).read_text("utf-8").strip()
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
            assert secret not in started.stdout + started.stderr + server.log.read_text("utf-8")
            assert secret.encode() not in words
        with socket.socket() as outside:
            outside.settimeout(5)
            assert outside.connect_ex((_outside_address(), port)) != 0
    finally:
        clear(baogao("studio", "down", **here), 0)
    assert server.running() is None
    with socket.socket() as gone:
        assert gone.connect_ex(("127.0.0.1", port)) != 0
    clear(baogao("studio", "status", **here), 1)


def _outside_address() -> str:
    """An address of this machine that is not loopback; where there is none, one that nobody answers at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "192.0.2.1"
        return str(probe.getsockname()[0])
