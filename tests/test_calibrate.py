"""Calibration and thresholds by hand."""

from __future__ import annotations

import numpy as np
import pytest

from baogao.evaluation import Found
from baogao.evaluation.calibrate import POINTS, bins
from evaluation_help import case, result_of


def test_by_hand() -> None:
    """Four spans: scores 0.95 right, 0.85 wrong, 0.85 right, 0.15 wrong; five gold spans."""
    gold = [Found(a, a + 2, "VALUE") for a in (0, 3, 6, 9, 12)]
    right, short, again = Found(0, 2, "VALUE", 0.95), Found(3, 4, "VALUE", 0.85), Found(6, 8, "VALUE", 0.85)
    found = [right, short, again, Found(20, 22, "METRIC", 0.15)]
    result = result_of([case("1", gold, found, "字" * 30)])
    calibration = result["calibration"]
    assert calibration is not None
    held = [(b["low"], b["count"], b["correct"]) for b in calibration["bins"] if b["count"]]
    assert held == [(0.1, 1, 0.0), (0.8, 2, 0.5), (0.9, 1, 1.0)]
    assert [b["score"] for b in calibration["bins"] if b["count"]] == pytest.approx([0.15, 0.85, 0.95])
    assert calibration["ece"] == pytest.approx((0.15 + 2 * 0.35 + 0.05) / 4)
    assert calibration["labels"]["METRIC"] == {"count": 1, "ece": pytest.approx(0.15)}
    points = [(t["threshold"], t["predicted"], t["precision"], t["recall"]) for t in result["thresholds"] or []]
    assert points == [(0.15, 4, 2 / 4, 2 / 5), (0.85, 3, 2 / 3, 2 / 5), (0.95, 1, 1.0, 1 / 5)]


def test_the_edges_of_bins() -> None:
    found = bins(np.array([0.0, 0.1, 0.999, 1.0]), np.array([False, True, True, True]))
    assert [b["count"] for b in found] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert found[5]["score"] is None


def test_without_scores() -> None:
    result = result_of([case("1", [Found(0, 2, "VALUE")], [Found(0, 2, "VALUE")], "字字")])
    assert result["calibration"] is None
    assert result["thresholds"] is None


def test_thresholds_are_thinned_and_keep_both_ends() -> None:
    found = [Found(2 * i, 2 * i + 1, "VALUE", i / 1000) for i in range(1000)]
    points = result_of([case("1", found, found, "字" * 2000)])["thresholds"] or []
    assert len(points) == POINTS
    assert (points[0]["predicted"], points[-1]["predicted"]) == (1000, 1)
