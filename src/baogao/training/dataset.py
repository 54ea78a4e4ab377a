"""Records to training examples: windows of token ids with tag ids, and a count of what did not fit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import datasets
import numpy as np

from baogao.corpus.records import Mark, Record
from baogao.labels import LabelSet
from baogao.reports.sentences import paragraphs
from baogao.reports.view import clean
from baogao.tagger.hints import NONE, hints
from baogao.tagger.vocabulary import Vocabulary
from baogao.tagger.windows import windows

IGNORED: Final = -100
"""The tag id of positions without a target, as PyTorch's cross-entropy has it."""


@dataclass
class Tally:
    """What became of the annotated text: counted and named, never silent."""

    records: int = 0
    windows: int = 0
    characters: int = 0
    unknown: int = 0
    spans: int = 0
    too_long: list[str] = field(default_factory=list)  # spans longer than a window: masked, not trained on
    lost: list[str] = field(default_factory=list)  # spans that cross a paragraph or range, or that cleaning removed

    def summary(self) -> str:
        share = 100 * self.unknown / self.characters if self.characters else 0.0
        text = (
            f"{self.records} records, {self.characters:,} characters in {self.windows} windows, {self.spans} spans, "
            f"{share:.2f}% of the characters unknown to the encoder"
        )
        for what, names in (
            ("spans longer than a window (not trained on)", self.too_long),
            ("spans across a paragraph's end, or removed by cleaning (not trained on)", self.lost),
        ):
            if names:
                text += f"\n  {len(names)} {what}: {'; '.join(names[:5])}{' …' if len(names) > 5 else ''}"
        return text


def texts_of(records: Iterable[Record]) -> list[str]:
    """The cleaned annotated text of records with text, a paragraph an entry: what a vocabulary is built from."""
    return [
        clean(record.text or "", start, end).text
        for record in records
        for low, high in record.annotated()
        for start, end in paragraphs(record.text or "", low, high)
    ]


def build_dataset(
    records: Sequence[Record], labels: LabelSet, vocabulary: Vocabulary, max_characters: int, hinting: str = NONE
) -> tuple[datasets.Dataset, Tally]:
    """The windows of the annotated parts of ``records`` (with text) as a Dataset, and the tally.

    Columns: ``input_ids``, ``token_type_ids`` (hints of the kind ``hinting``) and ``labels``, lists of equal length
    with [CLS] and [SEP] at the ends (labels IGNORED there), ``length`` (theirs), ``record`` (the id) and ``paragraph``
    (its offset in the text). A window never cuts a span.
    """
    tally = Tally(records=len(records))
    rows: list[dict[str, Any]] = []
    for record in records:
        text = record.text or ""
        left = set(record.marks)
        marks = sorted(record.marks)
        starts = [m.start for m in marks]
        for low, high in record.annotated():
            for start, end in paragraphs(text, low, high):
                first, last = (bisect_left(starts, edge) for edge in (start, end))
                inside = [m for m in marks[first:last] if m.end <= end]
                left.difference_update(inside)
                shape = (max_characters, hinting)
                for row in _windows_of(record, (start, end), inside, labels, vocabulary, shape, tally):
                    rows.append({**row, "record": record.id, "paragraph": start})
        tally.lost += [_name(record, m) for m in sorted(left)]
    tally.windows = len(rows)
    columns = {
        "input_ids": datasets.Sequence(datasets.Value("int32")),
        "token_type_ids": datasets.Sequence(datasets.Value("int16")),
        "labels": datasets.Sequence(datasets.Value("int16")),
        "length": datasets.Value("int32"),
        "record": datasets.Value("string"),
        "paragraph": datasets.Value("int64"),
    }
    return datasets.Dataset.from_list(rows, features=datasets.Features(columns)), tally


def _windows_of(
    record: Record,
    paragraph: tuple[int, int],
    marks: Sequence[Mark],
    labels: LabelSet,
    vocabulary: Vocabulary,
    shape: tuple[int, str],
    tally: Tally,
) -> Iterable[dict[str, Any]]:
    """The windows of one paragraph with the ids of its characters, hints and tags."""
    max_characters, hinting = shape
    view = clean(record.text or "", *paragraph)
    tags = np.zeros(len(view.text), dtype=np.int64)
    protected: list[tuple[int, int]] = []
    for mark in marks:
        found = view.from_source(mark.start, mark.end)
        if found is None:
            tally.lost.append(_name(record, mark))
            continue
        first, last = found
        if last - first > max_characters:
            tally.too_long.append(_name(record, mark))
            tags[first:last] = IGNORED
            continue
        tags[first:last] = labels.inside(mark.label)
        tags[first] = labels.begin(mark.label)
        protected.append(found)
        tally.spans += 1
    ids = vocabulary.encode(view.text)
    types = hints(hinting, view.text, labels)
    tally.characters += len(ids)
    tally.unknown += int((ids == vocabulary.unknown).sum())
    for window in windows(view.text, max_characters, protected=protected):
        core = slice(window.start, window.end)
        yield {
            "input_ids": [vocabulary.cls, *ids[core].tolist(), vocabulary.sep],
            "token_type_ids": [0, *types[core].tolist(), 0],
            "labels": [IGNORED, *tags[core].tolist(), IGNORED],
            "length": window.end - window.start + 2,
        }


def _name(record: Record, mark: Mark) -> str:
    surface = (record.text or "")[mark.start : mark.end]
    return f"{record.id} [{mark.start}, {mark.end}) {mark.label} {surface[:20]}…"
