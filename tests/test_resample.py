"""Bootstrap, randomisation and Holm's correction against brute force and published numbers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from baogao.evaluation.compare import holm
from baogao.evaluation.match import Ints
from baogao.evaluation.resample import MAX_UNITS, bootstrap, bundled, swaps, weights


def test_weights_are_draws_with_replacement() -> None:
    drawn = np.concatenate(list(weights(7, 20_000, seed=1)))
    assert drawn.shape == (20_000, 7)
    assert (drawn.sum(axis=1) == 7).all()
    # Multinomial: mean 1, variance 1 - 1/7, covariance -1/7.
    assert drawn.mean(axis=0) == pytest.approx(np.ones(7), abs=0.03)
    covariance = np.cov(drawn.T)
    assert np.diag(covariance) == pytest.approx(np.full(7, 6 / 7), abs=0.04)
    assert covariance[0, 1] == pytest.approx(-1 / 7, abs=0.03)


def test_bootstrap_against_all_resamples() -> None:
    """Three documents have 27 equally likely resamples; the quantiles of their sums are met."""
    counts: Ints = np.array([[1, 10], [4, 20], [9, 30]])
    every = np.array([counts[list(ways)].sum(axis=0) for ways in product(range(3), repeat=3)])
    drawn = bootstrap(counts, 50_000, seed=2)
    assert drawn.shape == (50_000, 2)
    assert {tuple(row) for row in drawn.astype(int).tolist()} == {tuple(row) for row in every.tolist()}
    for q in (10, 50, 90):
        assert np.percentile(drawn[:, 0], q) == np.percentile(every[:, 0], q)
    assert drawn.mean(axis=0) == pytest.approx(every.mean(axis=0), rel=0.01)


def test_the_same_seed_draws_the_same_documents() -> None:
    counts: Ints = np.arange(20).reshape(10, 2)
    assert np.array_equal(bootstrap(counts, 100, 5), bootstrap(counts, 100, 5))
    assert np.array_equal(bootstrap(counts, 100, 5)[:, :1], bootstrap(counts[:, :1], 100, 5))
    assert not np.array_equal(bootstrap(counts, 100, 5), bootstrap(counts, 100, 6))


def test_many_documents_are_bundled_without_loss() -> None:
    random = np.random.default_rng(0)
    counts: Ints = random.integers(0, 9, size=(3 * MAX_UNITS + 5, 2))
    units = bundled(counts)
    assert len(units) == MAX_UNITS
    assert np.array_equal(units.sum(axis=0), counts.sum(axis=0))
    # The spread of the sums is that of drawing single documents: variance n · var.
    drawn = bootstrap(counts, 4_000, seed=3)[:, 0]
    assert drawn.std() == pytest.approx(np.sqrt(len(counts) * counts[:, 0].var()), rel=0.08)


def test_few_documents_are_swapped_in_all_ways() -> None:
    chunks, complete = swaps(4, 10_000, seed=0)
    assert complete
    (ways,) = chunks
    assert {tuple(row) for row in ways.tolist()} == set(product((0.0, 1.0), repeat=4))
    chunks, complete = swaps(20, 1_000, seed=0)
    assert not complete
    drawn = np.concatenate(list(chunks))
    assert drawn.shape == (1_000, 20)
    assert drawn.mean() == pytest.approx(0.5, abs=0.02)


def test_holm_by_hand() -> None:
    """Holm's own steps: 0.01 · 4, then 0.02 · 3, 0.03 · 2 (never below the step before), 0.04 · 1."""
    assert holm([0.01, 0.04, 0.03, 0.02]) == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert holm([0.5, None, 0.9]) == [1.0, None, 1.0]
    assert holm([]) == []
