"""Against a real Label Studio server: the prediction backend connected to a project, and the order of its tasks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from baogao.labels import LabelSet
from baogao.predictor import load
from baogao.reports import document
from baogao.service.webhooks import Inbox
from baogao.studio.next import TAB, next_batch, set_order
from baogao.studio.project import ensure_project
from baogao.studio.push import push
from baogao.studio.tasks import split
from baogao.tagger import Manifest
from service_help import serving, until
from studio_server import Studio

TEXT = "\n".join(
    f"全年{place}地区生产总值完成{n}亿元，增长{n}%；实施“百千万工程”\U00020bb7  建设。"
    for n, place in enumerate("甲乙丙丁戊己", 3)
)


@pytest.fixture(scope="module")
def api(studio: Studio) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Token {studio.key}"}
    with httpx.Client(base_url=studio.url, headers=headers, timeout=120) as client:
        yield client


def command(*options: str, **server: str) -> subprocess.CompletedProcess[str]:
    """``baogao studio next`` of the server with this address and key."""
    named = {"LABEL_STUDIO_URL": server.get("url", ""), "LABEL_STUDIO_API_KEY": server.get("key", "")}
    words = [sys.executable, "-m", "baogao", "studio", "next", *options]
    return subprocess.run(
        words, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, **named, "BAOGAO_MODEL": ""}
    )


def test_usage() -> None:
    wrong = command("--format", "xml")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "use table or jsonl" in wrong.stderr
    absent = command("--model", "/no/model")
    assert absent.returncode == 1
    assert "there is no such model directory" in absent.stderr


def project(studio: Studio, labels: LabelSet, title: str) -> tuple[int, dict[int, str]]:
    """A project of six tasks, and their texts by number."""
    number, _ = ensure_project(studio.client, studio.url, labels, title=title)
    push(studio.client, studio.url, number, split(document(TEXT), report=title, size=10), None, quiet=True)
    listed: Any = studio.client.tasks.list(project=number, fields="all")
    return number, {task.id: task.data["text"] for task in listed}


@pytest.mark.integration
def test_predictions_and_events_come_through_the_server(
    studio: Studio, api: httpx.Client, labels: LabelSet, model_directory: Path, tmp_path: Path
) -> None:
    number, texts = project(studio, labels, "backend")
    tagger = load(model_directory, threads=1).tagger
    name = Manifest.load(model_directory).model_id
    events = tmp_path / "events.jsonl"
    with serving(model_directory, inbox=Inbox(events)) as service:
        body = {"project": number, "url": str(service.base_url), "title": "baogao"}
        connected = api.post("/api/ml", json=body)
        assert connected.status_code == 201, connected.text
        assert (connected.json()["state"], connected.json()["model_version"]) == ("CO", name)
        everything = {"selectedItems": {"all": True, "excluded": []}, "ordering": []}
        query: dict[str, str | int] = {"id": "retrieve_tasks_predictions", "project": number}
        assert api.post("/api/dm/actions", params=query, json=everything).json()["processed_items"] == len(texts)
        found = api.get("/api/predictions", params={"project": number}).json()
        assert {p["task"] for p in found} == set(texts)
        for prediction in found:
            text = texts[prediction["task"]]
            drawn = [(r["value"]["start"], r["value"]["end"], r["value"]["labels"]) for r in prediction["result"]]
            assert drawn == [(s.start, s.end, [s.label]) for s in tagger.spans(text)]
            assert prediction["model_version"] == name
        backend = connected.json()["id"]
        assert api.get(f"/api/ml/{backend}/versions").json()["versions"] == [name]
        first = min(texts)
        made = api.post(f"/api/tasks/{first}/annotations/", json={"result": [], "lead_time": 1})
        assert api.post(f"/api/ml/{backend}/train").status_code == 200
        until(lambda: service.get("/health").json()["webhooks"]["received"] >= 2)
    lines = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    created = next(line for line in lines if line["action"] == "ANNOTATION_CREATED")
    assert (created["project"], created["tasks"], created["annotations"]) == (number, [first], [made.json()["id"]])
    assert "START_TRAINING" in [line["action"] for line in lines]


@pytest.mark.integration
def test_the_order_is_a_tab_that_gives_out_tasks(
    studio: Studio, api: httpx.Client, labels: LabelSet, model_directory: Path
) -> None:
    number, _ = project(studio, labels, "order")
    predictor = load(model_directory, threads=1)
    client, url = studio.client, studio.url
    batch = next_batch(client, url, number, predictor, limit=4, quiet=True)
    assert (len(batch.choices), batch.unlabelled, batch.labelled) == (4, 6, 0)
    assert set_order(client, url, number, batch.choices, quiet=True) == 4
    assert set_order(client, url, number, batch.choices, quiet=True) == 0

    def tab() -> dict[str, Any]:
        (found,) = [
            v for v in api.get("/api/dm/views/", params={"project": number}).json() if v["data"]["title"] == TAB
        ]
        return dict(found)

    def shown() -> list[int]:
        query = {"view": tab()["id"], "project": number, "fields": "all"}
        return [task["id"] for task in api.get("/api/tasks", params=query).json()["tasks"]]

    ids = [int(choice.id) for choice in batch.choices]
    assert shown() == ids
    action: dict[str, str | int] = {"id": "next_task", "project": number, "tabID": tab()["id"]}
    given = api.post("/api/dm/actions", params=action, json={"ordering": tab()["data"]["ordering"]}).json()
    assert given["id"] == ids[0]
    # What is annotated leaves the order; what was in it and no longer is loses its rank.
    assert api.post(f"/api/tasks/{ids[0]}/annotations/", json={"result": []}).status_code == 201
    later = next_batch(client, url, number, predictor, limit=2, quiet=True)
    assert (later.unlabelled, later.labelled) == (5, 1)
    assert ids[0] not in [int(choice.id) for choice in later.choices]
    # The command sets the same order and prints it; the key comes from the environment.
    options = ("--project", str(number), "--limit", "2", "--format", "jsonl", "--model", str(model_directory))
    dry = command(*options, "--dry-run", url=url, key=studio.key)
    assert shown() == ids  # nothing changed
    done = command(*options, url=url, key=studio.key)
    assert dry.stdout == done.stdout
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["reason"] for line in lines] == [choice.reason for choice in later.choices]
    assert [line["url"] for line in lines] == [f"{url}/projects/{number}/data?task={c.id}" for c in later.choices]
    assert shown() == [int(choice.id) for choice in later.choices]
    assert "5 tasks without annotations, 1 with; 2 ordered" in done.stderr
    assert studio.key not in done.stdout + done.stderr
