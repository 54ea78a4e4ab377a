"""The tagger: a text in, spans out, with offsets into exactly this text."""

from __future__ import annotations

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
from baogao.tagger.decoding import Floats, expected_spans, log_softmax
from baogao.tagger.directory import Manifest
from baogao.tagger.edges import found_spans
from baogao.tagger.engines import Engine, EngineName, open_engine
from baogao.tagger.hints import hints
from baogao.tagger.vocabulary import Vocabulary
from baogao.tagger.windows import Window, windows

CONTEXT: Final = 48
"""Characters of context on each side of a window's core, where a paragraph does not fit into one window."""

BATCH_TOKENS: Final = 2048
"""Padded tokens a batch: bounds memory whatever the text. Larger batches pad more and gain nothing on a processor."""


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
