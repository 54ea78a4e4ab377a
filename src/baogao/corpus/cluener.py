"""The JSON lines of the public CLUENER2020 set: ``{"text", "label": {type: {surface: [[start, end], …]}}}``, read only.

There the end of a span is its last character, not the one behind it. https://github.com/CLUEbenchmark/CLUENER2020
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from baogao.files import sha256_text


def is_cluener(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a line of this format."""
    return "spans" not in value and isinstance(value.get("label"), dict)


def from_cluener(value: Mapping[str, Any], *, path: str | None, number: int | None) -> dict[str, Any]:
    """The same line as an annotation record, spans half-open; its id, where it has none, is made of file and line.

    Raises ValueError for what is malformed and for offsets whose text is not the surface.
    """
    text = value.get("text")
    if not isinstance(text, str):
        raise ValueError("'text' is missing or no string")  # noqa: TRY004 - one kind of error for a malformed line
    spans = []
    for label, surfaces in value["label"].items():
        for surface, places in _pairs(surfaces, f"the type {label!r}"):
            for place in places:
                if not (isinstance(place, list) and len(place) == 2 and all(type(edge) is int for edge in place)):
                    raise ValueError(f"{label} {surface!r}: {place!r} is no pair of whole numbers")
                start, last = place
                if not surface or start < 0 or last >= len(text) or text[start : last + 1] != surface:
                    raise ValueError(f"{label} {surface!r} does not stand at [{start}, {last}]")
                spans.append({"start": start, "end": last + 1, "label": label})
    made = f"{Path(path).name.split('.')[0]}-{number}" if path else sha256_text(text)[:16]
    return {"id": str(value.get("id", made)), "sha256": sha256_text(text), "text": text, "spans": spans}


def _pairs(surfaces: Any, what: str) -> list[tuple[str, list[Any]]]:
    if not isinstance(surfaces, dict) or not all(isinstance(places, list) for places in surfaces.values()):
        raise ValueError(f"{what} holds no surfaces with lists of places")
    return list(surfaces.items())
