"""Text for pre-training: cleaned paragraphs of several sources, without what is kept for testing."""

from __future__ import annotations

import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from baogao.corpus import Record, load_records
from baogao.corpus.attach import named_place, report_files
from baogao.errors import BaogaoError
from baogao.files import sha256_text
from baogao.labels import LabelSet
from baogao.pretraining.schema import TextConfig
from baogao.progress import track
from baogao.reports import read
from baogao.reports.sentences import paragraphs
from baogao.reports.view import clean

MAX_CHARACTERS: Final = 200_000_000
"""Of one text file after decompression: a small archive can hold any amount of text."""
FORMULA: Final = 20
"""Paragraphs of fewer characters (headings, addresses) may stand in a report kept for testing and elsewhere."""


@dataclass
class Source:
    """The cleaned paragraphs of one source in reading order, and what was left out of it."""

    path: str
    passes: float
    paragraphs: list[str] = field(default_factory=list)
    documents: int = 0
    excluded: list[str] = field(default_factory=list)  # documents: path
    unreadable: list[str] = field(default_factory=list)  # documents: path and reason
    repeated: int = 0  # paragraphs that stand in an excluded document too
    kept: set[str] = field(default_factory=set)  # hashes of the annotated reports kept for testing that are here

    @property
    def characters(self) -> int:
        return sum(map(len, self.paragraphs))

    def summary(self) -> str:
        text = f"{self.path}: {self.documents} documents, {self.characters:,} characters"
        for what, names in (("kept for testing", self.excluded), ("not readable", self.unreadable)):
            if names:
                text += f"\n  {len(names)} {what}: {_some(names)}"
        if self.repeated:
            text += f"\n  {self.repeated} paragraphs left out that stand in a text kept for testing"
        return text


class Text(NamedTuple):
    """All sources, and what could not be left out of them, a sentence each."""

    sources: list[Source]
    caveats: list[str]


def gather(config: TextConfig, labels: LabelSet, *, quiet: bool = False) -> Text:
    """The sources of ``config``. A document is left out when it is annotated in ``exclude_annotations`` (by hash), or
    when its file or head names a place of these or of ``exclude_places``; so is, anywhere, every paragraph of
    FORMULA characters or more that stands in such a document.

    Raises BaogaoError for sources that are missing, empty, damaged or larger than the limit.
    """
    kept = load_records(list(config.exclude_annotations), labels) if config.exclude_annotations else []
    hashes = {record.sha256 for record in kept}
    places = _places(kept) | set(config.exclude_places)
    sources, files = [], []
    forbidden: set[str] = set()
    for one in config.sources:
        path = Path(one.path)
        source = Source(str(path), one.passes)
        if path.is_dir():
            _read_folder(path, source, hashes, places, forbidden, quiet=quiet)
        else:
            files.append(source.path)
            source.documents = 1
            source.paragraphs = list(_cleaned(_read_text(path)))
        sources.append(source)
    for source in sources:
        whole = len(source.paragraphs)
        source.paragraphs = [p for p in source.paragraphs if p not in forbidden]
        source.repeated = whole - len(source.paragraphs)
        if not source.paragraphs:
            raise BaogaoError("nothing is left to read here", path=source.path, remedy="see what was excluded")
    return Text(sources, _caveats(kept, sources, files if places else []))


def _caveats(kept: Sequence[Record], sources: Sequence[Source], files: Sequence[str]) -> list[str]:
    """What may be read although it is kept for testing; ``files`` are those in which no places are looked for."""
    names = {record.sha256: record.id for record in kept}
    seen = set[str]().union(*(source.kept for source in sources))
    absent = [name for sha256, name in names.items() if sha256 not in seen]
    found = []
    if absent:
        found.append(
            f"{len(absent)} of {len(names)} annotated reports are in no folder, so that their paragraphs are not known "
            f"and not left out of other texts: {_some(absent)}"
        )
    if files:
        found.append(f"text files are not filtered by names of places, by known paragraphs only: {_some(files)}")
    return found


def _some(names: Sequence[str]) -> str:
    return f"{'; '.join(names[:5])}{' …' if len(names) > 5 else ''}"


def _places(records: Sequence[Record]) -> set[str]:
    """The places of records; a unit (the State Council's terms) is not a place, its reports go by their hash."""
    return {str(r.meta["place"]) for r in records if r.meta.get("place") and not r.meta.get("unit")}


def _read_folder(
    folder: Path, source: Source, hashes: set[str], places: set[str], forbidden: set[str], *, quiet: bool
) -> None:
    documents = []
    for file in track(report_files(folder), "reading", quiet=quiet):
        try:
            document = read(file)
        except BaogaoError as error:
            source.unreadable.append(f"{file.name}: {error.what}")
            continue
        if document.sha256 in hashes or named_place(file, document, places):
            source.excluded.append(file.name)
            source.kept |= {document.sha256} & hashes
            forbidden.update(p for p in _cleaned(document.text) if len(p) >= FORMULA)
        else:
            documents.append(document)
    source.documents = len(documents)
    # In the order of their hashes: what is held out at the end is then no one level or year.
    for document in sorted(documents, key=lambda d: sha256_text(d.sha256)):
        source.paragraphs += _cleaned(document.text)


def _read_text(path: Path) -> str:
    try:
        if path.suffix == ".xz":
            with lzma.open(path, "rt", encoding="utf-8") as stream:
                text = stream.read(MAX_CHARACTERS + 1)
        else:
            with path.open(encoding="utf-8") as stream:
                text = stream.read(MAX_CHARACTERS + 1)
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise BaogaoError(
            f"cannot read the text: {error}", path=path, remedy="give a folder of reports, or UTF-8 text (also .xz)"
        ) from error
    if len(text) > MAX_CHARACTERS:
        raise BaogaoError(f"more than {MAX_CHARACTERS:,} characters", path=path, remedy="split the file")
    return text


def _cleaned(text: str) -> Iterator[str]:
    for start, end in paragraphs(text):
        cleaned = clean(text, start, end).text
        if cleaned:
            yield cleaned
