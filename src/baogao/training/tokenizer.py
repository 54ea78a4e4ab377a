"""The character tokenizer in Hugging Face's form, so that other tools read a model directory as we do."""

from __future__ import annotations

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from baogao.tagger.vocabulary import Vocabulary


def hub_tokenizer(vocabulary: Vocabulary) -> PreTrainedTokenizerFast:
    """A tokenizer that gives ``Vocabulary.encode`` between [CLS] and [SEP]: one token a character."""
    tokens = {token: i for i, token in enumerate(vocabulary.tokens)}
    tokenizer = Tokenizer(models.WordLevel(tokens, unk_token="[UNK]"))
    steps: list[normalizers.Normalizer] = [normalizers.Replace(a, b) for a, b in vocabulary.mapped.items()]
    # Capitals become small letters only where the vocabulary lacks them: character by character, as we map them.
    capitals = [chr(c) for c in range(ord("A"), ord("Z") + 1)]
    steps += [normalizers.Replace(c, c.lower()) for c in capitals if c not in tokens and c.lower() in tokens]
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
