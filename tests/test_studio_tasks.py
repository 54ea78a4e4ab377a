"""Reports as tasks, and back to the character, whatever is in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import BaogaoError
from baogao.reports.read import document
from baogao.spans import Document
from baogao.studio.tasks import Task, conflicts, rebuild, split
from strategies import texts


@given(texts, st.integers(1, 60))
def test_tasks_hold_the_whole_report(text: str, size: int) -> None:
    tasks = split(Document(text), size=size)
    covered = [i for task in tasks for i in range(task.start, task.end)]
    assert len(covered) == len(set(covered))
    assert {i for i, c in enumerate(text) if not c.isspace()} <= set(covered)
    for task in tasks:
        assert text[task.start : task.end] == task.text == task.text.strip()
        assert len(task.shown) == len(task.text)
    assert rebuild(tasks) == (text if tasks else None)
    assert rebuild(reversed(tasks)) == rebuild([*tasks, *tasks]) == rebuild(tasks)
    for left_out in range(len(tasks)):
        assert rebuild(tasks[:left_out] + tasks[left_out + 1 :]) is None


@given(texts)
def test_tasks_come_back_from_their_data(text: str) -> None:
    for task in split(Document(text, meta={"year": 2020, "notes": ("a", "b")}), report="甲镇_2020", size=20):
        assert Task.from_data(task.data()) == task
        assert not set(task.shown) & {"\r", "\x00", "\x85"}


def test_paragraphs_share_tasks_up_to_a_size_and_are_never_cut() -> None:
    tasks = split(document("标题\n一二三四五\n\n六七八九十" + "长" * 30 + "\n末\n"), report="r", size=10)
    assert [t.text for t in tasks] == ["标题\n一二三四五", "六七八九十" + "长" * 30, "末"]
    assert [(t.lead, t.tail) for t in tasks] == [("", ""), ("\n\n", ""), ("\n", "\n")]


def test_foreign_and_changed_tasks_are_refused() -> None:
    (task,) = split(document("全年总值5亿元。"), report="r")
    data = task.data()
    with pytest.raises(BaogaoError, match="did not write"):
        Task.from_data({"text": "全年"})
    for change in ({"text": "全年总值6亿元。"}, {"end": 5}, {"sha256": "0"}):
        with pytest.raises(BaogaoError, match="was changed on the server"):
            Task.from_data({**data, **change})


def test_one_text_stands_in_a_project_once() -> None:
    text = "甲乙丙\n丁戊己\n庚辛壬"
    fine, coarse = (split(document(text), report="r", size=size) for size in (1, 100))
    conflicts(fine, fine)
    conflicts(fine, fine[:1])
    conflicts(fine, split(document("另一份"), report="s"))
    with pytest.raises(BaogaoError, match="pieces of another size"):
        conflicts(fine, coarse)
    with pytest.raises(BaogaoError, match="another text under the name 'r'"):
        conflicts(fine, split(document(text + "改"), report="r"))
    with pytest.raises(BaogaoError, match="under the name 'old'"):
        conflicts(fine, [replace(task, report="old") for task in fine])
