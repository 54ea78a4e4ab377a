"""What ``baogao studio next`` does, as a function that returns an exit code."""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from baogao.predictor import load
from baogao.progress import console, print_table
from baogao.studio.access import open_access
from baogao.studio.next import TAB, Batch, next_batch, set_order
from baogao.studio.project import task_address


def next_command(
    *,
    model: str | None,
    limit: int,
    dry_run: bool,
    form: str,
    url: str | None,
    key_file: Path | None,
    title: str,
    project: int | None,
    quiet: bool,
) -> int:
    """The order on standard output, a row a task, and (unless it is a dry run) on the server."""
    if form not in ("table", "jsonl"):
        console().print(f"error: there is no format {form!r}\n  → use table or jsonl")
        return 2
    predictor = load(model)
    access = open_access(url, key_file)
    number = access.project(title, project)
    batch = next_batch(access.client, access.url, number, predictor, limit=limit, quiet=quiet)
    if not dry_run:
        set_order(access.client, access.url, number, batch.choices, quiet=quiet)
    if form == "jsonl":
        for choice in batch.choices:
            address = task_address(access.url, number, int(choice.id))
            print(json.dumps({**choice.to_json(), "url": address, "model": predictor.model_id}, ensure_ascii=False))
    else:
        print_table(_table(batch))
    if not quiet:
        say = console().print
        say(f"{batch.unlabelled} tasks without annotations, {batch.labelled} with; {len(batch.choices)} ordered")
        if not dry_run:
            say(f"tab {TAB}: {access.url}/projects/{number}/data")
    return 0


def _table(batch: Batch) -> Table:
    table = Table(title=f"annotate next: {len(batch.choices)} of {batch.unlabelled} tasks", title_justify="left")
    for name in ("rank", "task"):
        table.add_column(name, justify="right")
    table.add_column("why", overflow="fold")
    for choice in batch.choices:
        table.add_row(str(choice.rank), choice.id, choice.reason)
    return table
