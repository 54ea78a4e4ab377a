"""Silver annotations: reports that nobody annotated, tagged by a system, for training another (self-training).

Yarowsky, "Unsupervised word sense disambiguation rivaling supervised methods" (1995), is the idea; what a model is
scored on must be kept out of it as out of any other training text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    quiet: bool = False,
) -> Silver:
    """Tag the reports below ``folder`` that are neither in ``known`` nor near anything in ``held`` (with text).

    ``tag`` gives the marks of a text; ``annotator`` (who that is) and ``scheme`` go into the records.

    Left out are texts of either, all reports of a place in ``held``, and reports with a paragraph that stands nearly
    the same in ``held`` (see ``corpus.leakage``). Raises BaogaoError where nothing is left to tag.
    """
    done = {r.sha256 for r in (*known, *held)}
    places = {str(r.meta["place"]) for r in held if r.meta.get("place")}
    left_out: list[tuple[str, str]] = []
    candidates: dict[str, Record] = {}  # by path below the folder: names may repeat in its parts
    for file in track(report_files(folder), "reading", quiet=quiet):
        try:
            document = read(file)
        except BaogaoError as error:
            left_out.append((file.name, error.what))
            continue
        place = named_place(file, document, places)
        if document.sha256 in done:
            left_out.append((file.name, "annotated already, or the same text as another file"))
        elif place is not None:
            left_out.append((file.name, f"{place} is kept for testing"))
        else:
            done.add(document.sha256)
            meta = {k: document.meta[k] for k in ("place", "level", "year") if document.meta.get(k)}
            name = file.relative_to(folder).as_posix()
            candidates[name] = Record(name, document.sha256, (), {**meta, "split": "train"}, document.text)
    # A leak names one of the texts that share a paragraph; so look again until nothing is shared.
    while found := {leak.train.sha256: leak for leak in leaks(list(candidates.values()), held)}:
        for name, record in list(candidates.items()):
            if record.sha256 in found:
                left_out.append((name, str(found[record.sha256])))
                del candidates[name]
    records = []
    for record in track(list(candidates.values()), "tagging", quiet=quiet):
        assert record.text is not None
        marks = tuple(tag(record.text))
        records.append(replace(record, marks=marks, text=None, annotator=annotator, scheme=scheme))
    if not records:
        raise BaogaoError("no report is left to tag", path=folder, remedy="see what was left out, name other reports")
    return Silver(tuple(records), tuple(left_out))
