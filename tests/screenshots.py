"""The pictures of docs/annotators.zh.md, taken from the real page: make screenshots.

A server of its own is started, an invented report pushed with pre-annotations, and an annotator's way walked through.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from baogao.corpus import load_records
from baogao.labels import load_labels
from baogao.reports import read
from baogao.spans import Span
from baogao.studio.project import default_guidelines, ensure_project, instruction_html
from baogao.studio.push import PreAnnotation, by_task, push
from baogao.studio.tasks import Task, split
from studio_page import TEXT, browser_page, draw, log_in, place_of, relate, submit, tag_difficult
from studio_server import ROOT, Studio, running_studio

PICTURES = ROOT / "docs" / "annotators"
LIMIT = 150_000
REPORT = ROOT / "data" / "reports" / "changyu_2021.txt"
GOLD = ROOT / "annotations" / "original" / "changyu_2021.marked.txt"
PERSON, PASSWORD = "biaozhu@example.org", "not-a-secret-1"


def save(page: Page, name: str, *, clip: tuple[int, int, int, int] | None = None) -> None:
    """A picture of the page (or of left, top, width, height of it) in 128 colours; an error where it is too large."""
    area = None if clip is None else dict(zip(("x", "y", "width", "height"), map(float, clip), strict=True))
    shot = Image.open(io.BytesIO(page.screenshot(clip=area)))  # type: ignore[arg-type]
    path = PICTURES / f"{name}.png"
    shot.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size <= LIMIT, f"{path} is {path.stat().st_size:,} bytes"
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes", file=sys.stderr)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    labels = load_labels("report")
    guidelines = default_guidelines()
    assert guidelines is not None
    document = read(REPORT)
    (gold,) = load_records([GOLD], labels)
    tasks = [task for task in split(document, report=REPORT.stem) if "生产总值" in task.text or "渔" in task.text][:2]
    spans = [Span.of(document.text, m.start, m.end, m.label, 0.9) for m in gold.marks]
    by_piece = dict(by_task([s for s in spans if any(t.start <= s.start < t.end for t in tasks)], tasks))
    first, second = tasks if "生产总值" in tasks[0].text else tasks[::-1]
    with tempfile.TemporaryDirectory() as folder, running_studio(Path(folder)) as studio:
        number, _ = ensure_project(
            studio.client, studio.url, labels, title="政府工作报告标注", instruction=instruction_html(guidelines)
        )
        push(studio.client, studio.url, number, [first], quiet=True)
        # A model that sees part of it: the annotator adds the rest.
        made = PreAnnotation(by_piece[second][:-2], "示例模型")
        push(studio.client, studio.url, number, [second], lambda _: [made], quiet=True)
        studio.annotator(PERSON, PASSWORD)
        with browser_page(width=1180, height=720) as page:
            walk(page, studio, number, first, by_piece[first], second)


def walk(page: Page, studio: Studio, number: int, task: Task, spans: Sequence[Span], following: Task) -> None:
    """From the login to the second task, with a picture at each step the text speaks of."""
    labels = load_labels("report")
    keys = {t.name: t.hotkey for t in labels.types}
    page.goto(f"{studio.url}/user/login/")
    page.fill("input[name=email]", PERSON)
    save(page, "login", clip=(600, 180, 560, 390))
    log_in(page, studio.url, PERSON, PASSWORD)
    page.goto(f"{studio.url}/projects/{number}/data")
    expect(page.get_by_test_id("table-row")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    save(page, "tasks", clip=(0, 0, 1180, 330))
    page.get_by_role("button", name="Label All Tasks").click()
    expect(page.get_by_text("标注指南（方案")).to_be_visible()
    page.wait_for_load_state("networkidle")
    save(page, "guidelines")
    page.get_by_role("button", name="Close modal").click()
    expect(page.get_by_text("标注指南（方案")).not_to_be_visible()
    places = [(s.start - task.start, s.end - task.start, s.label) for s in spans]
    start, end, label = places[0]
    page.keyboard.press(keys[label])
    expect(page.locator(".lsf-label_selected")).to_have_count(1)
    left, top, right, bottom = place_of(page, start, end)
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(right, bottom, steps=6)
    save(page, "select", clip=(0, 48, 840, 420))
    page.mouse.up()
    expect(page.locator(f"{TEXT} .htx-highlight")).to_have_count(1)
    for start, end, label in places[1:]:
        draw(page, start, end, keys[label])
    save(page, "drawn")
    tag_difficult(page, places[2][0])
    save(page, "diff")
    page.keyboard.press("Escape")
    relate(page, places[0][0], places[1][0])
    save(page, "relation", clip=(0, 48, 1180, 620))
    page.keyboard.press("Escape")
    assert submit(page).status == 201
    expect(page.locator(TEXT)).to_contain_text(following.text.splitlines()[0][:12])
    expect(page.locator(f"{TEXT} .htx-highlight")).not_to_have_count(0)
    expect(page.get_by_text("Annotation saved successfully")).to_have_count(0)
    page.get_by_text("Regions", exact=True).first.click()
    expect(page.get_by_text("检疫卡口")).not_to_have_count(1)  # in the text and in the list
    save(page, "preannotated")


if __name__ == "__main__":
    main()
