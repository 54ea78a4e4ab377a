"""The page of a result: one HTML file that loads nothing, drawn by the template beside this module.

Everything but the list of errors is HTML when it arrives. The errors lie in the page as JSON; ``page.js`` filters them
and makes an element of an error when it comes into sight, from text only, never from markup. The page's policy allows
this one script and this one style sheet, by hash, and no request.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from baogao.evaluation.kinds import KINDS
from baogao.evaluation.page import plots
from baogao.evaluation.render import closing
from baogao.evaluation.result import Interval, Result, Score
from baogao.evaluation.sheets import MODE_NAMES

FOLDER: Final = Path(__file__).parent

KIND_WORDS: Final = {
    "too_long": "right label; the prediction holds the gold span and more",
    "too_short": "right label; the gold span holds the prediction and more",
    "left": "right label; the prediction begins and ends too early",
    "right": "right label; the prediction begins and ends too late",
    "split": "one gold span, several predicted ones",
    "merged": "several gold spans, one predicted one",
    "type": "right boundaries, wrong label",
    "type_boundary": "wrong boundaries and wrong label",
    "missed": "no predicted span overlaps the gold span",
    "spurious": "the predicted span overlaps no gold span",
}
HEATS: Final = 9
"""Cells of tables are tinted in so many steps; step 0 is no tint."""

_HAN: Final = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def render_page(result: Result) -> str:
    """The HTML page of a result, with every error where the result lists them."""
    calibration, thresholds, curve = result["calibration"], result["thresholds"], result["curve"]
    style, script = _asset("page.css"), _asset("page.js")
    return (
        _environment()
        .get_template("page.html")
        .render(
            result=result,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            style_hash=_hash(style),
            script_hash=_hash(script),
            geometry=plots,
            mode_names={mode: MODE_NAMES.get(mode, mode) for mode in result["modes"]},
            kinds={kind: KIND_WORDS[kind] for kind in KINDS},
            closing=list(closing(result)),
            documents=_by_f1(result["slices"].get("document", {})),
            reliability=None if calibration is None else plots.reliability(calibration),
            over_thresholds=plots.over_thresholds(thresholds) if thresholds else None,
            precision_recall=plots.precision_recall(thresholds) if thresholds else None,
            best=max(thresholds, key=lambda t: t["f1"] or 0.0) if thresholds else None,
            learning=plots.learning(curve) if curve else None,
            errors=result.get("errors"),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Chinese stays Chinese in the JSON; < > & ' become escapes there, whatever the text of a report holds.
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    environment.filters |= {"figure": figure, "span": span, "plain": plain, "heat": heat, "lang": lang}
    return environment


def figure(value: float | None) -> str:
    """A rate with three digits, or a dash where it is undefined."""
    return "–" if value is None else f"{value:.3f}"


def span(interval: Interval | None) -> str:
    """An interval in brackets, or nothing where there is none."""
    return "" if interval is None else f"[{interval[0]:.3f}, {interval[1]:.3f}]"


def plain(value: Any) -> str:
    """A value of the signature as text."""
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return "–" if value is None else str(value)


def heat(value: int, most: int) -> int:
    """The tint of a cell, 0 to HEATS, by its share of ``most``; whatever is not 0 has one."""
    return min(HEATS, -(-value * HEATS // most)) if most else 0


def lang(text: str) -> Markup:
    """The attribute that tells a browser that a text is Chinese, where it is; English is the page's language."""
    return Markup(' lang="zh"') if _HAN.search(text) else Markup("")


def _by_f1(documents: Mapping[str, Score]) -> dict[str, Score]:
    """The documents, which are many, from the worst F1 to the best; those without one at the end."""
    worst_first = sorted(documents.items(), key=lambda item: 2.0 if item[1]["f1"] is None else item[1]["f1"])
    return dict(worst_first)


def _asset(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def _hash(text: str) -> str:
    """The hash of a script or style sheet as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
