"""Paragraphs of records as the baselines see them: the cleaned view and, where there is gold, its BIO tags."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from baogao.corpus import Mark, Record
from baogao.labels import LabelSet
from baogao.reports.sentences import paragraphs, trim
from baogao.reports.view import View, clean


@dataclass(frozen=True, slots=True)
class Example:
    """A paragraph: its view and the tags of the view's characters, ``len(tags) == len(view.text)``."""

    view: View
    tags: tuple[str, ...]


def examples(records: Iterable[Record], labels: LabelSet) -> Iterator[Example]:
    """The paragraphs of the annotated parts of records with text. Spans that cross a paragraph's end have no tags."""
    for record in records:
        text = record.text or ""
        marks = sorted(record.marks)
        starts = [mark.start for mark in marks]
        for low, high in record.annotated():
            for start, end in paragraphs(text, low, high):
                first, last = bisect_left(starts, start), bisect_left(starts, end)
                view = clean(text, start, end)
                yield Example(view, _tags(view, [m for m in marks[first:last] if m.end <= end], labels))


def _tags(view: View, marks: Sequence[Mark], labels: LabelSet) -> tuple[str, ...]:
    tags = ["O"] * len(view.text)
    for mark in marks:
        found = view.from_source(mark.start, mark.end)
        if found is not None:
            first, last = found
            tags[first:last] = [labels.tags[labels.inside(mark.label)]] * (last - first)
            tags[first] = labels.tags[labels.begin(mark.label)]
    return tuple(tags)


def views(text: str) -> list[View]:
    """The views of all paragraphs of a text."""
    return [clean(text, start, end) for start, end in paragraphs(text)]


def mark_of(view: View, start: int, end: int, label: str) -> Mark:
    """The mark of the view's [start, end), which must hold more than spaces, in offsets of the text as read."""
    inner = trim(view.text, start, end)
    assert inner is not None
    return Mark(*view.to_source(*inner), label)
