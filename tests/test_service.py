"""The service over HTTP, as programs and as Label Studio meet it, with a model with random weights."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from safetensors.numpy import load_file, save_file

import baogao
from baogao import BaogaoError
from baogao.files import sha256_file
from baogao.labels import LabelSet
from baogao.service.interface import parse_interface
from baogao.service.server import listen
from baogao.service.webhooks import Event, Inbox
from baogao.tables import to_json
from baogao.tagger import Manifest
from conftest import ROOT
from service_help import serving, until

TEXT = "全年地区生产总值完成5亿元，增长6%；实施“百千万工程”建设。\n比上年提高\U00020bb7个百分点。"
INTERFACE = '<View><Labels name="l" toName="{}"><Label value="{}"/></Labels><Text name="t" value="$text"/></View>'
JSON = {"content-type": "application/json"}
SECRET = "s3cret-t0ken-value"


@pytest.fixture(scope="module")
def client(model_directory: Path) -> Iterator[httpx.Client]:
    with serving(model_directory) as client:
        yield client


def studio(texts: list[Any], config: str, **more: Any) -> dict[str, Any]:
    """A request as Label Studio 1.23.2 sends it, secrets included."""
    tasks = [
        {"id": i, "data": {"text": text}, "annotations": [], "predictions": [], "project": 1, "is_labeled": False}
        for i, text in enumerate(texts, start=7)
    ]
    params = {"login": "someone", "password": SECRET, "context": None}
    return {"tasks": tasks, "project": "1.1790000000", "label_config": config, "params": params, **more}


def test_a_text_is_answered_as_predict_prints_it(client: httpx.Client, model_directory: Path) -> None:
    predictor = baogao.load(model_directory, threads=1)
    answer = client.post("/predict", json={"text": TEXT})
    assert answer.status_code == 200
    assert answer.json() == to_json(None, predictor(TEXT), predictor.model_id)
    assert answer.json()["spans"]


def test_texts_and_documents_keep_order_and_ids(client: httpx.Client) -> None:
    one = client.post("/predict", json={"text": TEXT}).json()
    many = client.post("/predict", json={"texts": [TEXT, "", TEXT]}).json()["documents"]
    assert [d["spans"] for d in many] == [one["spans"], [], one["spans"]]
    named = client.post("/predict", json={"documents": [{"id": "b", "text": ""}, {"id": "a", "text": TEXT}]}).json()
    assert [d["id"] for d in named["documents"]] == ["b", "a"]
    assert named["documents"][1] == {**one, "id": "a"}


def test_one_bad_text_leaves_the_others_their_answers(client: httpx.Client) -> None:
    answer = client.post("/predict", content=b'{"texts": ["\\ud800", "a"]}', headers=JSON)
    bad, good = answer.json()["documents"]
    assert "half a surrogate pair" in bad["error"]
    assert good["spans"] == client.post("/predict", json={"text": "a"}).json()["spans"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "body"),
        ([], "body"),
        ({"text": 5}, "text"),
        ({"text": "a", "txets": []}, "txets"),
        ({"texts": ["a", 5]}, "texts[1]"),
        ({"documents": [{"id": "a"}]}, "documents[0].text"),
        ({"tasks": []}, "label_config"),
        ({"tasks": [5], "label_config": ""}, "tasks[0]"),
        ({"text": "a\ud800"}, "character 1"),
        ({"documents": [{"id": "\ud800", "text": ""}]}, "documents[0].id"),
    ],
)
def test_what_is_wrong_and_where(client: httpx.Client, body: Any, where: str) -> None:
    answer = client.post("/predict", content=json.dumps(body), headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["where"] == where
    assert answer.json()["error"]
    assert answer.json()["remedy"]


def test_what_is_no_json_is_refused(client: httpx.Client) -> None:
    assert client.post("/predict", content=b"[" * 100_000, headers=JSON).status_code in (400, 422)
    answer = client.post("/predict", content=b'{"text": ', headers=JSON)
    assert answer.status_code == 422
    assert "JSON" in answer.json()["error"]
    assert client.post("/predict", content=b"text").status_code == 422
    assert client.get("/predict").status_code == 405
    assert client.get("/none").json() == {"error": "Not Found"}


def test_too_large_requests_are_answered_413(client: httpx.Client) -> None:
    body = json.dumps({"text": "字" * 2**20}).encode()
    for content in (body, (body[i : i + 65536] for i in range(0, len(body), 65536))):  # the second names no length
        answer = client.post("/predict", content=content, headers=JSON)
        assert answer.status_code == 413
        assert "larger than 1,048,576 bytes" in answer.json()["error"]
        assert "--max-megabytes" in answer.json()["remedy"]
    assert client.get("/health").json()["status"] == "UP"


def test_one_result_for_every_task(client: httpx.Client, model_directory: Path, labels: LabelSet) -> None:
    config = labels.to_label_studio()
    body = json.dumps(studio([TEXT, "", None, 5, "\ud800", TEXT], config))
    answer = client.post("/predict", content=body, headers=JSON).json()
    spans = client.post("/predict", json={"text": TEXT}).json()["spans"]
    results = answer["results"]
    assert len(results) == 6
    assert [len(r["result"]) for r in results] == [len(spans), 0, 0, 0, 0, len(spans)]
    assert {r["model_version"] for r in results} == {Manifest.load(model_directory).model_id}
    assert all(0 < r["score"] <= 1 for r in results)
    for region, span in zip(results[0]["result"], spans, strict=True):
        assert region == {
            "id": f"{span['start']}-{span['end']}",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {"start": span["start"], "end": span["end"], "text": span["text"], "labels": [span["label"]]},
            "score": span["score"],
        }
        assert TEXT[span["start"] : span["end"]] == region["value"]["text"]
    assert client.post("/predict", json=studio([], config)).json()["results"] == []


def test_names_come_from_the_interface_that_was_sent(client: httpx.Client) -> None:
    config = """<View><Choices name="c" toName="t"><Choice value="METRIC"/></Choices>
      <Labels name="other" toName="t"><Label value="DIFF"/></Labels>
      <Labels name="span" toName="t">
        <Label value="指标"/><Label value="金额" alias="VALUE"/><Label value="增减" alias="CHANGE"/>
      </Labels><Text name="t" value="$body" granularity="symbol"/></View>"""
    request = studio([], config)
    request["tasks"] = [{"id": 1, "data": {"text": "no", "body": TEXT}}]
    regions = client.post("/predict", json=request).json()["results"][0]["result"]
    assert {r["from_name"] for r in regions} == {"span"}
    assert {r["to_name"] for r in regions} == {"t"}
    spans = client.post("/predict", json={"text": TEXT}).json()["spans"]
    names = {"METRIC": "指标", "VALUE": "VALUE", "CHANGE": "CHANGE"}
    assert [r["value"]["labels"] for r in regions] == [[names[s["label"]]] for s in spans if s["label"] in names]


@pytest.mark.parametrize(
    ("config", "what"),
    [
        ("", "no XML"),
        ("<View>", "no XML"),
        ("<View/>", "no <Labels> over a <Text>"),
        (INTERFACE.format("t", "Person"), "no <Labels>"),
        (INTERFACE.format("x", "指标"), "no <Labels>"),
        ('<!DOCTYPE v [<!ENTITY a "b">]><View>&a;</View>', "document type"),
        ('<!DOCTYPE v SYSTEM "http://127.0.0.1:9/x.dtd"><View/>', "document type"),
        ("<View>" * 300 + "</View>" * 300, "no XML"),
        (" " * 1_000_001, "1,000,001 characters"),
    ],
)  # fmt: skip
def test_interfaces_that_are_refused(client: httpx.Client, labels: LabelSet, config: str, what: str) -> None:
    with pytest.raises(BaogaoError, match=what):
        parse_interface(config, labels)
    answer = client.post("/predict", json=studio([TEXT], config))
    assert answer.status_code == 422
    assert what in answer.json()["error"]
    # A project can be connected before it has its interface.
    assert client.post("/setup", json={"project": "1.2", "schema": config, "access_token": SECRET}).status_code == 200


def test_setup_health_and_versions(client: httpx.Client, model_directory: Path, labels: LabelSet) -> None:
    name = Manifest.load(model_directory).model_id
    body = {
        "project": "1.1790000000",
        "schema": labels.to_label_studio(),
        "hostname": "http://localhost:8080",
        "access_token": SECRET,
        "extra_params": None,
    }
    assert client.post("/setup", json=body).json() == {"model_version": name}
    assert client.get("/versions").json() == {"versions": [name]}
    health = client.get("/health").json()
    assert health["status"] == "UP"
    assert health["model"] == name


def test_secrets_of_webhooks_are_neither_stored_nor_logged(
    model_directory: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
    labels: LabelSet,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    events = tmp_path / "events.jsonl"
    inbox = Inbox(events)
    payload = {
        "action": "ANNOTATIONS_CREATED",
        "annotation": [
            {"id": 31, "task": 9, "completed_by": {"email": SECRET}, "result": [{"value": {"text": SECRET}}]},
            {"id": 32, "task": 8, "result": SECRET},
        ],
        "task": {"id": 9, "data": {"text": SECRET}},
        "project": {"id": 4, "task_data_password": SECRET, "title": SECRET},
        "token": SECRET,
    }
    with serving(model_directory, inbox=inbox) as client:
        for action in ("ANNOTATIONS_CREATED", SECRET, {"x": SECRET}, None):
            answer = client.post("/webhook", json={**payload, "action": action}, headers={"Authorization": SECRET})
            assert answer.json() == {"status": "queued"}
        assert client.post("/webhook", json={}).json() == {"status": "queued"}
        assert client.post("/webhook", json=[SECRET]).status_code == 422
        client.post("/setup", json={"schema": "<", "access_token": SECRET})
        client.post("/predict", json=studio([TEXT], labels.to_label_studio()))
        client.post("/predict", json=studio([5, {}], "<View/>"))
        assert client.get("/health").json()["webhooks"] == {"received": 5, "refused": 0, "lost": 0}
    lines = [json.loads(line) for line in events.read_text("utf-8").splitlines()]  # all of them: the queue is drained
    assert [line["action"] for line in lines] == ["ANNOTATIONS_CREATED"] + ["UNKNOWN"] * 4
    assert (lines[0]["project"], lines[0]["tasks"], lines[0]["annotations"]) == (4, [8, 9], [31, 32])
    said = capfd.readouterr()
    for place in (caplog.text, said.out, said.err, *(p.read_text("utf-8") for p in tmp_path.rglob("*") if p.is_file())):
        assert SECRET not in place


def test_a_full_queue_says_so() -> None:
    inbox = Inbox(capacity=2)
    event = Event.of({"action": "TASKS_CREATED", "tasks": [{"id": True}, {"id": 3}, 5]})
    assert event.tasks == (3,)
    assert [inbox.put(event) for _ in range(3)] == [True, True, False]
    assert (inbox.received, inbox.refused) == (2, 1)


def other_model(source: Path, target: Path) -> str:
    """A copy of a model with other weights; returns its id."""
    shutil.copytree(source, target)
    weights = target / "model.safetensors"
    tensors = {name: -tensor for name, tensor in load_file(weights).items()}
    save_file(tensors, weights, metadata={"format": "pt"})
    (target / "model.onnx").unlink()
    from baogao.training.export import export_onnx

    export_onnx(target)
    manifest = Manifest.load(target)
    files = {"model.safetensors": sha256_file(weights)}
    Manifest(manifest.name, manifest.labels, manifest.max_characters, manifest.signature, {}, files).save(target)
    return Manifest.load(target).model_id


def test_a_new_model_is_taken_up_without_losing_a_request(model_directory: Path, tmp_path: Path) -> None:
    link = tmp_path / "current"
    link.symlink_to(model_directory)
    old = Manifest.load(model_directory).model_id
    answers: list[httpx.Response] = []
    stop = threading.Event()
    with serving(link) as client:

        def ask() -> None:
            with httpx.Client(base_url=client.base_url, timeout=60) as own:
                while not stop.is_set():
                    answers.append(own.post("/predict", json={"texts": [TEXT, TEXT]}))

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            until(lambda: len(answers) > 3)
            new = other_model(model_directory, tmp_path / "new")
            # A run that is not complete is left alone, and so is a damaged model.
            (tmp_path / "new" / "run.json").write_text("{}", "utf-8")
            aside = tmp_path / "aside"
            aside.symlink_to(tmp_path / "new")
            aside.replace(link)
            seen = len(answers)
            until(lambda: len(answers) > seen + 3)
            assert client.get("/health").json()["model"] == old
            (tmp_path / "new" / "metrics.json").write_text("{}", "utf-8")
            assert client.post("/webhook", json={"action": "START_TRAINING"}).status_code == 200
            until(lambda: client.get("/health").json()["model"] == new)
            seen = len(answers)
            until(lambda: len(answers) > seen + 3)
        finally:
            stop.set()
            asking.join(60)
        assert client.get("/versions").json() == {"versions": [new]}
    assert {a.status_code for a in answers} == {200}
    assert {d["model"] for a in answers for d in a.json()["documents"]} == {old, new}
    for answer in answers:  # one model a request
        assert len({d["model"] for d in answer.json()["documents"]}) == 1
    assert answers[0].json()["documents"][0]["spans"] != answers[-1].json()["documents"][0]["spans"]


def test_addresses_that_are_refused() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BaogaoError, match=f"cannot listen on 127.0.0.1 port {port}"):
            listen("127.0.0.1", port)
    for host in ("0.0.0.0", "::"):
        with pytest.raises(BaogaoError, match="reachable from other machines"):
            listen(host, 0)
    with pytest.raises(BaogaoError, match="no such address"):
        listen("no.such.host.invalid", 0)
    listen("0.0.0.0", 0, allow_remote=True).close()


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "baogao", "serve", *map(str, arguments)]


def test_the_command_prints_its_address_and_ends_in_order(model_directory: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    process = subprocess.Popen(
        command("--model", model_directory, "--port", "0", "--threads", "1", "--events", events, "--quiet"),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert httpx.post(f"{address}/predict", json={"text": TEXT}, timeout=60).json()["spans"]
    assert httpx.post(f"{address}/webhook", json={"action": "PROJECT_UPDATED"}, timeout=60).status_code == 200
    process.send_signal(signal.SIGTERM)
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out, said) == (128 + signal.SIGTERM, "", "")
    assert json.loads(events.read_text("utf-8"))["action"] == "PROJECT_UPDATED"


def test_a_busy_port_is_named_before_the_model_is_looked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            command("--model", "/no/model", "--port", str(port)),
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in ended.stderr
    assert "--port N" in ended.stderr
