"""What a comparison shows, as sheets and in words."""

from __future__ import annotations

from collections.abc import Iterator

from baogao.evaluation.compare import LEVEL, Compared, Comparison, Difference
from baogao.evaluation.sheets import Sheet, rate


def comparison_sheets(comparison: Comparison) -> Iterator[Sheet]:
    """A sheet for each two systems that were compared."""
    for pair in comparison["compared"]:
        head = ("label", pair["first"], pair["other"], "difference", "95% interval", "p", "shown")
        rows = [_row(label, one) for label, one in pair["labels"].items()]
        rows += [_row("micro", pair["micro"]), _row("macro", pair["macro"])]
        title = f"F1, {comparison['signature']['mode']}: {pair['other']} beside {pair['first']}"
        yield Sheet(title, head, rows, frozenset([len(rows) - 2]))


def sentences(comparison: Comparison) -> Iterator[str]:
    """What is shown and what is not, a sentence each."""
    signature = comparison["signature"]
    for name, runs in comparison["systems"].items():
        if len(runs) > 1:
            known = [f for f in runs if f is not None]
            spread = f", micro F1 {min(known):.4f} to {max(known):.4f}" if known else ""
            yield f"{name}: {len(runs)} runs pooled{spread}."
    least = 2 / 2 ** min(signature["documents"], 60)  # as it is, and with all documents swapped
    labels = max(len(pair["labels"]) for pair in comparison["compared"])
    if least * labels > LEVEL:
        yield (
            f"{signature['documents']} documents allow no p below {least:.4f}: after Holm over {labels} labels "
            f"no single label's difference can be shown by so few."
        )
    for pair in comparison["compared"]:
        yield _verdict("micro F1", pair["micro"], pair, signature["documents"], "")
        for label, one in pair["labels"].items():
            yield _verdict(label, one, pair, signature["documents"], " after Holm")


def _verdict(what: str, one: Difference, pair: Compared, documents: int, corrected: str) -> str:
    if one["difference"] is None or one["interval"] is None or one["p"] is None:
        return f"{what}: no figures for {pair['first']} or {pair['other']}: neither gold nor predicted spans."
    low, high = one["interval"]
    evidence = f"{one['difference']:+.3f} [{low:.3f}, {high:.3f}]"
    p = f"p = {one['p']:.4f}{corrected}"
    if one["shown"]:
        better, worse = (pair["other"], pair["first"]) if one["difference"] > 0 else (pair["first"], pair["other"])
        return f"{what}: {better} is better than {worse}, by {evidence}; these {documents} documents show it ({p})."
    return f"{what}: the difference of {evidence} is not shown by these {documents} documents ({p})."


def _row(name: str, one: Difference) -> tuple[str, ...]:
    difference = "–" if one["difference"] is None else f"{one['difference']:+.4f}"
    spread = "" if one["interval"] is None else f"[{one['interval'][0]:+.3f}, {one['interval'][1]:+.3f}]"
    p = "–" if one["p"] is None else f"{one['p']:.4f}"
    return name, rate(one["first"]), rate(one["other"]), difference, spread, p, "yes" if one["shown"] else "no"
