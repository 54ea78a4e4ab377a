"""What an annotator does on the real page, in a real browser, comes back to the character."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from baogao.corpus.records import Mark, Relation, Tag
from baogao.labels import LabelSet
from baogao.predictor import load
from baogao.reports.read import document
from baogao.studio.agreement import agreements
from baogao.studio.project import task_address
from baogao.studio.push import PreAnnotation, by_task
from baogao.studio.tasks import split
from studio_page import TEXT as TEXT_BOX
from studio_page import browser_page, draw, log_in, open_task, relate, stream, submit, tag_difficult
from studio_server import Studio
from test_studio_roundtrip import Project

pytestmark = [pytest.mark.integration, pytest.mark.browser]

# Characters beyond the basic plane (two UTF-16 units), double spaces, full-width spaces, tabs, blank lines, \r\n.
TEXT = (
    "　　全年地区生产总值15.6亿元，增长6.2%。\r\n"
    "　　实施“百千万工程”，𠮷祥村  双  空格、\U00020000字项目3个；\t完成投资8.2亿元。\n"
    "\n"
    "　　打造美丽乡村🌾，粮食　产量1.2万吨，下降0.5%。\n"
)
DRAWN = (
    ("地区生产总值", "1", "METRIC"), ("15.6亿元", "2", "VALUE"), ("增长6.2%", "3", "CHANGE"),
    ("“百千万工程”", "4", "PROGRAM"), ("𠮷祥村  双  空格", "1", "METRIC"),
    ("\U00020000字项目", "1", "METRIC"), ("3个", "2", "VALUE"), ("8.2亿元", "2", "VALUE"),
    ("美丽乡村🌾", "5", "SLOGAN"), ("粮食　产量", "1", "METRIC"), ("1.2万吨", "2", "VALUE"),
    ("下降0.5%", "3", "CHANGE"),
)  # fmt: skip
GOLD = tuple(sorted(Mark(TEXT.index(s), TEXT.index(s) + len(s), label) for s, _, label in DRAWN))
PEOPLE = ("browser-1@example.org", "browser-2@example.org")


@pytest.fixture
def project(studio: Studio, labels: LabelSet, tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    for person in PEOPLE:
        studio.annotator(person)
    return Project(studio, labels, request.node.name[:50], tmp_path, annotators=len(PEOPLE))


def test_spans_drawn_with_the_mouse_come_back_to_the_character(project: Project, studio: Studio) -> None:
    """The first annotator draws everything and is unsure of one span; the second misses one and draws another longer.

    Worked by hand: 12 and 11 spans, 10 the same, so exact F1 is 20 / 23; the longer one overlaps, so relaxed 22 / 23.
    """
    (task,) = split(document(TEXT), report="浏览器_2023", size=1000)
    project.push([task])
    for person in PEOPLE:
        with browser_page() as page:
            log_in(page, studio.url, person, "not-a-secret-1")
            open_task(page, stream(studio.url, project.number), TEXT)
            for surface, key, label in DRAWN:
                start = task.text.index(surface)
                end = start + len(surface)
                if person == PEOPLE[1] and surface == "3个":
                    continue
                if person == PEOPLE[1] and surface == "8.2亿元":
                    start -= 2  # 投资
                draw(page, start, end, key)
                if person == PEOPLE[0] and label == "SLOGAN":
                    tag_difficult(page, start)
            if person == PEOPLE[0]:
                relate(page, *(task.text.index(surface) for surface, _, _ in DRAWN[:2]))
            assert submit(page).status == 201
    pulled = project.pull()
    assert pulled.asides == ()
    first, second = pulled.records
    assert (first.annotator, second.annotator) == PEOPLE
    assert first.text == TEXT
    assert first.marks == GOLD
    assert first.tags == tuple(Tag(*m[:2], "DIFF") for m in GOLD if m.label == "SLOGAN")
    assert first.relations == (Relation(GOLD[0][:2], GOLD[1][:2]),)
    place = TEXT.index("8.2亿元")
    changed = {Mark(TEXT.index("3个"), TEXT.index("3个") + 2, "VALUE"), Mark(place, place + 5, "VALUE")}
    assert set(second.marks) == set(GOLD) - changed | {Mark(place - 2, place + 5, "VALUE")}
    (agreement,) = agreements(pulled.records, project.labels)
    assert agreement.exact["micro"]["f1"] == pytest.approx(20 / 23)
    assert agreement.relaxed["micro"]["f1"] == pytest.approx(22 / 23)


def test_pre_annotations_are_seen_and_accepted_as_they_are(
    project: Project, studio: Studio, model_directory: Path
) -> None:
    predictor = load(model_directory, "onnx", threads=1)
    (task,) = split(document(TEXT), report="浏览器_2024", size=1000)
    ((_, spans),) = by_task(predictor.tagger.spans(TEXT), [task])
    assert spans
    project.push([task], lambda _: [PreAnnotation(spans, predictor.model_id)])
    (held,) = project.held()
    names = {t.name: t.zh for t in project.labels.types}
    with browser_page() as page:
        log_in(page, studio.url, PEOPLE[0], "not-a-secret-1")
        open_task(page, task_address(studio.url, project.number, held.number), TEXT)
        shown = page.locator(f"{TEXT_BOX} .htx-highlight:not(:empty)")
        expect(shown).not_to_have_count(0)
        marked = page.locator(TEXT_BOX).evaluate(
            "root => [...root.querySelectorAll('[data-label]')].map(e => e.dataset.label.split(':').pop())"
        )
        assert sorted(marked) == sorted(names[s.label] for s in spans)
        assert submit(page).status == 201
    (record,) = project.pull().records
    assert [(m.start, m.end, m.label) for m in record.marks] == [(s.start, s.end, s.label) for s in spans]
