"""Plots as geometry: where lines, bars and ticks lie in an SVG, drawn by the template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count, takewhile
from math import floor, log10
from typing import Final

from baogao.evaluation.result import Calibration, Point, Threshold

WIDTH: Final = 360
HEIGHT: Final = 250
LEFT, RIGHT, TOP, BOTTOM = 44, 348, 10, 206
"""The edges of the drawing inside the SVG, in its units."""

SHARES: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line through ``points`` ("x,y x,y …"); ``style`` is its class: solid, dashed, dotted or thin."""

    name: str
    style: str
    points: str


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing with two axes. ``words`` say what it shows, for those who cannot see it."""

    words: str
    x_name: str
    y_name: str
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    lines: Sequence[Line] = ()
    bars: Sequence[Bar] = ()
    dots: Sequence[Place] = ()
    whiskers: Sequence[tuple[float, float, float]] = ()
    """x, upper and lower end."""


def reliability(found: Calibration) -> Plot:
    """The share of right spans by score, beside the diagonal on which a calibrated score lies."""
    bars, dots = [], []
    for b in found["bins"]:
        if b["correct"] is not None and b["score"] is not None:
            left, top, right = _x(b["low"]), _y(b["correct"]), _x(b["high"])
            words = f"score {b['low']:.1f}–{b['high']:.1f}: {b['correct']:.3f} of {b['count']:,} are right"
            bars.append(Bar(left + 1, top, right - left - 2, BOTTOM - top, words))
            dots.append((_x(b["score"]), top))
    return Plot(
        "Reliability diagram: the share of right spans in each class of scores",
        "score",
        "share right",
        _shares(_x),
        _shares(_y),
        [Line("calibrated", "thin", _points([(0.0, 0.0), (1.0, 1.0)]))],
        bars,
        dots,
    )


def over_thresholds(points: Sequence[Threshold]) -> Plot:
    """Precision, recall and F1 where only spans with at least some score are kept."""
    lines = [
        Line("precision", "solid", _points((p["threshold"], p["precision"]) for p in points)),
        Line("recall", "dashed", _points((p["threshold"], p["recall"]) for p in points)),
        Line("F1", "dotted", _points((p["threshold"], p["f1"]) for p in points)),
    ]
    words = "Precision, recall and F1 over thresholds on the score"
    return Plot(words, "least score that is kept", "strict micro score", _shares(_x), _shares(_y), lines)


def precision_recall(points: Sequence[Threshold]) -> Plot:
    """Precision against recall, a point a threshold."""
    line = Line("", "solid", _points((p["recall"], p["precision"]) for p in points))
    words = "Precision against recall over thresholds on the score"
    return Plot(words, "recall", "precision", _shares(_x), _shares(_y), [line])


def learning(points: Sequence[Point]) -> Plot:
    """F1 over the size of the training data, with intervals where there are any."""
    ordered = sorted(points, key=lambda p: p["characters"])
    most = max([p["characters"] for p in ordered] + [1])
    ticks = [(_x(n / most), f"{n:,}") for n in _round_numbers(most)]
    found = [(_x(p["characters"] / most), _y(p["f1"])) for p in ordered]
    whiskers = [
        (_x(p["characters"] / most), _y(p["high"]), _y(p["low"])) for p in ordered if "low" in p and "high" in p
    ]
    line = Line("", "solid", " ".join(f"{x:.1f},{y:.1f}" for x, y in found))
    words = "Learning curve: F1 over the characters trained on"
    return Plot(words, "characters trained on", "F1", ticks, _shares(_y), [line], (), found, whiskers)


def _x(share: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * share, 1)


def _y(share: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share, 1)


def _shares(place: Callable[[float], float]) -> list[tuple[float, str]]:
    return [(place(share), f"{share:.1f}") for share in SHARES]


def _points(values: Iterable[tuple[float | None, float | None]]) -> str:
    """The points of a line; undefined rates have no place on it."""
    return " ".join(f"{_x(x)},{_y(y)}" for x, y in values if x is not None and y is not None)


def _round_numbers(most: int) -> list[int]:
    """Three to six round numbers from 0 to ``most``."""
    power = 10 ** floor(log10(max(most, 4) / 4))
    step = next(power * m for m in (1, 2, 5, 10) if most / (power * m) < 6)
    return list(takewhile(lambda n: n <= most, count(0, step)))
