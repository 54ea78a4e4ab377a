"""Label Studio's JSON: annotated reports as tasks that its import and export understand.

The text of a span is always the slice of the report, never the ``text`` that a page wrote beside it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from baogao.corpus.jsonl import LeftOut, whole
from baogao.corpus.records import Mark, Record, Relation, Tag
from baogao.errors import BaogaoError
from baogao.files import sha256_text
from baogao.spans import Span


@dataclass(frozen=True, slots=True)
class Region:
    """A span as Label Studio holds it: its id, half-open offsets into the task's text, labels (as a rule one), tags."""

    id: str
    start: int
    end: int
    labels: tuple[str, ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one annotation says: regions, relations as pairs of their ids, and results that are neither, with why."""

    regions: tuple[Region, ...]
    relations: tuple[tuple[str, str], ...]
    strange: tuple[tuple[dict[str, Any], str], ...]


def parse_results(results: Iterable[dict[str, Any]]) -> Drawn:
    """The regions and relations among an annotation's results; the server checks none of it, so nothing is trusted.

    Tags (DIFF) are results of type ``choices`` that share their region's id. A region's text is not read: the page
    writes something else there than the slice.
    """
    spans: dict[str, Region] = {}
    tags: dict[str, list[str]] = defaultdict(list)
    relations: list[tuple[str, str]] = []
    strange: list[tuple[dict[str, Any], str]] = []
    for number, result in enumerate(results):
        try:
            kind = result["type"]
            if kind == "labels":
                value = result["value"]
                # Imported results may lack ids; two regions of one id would be one region.
                name = str(result.get("id") or f"#{number}")
                name = name if name not in spans else f"{name}#{number}"
                labels = tuple(str(label) for label in value["labels"])
                spans[name] = Region(name, whole(value["start"]), whole(value["end"]), labels)
            elif kind == "relation":
                # The page writes both ends; {"type": "relation"} alone says nothing.
                if "from_id" in result or "to_id" in result:
                    ends = str(result["from_id"]), str(result["to_id"])
                    relations.append(ends if result.get("direction") != "left" else (ends[1], ends[0]))
            elif kind == "choices" and result.get("id") is not None:
                tags[str(result["id"])] += [str(choice) for choice in result["value"]["choices"]]
            else:
                strange.append((result, f"results of type {kind!r} are no spans"))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            strange.append((result, f"malformed: {type(error).__name__} {error}"))
    for name in tags.keys() - spans.keys():
        strange.append(({"id": name, "choices": tags[name]}, "a tag without its span"))
    regions = [replace(region, tags=tuple(tags[name])) for name, region in spans.items()]
    return Drawn(tuple(regions), tuple(relations), tuple(strange))


def render_results(
    text: str,
    marks: Iterable[Mark | Span],
    tags: Iterable[Tag] = (),
    relations: Iterable[Relation] = (),
    *,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Results for spans of ``text`` (scores included, where spans carry them); ``offset`` is taken from all offsets."""
    results: list[dict[str, Any]] = []
    names: dict[tuple[int, int], list[str]] = defaultdict(list)
    for tag in tags:
        names[tag.start, tag.end].append(tag.name)
    for mark in marks:
        start, end = mark.start - offset, mark.end - offset
        name = f"{start}-{end}"
        place = {"start": start, "end": end, "text": text[start:end]}
        common = {"id": name, "from_name": "label", "to_name": "text", "type": "labels"}
        result: dict[str, Any] = {**common, "value": {**place, "labels": [mark.label]}}
        if isinstance(mark, Span) and mark.score is not None:
            result["score"] = round(float(mark.score), 4)
        results.append(result)
        if names[mark.start, mark.end]:
            choices = {**common, "from_name": "tag", "type": "choices"}
            results.append({**choices, "value": {**place, "choices": names[mark.start, mark.end]}})
    for (a, b), (c, d) in relations:
        ends = {"from_id": f"{a - offset}-{b - offset}", "to_id": f"{c - offset}-{d - offset}"}
        results.append({"type": "relation", "direction": "right", "labels": [], **ends})
    return results


def render_label_studio(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Tasks, one a record with text, with its spans as one annotation; what a record knows else is in ``data``."""
    tasks = []
    for record in records:
        document = record.document()
        data: dict[str, Any] = {
            "text": document.text,
            "id": record.id,
            "sha256": record.sha256,
            "meta": dict(record.meta),
            "scheme": record.scheme,
            # Not as completed_by: a server refuses annotations by people it does not know.
            "annotator": record.annotator,
        }
        if record.ranges is not None:
            data["ranges"] = [list(r) for r in record.ranges]
        results = render_results(document.text, record.marks, record.tags, record.relations)
        tasks.append({"data": data, "annotations": [{"result": results}]})
    return tasks


def parse_label_studio(
    source: str, *, path: str | None = None, left_out: list[LeftOut] | None = None
) -> Iterator[Record]:
    """The records of an export, one a task and annotation.

    Tasks without annotations and cancelled annotations give no record: each is named in ``left_out``.

    Raises BaogaoError for what is no export, and for results that are no labelled spans of the text.
    """
    try:
        tasks = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise BaogaoError(f"not JSON: {error}", path=path, remedy="export the project as JSON") from error
    if not isinstance(tasks, list):
        raise BaogaoError("not a list of tasks", path=path, remedy="export the project as JSON")
    for number, task in enumerate(tasks, start=1):
        try:
            data = task["data"]
            text = data["text"]
            annotations = task.get("annotations", [])
            skipped = sum(bool(a.get("was_cancelled")) for a in annotations)
            if left_out is not None and (skipped or not annotations):
                what = f"{skipped} cancelled annotations" if skipped else "no annotation"
                left_out.append(LeftOut(path, number, f"task {data.get('id') or text[:12]!r}: {what}"))
            for annotation in annotations:
                if not annotation.get("was_cancelled"):
                    yield _record(data, text, annotation, path, number)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise BaogaoError(
                f"task {number} is malformed: {type(error).__name__} {error}",
                path=path,
                remedy="every task has data.text and annotations with results",
            ) from error


def _record(data: dict[str, Any], text: str, annotation: dict[str, Any], path: str | None, number: int) -> Record:
    drawn = parse_results(annotation["result"])
    for _, why in drawn.strange:
        if why.startswith("malformed"):
            raise ValueError(why)
    marks = [Mark(r.start, r.end, label) for r in drawn.regions for label in r.labels]
    tags = [Tag(r.start, r.end, name) for r in drawn.regions for name in r.tags]
    place = {r.id: (r.start, r.end) for r in drawn.regions}
    relations = [Relation(place[a], place[b]) for a, b in drawn.relations if a in place and b in place]
    completed = annotation.get("completed_by")
    annotator = completed.get("email") if isinstance(completed, dict) else completed
    annotator = str(annotator or data.get("annotator") or "")
    ranges = data.get("ranges")
    return Record(
        str(data.get("id") or sha256_text(text)[:16]),
        str(data.get("sha256") or sha256_text(text)),  # a text that changed shows in the check
        tuple(sorted(marks)),
        dict(data.get("meta") or {}),
        text,
        None if ranges is None else tuple((whole(a), whole(b)) for a, b in ranges),
        annotator,
        str(data.get("scheme", "")),
        path,
        number,
        tags=tuple(sorted(tags)),
        relations=tuple(sorted(relations)),
    )


def dump_label_studio(records: Iterable[Record]) -> str:
    """The tasks as JSON, one a line, so that a changed report is a changed line."""
    return "[\n" + ",\n".join(json.dumps(t, ensure_ascii=False) for t in render_label_studio(records)) + "\n]\n"
