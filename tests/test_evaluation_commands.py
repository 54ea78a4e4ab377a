"""``baogao evaluate`` and ``baogao compare`` as a user meets them: foreign systems, clear answers, files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from typer.testing import Result as Invoked

from baogao.cli import app
from baogao.corpus import Mark, Record, load_records, write_records
from baogao.corpus.jsonl import write_jsonl
from baogao.files import sha256_text
from baogao.labels import LabelSet, load_labels
from conftest import ROOT

ORIGINAL = ROOT / "annotations" / "original"
GOLD = [ORIGINAL / f"{name}.marked.txt" for name in ("changyu_2021", "anshang_2012", "xiangdong_2013")]


def run(*arguments: object) -> Invoked:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def scored(*arguments: object) -> Any:
    """The result of ``baogao evaluate``, printed as JSON, without intervals."""
    done = run("evaluate", *arguments, "--format", "json", "-q", "--resamples", 0)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def refused(code: int, *arguments: object) -> str:
    done = run(*arguments)
    assert done.exit_code == code, done.output
    return done.stderr


@pytest.fixture(scope="module")
def records(labels: LabelSet) -> list[Record]:
    return load_records(GOLD, labels)


@pytest.fixture(scope="module")
def weaker(records: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Predictions of a system that loses every fifth span and lengthens none, in ``baogao predict``'s form."""
    path = tmp_path_factory.mktemp("weaker") / "predicted.jsonl"
    path.write_text("".join(_predicted(r, 5) for r in records), "utf-8")
    return path


def _predicted(record: Record, every: int) -> str:
    kept = [m._asdict() | {"score": 0.5} for i, m in enumerate(record.marks) if i % every]
    line = {"id": record.sha256[:16], "path": "a.txt", "sha256": record.sha256, "model": "x@1", "spans": kept}
    return json.dumps(line, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", ["p.jsonl", "p.conll", "p.bio", "p.studio.json", "folder"])
def test_every_format_on_either_side(name: str, records: list[Record], tmp_path: Path, labels: LabelSet) -> None:
    write_records(tmp_path / name, records, labels)
    for sides in ([tmp_path / name, *GOLD], [ORIGINAL, tmp_path / name]):
        result = scored(*sides)
        assert result["modes"]["strict"]["micro"]["f1"] == 1.0


def test_a_label_studio_export_as_it_is_downloaded(records: list[Record], tmp_path: Path, labels: LabelSet) -> None:
    write_records(tmp_path / "p.studio.json", records, labels)
    export = (tmp_path / "p.studio.json").rename(tmp_path / "project-1-at-2024-05-01.json")
    assert scored(export, *GOLD)["modes"]["strict"]["micro"]["f1"] == 1.0


def test_predictions_with_scores(weaker: Path, tmp_path: Path) -> None:
    out, errors = tmp_path / "result.json", tmp_path / "errors.jsonl"
    done = run("evaluate", weaker, *GOLD, "-o", out, "--errors", errors, "--resamples", 200)
    assert done.exit_code == 0, done.stderr
    for words in ("strict span scores", "errors by kind", "expected calibration", "signature: {"):
        assert words in done.stdout
    result = json.loads(out.read_text("utf-8"))
    micro = result["modes"]["strict"]["micro"]
    assert micro["precision"] == 1.0
    assert 0.75 < micro["recall"] < 0.82
    low, high = micro["interval"]["f1"]
    assert low < micro["f1"] < high
    assert result["calibration"]["ece"] == pytest.approx(0.5)
    signature = result["signature"]
    assert (signature["labels"], signature["scheme"], signature["resamples"], signature["seed"]) == (
        "report",
        "1.3",
        200,
        13,
    )
    assert "errors" not in result
    lines = [json.loads(line) for line in errors.read_text("utf-8").splitlines()]
    assert len(lines) == micro["missed"] == result["kinds"]["all"]["missed"]
    for error in lines:
        (span,) = error["gold"]
        start, end = error["sentence"]
        assert start <= span["start"] < span["end"] <= end
        assert len(error["text"]) == end - start


def test_markdown(weaker: Path) -> None:
    done = run("evaluate", weaker, *GOLD, "--format", "markdown", "--resamples", 20, "-q")
    assert done.exit_code == 0
    assert "| METRIC | 1.0000 |" in done.stdout
    assert "<details><summary>errors by kind</summary>" in done.stdout
    assert "Signature: `{" in done.stdout


def test_a_model(model_directory: Path) -> None:
    result = scored(model_directory, GOLD[0])
    assert str(result["signature"]["model"]).startswith("random@")
    assert (result["signature"]["decoding"], result["signature"]["engine"]) == ("viterbi", "onnx")
    assert result["throughput"]["characters"] == len(load_records(GOLD[:1], load_labels())[0].text or "")


def test_another_text_is_named(records: list[Record], tmp_path: Path) -> None:
    text = (records[0].text or "") + "。"
    changed = replace(records[0], text=text, sha256=sha256_text(text))
    write_jsonl(tmp_path / "p.jsonl", [changed, *records[1:]])
    said = refused(1, "evaluate", tmp_path / "p.jsonl", *GOLD)
    assert f"record {changed.id!r} was predicted on another text" in said
    assert changed.sha256[:12] in said
    assert records[0].sha256[:12] in said


def test_further_texts_are_counted_not_scored(records: list[Record], tmp_path: Path) -> None:
    write_jsonl(tmp_path / "p.jsonl", records)
    result = scored(tmp_path / "p.jsonl", GOLD[0])
    assert result["signature"]["records"] == 1
    assert any("2 predicted texts are not in the gold" in note for note in result["notes"])


def test_only_annotated_ranges_count(records: list[Record], tmp_path: Path) -> None:
    half = records[0].marks[10].end
    part = replace(records[0], ranges=((0, half),), marks=records[0].marks[:11])
    write_jsonl(tmp_path / "gold.jsonl", [part])
    result = scored(GOLD[0], tmp_path / "gold.jsonl")
    micro = result["modes"]["strict"]["micro"]
    assert (micro["gold"], micro["predicted"], micro["f1"]) == (11, 11, 1.0)
    outside = len(records[0].marks) - 11
    assert f"{outside} predicted spans reach outside what was annotated and were not scored." in result["notes"]


def test_unknown_labels_are_counted_and_named(records: list[Record], tmp_path: Path) -> None:
    marks = tuple(Mark(m.start, m.end, "ZAHL" if m.label == "VALUE" else m.label) for m in records[0].marks)
    write_jsonl(tmp_path / "p.jsonl", [replace(records[0], marks=marks)])
    count = sum(m.label == "ZAHL" for m in marks)
    said = refused(1, "evaluate", tmp_path / "p.jsonl", GOLD[0])
    assert f"{count} spans have labels that the label set 'report' does not know: ZAHL ({count})" in said
    assert "--labels" in said


def test_empty_sides(records: list[Record], tmp_path: Path) -> None:
    write_jsonl(tmp_path / "none.jsonl", [replace(r, marks=()) for r in records])
    write_jsonl(tmp_path / "empty.jsonl", list[Record]())
    nothing = scored(tmp_path / "none.jsonl", *GOLD)
    assert nothing["modes"]["strict"]["micro"]["precision"] is None
    assert nothing["notes"][0].startswith("Nothing was predicted")
    added = scored(ORIGINAL, tmp_path / "none.jsonl")
    assert added["modes"]["strict"]["micro"]["recall"] is None
    assert "the gold holds no records" in refused(1, "evaluate", *GOLD[:1], tmp_path / "empty.jsonl")


def test_leakage_is_refused_unless_allowed(weaker: Path) -> None:
    said = refused(1, "evaluate", weaker, *GOLD, "--train", GOLD[0])
    assert "leakage: 1 texts" in said
    result = scored(weaker, *GOLD, "--train", GOLD[0], "--allow-leakage")
    assert result["notes"][0].startswith("Leakage allowed: 1 texts")
    surface = result["slices"]["surface"]
    assert surface["seen"]["gold"] >= len(load_records(GOLD[:1], load_labels())[0].marks)


def test_two_layers_print_their_agreement(records: list[Record], weaker: Path, tmp_path: Path) -> None:
    layers = [replace(r, annotator="b", marks=r.marks[1:]) for r in records]
    write_jsonl(tmp_path / "gold.jsonl", [replace(r, annotator="a") for r in records])
    write_jsonl(tmp_path / "layers.jsonl", layers)
    result = scored(weaker, tmp_path / "gold.jsonl", "--layers", tmp_path / "layers.jsonl")
    (pair,) = result["agreement"]
    spans = sum(len(r.marks) for r in records)
    assert (pair["between"], pair["documents"]) == (["a", "b"], 3)
    assert pair["modes"]["strict"]["micro"]["f1"] == pytest.approx(2 * (spans - 3) / (2 * spans - 3))
    together = run("evaluate", weaker, tmp_path / "gold.jsonl", tmp_path / "layers.jsonl", "--resamples", 0)
    assert together.exit_code == 0
    assert "3 texts are annotated more than once: the annotation given first is the gold" in together.stderr
    assert "a / b (3)" in together.stdout


def test_predictions_that_failed_are_named(weaker: Path, tmp_path: Path) -> None:
    failed = tmp_path / "failed.jsonl"
    failed.write_text(weaker.read_text("utf-8") + '{"path": "x.txt", "error": "the file is empty"}\n', "utf-8")
    done = run("evaluate", failed, *GOLD, "--resamples", 0)
    assert done.exit_code == 0
    assert "1 left out" in done.stderr
    assert "failed.jsonl:4" in done.stderr
    assert run("evaluate", failed, *GOLD, "--resamples", 0, "-q").stderr == ""


def test_a_curve_is_kept_as_it_is(weaker: Path, write: Callable[..., Path]) -> None:
    points = [{"characters": 1000, "f1": 0.25, "low": 0.125, "high": 0.5}, {"characters": 2000, "f1": 0.75}]
    assert scored(weaker, *GOLD, "--curve", write("curve.json", json.dumps(points)))["curve"] == points
    for wrong in ("{}", "[]", '[{"characters": 1}]', '[{"characters": 1, "f1": "a"}]', "[1]"):
        assert "no learning curve" in refused(1, "evaluate", weaker, *GOLD, "--curve", write("curve.json", wrong))


def test_compare(records: list[Record], weaker: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text("".join(_predicted(r, 2) for r in records), "utf-8")
    for name, predictions in (("a", weaker), ("b", other)):
        assert run("evaluate", predictions, *GOLD, "-o", tmp_path / f"{name}.json", "-q").exit_code == 0
    a, b, out = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "compared.json"
    done = run("compare", f"strong={a}", b, "-o", out, "--resamples", 500)
    assert done.exit_code == 0, done.stderr
    assert "b beside strong" in done.stdout
    assert "signature: {" in done.stdout
    compared = json.loads(out.read_text("utf-8"))["compared"][0]
    assert compared["micro"]["difference"] < -0.1
    # Three documents can be swapped in eight ways: nothing can be shown, and that is what is said.
    assert compared["micro"]["p"] == 0.25
    assert "3 documents allow no p below 0.2500" in done.stdout
    assert "| micro |" in run("compare", a, b, "--format", "markdown").stdout
    assert json.loads(run("compare", a, b, "--format", "json").stdout)["words"]
    assert "given twice" in refused(1, "compare", f"x={a},{a}", b)
    assert "two systems have one name" in refused(2, "compare", a, a)
    assert "two systems" in refused(2, "compare", a)
    assert "evaluation result is JSON" in refused(1, "compare", a, weaker)
    assert "this is no evaluation result" in refused(1, "compare", a, out)
    assert run("evaluate", weaker, GOLD[0], "-o", b, "-q").exit_code == 0
    assert "scored on different things: gold" in refused(1, "compare", a, b)


def test_usage(weaker: Path) -> None:
    assert "use table, json or markdown" in refused(2, "evaluate", weaker, *GOLD, "--format", "xml")
    assert "would replace" in refused(1, "evaluate", weaker, *GOLD, "-o", weaker)
    assert "would replace" in refused(1, "evaluate", weaker, *GOLD, "--errors", GOLD[0])
    curve, out = weaker.with_name("curve.json"), weaker.with_name("out.json")
    curve.write_text('[{"characters": 1000, "f1": 0.25}]', "utf-8")
    assert "would replace" in refused(1, "evaluate", weaker, *GOLD, "--curve", curve, "-o", curve)
    assert "other output" in refused(1, "evaluate", weaker, *GOLD, "-o", out, "--errors", out)
    folder = weaker.with_name("gold")
    folder.mkdir()
    inside = folder / GOLD[0].name
    inside.write_bytes(GOLD[0].read_bytes())
    assert "would replace" in refused(1, "evaluate", weaker, folder, "-o", inside)
    assert inside.read_bytes() == GOLD[0].read_bytes()


def test_the_parts_of_a_text_may_be_annotated_by_different_people(records: list[Record], tmp_path: Path) -> None:
    record = records[0]
    half = next(m.end for m in record.marks[len(record.marks) // 2 :])
    length = len(record.text or "")
    parts = [
        replace(record, annotator="a", marks=tuple(m for m in record.marks if m.end <= half), ranges=((0, half),)),
        replace(record, annotator="b", marks=tuple(m for m in record.marks if m.end > half), ranges=((half, length),)),
    ]
    write_jsonl(tmp_path / "parts.jsonl", parts)
    write_jsonl(tmp_path / "whole.jsonl", [record])
    result = scored(tmp_path / "whole.jsonl", tmp_path / "parts.jsonl")
    strict = result["modes"]["strict"]["micro"]
    assert (strict["gold"], strict["predicted"], strict["f1"]) == (len(record.marks), len(record.marks), 1.0)
    assert len(result["slices"]["document"]) == len(result["documents"]) == 2
    assert not result["notes"]


@pytest.mark.parametrize("missing", ["signature", "documents", "counts"])
def test_a_damaged_result_is_refused(missing: str, weaker: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    assert run("evaluate", weaker, *GOLD, "-o", good, "-q", "--resamples", 0).exit_code == 0
    value = json.loads(good.read_text("utf-8"))
    if missing == "counts":
        del value["documents"][1]["counts"]["strict"]
    else:
        value[missing] = [{}] if missing == "documents" else {}
    bad.write_text(json.dumps(value), "utf-8")
    assert "this is no evaluation result" in refused(1, "compare", good, bad)
