"""Stand-off annotations and their reports, joined by the hash of the text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from baogao.corpus.records import Record
from baogao.errors import BaogaoError
from baogao.reports.read import FORMATS, read
from baogao.spans import Document


@dataclass(frozen=True, slots=True)
class Attached:
    """What a join brought: all records in their order (joined where possible), those without a report, and files
    that could not be read (path and reason)."""

    records: tuple[Record, ...]
    missing: tuple[Record, ...]
    unreadable: tuple[tuple[str, str], ...]


def report_files(folder: str | Path) -> list[Path]:
    """The reports below a folder, sorted; BaogaoError where it is missing or holds none."""
    folder = Path(folder)
    if not folder.is_dir():
        raise BaogaoError("there is no such folder", path=folder, remedy="name the folder that holds the reports")
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in FORMATS and p.is_file())
    if not files:
        raise BaogaoError("no reports in this folder", path=folder, remedy=f"they end in {' '.join(FORMATS)}")
    return files


def named_place(file: Path, document: Document, places: Collection[str]) -> str | None:
    """The one of ``places`` that a report's file name or head names."""
    names = f"{file.stem} {document.meta.get('place', '')}"
    return next((place for place in places if place and place in names), None)


def attach(records: Iterable[Record], folder: str | Path) -> Attached:
    """Join each stand-off record to the report below ``folder`` whose text has its hash; names do not matter.

    Raises BaogaoError where the folder is missing or holds no reports.
    """
    files = report_files(folder)
    listed = list(records)
    texts: dict[str, str] = {}
    unreadable: list[tuple[str, str]] = []
    for file in files:
        try:
            document = read(file)
        except BaogaoError as error:
            unreadable.append((str(file), error.what))
            continue
        texts.setdefault(document.sha256, document.text)
    joined: list[Record] = []
    missing: list[Record] = []
    for record in listed:
        found = texts.get(record.sha256) if record.text is None else None
        if record.text is None and found is None:
            missing.append(record)
        joined.append(record if found is None else record.attach(found))
    return Attached(tuple(joined), tuple(missing), tuple(unreadable))


def require_text(records: Sequence[Record], folder: str | Path | None) -> list[Record]:
    """``records``, every one with its text, joined from ``folder`` where needed; BaogaoError names those without."""
    if all(r.text is not None for r in records):
        return list(records)
    if folder is None:
        first = next(r for r in records if r.text is None)
        raise BaogaoError(
            f"record {first.id!r} is stand-off and no folder of reports is given",
            path=first.path,
            line=first.line,
            remedy="name the folder that holds the reports (corpus.reports=FOLDER, or --reports FOLDER)",
        )
    result = attach(records, folder)
    if result.missing:
        names = ", ".join(r.id for r in result.missing[:5]) + (" …" if len(result.missing) > 5 else "")
        raise BaogaoError(
            f"{len(result.missing)} of {len(records)} reports are not in the folder, or their text has changed "
            f"since it was annotated (hash mismatch): {names}",
            path=folder,
            remedy="supply these reports exactly as they were annotated",
        )
    return list(result.records)
