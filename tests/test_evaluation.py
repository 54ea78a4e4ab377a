"""Scores against seqeval's strict mode, nervaluate's published examples, and by hand."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from baogao.errors import BaogaoError
from baogao.evaluation import Case, Found, evaluate
from baogao.evaluation.kinds import KINDS
from baogao.evaluation.render import dump
from baogao.evaluation.sheets import sheets
from evaluation_help import LABELS, Spans, case, cases_of, documents, of_tags, result_of, tags_of

FIVE = ("correct", "incorrect", "partial", "missed", "spurious")


@given(documents)
def test_equal_to_seqeval_strict(drawn: list[tuple[Spans, Spans]]) -> None:
    strict = result_of(cases_of(drawn))["modes"]["strict"]
    if not any(gold or found for gold, found in drawn):
        assert strict["micro"]["f1"] is None
        return
    gold_tags, found_tags = ([tags_of(pair[side]) for pair in drawn] for side in (0, 1))
    theirs = classification_report(
        gold_tags, found_tags, mode="strict", scheme=IOB2, output_dict=True, zero_division=0
    )  # fmt: skip
    for name, ours in [*strict["labels"].items(), ("micro avg", strict["micro"])]:
        if not ours["gold"] and not ours["predicted"]:
            assert name not in theirs
            assert ours["f1"] is None
            continue
        # What is 0/0 is 0 there and None here.
        assert (ours["precision"] or 0.0) == pytest.approx(theirs[name]["precision"])
        assert (ours["recall"] or 0.0) == pytest.approx(theirs[name]["recall"])
        assert ours["f1"] == pytest.approx(theirs[name]["f1-score"])
        assert ours["gold"] == theirs[name]["support"]
    assert strict["macro"]["f1"] == pytest.approx(theirs["macro avg"]["f1-score"])


def test_nervaluate_readme() -> None:
    """The usage example of nervaluate's README (1.1.0), both of its tables."""
    cases = [
        of_tags(
            "1",
            ["O", "B-PER", "I-PER", "O", "O", "O", "B-ORG", "I-ORG"],
            ["O", "O", "B-PER", "I-PER", "O", "O", "B-ORG", "I-ORG"],
        ),
        of_tags(
            "2",
            ["O", "B-LOC", "B-PER", "I-PER", "O", "O", "B-DATE"],
            ["O", "B-LOC", "I-LOC", "B-PER", "O", "O", "B-DATE"],
        ),
    ]
    modes = result_of(cases, ["PER", "ORG", "LOC", "DATE"])["modes"]
    expected = {
        "ent_type": (5, 0, 0, 0, 0, 1.0),
        "exact": (2, 3, 0, 0, 0, 0.4),
        "strict": (2, 3, 0, 0, 0, 0.4),
    }
    for mode, (*counts, f1) in expected.items():
        micro: Any = modes[mode]["micro"]
        assert [micro[k] for k in FIVE] == counts
        assert micro["precision"] == micro["recall"] == micro["f1"] == pytest.approx(f1)
    partial: Any = modes["partial"]["micro"]
    assert [partial[k] for k in FIVE] == [2, 0, 3, 0, 0]
    # The README prints 0.40 here, against its own formula (COR + 0.5 PAR) / ACT further down: (2 + 1.5) / 5.
    assert partial["f1"] == pytest.approx(0.7)
    by_entity = {name: (one["correct"], one["incorrect"]) for name, one in modes["strict"]["labels"].items()}
    assert by_entity == {"PER": (0, 2), "ORG": (1, 0), "LOC": (0, 1), "DATE": (1, 0)}


# The six scenarios of nervaluate's documentation (after SemEval-2013 task 9.1): gold, prediction, and what the pair is
# as type, partial, exact, strict.
SCENARIOS = {
    "III": ([Found(0, 7, "BRAND")], [], "missed missed missed missed"),
    "II": ([], [Found(0, 7, "BRAND")], "spurious spurious spurious spurious"),
    "V": ([Found(3, 11, "DRUG")], [Found(0, 11, "DRUG")], "correct partial incorrect incorrect"),
    "IV": ([Found(0, 11, "DRUG")], [Found(0, 11, "BRAND")], "incorrect correct correct incorrect"),
    "I": ([Found(0, 9, "DRUG")], [Found(0, 9, "DRUG")], "correct correct correct correct"),
    "VI": ([Found(5, 19, "GROUP")], [Found(0, 19, "DRUG")], "incorrect partial incorrect incorrect"),
}
SCHEMAS = ("ent_type", "partial", "exact", "strict")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nervaluate_scenarios(scenario: str) -> None:
    gold, found, expected = SCENARIOS[scenario]
    modes = result_of([case("1", gold, found, "x" * 20)], ["DRUG", "BRAND", "GROUP"])["modes"]
    for mode, word in zip(SCHEMAS, expected.split(), strict=True):
        micro: Any = modes[mode]["micro"]
        assert {k: micro[k] for k in FIVE} == {k: int(k == word) for k in FIVE}


def test_nervaluate_scenarios_together() -> None:
    """The table of totals below them, every row of which is right for seven entities: with scenario I twice."""
    cases = [case(name, gold, found) for name, (gold, found, _) in SCENARIOS.items()]
    cases.append(case("I again", *SCENARIOS["I"][:2]))
    modes = result_of(cases, ["DRUG", "BRAND", "GROUP"])["modes"]
    expected = {
        "ent_type": ([3, 2, 0, 1, 1], 0.5),
        "partial": ([3, 0, 2, 1, 1], 4 / 6),
        "exact": ([3, 2, 0, 1, 1], 0.5),
        "strict": ([2, 3, 0, 1, 1], 2 / 6),
    }
    for mode, (counts, rate) in expected.items():
        micro: Any = modes[mode]["micro"]
        assert [micro[k] for k in FIVE] == counts
        assert micro["precision"] == micro["recall"] == micro["f1"] == pytest.approx(rate)


def test_several_documents_by_hand() -> None:
    """Offsets that agree across documents are no match: each document is matched by itself."""
    gold = [[Found(0, 2, "METRIC")], [Found(5, 8, "VALUE")], [Found(0, 2, "METRIC"), Found(2, 4, "VALUE")]]
    found = [[Found(5, 8, "VALUE")], [Found(0, 2, "METRIC")], [Found(0, 2, "METRIC"), Found(2, 4, "METRIC")]]
    cases = [case(f"{i}", g, p, "字" * 9) for i, (g, p) in enumerate(zip(gold, found, strict=True))]
    strict = result_of(cases)["modes"]["strict"]
    metric, value = strict["labels"]["METRIC"], strict["labels"]["VALUE"]
    assert (metric["correct"], metric["gold"], metric["predicted"]) == (1, 2, 3)
    assert (value["correct"], value["gold"], value["predicted"]) == (0, 2, 1)
    assert (metric["precision"], metric["recall"], metric["f1"]) == (1 / 3, 1 / 2, 2 / 5)
    micro: Any = strict["micro"]
    assert [micro[k] for k in FIVE] == [1, 1, 0, 2, 2]
    assert strict["macro"]["f1"] == pytest.approx(1 / 5)


@pytest.mark.parametrize(
    ("gold", "found", "same"),
    [
        ((0, 4), (1, 3), True),  # “全年” and 全年
        ((4, 12), (5, 11), True),  # 《…》
        ((0, 4), (1, 4), True),  # one mark left
        ((0, 4), (0, 3), True),
        ((1, 3), (1, 2), False),  # not a mark but a character
        ((0, 1), (0, 4), False),  # a mark alone stays as it is
    ],
)
def test_quotation_marks(gold: tuple[int, int], found: tuple[int, int], same: bool) -> None:
    text = "“全年”《地区生产总值》完成"
    one = case("1", [Found(*gold, "METRIC")], [Found(*found, "METRIC")], text)
    modes = result_of([one])["modes"]
    assert modes["strict"]["micro"]["correct"] == 0
    assert modes["quotes"]["micro"]["correct"] == int(same)
    other = case("1", [Found(*gold, "METRIC")], [Found(*found, "VALUE")], text)
    assert result_of([other])["modes"]["quotes"]["micro"]["correct"] == 0


@given(documents, st.randoms())
def test_the_order_of_documents_changes_nothing(drawn: list[tuple[Spans, Spans]], random: Any) -> None:
    cases = cases_of(drawn)
    shuffled = list(cases)
    random.shuffle(shuffled)
    assert result_of(cases, resamples=50) == result_of(shuffled, resamples=50)


@given(documents)
def test_counts_are_of_every_span(drawn: list[tuple[Spans, Spans]]) -> None:
    """In every mode each gold span is counted once and each predicted span once; slices part the same spans."""
    result = result_of(cases_of(drawn))
    gold, found = (sum(len(pair[side]) for pair in drawn) for side in (0, 1))
    for mode in result["modes"].values():
        micro = mode["micro"]
        assert (micro["gold"], micro["predicted"]) == (gold, found)
        paired = micro["correct"] + micro["incorrect"] + micro["partial"]
        assert (paired + micro["missed"], paired + micro["spurious"]) == (gold, found)
    strict = result["modes"]["strict"]["micro"]
    for slices in result["slices"].values():
        for key in ("gold", "predicted", "correct"):
            assert sum(one[key] for one in slices.values()) == strict[key]
    assert sum(map(sum, result["confusion"]["matrix"])) == strict["gold"] + strict["spurious"]
    # The wrong spans of all errors together are the spans that are not strictly right, each once.
    assert sum(len(e["gold"]) for e in result["errors"]) == gold - strict["correct"]
    assert sum(len(e["predicted"]) for e in result["errors"]) == found - strict["correct"]
    assert sum(result["kinds"]["all"].values()) == len(result["errors"])
    for kind in KINDS:
        assert result["kinds"]["all"][kind] == sum(e["kind"] == kind for e in result["errors"])


@given(documents)
def test_json_holds_no_nan(drawn: list[tuple[Spans, Spans]]) -> None:
    result = result_of(cases_of(drawn), resamples=20)
    assert json.loads(json.dumps(result, allow_nan=False)) == json.loads(dump(result)) == result
    assert list(sheets(result))  # and every sheet can be made of it


def test_empty_sides() -> None:
    span = Found(0, 2, "VALUE")
    nothing = result_of([case("1", [], [], "字字")])
    assert nothing["modes"]["strict"]["micro"]["f1"] is None
    assert nothing["modes"]["strict"]["macro"]["f1"] is None
    assert [note.split(":")[0] for note in nothing["notes"]] == [
        "The gold holds no spans", "Nothing was predicted", "There is one document",
    ]  # fmt: skip
    missed = result_of([case("1", [span], [], "字字")])["modes"]["strict"]["micro"]
    assert (missed["precision"], missed["recall"], missed["f1"]) == (None, 0.0, 0.0)
    added = result_of([case("1", [], [span], "字字")])["modes"]["strict"]["micro"]
    assert (added["precision"], added["recall"], added["f1"]) == (0.0, None, 0.0)


def test_no_cases_at_all() -> None:
    result = result_of([])
    assert result["modes"]["strict"]["micro"]["gold"] == 0
    assert result["documents"] == []


def test_labels_outside_the_set_are_scored_too() -> None:
    result = result_of([case("1", [Found(0, 2, "OTHER")], [Found(0, 2, "ANY")], "字字")])
    assert result["labels"] == ["METRIC", "VALUE", "ANY", "OTHER"]


@pytest.mark.parametrize(
    ("spans", "what"),
    [
        ([Found(0, 3, "VALUE"), Found(2, 4, "VALUE")], "overlaps"),
        ([Found(2, 2, "VALUE")], "is empty"),
        ([Found(-1, 2, "VALUE")], "outside"),
        ([Found(8, 11, "VALUE")], "outside"),
    ],
)
def test_spans_that_cannot_be(spans: Spans, what: str) -> None:
    other = case("0", [], [], "字" * 10)
    for wrong in (case("1", spans, [], "字" * 10), case("1", [], spans, "字" * 10)):
        with pytest.raises(BaogaoError, match=what):
            result_of([other, wrong])


def test_without_text() -> None:
    result = result_of([case("1", [Found(0, 2, "VALUE")], [])])
    assert "quotes" not in result["modes"]
    assert result["errors"][0]["sentence"] is None
    assert list(result["slices"]["section"]) == ["unknown"]
    assert any("text is at hand" in note for note in result["notes"])


def test_slices_by_hand() -> None:
    text = "全年生产总值十亿元。今年计划投资五亿元。"
    metric, planned = Found(2, 6, "METRIC"), Found(14, 16, "METRIC")
    cases = [
        Case("a", "a", [metric, Found(6, 9, "VALUE")], [metric], text, "city", [(0, 20, "review")]),
        Case("b", "b", [planned], [metric, planned], text, "county", [(0, 10, "review"), (10, 20, "plan")]),
    ]
    result = evaluate(cases, LABELS, {}, seen={("生产总值", "METRIC"), ("十亿元", "METRIC")}, resamples=0)
    slices = {
        name: {key: (one["correct"], one["gold"], one["predicted"]) for key, one in found.items()}
        for name, found in result["slices"].items()
    }
    assert slices["level"] == {"city": (1, 2, 1), "county": (1, 1, 2)}
    assert slices["section"] == {"review": (1, 2, 2), "plan": (1, 1, 1)}
    assert slices["length"] == {"1–2": (1, 1, 1), "3–5": (1, 2, 2)}
    assert slices["document"] == {"a": (1, 2, 1), "b": (1, 1, 2)}
    # 十亿元 was seen, but as a METRIC.
    assert slices["surface"] == {"seen": (1, 1, 2), "unseen": (1, 2, 1)}


def test_a_slice_of_one_document_has_no_interval() -> None:
    span = Found(0, 2, "VALUE")
    cases = [Case(f"{i}", f"{i}", [span], [span], "字字", level) for i, level in enumerate(("city", "city", "county"))]
    levels = evaluate(cases, LABELS, {}, resamples=100)["slices"]["level"]
    assert levels["city"]["interval"] is not None
    assert levels["city"]["interval"]["f1"] == [1.0, 1.0]
    assert levels["county"]["interval"] is None


def test_a_score_is_a_number() -> None:
    result = result_of([case("1", [Found(0, 2, "VALUE")], [Found(0, 2, "VALUE", 0.75)], "字字")])
    assert result["calibration"] is not None
    assert math.isclose(result["calibration"]["ece"] or 0, 0.25)
