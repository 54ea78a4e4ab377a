"""Against a real Label Studio server: what is pushed, annotated and pulled comes back as it was drawn."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from baogao.corpus import load_records
from baogao.corpus.label_studio import render_results
from baogao.corpus.records import Mark, Record, Relation, Tag
from baogao.labels import LabelSet, load_labels
from baogao.predictor import load
from baogao.reports.read import document
from baogao.spans import Span
from baogao.studio.project import ensure_project, find_project
from baogao.studio.pull import Pulled, pull, side_files
from baogao.studio.push import Held, PreAnnotation, Pushed, by_task, held_tasks, push
from baogao.studio.tasks import Task, split
from studio_server import Studio, baogao
from test_cli import clear

pytestmark = pytest.mark.integration

TEXT = (
    "甲镇2023年政府工作报告\r\n\r\n　　全年地区生产总值15.6亿元，增长6.2%；𠮷祥村  投资8.2亿元。\n"
    "　　实施“百千万工程”，打造美丽乡村，\U00020000字项目3个。\n\n\n　　粮食产量1.2万吨。\t\n"
)
SPANS = (
    ("地区生产总值", "METRIC"), ("15.6亿元", "VALUE"), ("增长6.2%", "CHANGE"), ("𠮷祥村  投资", "METRIC"),
    ("8.2亿元", "VALUE"),
    ("“百千万工程”", "PROGRAM"), ("美丽乡村", "SLOGAN"), ("\U00020000字项目", "METRIC"), ("3个", "VALUE"),
    ("粮食产量", "METRIC"), ("1.2万吨", "VALUE"),
)  # fmt: skip
GOLD = tuple(Mark(TEXT.index(s), TEXT.index(s) + len(s), label) for s, label in SPANS)


class Project:
    """A project of a test's own, with the calls that every test makes."""

    def __init__(self, studio: Studio, labels: LabelSet, title: str, folder: Path, annotators: int = 1) -> None:
        self.studio, self.labels, self.output = studio, labels, folder / "pulled.jsonl"
        self.number, _ = ensure_project(studio.client, studio.url, labels, title=title, annotators=annotators)

    def push(self, tasks: list[Task], predict: Callable[[Task], Sequence[PreAnnotation]] | None = None) -> Pushed:
        return push(self.studio.client, self.studio.url, self.number, tasks, predict, quiet=True)

    def pull(self) -> Pulled:
        return pull(self.studio.client, self.studio.url, self.number, self.labels, self.output, quiet=True)

    def held(self) -> list[Held]:
        return held_tasks(self.studio.client, self.studio.url, self.number)

    def aside(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in side_files(self.output)[0].read_text("utf-8").splitlines()]


@pytest.fixture
def project(studio: Studio, labels: LabelSet, tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    return Project(studio, labels, request.node.name[:50], tmp_path)


def results(task: Task, marks: tuple[Mark, ...] = GOLD, **more: Any) -> list[dict[str, Any]]:
    """What an annotator of the task draws who sees ``marks`` in the report."""
    inside = [m for m in marks if task.start <= m.start and m.end <= task.end]
    return render_results(task.text, inside, offset=task.start, **more)


def said(records: tuple[Record, ...] | list[Record]) -> list[tuple[Any, ...]]:
    return [(r.id, r.sha256, r.text, r.marks, r.ranges, r.annotator, r.tags, r.relations) for r in records]


def test_spans_come_back_as_they_were_drawn(project: Project) -> None:
    tasks = split(document(TEXT), report="甲镇_2023", size=30)
    assert len(tasks) >= 3
    assert project.push(tasks) == Pushed(len(tasks), 0, 0, 0)
    for held in project.held():
        project.studio.client.annotations.create(held.number, result=results(held.task))
    pulled = project.pull()
    (record,) = pulled.records
    assert record.text == TEXT
    assert record.marks == tuple(sorted(GOLD))
    assert (record.id, record.annotator, record.ranges, record.scheme) == (
        "甲镇_2023",
        "admin@localhost.local",
        None,
        "1.3",
    )
    assert pulled.asides == ()
    (read,) = load_records([project.output], project.labels)
    assert said([read]) == said([record])
    assert [span.text for span in read.document().spans] == [s for s, _ in SPANS]


def test_pushing_again_adds_nothing(project: Project) -> None:
    tasks = split(document(TEXT), report="甲镇_2023", size=30)
    project.push(tasks[:2])
    before = [(h.number, h.task) for h in project.held()]
    assert project.push(tasks) == Pushed(len(tasks) - 2, 2, 0, 0)
    assert project.push(tasks) == Pushed(0, len(tasks), 0, 0)
    after = [(h.number, h.task) for h in project.held()]
    assert after[:2] == before
    assert [task for _, task in after] == tasks


def test_pre_annotations_are_there_with_scores(project: Project, model_directory: Path) -> None:
    predictor = load(model_directory, "onnx", threads=1)
    tasks = split(document(TEXT), report="甲镇_2023", size=30)
    made = {
        task.key: PreAnnotation(spans, predictor.model_id)
        for task, spans in by_task(predictor.tagger.spans(TEXT), tasks)
    }
    project.push(tasks[:1])  # one that is there without, to be given its own
    assert project.push(tasks, lambda task: [made[task.key]]).predicted == len(tasks)
    assert project.push(tasks, lambda task: [made[task.key]]).predicted == 0
    seen = 0
    for held in project.held():
        (prediction,) = project.studio.client.predictions.list(task=held.number)
        assert prediction.model_version == predictor.model_id
        spans = made[held.task.key].spans
        drawn = [
            (
                r["value"]["start"] + held.task.start,
                r["value"]["end"] + held.task.start,
                r["value"]["labels"],
                r["score"],
            )
            for r in prediction.result
        ]
        assert drawn == [(s.start, s.end, [s.label], pytest.approx(s.score, abs=1e-4)) for s in spans]
        assert prediction.score == pytest.approx(min((s.score or 0 for s in spans), default=None), abs=1e-4)
        seen += len(spans)
    assert seen
    # The page shows the predictions of the version that the project names.
    assert project.studio.client.projects.get(project.number).model_version == predictor.model_id


def test_everything_annotators_do_is_kept_and_told_apart(project: Project) -> None:
    one, two = project.studio.annotator("one@example.org"), project.studio.annotator("two@example.org")
    tasks = split(document(TEXT), report="甲镇_2023", size=30)
    project.push(tasks)
    held = project.held()
    first = held[1]  # the first with spans
    tag, relation = Tag(*GOLD[0][:2], "DIFF"), Relation(GOLD[0][:2], GOLD[1][:2])
    one.annotations.create(first.number, result=results(first.task, tags=[tag], relations=[relation]))
    two.annotations.create(first.number, result=results(first.task, GOLD[:2]))
    two.annotations.create(held[0].number, result=[], was_cancelled=True)
    one.annotations.create(held[2].number, result=results(held[2].task, GOLD[:6]))
    time_of_last = one.annotations.create(held[2].number, result=results(held[2].task)).updated_at
    assert time_of_last is not None
    drafts = f"{project.studio.url}/api/tasks/{held[0].number}/drafts"
    key = project.studio.people["one@example.org"]
    answer = httpx.post(
        drafts, json={"result": results(first.task), "lead_time": 1}, headers={"Authorization": f"Token {key}"}
    )
    assert answer.status_code == 201, answer.text
    pulled = project.pull()
    by_name = {record.annotator: record for record in pulled.records}
    assert set(by_name) == {"one@example.org", "two@example.org"}
    mine = by_name["one@example.org"]
    places = [(h.task.start, h.task.end) for h in (first, held[2])]
    assert mine.ranges == tuple(places)
    assert mine.marks == tuple(sorted(m for m in GOLD if any(a <= m.start and m.end <= b for a, b in places)))
    assert (mine.tags, mine.relations) == ((tag,), (relation,))
    assert by_name["two@example.org"].marks == GOLD[:2]
    kinds = [(aside["kind"], aside["annotator"]) for aside in project.aside()]
    assert sorted(kinds) == [
        ("draft", "one@example.org"), ("skipped", "two@example.org"), ("superseded", "one@example.org"),
    ]  # fmt: skip
    assert all(f"/projects/{project.number}/data?task=" in aside["url"] for aside in project.aside())


def test_what_the_server_lets_pass_is_set_aside(project: Project, studio: Studio) -> None:
    tasks = split(document(TEXT), report="甲镇_2023", size=1000)
    project.push(tasks)
    (held,) = project.held()
    good = results(held.task)
    place = TEXT.index("粮食") - held.task.start

    def wrong(start: int, end: int, label: str, name: str) -> dict[str, Any]:
        value = {"start": start, "end": end, "text": "不可信", "labels": [label]}
        return {"id": name, "from_name": "label", "to_name": "text", "type": "labels", "value": value}

    studio.client.annotations.create(
        held.number,
        result=[
            *good[:-2],
            wrong(place, place + 4, "PLACE", "a"),
            wrong(place + 4, 9999, "VALUE", "b"),
            wrong(0, 4, "METRIC", "c"),
            wrong(2, 6, "METRIC", "d"),
            wrong(place - 3, place, "VALUE", "e"),
        ],
    )
    result = baogao(
        "studio", "pull", "--project", str(project.number), "-o", project.output,
        BAOGAO_STUDIO=str(studio.server.folder), LABEL_STUDIO_URL=studio.url,
    )  # fmt: skip
    clear(result, 1, "unknown label 'PLACE'", "reaches outside", "overlaps", "white space", f"task={held.number}")
    (record,) = load_records([project.output], project.labels)
    assert record.marks == tuple(sorted(GOLD))[:-2]
    assert record.ranges is not None
    assert sorted(a["kind"] for a in project.aside()) == ["edge", "label", "overlap", "overlap", "range"]
    clear(baogao("check", project.output), 0)


def test_only_what_changed_is_fetched(project: Project) -> None:
    tasks = split(document(TEXT), report="甲镇_2023", size=30)
    project.push(tasks)
    client = project.studio.client
    made = [client.annotations.create(h.number, result=results(h.task)).id for h in project.held()]
    assert project.pull().fetched == len(tasks)
    again = project.pull()
    assert again.fetched == 0
    client.annotations.update(made[1] or 0, result=[])
    client.annotations.delete(made[2] or 0)
    changed = project.pull()
    assert changed.fetched == 1
    side_files(project.output)[1].unlink()
    assert said(project.pull().records) == said(changed.records)
    assert len(changed.records[0].marks) < len(again.records[0].marks)


def test_a_thousand_tasks_in_seconds_and_none_lost(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(f"第{i}项指标完成{i}.5亿元，增长{i}%。\n" for i in range(1000))
    tasks = split(document(text), report="千段", size=1)
    assert len(tasks) == 1000
    marks = tuple(
        Mark(text.index(s), text.index(s) + len(s), label)
        for i in range(1000)
        for s, label in ((f"第{i}项指标", "METRIC"), (f"增长{i}%", "CHANGE"))
    )
    spans = [Span.of(text, *mark) for mark in marks]
    made = {task.key: [PreAnnotation(inside, "made up")] for task, inside in by_task(spans, tasks)}
    began = time.perf_counter()
    assert project.push(tasks, lambda task: made[task.key]).added == 1000
    pushed = time.perf_counter()
    project.studio.client.actions.create(id="predictions_to_annotations", project=project.number)
    annotated = time.perf_counter()
    pulled = project.pull()
    done = time.perf_counter()
    (record,) = pulled.records
    assert record.marks == tuple(sorted(marks))
    assert record.text == text
    with capsys.disabled():
        print(
            f"\n1,000 tasks: pushed in {pushed - began:.1f} s, pulled in {done - annotated:.1f} s",
            file=sys.stderr,
        )


def test_from_reports_to_gold_by_the_commands_alone(studio: Studio, tmp_path: Path) -> None:
    """Two annotators, an adjudicator, gold: every step as a user types it."""
    report = tmp_path / "乙镇_2023.txt"
    report.write_bytes(TEXT.encode())
    here = {"LABEL_STUDIO_URL": studio.url, "LABEL_STUDIO_API_KEY": studio.key}
    name = ("--title", "by commands")
    pushed = baogao("studio", "push", report, *name, "--size", "30", "--annotators", "2", **here)
    clear(pushed, 0, "tasks: ", " added, 0 were there")
    clear(
        baogao("studio", "push", report, tmp_path / "none.txt", *name, "--size", "30", **here), 1, "0 added", "none.txt"
    )
    clear(baogao("studio", "push", report, *name, **here), 1, "pieces of another size")
    number = find_project(studio.client, studio.url, title="by commands")
    assert number is not None
    held = held_tasks(studio.client, studio.url, number)
    people = [studio.annotator(f"{n}@example.org") for n in ("one", "two")]
    for h in held:
        people[0].annotations.create(h.number, result=results(h.task))
        people[1].annotations.create(h.number, result=results(h.task, GOLD[:7] + GOLD[8:]))
    pulled = tmp_path / "pulled.jsonl"
    clear(baogao("studio", "pull", *name, "-o", pulled, **here), 0, "one@example.org, two@example.org", "2 records")
    agreed = baogao("studio", "agree", pulled)
    clear(agreed, 0, "1 disagreements")
    # 11 and 10 spans, 10 the same: 20 / 21.
    assert "0.952" in agreed.stdout
    (difference,) = json.loads(baogao("studio", "agree", pulled, "--format", "json").stdout)["disagreements"]
    assert (difference["text"], difference["versions"]["two@example.org"]) == (SPANS[7][0], [])
    (disputed,) = (h for h in held if h.task.start <= GOLD[7].start < h.task.end)
    assert difference["url"] == f"{studio.url}/projects/{number}/data?task={disputed.number}"
    gold = tmp_path / "gold.jsonl"
    clear(baogao("studio", "gold", pulled, "-o", gold), 1, f"{len(held) - 1} agreed", difference["url"])
    clear(baogao("studio", "adjudicate", pulled, "--title", "verdicts", **here), 0, "1 disputed tasks, 1 added")
    other = find_project(studio.client, studio.url, title="verdicts")
    assert other is not None
    (case,) = held_tasks(studio.client, studio.url, other)
    assert case.models == {"标注 1", "标注 2"}
    studio.client.annotations.create(case.number, result=results(case.task))
    verdicts = tmp_path / "verdicts.jsonl"
    clear(baogao("studio", "pull", "--title", "verdicts", "-o", verdicts, **here), 0)
    clear(baogao("studio", "gold", pulled, "-a", verdicts, "-o", gold), 0, "1 adjudicated")
    (record,) = load_records([gold], load_labels("report"))
    assert (record.text, record.marks, record.ranges, record.annotator) == (TEXT, tuple(sorted(GOLD)), None, "gold")
