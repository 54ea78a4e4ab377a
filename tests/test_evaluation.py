"""Scores against seqeval's strict mode, and by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from baogao.evaluation import Counts, count, render_json, render_table, score
from baogao.evaluation.count import within
from baogao.spans import Span

LABELS = ("METRIC", "VALUE")
LENGTH = 30


@st.composite
def span_sets(draw: st.DrawFn) -> list[Span]:
    edges = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=14)))
    text = "字" * LENGTH
    return [Span.of(text, a, b, draw(st.sampled_from(LABELS))) for a, b in pairwise(edges) if draw(st.booleans())]


def tags(spans: list[Span]) -> list[str]:
    found = ["O"] * LENGTH
    for span in spans:
        found[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
        found[span.start] = f"B-{span.label}"
    return found


@given(st.lists(st.tuples(span_sets(), span_sets()), min_size=1, max_size=6))
def test_equal_to_seqeval_strict(documents: list[tuple[list[Span], list[Span]]]) -> None:
    result = score([count(gold, found) for gold, found in documents], LABELS)
    gold_tags, found_tags = zip(*[(tags(g), tags(p)) for g, p in documents], strict=True)
    if not any(g or p for g, p in documents):
        assert result.micro.f1 == 0.0
        return
    theirs = classification_report(
        list(gold_tags), list(found_tags), mode="strict", scheme=IOB2, output_dict=True, zero_division=0
    )
    for name, ours in [*result.labels.items(), ("micro avg", result.micro)]:
        if ours.counts == Counts(0, 0, 0):
            assert name not in theirs
            continue
        assert ours.precision == pytest.approx(theirs[name]["precision"])
        assert ours.recall == pytest.approx(theirs[name]["recall"])
        assert ours.f1 == pytest.approx(theirs[name]["f1-score"])
        assert ours.support == theirs[name]["support"]
    assert result.macro_f1 == pytest.approx(theirs["macro avg"]["f1-score"])


def test_by_hand() -> None:
    text = "字" * 10
    gold = [Span.of(text, 0, 2, "METRIC"), Span.of(text, 2, 4, "VALUE"), Span.of(text, 5, 8, "VALUE")]
    found = [Span.of(text, 0, 2, "METRIC"), Span.of(text, 2, 4, "METRIC"), Span.of(text, 5, 7, "VALUE")]
    counts = count(gold, found)
    assert counts == {"METRIC": Counts(1, 1, 0), "VALUE": Counts(0, 1, 2)}
    result = score([counts], LABELS)
    assert result.labels["METRIC"].f1 == pytest.approx(2 / 3)
    assert result.micro.precision == result.micro.recall == result.micro.f1 == pytest.approx(1 / 3)
    assert result.macro_f1 == pytest.approx(1 / 3)


def test_empty_sides() -> None:
    span = Span.of("字字", 0, 2, "VALUE")
    assert score([count([], [])], LABELS).micro.f1 == 0.0
    assert score([count([span], [])], LABELS).micro.recall == 0.0
    assert score([count([], [span])], LABELS).micro.counts == Counts(0, 1, 0)


def test_labels_outside_the_set_are_scored_too() -> None:
    result = score([count([Span.of("字字", 0, 2, "OTHER")], [])], LABELS)
    assert list(result.labels) == ["METRIC", "VALUE", "OTHER"]


def test_only_annotated_ranges_count() -> None:
    spans = [Span.of("字" * 9, a, a + 2, "VALUE") for a in (0, 3, 6)]
    assert within(spans, [(0, 4), (5, 9)]) == [spans[0], spans[2]]


def test_rendering() -> None:
    span = Span.of("字字", 0, 2, "VALUE")
    result = score([count([span], [span])], LABELS)
    value = render_json(result, {"gold": "abc"})
    assert value["micro"] == {
        "precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1, "correct": 1, "spurious": 0, "missed": 0,
    }  # fmt: skip
    assert value["signature"] == {"gold": "abc"}
    console = Console(record=True, width=120)
    console.print(render_table(result))
    assert "VALUE" in console.export_text()
