"""Messages and progress on standard error, so that standard output stays for results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

T = TypeVar("T")


def console() -> Console:
    """A console on standard error as it is now (tests replace it). Paths and reports are no rich markup."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def bar(*, quiet: bool = False) -> Progress:
    """A progress display on standard error; silent where that is no terminal or ``quiet`` is set."""
    out = console()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=out, disable=quiet or not out.is_terminal, transient=True)


def track(items: Iterable[T], what: str, *, quiet: bool = False) -> Iterator[T]:
    """``items`` one by one, with a progress bar."""
    with bar(quiet=quiet) as progress:
        task = progress.add_task(what, total=len(items) if isinstance(items, Sized) else None)
        for item in items:
            yield item
            progress.advance(task)


def print_table(table: Table) -> None:
    """A table on standard output; a file or pipe has no width, so there it is not squeezed."""
    out = Console(highlight=False, markup=False, emoji=False)
    if not out.is_terminal:
        out.width = 160
    out.print(table)
