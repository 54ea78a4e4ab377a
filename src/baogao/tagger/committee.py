"""Several taggers with one voice: the mean of their probabilities, decoded once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from baogao.errors import BaogaoError
from baogao.labels import LabelSet
from baogao.spans import Span
from baogao.tagger.edges import found_spans
from baogao.tagger.tagger import Tagger


class Committee:
    """Taggers of one label set; BaogaoError where there is none, or where the label sets differ."""

    def __init__(self, taggers: Sequence[Tagger]) -> None:
        if not taggers:
            raise BaogaoError("a committee needs a tagger", remedy="name at least one model directory")
        if len({t.labels.sha256 for t in taggers}) > 1:
            names = ", ".join(t.manifest.model_id for t in taggers)
            raise BaogaoError(f"these models have different label sets: {names}", remedy="take models of one label set")
        self.taggers = tuple(taggers)

    @property
    def labels(self) -> LabelSet:
        return self.taggers[0].labels

    @property
    def name(self) -> str:
        """The ids of the models."""
        return " ".join(tagger.manifest.model_id for tagger in self.taggers)

    def spans(self, text: str) -> list[Span]:
        """As ``Tagger.spans``, each character's distribution over the tags being the mean of the taggers'."""
        least = sum(tagger.manifest.threshold for tagger in self.taggers) / len(self.taggers)
        found: list[Span] = []
        for voices in zip(*(tagger.scored(text) for tagger in self.taggers), strict=True):
            view = voices[0][0]  # the same for all: how a paragraph is cleaned is no matter of the model
            mean = np.logaddexp.reduce([log_probs for _, log_probs in voices]) - np.log(len(voices))
            found += found_spans(text, view, mean, self.labels, least)
        return found
