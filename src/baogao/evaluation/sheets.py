"""A result as sheets of words and figures, from which tables for terminals, pull requests and model cards are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from baogao.evaluation.kinds import KINDS
from baogao.evaluation.result import Agreement, Interval, Mode, Result, Score

MODE_NAMES: Final = {
    "strict": "strict (boundaries and label)",
    "exact": "exact (boundaries alone)",
    "ent_type": "type (overlap and label)",
    "partial": "partial (an overlap counts half)",
    "quotes": "quotes (strict but for quotation marks)",
}
COUNTS: Final = ("correct", "incorrect", "partial", "missed", "spurious")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table; the first column is words, all others are figures. ``rules`` are rows with a line above them."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    rules: frozenset[int] = frozenset()


def rate(value: float | None) -> str:
    """A rate with four digits, or a dash where it is undefined."""
    return "–" if value is None else f"{value:.4f}"


def spread(interval: Interval | None) -> str:
    """An interval in brackets, or nothing where there is none."""
    return "" if interval is None else f"[{interval[0]:.3f}, {interval[1]:.3f}]"


def sheets(result: Result) -> Iterator[Sheet]:
    """All sheets of a result that say something, the most important first."""
    yield labels_sheet(result)
    yield _modes(result)
    if result["agreement"]:
        yield _agreement(result)
    yield _kinds(result)
    yield _confusion(result)
    yield _slices(result)
    if result["calibration"] is not None:
        yield _calibration(result)


def labels_sheet(result: Result) -> Sheet:
    """Strict figures by label, then micro and macro."""
    strict = result["modes"]["strict"]
    head = ("label", "precision", "recall", "F1", "95% interval", "gold", "predicted", "correct")
    rows = [(label, *_figures(one)) for label, one in strict["labels"].items()]
    rows.append(("micro", *_figures(strict["micro"])))
    mean = strict["macro"]
    rows.append(("macro", "", "", rate(mean["f1"]), spread(mean["interval"]), "", "", ""))
    return Sheet("strict span scores (seqeval strict, IOB2)", head, rows, frozenset([len(rows) - 2]))


def _figures(one: Score) -> tuple[str, ...]:
    rates = (rate(one["precision"]), rate(one["recall"]), rate(one["f1"]), f1_spread(one))
    return (*rates, f"{one['gold']:,}", f"{one['predicted']:,}", f"{one['correct']:,}")


def f1_spread(one: Score) -> str:
    """The interval of a figure's F1."""
    return "" if one["interval"] is None else spread(one["interval"]["f1"])


def _modes(result: Result) -> Sheet:
    rows = []
    for mode, found in result["modes"].items():
        one = found["micro"]
        counts = (one["correct"], one["incorrect"], one["partial"], one["missed"], one["spurious"])
        figures = (rate(one["f1"]), f1_spread(one), rate(found["macro"]["f1"]))
        rows.append((MODE_NAMES[mode], *figures, *(f"{n:,}" for n in counts)))
    return Sheet("modes of matching", ("mode", "micro F1", "95% interval", "macro F1", *COUNTS), rows)


def _agreement(result: Result) -> Sheet:
    pairs: list[Agreement] = result["agreement"]
    names = [f"{' / '.join(pair['between'])} ({pair['documents']})" for pair in pairs]
    columns: list[Mapping[str, Mode]] = [result["modes"], *(pair["modes"] for pair in pairs)]
    rows = [
        (
            label,
            *(rate(c["strict"]["labels"][label]["f1"] if label in c["strict"]["labels"] else None) for c in columns),
        )
        for label in result["labels"]
    ]
    rule = len(rows)
    rows += [
        (f"micro, {mode}", *(rate(c[mode]["micro"]["f1"] if mode in c else None) for c in columns))
        for mode in result["modes"]
    ]
    title = "F1 beside the agreement between annotators (documents)"
    return Sheet(title, ("", "this prediction", *names), rows, frozenset([rule]))


def _kinds(result: Result) -> Sheet:
    kinds = result["kinds"]
    rows = [(label, *(f"{found[k]:,}" for k in KINDS)) for label, found in kinds["labels"].items()]
    rows.append(("all", *(f"{kinds['all'][k]:,}" for k in KINDS)))
    head = ("errors", *(k.replace("_", " ") for k in KINDS))
    return Sheet("errors by kind", head, rows, frozenset([len(rows) - 1]))


def _confusion(result: Result) -> Sheet:
    names = [name or "none" for name in result["confusion"]["labels"]]
    rows = [(name, *(f"{n:,}" for n in row)) for name, row in zip(names, result["confusion"]["matrix"], strict=True)]
    return Sheet("paired spans: gold (rows) and predicted (columns) label", ("gold", *names), rows)


def _slices(result: Result) -> Sheet:
    rows: list[tuple[str, ...]] = []
    rules = set()
    for name, found in result["slices"].items():
        if name == "document":
            continue  # as many rows as documents: in the JSON and on the page
        rules.add(len(rows))
        rows += [(f"{name} {key}", *_figures(one)) for key, one in found.items()]
    head = ("slice", "precision", "recall", "F1", "95% interval", "gold", "predicted", "correct")
    return Sheet("strict micro scores by slice", head, rows, frozenset(rules - {0}))


def _calibration(result: Result) -> Sheet:
    found = result["calibration"]
    assert found is not None
    rows = [
        (f"{b['low']:.1f} – {b['high']:.1f}", f"{b['count']:,}", rate(b["score"]), rate(b["correct"]))
        for b in found["bins"]
        if b["count"]
    ]
    title = f"scores as probabilities: expected calibration error {rate(found['ece'])}"
    return Sheet(title, ("score", "spans", "mean score", "share right"), rows)
