"""What annotators did, as records in whole-report offsets, and what had to be set aside, each with its task. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from baogao.corpus.label_studio import Drawn, Region, parse_results
from baogao.corpus.records import Mark, Record, Relation, Tag
from baogao.labels import LabelSet
from baogao.spans import offset_problem
from baogao.studio.tasks import Task, rebuild

NOTES: Final = ("skipped", "draft", "superseded", "twice")
"""Kinds of what is set aside without being wrong: skipped tasks, work begun, earlier versions, a span drawn twice."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A task as it came from the server, with its annotations and drafts as Label Studio writes them."""

    number: int
    task: Task
    annotations: tuple[dict[str, Any], ...] = ()
    drafts: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Aside:
    """Something of an annotation that is in no record: what and why, where, and the thing itself.

    ``start`` and ``end`` count in the whole report, as far as they are known.
    """

    kind: str
    what: str
    url: str
    report: str
    annotator: str
    start: int | None = None
    end: int | None = None
    content: Any = None

    @property
    def is_error(self) -> bool:
        return self.kind not in NOTES

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass
class _Layer:
    """One annotator's work on one report, as it is gathered."""

    marks: list[Mark] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    ranges: list[tuple[int, int]] = field(default_factory=list)
    tasks: list[Fetched] = field(default_factory=list)
    holes: bool = False


def gather(
    fetched: Iterable[Fetched], labels: LabelSet, users: Mapping[int, str], address: Callable[[int], str]
) -> tuple[list[Record], list[Aside]]:
    """A record for each report and annotator, and what was set aside.

    ``users``: e-mail by number; ``address``: a task's URL. A record's ``ranges`` are the tasks its annotator
    submitted, less the stretches of spans that were set aside, since nothing is known there. ``meta.tasks``
    leads back to them: start, end and address of each. A record has its text where all tasks of the report are there.
    """
    reports: dict[str, dict[int, Fetched]] = defaultdict(dict)
    layers: dict[tuple[str, str], _Layer] = defaultdict(_Layer)
    asides: list[Aside] = []
    for one in sorted(fetched, key=lambda f: (f.task.report, f.task.sha256, f.task.start, f.number)):
        reports[one.task.sha256].setdefault(one.task.start, one)
        for annotator, annotation in _latest(one, users, address, asides):
            layer = layers[one.task.sha256, annotator]
            if any(f.task.start == one.task.start for f in layer.tasks):
                asides.append(_aside(one, annotator, address, "superseded", "the task is there twice", annotation))
                continue
            layer.tasks.append(one)
            _add(layer, one, annotator, parse_results(annotation.get("result") or ()), labels, address, asides)
    texts = {sha256: rebuild(f.task for f in pieces.values()) for sha256, pieces in reports.items()}
    records = [
        _record(layer, annotator, labels, texts[sha256], len(reports[sha256]), address)
        for (sha256, annotator), layer in layers.items()
    ]
    return sorted(records, key=lambda r: (r.id, r.annotator)), asides


def _latest(
    one: Fetched, users: Mapping[int, str], address: Callable[[int], str], asides: list[Aside]
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Each annotator's submitted annotation of a task, the last where there are several; the rest is set aside."""
    submitted: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for annotation in one.annotations:
        who = _name(annotation.get("completed_by"), users)
        if annotation.get("was_cancelled"):
            asides.append(_aside(one, who, address, "skipped", "the annotator skipped the task", annotation))
        else:
            submitted[who].append(annotation)
    for draft in one.drafts:
        who = _name(draft.get("user"), users)
        asides.append(_aside(one, who, address, "draft", "begun or changed, not submitted", draft))
    for who in sorted(submitted):
        *earlier, last = sorted(submitted[who], key=lambda a: (str(a.get("updated_at", "")), a.get("id", 0)))
        for annotation in earlier:
            what = "the annotator submitted the task again"
            asides.append(_aside(one, who, address, "superseded", what, annotation))
        yield who, last


def _name(user: Any, users: Mapping[int, str]) -> str:
    """An annotator's e-mail, or what the server says instead."""
    if isinstance(user, dict):
        return str(user.get("email") or user.get("id") or "")
    return users.get(user, f"user {user}") if isinstance(user, int) else str(user or "")


def _add(
    layer: _Layer,
    one: Fetched,
    annotator: str,
    drawn: Drawn,
    labels: LabelSet,
    address: Callable[[int], str],
    asides: list[Aside],
) -> None:
    """Put the lawful spans and relations of one annotation into the layer, and set the others aside."""
    task = one.task
    good: dict[str, Mark] = {}
    holes: list[tuple[int, int]] = []
    ordered = sorted(drawn.regions, key=lambda r: (r.start, r.end, r.labels))
    wrong = {r.id: problem for r in ordered if (problem := _problem(r, task, labels))}
    sound = [r for r in ordered if r.id not in wrong]
    same: dict[tuple[int, int, str], str] = {}
    for region in sound:
        first = same.setdefault((region.start, region.end, region.labels[0]), region.id)
        if first != region.id:
            wrong[region.id] = ("twice", "the same span is there twice")
    sound = [r for r in sound if r.id not in wrong]
    for a, b in _overlapping(sound):
        for region, other in ((a, b), (b, a)):
            surface = task.text[other.start : other.end]
            wrong[region.id] = ("overlap", f"overlaps {other.labels[0]} {surface!r}; which is meant is not known")
    for region in ordered:
        place = (task.start + region.start, task.start + region.end)
        if region.id in wrong:
            kind, what = wrong[region.id]
            content = {"labels": region.labels, "tags": region.tags, "text": _surface(region, task)}
            asides.append(_aside(one, annotator, address, kind, what, content, *place))
            if kind != "twice":
                holes.append((max(place[0], task.start), min(place[1], task.end)))
        else:
            good[region.id] = Mark(*place, region.labels[0])
            layer.tags += [Tag(*place, name) for name in region.tags]
    for source, target in drawn.relations:
        if source in good and target in good:
            layer.relations.append(Relation(good[source][:2], good[target][:2]))
        else:
            what = "a relation whose ends are not both spans of the record"
            asides.append(_aside(one, annotator, address, "relation", what, [source, target]))
    for result, why in drawn.strange:
        asides.append(_aside(one, annotator, address, "result", why, result))
    known = [(mark.start, mark.end) for mark in good.values()]
    unknown = [part for hole in holes for part in _without(hole, known)]
    layer.marks += good.values()
    layer.ranges += _without((task.start, task.end), unknown)
    layer.holes = layer.holes or bool(unknown)


def _problem(region: Region, task: Task, labels: LabelSet) -> tuple[str, str] | None:
    """Kind and words of what is wrong with a region by itself, None where nothing is."""
    if len(region.labels) != 1:
        return "label", f"the span has {len(region.labels)} labels; it needs one"
    if region.labels[0] not in labels.names:
        return "label", f"unknown label {region.labels[0]!r} (known: {', '.join(labels.names)})"
    problem = offset_problem(task.text, region.start, region.end)
    if problem:
        return ("edge" if "white space" in problem else "range"), f"{region.labels[0]} span {problem}"
    if "\n" in task.text[region.start : region.end]:
        return "line", f"{region.labels[0]} span crosses a line end"
    return None


def _overlapping(ordered: Sequence[Region]) -> Iterable[tuple[Region, Region]]:
    """Each pair of overlapping regions, which are sorted by start."""
    for i, one in enumerate(ordered):
        for other in ordered[i + 1 :]:
            if other.start >= one.end:
                break
            yield one, other


def _without(whole: tuple[int, int], holes: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of a range that lie in no hole, in order; none of an empty range."""
    parts = []
    position, end = whole
    for a, b in sorted(holes):
        if a < b:
            parts.append((position, min(a, end)))
            position = max(position, b)
    return [(a, b) for a, b in [*parts, (position, end)] if a < b]


def _surface(region: Region, task: Task) -> str:
    return task.text[max(region.start, 0) : max(region.end, 0)]


def _aside(
    one: Fetched,
    annotator: str,
    address: Callable[[int], str],
    kind: str,
    what: str,
    content: Any,
    start: int | None = None,
    end: int | None = None,
) -> Aside:
    start = one.task.start if start is None else start
    end = one.task.end if end is None else end
    return Aside(kind, what, address(one.number), one.task.report, annotator, start, end, content)


def _record(
    layer: _Layer, annotator: str, labels: LabelSet, text: str | None, pieces: int, address: Callable[[int], str]
) -> Record:
    task = layer.tasks[0].task
    whole = text is not None and len(layer.tasks) == pieces and not layer.holes
    places = [[f.task.start, f.task.end, address(f.number)] for f in layer.tasks]
    return Record(
        task.report,
        task.sha256,
        tuple(sorted(layer.marks)),
        {**task.meta, "tasks": places},
        text,
        None if whole else tuple(layer.ranges),
        annotator,
        labels.scheme,
        tags=tuple(sorted(layer.tags)),
        relations=tuple(sorted(layer.relations)),
    )
