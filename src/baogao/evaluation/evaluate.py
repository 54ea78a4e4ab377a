"""Evaluation as a whole: match → count → score, assembled into one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, TypedDict, Unpack

import numpy as np

from baogao.evaluation.calibrate import calibration, thresholds
from baogao.evaluation.count import MODES, NEEDS_TEXT, by_document_and_label, statuses
from baogao.evaluation.kinds import Errors, confusion
from baogao.evaluation.match import Case, Floats, Ints, Matched, match
from baogao.evaluation.resample import RESAMPLES, SEED, bootstrap
from baogao.evaluation.result import FORMAT, Agreement, Mode, Point, Result, Score, Throughput
from baogao.evaluation.score import basis, score_mode, scores
from baogao.evaluation.slices import Surface, slicings


class Options(TypedDict, total=False):
    """What an evaluation can be asked for beside its figures."""

    resamples: int
    """Resamples of the bootstrap; 0 for no intervals."""
    seed: int
    """Draws the resamples."""
    seen: Set[Surface] | None
    """The surfaces of the training data: scores are given for seen and unseen ones."""
    throughput: Throughput | None
    agreement: Sequence[Agreement]
    curve: Sequence[Point] | None
    notes: Sequence[str]
    """Sentences that belong to the result."""
    errors: bool
    """List every error, with text."""


def evaluate(
    cases: Sequence[Case], labels: Sequence[str], signature: Mapping[str, Any], **options: Unpack[Options]
) -> Result:
    """Everything there is to say about predicted spans beside gold ones; the order of ``cases`` changes no figure.

    ``signature`` says what was scored on what; the modes and the parameters of the resampling are added to it.
    """
    resamples, seed = options.get("resamples", RESAMPLES), options.get("seed", SEED)
    seen, curve = options.get("seen"), options.get("curve")
    matched = match(cases, labels)
    said = [*options.get("notes", ()), *_notes(matched)]
    counts = _counts(matched)
    strict = statuses(matched, "strict")
    parted = {name: (way, way.by_document(matched, strict)) for name, way in slicings(matched, seen).items()}

    # One bootstrap for all: the same resamples for every mode and slice.
    pieces = {**counts, **{name: table for name, (_, table) in parted.items()}}
    draws = _draws(pieces, resamples, seed)
    found = Errors(matched)
    result: Result = {
        "format": FORMAT,
        "signature": {**signature, "modes": list(counts), "resamples": resamples, "seed": seed},
        "labels": list(matched.labels),
        "modes": _modes(matched, counts, draws),
        "kinds": found.kinds(),
        "confusion": confusion(matched),
        "slices": {name: _slice(way.names, table, draws[name]) for name, (way, table) in parted.items()},
        "calibration": calibration(matched),
        "thresholds": thresholds(matched),
        "throughput": options.get("throughput"),
        "agreement": list(options.get("agreement", ())),
        "curve": None if curve is None else list(curve),
        "documents": [
            {"id": case.id, "sha256": case.sha256, "counts": {m: table[i].tolist() for m, table in counts.items()}}
            for i, case in enumerate(matched.cases)
        ],
        "notes": said,
    }
    by_document = counts["strict"].sum(axis=1)
    result["slices"]["document"] = dict(zip((c.id for c in matched.cases), scores(by_document[None]), strict=True))
    if options.get("errors"):
        result["errors"] = list(found.listed())
    return result


def score_cases(cases: Sequence[Case], labels: Sequence[str], resamples: int = 0, seed: int = SEED) -> dict[str, Mode]:
    """The figures of every mode alone, with intervals where ``resamples`` are asked for: for agreement."""
    matched = match(cases, labels)
    counts = _counts(matched)
    return _modes(matched, counts, _draws(counts, resamples, seed))


def _counts(matched: Matched) -> dict[str, Ints]:
    """The statistics of every mode for which all is at hand: shapes (documents, labels, 8)."""
    return {m: by_document_and_label(matched, m) for m in MODES if m not in NEEDS_TEXT or matched.text is not None}


def _modes(matched: Matched, counts: Mapping[str, Ints], draws: Mapping[str, Floats | None]) -> dict[str, Mode]:
    return {m: score_mode(table, matched.labels, draws[m]) for m, table in counts.items()}


def _draws(pieces: Mapping[str, Ints], resamples: int, seed: int) -> dict[str, Floats | None]:
    """The resampled basis of statistics of shapes (documents, groups, 8): shapes (resamples, groups, 4).

    None instead where nothing can be drawn: no resamples, or fewer than two documents.
    """
    if not resamples or len(next(iter(pieces.values()))) < 2:
        return dict.fromkeys(pieces)
    joined = np.concatenate([basis(table) for table in pieces.values()], axis=1)
    sums = bootstrap(joined, resamples, seed)
    edges = np.cumsum([table.shape[1] for table in pieces.values()])[:-1]
    return dict(zip(pieces, np.split(sums, edges, axis=1), strict=True))


def _slice(names: Sequence[str], table: Ints, draws: Floats | None) -> dict[str, Score]:
    """The figures of the slices that hold spans."""
    return {name: one for name, one in zip(names, scores(table, draws), strict=True) if one["gold"] or one["predicted"]}


def _notes(matched: Matched) -> list[str]:
    """What a reader must know before the figures."""
    notes = []
    if not len(matched.gold):
        notes.append("The gold holds no spans: there is no recall, and every predicted span is spurious.")
    if not len(matched.predicted):
        notes.append("Nothing was predicted: there is no precision, and every gold span is missed.")
    if len(matched.cases) == 1:
        notes.append("There is one document: nothing can be resampled, so no intervals are given.")
    if matched.text is None:
        notes.append("Not every text is at hand: no quote-stripped mode, no sections, no sentences of errors.")
    alone = [name for i, name in enumerate(matched.labels) if not (matched.gold.label == i).any()]
    if alone and len(matched.gold):
        notes.append(f"The gold holds no span of {', '.join(alone)}: the recall there is undefined.")
    return notes
