"""Settings of the right type that cannot be: refused before anything is written."""

from __future__ import annotations

import math

from baogao.errors import BaogaoError
from baogao.training.schema import ArchitectureConfig


def require(name: str, value: float, low: float, high: float | None = None) -> None:
    """BaogaoError where the setting is no number, below ``low`` or above ``high``."""
    if not math.isfinite(value) or value < low or (high is not None and value > high):
        most = "" if high is None else f" and at most {high}"
        raise BaogaoError(f"{name}={value} cannot be", remedy=f"give at least {low}{most}")


def require_shape(name: str, shape: ArchitectureConfig) -> None:
    """BaogaoError where an encoder cannot have this shape."""
    for part in ("hidden_size", "layers", "attention_heads", "intermediate_size", "min_count"):
        require(f"{name}.{part}", getattr(shape, part), 1)
    if shape.hidden_size % shape.attention_heads:
        raise BaogaoError(
            f"{name}.hidden_size={shape.hidden_size} is no multiple of {name}.attention_heads={shape.attention_heads}",
            remedy="give 32 or 64 of the width to each head",
        )
