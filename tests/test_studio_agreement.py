"""Agreement and adjudication against figures worked by hand."""

from __future__ import annotations

import pytest

from baogao.corpus.records import Mark, Record, Tag
from baogao.errors import BaogaoError
from baogao.files import sha256_text
from baogao.labels import LabelSet
from baogao.studio.adjudication import decide, disputed
from baogao.studio.agreement import agreements, disagreements

#       0123456789 0123456789
TEXT = "甲乙丙丁戊己庚辛壬癸\n甲乙丙丁戊己庚辛壬"  # two tasks: [0, 10) and [11, 20)
TASKS = [[0, 10, "http://x/1"], [11, 20, "http://x/2"]]


def record(
    annotator: str, *marks: tuple[int, int, str], tasks: list[list[object]] | None = None, tags: object = ()
) -> Record:
    taken = TASKS if tasks is None else tasks
    ranges = None if taken == TASKS else tuple((int(str(a)), int(str(b))) for a, b, _ in taken)
    spans = tuple(sorted(Mark(*mark) for mark in marks))
    return Record(
        "r",
        sha256_text(TEXT),
        spans,
        {"tasks": taken},
        TEXT,
        ranges,
        annotator,
        "1.3",
        tags=tuple(tags),  # type: ignore[arg-type]
    )


A = record("a", (0, 2, "METRIC"), (2, 4, "VALUE"), (5, 8, "METRIC"), (11, 13, "SLOGAN"))
B = record("b", (0, 2, "METRIC"), (2, 5, "VALUE"), (11, 13, "SLOGAN"))


def test_figures_worked_by_hand(labels: LabelSet) -> None:
    """METRIC: 1 both, 1 of a alone; VALUE: 0 exact, 1 relaxed; SLOGAN: 1 both. All: exact 2·2/(4+3), relaxed 2·3/7.

    Characters (20): METRIC a and b share 2, a alone 3. Binary coincidences: n = 40, mixed 3 + 3, METRIC 5 + 2 = 7
    values, others 33: alpha = 1 - 39 · 6 / (1600 - 49 - 1089) = 1 - 234/462.
    VALUE: mixed 1 + 1, values 2 + 3 = 5, others 35: alpha = 1 - 39 · 2 / (1600 - 25 - 1225) = 1 - 78/350.
    All: 4 characters differ, so 8 of 40; values: none 11 + 13 = 24, METRIC 7, VALUE 5, SLOGAN 4:
    alpha = 1 - 39 · 8 / (1600 - 576 - 49 - 25 - 16) = 1 - 312/934.
    """
    (one,) = agreements([A, B], labels)
    assert (one.annotators, one.characters) == (("a", "b"), 20)
    assert [one.exact["labels"][n]["f1"] for n in ("METRIC", "VALUE", "SLOGAN")] == pytest.approx([2 / 3, 0, 1])
    assert [one.relaxed["labels"][n]["f1"] for n in ("METRIC", "VALUE", "SLOGAN")] == pytest.approx([2 / 3, 1, 1])
    assert (one.exact["micro"]["f1"], one.relaxed["micro"]["f1"]) == pytest.approx((4 / 7, 6 / 7))
    assert one.alpha["METRIC"] == pytest.approx(1 - 234 / 462)
    assert one.alpha["VALUE"] == pytest.approx(1 - 78 / 350)
    assert one.alpha["SLOGAN"] == 1.0
    assert one.alpha["CHANGE"] is None
    assert one.alpha["all"] == pytest.approx(1 - 312 / 934)


def test_only_what_both_annotated_counts(labels: LabelSet) -> None:
    half = record("b", (0, 2, "METRIC"), (2, 4, "VALUE"), (5, 8, "METRIC"), tasks=TASKS[:1])
    (one,) = agreements([A, half], labels)
    assert (one.characters, one.exact["micro"]["f1"], one.alpha["all"]) == (10, 1.0, 1.0)
    assert disagreements([A, half]) == []
    with pytest.raises(BaogaoError, match="no report is annotated by two"):
        agreements([A], labels)
    with pytest.raises(BaogaoError, match="no part of a report"):
        agreements([half, record("a", tasks=TASKS[1:])], labels)


def test_three_annotators_are_three_pairs_and_all(labels: LabelSet) -> None:
    found = agreements([A, B, record("c", *A.marks)], labels)
    assert [one.annotators for one in found] == [("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]
    assert found[1].alpha["all"] == 1.0
    pair, everyone = found[0].alpha["all"], found[3].alpha["all"]
    assert pair is not None
    assert everyone is not None
    assert pair < everyone < 1


def test_relaxed_matching_uses_a_span_once(labels: LabelSet) -> None:
    """One long span against two parts of it: one is its partner, so F1 is 2·1/(1 + 2)."""
    long, parts = record("a", (0, 10, "VALUE")), record("b", (0, 3, "VALUE"), (4, 6, "VALUE"))
    assert agreements([long, parts], labels)[0].relaxed["micro"]["f1"] == pytest.approx(2 / 3)
    touching = [record("a", (0, 3, "VALUE")), record("b", (3, 5, "VALUE"))]
    assert agreements(touching, labels)[0].relaxed["micro"]["f1"] == 0
    other = [long, record("b", (0, 10, "METRIC"))]
    assert agreements(other, labels)[0].relaxed["micro"]["f1"] == 0


def test_disagreements_lead_to_their_tasks() -> None:
    first, second = disagreements([A, B])
    assert (first.start, first.end, first.text, first.url) == (2, 5, "丙丁戊", "http://x/1")
    assert first.versions == {"a": (Mark(2, 4, "VALUE"),), "b": (Mark(2, 5, "VALUE"),)}
    assert (second.start, second.versions["b"]) == (5, ())


def test_the_adjudicator_sees_disputed_and_doubtful_tasks_with_numbered_versions() -> None:
    ((task, versions),) = disputed([A, B])
    assert (task.start, task.end, task.text) == (0, 10, TEXT[:10])
    assert [v.model for v in versions] == ["标注 1", "标注 2"]
    assert [[s.label for s in v.spans] for v in versions] == [["METRIC", "VALUE", "METRIC"], ["METRIC", "VALUE"]]
    unsure = record("b", *A.marks, tags=[Tag(11, 13, "DIFF")])
    assert [task.start for task, _ in disputed([A, unsure])] == [11]


def test_gold_is_the_verdict_or_what_all_agree_on() -> None:
    before = decide([A, B], [])
    assert (before.agreed, before.decided, before.open, before.single) == (1, 0, ("http://x/1",), 0)
    assert (before.records[0].ranges, before.records[0].marks) == (((11, 20),), (Mark(11, 13, "SLOGAN"),))
    judge = record("judge", (0, 2, "METRIC"), (2, 5, "VALUE"), tasks=TASKS[:1])
    after = decide([A, B], [judge])
    assert (after.agreed, after.decided, after.open) == (1, 1, ())
    (gold,) = after.records
    assert (gold.ranges, gold.annotator, gold.marks) == (None, "gold", B.marks)
    alone = decide([A, record("b", tasks=TASKS[1:])], [])
    assert (alone.agreed, alone.single, len(alone.open)) == (0, 1, 1)


def test_two_judges_who_differ_are_no_verdict() -> None:
    judges = [record("x", (0, 2, "METRIC"), tasks=TASKS[:1]), record("y", tasks=TASKS[:1])]
    with pytest.raises(BaogaoError, match="decided \\[0, 10\\) of report 'r' differently"):
        decide([A, B], judges)
