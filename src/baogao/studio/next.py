"""What to annotate next in a project: its unlabelled tasks in order, and the order as a tab of the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from label_studio_sdk import LabelStudio, ViewDataRequestRequest

from baogao.predictor import Predictor
from baogao.progress import track
from baogao.sampling import Candidate, Choice, order
from baogao.studio.connection import talking
from baogao.studio.project import listing
from baogao.studio.tasks import Task

RANK: Final = "next"
"""The key of a task's data that holds its place in the order."""

TAB: Final = "下一批"

_FIELDS: Final = "id,data,total_annotations,cancelled_annotations"


@dataclass(frozen=True, slots=True)
class Batch:
    """The tasks to annotate next, in order, and how many tasks are without and with annotations."""

    choices: tuple[Choice, ...]
    unlabelled: int
    labelled: int


def next_batch(
    client: LabelStudio, url: str, project: int, predictor: Predictor, *, limit: int | None = None, quiet: bool = False
) -> Batch:
    """The first ``limit`` tasks to annotate, by number; those that anybody has submitted or skipped are labelled."""
    labelled = 0
    free: list[tuple[str, str]] = []
    for row in listing(client, url, project, _FIELDS):
        if (row.total_annotations or 0) + (row.cancelled_annotations or 0):
            labelled += 1
        else:
            free.append((str(row.id), Task.from_data(row.data).shown))
    candidates = [
        Candidate(number, text, predictor.tagger.assess(text)) for number, text in track(free, "assessing", quiet=quiet)
    ]
    return Batch(tuple(order(candidates, limit=limit)), len(free), labelled)


def set_order(client: LabelStudio, url: str, project: int, choices: Sequence[Choice], *, quiet: bool = False) -> int:
    """Show the order as a tab of the project, whose tasks "Label Tasks As Displayed" gives out in it.

    The ranks stand in the tasks' data; those of an earlier order go. Returns how many tasks had to be changed: what an
    interrupted run wrote is not written again.
    """
    ranks = {choice.id: choice.rank for choice in choices}
    changed = [row for row in listing(client, url, project, _FIELDS) if row.data.get(RANK) != ranks.get(str(row.id))]
    for row in track(changed, "setting the order", quiet=quiet):
        with talking(url):
            client.tasks.update(str(row.id), data=_ranked(row.data, ranks.get(str(row.id))))
    column = f"tasks:data.{RANK}"
    tab: dict[str, Any] = {
        "title": TAB,
        "type": "list",
        "target": "tasks",
        "ordering": [column],
        "columnsDisplayType": {column: "Number"},  # by number: as text, 10 would stand before 9
        "filters": {
            "conjunction": "and",
            "items": [{"filter": f"filter:{column}", "operator": "empty", "type": "Number", "value": False}],
        },
    }
    data = ViewDataRequestRequest(**tab)
    with talking(url):
        present = [view for view in client.views.list(project=project) if _title(view) == TAB]
        if present:
            client.views.update(str(present[0].id), project=project, data=data)
        else:
            client.views.create(project=project, data=data)
    return len(changed)


def _ranked(data: Mapping[str, Any], rank: int | None) -> dict[str, Any]:
    kept = {key: value for key, value in data.items() if key != RANK}
    return kept if rank is None else {**kept, RANK: rank}


def _title(view: Any) -> str:
    data = view.data
    return str(data.get("title", "") if isinstance(data, Mapping) else getattr(data, "title", ""))
