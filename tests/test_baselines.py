"""The baselines in benchmarks/: hand-worked sentences, exact offsets, and files that the evaluation takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from baogao.corpus import Record, load_records
from baogao.corpus.markup import parse_markup
from baogao.labels import LabelSet
from baogao.scoring import score_predictions
from baogao.spans import Span, check_spans
from benchmarks.baselines import rules
from benchmarks.baselines.examples import examples
from benchmarks.baselines.features import classes, features
from strategies import texts


def marked(source: str, labels: LabelSet) -> Record:
    """A record of an inline-marked text without front matter."""
    return parse_markup(f"---\nid: x\n---\n{source}", labels)


@pytest.mark.parametrize(
    "source",
    [
        "全年⟦指标|地区生产总值⟧⟦数值|75.2亿元⟧，⟦增减|同比增长6.8%⟧；实施⟦项目行动|“百千万工程”⟧。",
        "⟦指标|网上可办率⟧达⟦数值|95%以上⟧。",
        "⟦指标|商品化处理率⟧⟦增减|由46%提高到63%⟧，⟦指标|农村低保对象⟧⟦数值|9640户⟧共⟦数值|1.73万人⟧。",
        "⟦指标|小家电⟧、⟦指标|五金卫浴⟧、⟦指标|定制家具产值⟧⟦增减|分别增长9.4%⟧、⟦增减|5.7%⟧和⟦增减|1.2%⟧。",
        "改造⟦指标|老旧小区⟧⟦数值|6个⟧、新建⟦指标|公厕⟧⟦数值|12座⟧，全镇共有⟦数值|14个⟧⟦指标|行政村⟧。",
        "占财政支出的⟦数值|82.4%⟧，2021年连续8年居全市第二位，抓好三个方面、七项工作，拨打12345热线。",
        "⟦指标|建档立卡贫困户⟧⟦数值|318户907人⟧，⟦指标|主要工业品产量⟧⟦增减|翻一番⟧。",
        "增强⟦口号提法|“四个意识”⟧，坚持⟦口号提法|稳中求进工作总基调⟧，扎实做好⟦口号提法|“六稳”⟧工作。",
        "开展⟦项目行动|“三严三实”专题教育⟧，推行⟦项目行动|河长制⟧，打好⟦项目行动|污染防治攻坚战⟧。",
        "开工建设⟦项目行动|上磨川集中供水⟧、⟦项目行动|镇区排洪渠⟧等工程。",
        "⟦指标|城镇新增就业⟧⟦数值|9 8.6 万人⟧",  # numbers keep the spaces inside
    ],
)
def test_rules_by_hand(source: str, labels: LabelSet) -> None:
    record = marked(source, labels)
    assert record.text is not None
    assert rules.tag(record.text) == list(record.marks)


@given(texts)
@settings(max_examples=60, deadline=None)
def test_rules_give_lawful_spans(text: str) -> None:
    check_spans(text, [Span.of(text, *mark) for mark in rules.tag(text)])


def test_classes_and_features() -> None:
    assert classes("“四早”8.5%，x ") == "<nh>dddu,a "
    rows = features("增长8%，“甲”")
    assert len(rows) == 8
    assert {"c0=8", "c-1=长", "cc0=8%", "s0=d", "ss0=du", "q=o", "n>0", "n<0"} <= set(rows[2])
    assert {"c-1=^", "n>2", "n<-"} <= set(rows[0])
    assert {"q=i", "n>-", "n<-"} <= set(rows[6])  # the comma ends the clause of the number


def test_examples_tag_the_annotated_view(labels: LabelSet) -> None:
    record = marked("　⟦指标|产值⟧  ⟦数值|5  亿元⟧\n其他", labels)
    first, second = examples([record], labels)
    assert first.view.text == "产值 5 亿元"
    assert first.tags == ("B-METRIC", "I-METRIC", "O", "B-VALUE", "I-VALUE", "I-VALUE", "I-VALUE")
    assert (second.view.text, second.tags) == ("其他", ("O", "O"))


def test_crf_learns_two_reports(labels: LabelSet) -> None:
    pytest.importorskip("sklearn_crfsuite")
    from benchmarks.baselines.crf import Crf, Settings, lawful

    stray = ["I-VALUE", "I-VALUE", "O", "I-METRIC", "I-VALUE", "B-VALUE", "I-VALUE"]
    mended = ["B-VALUE", "I-VALUE", "O", "B-METRIC", "B-VALUE", "B-VALUE", "I-VALUE"]
    assert [labels.tags[i] for i in lawful(stray, labels)] == mended
    sentence = "全年⟦指标|{}⟧⟦数值|{}亿元⟧，⟦增减|增长{}%⟧，实施⟦项目行动|“{}”工程⟧。\n"
    names = ["生产总值", "工业产值", "财政收入", "存款余额", "消费总额", "外贸总额"]
    sources = ["".join(sentence.format(n, k + i, i + 2, n[:2] + "提升") for i, n in enumerate(names)) for k in (3, 17)]
    records = [marked(source, labels) for source in sources]
    tagger = Crf.train(records, labels, Settings(c1=0.01, c2=0.01, min_freq=1, iterations=50))
    text = "　全年工业产值28亿元，增长 4%，实施“财政提升”工程。"
    found = [(m.label, text[m.start : m.end]) for m in tagger.tag(text)]
    assert found == [
        ("METRIC", "工业产值"), ("VALUE", "28亿元"), ("CHANGE", "增长 4%"), ("PROGRAM", "“财政提升”工程"),
    ]  # fmt: skip
    assert tagger.tag("") == []
    assert all(0.5 < sure <= 1 for _, sure in tagger.scored(text))
    assert min(sure for _, sure in tagger.scored("全年他们说完了工业28亿，增长“甲”。")) < 0.9


def test_command_writes_what_the_evaluation_reads(
    tmp_path: Path, labels: LabelSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from benchmarks.baselines.__main__ import app

    gold = tmp_path / "gold.jsonl"
    record = marked("全年⟦指标|地区生产总值⟧⟦数值|75.2亿元⟧。\n他们说完了。", labels)
    gold.write_text(json.dumps(record.to_json(), ensure_ascii=False) + "\n", "utf-8")
    out = tmp_path / "out.jsonl"
    assert CliRunner().invoke(app, ["rules", "-o", str(out), str(gold)]).exit_code == 0
    (found,) = load_records([out], labels)
    assert (found.id, found.sha256, found.text, found.annotator) == (record.id, record.sha256, None, "rules")
    assert score_predictions([found], [record], labels)["modes"]["strict"]["micro"]["f1"] == 1.0
