"""What the commands do, as functions that return exit codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from baogao.errors import BaogaoError
from baogao.labels import LabelSet, load_labels
from baogao.predictor import Predictor, load
from baogao.progress import console, track
from baogao.reports import read
from baogao.spans import Document
from baogao.studio.access import open_access
from baogao.studio.project import default_guidelines, ensure_project, instruction_html
from baogao.studio.pull import pull, side_files
from baogao.studio.push import PreAnnotation, by_task, push
from baogao.studio.tasks import Task, split


def push_command(
    files: Sequence[Path],
    *,
    url: str | None,
    key_file: Path | None,
    title: str,
    project: int | None,
    labels: str,
    model: str | None,
    size: int,
    annotators: int | None,
    guidelines: Path | None,
    quiet: bool,
) -> int:
    """Push reports; one that cannot be read is named and makes the exit code 1."""
    label_set = load_labels(labels)
    predictor = None if model is None else _predictor(model, label_set)
    documents, failed = _read(files, quiet=quiet)
    if not documents:
        console().print("nothing was pushed: none of the files could be read")
        return 1
    tasks: list[Task] = []
    made: dict[str, PreAnnotation] = {}
    for name, document in track(documents.items(), "splitting", quiet=quiet):
        pieces = split(document, report=name, size=size)
        tasks += pieces
        if predictor is not None:
            for task, spans in by_task(predictor.tagger.spans(document.text), pieces):
                made[task.key] = PreAnnotation(spans, predictor.model_id)
    access = open_access(url, key_file)
    instruction = guidelines or (default_guidelines() if labels == "report" else None)
    number, new = ensure_project(
        access.client, access.url, label_set, title=title, number=project, annotators=annotators,
        instruction="" if instruction is None else instruction_html(instruction),
    )  # fmt: skip
    predict = None if predictor is None else lambda task: [made[task.key]]
    done = push(access.client, access.url, number, tasks, predict, quiet=quiet)
    if not quiet:
        say = console().print
        say(f"{'new project' if new else 'project'} {number}: {access.url}/projects/{number}/data")
        say(f"{len(documents)} reports, {len(tasks)} tasks: {done.added} added, {done.present} were there")
        if predictor is not None:
            say(f"{done.predicted} pre-annotations by {predictor.model_id} added")
        if done.removed:
            say(f"{done.removed} untouched doubles of tasks removed")
    return 1 if failed else 0


def _predictor(model: str, labels: LabelSet) -> Predictor:
    predictor = load(model)
    if not set(predictor.tagger.labels.names) <= set(labels.names):
        raise BaogaoError(
            f"the model's labels are {', '.join(predictor.tagger.labels.names)}, the label set {labels.name!r} has "
            f"{', '.join(labels.names)}",
            path=model,
            remedy="name the model's label set: --labels",
        )
    return predictor


def _read(files: Sequence[Path], *, quiet: bool) -> tuple[dict[str, Document], int]:
    """The reports by the name of their file, and how many could not be read; the same text counts once."""
    documents: dict[str, Document] = {}
    seen: dict[str, str] = {}
    failed = 0
    for path in track(files, "reading", quiet=quiet):
        try:
            document = read(path)
        except BaogaoError as error:
            failed += 1
            console().print(f"error: {error}")
            continue
        if document.sha256 in seen:
            console().print(f"{path}: the same text as {seen[document.sha256]}; pushed once")
            continue
        if path.stem in documents:
            raise BaogaoError(f"two reports are called {path.stem!r}", path=path, remedy="rename one of the files")
        seen[document.sha256] = str(path)
        documents[path.stem] = document
    return documents, failed


def pull_command(
    output: Path, *, url: str | None, key_file: Path | None, title: str, project: int | None, labels: str, quiet: bool
) -> int:
    """Pull annotations; what had to be set aside is named and makes the exit code 1."""
    label_set = load_labels(labels)
    access = open_access(url, key_file)
    number = access.project(title, project)
    pulled = pull(access.client, access.url, number, label_set, output, quiet=quiet)
    say = console().print
    wrong = [aside for aside in pulled.asides if aside.is_error]
    for aside in wrong:
        say(f"{aside.url}: [{aside.kind}] {aside.report} @{aside.start} ({aside.annotator}): {aside.what}")
    if not quiet:
        annotators = sorted({record.annotator for record in pulled.records})
        spans = sum(len(record.marks) for record in pulled.records)
        tagged = sum(len(record.tags) for record in pulled.records)
        drawn = sum(len(record.relations) for record in pulled.records)
        say(f"{pulled.tasks} tasks, {pulled.fetched} fetched; annotators: {', '.join(annotators) or 'none yet'}")
        say(f"{len(pulled.records)} records, {spans} spans ({tagged} tagged), {drawn} relations → {output}")
    if pulled.asides and not quiet:
        counts = Counter(aside.kind for aside in pulled.asides)
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        say(f"set aside: {listed} → {side_files(output)[0]}")
    return 1 if wrong else 0
