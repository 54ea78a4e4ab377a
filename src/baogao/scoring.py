"""Scores that need records and their spans together: of a tagger, and between annotators."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import baogao
from baogao.corpus import Record, check_records, fingerprint, load_records, raise_on_errors
from baogao.errors import BaogaoError
from baogao.evaluation import Scores, count, score
from baogao.evaluation.count import within
from baogao.labels import LabelSet
from baogao.progress import track
from baogao.tagger import Tagger


def score_records(tagger: Tagger, records: Sequence[Record], *, quiet: bool = False) -> tuple[Scores, dict[str, Any]]:
    """Strict scores over records with text, and their signature. Only the annotated ranges of a report count."""
    counted = []
    for record in track(records, "evaluating", quiet=quiet):
        found = tagger.spans(record.document().text)
        counted.append(count(record.marks, within(found, record.annotated())))
    signed = {
        "gold": fingerprint(records)[:16],
        "records": len(records),
        "model": tagger.manifest.model_id,
        "engine": tagger.engine.name,
        "decoding": "viterbi",
        "baogao": baogao.__version__,
    }
    return score(counted, tagger.labels.names), signed


def agreement(records: Sequence[Record], labels: LabelSet) -> tuple[Scores, int]:
    """Exact-span F1 between annotators of the same reports, and how many pairs of annotations it rests on.

    Two records of one text are a pair, compared where both were annotated; F1 does not depend on which of them is
    called gold. Raises BaogaoError where nothing was annotated twice.
    """
    same_text: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        same_text[record.sha256].append(record)
    counted = []
    for layers in same_text.values():
        for one, other in combinations(layers, 2):
            both = common_ranges(one, other)
            if both:
                counted.append(count(within(one.marks, both), within(other.marks, both)))
    if not counted:
        raise BaogaoError("no report is annotated twice", remedy="name files that hold both annotators' layers")
    return score(counted, labels.names), len(counted)


def common_ranges(one: Record, other: Record) -> list[tuple[int, int]]:
    """The ranges that both records cover; all of the text where neither names ranges."""
    if one.ranges is None or other.ranges is None:
        ranges = other.ranges if one.ranges is None else one.ranges
        return [(0, sys.maxsize)] if ranges is None else list(ranges)
    pairs = [(max(a, c), min(b, d)) for a, b in one.ranges for c, d in other.ranges]
    return [(start, end) for start, end in pairs if start < end]


def sound_records(paths: Sequence[str | Path], labels: LabelSet) -> list[Record]:
    """The records of annotation files; BaogaoError where the check finds errors: nothing is scored on unsound data."""
    records = load_records(list(paths), labels)
    raise_on_errors(check_records(records, labels))
    return records


def by_text(records: Sequence[Record]) -> dict[str, Record]:
    """The records by the hash of their text; BaogaoError where one text has two."""
    found: dict[str, Record] = {}
    for record in records:
        if found.setdefault(record.sha256, record) is not record:
            raise BaogaoError(
                f"the text of record {record.id!r} stands twice: which of the two is meant is not clear",
                path=record.path,
                line=record.line,
                remedy="keep one annotation a text; baogao corpus agree compares several",
            )
    return found
