"""Label sets: everything follows from the YAML, whatever its types are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from seqeval.scheme import IOB2, Tokens

from baogao import BaogaoError
from baogao.files import configs_dir
from baogao.labels import LabelSet, load_labels


@pytest.fixture(params=["report", "cluener"])
def any_labels(request: pytest.FixtureRequest) -> LabelSet:
    return load_labels(request.param)


def test_the_types_of_the_scheme(labels: LabelSet) -> None:
    assert labels.names == ("METRIC", "VALUE", "CHANGE", "PROGRAM", "SLOGAN")
    assert labels.tags[:5] == ("O", "B-METRIC", "I-METRIC", "B-VALUE", "I-VALUE")
    assert [t.zh for t in labels.types] == ["指标", "数值", "增减", "项目行动", "口号提法"]


def test_ids_follow_the_order(any_labels: LabelSet) -> None:
    for i, name in enumerate(any_labels.names):
        assert (any_labels.begin(name), any_labels.inside(name)) == (2 * i + 1, 2 * i + 2)
        assert any_labels.tags[any_labels.inside(name)] == f"I-{name}"


def test_transitions_are_those_that_seqeval_takes_for_iob2(any_labels: LabelSet) -> None:
    """A pair of tags is allowed exactly where seqeval reads it as valid IOB2."""
    for i, first in enumerate(any_labels.tags):
        for j, second in enumerate(any_labels.tags):
            tokens = Tokens([first, second], IOB2)
            valid = not second.startswith("I-") or (len(tokens.entities) == 1 and tokens.entities[0].end == 2)
            if first.startswith("I-"):  # an I that stands first is invalid itself; judge only what follows it
                valid = not second.startswith("I-") or first == second
            assert any_labels.allowed[i, j] == valid, (first, second)
        assert any_labels.allowed_first[i] == (not first.startswith("I-"))


def test_label_studio_interface_is_generated(any_labels: LabelSet) -> None:
    root = ElementTree.fromstring(any_labels.to_label_studio())
    shown = [(e.get("value"), e.get("alias"), e.get("hotkey")) for e in root.iter("Label")]
    assert shown == [(t.zh, t.name, t.hotkey) for t in any_labels.types]
    text = root.find("Text")
    assert text is not None
    assert text.get("granularity") == "symbol"


def test_round_trip_through_configuration(any_labels: LabelSet) -> None:
    assert load_labels(any_labels.to_config()) == any_labels
    assert yaml.safe_load((configs_dir() / "labels" / f"{any_labels.name}.yaml").read_text("utf-8")) == (
        any_labels.to_config()
    )


def test_unknown_names_say_what_there_is(labels: LabelSet) -> None:
    with pytest.raises(BaogaoError, match="use one of: cluener, report"):
        load_labels("typo")
    with pytest.raises(BaogaoError, match="METRIC, VALUE"):
        labels.begin("MERTIC")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name: x", "needs 'name', 'scheme' and a list 'types'"),
        ("types: [{name: A}]", "exactly name, zh"),
        ("types: []", "has no types"),
        ("types: [{name: '1', zh: 甲, description: d, color: c, hotkey: k}]", "no label name"),
        ("a: [", "cannot read"),
        (
            "types: [{name: A, zh: 甲, description: d, color: c, hotkey: '1'},"
            " {name: A, zh: 乙, description: d, color: c, hotkey: '2'}]",
            "'A' is empty or given twice",
        ),
    ],
)
def test_malformed_sets_are_refused(write: Callable[..., Path], content: str, message: str) -> None:
    with pytest.raises(BaogaoError, match=message):
        load_labels(write("labels.yaml", content))
