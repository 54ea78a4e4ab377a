"""Comparisons: what must be shown, what must not, and what is refused."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from baogao.errors import BaogaoError
from baogao.evaluation import Case, Found, Result, evaluate
from baogao.evaluation.compare import Comparison, System, compare
from baogao.evaluation.words import comparison_sheets, sentences
from evaluation_help import LABELS

GOLD = [Found(3 * i, 3 * i + 2, LABELS[i % 2]) for i in range(20)]


def result(maker: str, rights: list[int], gold: str = "g", labels: tuple[str, ...] = LABELS) -> Result:
    """A result on as many documents as there are numbers: so many of the 20 gold spans were found, nothing else."""
    cases = [Case(f"{i}", f"{i:03}", GOLD, GOLD[:right], "字" * 60) for i, right in enumerate(rights)]
    signature = {"gold": gold, "labels": "report", "scheme": "1", "model": maker, "baogao": "0"}
    return evaluate(cases, labels, signature, resamples=0)


def run(*systems: System, resamples: int = 2_000) -> Comparison:
    return compare(systems, mode="strict", resamples=resamples, seed=1)


def test_a_clear_difference_is_shown() -> None:
    a = System("a", [result("a", [10, 11, 9, 10, 12, 10, 11, 9, 10, 10])])
    b = System("b", [result("b", [18, 19, 17, 18, 19, 18, 17, 18, 19, 18])])
    comparison = run(a, b)
    (pair,) = comparison["compared"]
    micro = pair["micro"]
    assert micro["shown"]
    assert micro["difference"] == pytest.approx((micro["other"] or 0) - (micro["first"] or 0))
    # All ways to swap ten documents are counted; only the two extreme ones are as large as what was observed.
    assert comparison["signature"]["randomisation"] == "all swaps"
    assert micro["p"] == pytest.approx(2 / 2**10)
    assert all(one["shown"] for one in pair["labels"].values())
    said = list(sentences(comparison))
    assert any(s.startswith("micro F1: b is better than a, by +") for s in said)
    assert len(list(comparison_sheets(comparison))) == 1


def test_no_difference_is_not_shown() -> None:
    one, other = [10, 12, 9, 14, 8, 13], [12, 10, 13, 9, 14, 8]
    comparison = run(System("a", [result("a", one)]), System("b", [result("b", other)]))
    micro = comparison["compared"][0]["micro"]
    assert micro["difference"] == pytest.approx(0.0)
    assert micro["p"] == 1.0
    assert not micro["shown"]
    said = " ".join(sentences(comparison))
    assert "is not shown by these 6 documents" in said
    assert "6 documents allow no p below 0.0312: after Holm over 2 labels" in said


def test_randomisation_against_brute_force() -> None:
    """The p value of micro F1 from all 2^6 swaps, F1 written out anew."""
    one, other = [10, 12, 9, 14, 8, 13], [12, 14, 10, 13, 11, 15]

    def f1(right: list[int]) -> float:
        return 2 * sum(right) / (sum(right) + 20 * len(right))

    observed = f1(other) - f1(one)
    differences = []
    for ways in product((False, True), repeat=6):
        a = [y if swap else x for x, y, swap in zip(one, other, ways, strict=True)]
        b = [x if swap else y for x, y, swap in zip(one, other, ways, strict=True)]
        differences.append(f1(b) - f1(a))
    expected = np.mean([abs(d) >= abs(observed) - 1e-12 for d in differences])
    micro = run(System("a", [result("a", one)]), System("b", [result("b", other)]))["compared"][0]["micro"]
    assert micro["difference"] == pytest.approx(observed)
    assert micro["p"] == pytest.approx(expected)


def test_drawn_swaps_come_near_all_swaps() -> None:
    one, other = [10, 12, 9, 14, 8, 13, 9, 9], [12, 14, 10, 13, 11, 15, 9, 8]
    systems = System("a", [result("a", one)]), System("b", [result("b", other)])
    complete, drawn = (run(*systems, resamples=n)["compared"][0]["micro"]["p"] for n in (256, 255))
    assert complete is not None
    assert drawn == pytest.approx(complete, abs=0.08)


def test_seeds_are_pooled() -> None:
    """The runs of a system are averaged, and what the runs differ by widens the interval."""
    steady = System("steady", [result("s1", [10] * 12), result("s2", [10] * 12)])
    wild = System("wild", [result("w1", [4] * 12), result("w2", [16] * 12)])
    comparison = run(steady, wild)
    micro = comparison["compared"][0]["micro"]
    assert micro["difference"] == pytest.approx(0.0)
    assert micro["interval"] is not None
    low, high = micro["interval"]
    assert low < -0.2
    assert high > 0.2
    assert comparison["systems"]["wild"] == [pytest.approx(8 / 24), pytest.approx(32 / 36)]
    assert any(s.startswith("wild: 2 runs pooled, micro F1 0.3333 to 0.8889") for s in sentences(comparison))


def test_a_label_without_spans_has_no_figures() -> None:
    labels = (*LABELS, "SLOGAN")
    systems = (System(n, [result(n, [10, 12, 11], labels=labels)]) for n in "ab")
    comparison = run(*systems)
    slogan = comparison["compared"][0]["labels"]["SLOGAN"]
    assert (slogan["difference"], slogan["p"], slogan["shown"]) == (None, None, False)
    assert any(s.startswith("SLOGAN: no figures") for s in sentences(comparison))


def test_what_cannot_be_compared_is_refused() -> None:
    a = System("a", [result("a", [10, 11])])
    with pytest.raises(BaogaoError, match="scored on different things: gold"):
        run(a, System("b", [result("b", [10, 11], gold="other")]))
    with pytest.raises(BaogaoError, match="other documents"):
        run(a, System("b", [result("b", [10, 11, 12])]))
    with pytest.raises(BaogaoError, match="given twice"):
        run(a, System("b", [result("b", [10, 11]), result("b", [10, 11])]))
    with pytest.raises(BaogaoError, match="no mode 'loose'"):
        compare([a, System("b", [result("b", [9, 9])])], mode="loose", resamples=10, seed=1)
    with pytest.raises(BaogaoError, match="one document"):
        run(System("a", [result("a", [10])]), System("b", [result("b", [11])]))
    with pytest.raises(BaogaoError, match="no evaluation result"):
        run(a, System("b", [{**result("b", [9, 9]), "format": "else"}]))
