"""Tasks and a model's pre-annotations into a project: what is there stays, what is missing is added, once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from label_studio_sdk import LabelStudio

from baogao.corpus.label_studio import render_results
from baogao.errors import BaogaoError
from baogao.progress import bar
from baogao.spans import Span
from baogao.studio.connection import LostConnectionError, talking
from baogao.studio.project import listing
from baogao.studio.tasks import Task, conflicts

BATCH: Final = 50
"""Tasks a request: the server takes each request whole or not at all."""

PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 8.0)
"""Seconds before each further try of a batch whose fate is unknown."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PreAnnotation:
    """A model's spans in one task, in whole-report offsets, and the model's name, under which the page shows them."""

    spans: tuple[Span, ...]
    model: str

    def to_json(self, task: Task) -> dict[str, Any]:
        """The prediction of Label Studio; its score is that of the least certain span."""
        scores = [span.score for span in self.spans if span.score is not None]
        return {
            "model_version": self.model,
            "score": round(min(scores), 4) if scores else None,
            "result": render_results(task.shown, self.spans, offset=task.start),
        }


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: tasks added, tasks that were there, predictions added, duplicates removed."""

    added: int
    present: int
    predicted: int
    removed: int


@dataclass(frozen=True, slots=True)
class Held:
    """A task as the server holds it."""

    number: int
    task: Task
    models: frozenset[str]
    touched: bool  # someone has annotated, skipped or begun it


def held_tasks(client: LabelStudio, url: str, project: int) -> list[Held]:
    """The tasks of a project; BaogaoError where it holds tasks that baogao did not write."""
    held = []
    for found in listing(client, url, project, "id,data,predictions_model_versions,annotations_ids,draft_exists"):
        models = frozenset(filter(None, (name.strip() for name in (found.predictions_model_versions or "").split(","))))
        touched = bool(found.annotations_ids) or bool(found.draft_exists)
        held.append(Held(found.id, Task.from_data(found.data), models, touched))
    return held


def push(
    client: LabelStudio,
    url: str,
    project: int,
    tasks: Sequence[Task],
    predict: Callable[[Task], Sequence[PreAnnotation]] | None = None,
    *,
    quiet: bool = False,
) -> Pushed:
    """Add the tasks that the project lacks, and pre-annotations to those of ``tasks`` that lack the model's.

    A task is known by its key, which is asked of the server before every try, so that a push may break off anywhere
    and be run again.
    """
    tasks = list({task.key: task for task in tasks}.values())
    held = held_tasks(client, url, project)
    conflicts(tasks, (h.task for h in held))
    before = {h.task.key for h in held}
    missing = [task for task in tasks if task.key not in before]

    def add(batch: Sequence[Task]) -> None:
        request: list[dict[str, Any]] = []
        for task in batch:
            predictions = [made.to_json(task) for made in (predict(task) if predict else ())]
            request.append({"data": task.data(), "predictions": predictions})
        client.projects.import_tasks(project, request=request)  # type: ignore[arg-type]

    def still_missing(batch: Sequence[Task]) -> list[Task]:
        present = {h.task.key for h in held_tasks(client, url, project)}
        return [task for task in batch if task.key not in present]

    _in_batches(url, missing, add, still_missing, "pushing", quiet=quiet)
    held, removed = _without_duplicates(client, url, project)
    lost = {task.key for task in tasks} - {h.task.key for h in held}
    if lost:
        raise BaogaoError(f"{len(lost)} tasks did not reach the project", remedy="push again")
    predicted = 0
    if predict is not None:
        predicted = sum(len(predict(task)) for task in missing)
        keys = {task.key for task in tasks} & before
        predicted += _predict_held(client, url, project, [h for h in held if h.task.key in keys], predict, quiet=quiet)
    return Pushed(len(missing), len(tasks) - len(missing), predicted, removed)


def _predict_held(
    client: LabelStudio,
    url: str,
    project: int,
    held: Sequence[Held],
    predict: Callable[[Task], Sequence[PreAnnotation]],
    *,
    quiet: bool,
) -> int:
    """Give tasks on the server the pre-annotations of models that they have none of; returns how many."""
    lacking = [(h, made) for h in held for made in predict(h.task) if made.model not in h.models]

    def add(batch: Sequence[tuple[Held, PreAnnotation]]) -> None:
        request = [{"task": h.number, **made.to_json(h.task)} for h, made in batch]
        client.projects.import_predictions(project, request=request)  # type: ignore[arg-type]

    def still_lacking(batch: Sequence[tuple[Held, PreAnnotation]]) -> list[tuple[Held, PreAnnotation]]:
        now = {h.number: h.models for h in held_tasks(client, url, project)}
        return [(h, made) for h, made in batch if h.number in now and made.model not in now[h.number]]

    _in_batches(url, lacking, add, still_lacking, "pre-annotating", quiet=quiet)
    return len(lacking)


def _in_batches(
    url: str,
    items: Sequence[T],
    add: Callable[[Sequence[T]], None],
    remaining: Callable[[Sequence[T]], list[T]],
    what: str,
    *,
    quiet: bool,
) -> None:
    """Send ``items`` in batches. Where the line breaks, ask which of the batch are there before sending the rest."""
    with bar(quiet=quiet) as progress:
        shown = progress.add_task(what, total=len(items))
        for start in range(0, len(items), BATCH):
            batch: Sequence[T] = items[start : start + BATCH]
            size = len(batch)
            unsure = False
            for pause in (*PAUSES, None):
                try:
                    batch = remaining(batch) if unsure else batch
                    if batch:
                        with talking(url):
                            add(batch)
                    break
                except LostConnectionError:
                    if pause is None:
                        raise
                    unsure = True
                    time.sleep(pause)  # also lets a request that the server is still at come to its end
            progress.advance(shown, size)


def _without_duplicates(client: LabelStudio, url: str, project: int) -> tuple[list[Held], int]:
    """The project's tasks after removing untouched doubles, which two pushes at once can leave; and how many."""
    by_key: dict[str, list[Held]] = defaultdict(list)
    for h in held_tasks(client, url, project):
        by_key[h.task.key].append(h)
    kept: list[Held] = []
    removed = 0
    for same in by_key.values():
        ordered = sorted(same, key=lambda h: (not h.touched, h.number))
        kept += [h for i, h in enumerate(ordered) if i == 0 or h.touched]
        for double in (h for i, h in enumerate(ordered) if i > 0 and not h.touched):
            with talking(url):
                client.tasks.delete(str(double.number))
            removed += 1
    return kept, removed


def by_task(spans: Sequence[Span], tasks: Sequence[Task]) -> Iterator[tuple[Task, tuple[Span, ...]]]:
    """The spans of a report by task; BaogaoError for one that lies in no task, which cannot be by construction."""
    left = set(spans)
    for task in tasks:
        inside = tuple(s for s in spans if task.start <= s.start and s.end <= task.end)
        left.difference_update(inside)
        yield task, inside
    if left:
        raise BaogaoError(f"{len(left)} predicted spans cross the border of a task", remedy="report this as a bug")
