"""What to annotate next: the order of unlabelled tasks in which annotation teaches a model most, with reasons.

Two things make a task worth its annotator's time. *Uncertainty*: how many corrections the model's own posterior expects
there (spans to remove and spans to draw), for each character that has to be read, since characters are what annotation
costs. *Novelty*: how unlike it is to the tasks that already stand in front of it. Tasks are taken greedily by the
product, so that of two alike tasks only one comes early. (What is labelled already, the model has seen: likeness to
that was tried as well and gained nothing, see docs/active-learning.md.)

A text is a vector of its character bigrams, hashed into a fixed number of dimensions, weighted by inverse document
frequency and of length 1; likeness is the cosine. No vocabulary, no segmentation, no randomness: the same tasks and
the same model give the same order. See Settles, "Active Learning Literature Survey" (2009), on uncertainty, batches and
costs, and Carbonell and Goldstein, "The Use of MMR" (1998), on greedy diversity.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from baogao.reports import clean
from baogao.tagger import Assessment

DIMENSIONS: Final = 4096
SMOOTHING: Final = 40
"""Characters added to every length: the cost of opening a task, without which headings of four characters win."""

_DOUBTFUL: Final = 0.9  # a span under this probability is called uncertain in a reason

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unlabelled task: its id, its text and what the model makes of it."""

    id: str
    text: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Choice:
    """A task in its place in the order, from 1. ``uncertainty``: expected corrections a hundred characters."""

    rank: int
    id: str
    uncertainty: float
    novelty: float
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {
            "rank": self.rank,
            "id": self.id,
            "uncertainty": round(self.uncertainty, 4),
            "novelty": round(self.novelty, 4),
            "reason": self.reason,
        }


def order(candidates: Sequence[Candidate], *, limit: int | None = None) -> list[Choice]:
    """The first ``limit`` (all, where None) of ``candidates`` in the order in which to annotate them.

    Ties go to the earlier candidate.
    """
    vectors = embed([candidate.text for candidate in candidates])
    likeness = np.zeros(len(candidates), dtype=np.float32)  # of each to the most like of those that are chosen
    doubt = np.array([uncertainty(candidate) for candidate in candidates], dtype=np.float32)
    left = np.ones(len(candidates), dtype=np.bool_)
    choices: list[Choice] = []
    for rank in range(1, len(candidates) + 1)[:limit]:
        novelty = np.maximum(0, 1 - likeness)  # rounding makes a cosine exceed 1
        best = int(np.where(left, doubt * novelty, -np.inf).argmax())
        left[best] = False
        choices.append(_choice(rank, candidates[best], float(novelty[best])))
        np.maximum(likeness, similarities(vectors, vectors[:, best]), out=likeness)
    return choices


def uncertainty(candidate: Candidate) -> float:
    """Expected corrections a hundred characters."""
    return 100 * candidate.assessment.corrections / (len(candidate.text) + SMOOTHING)


def embed(texts: Sequence[str]) -> Floats:
    """Vectors of character bigrams, one a column, of length 1 (0 for a text without bigrams).

    Shape (DIMENSIONS, texts): a row a dimension, so that a likeness reads only the rows of one text's bigrams.
    """
    counts = np.zeros((DIMENSIONS, len(texts)), dtype=np.float32)
    for column, text in enumerate(texts):
        view = clean(text).text
        for i in range(len(view) - 1):
            # CRC-32, since Python's own hash differs between processes.
            counts[zlib.crc32(view[i : i + 2].encode()) % DIMENSIONS, column] += 1
    documents = np.count_nonzero(counts, axis=1)
    weights = np.log((1 + len(texts)) / (1 + documents)) + 1
    vectors = np.log1p(counts) * weights[:, None].astype(np.float32)
    lengths = np.sqrt((vectors**2).sum(axis=0))
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths))


def similarities(pool: Floats, vector: Floats) -> Floats:
    """Cosines of the columns of ``pool`` with ``vector``: shape (columns,)."""
    rows = np.flatnonzero(vector)
    return np.asarray(vector[rows] @ pool[rows])


def _choice(rank: int, candidate: Candidate, novelty: float) -> Choice:
    return Choice(rank, candidate.id, uncertainty(candidate), novelty, reason(candidate, novelty))


def reason(candidate: Candidate, novelty: float) -> str:
    """Why a task stands where it stands, in words."""
    assessment = candidate.assessment
    doubtful = sorted((s for s in assessment.spans if (s.score or 0.0) < _DOUBTFUL), key=lambda s: s.score or 0.0)
    if doubtful:
        least = doubtful[0]
        shown = least.text if len(least.text) <= 20 else least.text[:19] + "…"
        spans = (
            f"{len(doubtful)} of {len(assessment.spans)} spans uncertain, e.g. {shown} {least.label} {least.score:.2f}"
        )
    else:
        spans = f"{len(assessment.spans)} spans, none uncertain"
    return (
        f"{assessment.corrections:.1f} corrections expected in {len(candidate.text)} characters; {spans}; "
        f"unlike what comes before: {novelty:.2f}"
    )
