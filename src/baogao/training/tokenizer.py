"""The character tokenizer in Hugging Face's form, so that other tools read a model directory as we do."""

from __future__ import annotations

import sys
from functools import cache

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from baogao.tagger.vocabulary import Vocabulary


@cache
def _capitals() -> list[tuple[str, str]]:
    """Every character that has another as its lower case, with that."""
    pairs = ((chr(code), chr(code).lower()) for code in range(sys.maxunicode + 1))
    return [(char, lower) for char, lower in pairs if char != lower and len(lower) == 1]


def hub_tokenizer(vocabulary: Vocabulary) -> PreTrainedTokenizerFast:
    """A tokenizer that gives ``Vocabulary.encode`` between [CLS] and [SEP]: one token a character."""
    tokens = {token: i for i, token in enumerate(vocabulary.tokens)}
    tokenizer = Tokenizer(models.WordLevel(tokens, unk_token="[UNK]"))
    steps: list[normalizers.Normalizer] = [normalizers.Replace(a, b) for a, b in vocabulary.mapped.items()]
    # Capitals (also Ⅲ, Б) become small letters only where the vocabulary lacks them: character by character, as we map.
    steps += [normalizers.Replace(a, b) for a, b in _capitals() if a not in tokens and b in tokens]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), behavior="isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", vocabulary.cls), ("[SEP]", vocabulary.sep)],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]" if "[MASK]" in tokens else None,
        split_special_tokens=True,  # "[SEP]" in a report is five characters, not a token
    )
