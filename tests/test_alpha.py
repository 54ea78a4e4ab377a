"""Krippendorff's alpha against the published worked examples and against a sum over single pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.alpha import MISSING, alpha, binary, coincidences


def values(*rows: str) -> npt.NDArray[np.int64]:
    """A line an annotator: digits or letters, ``.`` where a value is missing."""
    return np.array([[MISSING if c == "." else int(c) if c.isdigit() else ord(c) - ord("a") for c in r] for r in rows])


# The examples A, B and C of Krippendorff 2011, with the coincidences and the alphas printed there.
def test_binary_data_of_two_observers() -> None:
    matrix = coincidences(values("0100000010", "1110010000"), 2)
    assert matrix.tolist() == [[10, 4], [4, 2]]
    assert alpha(matrix) == pytest.approx(0.095, abs=5e-4)


def test_nominal_data_of_two_observers() -> None:
    matrix = coincidences(values("aabbdcccedda", "babbbcccedd" + "d"), 5)
    assert np.diag(matrix).tolist() == [2, 4, 6, 4, 2]
    assert alpha(matrix) == pytest.approx(0.692, abs=5e-4)


def test_nominal_data_of_four_observers_with_gaps() -> None:
    seen = values("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    matrix = coincidences(seen, 6)
    assert matrix.sum() == pytest.approx(40)  # pairable values
    assert alpha(matrix) == pytest.approx(0.743, abs=5e-4)


def test_agreement_and_its_absence() -> None:
    assert alpha(coincidences(values("0101", "0101"), 2)) == 1.0
    assert alpha(coincidences(values("0000", "0000"), 2)) is None
    assert alpha(coincidences(values("01..", "..01"), 2)) is None


@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(st.integers(-1, 2), min_size=n, max_size=n), min_size=1)))
def test_the_matrix_sums_ordered_pairs(units: list[list[int]]) -> None:
    expected = np.zeros((3, 3))
    for unit in units:
        given_values = [v for v in unit if v != MISSING]
        for i, one in enumerate(given_values):
            for j, other in enumerate(given_values):
                if i != j:
                    expected[one, other] += 1 / (len(given_values) - 1)
    matrix = coincidences(np.array(units).T, 3)
    np.testing.assert_allclose(matrix, expected, atol=1e-9)
    folded = np.where(np.array(units).T == MISSING, MISSING, np.array(units).T == 2)
    np.testing.assert_allclose(binary(matrix, 2), coincidences(folded, 2), atol=1e-9)
