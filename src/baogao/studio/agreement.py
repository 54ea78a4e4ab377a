"""How far annotators agree, and where they do not: exact and relaxed span F1, Krippendorff's alpha, each difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from baogao.corpus.records import Mark, Record
from baogao.errors import BaogaoError
from baogao.evaluation import Case, Found, score_cases
from baogao.evaluation.alpha import MISSING, alpha, binary, coincidences
from baogao.evaluation.result import Mode
from baogao.labels import LabelSet
from baogao.scoring import common_ranges


@dataclass(frozen=True)
class Agreement:
    """The agreement of two annotators, or of all: pooled over the texts that they share.

    ``exact`` and ``relaxed`` are the modes ``strict`` and ``ent_type`` of an evaluation, in which neither is the gold.
    ``alpha`` maps each label (and "all": every label and none as one scale) to Krippendorff's alpha, None where the
    label does not occur. Its units are the characters that both annotated, its values the labels or none; two spans of
    one label that touch look like one there, which span F1 does see.
    """

    annotators: tuple[str, ...]
    characters: int
    exact: Mode
    relaxed: Mode
    alpha: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A stretch of a report that its annotators marked differently: each one's spans there, and the task's address."""

    report: str
    start: int
    end: int
    text: str
    url: str
    versions: Mapping[str, tuple[Mark, ...]]

    def to_json(self) -> dict[str, Any]:
        versions = {who: [mark._asdict() for mark in marks] for who, marks in self.versions.items()}
        place = {"report": self.report, "start": self.start, "end": self.end, "text": self.text, "url": self.url}
        return {**place, "versions": versions}


def layers_of(records: Iterable[Record]) -> list[list[Record]]:
    """The records of each text that several annotated; BaogaoError where there is none."""
    texts: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        texts[record.sha256].append(record)
    several = [sorted(layers, key=lambda r: r.annotator) for layers in texts.values() if len(layers) > 1]
    if not several:
        raise BaogaoError(
            "no report is annotated by two people",
            remedy="show each task to two: baogao studio push … --annotators 2; then pull again",
        )
    return several


@dataclass
class _Sums:
    """The texts of one pair of annotators, or of all, as they are added."""

    size: int
    cases: list[Case] = field(default_factory=list)
    characters: int = 0

    def __post_init__(self) -> None:
        self.matrix = np.zeros((self.size, self.size))

    def add_pair(self, one: Record, other: Record) -> None:
        both = common_ranges(one, other)
        mine, others = (list(_marks(record, both)) for record in (one, other))
        self.cases.append(Case(one.id, one.sha256, mine, [Found(*mark) for mark in others]))

    def add_values(self, values: npt.NDArray[np.int8]) -> None:
        self.matrix += coincidences(values, self.size)
        self.characters += int(((values != MISSING).sum(axis=0) > 1).sum())

    def result(self, annotators: tuple[str, ...], labels: LabelSet) -> Agreement:
        alphas = {name: alpha(binary(self.matrix, k)) for k, name in enumerate(labels.names, start=1)}
        modes = score_cases(self.cases, labels.names)
        alphas["all"] = alpha(self.matrix)
        return Agreement(annotators, self.characters, modes["strict"], modes["ent_type"], alphas)


def agreements(records: Sequence[Record], labels: LabelSet) -> list[Agreement]:
    """The agreement of each pair of annotators who share texts, then of all together where they are more than two."""
    pairs: dict[tuple[str, str], _Sums] = defaultdict(lambda: _Sums(len(labels.names) + 1))
    everyone = _Sums(len(labels.names) + 1)
    names: set[str] = set()
    for layers in layers_of(records):
        values = np.stack([_values(record, layers, labels) for record in layers])
        everyone.add_values(values)
        names.update(record.annotator for record in layers)
        for (i, one), (j, other) in combinations(enumerate(layers), 2):
            everyone.add_pair(one, other)
            if common_ranges(one, other):
                sums = pairs[one.annotator, other.annotator]
                sums.add_pair(one, other)
                sums.add_values(values[[i, j]])
    found = [sums.result(pair, labels) for pair, sums in sorted(pairs.items())]
    if not found:
        raise BaogaoError("no part of a report is annotated by two people", remedy="annotate the same tasks, then pull")
    return found if len(found) == 1 else [*found, everyone.result(tuple(sorted(names)), labels)]


def _values(record: Record, layers: Sequence[Record], labels: LabelSet) -> npt.NDArray[np.int8]:
    """For each character the number of its label (from 1), 0 for none, MISSING where nothing is annotated."""
    ends = [end for layer in layers for _, end in layer.ranges or ()] + [m.end for r in layers for m in r.marks]
    length = next((len(layer.text) for layer in layers if layer.text is not None), max(ends, default=0))
    values = np.full(length, MISSING, dtype=np.int8)
    for start, end in record.annotated():
        values[start : min(end, length)] = 0
    for mark in record.marks:
        values[mark.start : mark.end] = labels.names.index(mark.label) + 1
    return values


def _marks(record: Record, ranges: Sequence[tuple[int, int]]) -> Iterator[Mark]:
    """The marks of a record that lie in one of the ranges."""
    return (m for m in record.marks if any(start <= m.start and m.end <= end for start, end in ranges))


def disagreements(records: Sequence[Record]) -> list[Disagreement]:
    """The stretches that annotators of one text marked differently, in reading order.

    Spans that overlap, of whichever annotator, are one stretch.
    """
    found = []
    for layers in layers_of(records):
        for one, other in combinations(layers, 2):
            both = common_ranges(one, other)
            versions = {record.annotator: set(_marks(record, both)) for record in (one, other)}
            differing = set.symmetric_difference(*versions.values())
            for start, end in _stretches(differing):
                inside = {
                    who: tuple(sorted(m for m in marks if m.start < end and start < m.end))
                    for who, marks in versions.items()
                }
                text = (one.text or other.text or "")[start:end]
                found.append(Disagreement(one.id, start, end, text, _address(one, start), inside))
    return sorted(found, key=lambda d: (d.report, d.start, d.end, sorted(d.versions)))


def _stretches(marks: Iterable[Mark]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for mark in sorted(marks):
        if merged and mark.start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], mark.end))
        else:
            merged.append((mark.start, mark.end))
    return merged


def tasks_of(record: Record) -> list[tuple[int, int, str]]:
    """The tasks a pulled record was annotated in: start, end and address."""
    return [(int(start), int(end), str(url)) for start, end, url in record.meta.get("tasks", ())]


def _address(record: Record, offset: int) -> str:
    return next((url for start, end, url in tasks_of(record) if start <= offset < end), "")
