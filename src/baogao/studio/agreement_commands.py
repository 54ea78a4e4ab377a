"""The commands for several annotators: agreement, adjudication, gold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from baogao.corpus.jsonl import write_jsonl
from baogao.errors import BaogaoError
from baogao.labels import load_labels
from baogao.progress import console, print_table
from baogao.scoring import sound_records
from baogao.studio.access import open_access
from baogao.studio.adjudication import decide, disputed
from baogao.studio.agreement import Agreement, Disagreement, agreements, disagreements
from baogao.studio.project import ensure_project
from baogao.studio.push import push


def agree_command(files: Sequence[Path], *, labels: str, form: str) -> int:
    """Agreement by pair of annotators, then every disagreement with its address, on standard output."""
    if form not in ("table", "json"):
        console().print(f"error: there is no format {form!r}\n  → use table or json")
        return 2
    label_set = load_labels(labels)
    records = sound_records(files, label_set)
    found, differing = agreements(records, label_set), disagreements(records)
    if form == "json":
        pairs = [_object(one) for one in found]
        print(json.dumps({"agreement": pairs, "disagreements": [d.to_json() for d in differing]}, ensure_ascii=False))
        return 0
    for one in found:
        print_table(_table(one))
    for difference in differing:
        print(_line(difference))
    console().print(
        f"{len(differing)} disagreements" + ("; to adjudicate: baogao studio adjudicate" if differing else "")
    )
    return 0


def _object(one: Agreement) -> dict[str, object]:
    labels = {
        label: {
            "exact_f1": exact["f1"],
            "relaxed_f1": one.relaxed["labels"][label]["f1"],
            "alpha": one.alpha[label],
            "both": exact["correct"],
            "one_only": exact["gold"] + exact["predicted"] - 2 * exact["correct"],
        }
        for label, exact in one.exact["labels"].items()
    }
    exact, relaxed = one.exact["micro"], one.relaxed["micro"]
    total = {"exact_f1": exact["f1"], "relaxed_f1": relaxed["f1"], "alpha": one.alpha["all"]}
    return {"annotators": list(one.annotators), "characters": one.characters, "labels": labels, "all": total}


def _table(one: Agreement) -> Table:
    table = Table(title=f"{' and '.join(one.annotators)}: {one.characters:,} characters annotated by both")
    table.add_column("label")
    for name in ("exact F1", "relaxed F1", "alpha", "both", "one only"):
        table.add_column(name, justify="right")
    rows = [(label, exact, one.relaxed["labels"][label]) for label, exact in one.exact["labels"].items()]
    for label, exact, relaxed in [*rows, ("all", one.exact["micro"], one.relaxed["micro"])]:
        figures = ("–" if v is None else f"{v:.3f}" for v in (exact["f1"], relaxed["f1"], one.alpha[label]))
        alone = exact["gold"] + exact["predicted"] - 2 * exact["correct"]
        table.add_row(label, *figures, str(exact["correct"]), str(alone))
    return table


def _line(difference: Disagreement) -> str:
    versions = []
    for who, marks in difference.versions.items():
        spans = " ".join(
            f"{m.label}⟦{difference.text[max(m.start - difference.start, 0) : m.end - difference.start]}⟧"
            for m in marks
        )
        versions.append(f"{who}: {spans or '–'}")
    return f"{difference.url or difference.report} @{difference.start}  " + "  |  ".join(versions)


def adjudicate_command(
    files: Sequence[Path], *, title: str, labels: str, url: str | None, key_file: Path | None, quiet: bool
) -> int:
    """A project of the disputed tasks, each annotator's version beside the others under a number."""
    label_set = load_labels(labels)
    cases = disputed(sound_records(files, label_set))
    if not cases:
        console().print("nothing to adjudicate: the annotators agree, and nobody was unsure")
        return 0
    access = open_access(url, key_file)
    number, _ = ensure_project(access.client, access.url, label_set, title=title)
    versions = {task.key: made for task, made in cases}
    done = push(
        access.client, access.url, number, [task for task, _ in cases], lambda task: versions[task.key], quiet=quiet
    )
    if not quiet:
        console().print(f"{len(cases)} disputed tasks, {done.added} added: {access.url}/projects/{number}/data")
    return 0


def gold_command(files: Sequence[Path], *, adjudicated: Path | None, output: Path, labels: str) -> int:
    """Gold from agreement and verdicts; exit code 1 while tasks are open."""
    if output.resolve() in {path.resolve() for path in (*files, *((adjudicated,) if adjudicated else ()))}:
        raise BaogaoError("the output would replace this input", path=output, remedy="name another file")
    label_set = load_labels(labels)
    verdicts = [] if adjudicated is None else sound_records([adjudicated], label_set)
    verdict = decide(sound_records(files, label_set), verdicts)
    write_jsonl(output, verdict.records)
    say = console().print
    say(f"tasks: {verdict.agreed} agreed, {verdict.decided} adjudicated, {verdict.single} annotated once (left out)")
    for address in verdict.open:
        say(f"open: {address}")
    say(f"{len(verdict.records)} gold records, {sum(len(r.marks) for r in verdict.records)} spans → {output}")
    return 1 if verdict.open else 0
