"""Sheets for people: tables at a terminal, Markdown in pull requests and model cards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table

from baogao.evaluation.result import Result
from baogao.evaluation.sheets import Sheet, sheets


def render_table(sheet: Sheet) -> Table:
    """A rich table of one sheet."""
    table = Table(title=sheet.title, title_justify="left")
    for i, name in enumerate(sheet.head):
        table.add_column(name, justify="right" if i else "left")
    for i, row in enumerate(sheet.rows):
        if i in sheet.rules:
            table.add_section()
        table.add_row(*row)
    return table


def markdown_table(sheet: Sheet) -> str:
    """One sheet as a Markdown table, without its title."""
    lines = [sheet.head, ["---", *["---:"] * (len(sheet.head) - 1)], *sheet.rows]
    return "".join("| " + " | ".join(_escaped(cell) for cell in line) + " |\n" for line in lines)


def render_markdown(result: Result) -> str:
    """A result for a pull request: the main table in sight, the others folded, notes and signature below."""
    first, *others = sheets(result)
    parts = [f"### {first.title[:1].upper()}{first.title[1:]}\n\n{markdown_table(first)}"]
    parts += [folded(sheet) for sheet in others]
    parts += [f"- {note}\n" for note in closing(result)]
    parts.append(f"Signature: `{signature_line(result)}`\n")
    return "\n".join(parts)


def card_section(result: Result) -> str:
    """A result for a model card: strict figures by label, the other modes, notes and signature."""
    first, second, *_ = sheets(result)
    parts = [f"{sheet.title[:1].upper()}{sheet.title[1:]}:\n\n{markdown_table(sheet)}" for sheet in (first, second)]
    parts += [f"- {note}\n" for note in closing(result)]
    return "\n".join([*parts, f"Signature: `{signature_line(result)}`"])


def folded(sheet: Sheet) -> str:
    """A sheet behind its title, to be unfolded by a click, as GitHub and GitLab show it."""
    return f"<details><summary>{sheet.title}</summary>\n\n{markdown_table(sheet)}\n</details>\n"


def closing(result: Result) -> Iterable[str]:
    """What stands below the tables: notes, and the speed as a side note."""
    yield from result["notes"]
    speed = result["throughput"]
    if speed is not None:
        pace = f"{speed['characters_per_second']:,.0f} a second"
        yield f"Tagged {speed['characters']:,} characters in {speed['seconds']:.1f} s: {pace}."


def dump(result: Mapping[str, Any]) -> str:
    """A result as JSON with a line for each of its keys and for each item of its long lists."""
    lines = []
    for key, value in result.items():
        text = json.dumps(value, ensure_ascii=False)
        if key in ("documents", "errors"):
            text = "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in value) + "\n]"
        lines.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def signature_line(result: Result) -> str:
    """The signature on one line, as JSON: what was scored on what, and how."""
    return json.dumps(result["signature"], ensure_ascii=False)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")
