"""The project on the server: its labelling interface, instructions and settings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from label_studio_sdk import LabelStudio
from markdown_it import MarkdownIt

from baogao.errors import BaogaoError
from baogao.labels import LabelSet
from baogao.studio.connection import LostConnectionError, talking

TITLE: Final = "baogao"


def find_project(client: LabelStudio, url: str, *, title: str = TITLE, number: int | None = None) -> int | None:
    """The number of the project of that number or title, None where no project has the title."""
    with talking(url):
        if number is not None:
            return int(client.projects.get(number).id or number)
        # The server looks for titles that contain the words.
        listed: Iterable[Any] = client.projects.list(title=title, page_size=100)
        found = [int(p.id) for p in listed if p.title == title]
    if len(found) > 1:
        raise BaogaoError(
            f"{len(found)} projects are called {title!r}: {', '.join(map(str, sorted(found)))}",
            remedy="name one by its number: --project NUMBER",
        )
    return found[0] if found else None


def ensure_project(
    client: LabelStudio,
    url: str,
    labels: LabelSet,
    *,
    title: str = TITLE,
    number: int | None = None,
    instruction: str = "",
    annotators: int | None = None,
) -> tuple[int, bool]:
    """The number of the project, and whether it was made now. Its interface, instructions and number of annotators a
    task are brought up to date; what people set otherwise in the project stays."""
    settings: dict[str, Any] = {"label_config": labels.to_label_studio()}
    if instruction:
        settings |= {"expert_instruction": instruction, "show_instruction": True}
    if annotators is not None:
        settings["maximum_annotations"] = annotators
    found = find_project(client, url, title=title, number=number)
    if found is not None:
        _update(client, url, found, settings)
        return found, False
    try:
        with talking(url):
            made = client.projects.create(
                title=title, enable_empty_annotation=True, show_collab_predictions=True, **settings
            )
    except LostConnectionError:
        # It may have been made all the same: a second one of the same title would be worse than asking again.
        found = find_project(client, url, title=title)
        if found is None:
            raise
        return found, True
    return int(made.id or 0), True


def _update(client: LabelStudio, url: str, number: int, settings: dict[str, Any]) -> None:
    with talking(url):
        now = client.projects.get(number)
        if any(getattr(now, name, None) != value for name, value in settings.items()):
            client.projects.update(number, **settings)


def instruction_html(path: Path) -> str:
    """The guidelines (Markdown) as HTML for the project's instructions; HTML in them is shown as text, not obeyed."""
    try:
        source = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BaogaoError("cannot read the guidelines", path=path, remedy="name a UTF-8 Markdown file") from error
    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(source))


def default_guidelines() -> Path | None:
    """The annotation guidelines that come with baogao: in the wheel, or in a checkout."""
    package = Path(__file__).resolve().parents[1]
    candidates = (package / "guidelines" / "GUIDELINES.md", package.parents[1] / "annotations" / "GUIDELINES.md")
    return next((path for path in candidates if path.is_file()), None)


def task_address(url: str, project: int, task: int) -> str:
    """Where an annotator opens the task."""
    return f"{url.rstrip('/')}/projects/{project}/data?task={task}"


def listing(client: LabelStudio, url: str, project: int, fields: str, *, page: int = 250) -> Iterator[Any]:
    """All tasks of the project by rising number, with the named fields.

    Each page asks for numbers above the last, so tasks that come or go meanwhile shift nothing. With fewer than
    ``fields="all"`` the server leaves the columns about annotations, drafts and predictions empty.
    """
    last = 0
    while True:
        only = {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": last}
        query = {"filters": {"conjunction": "and", "items": [only]}, "ordering": ["tasks:id"]}
        with talking(url):
            pages: Any = client.tasks.list(
                project=project, page=1, page_size=page, query=json.dumps(query), fields="all", include=fields
            )
        found = pages.items
        yield from found or ()
        if not found or len(found) < page:
            return
        last = found[-1].id
