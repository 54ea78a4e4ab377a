"""Atomic writes: the old file or the whole new one, never a part."""

from __future__ import annotations

from pathlib import Path

import pytest

from baogao import BaogaoError
from baogao.files import atomic_open, keep_inputs, sha256_json, write_json, write_text


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    write_text(target, "旧\r\n")

    def fail() -> None:
        with atomic_open(target) as stream:
            stream.write("新")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_bytes() == "旧\r\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]


def test_folders_are_made_and_modes_are_ordinary(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "out.json"
    write_json(target, {"镇": 1})
    plain = tmp_path / "plain"
    plain.touch()
    assert target.stat().st_mode == plain.stat().st_mode
    assert target.read_text("utf-8") == '{\n  "镇": 1\n}\n'


def test_unwritable_places_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BaogaoError, match="cannot write here"):
        write_text(tmp_path / "file" / "out.txt", "")


def test_no_output_replaces_another(tmp_path: Path) -> None:
    with pytest.raises(BaogaoError, match="other output"):
        keep_inputs([], tmp_path / "a", None, tmp_path / "b" / ".." / "a")
    keep_inputs([], "/dev/null", "/dev/null")


def test_canonical_hash_ignores_the_order_of_keys() -> None:
    assert sha256_json({"a": 1, "b": 2}) == sha256_json({"b": 2, "a": 1})
