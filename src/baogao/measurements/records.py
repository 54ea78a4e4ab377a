"""Records: the VALUE and the CHANGE of one metric put together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from baogao.measurements.lists import runs
from baogao.measurements.status import said, status
from baogao.spans import Document, Measurement, Span

# Between a CHANGE and the VALUE that it led to: 增长5.2%，达到6.3亿元.
_LEADS: Final = re.compile(r"\s*[）)]?[，,、]?\s*(?:总量|总额|总数)?(?:达到?|突破|完成|实现|为|至)")

# A VALUE that compares (占全市的一成, 是上年的1.2倍, 为预算的102%): what grows behind it is the amount compared.
_RATIO: Final = re.compile("[%％‰倍成]|百分|分之")


def records(document: Document, linked: Sequence[tuple[Span, Span | None]]) -> list[Measurement]:
    """The records of one sentence, from its quantities with what they measure.

    A CHANGE joins the latest record of its metric (behind a ratio the latest of an amount) if that is a VALUE alone,
    the CHANGEs of a list one each of as many VALUEs in a list, and a VALUE the CHANGE of its metric directly in front
    of it. Each other quantity is a record of its own, and so is one whose own clause names another status.
    """
    found: list[Measurement] = []
    latest: dict[Span | None, list[int]] = {}  # the records of the latest quantity, or list of them, of each metric
    amounts: dict[Span | None, int] = {}  # the latest record of each metric that has a VALUE and no ratio
    lists = runs(document.text, [quantity for quantity, _ in linked])
    places = _places(linked, lists)
    changes = _changes(linked, lists)
    previous: Span | None = None
    for index, (quantity, metric) in enumerate(linked):
        place, size = places.get(index, (0, 1))
        last = latest.get(metric, [])
        at = last[place if len(last) == size else -1] if last else None
        changed = index in changes
        if at is not None and changed and _is_beside(found[at], quantity):
            at = amounts.get(metric, at)
        joined = None if at is None else _joined(document, found[at], quantity, previous, changed=changed)
        if at is not None and joined is not None:
            found[at] = joined
        else:
            if metric is not None:
                if place == 0:
                    latest[metric] = []
                latest[metric].append(len(found))
                if not changed and not _is_ratio(quantity):
                    amounts[metric] = len(found)
            value, change = (None, quantity) if changed else (quantity, None)
            found.append(Measurement(metric, value, change, status(document, quantity)))
        previous = quantity
    return found


def _is_beside(record: Measurement, quantity: Span) -> bool:
    """Whether ``record`` holds a ratio and the change ``quantity`` is of none, which would be told in points."""
    return record.value is not None and _is_ratio(record.value) and "百分点" not in quantity.text


def _is_ratio(quantity: Span) -> bool:
    return _RATIO.search(quantity.text) is not None


def _changes(linked: Sequence[tuple[Span, Span | None]], lists: Mapping[int, range]) -> set[int]:
    """The quantities that tell a change: CHANGEs, and the VALUEs of their kind that go on a list of them.

    In 较上年提高12公斤、25公斤 the second is labelled as what it is without the first.
    """
    found = {index for index, (quantity, _) in enumerate(linked) if quantity.label == "CHANGE"}
    for first, run in lists.items():
        if first in found:
            ratio = _is_ratio(linked[first][0])
            found.update(index for index in run if _is_ratio(linked[index][0]) == ratio)
    return found


def _places(linked: Sequence[tuple[Span, Span | None]], lists: Mapping[int, range]) -> dict[int, tuple[int, int]]:
    """The place in its list, and the length of that, of each quantity that is in a list of one metric."""
    of_one = (run for run in lists.values() if len({linked[index][1] for index in run}) == 1)
    return {index: (index - run[0], len(run)) for run in of_one for index in run}


def _joined(
    document: Document, record: Measurement, quantity: Span, previous: Span | None, *, changed: bool
) -> Measurement | None:
    """``record`` with ``quantity``, which stands behind the quantity ``previous``; None where they are two."""
    if changed and record.change is None:
        joined = replace(record, change=quantity)
    elif not changed and previous is not None and record.value is None and record.change == previous:
        if not _LEADS.fullmatch(document.text, previous.end, quantity.start):
            return None
        joined = replace(record, value=quantity)
    else:
        return None
    return joined if said(document, quantity) in (None, record.status) else None
