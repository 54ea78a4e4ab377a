"""Encoders: any BERT-format checkpoint by hub name or directory, or a small one from nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer, BertConfig, PreTrainedModel
from transformers.utils import logging

from baogao.errors import BaogaoError
from baogao.files import PACKAGED, located, sha256_file
from baogao.labels import LabelSet
from baogao.tagger.hints import NONE, hint_types
from baogao.tagger.vocabulary import Vocabulary
from baogao.training.schema import EncoderConfig, HeadConfig


def encoder_hash(path: str | None) -> str | None:
    """The start of the SHA-256 of a local checkpoint's weights; None for hub names, which have revisions, and for an
    encoder from nothing."""
    weights = located(path or "") / "model.safetensors"
    return sha256_file(weights)[:16] if path and weights.is_file() else None


def load_encoder(
    encoder: EncoderConfig, head: HeadConfig, labels: LabelSet, texts: Sequence[str]
) -> tuple[PreTrainedModel, Vocabulary, int]:
    """A token-classification model on the encoder, its vocabulary, and how many characters a window may hold.

    ``texts`` are the training paragraphs, of which an encoder from nothing takes its vocabulary. Raises BaogaoError
    for checkpoints that cannot be loaded or whose vocabulary is not one of characters.
    """
    if (encoder.path is None) == (encoder.architecture is None):
        raise BaogaoError(
            f"encoder {encoder.name!r} needs either a path or an architecture",
            remedy="see configs/encoder/bert_base_chinese.yaml and configs/encoder/scratch_tiny.yaml",
        )
    tags: dict[str, Any] = {
        "num_labels": len(labels.tags),
        "id2label": dict(enumerate(labels.tags)),
        "label2id": {tag: i for i, tag in enumerate(labels.tags)},
        "classifier_dropout": head.dropout,
    }
    types = hint_types(encoder.hints, labels)
    if encoder.path is not None and encoder.path.startswith(PACKAGED):
        encoder = replace(encoder, path=str(located(encoder.path)))
    if encoder.architecture is not None:
        vocabulary = Vocabulary.build(texts, min_count=encoder.architecture.min_count)
        config: Any = BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=encoder.architecture.hidden_size,
            num_hidden_layers=encoder.architecture.layers,
            num_attention_heads=encoder.architecture.attention_heads,
            intermediate_size=encoder.architecture.intermediate_size,
            max_position_embeddings=encoder.max_characters + 2,
            pad_token_id=vocabulary.pad,
            type_vocab_size=types,
            hidden_dropout_prob=encoder.dropout,
            **tags,
        )
        model = AutoModelForTokenClassification.from_config(config)  # type: ignore[no-untyped-call]
    else:
        assert encoder.path is not None
        config, vocabulary = _checkpoint(encoder, tags)
        model = _pretrained(encoder, config)
        if encoder.hints != NONE and int(config.type_vocab_size) != types:  # a tagger with hints has them already
            _widen_types(model, types)
    limit = min(encoder.max_characters, int(config.max_position_embeddings) - 2)
    if limit < 16:
        raise BaogaoError(
            f"windows of {limit} characters are too short to hold a sentence",
            remedy="raise encoder.max_characters (at least 16; 254 and more serve well)",
        )
    return model, vocabulary, limit


def _pretrained(encoder: EncoderConfig, config: Any) -> PreTrainedModel:
    """The checkpoint's encoder, under its own head if that fits; BaogaoError where weights of the encoder are amiss."""
    assert encoder.path is not None
    # The library warns of every weight it makes or leaves out. A new head is meant; what is not is looked at below.
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        model, found = AutoModelForTokenClassification.from_pretrained(
            encoder.path,
            config=config,
            revision=encoder.revision,
            dtype=torch.float32,
            ignore_mismatched_sizes=True,  # of a head for another label set
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise _unavailable(encoder, error) from error
    finally:
        logging.set_verbosity(verbosity)
    keys = [*found["missing_keys"], *(key for key, *_ in found["mismatched_keys"])]
    absent = sorted(key for key in keys if key.startswith(f"{model.base_model_prefix}."))
    if absent:
        more = " …" if len(absent) > 3 else ""
        raise BaogaoError(
            f"{len(absent)} weights of the encoder are not in {encoder.path}, or in another shape: "
            f"{', '.join(absent[:3])}{more}",
            remedy="name a checkpoint whose weights are those of its config.json",
        )
    return model  # type: ignore[no-any-return]


def _widen_types(model: PreTrainedModel, types: int) -> None:
    """Give the model ``types`` token types: that of no hint is the checkpoint's first, the others start beside it."""
    embeddings: Any = model.base_model.embeddings
    old: torch.Tensor = embeddings.token_type_embeddings.weight.data
    new = torch.nn.Embedding(types, old.shape[1])
    torch.nn.init.normal_(new.weight, std=float(model.config.initializer_range))
    new.weight.data[0] = 0
    new.weight.data += old[0]
    embeddings.token_type_embeddings = new
    model.config.type_vocab_size = types


def _checkpoint(encoder: EncoderConfig, tags: dict[str, Any]) -> tuple[Any, Vocabulary]:
    """Configuration and vocabulary of a checkpoint. Of its tokenizer only the vocabulary is used: a character is a
    token here, so that no digits or words are ever joined.
    """
    assert encoder.path is not None
    tags["hidden_dropout_prob"] = encoder.dropout
    try:
        config = AutoConfig.from_pretrained(encoder.path, revision=encoder.revision, **tags)
        tokens = AutoTokenizer.from_pretrained(encoder.path, revision=encoder.revision).get_vocab()
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise _unavailable(encoder, error) from error
    # Tokenizers add special tokens that the vocabulary lacks behind its end, where the checkpoint has no embeddings.
    return config, Vocabulary(_in_order({token: i for token, i in tokens.items() if i < config.vocab_size}))


def _in_order(tokens: Mapping[str, int]) -> list[str]:
    """The tokens at their ids. A vocab.txt that names a token twice leaves an id without one: it gets a name that is
    no character, so that every other token keeps the embedding that it was trained with.
    """
    names = {i: token for token, i in tokens.items()}
    return [names.get(i, f"[unnamed {i}]") for i in range(max(names, default=-1) + 1)]


def _unavailable(encoder: EncoderConfig, error: Exception) -> BaogaoError:
    local = Path(str(encoder.path)).is_dir()
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return BaogaoError(
        f"cannot load the encoder {encoder.name!r} from {encoder.path}: {first}",
        remedy="check that the directory holds config.json, vocab.txt and the weights"
        if local
        else "connect to the hub once, or name a directory that holds the checkpoint: encoder.path=DIRECTORY",
    )
