"""Measurements: records of metric, value and change derived from spans, never annotated."""

from __future__ import annotations

from baogao.measurements.clauses import by_sentence
from baogao.measurements.links import link
from baogao.measurements.records import records
from baogao.measurements.status import status
from baogao.spans import Document, Measurement

__all__ = ["link", "measurements", "status"]


def measurements(document: Document) -> tuple[Measurement, ...]:
    """The measurement records of a document with spans, in the order of their first quantities.

    A VALUE and a CHANGE of one metric in one sentence are one record where they speak of the same; every further
    quantity of that metric is a record of its own.
    """
    groups = by_sentence(document.text, document.spans)
    return tuple(record for group in groups for record in records(document, link(document.text, group)))
