"""Decoding against brute force over every allowed tag sequence."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from baogao.labels import LabelSet, LabelType
from baogao.tagger.decoding import decode, expected_spans, log_softmax, spans_of, viterbi

SMALL = LabelSet("small", "1", tuple(LabelType(n, n, "", "c", n) for n in ("A", "B")))


def allowed_sequences(length: int) -> list[tuple[int, ...]]:
    return [
        path
        for path in product(range(len(SMALL.tags)), repeat=length)
        if SMALL.allowed_first[path[0]] and all(SMALL.allowed[a, b] for a, b in pairwise(path))
    ]


@pytest.mark.parametrize("length", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_viterbi_and_scores_agree_with_brute_force(length: int, seed: int) -> None:
    log_probs = log_softmax(np.random.default_rng(seed).normal(0, 2, (length, len(SMALL.tags))))
    paths = allowed_sequences(length)
    weights = np.array([np.exp(sum(log_probs[t, tag] for t, tag in enumerate(path))) for path in paths])
    best = viterbi(log_probs, SMALL)
    assert tuple(best) == paths[int(weights.argmax())]
    for start, end, label, score in decode(log_probs, SMALL):
        holds = [(start, end, label) in spans_of(np.array(path), SMALL) for path in paths]
        assert score == pytest.approx(weights[holds].sum() / weights.sum())
    counts = np.array([len(spans_of(np.array(path), SMALL)) for path in paths])
    assert expected_spans(log_probs, SMALL) == pytest.approx((weights * counts).sum() / weights.sum())


@given(st.integers(0, 200), st.integers(0, 2**32 - 1), st.floats(0.1, 20))
def test_no_invalid_sequence_comes_out(length: int, seed: int, spread: float) -> None:
    logits = np.random.default_rng(seed).normal(0, spread, (length, len(SMALL.tags)))
    path = viterbi(log_softmax(logits), SMALL)
    tags = [SMALL.tags[t] for t in path]
    for before, tag in zip(["O", *tags], tags, strict=False):
        assert not tag.startswith("I-") or before in (f"B-{tag[2:]}", tag)
    spans = spans_of(path, SMALL)
    assert spans == [(start, end + 1, label) for label, start, end in get_entities(tags)]
    found = decode(log_softmax(logits), SMALL)
    assert [s[:3] for s in found] == spans
    assert all(0.0 <= s.score <= 1.0 for s in found)


def test_certain_scores() -> None:
    logits = np.full((4, len(SMALL.tags)), -50.0)
    for t, tag in enumerate((0, 1, 2, 0)):
        logits[t, tag] = 50.0
    (span,) = decode(log_softmax(logits), SMALL)
    assert span[:3] == (1, 3, "A")
    assert span.score == pytest.approx(1.0)


def test_an_inside_that_wants_to_stand_first_cannot() -> None:
    logits = np.zeros((2, len(SMALL.tags)))
    logits[:, 2] = 9.0  # I-A at both places
    assert viterbi(log_softmax(logits), SMALL).tolist() == [1, 2]


def test_scores_of_long_pieces_do_not_underflow() -> None:
    logits = np.random.default_rng(0).normal(0, 3, (5000, len(SMALL.tags)))
    found = decode(log_softmax(logits), SMALL)
    assert found
    assert all(np.isfinite(s.score) for s in found)
    assert max(s.score for s in found) > 0.5
