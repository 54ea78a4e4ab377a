"""What ``baogao evaluate`` and ``baogao compare`` do, as functions that return exit codes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from baogao.corpus import Record, annotation_files, leaks, refuse_leaks, require_text
from baogao.errors import BaogaoError
from baogao.evaluation import Options, Result
from baogao.evaluation.compare import System, compare
from baogao.evaluation.page import render_page
from baogao.evaluation.render import closing, dump, markdown_table, render_markdown, render_table, signature_line
from baogao.evaluation.result import Point
from baogao.evaluation.sheets import sheets
from baogao.evaluation.words import comparison_sheets, sentences
from baogao.files import atomic_open, keep_inputs, located, write_json, write_text
from baogao.labels import LabelSet, load_labels
from baogao.progress import console, print_table
from baogao.scoring import agreements, common_ranges, score_predictions, score_tagger, sound_records, surfaces
from baogao.tagger import Tagger
from baogao.tagger.directory import MANIFEST, VERIFIED

FORMS = ("table", "json", "markdown")
GO_ON = "--allow-leakage"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The options of ``baogao evaluate``."""

    labels: str
    reports: Path | None
    layers: Sequence[Path]
    train: Sequence[Path]
    allow_leakage: bool
    form: str
    output: Path | None
    errors: Path | None
    report: Path | None
    curve: Path | None
    resamples: int
    seed: int
    quiet: bool


def evaluate_command(predicted: Path, gold: Sequence[Path], asked: Asked) -> int:
    """The evaluation of a model directory, or of any system's predictions, against gold."""
    if not _known_form(asked.form):
        return 2
    predicted = located(predicted)
    tagger = Tagger.load(predicted) if (predicted / MANIFEST).is_file() else None
    model = [predicted / file for file in (MANIFEST, "model.onnx", *VERIFIED)] if tagger else []
    read = annotation_files([*gold, *asked.layers, *asked.train, *([] if tagger else [predicted])])
    keep_inputs(
        [*model, *read, *([] if asked.curve is None else [asked.curve])], asked.output, asked.errors, asked.report
    )
    labels = load_labels(asked.labels) if tagger is None else tagger.labels
    records, layers = _gold(gold, asked, labels, need_text=tagger is not None)
    options: Options = {
        "resamples": asked.resamples,
        "seed": asked.seed,
        "agreement": agreements(records, layers, labels, resamples=asked.resamples, seed=asked.seed),
        "curve": None if asked.curve is None else read_curve(asked.curve),
        "errors": asked.errors is not None or asked.report is not None,
    }
    notes = []
    if asked.train:
        train = sound_records(asked.train, labels, quiet=asked.quiet)
        if asked.reports is not None:
            train = require_text(train, asked.reports)
        notes.append(refuse_leaks(leaks(train, records), allow=asked.allow_leakage, option=GO_ON))
        options["seen"] = surfaces(train)
        if any(r.text is None for r in train):
            notes.append("Not every training text is at hand (--reports): its surfaces count as unseen.")
    if tagger is not None:
        trained = [Record(unit or sha256[:16], sha256, (), {"unit": unit}) for sha256, unit in tagger.manifest.trained]
        notes.append(refuse_leaks(leaks(trained, records), allow=asked.allow_leakage, option=GO_ON))
    options["notes"] = [note for note in notes if note]
    if tagger is not None:
        result = score_tagger(tagger, records, quiet=asked.quiet, timed=True, **options)
    else:
        result = score_predictions(sound_records([predicted], labels, quiet=asked.quiet), records, labels, **options)
    if asked.report is not None:
        write_text(asked.report, render_page(result))
    errors = result.pop("errors", [])
    if asked.errors is not None:
        with atomic_open(asked.errors) as stream:
            stream.writelines(json.dumps(e, ensure_ascii=False) + "\n" for e in errors)
    _write(result, asked)
    return 0


def compare_command(
    systems: Sequence[str], *, mode: str, form: str, output: Path | None, resamples: int, seed: int
) -> int:
    """The first system beside each of the others."""
    if not _known_form(form):
        return 2
    if len(systems) < 2 or not resamples:
        console().print("error: a comparison needs two systems and some resamples\n  → baogao compare A.json B.json")
        return 2
    named = [_named(argument) for argument in systems]
    names = [name for name, _ in named]
    if len(set(names)) < len(names):
        console().print("error: two systems have one name\n  → give them names: baogao compare old=A.json new=B.json")
        return 2
    keep_inputs([path for _, paths in named for path in paths], output)
    read = [System(name, [read_result(path) for path in paths]) for name, paths in named]
    comparison = compare(read, mode=mode, resamples=resamples, seed=seed)
    said = list(sentences(comparison))
    if output is not None:
        write_json(output, {**comparison, "words": said})
    signature = "signature: " + json.dumps(comparison["signature"], ensure_ascii=False)
    if form == "json":
        print(json.dumps({**comparison, "words": said}, ensure_ascii=False, indent=2))
    elif form == "markdown":
        for sheet in comparison_sheets(comparison):
            print(f"### {sheet.title}\n\n{markdown_table(sheet)}")
        print("\n".join(f"- {sentence}" for sentence in said) + f"\n\n`{signature}`")
    else:
        for sheet in comparison_sheets(comparison):
            print_table(render_table(sheet))
        print("\n".join([*said, signature]))
    return 0


def read_result(path: Path) -> Result:
    """A result that ``baogao evaluate -o`` wrote; BaogaoError for any other file."""
    value = _read_json(path, "an evaluation result")
    try:
        named = all(value["signature"][key] for key in ("gold", "labels", "scheme"))
        counted = all(one["id"] and one["counts"].keys() == value["modes"].keys() for one in value["documents"])
        sound = named and counted and {"format", "labels"} <= value.keys()
    except (TypeError, KeyError, AttributeError):
        sound = False
    if not sound:
        raise BaogaoError(
            "this is no evaluation result", path=path, remedy="write one: baogao evaluate … -o RESULT.json"
        )
    return cast(Result, value)


def read_curve(path: Path) -> list[Point]:
    """The points of a learning curve, kept as they are; BaogaoError where they are none."""
    value = _read_json(path, "a learning curve")
    points = value if isinstance(value, list) else None
    for point in points or [None]:
        numbers = isinstance(point, dict) and all(isinstance(v, int | float) for v in point.values())
        if not numbers or not {"characters", "f1"} <= point.keys() <= {"characters", "f1", "low", "high"}:
            raise BaogaoError(
                "this is no learning curve",
                path=path,
                remedy='a list of points: [{"characters": 20000, "f1": 0.61, "low": 0.58, "high": 0.64}, …]',
            )
    return cast(list[Point], points)


def _gold(
    paths: Sequence[Path], asked: Asked, labels: LabelSet, *, need_text: bool
) -> tuple[list[Record], list[Record]]:
    """The gold, one record of each part of a text, and the other annotations of its texts."""
    given = sound_records(paths, labels, quiet=asked.quiet)
    if not given:
        raise BaogaoError("the gold holds no records", path=paths[0], remedy="name annotation files")
    records: list[Record] = []
    layers: list[Record] = []
    of_text: dict[str, list[Record]] = {}
    for record in given:
        first = of_text.setdefault(record.sha256, [])
        if any(common_ranges(one, record) for one in first):
            layers.append(record)
        else:
            first.append(record)
            records.append(record)
    if layers and not asked.quiet:
        texts = len({r.sha256 for r in layers})
        console().print(f"{texts} texts are annotated more than once: the annotation given first is the gold")
    layers += sound_records(asked.layers, labels, quiet=asked.quiet) if asked.layers else []
    if need_text or asked.reports is not None:
        records = require_text(records, asked.reports)
    return records, layers


def _write(result: Result, asked: Asked) -> None:
    if asked.output is not None:
        write_text(asked.output, dump(result))
    if asked.form == "json":
        print(dump(result), end="")
    elif asked.form == "markdown":
        print(render_markdown(result), end="")
    else:
        for sheet in sheets(result):
            print_table(render_table(sheet))
        print("\n".join([*closing(result), "signature: " + signature_line(result)]))


def _known_form(form: str) -> bool:
    if form not in FORMS:
        console().print(f"error: there is no format {form!r}\n  → use table, json or markdown")
    return form in FORMS


def _named(argument: str) -> tuple[str, list[Path]]:
    """The name and the files of a system, ``[NAME=]FILE[,FILE…]``; a file of just this name is meant as it is."""
    if Path(argument).is_file():
        return Path(argument).stem, [Path(argument)]
    name, equals, files = argument.partition("=")
    paths = [Path(part) for part in (files if equals else argument).split(",") if part]
    if not paths:
        raise BaogaoError(f"{argument!r} names no result", remedy="write NAME=RESULT.json,RESULT.json")
    return (name if equals else paths[0].stem), paths


def _read_json(path: Path, what: str) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BaogaoError(f"cannot read {what}: {error.strerror}", path=path, remedy="check the path") from error
    except (ValueError, RecursionError) as error:
        raise BaogaoError(f"{what} is JSON; this is not: {error}", path=path, remedy="check the path") from error
