"""A small invented file of CLUENER2020's format: imported, trained on, evaluated, with the label set of that name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from baogao.cli import app
from baogao.corpus import Mark, load_records
from baogao.errors import BaogaoError
from baogao.labels import load_labels
from training_help import configure

NAMES = ("叶知秋", "陆小满", "顾长河", "沈一舟", "江晚晴", "白露生")
COMPANIES = ("云岭银行", "海棠证券", "青禾软件公司", "北岸汽车")
POSITIONS = ("董事长", "总经理", "首席经济学家", "秘书长")


def lines(first: int, count: int) -> list[str]:
    """Lines of that format; ends of spans are those of the last character."""
    made = []
    for i in range(first, first + count):
        name, company, position = NAMES[i % 6], COMPANIES[i % 4], POSITIONS[(i // 2) % 4]
        text = f"{company}{position}{name}第{i}次谈到《山河故人》这部电影。"
        label: dict[str, dict[str, list[list[int]]]] = {}
        for kind, surface in (("company", company), ("position", position), ("name", name), ("movie", "山河故人")):
            at = text.index(surface)
            label[kind] = {surface: [[at, at + len(surface) - 1]]}
        made.append(json.dumps({"text": text, "label": label}, ensure_ascii=False))
    return made


def test_import(write: Callable[..., Path]) -> None:
    line = {"text": "叶知秋说叶知秋", "label": {"name": {"叶知秋": [[0, 2], [4, 6]]}}}
    path = write("dev.json", json.dumps(line, ensure_ascii=False) + "\n")
    (record,) = load_records([path], load_labels("cluener"))
    assert record.id == "dev-1"
    assert record.marks == (Mark(0, 3, "name"), Mark(4, 7, "name"))
    assert [s.text for s in record.document().spans] == ["叶知秋", "叶知秋"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ({"text": "叶知秋", "label": {"name": {"叶知秋": [[0, 3]]}}}, "does not stand at"),
        ({"text": "叶知秋", "label": {"name": {"叶知秋": [[0, "2"]]}}}, "no pair of whole numbers"),
        ({"text": "叶知秋", "label": {"name": [[0, 2]]}}, "no surfaces"),
        ({"label": {}}, "'text' is missing"),
    ],
)
def test_malformed_lines(write: Callable[..., Path], line: object, what: str) -> None:
    path = write("a.json", json.dumps({"text": "好", "label": {}}) + "\n" + json.dumps(line, ensure_ascii=False))
    with pytest.raises(BaogaoError, match=what) as caught:
        load_records([path], load_labels("cluener"))
    assert caught.value.line == 2


def test_import_train_evaluate(write: Callable[..., Path], tmp_path: Path) -> None:
    from baogao.training.finetune import finetune

    train, dev = write("train.json", "\n".join(lines(0, 20))), write("dev.json", "\n".join(lines(20, 6)))
    runner = CliRunner()
    for path in (train, dev):
        converted = runner.invoke(app, ["corpus", "convert", str(path), str(path) + "l", "--labels", "cluener"])
        assert converted.exit_code == 0, converted.stderr
    metrics = finetune(
        configure(
            "labels=cluener", f"corpus.annotations=[{train}l]", "encoder.architecture.hidden_size=32",
            "encoder.architecture.layers=1", "encoder.architecture.attention_heads=2", "trainer.onnx=false",
        ),
        tmp_path / "run",
    )  # fmt: skip
    assert set(metrics["test"]["modes"]["strict"]["labels"]) == set(load_labels("cluener").names)
    out = tmp_path / "result.json"
    asked = ["evaluate", str(tmp_path / "run"), str(dev), "--labels", "cluener", "-o", str(out), "-q"]
    done = runner.invoke(app, asked)
    assert done.exit_code == 0, done.stderr
    result = json.loads(out.read_text("utf-8"))
    assert (result["signature"]["labels"], result["signature"]["records"]) == ("cluener", 6)
    assert result["modes"]["strict"]["micro"]["gold"] == 24
    # Its own training part is refused.
    refused = runner.invoke(app, ["evaluate", str(tmp_path / "run"), str(train), "-q"])
    assert refused.exit_code == 1
    assert "leakage" in refused.stderr
