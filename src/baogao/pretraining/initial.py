"""Pre-training that goes on from an encoder, which may be made deeper: nearly all that was learned is kept."""

from __future__ import annotations

import copy
import json
from typing import Any, Final

import torch
from transformers import BertConfig, BertForMaskedLM

from baogao.errors import BaogaoError
from baogao.files import located
from baogao.training.schema import ArchitectureConfig

SPECIAL_POSITIONS: Final = 2  # [CLS] and [SEP]
REMEDY: Final = "name a directory of baogao pretrain, or packaged:encoder"


def require_initial(name: str, shape: ArchitectureConfig, max_characters: int) -> None:
    """Raise BaogaoError unless a run of this shape can start from the encoder ``name``: as wide, at least as deep."""
    folder = located(name)
    if not (folder / "model.safetensors").is_file():
        raise BaogaoError("no encoder's weights are there", path=folder / "model.safetensors", remedy=REMEDY)
    try:
        config = BertConfig.from_pretrained(folder)
    except (OSError, ValueError) as error:
        raise BaogaoError(f"the encoder cannot be read: {error}", path=folder, remedy=REMEDY) from error
    pairs = {
        "architecture.hidden_size": (shape.hidden_size, config.hidden_size),
        "architecture.attention_heads": (shape.attention_heads, config.num_attention_heads),
        "architecture.intermediate_size": (shape.intermediate_size, config.intermediate_size),
        "max_characters": (max_characters, config.max_position_embeddings - SPECIAL_POSITIONS),
    }
    for key, (ours, theirs) in pairs.items():
        if ours != theirs:
            raise BaogaoError(f"{key}={ours} where the encoder has {theirs}", path=folder, remedy=f"{key}={theirs}")
    if shape.layers < config.num_hidden_layers:
        raise BaogaoError(
            f"architecture.layers={shape.layers} are fewer than the {config.num_hidden_layers} of the encoder",
            path=folder,
            remedy="raise architecture.layers",
        )


def characters_before(name: str) -> int:
    """How many characters the encoder and those it went on from have seen; 0 where it does not say."""
    path = located(name) / "pretraining.json"
    if not path.is_file():
        return 0
    metrics = json.loads(path.read_text("utf-8"))
    return int(metrics["characters"]) + int(metrics.get("characters_before", 0))


def take_over(model: BertForMaskedLM, name: str) -> None:
    """Fill ``model`` with the weights of the encoder ``name`` (a directory, or packaged:encoder) and its head.

    ``model`` may have more layers: the additional ones stand evenly between the others, where each soon learns its
    part, and change little of what passes through them at first (``idle_copy``). Raises BaogaoError where the weights
    cannot be read or are not those.
    """
    try:
        old: Any = BertForMaskedLM.from_pretrained(located(name), dtype=torch.float32)
        layers = old.bert.encoder.layer
        extra = model.config.num_hidden_layers - len(layers)
        after = [-(-(number + 1) * len(layers) // extra) - 1 for number in range(extra)]
        deeper = torch.nn.ModuleList()
        for number, layer in enumerate(layers):
            deeper.append(layer)
            deeper.extend(idle_copy(layer) for _ in range(after.count(number)))
        old.bert.encoder.layer = deeper
        model.load_state_dict(old.state_dict())
    except (OSError, ValueError, RuntimeError) as error:
        raise BaogaoError(f"the encoder cannot be read: {error}", path=name, remedy=REMEDY) from error


def idle_copy(layer: torch.nn.Module) -> torch.nn.Module:
    """A copy of one of BERT's layers whose output is nearly its input, if that comes from ``layer``.

    What it adds to its input is nothing, for its two output projections are zero. Its normalisations give back what
    the input has on average (mean and deviation of a normalised vector scaled and shifted by ``layer``'s own).
    """
    new: Any = copy.deepcopy(layer)
    parts = (new.attention.output, new.output)
    with torch.no_grad():
        scale, shift = new.output.LayerNorm.weight, new.output.LayerNorm.bias
        mean = float(shift.mean())
        deviation = float((scale.square().mean() + shift.var(correction=0)).sqrt())
        for part in parts:
            part.dense.weight.zero_()
            part.dense.bias.zero_()
            part.LayerNorm.weight.fill_(deviation)
            part.LayerNorm.bias.fill_(mean)
    return new  # type: ignore[no-any-return]
