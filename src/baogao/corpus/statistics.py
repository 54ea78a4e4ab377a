"""Figures of a corpus: how much of what, by part and level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from baogao.corpus.records import Record
from baogao.corpus.splits import size_of, unit_of

ADJUDICATED: Final = "adjudicated"
"""The annotator of records that an adjudicator made of two layers."""

LEVELS: Final = ("national", "province", "city", "county", "township")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the statistics: a part and a level ("all" for the sum), and what is in it."""

    part: str
    level: str
    reports: int
    units: int
    characters: int
    years: tuple[int, int]
    labels: Counter[str]


def one_a_text(records: Iterable[Record]) -> tuple[list[Record], list[Record]]:
    """One annotation a text, the adjudicated one or else the first, and the layers beside these."""
    listed = list(records)
    chosen: dict[str, Record] = {}
    for record in listed:
        present = chosen.get(record.sha256)
        if present is None or (record.annotator == ADJUDICATED != present.annotator):
            chosen[record.sha256] = record
    return [r for r in listed if chosen[r.sha256] is r], [r for r in listed if chosen[r.sha256] is not r]


def statistics(records: Sequence[Record]) -> list[Row]:
    """A row for every part and level that occurs, then one for each part, then one for everything.

    Characters are those annotated; units are what a split keeps together (places, terms).
    """

    def part_of(record: Record) -> str:
        return str(record.meta.get("split") or "unsplit")

    known_parts = ["train", "development", "test"]
    present = {part_of(r) for r in records}
    parts = [p for p in known_parts if p in present] + sorted(present - set(known_parts))
    rows = []
    for part in parts:
        inside = [r for r in records if part_of(r) == part]
        known = [level for level in LEVELS if any(r.meta.get("level") == level for r in inside)]
        rows += [_row(part, level, (r for r in inside if r.meta.get("level") == level)) for level in known]
        rows.append(_row(part, "all", inside))
    if len(parts) > 1:
        rows.append(_row("all", "all", records))
    return rows


def _row(part: str, level: str, records: Iterable[Record]) -> Row:
    inside = list(records)
    years = [r.meta["year"] for r in inside if isinstance(r.meta.get("year"), int)]
    return Row(
        part,
        level,
        len({r.sha256 for r in inside}),
        len({unit_of(r) for r in inside}),
        sum(map(size_of, inside)),
        (min(years, default=0), max(years, default=0)),
        Counter(m.label for r in inside for m in r.marks),
    )
