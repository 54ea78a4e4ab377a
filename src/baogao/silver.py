"""Silver annotations: what nobody annotated of reports, tagged by a system, for training another (self-training).

Yarowsky, "Unsupervised word sense disambiguation rivaling supervised methods" (1995), is the idea; what a model is
scored on must be kept out of it as out of any other training text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from baogao.corpus import Mark, Record, leaks
from baogao.corpus.attach import named_place, report_files
from baogao.errors import BaogaoError
from baogao.progress import track
from baogao.reports import read


@dataclass(frozen=True, slots=True)
class Silver:
    """Stand-off records of the training part, and the files that gave none, each with the reason."""

    records: tuple[Record, ...]
    left_out: tuple[tuple[str, str], ...]

    def summary(self, output: Path) -> str:
        """What was left out and why, a line each, and what there is."""
        lines = [f"left out: {name}: {reason}" for name, reason in self.left_out]
        spans = sum(len(r.marks) for r in self.records)
        lines.append(f"{len(self.records)} reports, {spans:,} spans → {output}; {len(self.left_out)} left out")
        return "\n".join(lines)


def silver(
    folder: str | Path,
    tag: Callable[[str], Sequence[Mark]],
    known: Sequence[Record],
    held: Sequence[Record],
    *,
    annotator: str,
    scheme: str,
    exclude_places: Collection[str] = (),
    quiet: bool = False,
) -> Silver:
    """Tag what ``known`` leaves of the reports below ``folder``, and nothing near anything in ``held`` (with text).

    ``tag`` gives the marks of a text; ``annotator`` (who that is) and ``scheme`` go into the records. Of a report that
    ``known`` covers in part, the record's ranges are the rest.

    Left out are texts of ``held`` (what of ``known`` is not of the training part counts as held), all reports of a
    place in it or in ``exclude_places``, and reports with a paragraph that stands nearly the same in it (see
    ``corpus.leakage``). A report in ``known`` that names its place or unit has its side of the split already. Raises
    BaogaoError where nothing is left to tag.
    """
    held = [*held, *(r for r in known if r.meta.get("split", "train") != "train")]
    done = {r.sha256 for r in held}
    covered: dict[str, list[Record]] = {}
    for record in known:
        covered.setdefault(record.sha256, []).append(record)
    places = sorted({str(r.meta["place"]) for r in held if r.meta.get("place")} | set(exclude_places))
    left_out: list[tuple[str, str]] = []
    candidates: dict[str, Record] = {}  # by path below the folder: names may repeat in its parts
    for file in track(report_files(folder), "reading", quiet=quiet):
        name = file.relative_to(folder).as_posix()
        try:
            document = read(file)
        except BaogaoError as error:
            left_out.append((name, error.what))
            continue
        partly = covered.get(document.sha256, ())
        rest = _rest(partly, document.text)
        placed = any(r.meta.get("unit") or r.meta.get("place") for r in partly)
        place = named_place(file, document, exclude_places if placed else places)
        if document.sha256 in done or rest == ():
            left_out.append((name, "annotated already, or the same text as another file"))
        elif place is not None:
            left_out.append((name, f"{place} is kept for testing"))
        else:
            done.add(document.sha256)
            meta = {k: document.meta[k] for k in ("place", "level", "year") if document.meta.get(k)}
            identity, meta = (partly[0].id, dict(partly[0].meta)) if partly else (name, meta)
            candidates[name] = Record(identity, document.sha256, (), {**meta, "split": "train"}, document.text, rest)
    # A leak names one of the texts that share a paragraph; so look again until nothing is shared.
    while found := {leak.train.sha256: leak for leak in leaks(list(candidates.values()), held)}:
        for name, record in list(candidates.items()):
            if record.sha256 in found:
                left_out.append((name, str(found[record.sha256])))
                del candidates[name]
    records = []
    for record in track(list(candidates.values()), "tagging", quiet=quiet):
        assert record.text is not None
        marks = tuple(m for m in tag(record.text) if _inside(m, record.ranges))
        records.append(replace(record, marks=marks, text=None, annotator=annotator, scheme=scheme))
    if not records:
        raise BaogaoError("no report is left to tag", path=folder, remedy="see what was left out, name other reports")
    return Silver(tuple(records), tuple(left_out))


def _rest(known: Sequence[Record], text: str) -> tuple[tuple[int, int], ...] | None:
    """The ranges of ``text`` that no record covers; None where that is all of it."""
    if not known:
        return None
    if any(record.ranges is None for record in known):
        return ()
    rest, at = [], 0
    for start, end in [*sorted(r for record in known for r in record.ranges or ()), (len(text), len(text))]:
        if text[at:start].strip():
            rest.append((at, start))
        at = max(at, end)
    return tuple(rest)


def _inside(mark: Mark, ranges: tuple[tuple[int, int], ...] | None) -> bool:
    return ranges is None or any(start <= mark.start and mark.end <= end for start, end in ranges)
