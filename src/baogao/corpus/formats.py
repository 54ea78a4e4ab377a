"""Annotation files of every format by their ending: read to records, written from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from baogao.corpus.conll import parse_conll, render_conll
from baogao.corpus.jsonl import LeftOut, read_jsonl, reading, write_jsonl
from baogao.corpus.label_studio import dump_label_studio, parse_label_studio
from baogao.corpus.markup import parse_markup, render_markup
from baogao.corpus.records import Record
from baogao.errors import BaogaoError
from baogao.files import atomic_open, write_text
from baogao.labels import LabelSet
from baogao.progress import console

ENDINGS: Final = (".jsonl", ".marked.txt", ".conll", ".bio", ".studio.json")
FOREIGN: Final = ".json"
"""Files from elsewhere, read where they are named, not looked for in folders: a Label Studio export, or JSON lines."""


def annotation_files(paths: Iterable[str | Path]) -> list[Path]:
    """The annotation files among ``paths`` and below those that are folders, sorted within each folder."""
    files: list[Path] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.name.endswith(ENDINGS) and p.is_file())
            if not inside:
                raise BaogaoError(
                    "no annotation files in this folder", path=path, remedy=f"they end in {' '.join(ENDINGS)}"
                )
            files += inside
        elif not path.exists():
            raise BaogaoError("there is no such file or folder", path=path, remedy="check the path")
        elif not path.name.endswith((*ENDINGS, FOREIGN)):
            raise BaogaoError("not an annotation file", path=path, remedy=f"they end in {' '.join(ENDINGS)} {FOREIGN}")
        else:
            files.append(path)
    return files


def load_file(path: str | Path, labels: LabelSet, left_out: list[LeftOut] | None = None) -> Iterator[Record]:
    """The records of one annotation file, in its order. What of it is no record is named in ``left_out``."""
    path = Path(path)
    if path.name.endswith(".jsonl") or (path.name.endswith(FOREIGN) and not _is_list(path)):
        yield from read_jsonl(path, left_out)
        return
    # newline="" keeps the line ends of the text as they are: offsets count them.
    with reading(path), open(path, encoding="utf-8-sig", newline="") as stream:
        source = stream.read()
    if path.name.endswith(".marked.txt"):
        yield parse_markup(source, labels, path=str(path))
    elif path.name.endswith(FOREIGN):
        yield from parse_label_studio(source, path=str(path), left_out=left_out)
    else:
        yield from parse_conll(source.split("\n"), path=str(path))


def _is_list(path: Path) -> bool:
    """Whether a JSON file is one list, as Label Studio exports it, and no JSON lines."""
    with reading(path), open(path, encoding="utf-8-sig") as stream:
        return next((line for line in stream if line.strip()), "").lstrip().startswith("[")


def load_records(paths: Sequence[str | Path], labels: LabelSet, left_out: list[LeftOut] | None = None) -> list[Record]:
    """The records of files and folders, in their order. What of them is no record is named in ``left_out``."""
    return [record for file in annotation_files(paths) for record in load_file(file, labels, left_out)]


def load_naming(paths: Sequence[str | Path], labels: LabelSet, *, quiet: bool = False) -> list[Record]:
    """The records of files and folders; what of them is no record is counted and named on standard error."""
    left_out: list[LeftOut] = []
    records = load_records(paths, labels, left_out)
    if left_out and not quiet:
        console().print(f"{len(left_out)} left out, which hold no annotation:")
        for path, line, what in left_out:
            console().print(f"  {path}:{line}: {what}")
    return records


def _check_names(records: Sequence[Record]) -> None:
    """BaogaoError before anything is written, where two records would share a file or an id is no file name."""
    seen: set[str] = set()
    for record in records:
        if "/" in record.id or "\\" in record.id or record.id.startswith(".") or record.id in seen:
            what = "stands twice" if record.id in seen else "is no file name"
            raise BaogaoError(
                f"the id {record.id!r} {what}",
                path=record.path,
                remedy="write one .jsonl file: it holds any records",
            )
        seen.add(record.id)


def record_files(path: str | Path, records: Sequence[Record]) -> list[Path]:
    """The files that ``write_records`` writes: ``path``, or one a record where that is a folder."""
    path = Path(path)
    if path.is_dir() or not path.suffix:
        return [path / f"{record.id}.marked.txt" for record in records]
    return [path]


def write_records(path: str | Path, records: Sequence[Record], labels: LabelSet) -> list[Path]:
    """Write records in the format that ``path`` ends in; a folder takes one ``.marked.txt`` a record.

    Returns the files written.
    """
    path = Path(path)
    if path.name.endswith(".jsonl"):
        write_jsonl(path, records)
    elif path.name.endswith(".studio.json"):
        write_text(path, dump_label_studio(records))
    elif path.name.endswith((".conll", ".bio")):
        with atomic_open(path) as stream:
            stream.writelines(line + "\n" for line in render_conll(records))
    elif path.name.endswith(".marked.txt"):
        if len(records) != 1:
            raise BaogaoError(
                f"{len(records)} records do not fit one .marked.txt file", path=path, remedy="name a folder"
            )
        write_text(path, render_markup(records[0], labels))
    elif path.is_dir() or not path.suffix:
        _check_names(records)
        files = record_files(path, records)
        for file, record in zip(files, records, strict=True):
            write_records(file, [record], labels)
        return files
    else:
        raise BaogaoError("unknown format", path=path, remedy=f"end the name in one of {' '.join(ENDINGS)}")
    return [path]
