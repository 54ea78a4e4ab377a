"""Annotations of tasks to records of reports: nothing lost, nothing moved, everything unlawful set aside."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from baogao.corpus import check_records
from baogao.corpus.jsonl import parse_record
from baogao.corpus.label_studio import parse_results, render_results
from baogao.corpus.records import Mark, Record, Relation, Tag
from baogao.labels import LabelSet, load_labels
from baogao.spans import Document
from baogao.studio.annotations import Aside, Fetched, gather
from baogao.studio.tasks import Task, split
from strategies import annotated

USERS = {1: "a@example.org", 2: "b@example.org"}
TEXT = "全年总值5亿元，增长6%。\n实施“甲”工程。"


def annotation(results: list[dict[str, Any]], who: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": who, "result": results, "updated_at": "2026-01-01", **more}


def gathered(fetched: list[Fetched]) -> tuple[list[Record], list[Aside]]:
    return gather(fetched, load_labels("report"), USERS, lambda number: f"http://x/{number}")


def one_task(text: str = TEXT, size: int = 100) -> Task:
    (task,) = split(Document(text), report="r", size=size)
    return task


def region(start: int, end: int, label: str = "METRIC", name: str = "") -> dict[str, Any]:
    value = {"start": start, "end": end, "text": "?", "labels": [label]}
    return {"id": name or f"{start}:{end}:{label}", "type": "labels", "value": value}


@given(annotated(), st.integers(1, 40))
def test_whole_report_offsets_survive_the_way_through_tasks(
    case: tuple[str, list[tuple[int, int, str]]], size: int
) -> None:
    text, spans = case
    tasks = split(Document(text), report="r", size=size)
    marks = [Mark(*span) for span in spans]
    fetched = [
        Fetched(n, Task.from_data(json.loads(json.dumps(task.data()))), (annotation(_drawn(task, marks)),))
        for n, task in enumerate(tasks, start=1)
    ]
    records, asides = gathered(fetched)
    assert asides == []
    if tasks:
        (record,) = records
        assert (record.text, record.marks, record.ranges) == (text, tuple(sorted(marks)), None)
        assert parse_record(json.dumps(record.to_json(), ensure_ascii=False)).marks == record.marks


def _drawn(task: Task, marks: list[Mark]) -> list[dict[str, Any]]:
    inside = [m for m in marks if task.start <= m.start and m.end <= task.end]
    return render_results(task.text, inside, offset=task.start)


@given(
    st.lists(
        st.tuples(st.integers(-2, 25), st.integers(-2, 25), st.sampled_from(["METRIC", "VALUE", "PLACE"])), max_size=8
    )
)
def test_every_region_is_in_the_record_or_set_aside(drawn: list[tuple[int, int, str]]) -> None:
    """Whatever the server holds: the record is sound, and spans of it and spans set aside are all there were."""
    task = one_task()
    results = [region(*one, name=str(n)) for n, one in enumerate(drawn)]
    records, asides = gathered([Fetched(1, task, (annotation(results),))])
    (record,) = records
    assert [f for f in check_records([record], load_labels("report")) if f.severity == "error"] == []
    kept = [(m.start, m.end, m.label) for m in record.marks]
    put = [(a.start, a.end, a.content["labels"][0]) for a in asides]
    assert sorted(kept + put) == sorted((s + task.start, e + task.start, label) for s, e, label in drawn)


def test_each_kind_of_wrong_span_is_named() -> None:
    results = [
        region(0, 2, "PLACE"), region(2, 4, "METRIC"), region(3, 7, "VALUE"), region(7, 99, "CHANGE"),
        region(12, 16, "METRIC"), region(17, 17, "METRIC"), region(16, 19, "PROGRAM"), region(16, 19, "PROGRAM", "x"),
        {"id": "y", "type": "labels", "value": {"start": 19, "end": 21, "labels": []}},
        {"id": "z", "type": "labels", "value": {"start": "1", "end": 2, "labels": ["VALUE"]}},
        {"id": "w", "type": "choices", "value": {"choices": ["DIFF"]}},
        {"type": "relation", "from_id": "2:4:METRIC", "to_id": "16:19:PROGRAM"},
    ]  # fmt: skip
    records, asides = gathered([Fetched(7, one_task(), (annotation(results),))])
    assert [(m.start, m.end) for m in records[0].marks] == [(16, 19)]
    kinds = sorted(a.kind for a in asides)
    assert kinds == sorted(
        ["label", "overlap", "overlap", "range", "line", "range", "twice", "label", "result", "result", "relation"]
    )
    assert {a.url for a in asides} == {"http://x/7"}
    # Where a span was set aside nothing is known, but for what a sound span says.
    assert records[0].ranges == ((16, 19),)


def test_annotators_skips_drafts_and_versions_are_told_apart() -> None:
    tasks = split(Document(TEXT), report="r", size=1)
    first = (
        annotation([region(2, 4)], 1, id=1, updated_at="2026-01-01"),
        annotation([region(0, 4)], 1, id=2, updated_at="2026-01-02"),
        annotation([region(2, 4)], 2, id=3),
    )
    second = (annotation([], 1, was_cancelled=True), annotation([], 2))
    drafts = ({"user": "a@example.org", "result": []},)
    records, asides = gathered([Fetched(1, tasks[0], first), Fetched(2, tasks[1], second, drafts)])
    a, b = records
    assert (a.annotator, a.marks, a.ranges) == ("a@example.org", (Mark(0, 4, "METRIC"),), ((0, 13),))
    assert (b.annotator, b.marks, b.ranges) == ("b@example.org", (Mark(2, 4, "METRIC"),), None)
    assert sorted((x.kind, x.annotator, x.is_error) for x in asides) == [
        ("draft", "a@example.org", False), ("skipped", "a@example.org", False), ("superseded", "a@example.org", False),
    ]  # fmt: skip
    assert a.meta["tasks"] == [[0, 13, "http://x/1"]]


def test_tags_and_relations_go_both_ways(labels: LabelSet) -> None:
    marks = [Mark(2, 4, "METRIC"), Mark(4, 7, "VALUE")]
    tags, relations = [Tag(4, 7, "DIFF")], [Relation((2, 4), (4, 7))]
    results = render_results(TEXT, marks, tags, relations)
    drawn = parse_results(results)
    assert [(r.start, r.end, r.labels, r.tags) for r in drawn.regions] == [
        (2, 4, ("METRIC",), ()), (4, 7, ("VALUE",), ("DIFF",)),
    ]  # fmt: skip
    results[-1] |= {"direction": "left", "from_id": "4-7", "to_id": "2-4"}  # drawn from right to left: the same
    assert parse_results(results).relations == drawn.relations == (("2-4", "4-7"),)
    ((record,), asides) = gathered([Fetched(1, one_task(), (annotation(results),))])
    assert (record.tags, record.relations, asides) == (tuple(tags), tuple(relations), [])
    assert parse_record(json.dumps(record.to_json())).relations == tuple(relations)


def test_a_report_with_a_missing_task_stays_stand_off() -> None:
    tasks = split(Document(TEXT), report="r", size=1)
    ((record,), _) = gathered([Fetched(2, tasks[1], (annotation([]),))])
    assert (record.text, record.ranges) == (None, ((tasks[1].start, tasks[1].end),))
