"""Comparing systems on the same gold: is the difference more than the choice of documents?

Two answers of different kinds. The paired bootstrap draws documents (and, of systems with several runs, runs) and gives
an interval of the difference. Approximate randomisation asks how often a difference as large arises when each
document's two outcomes are swapped by a coin; where all ways to swap are few, all of them are counted. p values of the
labels are corrected for their number: Holm, "A simple sequentially rejective multiple test procedure" (1979).
Berg-Kirkpatrick, Burkett and Klein, "An empirical investigation of statistical significance in NLP" (2012) has both
methods.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

import numpy as np

from baogao.errors import BaogaoError
from baogao.evaluation.match import Floats
from baogao.evaluation.resample import bundled, swaps, weights
from baogao.evaluation.result import FORMAT, Interval, Result
from baogao.evaluation.score import basis, interval, macro, number, rates

LEVEL: Final = 0.05
TOLERANCE: Final = 1e-12  # differences that are equal but for rounding are equal


class Difference(TypedDict):
    """F1 of the first system and of the other, their difference (other − first), and what speaks for it.

    ``p`` is corrected for the number of labels (for micro and macro: as it is). ``shown``: the interval leaves out 0
    and p is at most 0.05.
    """

    first: float | None
    other: float | None
    difference: float | None
    interval: Interval | None
    p: float | None
    shown: bool


class Compared(TypedDict):
    first: str
    other: str
    labels: dict[str, Difference]
    micro: Difference
    macro: Difference


class Comparison(TypedDict):
    signature: dict[str, Any]
    systems: dict[str, list[float | None]]
    """The micro F1 of every run of each system."""
    compared: list[Compared]


@dataclass(frozen=True, slots=True)
class System:
    """A named system with the results of its runs (several seeds)."""

    name: str
    runs: Sequence[Result]


def compare(systems: Sequence[System], *, mode: str, resamples: int, seed: int) -> Comparison:
    """The first system against each of the others. Raises BaogaoError for results that cannot be compared."""
    _refuse(systems, mode)
    first = systems[0].runs[0]
    tables = {s.name: _table(s, mode) for s in systems}
    documents = len(first["documents"])
    names = [s.name for s in systems]
    return {
        "signature": {
            "gold": first["signature"]["gold"],
            "documents": documents,
            "labels": first["signature"]["labels"],
            "scheme": first["signature"]["scheme"],
            "mode": mode,
            "systems": {s.name: [_maker(run) for run in s.runs] for s in systems},
            "resamples": resamples,
            "seed": seed,
            "randomisation": "all swaps" if 2 ** min(documents, 64) <= resamples else "drawn swaps",
            "baogao": first["signature"]["baogao"],
        },
        "systems": {s.name: [run["modes"][mode]["micro"]["f1"] for run in s.runs] for s in systems},
        "compared": [
            _pair(names[0], name, tables, tuple(first["labels"]), resamples=resamples, seed=seed) for name in names[1:]
        ],
    }


def holm(p: Sequence[float | None]) -> list[float | None]:
    """p values corrected for their number by Holm's step-down method, in the same order; None stays None."""
    known = sorted((value, i) for i, value in enumerate(p) if value is not None)
    corrected: list[float | None] = [None] * len(p)
    highest = 0.0
    for rank, (value, i) in enumerate(known):
        highest = max(highest, min(1.0, value * (len(known) - rank)))
        corrected[i] = highest
    return corrected


def _pair(
    first: str, other: str, tables: Mapping[str, Floats], labels: Sequence[str], *, resamples: int, seed: int
) -> Compared:
    a, b = tables[first], tables[other]
    observed_a, observed_b = (_f1(t.mean(axis=0).sum(axis=0)) for t in (a, b))
    observed = observed_b - observed_a
    draws = _bootstrap(a, b, resamples, seed)
    p = _randomisation(a.mean(axis=0), b.mean(axis=0), observed, resamples, seed)
    corrected = [*holm(p[: len(labels)]), *p[len(labels) :]]
    rows: list[Difference] = []
    for i, value in enumerate(corrected):
        spread = None if math.isnan(observed[i]) else interval(draws[:, i])
        clear = spread is not None and (spread[0] > 0 or spread[1] < 0)
        rows.append(
            {
                "first": number(observed_a[i]),
                "other": number(observed_b[i]),
                "difference": number(observed[i]),
                "interval": spread,
                "p": value,
                "shown": clear and value is not None and value <= LEVEL,
            }
        )
    by_label = dict(zip(labels, rows, strict=False))
    return {"first": first, "other": other, "labels": by_label, "micro": rows[-2], "macro": rows[-1]}


def _f1(sums: Floats) -> Floats:
    """F1 by label, then micro and macro: shape (…, labels, 4) to (…, labels + 2)."""
    by_label = rates(sums)[..., 2]
    micro = rates(sums.sum(axis=-2))[..., 2]
    return np.concatenate([by_label, micro[..., None], macro(by_label)[..., None]], axis=-1)


def _bootstrap(a: Floats, b: Floats, resamples: int, seed: int) -> Floats:
    """Resampled differences: tables of shape (runs, documents, labels, 4) to (resamples, labels + 2).

    Both systems meet the same documents; their runs are drawn each for itself.
    """
    random = np.random.default_rng([seed, 1])
    differences = []
    for chunk in weights(a.shape[1], resamples, seed):
        sides = []
        for table in (a, b):
            runs = len(table)
            drawn = random.integers(0, runs, size=(len(chunk), runs))
            share = np.stack([(drawn == i).mean(axis=1) for i in range(runs)])
            sums = sum(share[i][:, None] * (chunk @ table[i].reshape(table.shape[1], -1)) for i in range(runs))
            sides.append(_f1(np.asarray(sums).reshape(len(chunk), *table.shape[2:])))
        differences.append(sides[1] - sides[0])
    return np.concatenate(differences)


def _randomisation(a: Floats, b: Floats, observed: Floats, resamples: int, seed: int) -> list[float | None]:
    """Two-sided p values of the differences: tables of shape (documents, labels, 4) to a list of labels + 2."""
    documents, shape = len(a), a.shape[1:]
    flat_a, flat_b = a.reshape(documents, -1), b.reshape(documents, -1)
    chunks, complete = swaps(documents, resamples, seed)
    as_large, total = np.zeros(len(observed)), 0
    for chunk in chunks:
        moved = chunk @ (flat_b - flat_a)
        swapped_a = _f1((flat_a.sum(axis=0) + moved).reshape(len(chunk), *shape))
        swapped_b = _f1((flat_b.sum(axis=0) - moved).reshape(len(chunk), *shape))
        large = np.abs(swapped_b - swapped_a) >= np.abs(observed) - TOLERANCE
        as_large += large.sum(axis=0)
        total += len(chunk)
    # Drawn swaps: what was observed is one of them, so that p is never 0.
    p = as_large / total if complete else (as_large + 1) / (total + 1)
    return [None if math.isnan(d) else float(v) for v, d in zip(p, observed, strict=True)]


def _table(system: System, mode: str) -> Floats:
    """The basis of every run: shape (runs, documents, labels, 4)."""
    runs = [np.array([d["counts"][mode] for d in run["documents"]], dtype=np.int64) for run in system.runs]
    return np.stack([basis(bundled(counts)) for counts in runs]).astype(np.float64)


def _refuse(systems: Sequence[System], mode: str) -> None:
    """BaogaoError where the results are not of the same gold, labels and mode, or one of them counts twice."""
    named = [(system.name, run) for system in systems for run in system.runs]
    first_name, first = named[0]
    for name, run in named:
        if run.get("format") != FORMAT:
            raise BaogaoError(f"{name}: this is no evaluation result", remedy="baogao evaluate … -o RESULT.json")
        if mode not in run["modes"]:
            raise BaogaoError(
                f"{name}: the result has no mode {mode!r}", remedy=f"it has {', '.join(run['modes'])}: --mode MODE"
            )
        for key in ("gold", "labels", "scheme"):
            if run["signature"][key] != first["signature"][key]:
                raise BaogaoError(
                    f"{name} and {first_name} were scored on different things: {key} "
                    f"{run['signature'][key]!r} and {first['signature'][key]!r}",
                    remedy="evaluate both on the same gold, with the same label set",
                )
        same = [d["id"] for d in run["documents"]] == [d["id"] for d in first["documents"]]
        if not same or run["labels"] != first["labels"]:
            raise BaogaoError(f"{name} and {first_name} list other documents or labels", remedy="evaluate both anew")
    if len(first["documents"]) < 2:
        raise BaogaoError("there is one document: nothing can be resampled", remedy="evaluate on more documents")
    for system in systems:
        _refuse_twins(system.name, (_maker(run) for run in system.runs))


def _refuse_twins(name: str, makers: Iterable[str]) -> None:
    seen: set[str] = set()
    for maker in makers:
        if maker in seen:
            raise BaogaoError(f"{name}: the run {maker} is given twice", remedy="name each run once")
        seen.add(maker)


def _maker(run: Result) -> str:
    """What made a result: the model, or the hash of the predictions."""
    return str(run["signature"]["model"] or run["signature"]["predictions"])
