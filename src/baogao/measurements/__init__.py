"""Measurements: records of metric, value and change derived from spans, never annotated."""

from __future__ import annotations

from baogao.measurements.links import by_sentence, link
from baogao.measurements.status import status
from baogao.spans import Document, Measurement

__all__ = ["link", "measurements", "status"]


def measurements(document: Document) -> tuple[Measurement, ...]:
    """The measurement records of a document with spans, in the order of their quantities.

    A VALUE and the CHANGE that follows it are one record where both belong to the same metric; every further
    quantity of that metric is a record of its own.
    """
    found: list[Measurement] = []
    for group in by_sentence(document.text, document.spans):
        records: list[Measurement] = []
        for quantity, metric in link(document.text, group):
            last = records[-1] if records else None
            joins = last is not None and last.metric == metric and metric is not None
            if quantity.label == "CHANGE" and last is not None and joins and last.change is None:
                records[-1] = Measurement(metric, last.value, quantity, last.status)
            elif quantity.label == "CHANGE":
                records.append(Measurement(metric, None, quantity, status(document, quantity)))
            else:
                records.append(Measurement(metric, quantity, None, status(document, quantity)))
        found += records
    return tuple(found)
