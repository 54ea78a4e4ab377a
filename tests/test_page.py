"""The page of a result: what stands on it, that text stays text, that it loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from typer.testing import CliRunner

from baogao.cli import app
from baogao.corpus import load_records
from baogao.corpus.jsonl import write_jsonl
from baogao.evaluation import Case, Found, Result, evaluate
from baogao.evaluation.page import plots, render_page
from baogao.evaluation.page.render import HEATS, heat
from baogao.evaluation.result import Agreement, Error
from baogao.labels import LabelSet
from conftest import ROOT
from evaluation_help import LABELS, case, documents, result_of

HOSTILE = (
    "</script><script>hacked = 1</script><!-- <img src='https://example.org/x.png' onerror='hacked = 2'> & ' \" ]]>"
)
TEXT = "全年地区生产总值完成十五亿元。𠮷镇增长六个点。"


@pytest.fixture(scope="module")
def result() -> Result:
    """Two documents: a span too long, one right, one missed, one of another type; scores; agreement; a curve."""
    gold = [Found(2, 8, "METRIC"), Found(10, 14, "VALUE"), Found(15, 17, "METRIC")]
    found = [Found(0, 8, "METRIC", 0.7), Found(10, 14, "VALUE", 0.9)]
    other = [Found(2, 8, "VALUE", 0.4), Found(10, 14, "VALUE", 0.8)]
    cases = [case("乙<b>镇", gold[:2], other, TEXT), case("甲镇_2021", gold, found, TEXT)]
    pair: Agreement = {"between": ["reader-a", "reader-b"], "documents": 2, "modes": result_of(cases[1:])["modes"]}
    made = evaluate(
        cases,
        LABELS,
        {"gold": "0123", "model": "demo@4567", "baogao": "0.1.0"},
        resamples=50,
        errors=True,
        agreement=[pair],
        curve=[{"characters": 1000, "f1": 0.25}, {"characters": 4000, "f1": 0.5, "low": 0.25, "high": 0.75}],
        throughput={"characters": 40, "seconds": 0.5, "characters_per_second": 80.0},
        notes=["A note with <i>marks</i>."],
    )
    assert made["calibration"] is not None
    return made


def parsed(page: str) -> Any:
    return html.document_fromstring(page)


def listed(page: str) -> list[Error]:
    """The errors that the page's script will read."""
    (data,) = parsed(page).xpath("//script[@type='application/json']")
    errors: list[Error] = json.loads(data.text)
    return errors


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_what_stands_on_the_page(result: Result) -> None:
    page = render_page(result)
    tree = parsed(page)
    assert page.startswith("<!doctype html>")
    assert tree.get("lang") == "en"
    assert tree.xpath("//h1")[0].text == "demo@4567"
    for name in ("scores", "kinds", "confusion", "slices", "calibration", "curve", "errors"):
        assert tree.xpath(f"//section[@id='{name}']//h2"), name
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in tree.xpath("//a/@href")} <= set(ids)
    assert [words(li) for li in tree.xpath("//ul[@class='notes']/li")] == [
        *result["notes"],
        "Tagged 40 characters in 0.5 s: 80 a second.",
    ]
    assert listed(page) == result["errors"]
    assert "0123" in words(tree.xpath("//details[@class='signature']")[0])


def test_scores_of_every_mode_with_intervals_and_agreement(result: Result) -> None:
    tree = parsed(render_page(result))
    assert tree.xpath("//input[@name='mode']/@value") == list(result["modes"])
    for mode, found in result["modes"].items():
        (table,) = tree.xpath(f"//div[@data-mode='{mode}']//table")
        rows = [[words(cell) for cell in row.xpath("./th|./td")] for row in table.xpath(".//tbody/tr")]
        assert [row[0] for row in rows] == [*LABELS, "micro", "macro"]
        one = found["micro"]
        assert one["f1"] is not None
        assert one["interval"] is not None
        assert one["interval"]["f1"] is not None
        low, high = one["interval"]["f1"]
        assert rows[-2][1] == f"{one['f1']:.3f} [{low:.3f}, {high:.3f}]"
        agreed = result["agreement"][0]["modes"][mode]["micro"]["f1"]
        assert rows[-2][3] == f"{agreed:.3f}"
        assert rows[-2][6:] == [str(one[k]) for k in ("gold", "predicted", "correct", "incorrect", "partial", "missed", "spurious")]  # noqa: E501 # fmt: skip
        assert all(len(row) == len(rows[0]) for row in rows)


def test_kinds_confusion_and_slices_hold_the_numbers(result: Result) -> None:
    tree = parsed(render_page(result))
    cells = [[words(c) for c in row.xpath("./td")] for row in tree.xpath("//section[@id='confusion']//tbody/tr")]
    matrix = [[str(n) for n in row] for row in result["confusion"]["matrix"]]
    matrix[-1][-1] = ""  # nothing paired with nothing is no number
    assert cells == matrix
    (metric, *_, total) = tree.xpath("//section[@id='kinds']//tbody/tr")
    assert [words(c) for c in metric.xpath("./td")][:-1] == [
        str(n) for n in result["kinds"]["labels"]["METRIC"].values()
    ]
    assert words(total.xpath("./td")[-1]) == str(len(result["errors"]))
    names = tree.xpath("//table[@class='long']//tbody/tr/th/text()")
    assert names == ["甲镇_2021", "乙<b>镇"]  # F1 2/5 before 2/4
    assert tree.xpath("//table[@class='long']//tbody/tr/th/@lang") == ["zh", "zh"]


@given(documents)
def test_any_result_makes_a_page(drawn: Any) -> None:
    result = result_of([case(f"{i}", gold, found) for i, (gold, found) in enumerate(drawn)])
    page = render_page(result)
    assert "None" not in parsed(page).xpath("string(//main)")
    if result["errors"]:
        assert listed(page) == result["errors"]


def test_nothing_to_show_is_said() -> None:
    nothing = result_of([case("1", [], [])])
    assert "There are none." in render_page(nothing)
    del nothing["errors"]
    page = render_page(nothing)
    assert "This result does not list its errors." in page
    assert not parsed(page).xpath("//section[@id='calibration'] | //section[@id='curve'] | //template")


def test_text_of_reports_stays_text() -> None:
    cases = [Case(HOSTILE, "1", [Found(0, 9, "METRIC")], [Found(0, 5, "METRIC", 0.5)], HOSTILE, level=HOSTILE)]
    result = evaluate(cases, LABELS, {"model": HOSTILE}, errors=True, resamples=0, notes=[HOSTILE])
    page = render_page(result)
    tree = parsed(page)
    assert len(tree.xpath("//script")) == 2  # the errors, and the page's own
    assert not tree.xpath("//img | //*[@onerror]")
    assert tree.xpath("//h1")[0].text == HOSTILE
    assert tree.xpath("//ul[@class='notes']/li")[0].text == HOSTILE
    (error,) = listed(page)
    assert error["text"]
    assert HOSTILE.startswith(error["text"])


@given(st.text())
def test_the_errors_come_back_from_the_page_whatever_their_text(text: str) -> None:
    error: Error = {
        "document": text, "level": "", "section": "", "kind": "missed", "label": "METRIC",
        "gold": [{"start": 0, "end": 1, "label": "METRIC"}], "predicted": [], "sentence": [0, len(text)], "text": text,
    }  # fmt: skip
    result = result_of([case("1", [Found(0, 1, "METRIC")], [])])
    result["errors"] = [error]
    raw = render_page(result).partition('<script type="application/json">')[2].partition("</script>")[0]
    assert json.loads(raw) == [error]
    assert not re.search("[<>&]", raw)


def test_the_page_loads_nothing(result: Result) -> None:
    page = render_page(result)
    tree = parsed(page)
    assert all(link.startswith(("#", "data:")) for link in tree.xpath("//@href | //@src | //@action"))
    assert not tree.xpath("//*[@style] | //iframe | //object | //link[not(@href='data:,')]")
    style, script = tree.xpath("string(//style)"), tree.xpath("string(//script[not(@type)])")
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search(r"fetch|XMLHttpRequest|WebSocket|innerHTML|import\(|eval", script)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("img-src") == "data:"  # the icon that is none
    for name, text in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules.pop(name) == f"'sha256-{digest}'"
    assert rules == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}


def test_the_page_is_little_more_than_its_errors(result: Result) -> None:
    many: Result = {**result, "errors": [e for e in result["errors"] if "<" not in e["document"]][:1] * 10_000}
    rest = len(render_page(many)) - len(json.dumps(many["errors"], ensure_ascii=False, separators=(",", ":")))
    assert 0 < rest < 100_000


def test_where_the_plots_draw() -> None:
    curve = plots.learning([{"characters": 4000, "f1": 0.5, "low": 0.25, "high": 1.0}, {"characters": 1000, "f1": 0.0}])
    assert curve.lines[0].points == "120.0,206.0 348.0,108.0"  # x: 44 + 304 · ¼ and 348; y: 206 − 196 · f1
    assert curve.whiskers == [(348.0, 10.0, 157.0)]
    assert [text for _, text in curve.x_ticks] == ["0", "1,000", "2,000", "3,000", "4,000"]
    undefined = plots.precision_recall(
        [
            {"threshold": 0.5, "predicted": 0, "precision": None, "recall": 0.0, "f1": None},
            {"threshold": 0.4, "predicted": 2, "precision": 1.0, "recall": 0.5, "f1": 0.67},
        ]
    )
    assert undefined.lines[0].points == "196.0,10.0"


@given(st.integers(1, 10**9))
def test_ticks_are_few_and_within(most: int) -> None:
    ticks = plots.learning([{"characters": most, "f1": 0.5}]).x_ticks
    assert 2 <= len(ticks) <= 7
    assert ticks[0] == (plots.LEFT, "0")
    assert ticks[-1][0] <= plots.RIGHT


@given(st.integers(0, 50), st.integers(0, 50))
def test_only_nothing_is_untinted(value: int, more: int) -> None:
    assert (heat(value, value + more) == 0) == (value == 0)
    assert heat(value, value + more) <= HEATS


def test_the_command_writes_the_page(tmp_path: Path, labels: LabelSet) -> None:
    gold = ROOT / "annotations" / "original" / "xiangdong_2013.marked.txt"
    (record,) = load_records([gold], labels)
    page, output, lines, weak = (tmp_path / name for name in ("out.html", "out.json", "errors.jsonl", "weak.jsonl"))
    write_jsonl(weak, [replace(record, marks=record.marks[3:])])
    arguments = ["evaluate", str(weak), str(gold), "--resamples", "0", "-q", "--report"]
    done = CliRunner().invoke(app, [*arguments, str(page), "--errors", str(lines), "-o", str(output)])
    assert done.exit_code == 0, done.output
    errors = listed(page.read_text("utf-8"))
    assert [e["gold"][0]["start"] for e in errors] == [m.start for m in record.marks[:3]]
    assert errors == [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    assert "errors" not in json.loads(output.read_text("utf-8"))
    refused = CliRunner().invoke(app, [*arguments, str(weak)])
    assert refused.exit_code == 1
    assert load_records([weak], labels)
