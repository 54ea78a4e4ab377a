"""The shape of an evaluation's result, as it stands in JSON; docs/formats.md says it in words.

Rates are numbers from 0 to 1, or None where they are 0/0 (nothing predicted: no precision; no gold: no recall): never
NaN. Offsets are half-open code points into the text as read. A result equals what comes back from its JSON: no tuples.
"""

from __future__ import annotations

from typing import Any, Final, NotRequired, TypedDict

FORMAT: Final = "baogao evaluation 1"

Interval = list[float]
"""Two numbers: the 2.5th and the 97.5th percentile over resamples of the documents."""


class Intervals(TypedDict):
    precision: Interval | None
    recall: Interval | None
    f1: Interval | None


class Score(TypedDict):
    """Figures of one label (or of all, or of a slice) under one mode.

    Each gold span is one of correct, incorrect, partial, missed; each predicted span is one of correct, incorrect,
    partial, spurious. The counts here are by the gold span's label, spurious by the predicted one's.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    interval: Intervals | None
    gold: int
    predicted: int
    correct: int
    incorrect: int
    partial: int
    missed: int
    spurious: int


class Macro(TypedDict):
    """The mean F1 over the labels that occur in gold or prediction."""

    f1: float | None
    interval: Interval | None


class Mode(TypedDict):
    labels: dict[str, Score]
    micro: Score
    macro: Macro


class Kinds(TypedDict):
    """How often each kind of error occurs, by label, and at which edge the boundary errors lie."""

    labels: dict[str, dict[str, int]]
    all: dict[str, int]
    edges: dict[str, int]


class Confusion(TypedDict):
    """``matrix[i][j]``: gold spans of ``labels[i]`` paired with predicted spans of ``labels[j]``; the last of
    ``labels`` is "", for spans without a partner."""

    labels: list[str]
    matrix: list[list[int]]


class Bin(TypedDict):
    """Predicted spans with a score in [low, high): how many, their mean score, and the share that is right."""

    low: float
    high: float
    count: int
    score: float | None
    correct: float | None


class LabelCalibration(TypedDict):
    count: int
    ece: float | None


class Calibration(TypedDict):
    bins: list[Bin]
    count: int
    ece: float | None
    labels: dict[str, LabelCalibration]


class Threshold(TypedDict):
    """Strict micro scores where only spans with a score of at least ``threshold`` count as predicted."""

    threshold: float
    predicted: int
    precision: float | None
    recall: float | None
    f1: float | None


class Throughput(TypedDict):
    characters: int
    seconds: float
    characters_per_second: float


class Agreement(TypedDict):
    """Two annotators of the same texts, one in the place of gold, the other in that of the prediction."""

    between: list[str]
    documents: int
    modes: dict[str, Mode]


class DocumentCounts(TypedDict):
    """The statistics of one document; ``counts[mode][label]`` holds the eight integers that STATISTICS names, labels
    in the order of the result's ``labels``."""

    id: str
    sha256: str
    counts: dict[str, list[list[int]]]


class ErrorSpan(TypedDict):
    start: int
    end: int
    label: str
    score: NotRequired[float]


class Error(TypedDict):
    """One error with every span that belongs to it. ``text`` is that of ``sentence``; None where it is not here."""

    document: str
    level: str
    section: str
    kind: str
    label: str
    gold: list[ErrorSpan]
    predicted: list[ErrorSpan]
    sentence: list[int] | None
    text: str | None


class Point(TypedDict):
    """A point of a learning curve: F1 after training on so many characters."""

    characters: int
    f1: float
    low: NotRequired[float]
    high: NotRequired[float]


class Result(TypedDict):
    format: str
    signature: dict[str, Any]
    labels: list[str]
    modes: dict[str, Mode]
    kinds: Kinds
    confusion: Confusion
    slices: dict[str, dict[str, Score]]
    calibration: Calibration | None
    thresholds: list[Threshold] | None
    throughput: Throughput | None
    agreement: list[Agreement]
    curve: list[Point] | None
    documents: list[DocumentCounts]
    notes: list[str]
    errors: NotRequired[list[Error]]
