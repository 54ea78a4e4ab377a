"""The card of a pre-trained encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from baogao.pretraining.schema import PretrainConfig


def encoder_card(config: PretrainConfig, metrics: Mapping[str, Any], versions: Mapping[str, str]) -> str:
    """The README of an encoder directory, in Markdown."""
    shape, masking, trainer = config.architecture, config.masking, config.trainer
    sources = "\n".join(f"| {s['name']} | {s['characters']:,} | {s['passes']:g} |" for s in metrics["sources"])
    started = (
        ""
        if config.initial is None
        else f"\n\nIt went on from an encoder that had seen {metrics['characters_before']:,} characters "
        f"({config.initial}); layers that it did not have started as copies that add nothing."
    )
    return f"""# {config.name}

A small BERT for Chinese official prose, pre-trained as a masked language model: {shape.layers} layers,
{shape.hidden_size} wide, {shape.attention_heads} heads, {metrics["parameters"]:,} parameters, windows of
{config.max_characters} characters. One character is one token, digits and Latin letters included; the
vocabulary of {metrics["vocabulary"]:,} holds “ ” ‘ ’ — … themselves.

```
baogao train encoder.path=THIS_DIRECTORY encoder.name={config.name}
```

## Text

| source | characters | passes, in relation |
| --- | ---: | ---: |
{sources}

Left out: the places {", ".join(config.text.exclude_places) or "(none)"}, the reports annotated in
{", ".join(config.text.exclude_annotations) or "(none)"} with all reports of their places (of the State
Council, which reports every year, these alone), and every paragraph of 20 characters or more that stands in one of
these. The text itself is not part of this directory.

## Recipe

Spans of {masking.mean_length} characters in the mean (at most {masking.max_length}) are hidden, {masking.rate:.0%} of
a window; {metrics["steps"]:,} steps of {trainer.batch_size} windows ({metrics["characters"]:,} characters seen), AdamW,
peak rate {trainer.lr:g}, {trainer.warmup_steps} steps of warm-up, {trainer.decay_steps} of decay, {trainer.precision}.
Loss on held-out text: {metrics["held_out_loss"]:.3f} nats a hidden character.{started}

Signature: `{metrics["signature"]}`. Versions: {", ".join(f"{k} {v}" for k, v in versions.items())}.

## Limits

It has seen official prose alone, most of it of the last twenty years, and no other kind of Chinese. It is made to be
fine-tuned, not to write.
"""
