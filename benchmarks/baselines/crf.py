"""A linear-chain CRF over characters, trained with crfsuite: the classical tagger beside the fine-tuned one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sklearn_crfsuite

from baogao.corpus import Mark, Record
from baogao.labels import LabelSet
from baogao.tagger.decoding import spans_of
from benchmarks.baselines.examples import examples, mark_of, views
from benchmarks.baselines.features import features


@dataclass(frozen=True, slots=True)
class Settings:
    """Weights of the L1 and L2 penalties, how often a feature must occur, and iterations of L-BFGS."""

    c1: float = 0.1
    c2: float = 0.1
    min_freq: int = 2
    iterations: int = 100


def lawful(tags: Sequence[str], labels: LabelSet) -> npt.NDArray[np.int64]:
    """The ids of a path of crfsuite's under IOB2, shape (length,): an I that continues nothing begins a span.

    crfsuite gives a transition that training never saw the weight 0, so that it can come out.
    """
    path = np.array([labels.tags.index(tag) for tag in tags], dtype=np.int64)
    for i, tag in enumerate(path):
        if not (labels.allowed[path[i - 1], tag] if i else labels.allowed_first[tag]):
            path[i] = tag - 1  # the B of the same label
    return path


class Crf:
    """A trained CRF."""

    def __init__(self, model: Any, labels: LabelSet) -> None:
        self.model = model
        self.labels = labels

    @classmethod
    def train(cls, records: Sequence[Record], labels: LabelSet, settings: Settings) -> Crf:
        """Train on the annotated paragraphs of records with text."""
        paragraphs = list(examples(records, labels))
        model = sklearn_crfsuite.CRF(
            algorithm="lbfgs",
            c1=settings.c1,
            c2=settings.c2,
            min_freq=settings.min_freq,
            max_iterations=settings.iterations,
        )
        # One by one: as Python strings the features of four million characters fill more than 20 GB.
        rows: Any = (features(p.view.text) for p in paragraphs)
        model.fit(rows, [list(p.tags) for p in paragraphs])
        return cls(model, labels)

    def tag(self, text: str) -> list[Mark]:
        """The spans of a text, in order and without overlap."""
        return [mark for mark, _ in self.scored(text)]

    def scored(self, text: str) -> list[tuple[Mark, float]]:
        """The spans of a text, each with the least of the marginal probabilities of its tags.

        crfsuite gives no probability of a span; the least of its characters orders spans by how sure they are.
        """
        found = []
        for view in views(text):
            rows = features(view.text)
            path = lawful(self.model.predict_single(rows), self.labels)
            marginals = self.model.predict_marginals_single(rows)
            for start, end, label in spans_of(path, self.labels):
                if view.text[start:end].strip():
                    sure = min(marginals[i][self.labels.tags[path[i]]] for i in range(start, end))
                    found.append((mark_of(view, start, end, label), float(sure)))
        return found
