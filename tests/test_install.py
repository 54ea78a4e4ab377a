"""The wheel as users install it: configuration inside, and prediction without any of the training packages."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT


def run(*command: str | Path, cwd: Path) -> str:
    result = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd=cwd, timeout=600, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.slow
def test_the_plain_wheel_predicts(model_directory: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"baogao/configs/train.yaml", "baogao/configs/labels/report.yaml", "baogao/py.typed"} <= names
    assert {f"baogao/models/{kind}/model.safetensors" for kind in ("encoder", "tagger")} <= names
    assert "baogao/models/tagger/model.onnx" in names
    assert wheel.stat().st_size < 40_000_000
    assert {f"baogao/evaluation/page/page.{kind}" for kind in ("html", "css", "js")} <= names
    venv.create(tmp_path / "plain", with_pip=True)
    python = tmp_path / "plain" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)
    installed = {p["name"] for p in json.loads(run(python, "-m", "pip", "list", "--format", "json", cwd=tmp_path))}
    assert not {"torch", "transformers", "datasets", "hydra-core", "seqeval"} & installed
    report = ROOT / "data" / "reports" / "changyu_2021.txt"
    baogao = tmp_path / "plain" / "bin" / "baogao"
    line = json.loads(run(baogao, "predict", report, "--model", model_directory, cwd=tmp_path))
    assert line["spans"]
    packaged = json.loads(run(baogao, "predict", report, cwd=tmp_path))
    assert len(packaged["spans"]) > 100
    said = run(
        python,
        "-c",
        "import baogao; print([s.label for s in baogao.predict('地区生产总值155.9亿元，增长6.2%。').spans])",
        cwd=tmp_path,
    )
    assert said.split() == ["['METRIC',", "'VALUE',", "'CHANGE']"]
    run(baogao, "check", ROOT / "annotations" / "original", cwd=tmp_path)
    refused = subprocess.run([baogao, "train"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert refused.returncode == 1
    assert "pip install 'baogao[train]'" in refused.stderr
