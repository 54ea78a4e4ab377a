"""From tag scores to spans: constrained Viterbi decoding over BIO, and the probability of each span found.

The model gives every character a distribution over tags, independent of its neighbours. Among all tag sequences that
IOB2 allows, Viterbi finds the likeliest; an I that continues nothing cannot come out. The same chain, summed instead of
maximised (forward-backward), says how probable each decoded span is: that exactly these characters, no more and no
fewer, carry this label. See Rabiner, "A tutorial on hidden Markov models" (1989), for both recursions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from baogao.labels import OUTSIDE, LabelSet

Floats = npt.NDArray[np.float64]


class Decoded(NamedTuple):
    """A span over characters [start, end) of the decoded piece, with its label and probability."""

    start: int
    end: int
    label: str
    score: float


def log_softmax(logits: npt.NDArray[np.floating]) -> Floats:
    """Log-probabilities over the last axis: same shape as ``logits``."""
    wide = logits.astype(np.float64)
    shifted = wide - wide.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def viterbi(log_probs: Floats, labels: LabelSet) -> npt.NDArray[np.int64]:
    """The likeliest allowed tag sequence: ``log_probs`` has shape (length, tags), the result (length,)."""
    length, count = log_probs.shape
    if length == 0:
        return np.zeros(0, dtype=np.int64)
    # A tag may follow itself, any O or B may follow anything, and I-x only B-x or I-x. So every step needs just the
    # best tag before it and, for each label, the better of its B and I.
    begin, inside = np.arange(1, count, 2), np.arange(2, count, 2)
    score = np.where(labels.allowed_first, log_probs[0], -np.inf)
    back = np.zeros((length, count), dtype=np.int64)
    for t in range(1, length):
        best = int(score.argmax())
        previous = np.full(count, score[best])
        back[t] = best
        from_begin = score[begin] >= score[inside]
        back[t, inside] = np.where(from_begin, begin, inside)
        previous[inside] = np.where(from_begin, score[begin], score[inside])
        score = previous + log_probs[t]
    path = np.zeros(length, dtype=np.int64)
    path[-1] = int(score.argmax())
    for t in range(length - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path


def decode(log_probs: Floats, labels: LabelSet) -> list[Decoded]:
    """The spans of the likeliest allowed tag sequence and their probabilities; ``log_probs``: shape (length, tags)."""
    path = viterbi(log_probs, labels)
    pieces = spans_of(path, labels)
    if not pieces:
        return []
    probs = np.exp(log_probs)
    forward, backward, scale = _forward_backward(probs, labels)
    found = []
    for start, end, name in pieces:
        inside = labels.inside(name)
        score = forward[start, labels.begin(name)]
        for t in range(start + 1, end):
            score *= probs[t, inside] / scale[t]
        if end < len(path):  # an O or a B must follow: an I would lengthen this span or continue nothing
            score *= (probs[end] * backward[end])[labels.allowed_first].sum() / scale[end]
        found.append(Decoded(start, end, name, float(min(max(score, 0.0), 1.0))))
    return found


def expected_spans(log_probs: Floats, labels: LabelSet) -> float:
    """How many spans stand here on average over the chain: the posteriors of the B tags, summed.

    ``log_probs`` has shape (length, tags).
    """
    if not len(log_probs):
        return 0.0
    forward, backward, _ = _forward_backward(np.exp(log_probs), labels)
    return float((forward * backward)[:, 1::2].sum())


def spans_of(path: npt.NDArray[np.int64], labels: LabelSet) -> list[tuple[int, int, str]]:
    """The spans (start, end, label) of an allowed tag sequence of shape (length,)."""
    found: list[tuple[int, int, str]] = []
    start = -1
    for t, tag in enumerate(path.tolist()):
        if start >= 0 and (tag == OUTSIDE or tag % 2 == 1):
            found.append((start, t, labels.names[(int(path[start]) - 1) // 2]))
            start = -1
        if tag % 2 == 1:
            start = t
    if start >= 0:
        found.append((start, len(path), labels.names[(int(path[start]) - 1) // 2]))
    return found


def _forward_backward(probs: Floats, labels: LabelSet) -> tuple[Floats, Floats, Floats]:
    """Scaled forward and backward variables and the scales: shapes (length, tags), (length, tags), (length,).

    ``forward[t] * backward[t]`` is the posterior of the tags at t.
    """
    length, count = probs.shape
    allowed = labels.allowed.astype(np.float64)
    forward, backward = np.zeros((length, count)), np.ones((length, count))
    scale = np.ones(length)
    state = probs[0] * labels.allowed_first
    for t in range(length):
        if t:
            state = (state @ allowed) * probs[t]
        scale[t] = state.sum()
        state = state / scale[t]
        forward[t] = state
    for t in range(length - 1, 0, -1):
        backward[t - 1] = allowed @ (probs[t] * backward[t]) / scale[t]
    return forward, backward, scale
