"""The model card: what a model is, what it was made of, how well it does, what it must not be taken for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from baogao.corpus.records import Record
from baogao.corpus.splits import size_of
from baogao.evaluation.render import card_section
from baogao.tagger.vocabulary import Vocabulary
from baogao.training.schema import TrainConfig


def model_card(
    config: TrainConfig,
    parts: Mapping[str, Sequence[Record]],
    metrics: Mapping[str, Any],
    signed: Mapping[str, Any],
    versions: Mapping[str, str],
    vocabulary: Vocabulary,
) -> str:
    """The README of a model directory, in Markdown."""
    origin = config.encoder.path or "trained from nothing"
    lines = [
        f"# {config.name}",
        "",
        f"A token classifier for Chinese government work reports. Encoder: {config.encoder.name} ({origin}); "
        f"head: {config.head.name}; one token a character; label set `{config.labels.name}`, "
        f"scheme {config.labels.scheme}: {', '.join(t.name for t in config.labels.types)}.",
        "",
        "```python",
        "import baogao",
        "",
        'predictor = baogao.load("THIS_DIRECTORY")',
        "document = predictor(text)",
        "```",
        "",
        "## Data",
        "",
        "| part | reports | places | characters | spans |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for part, records in parts.items():
        places = len({r.meta.get("place", r.id) for r in records})
        spans = sum(len(r.marks) for r in records)
        texts = len({r.sha256 for r in records})  # one may be annotated in parts, by records of their own
        lines.append(f"| {part} | {texts} | {places} | {sum(map(size_of, records)):,} | {spans:,} |")
    for part, result in metrics.items():
        lines += ["", f"## Scores, {part}", "", card_section(result)]
    lines += ["", "## Recipe", "", f"Signature: `{dict(signed)}`. The whole configuration is in `train_config.yaml`."]
    lines += ["", "Versions: " + ", ".join(f"{k} {v}" for k, v in versions.items()) + "."]
    if vocabulary.mapped:
        pairs = " ".join(f"{a}→{b}" for a, b in vocabulary.mapped.items())
        lines += ["", f"The encoder's vocabulary lacks some punctuation; it is fed stand-ins: {pairs}"]
    lines += [
        "",
        "## Limits",
        "",
        "Scores hold for reports like those of the test part. A span's score is the model's own probability, not a "
        "guarantee. Numbers for publication should be read in their sentence.",
    ]
    return "\n".join(lines) + "\n"
