"""Prediction: what downstream code calls. No torch is imported unless its engine is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final, overload

from baogao.files import PACKAGED, located
from baogao.measurements import measurements
from baogao.reports.read import document as document_of
from baogao.reports.sections import sections
from baogao.spans import Document
from baogao.tagger.engines import EngineName
from baogao.tagger.tagger import Tagger

MODEL_VARIABLE: Final = "BAOGAO_MODEL"
DEFAULT: Final = f"{PACKAGED}tagger"
"""The tagger that comes with the package."""


class Predictor:
    """A loaded model. Call it with a text, a Document or an iterable of these."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger

    @property
    def model_id(self) -> str:
        """Name and hash of the model, as results cite it."""
        return self.tagger.manifest.model_id

    @overload
    def __call__(self, source: str | Document) -> Document: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, source: Iterable[str | Document]) -> Iterator[Document]: ...

    def __call__(self, source: str | Document | Iterable[str | Document]) -> Document | Iterator[Document]:
        """The document with its spans, sections and measurements; for an iterable, an iterator of documents.

        Offsets count in the text as given. An empty text has no spans. Documents of an iterable are taken one by one,
        so it may be endless.
        """
        if isinstance(source, str | Document):
            return self._predict(source)
        if not isinstance(source, Iterable):
            raise TypeError(f"predict takes a str, a Document or an iterable of these, not {type(source).__name__}")
        return (self._predict(one) for one in source)

    def _predict(self, source: str | Document) -> Document:
        if not isinstance(source, str | Document):
            raise TypeError(f"predict takes str and Document, not {type(source).__name__}")
        document = document_of(source) if isinstance(source, str) else source
        if not document.sections:  # a Document of its maker's, to whom sections may mean nothing; statuses need them
            document = replace(document, sections=sections(document.text))
        tagged = document.with_spans(self.tagger.spans(document.text))
        return replace(tagged, measurements=measurements(tagged))


def chosen(model: str | Path | None = None) -> Path:
    """The model directory that is meant: ``model``, else what BAOGAO_MODEL names, else the packaged tagger."""
    return located(model or os.environ.get(MODEL_VARIABLE) or DEFAULT)


def load(model: str | Path | None = None, engine: EngineName = "auto", *, threads: int | None = None) -> Predictor:
    """Load a model directory: see ``chosen`` for which.

    ``engine``: ``onnx`` (no torch needed), ``torch``, or ``auto`` for the first that the directory supports.
    """
    return Predictor(Tagger.load(chosen(model), engine, threads=threads))


@lru_cache(maxsize=1)
def _default(model: str | None) -> Predictor:
    return load(model)


@overload
def predict(source: str | Document) -> Document: ...  # type: ignore[overload-overlap]
@overload
def predict(source: Iterable[str | Document]) -> Iterator[Document]: ...


def predict(source: str | Document | Iterable[str | Document]) -> Document | Iterator[Document]:
    """``load()(source)`` with the default model, loaded once: see ``Predictor.__call__``."""
    return _default(os.environ.get(MODEL_VARIABLE))(source)
