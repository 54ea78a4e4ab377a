"""The annotation page of Label Studio in a real Chromium: log in, select text with the mouse, label, submit.

Every step waits for what it brought about, as an annotator's eyes do.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Page, Response, expect, sync_playwright

CHROMIUM: Final = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")

TEXT: Final = ".lsf-htx-richtext"

# The middle of a character's left or right half, by its offset in code points; line ends are <br> on the page.
_PLACES: Final = """
(root, [start, end]) => {
  const places = [];
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.nodeName === "BR") places.push(null);
    if (node.nodeType !== Node.TEXT_NODE) continue;
    let at = 0;
    for (const character of node.data) {
      places.push([node, at, at + character.length]);
      at += character.length;
    }
  }
  const box = (i) => {
    const range = document.createRange();
    range.setStart(places[i][0], places[i][1]);
    range.setEnd(places[i][0], places[i][2]);
    return range.getBoundingClientRect();
  };
  const first = box(start), last = box(end - 1);
  return [first.left + first.width / 4, first.top + first.height / 2,
          last.right - last.width / 4, last.top + last.height / 2];
}
"""


@contextmanager
def browser_page(*, width: int = 1280, height: int = 800, locale: str = "zh-CN") -> Iterator[Page]:
    """A fresh page of a headless Chromium, the system's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height}, locale=locale)
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        yield page
        browser.close()


def log_in(page: Page, url: str, email: str, password: str) -> None:
    page.goto(f"{url}/user/login/")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile(r"^(?!.*login)"))


def stream(url: str, project: int) -> str:
    """Where the button "Label All Tasks" leads: to the next task that this annotator has not done."""
    return f"{url}/projects/{project}/data?labeling=1"


def open_task(page: Page, address: str, text: str) -> None:
    """Open a task, or the stream of tasks, and wait until its text is there and the page asks for nothing more.

    The page draws a task anew when the last answer comes, and takes back the label that was chosen before that.
    """
    page.goto(address)
    page.wait_for_load_state("networkidle")
    expect(page.locator(TEXT)).to_contain_text(text.strip().splitlines()[-1].strip()[-8:])
    expect(page.get_by_test_id("bottombar-submit-button")).to_be_visible()


def draw(page: Page, start: int, end: int, hotkey: str) -> None:
    """Choose a label by its key, drag over the characters [start, end), and wait until they are highlighted."""
    before = page.locator(f"{TEXT} .htx-highlight").count()
    page.keyboard.press("Escape")  # what is selected would take the label
    page.keyboard.press(hotkey)
    expect(page.locator(".lsf-label_selected")).to_have_count(1)
    left, top, right, bottom = place_of(page, start, end)
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move((left + right) / 2, (top + bottom) / 2, steps=4)
    page.mouse.move(right, bottom, steps=4)
    page.mouse.up()
    expect(page.locator(f"{TEXT} .htx-highlight")).not_to_have_count(before)


def place_of(page: Page, start: int, end: int) -> tuple[float, float, float, float]:
    """Where the characters [start, end) begin and end on the screen: two points."""
    left, top, right, bottom = page.locator(TEXT).evaluate(_PLACES, [start, end])
    return left, top, right, bottom


def tag_difficult(page: Page, offset: int) -> None:
    """Select the span at ``offset`` by a click and tag it as difficult."""
    left, top, _, _ = place_of(page, offset, offset + 1)
    page.mouse.click(left, top)
    expect(page.get_by_role("checkbox", name="DIFF")).to_be_visible()
    page.keyboard.press("d")
    expect(page.get_by_role("checkbox", name="DIFF")).to_be_checked()


def relate(page: Page, source: int, target: int) -> None:
    """Draw a relation from the span at one offset to the span at another, as the page's hotkey does."""
    for step, offset in enumerate((source, target)):
        left, top, _, _ = place_of(page, offset, offset + 1)
        page.mouse.click(left, top)
        if step == 0:
            expect(page.get_by_role("checkbox", name="DIFF")).to_be_visible()
            page.keyboard.press("Alt+r")
    page.get_by_role("tab", name="Relations").or_(page.get_by_text("Relations", exact=True)).first.click()
    expect(page.locator(".lsf-relations__item")).to_have_count(1)


def submit(page: Page) -> Response:
    """Submit and wait for the server's word."""
    with page.expect_response(lambda r: "/annotations" in r.url and r.request.method in ("POST", "PATCH")) as answer:
        page.get_by_test_id("bottombar-submit-button").click()
    return answer.value
