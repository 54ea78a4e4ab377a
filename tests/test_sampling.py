"""The order of tasks: against the same greedy choice written out naively, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.sampling import Candidate, embed, order, similarities, uncertainty
from baogao.spans import Span
from baogao.tagger import Assessment, Tagger
from strategies import texts


def candidate(name: str, text: str, *scores: float, expected: float | None = None) -> Candidate:
    """A task with spans of one character, of these probabilities, and so many expected (as found, unless said)."""
    spans = tuple(Span(i, i + 1, "VALUE", text[i], score) for i, score in enumerate(scores))
    return Candidate(name, text, Assessment(spans, len(spans) if expected is None else expected))


def test_corrections_by_hand() -> None:
    """Three found spans, 2.4 of them right, 4 expected: 0.6 to remove and 1.6 to draw."""
    assessment = candidate("a", "甲乙丙丁", 0.9, 0.8, 0.7, expected=4.0).assessment
    assert assessment.correct == pytest.approx(2.4)
    assert assessment.corrections == pytest.approx(0.6 + 1.6)
    assert assessment.confidence == pytest.approx(3.4 / 5.6)
    assert Assessment((), 0.0).confidence == 1.0
    assert Assessment((), 1.0).confidence == 0.5


def test_uncertainty_is_by_the_hundred_characters() -> None:
    """1 correction in 60 characters and the 40 that opening a task costs: 1 in 100."""
    assert uncertainty(candidate("a", "字" * 60, expected=1.0)) == pytest.approx(1.0)


@settings(max_examples=50, deadline=None)
@given(texts)
def test_an_assessment_has_the_spans_of_the_tagger(tagger: Tagger, text: str) -> None:
    assessment = tagger.assess(text)
    assert list(assessment.spans) == tagger.spans(text)
    assert assessment.expected >= 0
    assert assessment.corrections >= 0
    assert 0 < assessment.confidence <= 1


def test_likeness_by_hand() -> None:
    """Bigrams of 生产总值: 生产 产总 总值; of 生产: 生产. All weigh the same where every text but one lacks them."""
    vectors = embed(["生产总值", "生产总值", "道路", "", "路"])
    assert similarities(vectors, vectors[:, 0]) == pytest.approx([1, 1, 0, 0, 0])
    # The idf of 生产, in both of two texts, is 1; that of the others ln(3/2) + 1.
    pair = embed(["生产总值", "生产"])
    rare = math.log(3 / 2) + 1
    assert similarities(pair, pair[:, 1])[0] == pytest.approx(1 / math.sqrt(1 + 2 * rare**2))


def test_of_two_alike_one_comes_later() -> None:
    tasks = [
        candidate("a", "粮食总产量完成十五万吨", 0.5),
        candidate("b", "粮食总产量完成十五万吨", 0.5),
        candidate("c", "新建乡村公路三十公里路", 0.6),
        candidate("d", "干部作风建设有了新进步", 0.99),
    ]
    assert [c.id for c in order(tasks)] == ["a", "c", "d", "b"]


def test_reasons_are_words() -> None:
    tasks = [candidate("a", "重点产业链" * 10, 0.41, 0.95, 0.8), candidate("b", "字", 0.99, expected=1.0)]
    first, second = order(tasks)
    assert first.reason == (
        "1.7 corrections expected in 50 characters; 2 of 3 spans uncertain, e.g. 重 VALUE 0.41; "
        "unlike what comes before: 1.00"
    )
    assert "1 spans, none uncertain" in second.reason
    assert first.to_json()["rank"] == 1


short = st.text(alphabet="全年地区生产总值完成道路乡村", max_size=12)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(short, st.floats(0, 20)), max_size=12), st.integers(0, 12))
def test_the_order_is_the_greedy_one(pool: list[tuple[str, float]], limit: int) -> None:
    tasks = [candidate(str(i), text, expected=expected) for i, (text, expected) in enumerate(pool)]
    vectors = embed([t.text for t in tasks]).T.astype(np.float64)
    front: list[int] = []
    left = list(range(len(tasks)))
    chosen = order(tasks)
    assert sorted(int(c.id) for c in chosen) == left  # none lost
    assert chosen[:limit] == order(tasks, limit=limit)
    for choice in chosen:
        values = {
            i: uncertainty(tasks[i]) * (1 - max((float(vectors[i] @ vectors[j]) for j in front), default=0.0))
            for i in left
        }
        assert values[int(choice.id)] == pytest.approx(max(values.values()), abs=1e-4)
        left.remove(int(choice.id))
        front.append(int(choice.id))
