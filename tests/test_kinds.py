"""Pairs and kinds of errors: every kind by hand, and pairing against a slow search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from baogao.evaluation import Found
from baogao.evaluation.match import Spanned, match
from evaluation_help import LABELS, Spans, case, cases_of, documents, result_of

M, V = "METRIC", "VALUE"

# gold spans, predicted spans, and the kinds of the errors in the order of the text
EXAMPLES: dict[str, tuple[list[tuple[int, int, str]], list[tuple[int, int, str]], list[str]]] = {
    "right": ([(2, 6, M)], [(2, 6, M)], []),
    "missed": ([(2, 6, M)], [(6, 8, M)], ["missed", "spurious"]),
    "type": ([(2, 6, M)], [(2, 6, V)], ["type"]),
    "type and boundary": ([(2, 6, M)], [(2, 7, V)], ["type_boundary"]),
    "longer at both edges": ([(2, 6, M)], [(1, 7, M)], ["too_long"]),
    "longer at the left": ([(2, 6, M)], [(1, 6, M)], ["too_long"]),
    "longer at the right": ([(2, 6, M)], [(2, 7, M)], ["too_long"]),
    "shorter": ([(2, 6, M)], [(3, 5, M)], ["too_short"]),
    "shorter at the right": ([(2, 6, M)], [(2, 5, M)], ["too_short"]),
    "further left": ([(2, 6, M)], [(1, 5, M)], ["left"]),
    "further right": ([(2, 6, M)], [(3, 7, M)], ["right"]),
    "split": ([(2, 8, M)], [(2, 4, M), (5, 8, M)], ["split"]),
    "split into labels": ([(2, 8, M)], [(2, 4, V), (4, 8, M)], ["split"]),
    "merged": ([(2, 4, M), (5, 8, M)], [(2, 8, M)], ["merged"]),
    "a chain": ([(0, 3, M), (4, 8, M)], [(2, 5, M), (6, 9, M)], ["right", "right"]),
    "both sides too many": ([(0, 10, M), (12, 20, V)], [(0, 3, V), (5, 19, M)], ["merged"]),
    "beside what is right": ([(0, 3, M), (3, 6, M)], [(0, 3, M), (3, 5, M)], ["too_short"]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_kinds_by_hand(name: str) -> None:
    gold, found, expected = EXAMPLES[name]
    result = result_of([case("1", [Found(*g) for g in gold], [Found(*p) for p in found], "字" * 30)])
    assert [e["kind"] for e in result["errors"]] == expected


def test_an_error_lists_its_spans_and_sentence() -> None:
    text = "序。\n全年生产总值十亿元，增长六个点。尾"
    gold = [Found(5, 9, M), Found(9, 12, V)]
    result = result_of([case("1", gold, [Found(5, 12, M, 0.51234)], text)])
    (error,) = result["errors"]
    assert error == {
        "document": "1", "level": "", "section": "", "kind": "merged", "label": M,
        "gold": [{"start": 5, "end": 9, "label": M}, {"start": 9, "end": 12, "label": V}],
        "predicted": [{"start": 5, "end": 12, "label": M, "score": 0.5123}],
        "sentence": [3, 19], "text": "全年生产总值十亿元，增长六个点。",
    }  # fmt: skip
    assert result["kinds"]["labels"][M]["merged"] == 1
    assert result["confusion"]["matrix"] == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_edges() -> None:
    gold = [Found(a, a + 4, M) for a in (0, 10, 20)]
    found = [Found(0, 5, M), Found(11, 14, M), Found(21, 26, M)]
    assert result_of([case("1", gold, found, "字" * 30)])["kinds"]["edges"] == {"left": 1, "right": 1, "both": 1}


def test_a_long_row_of_equal_overlaps() -> None:
    """Every span overlaps two, all equally: pairs are taken from the left, in one pass."""
    gold = [Found(2 * i, 2 * i + 2, M) for i in range(5_000)]
    found = [Found(2 * i + 1, 2 * i + 3, M) for i in range(5_000)]
    matched = match([case("1", gold, found, "字" * 10_001)], LABELS)
    assert np.array_equal(matched.gold_partner, np.arange(5_000))


@given(documents)
def test_pairs_as_a_slow_search_finds_them(drawn: list[tuple[Spans, Spans]]) -> None:
    cases = cases_of(drawn)
    matched = match(cases, LABELS)
    pairs = set()
    for i, one in enumerate(matched.cases):
        text = one.text or ""

        def core(span: Spanned, text: str = text) -> tuple[int, int]:
            start, end = span.start, span.end
            while start < end and text[start] in "“”《》":
                start += 1
            while start < end and text[end - 1] in "“”《》":
                end -= 1
            return (start, end) if start < end else (span.start, span.end)

        couples = [
            (
                (g.start, g.end) != (p.start, p.end),
                core(g) != core(p),
                g.label != p.label,
                max(g.start, p.start) - min(g.end, p.end),
                g.start,
                p.start,
            )
            for g in one.gold
            for p in one.predicted
            if g.start < p.end and p.start < g.end
        ]
        golds, founds = set[int](), set[int]()
        for *_, g_start, p_start in sorted(couples):
            if g_start not in golds and p_start not in founds:
                golds.add(g_start)
                founds.add(p_start)
                pairs.add((i, g_start, p_start))
    g, p = matched.paired_gold, matched.paired_predicted
    base = matched.offset[matched.gold.document[g]]
    found = zip(matched.gold.document[g], matched.gold.start[g] - base, matched.predicted.start[p] - base, strict=True)
    assert {(int(a), int(b), int(c)) for a, b, c in found} == pairs
