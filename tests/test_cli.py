"""The command line as a user meets it: outputs, exit codes, and errors that say what to do."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import baogao
from baogao.corpus import load_records
from baogao.corpus.jsonl import write_jsonl
from baogao.corpus.records import Record
from baogao.labels import load_labels
from conftest import ROOT
from training_help import small_corpus

REPORT = ROOT / "data" / "reports" / "changyu_2021.txt"
GOLD = ROOT / "annotations" / "original" / "changyu_2021.marked.txt"


def run(*arguments: str | Path, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "100", "HF_HUB_OFFLINE": "1", **variables}
    command = [sys.executable, "-m", "baogao", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=300, check=False)


def clear(result: subprocess.CompletedProcess[str], code: int, *parts: str) -> None:
    """The exit code, the words on standard error, and no traceback anywhere."""
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    for part in parts:
        assert part in result.stderr, result.stderr


def test_predict_writes_one_line_a_report(model_directory: Path) -> None:
    result = run("predict", REPORT, REPORT, "--model", model_directory, "--quiet")
    clear(result, 0)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == 2
    assert list(lines[0]) == ["id", "path", "sha256", "model", "spans", "measurements"]
    text = REPORT.read_text("utf-8")
    assert lines[0]["spans"]
    for span in lines[0]["spans"]:
        assert list(span) == ["start", "end", "label", "text", "score"]
        assert text[span["start"] : span["end"]] == span["text"]


def test_predict_keeps_going_and_is_honest(model_directory: Path, write: Callable[..., Path], tmp_path: Path) -> None:
    bad = [
        tmp_path / ("名" * 100 + ".txt"),  # too long for a file system
        write("empty.txt", b""),
        write("binary.txt", bytes(range(256)) * 9),
        write("broken.docx", b"PK"),
        write("none.pdf", b"%PDF-1.4"),
    ]
    result = run("predict", *bad, REPORT, "/no/such.txt", "--model", model_directory)
    clear(result, 1, "the file is empty", "binary", "Word", "PDF", "cannot read the file", "6 of 7 inputs failed")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert ["error" in line for line in lines] == [*[True] * 5, False, True]
    assert [line["path"] for line in lines] == [str(p) for p in (*bad, REPORT, "/no/such.txt")]


def test_a_document_without_sections_is_given_them() -> None:
    text = "一、2023年工作回顾\n甲。\n二、2024年工作安排\n新建公厕12座。"
    given = baogao.Document(text, id="mine", meta={"a": 1})
    whole, own = baogao.predict(text), baogao.predict(given)
    assert own.measurements == whole.measurements
    assert (own.sections, own.id, own.meta) == (whole.sections, "mine", {"a": 1})
    one = (baogao.Section(0, len(text), "other"),)
    assert baogao.predict(baogao.Document(text, sections=one)).sections == one


def test_predict_says_what_was_not_read(model_directory: Path, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    page.write_text(f"<nav>首页栏目</nav><article><p>{'生产总值增长。' * 30}</p></article>", "utf-8")
    note = "4 Chinese characters outside the page's main part are left out"
    result = run("predict", page, "--model", model_directory)
    clear(result, 0, note)
    assert json.loads(result.stdout)["notes"] == [note]
    assert "note: " + note in run("read", page, "--format", "table").stdout
    assert note not in run("predict", page, "--model", model_directory, "--quiet").stderr


def test_predict_forms(model_directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "spans.csv"
    clear(run("predict", REPORT, "--model", model_directory, "--format", "csv", "-o", out), 0)
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    text = REPORT.read_text("utf-8")
    assert all(text[int(r["start"]) : int(r["end"])] == r["text"] for r in rows)
    parquet = tmp_path / "spans.parquet"
    clear(run("predict", REPORT, "--model", model_directory, "--format", "parquet", "-o", parquet), 0)
    import pyarrow.parquet as pq

    assert pq.read_table(parquet).num_rows == len(rows)
    table = run("predict", REPORT, "--model", model_directory, "--format", "table")
    clear(table, 0)
    assert f"{len(rows)} spans" in table.stdout


def test_usage_errors_exit_2(model_directory: Path) -> None:
    clear(run("predict"), 2, "Missing argument")
    clear(run("predict", REPORT, "--model", model_directory, "--format", "xml"), 2, "use one of: jsonl, csv")
    clear(run("predict", REPORT, "--model", model_directory, "--format", "parquet"), 2, "-o OUT.parquet")
    clear(run("predict", REPORT, "--model", model_directory, "--engine", "tpu"), 2, "no engine")
    clear(run("typo"), 2, "No such command")


def test_the_packaged_tagger_is_the_default() -> None:
    result = run("predict", REPORT, "-q", BAOGAO_MODEL="")
    clear(result, 0)
    line = json.loads(result.stdout)
    assert line["model"].startswith("baogao-tagger@")
    named = run("predict", REPORT, "-q", "--model", "packaged:tagger", BAOGAO_MODEL="/no/model")
    assert named.stdout == result.stdout
    clear(run("predict", REPORT, "--model", "/no/model"), 2, "there is no such model directory")
    clear(run("predict", REPORT, "--model", "packaged:typo"), 2, "no such model comes with the package")


def test_the_model_can_come_from_the_environment(model_directory: Path) -> None:
    clear(run("predict", REPORT, "-q", BAOGAO_MODEL=str(model_directory)), 0)


def test_read(write: Callable[..., Path]) -> None:
    result = run("read", REPORT, write("x.txt", b""))
    clear(result, 1, "the file is empty")
    line, failed = map(json.loads, result.stdout.splitlines())
    assert line["text"] == REPORT.read_text("utf-8")
    assert line["meta"]["level"] == "township"
    assert {s["kind"] for s in line["sections"]} >= {"review", "plan"}
    assert failed == {"path": str(failed["path"]), "error": "the file is empty"}


def test_check_names_place_and_remedy(write: Callable[..., Path], tmp_path: Path) -> None:
    clear(run("check", GOLD), 0, "1 records", "0 errors")
    source = GOLD.read_text("utf-8").replace("⟦指标|", "⟦指针|", 1)
    result = run("check", write("bad.marked.txt", source))
    clear(result, 1, "1 errors")
    assert "unknown label '指针'" in result.stdout
    assert "→" in result.stdout
    result = run("check", write("bad.jsonl", "{}"), "--json")
    clear(result, 1)
    assert json.loads(result.stdout.splitlines()[0])["line"] == 1
    clear(run("check", tmp_path / "none"), 1, "there is no such file or folder")
    clear(run("check", GOLD, "--labels", "typo"), 1, "there is no label set 'typo'")


def test_check_and_attach_of_standoff_annotations(tmp_path: Path, write: Callable[..., Path]) -> None:
    converted = tmp_path / "gold.jsonl"
    clear(run("corpus", "convert", GOLD, converted), 0, "1 records")
    value = json.loads(converted.read_text("utf-8"))
    del value["text"]
    standoff = write("standoff.jsonl", json.dumps(value))
    reports = tmp_path / "reports"
    reports.mkdir()
    shutil.copy(REPORT, reports / "whatever.txt")
    clear(run("check", standoff), 0, "stand-off")
    clear(run("check", standoff, "--reports", reports), 0, "0 errors")
    joined = tmp_path / "joined.jsonl"
    clear(run("corpus", "attach", reports, "-a", standoff, "-o", joined), 0, "1 of 1 records joined")
    assert json.loads(joined.read_text("utf-8"))["text"] == REPORT.read_text("utf-8")
    (reports / "whatever.txt").write_text("another text", "utf-8")
    clear(run("corpus", "attach", reports, "-a", standoff, "-o", joined), 1, "no report in")
    changed = run("check", standoff, "--reports", reports, "--json")
    clear(changed, 1, "1 errors")
    assert "its text has changed" in json.loads(changed.stdout.splitlines()[0])["message"]


def test_convert_and_split(tmp_path: Path) -> None:
    folder = ROOT / "annotations" / "original"
    clear(run("corpus", "convert", folder, tmp_path / "all.conll"), 0)
    clear(run("corpus", "convert", tmp_path / "all.conll", tmp_path / "all.jsonl"), 0)
    clear(run("corpus", "split", tmp_path / "all.jsonl", tmp_path / "parts"), 0, "train:", "development:", "test:")
    assert {p.name for p in (tmp_path / "parts").iterdir()} == {"train.jsonl", "development.jsonl", "test.jsonl"}
    before, after = (
        {r.id: (r.text, r.marks) for r in load_records([p], load_labels())} for p in (folder, tmp_path / "parts")
    )
    assert before == after


def test_convert_names_what_is_no_record(tmp_path: Path, write: Callable[..., Path]) -> None:
    tasks = [{"data": {"text": "没有标注"}, "annotations": []}, {"data": {"text": ""}, "annotations": [{"result": []}]}]
    source = write("a.studio.json", json.dumps(tasks))
    result = run("corpus", "convert", source, tmp_path / "a.jsonl")
    clear(result, 0, "1 left out", "a.studio.json:1: task '没有标注': no annotation", "1 records")
    checked = run("check", source)
    clear(checked, 0)
    assert "[record] task '没有标注': no annotation" in checked.stdout
    clear(run("corpus", "convert", tmp_path / "a.jsonl", tmp_path / "a.conll"), 0, "1 records")
    clear(run("corpus", "convert", tmp_path / "a.conll", tmp_path / "b.jsonl"), 0, "1 records")
    failed = write("p.jsonl", '{"path": "x.txt", "error": "the file is empty"}\n')
    clear(run("corpus", "convert", failed, tmp_path / "c.jsonl"), 0, "1 left out", "p.jsonl:1: an input that failed")


def test_corpus_commands_keep_their_inputs(tmp_path: Path) -> None:
    own = tmp_path / "train.jsonl"
    clear(run("corpus", "convert", GOLD, own), 0)
    marked = tmp_path / "marked"
    clear(run("corpus", "convert", GOLD, marked), 0)
    shutil.copy(REPORT, tmp_path / "report.txt")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*.*")}
    refused = "would replace this input"
    clear(run("corpus", "convert", own, own), 1, refused)
    clear(run("corpus", "convert", tmp_path, tmp_path / "x" / ".." / "train.jsonl"), 1, refused)
    clear(run("corpus", "convert", marked, marked), 1, refused)
    clear(run("corpus", "attach", tmp_path, "-a", own, "-o", own), 1, refused)
    clear(run("corpus", "split", own, tmp_path, "--test", "0", "--development", "0"), 1, refused)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*.*")} == before


def test_stats_count_one_annotation_a_text(tmp_path: Path) -> None:
    """The adjudicated annotation counts wherever its file stands; the layers beside it are named."""
    (record,) = load_records([GOLD], load_labels())
    layers = [replace(record, annotator=name, marks=record.marks[:3]) for name in ("a", "b")]
    write_jsonl(tmp_path / "double.jsonl", layers)
    write_jsonl(tmp_path / "test.jsonl", [replace(record, annotator="adjudicated", meta={"split": "[red]:smile:"})])
    result = run("corpus", "stats", tmp_path)
    clear(result, 0, "2 further annotations of 1 of these texts", "double.jsonl: 1 by a", "double.jsonl: 1 by b")
    assert f" {len(record.marks):,} " in result.stdout
    assert "[red]:smile:" in result.stdout  # data is no markup


def test_evaluate_a_model_and_predictions(model_directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.json"
    clear(run("evaluate", model_directory, GOLD, "-o", out, "-q"), 0)
    assert json.loads(out.read_text("utf-8"))["signature"]["model"].startswith("random@")
    perfect = run("evaluate", GOLD, GOLD, "--format", "json")
    clear(perfect, 0)
    assert json.loads(perfect.stdout)["modes"]["strict"]["micro"]["f1"] == 1.0
    other = ROOT / "annotations" / "original" / "anshang_2012.marked.txt"
    clear(run("evaluate", other, GOLD), 1, "no prediction for their text")
    clear(run("evaluate", GOLD, GOLD, "--format", "xml"), 2, "use table, json or markdown")
    clear(run("evaluate", tmp_path / "none.jsonl", GOLD), 1, "no such file")
    write_jsonl(tmp_path / "empty.jsonl", list[Record]())
    clear(run("evaluate", GOLD, tmp_path / "empty.jsonl"), 1, "the gold holds no records")


def test_version_and_help() -> None:
    assert run("--version").stdout.strip() == "0.1.0"
    shown = run("--help").stdout
    for command in ("read", "check", "predict", "evaluate", "compare", "train", "export", "corpus"):
        assert command in shown


def test_train_answers_like_a_hydra_application(tmp_path: Path) -> None:
    job = run("train", "--cfg", "job", "--resolve", "output=x")
    clear(job, 0)
    assert "lr: 0.001" in job.stdout
    shown = run("train", "--help")
    clear(shown, 0)
    assert "encoder: baogao_small, bert_base_chinese" in shown.stdout
    clear(run("train", "encoder=typo"), 1, "Could not find 'encoder/typo'", "macbert_base")
    clear(run("train", "trainer.lr=abc"), 1, "could not be converted to Float", "trainer.lr")
    clear(run("train", "trainer.typo=1"), 1, "trainer.typo")
    clear(run("train", "corpus.annotations=[/no/where]", f"output={tmp_path / 'out'}"), 1, "no such file or folder")


def test_tab_completion(tmp_path: Path) -> None:
    """The script that Hydra prints, run in a real bash: groups behind ``baogao train`` complete."""
    script = run("train", "-sc", "install=bash")
    clear(script, 0)
    launcher = tmp_path / "baogao"
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} -m baogao "$@"\n')
    launcher.chmod(0o755)
    ask = (
        f'PATH="{tmp_path}:$PATH"; {script.stdout}\n'
        'COMP_LINE="baogao train encoder=mac"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(baogao train encoder=mac)\n'
        'COMP_CWORD=2; hydra_bash_completion; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    found = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, timeout=60, check=False)
    assert found.stdout.split() == ["encoder=macbert_base"], found.stderr


def test_training_packages_are_not_needed_to_predict(model_directory: Path) -> None:
    """Import is light, and prediction loads no torch, transformers, datasets, hydra or SDK."""
    code = (
        "import sys, baogao\n"
        "assert not {'numpy', 'torch', 'rich'} & set(sys.modules), 'import baogao must be instant'\n"
        f"d = baogao.load({str(model_directory)!r})('全年地区生产总值完成5亿元。')\n"
        "heavy = {'torch', 'transformers', 'datasets', 'hydra', 'label_studio_sdk', 'seqeval', 'tokenizers'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_outputs_that_cannot_be(model_directory: Path, tmp_path: Path) -> None:
    """A folder, an input, a full disk, a closed pipe: clear answers, and nothing of the user's is touched."""
    clear(run("predict", REPORT, "--model", model_directory, "-o", tmp_path), 1, "this is a folder")
    own = tmp_path / "own.txt"
    shutil.copy(REPORT, own)
    clear(run("predict", own, "--model", model_directory, "-o", own), 2, "would replace this input")
    clear(run("read", own, "-o", own), 1, "would replace this input")
    assert own.read_bytes() == REPORT.read_bytes()
    link = tmp_path / "link.jsonl"
    link.symlink_to(tmp_path / "target.jsonl")
    clear(run("read", own, "-o", link), 0)
    assert link.is_symlink()
    assert json.loads((tmp_path / "target.jsonl").read_text("utf-8"))["text"] == REPORT.read_text("utf-8")
    shell = f"{sys.executable} -m baogao read {REPORT} {REPORT}"
    full = subprocess.run(["bash", "-c", f"{shell} > /dev/full"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    closed = subprocess.run(
        ["bash", "-c", f"{shell} {f'{REPORT} ' * 40} | head -c 1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert closed.stdout == "{"
    assert closed.stderr == ""
    assert closed.returncode == 141  # 128 + SIGPIPE, as a program that the signal ends
    clear(run("export", tmp_path / "none"), 1, "there is no such model directory")
    clear(run("export", tmp_path), 1, "no model here: baogao.json is missing")


def test_names_that_are_no_utf8(model_directory: Path, tmp_path: Path) -> None:
    bad = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.txt"))
    shutil.copy(REPORT, bad)
    result = run("predict", bad, "--model", model_directory)
    clear(result, 0)
    assert json.loads(result.stdout)["path"].endswith("b\ufffd.txt")
    for form in ("table", "jsonl"):
        clear(run("read", bad, f"{bad}.txt", "--format", form, "-o", tmp_path / "out"), 1, "cannot read the file")
        assert (tmp_path / "out").read_text("utf-8").count("b\ufffd.txt") == 2


def test_names_that_look_like_markup(model_directory: Path, tmp_path: Path) -> None:
    name = tmp_path / "[red]:smile:.txt"
    shutil.copy(REPORT, name)
    clear(run("read", f"{name}.txt"), 1, "[red]:smile:.txt.txt: cannot read the file")
    table = run("predict", name, "--model", model_directory, "--format", "table")
    clear(table, 0)
    assert "[red]:smile:.txt" in table.stdout.replace("\n", "")


def test_interruption_says_so(model_directory: Path, tmp_path: Path) -> None:
    """Ctrl-C in the middle of a long list: exit code 130, no traceback, no part of a file."""
    out = tmp_path / "out.jsonl"
    command = [
        sys.executable,
        "-m",
        "baogao",
        "predict",
        *[str(REPORT)] * 3000,
        "--model",
        str(model_directory),
        "-o",
        str(out),
    ]
    # A shell starts its background jobs with SIGINT ignored, and the tests may be one.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        while not list(tmp_path.glob(".out.jsonl.*")):  # it has begun to write
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_evaluation_of_predictions(model_directory: Path, tmp_path: Path) -> None:
    """What predict wrote, failures included, is read by evaluate; against itself it is perfect, layers are refused."""
    out = tmp_path / "predictions.jsonl"
    clear(run("predict", REPORT, "/no/such.txt", "--model", model_directory, "-o", out), 1)
    result = run("evaluate", out, out, "--format", "json")
    clear(result, 0)
    assert json.loads(result.stdout)["modes"]["strict"]["micro"]["f1"] == 1.0
    (record,) = load_records([GOLD], load_labels())
    layers = tmp_path / "layers.jsonl"
    write_jsonl(layers, [record, replace(record, annotator="other", marks=())])
    clear(run("evaluate", layers, GOLD), 1, "stands twice")


@pytest.mark.slow
def test_multirun_over_seeds_and_a_killed_run(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    options = [f"corpus.annotations=[{corpus}]", "trainer.max_steps=2", "trainer.evaluations=1", "trainer.onnx=false"]
    out = tmp_path / "seeds"
    result = run("train", "--multirun", "trainer.seed=1,2", f"output={out}", *options, cwd=tmp_path)
    clear(result, 0)
    folders = [Path(line) for line in result.stdout.split()]
    assert len(folders) == 2
    assert folders[0] != folders[1]
    for seed, folder in zip((1, 2), folders, strict=True):
        assert json.loads((tmp_path / folder / "baogao.json").read_text("utf-8"))["signature"]["seed"] == seed
