"""Label Studio's JSON: annotated reports as tasks that its import and export understand.

The text of a span is always the slice of the report, never the ``text`` that a page wrote beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from baogao.corpus.records import LeftOut, Mark, Record, whole
from baogao.errors import BaogaoError
from baogao.files import sha256_text


def render_label_studio(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Tasks, one a record with text, with its spans as one annotation; what a record knows else is in ``data``."""
    tasks = []
    for record in records:
        document = record.document()
        results = [
            {
                "id": f"{span.start}-{span.end}",
                "from_name": "label",
                "to_name": "text",
                "type": "labels",
                "value": {"start": span.start, "end": span.end, "text": span.text, "labels": [span.label]},
            }
            for span in document.spans
        ]
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
    marks = []
    for result in annotation["result"]:
        if result["type"] != "labels":
            continue  # relations and per-region choices are no spans
        value = result["value"]
        marks += [Mark(whole(value["start"]), whole(value["end"]), str(label)) for label in value["labels"]]
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
    )


def dump_label_studio(records: Iterable[Record]) -> str:
    """The tasks as JSON, one a line, so that a changed report is a changed line."""
    return "[\n" + ",\n".join(json.dumps(t, ensure_ascii=False) for t in render_label_studio(records)) + "\n]\n"
