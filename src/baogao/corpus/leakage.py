"""Leakage: what stands on the training side and on the side that is scored, so that scores flatter the model.

Three things: the same text, the same place (or whatever else a split keeps together), and paragraphs that are nearly
the same. Two paragraphs are near-duplicates if both have at least MIN_CHARACTERS Chinese characters and share at least
NEAR of the runs of SHINGLE characters that the smaller of them has (containment: Broder, "On the resemblance and
containment of documents", 1997). Only Chinese characters are compared: figures, punctuation and white space, which
change when a paragraph is copied from last year's report, are left out. All runs are compared, none is sampled.
The limits let the formulas pass that open and close every report; docs/evaluation.md has what was measured.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from baogao.corpus.records import Record
from baogao.errors import BaogaoError
from baogao.reports.sentences import paragraphs

SHINGLE: Final = 8
MIN_CHARACTERS: Final = 60
NEAR: Final = 0.6

_OTHER: Final = re.compile("[^\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Leak:
    """One thing on both sides: the record that is scored, the training record, and what they share.

    ``code`` is text, unit or paragraph; ``share`` the containment of near-duplicate paragraphs, whose offsets in the
    two texts are ``held_range`` and ``train_range``.
    """

    code: str
    held: Record
    train: Record
    share: float = 1.0
    held_range: tuple[int, int] | None = None
    train_range: tuple[int, int] | None = None

    def __str__(self) -> str:
        if self.code == "text":
            return f"record {self.held.id!r} has the text of {self.train.id!r}, which is trained on"
        if self.code == "unit":
            return f"{_unit(self.held)!r} (record {self.held.id!r}) is also trained on (record {self.train.id!r})"
        assert self.held_range is not None
        assert self.train_range is not None
        return (
            f"record {self.held.id!r} @{self.held_range[0]}: a paragraph of which {self.share:.0%} stand in the "
            f"training record {self.train.id!r} @{self.train_range[0]}"
        )


def leaks(train: Sequence[Record], held: Sequence[Record]) -> list[Leak]:
    """Everything of ``held`` that is also in ``train``, in the order of ``held``; paragraphs only of records with text.

    A record whose text or unit leaks is not searched for paragraphs as well.
    """
    texts = {r.sha256: r for r in reversed(train)}
    units = {_unit(r): r for r in reversed(train) if _unit(r)}
    found: list[Leak] = []
    rest: list[Record] = []
    for record in held:
        if record.sha256 in texts:
            found.append(Leak("text", record, texts[record.sha256]))
        elif _unit(record) in units:
            found.append(Leak("unit", record, units[_unit(record)]))
        else:
            rest.append(record)
    return found + _paragraphs(train, rest)


def refuse_leaks(found: Sequence[Leak], *, allow: bool, option: str) -> str | None:
    """BaogaoError for the first of the leaks; with ``allow`` a sentence that counts and names them, None for none."""
    if not found:
        return None
    counts = Counter(leak.code for leak in found)
    names = {"text": "texts", "unit": "records of places trained on", "paragraph": "near-duplicate paragraphs"}
    counted = ", ".join(f"{n} {names[code]}" for code, n in counts.items())
    first = found[0]
    if allow:
        return f"Leakage allowed: {counted}; the first: {first}."
    raise BaogaoError(
        f"leakage: {counted}; the first: {first}",
        path=first.held.path,
        line=first.held.line,
        remedy=f"score other material, or go on all the same: {option}",
    )


def _unit(record: Record) -> str:
    """What must stay on one side, where the record names it: an id that two files happen to share says nothing."""
    return str(record.meta.get("unit") or record.meta.get("place") or "")


def _paragraphs(train: Sequence[Record], held: Sequence[Record]) -> list[Leak]:
    """Near-duplicate paragraphs: for each one of ``held`` the training paragraph that holds most of it."""
    pieces = list(_pieces(held))
    wanted = {run for *_, runs in pieces for run in runs}
    # An index of the runs that both sides have: what occurs on one side alone needs no memory.
    places: dict[str, list[int]] = defaultdict(list)
    sources: list[tuple[Record, tuple[int, int], int]] = []
    for record, place, runs in _pieces(train):
        for run in runs & wanted:
            places[run].append(len(sources))
        sources.append((record, place, len(runs)))
    found = []
    for record, place, runs in pieces:
        shared = Counter(source for run in runs for source in places.get(run, ()))
        best = max(((n / min(len(runs), sources[i][2]), -i) for i, n in shared.items()), default=(0.0, 0))
        if best[0] >= NEAR:
            source, there, _ = sources[-best[1]]
            found.append(Leak("paragraph", record, source, best[0], place, there))
    return found


def _pieces(records: Iterable[Record]) -> Iterable[tuple[Record, tuple[int, int], frozenset[str]]]:
    """The annotated paragraphs that are long enough, each with its range and the set of its runs of characters."""
    for record in records:
        if record.text is None:
            continue
        for low, high in record.annotated():
            for start, end in paragraphs(record.text, low, high):
                plain = _OTHER.sub("", record.text[start:end])
                if len(plain) >= MIN_CHARACTERS:
                    runs = (plain[i : i + SHINGLE] for i in range(len(plain) - SHINGLE + 1))
                    yield record, (start, end), frozenset(runs)
