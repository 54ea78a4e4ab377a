"""The page of a result in a real Chromium: what is shown, filtered, reached by keyboard, read on a phone, printed."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pypdf import PdfReader

from baogao.evaluation import Result
from baogao.evaluation.kinds import KINDS
from baogao.evaluation.page import render_page
from baogao.evaluation.result import Error, ErrorSpan
from evaluation_help import LABELS, case, result_of
from studio_page import CHROMIUM

pytestmark = pytest.mark.browser

SENTENCES: Final = (
    "全年地区生产总值完成七十五亿元，比上年增长六个点。",
    "𠮷镇实施“百千万工程”，打造𠀋美丽乡村👨‍👩‍👧。",
    "\u3000\u3000粮食总产量<b>12</b>万吨 & 稳定；</script><script>document.title = 'hacked'</script>",
)

Open = Callable[..., Page]


def some_errors(count: int, documents: int = 7, seed: int = 5) -> list[Error]:
    """Errors with up to three gold and three predicted spans anywhere in sentences that begin anywhere."""
    draw = random.Random(seed)

    def spans(size: int, offset: int, count: int, scored: bool) -> list[ErrorSpan]:
        edges = sorted(draw.sample(range(size + 1), 2 * count))
        made: list[ErrorSpan] = []
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            made.append({"start": start + offset, "end": end + offset, "label": draw.choice(LABELS)})
            if scored:
                made[-1]["score"] = round(draw.random(), 4)
        return made

    errors: list[Error] = []
    for i in range(count):
        text, offset, kind = draw.choice(SENTENCES), draw.randrange(10_000), draw.choice(KINDS)
        gold = spans(len(text), offset, 0 if kind == "spurious" else draw.randint(1, 3), scored=False)
        predicted = spans(len(text), offset, 0 if kind == "missed" else draw.randint(1, 3), scored=True)
        label = (gold or predicted)[0]["label"]
        errors.append(
            {
                "document": f"某镇{i * documents // count}_2021",
                "level": "township",
                "section": draw.choice(("review", "plan")),
                "kind": kind,
                "label": label,
                "gold": gold,
                "predicted": predicted,
                "sentence": [offset, offset + len(text)],
                "text": text,
            }
        )
    return errors


def page_of(errors: list[Error]) -> str:
    """The page of a result with these errors; its figures are those of another one, with long names."""
    result: Result = result_of([case("某" * 40, [], []), case("b" * 60, [], [])])
    for error in errors:
        result["kinds"]["labels"][error["label"]][error["kind"]] += 1
    return render_page({**result, "errors": errors})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here (apt-get install chromium, or name one in CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a page of errors as a file and hands it back; at the end nothing was requested, and nothing went wrong."""
    contexts: list[BrowserContext] = []
    requests: list[str] = []
    faults: list[str] = []

    def open_page(errors: list[Error], width: int = 1280, height: int = 900, **options: Any) -> Page:
        file = tmp_path / "page.html"
        file.write_text(page_of(errors), "utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        page.goto(file.as_uri())
        expect(status(page)).to_have_text(f"{len(errors):,} of {len(errors):,} errors", timeout=60_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert requests == [(tmp_path / "page.html").as_uri()] * len(contexts)
    assert not faults


def status(page: Page) -> Any:
    return page.locator(".found [role=status]")


def tallies(page: Page, facet: str) -> dict[str, int]:
    """The numbers on the filters of a facet."""
    read = "inputs => inputs.map(i => [i.value, Number(i.closest('label').querySelector('.tally').textContent)])"
    return dict(page.locator(f"[name={facet}]").evaluate_all(read))


def draw_all(page: Page, count: int) -> None:
    """Scroll until every error is drawn."""
    items = page.locator(".found li")
    while items.count() < count:
        before = items.count()
        page.locator(".more").scroll_into_view_if_needed()
        expect(items).not_to_have_count(before)


def test_every_error_in_its_sentence_cut_at_code_points(show: Open) -> None:
    errors = some_errors(160)
    page = show(errors)
    draw_all(page, len(errors))
    read = """items => items.map(item => {
        const sentence = item.querySelector(".sentence");
        const inside = (name) => {
            const spans = [];
            for (const piece of sentence.querySelectorAll(`.${name}`)) {
                if (piece.classList.contains("first")) spans.push("");
                spans[spans.length - 1] += piece.textContent;
            }
            return spans;
        };
        const [gold, predicted] = item.querySelectorAll("dd");
        const told = (group) => [...group.querySelectorAll(".told")].map(
            (one) => [one.firstChild.textContent, one.querySelector("b").textContent]);
        return [sentence.textContent, inside("gold"), inside("predicted"), told(gold), told(predicted)];
    })"""
    found = page.locator(".found li").evaluate_all(read)
    assert len(found) == len(errors)
    for error, (sentence, gold, predicted, told_gold, told_predicted) in zip(errors, found, strict=True):
        text, from_ = error["text"], (error["sentence"] or [0])[0]
        assert text is not None
        assert sentence == text
        for spans, shown, told in ((error["gold"], gold, told_gold), (error["predicted"], predicted, told_predicted)):
            surfaces = [text[s["start"] - from_ : s["end"] - from_] for s in spans]
            assert shown == surfaces
            assert told == [[surface, s["label"]] for surface, s in zip(surfaces, spans, strict=True)]
    expect(page).not_to_have_title("hacked")


def test_an_error_without_its_text_is_told_by_its_offsets(show: Open) -> None:
    errors = some_errors(2)
    errors[0] |= {"kind": "missed", "text": None, "sentence": None, "predicted": []}
    errors[0]["gold"] = [{"start": 7, "end": 12, "label": "VALUE"}]
    item = show(errors).locator(".found li").first
    assert item.locator("dd").all_inner_texts() == ["VALUE 7–12", "nothing"]
    expect(item.locator(".sentence")).to_have_count(0)


def test_gold_and_predicted_are_told_apart_without_colour(show: Open) -> None:
    page = show(some_errors(40))
    edges = """element => {
        const style = getComputedStyle(element);
        return [style.borderTopStyle, style.borderBottomStyle].map((s) => s === "solid");
    }"""
    assert page.locator(".sentence .gold").first.evaluate(edges) == [False, True]
    assert page.locator(".sentence .predicted").first.evaluate(edges) == [True, True]


def test_filters_and_their_counts(show: Open) -> None:
    errors = some_errors(300)
    page = show(errors)
    assert tallies(page, "label") == Counter(e["label"] for e in errors)
    assert tallies(page, "kind") == Counter(e["kind"] for e in errors)

    page.locator("[name=kind][value=split]").check()
    page.locator("[name=kind][value=missed]").check()
    kinds = [e for e in errors if e["kind"] in ("split", "missed")]
    expect(status(page)).to_have_text(f"{len(kinds)} of 300 errors")
    assert tallies(page, "label") == Counter(e["label"] for e in kinds)
    assert tallies(page, "kind") == Counter(e["kind"] for e in errors)  # what choosing it would bring

    page.locator("[name=label][value=VALUE]").check()
    page.locator("[name=text]").fill("百千万")
    words = [e for e in errors if "百千万" in (e["text"] or "")]
    left = [e for e in words if e["kind"] in ("split", "missed") and e["label"] == "VALUE"]
    expect(status(page)).to_have_text(f"{len(left)} of 300 errors")
    counted = Counter(e["kind"] for e in words if e["label"] == "VALUE")
    assert tallies(page, "kind") == {k: counted[k] for k in KINDS}

    document = left[-1]["document"]
    page.locator("[name=document]").select_option(f"={document}")
    last = [e for e in left if e["document"] == document]
    expect(status(page)).to_have_text(f"{len(last)} of 300 errors")
    assert page.locator(".found li .place span:first-child").all_text_contents() == [document] * len(last)
    chosen = page.locator("[name=document] option:checked")
    assert chosen.text_content() == f"{document} ({len(last)})"

    page.get_by_text("Clear the filters").click()
    expect(status(page)).to_have_text("300 of 300 errors")
    page.locator("[name=order]").select_option("surest")
    first = page.locator(".found li").first.locator(".score").all_text_contents()
    assert max(first) == f"{max(s['score'] for e in errors for s in e['predicted']):.2f}"
    page.locator("[name=text]").fill("no such words")
    expect(status(page)).to_have_text("0 of 300 errors")
    expect(page.locator(".more")).to_be_hidden()


def test_modes_are_switched(show: Open) -> None:
    page = show(some_errors(3))
    expect(page.locator("[data-mode]:visible")).to_have_count(1)
    for mode in ("partial", "strict"):
        page.locator(f"[name=mode][value={mode}]").check()
        expect(page.locator("[data-mode]:visible")).to_have_attribute("data-mode", mode)


def test_all_of_it_by_keyboard(show: Open) -> None:
    errors = some_errors(120)
    page = show(errors)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the errors")).to_be_focused()
    page.locator("[name=mode]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-mode]:visible")).to_have_attribute("data-mode", "exact")

    kind, label = errors[0]["kind"], errors[0]["label"]
    page.locator(f"#kinds button[data-kind={kind}][data-label={label}]").focus()
    page.keyboard.press("Enter")
    count = sum(e["kind"] == kind and e["label"] == label for e in errors)
    expect(status(page)).to_have_text(f"{count} of 120 errors")
    expect(status(page)).to_be_focused()

    page.locator(f"[name=kind][value={kind}]").focus()
    page.keyboard.press("Space")
    expect(status(page)).to_have_text(f"{sum(e['label'] == label for e in errors)} of 120 errors")
    page.locator("[name=text]").focus()
    page.keyboard.press("Tab")
    expect(page.locator("[name=document]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=document]")).to_have_value("=某镇0_2021")


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_scrolls_down_only(show: Open, width: int) -> None:
    page = show(some_errors(60), width=width, height=700, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    wide = page.locator("#scores .box:visible")
    assert wide.evaluate("box => box.scrollWidth > box.clientWidth")


def test_colours_can_be_read_in_both_schemes(show: Open) -> None:
    """Contrast of at least 4.5 between text and ground (WCAG 2, AA), also that of marks with their ground."""
    contrast = """(names) => {
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const light = (name) => {
            canvas.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
                .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
        };
        const [one, other] = names.map(light);
        return Math.max(one, other) / Math.min(one, other);
    }"""
    grounds = {}
    for scheme in ("light", "dark"):
        page = show(some_errors(3), color_scheme=scheme)
        grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        for pair in (
            ("--ink", "--ground"), ("--quiet", "--ground"), ("--quiet", "--raised"), ("--accent", "--ground"),
            ("--gold", "--ground"), ("--predicted", "--ground"), ("--ink", "--predicted-ground"), ("--ink", "--heat"),
        ):  # fmt: skip
            assert page.evaluate(contrast, list(pair)) >= 4.5, (scheme, pair)
    assert grounds["light"] != grounds["dark"]


def test_paper_holds_every_error_that_the_filters_leave(show: Open, tmp_path: Path) -> None:
    errors = some_errors(150, documents=150)
    page = show(errors)
    page.locator("[name=kind][value=merged]").check()
    page.locator("[name=kind][value=left]").check()
    page.locator("[name=kind][value=right]").check()
    page.locator("[name=label][value=VALUE]").check()
    wanted = [e["document"] for e in errors if e["kind"] in ("merged", "left", "right") and e["label"] == "VALUE"]
    expect(status(page)).to_have_text(f"{len(wanted)} of 150 errors")
    assert "".join(_printed(page, tmp_path)).count("· township") == len(wanted)
    page.get_by_text("Clear the filters").click()
    expect(status(page)).to_have_text("150 of 150 errors")
    assert page.locator(".found li").count() < 150
    assert "".join(_printed(page, tmp_path)).count("· township") == 150


def _printed(page: Page, folder: Path) -> list[str]:
    """The text of each page of paper."""
    page.pdf(path=folder / "page.pdf", prefer_css_page_size=True)
    return [sheet.extract_text() for sheet in PdfReader(folder / "page.pdf").pages]


def test_ten_thousand_errors(show: Open) -> None:
    """They are drawn as they are needed; what that takes is printed, not judged."""
    page = show(some_errors(10_000, documents=400))
    items = page.locator(".found li")
    assert items.count() <= 100
    timed = """([name, value]) => {
        const field = document.querySelector("form").elements[name];
        const started = performance.now();
        if (field instanceof RadioNodeList) [...field].find((f) => f.value === value).click();
        else { field.value = value; field.dispatchEvent(new Event("input", { bubbles: true })); }
        document.body.getBoundingClientRect();
        return performance.now() - started;
    }"""
    took = {
        f"{name} {value}": page.evaluate(timed, [name, value])
        for name, value in (("text", "乡"), ("kind", "split"), ("document", "=某镇3_2021"), ("text", ""))
    }
    print("\nfilters, ms:", json.dumps({k: round(v, 1) for k, v in took.items()}, ensure_ascii=False))
    page.get_by_text("Clear the filters").click()
    expect(status(page)).to_have_text("10,000 of 10,000 errors")
    draw_all(page, 200)
    draw = """() => {
        const started = performance.now();
        dispatchEvent(new Event("beforeprint"));
        document.body.getBoundingClientRect();
        return performance.now() - started;
    }"""
    print("all drawn for paper, ms:", round(page.evaluate(draw)))
    expect(items).to_have_count(10_000)
