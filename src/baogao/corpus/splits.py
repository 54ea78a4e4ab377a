"""Train, development and test parts: by document and by place, the same every time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from baogao.corpus.records import Record
from baogao.errors import BaogaoError
from baogao.files import sha256_text

PARTS: Final = ("train", "development", "test")


def unit_of(record: Record) -> str:
    """What must stay on one side of a split: ``meta["unit"]``, else ``meta["place"]``, else the record itself.

    The unit is the place, but for the one place with reports of seventy years, the State Council: its terms.
    """
    return str(record.meta.get("unit") or record.meta.get("place") or record.id)


def size_of(record: Record) -> int:
    """How many characters of a record are annotated (for stand-off records without ranges: up to the last span)."""
    if record.ranges is not None:
        return sum(end - start for start, end in record.ranges)
    return len(record.text) if record.text is not None else max((m.end for m in record.marks), default=0)


def split(
    records: Sequence[Record], *, development: float = 0.1, test: float = 0.1, seed: int = 13
) -> Mapping[str, tuple[Record, ...]]:
    """Part records so that all reports of a place are on one side.

    A record whose ``meta["split"]`` names a part goes there, with its whole place. The other places are taken in an
    order drawn from ``seed`` and their names alone, first into test, then into development, until each holds its
    share of the characters; adding a place moves few others. Raises BaogaoError where a place is claimed by two
    parts or a share above 0 finds no place left.
    """
    if development < 0 or test < 0 or development + test >= 1:
        raise BaogaoError(
            f"development ({development}) and test ({test}) must be shares that leave something to train on",
            remedy="for instance 0.1 and 0.1 (--development, --test; corpus.split.development, corpus.split.test)",
        )
    places: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        places[unit_of(record)].append(record)
    parts: dict[str, list[Record]] = {part: [] for part in PARTS}
    free: list[str] = []
    for place, group in places.items():
        wanted = {str(r.meta["split"]) for r in group if r.meta.get("split")}
        if len(wanted) > 1 or not wanted <= set(PARTS):
            raise BaogaoError(
                f"the place {place!r} has the splits {', '.join(sorted(wanted))}",
                path=group[0].path,
                line=group[0].line,
                remedy=f"give all its reports one of: {', '.join(PARTS)}",
            )
        if wanted:
            parts[wanted.pop()] += group
        else:
            free.append(place)
    free.sort(key=lambda place: sha256_text(f"{seed}:{place}"))
    total = sum(size_of(r) for r in records)
    for part, share in (("test", test), ("development", development)):
        while share and free and sum(map(size_of, parts[part])) < share * total:
            # Something must be left to train on, and once test has a place, one for development.
            waiting = part == "test" and bool(parts["test"]) and development > 0 and not parts["development"]
            if len(free) <= (not parts["train"]) + waiting:
                break
            parts[part] += places[free.pop(0)]
        if share and not parts[part]:
            raise BaogaoError(
                f"{len(places)} places are too few for a {part} part: a place is on one side only",
                remedy=f"annotate reports of another place, or set corpus.split.{part}=0",
            )
    for place in free:
        parts["train"] += places[place]
    return {part: tuple(sorted(group, key=lambda r: r.id)) for part, group in parts.items()}
