"""Against a real server: whatever breaks, running the command again ends where an undisturbed run would have."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import pytest

from baogao.corpus.records import Mark
from baogao.labels import LabelSet
from baogao.reports.read import document
from baogao.spans import Span
from baogao.studio import pull as pull_module
from baogao.studio import push as push_module
from baogao.studio.connection import LostConnectionError, connect
from baogao.studio.project import ensure_project
from baogao.studio.pull import pull, side_files
from baogao.studio.push import PreAnnotation, by_task, held_tasks, push
from baogao.studio.tasks import Task, split
from conftest import ROOT
from studio_server import Line, Studio, baogao, free_port
from test_cli import clear

pytestmark = pytest.mark.integration

Rule = Callable[[int, str, str], str | int | None]
COUNT = 240
TEXT = "".join(f"第{i:03}项指标完成{i:03}.5亿元。\n" for i in range(COUNT))
TASKS = split(document(TEXT), report="故障", size=1)
MARKS = tuple(Mark(i * 18, i * 18 + 7, "METRIC") for i in range(COUNT))
MADE = {
    task.key: [PreAnnotation(spans, "made up")] for task, spans in by_task([Span.of(TEXT, *m) for m in MARKS], TASKS)
}


def predict(task: Task) -> list[PreAnnotation]:
    return MADE[task.key]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter pauses between tries: what is tested is what is tried, not how long it takes."""
    monkeypatch.setattr(push_module, "PAUSES", (0.05, 0.1, 0.5))
    monkeypatch.setattr(pull_module, "PAUSES", (0.05, 0.1, 0.5))
    monkeypatch.setattr("baogao.studio.connection.PAUSES", (0.05, 0.1, 0.5))


@pytest.fixture
def number(studio: Studio, labels: LabelSet, request: pytest.FixtureRequest) -> int:
    return ensure_project(studio.client, studio.url, labels, title=request.node.name[:50])[0]


def everything_is_there_once(studio: Studio, number: int, tasks: Sequence[Task] = TASKS) -> None:
    """The state of an undisturbed push: each task and its pre-annotation, once."""
    held = held_tasks(studio.client, studio.url, number)
    assert sorted(h.task.key for h in held) == sorted(task.key for task in tasks)
    assert {h.models for h in held} == {frozenset({"made up"})}
    predictions = list(studio.client.predictions.list(project=number))
    assert sorted(p.task for p in predictions) == sorted(h.number for h in held)


def annotated(studio: Studio, number: int) -> None:
    push(studio.client, studio.url, number, TASKS, predict, quiet=True)
    studio.client.actions.create(id="predictions_to_annotations", project=number)


def everything_came(output: Path) -> None:
    from baogao.corpus.jsonl import read_jsonl

    (record,) = read_jsonl(output)
    assert (record.text, record.marks, record.ranges) == (TEXT, MARKS, None)


def is_import(method: str, path: str) -> bool:
    return method == "POST" and urlsplit(path).path.endswith("/import")


def test_a_line_that_drops_requests_and_answers(
    studio: Studio, number: int, shaky: Callable[[Rule], Line], labels: LabelSet, tmp_path: Path
) -> None:
    """Every fourth request is lost, every answer to a first import, and one answer breaks off midway."""
    imports: list[int] = []

    def rule(count: int, method: str, path: str) -> str | int | None:
        if is_import(method, path):
            imports.append(count)
            return "after" if len(imports) % 2 else None
        if "/export" in path and not any("/export" in p for _, p in line.seen[:-1]):
            return "half"
        return "before" if count % 4 == 0 else 503 if count % 7 == 0 else None

    line = shaky(rule)
    client = connect(line.url, studio.key)
    push(client, line.url, number, TASKS, predict, quiet=True)
    assert len(imports) >= 5
    everything_is_there_once(studio, number)
    studio.client.actions.create(id="predictions_to_annotations", project=number)
    pull(client, line.url, number, labels, tmp_path / "a.jsonl", quiet=True)
    everything_came(tmp_path / "a.jsonl")


def test_a_server_killed_in_the_middle_of_a_push(studio: Studio, number: int, shaky: Callable[[Rule], Line]) -> None:
    """Killed while it works at the third batch: whether that was kept or not, pushing again completes it."""
    imports: list[str] = []

    def rule(count: int, method: str, path: str) -> str | int | None:
        if is_import(method, path):
            imports.append(path)
            if len(imports) == 3:
                threading.Timer(0.15, studio.kill).start()  # in the middle of it, or thereabouts: any time must do
        return None

    line = shaky(rule)
    with pytest.raises(LostConnectionError):
        push(connect(line.url, studio.key), line.url, number, TASKS, predict, quiet=True)
    studio.restart()
    before = len(held_tasks(studio.client, studio.url, number))
    assert 0 < before < COUNT
    done = push(studio.client, studio.url, number, TASKS, predict, quiet=True)
    assert (done.added, done.present) == (COUNT - before, before)
    everything_is_there_once(studio, number)


def test_a_server_killed_in_the_middle_of_a_pull(
    studio: Studio, number: int, shaky: Callable[[Rule], Line], labels: LabelSet, tmp_path: Path
) -> None:
    annotated(studio, number)
    exports: list[str] = []

    def rule(count: int, method: str, path: str) -> str | int | None:
        if "/export" in path:
            exports.append(path)
            if len(exports) == 2:
                studio.kill()
        return None

    output = tmp_path / "a.jsonl"
    output.write_text("as it was\n", "utf-8")
    line = shaky(rule)
    with pytest.raises(LostConnectionError):
        pull(connect(line.url, studio.key), line.url, number, labels, output, quiet=True)
    assert output.read_text("utf-8") == "as it was\n"
    studio.restart()
    line.rule = lambda count, method, path: None
    done = pull(connect(line.url, studio.key), line.url, number, labels, output, quiet=True)
    assert done.fetched == COUNT - pull_module.BATCH  # the batch that had come was kept
    everything_came(output)


def test_our_own_end_in_the_middle_of_a_pull(
    studio: Studio, number: int, shaky: Callable[[Rule], Line], labels: LabelSet, tmp_path: Path
) -> None:
    """The command itself is killed: the file stays as it was, the next run goes on."""
    annotated(studio, number)
    started: list[subprocess.Popen[bytes]] = []

    def rule(count: int, method: str, path: str) -> str | int | None:
        if path.count("ids%5B%5D") and sum("/export" in p for _, p in line.seen) == 2 and started:
            started.pop().send_signal(signal.SIGKILL)
        return None

    line = shaky(rule)
    output = tmp_path / "a.jsonl"
    output.write_text("as it was\n", "utf-8")
    command = [sys.executable, "-m", "baogao", "studio", "pull", "--project", str(number), "-o", str(output)]
    environment = {**os.environ, "LABEL_STUDIO_URL": line.url, "LABEL_STUDIO_API_KEY": studio.key}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    started.append(process)
    assert process.wait(timeout=120) == -signal.SIGKILL
    assert output.read_text("utf-8") == "as it was\n"
    done = pull(connect(line.url, studio.key), line.url, number, labels, output, quiet=True)
    assert done.fetched < COUNT
    everything_came(output)


def test_a_full_disk_here(studio: Studio, number: int, tmp_path: Path) -> None:
    """No file may grow beyond 60 kB: the pull says so, the old file stays, and with room it goes on."""
    annotated(studio, number)
    output = tmp_path / "a.jsonl"
    output.write_text("as it was\n", "utf-8")
    arguments = ("studio", "pull", "--project", str(number), "-o", str(output))
    variables = {"LABEL_STUDIO_URL": studio.url, "LABEL_STUDIO_API_KEY": studio.key}
    limited = subprocess.run(
        [sys.executable, "-m", "baogao", *arguments],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, **variables}, check=False, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
    )  # fmt: skip
    clear(limited, 1, "File too large")
    assert output.read_text("utf-8") == "as it was\n"
    clear(baogao(*arguments, **variables), 0)
    everything_came(output)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process are set on Linux alone")
def test_a_full_disk_on_the_server(studio: Studio, number: int) -> None:
    """The database may not grow: the push fails clearly; with room again it completes."""
    size = (studio.server.data / "label_studio.sqlite3").stat().st_size
    unlimited = resource.prlimit(studio.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(studio.pid, resource.RLIMIT_FSIZE, (size + 8192, unlimited[1]))
    try:
        with pytest.raises(LostConnectionError, match="the server failed"):
            push(studio.client, studio.url, number, TASKS, predict, quiet=True)
    finally:
        resource.prlimit(studio.pid, resource.RLIMIT_FSIZE, unlimited)
    push(studio.client, studio.url, number, TASKS, predict, quiet=True)
    everything_is_there_once(studio, number)


def test_two_pushes_at_once_leave_no_doubles(studio: Studio, number: int) -> None:
    few = TASKS[:60]
    threads = [
        threading.Thread(target=push, args=(connect(studio.url, studio.key), studio.url, number, few, predict))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    push(studio.client, studio.url, number, few, predict, quiet=True)
    everything_is_there_once(studio, number, few)


def test_keys_that_are_wrong_revoked_or_expired(studio: Studio, tmp_path: Path) -> None:
    """Each is a clear answer at once, and the key is in none of them."""
    token = studio.client.tokens.create().token
    assert token is not None
    connect(studio.url, token)
    claims = jwt.decode(token, options={"verify_signature": False})
    expired = jwt.encode({**claims, "exp": 1_600_000_000}, "x" * 32, algorithm="HS256")
    forged = jwt.encode(claims, "x" * 32, algorithm="HS256")
    studio.client.tokens.blacklist(refresh=token)
    for key in ("0" * 40, expired, forged, token):
        result = baogao(
            "studio", "pull", "-o", tmp_path / "a.jsonl", LABEL_STUDIO_URL=studio.url, LABEL_STUDIO_API_KEY=key
        )
        clear(result, 1, "refuses the key", "Account & Settings")
        assert key not in result.stdout + result.stderr
    private = tmp_path / "key"
    private.write_text(studio.key + "\n")
    private.chmod(0o644)
    arguments = ("studio", "pull", "--url", studio.url, "--key-file", private, "-o", tmp_path / "a.jsonl")
    clear(baogao(*arguments, "--title", "nothing of the kind"), 1, "others can read this key", "chmod 600")
    private.chmod(0o600)
    clear(baogao(*arguments, "--title", "nothing of the kind"), 1, "no project called")
    clear(baogao(*arguments, "--project", "999999"), 1, "not found")
    assert not (tmp_path / "a.jsonl").exists()


def test_a_server_that_is_not_there_or_no_server(studio: Studio, tmp_path: Path, shaky: Callable[[Rule], Line]) -> None:
    output = tmp_path / "a.jsonl"
    nowhere = f"http://127.0.0.1:{free_port()}"
    key = {"LABEL_STUDIO_API_KEY": "x" * 40}
    clear(baogao("studio", "pull", "--url", nowhere, "-o", output, **key), 1, "nothing answers", "baogao studio up")
    clear(baogao("studio", "pull", "--url", "studio", "-o", output, **key), 1, "no server's address")
    secure = studio.url.replace("http:", "https:")
    clear(baogao("studio", "pull", "--url", secure, "-o", output, **key), 1, "no secure connection")
    broken = shaky(lambda count, method, path: 500)
    clear(baogao("studio", "pull", "--url", broken.url, "-o", output, **key), 1, "the server failed (500)")
    page = shaky(lambda count, method, path: 200)
    page.body = b"<html>another server</html>"
    clear(baogao("studio", "pull", "--url", page.url, "-o", output, **key), 1, "is no Label Studio")
    nobody = {"BAOGAO_STUDIO": str(tmp_path / "none"), "LABEL_STUDIO_URL": "", "LABEL_STUDIO_API_KEY": ""}
    clear(baogao("studio", "pull", "-o", output, **nobody), 1, "no server is running here")
    clear(baogao("studio", "pull", "--url", studio.url, "-o", output, **nobody), 1, "no key for")
    assert side_files(output)[0].exists() is False
