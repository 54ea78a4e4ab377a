"""The tagger: a text in, spans out, with offsets into exactly this text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from baogao.labels import LabelSet
from baogao.reports.sentences import paragraphs
from baogao.reports.view import View, clean
from baogao.spans import Span
from baogao.tagger.assessment import Assessment
from baogao.tagger.decoding import Floats, decode, expected_spans, log_softmax
from baogao.tagger.directory import Manifest
from baogao.tagger.engines import Engine, EngineName, open_engine
from baogao.tagger.hints import hints
from baogao.tagger.vocabulary import Vocabulary
from baogao.tagger.windows import Window, windows

CONTEXT: Final = 48
"""Characters of context on each side of a window's core, where a paragraph does not fit into one window."""

BATCH_TOKENS: Final = 2048
"""Padded tokens a batch: bounds memory whatever the text. Larger batches pad more and gain nothing on a processor."""

_DASHES: Final = "-－−–—"
_SIGNED: Final = re.compile("[^0-9０-９A-Za-z%％‰.~～/" + re.escape(_DASHES) + "]?[-－−][0-9０-９]")
"""A number behind a minus sign that stands for no dash of a name (A-3), a pair or a range, up to its first digit."""
_RANGE: Final = re.compile(r"[0-9０-９][^，。；、：0-9０-９]{0,3}\s?[-－−]$")
"""The dash behind the unit of a range's first number."""


class Tagger:
    """An encoder with its vocabulary and label set, ready to tag."""

    def __init__(self, manifest: Manifest, vocabulary: Vocabulary, engine: Engine) -> None:
        self.manifest = manifest
        self.vocabulary = vocabulary
        self.engine = engine

    @property
    def labels(self) -> LabelSet:
        return self.manifest.labels

    @classmethod
    def load(cls, folder: str | Path, engine: EngineName = "auto", *, threads: int | None = None) -> Tagger:
        """The tagger of a model directory."""
        folder = Path(folder)
        manifest = Manifest.load(folder)
        manifest.verify(folder)
        return cls(manifest, Vocabulary.load(folder), open_engine(folder, engine, threads=threads))

    def spans(self, text: str) -> list[Span]:
        """The spans of ``text``, in order, not overlapping, each with its probability as score."""
        least = self.manifest.threshold
        return [s for view, scores in self.scored(text) for s in found_spans(text, view, scores, self.labels, least)]

    def assess(self, text: str) -> Assessment:
        """The same spans, and how many the model expects: what says how sure it is of ``text``."""
        found: list[Span] = []
        expected = 0.0
        for view, log_probs in self.scored(text):
            found += found_spans(text, view, log_probs, self.labels, self.manifest.threshold)
            expected += expected_spans(log_probs, self.labels)
        return Assessment(tuple(found), expected)

    def scored(self, text: str) -> Iterator[tuple[View, Floats]]:
        """The views of the paragraphs and the log-probabilities of their tags, of shape (characters, tags)."""
        views = [clean(text, start, end) for start, end in paragraphs(text)]
        for view, logits in zip(views, self._logits(views), strict=True):
            log_probs = log_softmax(logits)
            _rule_out(text, view, log_probs)
            yield view, log_probs

    def _logits(self, views: Sequence[View]) -> list[npt.NDArray[np.float32]]:
        """Tag scores of every view: arrays of shape (characters, tags)."""
        tags = len(self.labels.tags)
        scores: list[npt.NDArray[np.float32]] = [np.zeros((len(v.text), tags), dtype=np.float32) for v in views]
        hinted = [hints(self.manifest.hints, view.text, self.labels) for view in views]
        limit = self.manifest.max_characters
        pieces: list[tuple[int, Window]] = [
            (i, window)
            for i, view in enumerate(views)
            for window in windows(view.text, limit, context=min(CONTEXT, (limit - 1) // 4))
        ]
        for batch in _batches(pieces):
            width = max(w.end - w.start for _, w in batch) + 2
            ids = np.full((len(batch), width), self.vocabulary.pad, dtype=np.int64)
            mask, types = np.zeros_like(ids), np.zeros_like(ids)
            for row, (i, w) in enumerate(batch):
                length = w.end - w.start
                ids[row, 0] = self.vocabulary.cls
                ids[row, 1 : length + 1] = self.vocabulary.encode(views[i].text[w.start : w.end])
                ids[row, length + 1] = self.vocabulary.sep
                types[row, 1 : length + 1] = hinted[i][w.start : w.end]
                mask[row, : length + 2] = 1
            logits = self.engine.logits(ids, mask, types)
            for row, (i, w) in enumerate(batch):
                core = logits[row, 1 + w.core_start - w.start : 1 + w.core_end - w.start]
                scores[i][w.core_start : w.core_end] = core
        return scores


def found_spans(text: str, view: View, log_probs: Floats, labels: LabelSet, least: float) -> Iterator[Span]:
    """The spans of one paragraph that are at least so probable, with offsets into the whole ``text``.

    ``log_probs`` has shape (characters, tags). A span whose edges are mended keeps the probability it was found with.
    """
    found = [one for one in decode(log_probs, labels) if one[3] >= least]
    limits = [start for start, *_ in found[1:]] + [len(view.text)] * bool(found)
    before, label_before = 0, ""
    for (start, end, label, score), limit in zip(found, limits, strict=True):
        # A number takes its sign (总额-3.1%), but a dash behind a span of its own label stands in a range.
        if before + (label == label_before) < start and _is_signed(view.text, start):
            start -= 1  # noqa: PLW2901
        while end < limit and _in_word(view.text, end):
            end += 1  # noqa: PLW2901
        length = len(trimmed(view.text[start:end]))
        if length:  # a span never begins with a space, but may be a bracket and no more
            before, label_before = start + length, label
            yield Span.of(text, *view.to_source(start, before), label, score)


def _is_signed(text: str, start: int) -> bool:
    """Whether the number that begins at ``start`` has a minus sign, and not the dash of a range (9月-12月)."""
    signed = _SIGNED.fullmatch(text[max(0, start - 2) : start + 1]) is not None
    return signed and not _RANGE.search(text[max(0, start - 8) : start])


def _in_word(text: str, position: int) -> bool:
    """Whether ``position`` parts two Latin letters, as no span's edge should (CP|I)."""
    return all(char.isascii() and char.isalpha() for char in text[position - 1 : position + 1])


def trimmed(surface: str) -> str:
    """``surface`` without what ends no span: white space, dashes, and closing brackets that nothing in it opens."""
    unopened: set[int] = set()
    depth = 0
    for i, char in enumerate(surface):
        if char in "（(":
            depth += 1
        elif char in "）)" and depth:
            depth -= 1
        elif char in "）)":
            unopened.add(i)
    end = len(surface)
    while end and (surface[end - 1].isspace() or surface[end - 1] in _DASHES or end - 1 in unopened):
        end -= 1
    return surface[:end]


def _batches(pieces: Sequence[tuple[int, Window]]) -> Iterator[list[tuple[int, Window]]]:
    """The pieces by length, so that little is padded, in batches of at most BATCH_TOKENS padded tokens."""
    batch: list[tuple[int, Window]] = []
    for piece in sorted(pieces, key=lambda p: p[1].end - p[1].start):
        width = piece[1].end - piece[1].start + 2
        if batch and width * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(piece)
    if batch:
        yield batch


def _rule_out(text: str, view: View, log_probs: Floats) -> None:
    """No span begins with a space and none crosses a tab, which parts the cells of a table: such tags are ruled out.

    ``log_probs`` has shape (characters, tags). It is done before decoding, so that the other tags take their share.
    """
    spaces = [i for i, char in enumerate(view.text) if char.isspace()]
    # A view's space stands for a run of white space in the text, and another character always follows it.
    tabs = [i for i in spaces if "\t" in text[view.origin[i] : view.origin[i + 1]]]
    for places, first in ((spaces, 1), (tabs, 2)):  # the first of the B tags, and of the I tags
        if places:
            log_probs[np.array(places)[:, None], np.arange(first, log_probs.shape[1], 2)] = -np.inf
