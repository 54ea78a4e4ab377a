"""The guidelines' worked examples carry lawful marks, and say what the gold says where they quote a shipped report."""

from __future__ import annotations

import re

from baogao.corpus import load_records
from baogao.corpus.markup import parse_markup
from baogao.labels import LabelSet
from conftest import ROOT

GUIDE = (ROOT / "annotations" / "GUIDELINES.md").read_text("utf-8")


def test_right_examples_agree_with_the_gold(labels: LabelSet) -> None:
    examples = re.findall(r"正[：:]\s*(.*⟦.*)", GUIDE)
    assert len(examples) >= 40
    records = load_records([ROOT / "annotations" / "original"], labels)
    quoted = 0
    for example in examples:
        record = parse_markup(f"---\nid: example\n---\n{example.strip()}", labels)
        assert record.text is not None
        core = record.text.strip(" 。…")
        shift = record.text.index(core)
        expected = {(m.start - shift, m.end - shift, m.label) for m in record.marks}
        for source in records:
            assert source.text is not None
            start = source.text.find(core)
            if start >= 0:
                quoted += 1
                end = start + len(core)
                found = {
                    (m.start - start, m.end - start, m.label) for m in source.marks if start <= m.start and m.end <= end
                }
                assert found == expected, example
                break
    assert quoted >= 30


def test_every_type_and_hotkey_is_explained(labels: LabelSet) -> None:
    for label in labels.types:
        assert f"| {label.zh} | {label.name} | {label.hotkey} |" in GUIDE
