"""baogao (报告): Chinese government work reports as data.

    >>> import baogao
    >>> predictor = baogao.load("runs/demo")        # doctest: +SKIP
    >>> document = predictor("全年地区生产总值155.9亿元，增长6.2%。")  # doctest: +SKIP
    >>> [(s.label, s.text) for s in document.spans]  # doctest: +SKIP

Names are loaded when first used, so that importing the package is instant.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from baogao.errors import BaogaoError
    from baogao.predictor import Predictor, load, predict
    from baogao.reports.read import read
    from baogao.spans import Document, Measurement, Section, Span

__version__ = "0.1.0"

_HOMES = {
    "BaogaoError": "baogao.errors",
    "Document": "baogao.spans",
    "Measurement": "baogao.spans",
    "Predictor": "baogao.predictor",
    "Section": "baogao.spans",
    "Span": "baogao.spans",
    "load": "baogao.predictor",
    "predict": "baogao.predictor",
    "read": "baogao.reports.read",
}

__all__ = [
    "BaogaoError", "Document", "Measurement", "Predictor", "Section", "Span", "__version__", "load", "predict", "read",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'baogao' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
