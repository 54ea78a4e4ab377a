"""From annotators who differ to gold: what an adjudicator must see, and what stands after the verdict. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from baogao.corpus.records import Mark, Record, Relation, Tag
from baogao.errors import BaogaoError
from baogao.spans import Span
from baogao.studio.agreement import layers_of, tasks_of
from baogao.studio.push import PreAnnotation
from baogao.studio.tasks import Task

GOLD: Final = "gold"
"""The annotator of records that annotators agreed on or an adjudicator decided."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Gold records, and how its tasks came about: agreed, decided by an adjudicator, open, annotated by one alone."""

    records: tuple[Record, ...]
    agreed: int
    decided: int
    open: tuple[str, ...]
    single: int


def disputed(records: Sequence[Record]) -> list[tuple[Task, tuple[PreAnnotation, ...]]]:
    """The tasks that annotators marked differently or someone tagged, with each annotator's version.

    The versions are numbered, not named: who drew what should not decide.
    """
    found = []
    for layers in layers_of(records):
        texts = [layer.text for layer in layers if layer.text is not None]
        if not texts:
            raise BaogaoError(
                f"the text of report {layers[0].id!r} is not in the file",
                path=layers[0].path,
                remedy="pull again when all tasks of the report are in the project, or join it: baogao corpus attach",
            )
        for (start, end), work in _by_task(layers).items():
            if len(work) > 1 and not _agree(work, start, end):
                meta = {key: value for key, value in layers[0].meta.items() if key != "tasks"}
                task = Task(layers[0].id, layers[0].sha256, start, end, texts[0][start:end], meta=meta)
                versions = tuple(
                    PreAnnotation(
                        tuple(Span.of(texts[0], *mark) for mark in _inside(layer, start, end)), f"标注 {number}"
                    )
                    for number, layer in enumerate(work, start=1)
                )
                found.append((task, versions))
    return found


def decide(records: Sequence[Record], adjudicated: Iterable[Record]) -> Verdict:
    """Gold: an adjudicator's word where there is one, else what all annotators of a task (two or more) agreed on.

    Other tasks are outside the record's ranges: what they hold is not known. BaogaoError where two adjudicators
    decided one task differently.
    """
    texts: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        texts[record.sha256].append(record)
    verdicts: dict[str, list[Record]] = defaultdict(list)
    for record in adjudicated:
        verdicts[record.sha256].append(record)
    strangers = verdicts.keys() - texts.keys()
    if strangers:
        name = verdicts[min(strangers)][0].id
        raise BaogaoError(f"report {name!r} was adjudicated, but is not among the annotations", remedy="name its file")
    gold = []
    agreed = decided = single = 0
    still_open: list[str] = []
    for sha256, layers in texts.items():
        taken: list[tuple[tuple[int, int], Record]] = []
        last = _by_task(verdicts[sha256])
        tasks = _by_task(layers)
        for (start, end), work in tasks.items():
            said = last.get((start, end), [])
            if len(said) > 1 and not _agree(said, start, end, tagged=True):
                raise BaogaoError(
                    f"two adjudicators decided [{start}, {end}) of report {layers[0].id!r} differently",
                    remedy="one of them should change the verdict; then pull again",
                )
            if said:
                decided += 1
                taken.append(((start, end), said[0]))
            elif len(work) > 1 and _agree(work, start, end):
                agreed += 1
                taken.append(((start, end), work[0]))
            elif len(work) > 1:
                still_open.append(_url(work[0], start))
            else:
                single += 1
        if taken:
            gold.append(_merged(layers, taken, len(tasks)))
    return Verdict(tuple(sorted(gold, key=lambda r: r.id)), agreed, decided, tuple(still_open), single)


def _by_task(layers: Sequence[Record]) -> dict[tuple[int, int], list[Record]]:
    """Who annotated each task wholly: a stretch that was set aside leaves its task undecided."""
    tasks: dict[tuple[int, int], list[Record]] = defaultdict(list)
    for layer in layers:
        for start, end, _ in tasks_of(layer):
            if any(a <= start and end <= b for a, b in layer.annotated()):
                tasks[start, end].append(layer)
    return dict(sorted(tasks.items()))


def _inside(layer: Record, start: int, end: int) -> list[Mark]:
    return [Mark(*mark) for mark in layer.marks if start <= mark.start and mark.end <= end]


def _agree(work: Sequence[Record], start: int, end: int, *, tagged: bool = False) -> bool:
    """Whether all drew the same spans in the task and (unless ``tagged`` allows it) none was unsure of one."""
    same = all(_inside(layer, start, end) == _inside(work[0], start, end) for layer in work[1:])
    return same and (tagged or not any(start <= t.start and t.end <= end for layer in work for t in layer.tags))


def _url(layer: Record, start: int) -> str:
    return next((url for first, _, url in tasks_of(layer) if first == start), "")


def _merged(layers: Sequence[Record], taken: Sequence[tuple[tuple[int, int], Record]], tasks: int) -> Record:
    first = layers[0]
    marks = [mark for (start, end), record in taken for mark in _inside(record, start, end)]
    tags = [Tag(*t) for (a, b), record in taken for t in record.tags if a <= t.start and t.end <= b]
    relations = [
        Relation(*r) for (a, b), record in taken for r in record.relations if a <= r.source[0] and r.source[1] <= b
    ]
    whole = len(taken) == tasks and any(layer.ranges is None for layer in layers)
    return Record(
        first.id,
        first.sha256,
        tuple(sorted(marks)),
        {key: value for key, value in first.meta.items() if key != "tasks"},
        next((layer.text for layer in layers if layer.text is not None), None),
        None if whole else tuple(place for place, _ in taken),
        GOLD,
        first.scheme,
        tags=tuple(sorted(tags)),
        relations=tuple(sorted(relations)),
    )
