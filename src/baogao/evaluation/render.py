"""Scores for people (a table) and for programs (JSON)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table

from baogao.evaluation.score import Score, Scores


def render_table(scores: Scores, *, title: str = "strict span F1 (seqeval strict, IOB2)") -> Table:
    """A rich table: a row a label, then micro and macro."""
    table = Table(title=title)
    table.add_column("label")
    for name in ("precision", "recall", "F1", "gold", "correct", "spurious", "missed"):
        table.add_column(name, justify="right")
    for label, one in scores.labels.items():
        table.add_row(label, *_cells(one))
    table.add_section()
    table.add_row("micro", *_cells(scores.micro))
    table.add_row("macro", "", "", f"{scores.macro_f1:.4f}", "", "", "", "")
    return table


def _cells(one: Score) -> list[str]:
    rates = [f"{rate:.4f}" for rate in (one.precision, one.recall, one.f1)]
    counts = (one.support, one.counts.correct, one.counts.spurious, one.counts.missed)
    return [*rates, *map(str, counts)]


def render_json(scores: Scores, signature: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with every figure and the signature that says what was scored on what."""
    return {
        "mode": "strict",
        "scheme": "IOB2",
        "micro": _object(scores.micro),
        "macro": {"f1": scores.macro_f1},
        "labels": {label: _object(one) for label, one in scores.labels.items()},
        "signature": dict(signature),
    }


def _object(one: Score) -> dict[str, Any]:
    return {
        "precision": one.precision,
        "recall": one.recall,
        "f1": one.f1,
        "support": one.support,
        **asdict(one.counts),
    }
