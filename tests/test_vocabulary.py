"""Character vocabularies, and the same thing in Hugging Face's form."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from transformers import AutoTokenizer

from baogao import BaogaoError
from baogao.tagger import Vocabulary
from baogao.tagger.vocabulary import SPECIAL
from baogao.training.tokenizer import hub_tokenizer
from strategies import texts

OWN = Vocabulary.build(["全年地区生产总值", "\u2028\x85𠀀"])
# As in the common Chinese vocabulary: no curved quotes, no dash, no capitals; joined digits that must not be used.
HUB = Vocabulary(
    [*SPECIAL, "「", "」", "『", "』", "-", ".", "g", "d", "p", "2", "0", "2020", "##0", "全", "年", "ⅲ", "α"]
)


def test_one_token_a_character() -> None:
    assert len(OWN.encode("全年2020𠀀")) == 7
    assert OWN.unknown not in OWN.encode("“”‘’—…全年ABC09")
    assert HUB.tokens[HUB.encode("2020")[0]] == "2"


def test_stand_ins_where_the_vocabulary_lacks_quotes() -> None:
    opening, closing = HUB.encode("“”")
    assert (HUB.tokens[opening], HUB.tokens[closing]) == ("「", "」")
    assert [HUB.tokens[i] for i in HUB.encode("‘’—…GDP")] == ["『", "』", "-", ".", "g", "d", "p"]
    assert HUB.mapped["“"] == "「"
    assert OWN.mapped == {}


def test_only_masking_needs_a_mask() -> None:
    """Vocabularies of taggers need not hold [MASK]; whoever masks characters is told what to do."""
    without = Vocabulary([token for token in OWN.tokens if token != "[MASK]"])
    assert OWN.tokens[OWN.mask] == "[MASK]"
    assert without.encode("一").size == 1
    with pytest.raises(BaogaoError, match=r"(?s)lacks \[MASK\].*character_dropout=0"):
        _ = without.mask


def test_save_and_load(tmp_path: Path) -> None:
    OWN.save(tmp_path)
    assert Vocabulary.load(tmp_path).tokens == OWN.tokens


@pytest.mark.parametrize("tokens", [["全"], [*SPECIAL, "a", "b"]])
def test_vocabularies_of_another_kind_are_refused(tokens: list[str]) -> None:
    with pytest.raises(BaogaoError, match="vocabulary"):
        Vocabulary(tokens)


def test_rare_characters_become_unknown() -> None:
    built = Vocabulary.build(["全全年"], min_count=2)
    assert built.token_id("全") != built.unknown == built.token_id("年")


def test_other_scripts_have_capitals_too() -> None:
    text = "Ⅲ类αΑ"
    assert [HUB.tokens[i] for i in HUB.encode(text)] == ["ⅲ", "[UNK]", "α", "α"]
    assert hub_tokenizer(HUB)(text)["input_ids"][1:-1] == HUB.encode(text).tolist()


@given(texts)
def test_the_hub_tokenizer_gives_the_same_ids(text: str) -> None:
    for vocabulary in (OWN, HUB):
        expected = [vocabulary.cls, *vocabulary.encode(text).tolist(), vocabulary.sep]
        assert hub_tokenizer(vocabulary)(text)["input_ids"] == expected


def test_special_tokens_in_a_report_are_text(tmp_path: Path) -> None:
    hub_tokenizer(OWN).save_pretrained(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    assert tokenizer("全[SEP]年")["input_ids"] == [OWN.cls, *OWN.encode("全[SEP]年").tolist(), OWN.sep]
