"""Krippendorff's alpha for nominal data: agreement of any number of annotators, values missing or not, above chance.

Source: K. Krippendorff, Computing Krippendorff's Alpha-Reliability, University of Pennsylvania, 2011. Coincidence
matrices of several texts add up, so alpha is that of all of them together.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

MISSING: Final = -1


def coincidences(values: npt.NDArray[np.integer], categories: int) -> npt.NDArray[np.float64]:
    """The coincidence matrix of ``values``, shape (annotators, units): categories 0 … categories - 1, or MISSING.

    Returns shape (categories, categories). A unit that m annotators gave a value adds each ordered pair of their
    values with weight 1 / (m - 1); a unit with one value or none adds nothing.
    """
    counts = np.stack([(values == category).sum(axis=0) for category in range(categories)]).astype(np.float64)
    given = counts.sum(axis=0)
    paired = counts[:, given > 1]
    weights = 1.0 / (given[given > 1] - 1.0)
    matrix = (paired * weights) @ paired.T
    # A value is not paired with itself.
    return np.asarray(matrix - np.diag((paired * weights).sum(axis=1)), dtype=np.float64)


def alpha(matrix: npt.NDArray[np.float64]) -> float | None:
    """Alpha of a coincidence matrix: 1 is agreement, 0 chance. None where one value alone occurs: nothing is shown."""
    totals = matrix.sum(axis=0)
    total = float(totals.sum())
    expected = total**2 - float((totals**2).sum())
    if expected <= 0:
        return None
    observed = total - float(np.trace(matrix))
    return 1.0 - (total - 1.0) * observed / expected


def binary(matrix: npt.NDArray[np.float64], category: int) -> npt.NDArray[np.float64]:
    """The 2 × 2 matrix of one category against all others together."""
    here = matrix[category, category]
    mixed = matrix[category].sum() - here
    return np.array([[matrix.sum() - here - 2 * mixed, mixed], [mixed, here]])
