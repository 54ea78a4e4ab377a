"""Cases to score: from lists of spans, from BIO tags, and drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from baogao.evaluation import Case, Found, Result, evaluate

LABELS = ("METRIC", "VALUE")
LENGTH = 30
TEXT = "“全年”《地区生产总值》完成“十五亿元”，比上年增长“六个点”。"

Spans = list[Found]


def case(name: str, gold: Iterable[Found], predicted: Iterable[Found], text: str | None = None) -> Case:
    """A case whose hash is its name."""
    return Case(name, name, list(gold), list(predicted), text)


def of_tags(name: str, gold: Sequence[str], predicted: Sequence[str]) -> Case:
    """A case from BIO tags, read by seqeval."""
    first, other = ([Found(a, b + 1, label) for label, a, b in get_entities(list(tags))] for tags in (gold, predicted))
    return case(name, first, other, "字" * len(gold))


def tags_of(spans: Iterable[Found], length: int = LENGTH) -> list[str]:
    """The IOB2 tags of flat spans."""
    found = ["O"] * length
    for start, end, label, _ in spans:
        found[start:end] = [f"I-{label}"] * (end - start)
        found[start] = f"B-{label}"
    return found


def result_of(cases: Sequence[Case], labels: Sequence[str] = LABELS, resamples: int = 0) -> Result:
    """The evaluation of cases; without intervals unless resamples are asked for."""
    return evaluate(cases, labels, {"gold": "test"}, resamples=resamples, errors=True)


@st.composite
def span_sets(draw: st.DrawFn, labels: Sequence[str] = LABELS, scored: bool = False) -> Spans:
    """Flat spans in a text of LENGTH characters."""
    edges = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=14)))
    score = st.floats(0, 1) if scored else st.none()
    return [Found(a, b, draw(st.sampled_from(labels)), draw(score)) for a, b in pairwise(edges) if draw(st.booleans())]


documents = st.lists(st.tuples(span_sets(), span_sets(scored=True)), min_size=1, max_size=6)
"""The gold and the predicted spans of some documents."""


def cases_of(drawn: Sequence[tuple[Spans, Spans]]) -> list[Case]:
    """Cases with the text TEXT, which has quotation marks, in the order given."""
    text = (TEXT * 2)[:LENGTH]
    return [case(f"{i}", gold, found, text) for i, (gold, found) in enumerate(drawn)]
