"""Character vocabularies in BERT's format: one character is one token, so that offsets need no alignment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from baogao.errors import BaogaoError
from baogao.files import write_text

SPECIAL: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# Stand-ins for punctuation that the common Chinese BERT vocabulary lacks; without them an opening and a closing
# quote would be the same unknown token. One character for one: offsets stay.
SUBSTITUTES: Final = {"“": "「", "”": "」", "‘": "『", "’": "』", "—": "-", "…": "."}
# Every character that prose of any report may hold although the training text does not.
ALWAYS: Final = (
    "，。、；：？！“”‘’（）《》〈〉【】〔〕「」『』—…·～￥"
    " !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~"
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "〇一二三四五六七八九十百千万亿两零①②③④⑤⑥⑦⑧⑨⑩℃‰㎡²³"
)


class Vocabulary:
    """The tokens of an encoder in the order of their ids, and the mapping of characters to them."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tuple(tokens)
        self._ids = {token: i for i, token in enumerate(self.tokens)}
        missing = [t for t in SPECIAL[:4] if t not in self._ids]
        if missing:
            raise BaogaoError(
                f"the vocabulary lacks {', '.join(missing)}: it is not of BERT's format",
                remedy="use a BERT-format encoder (vocab.txt with [PAD] [UNK] [CLS] [SEP])",
            )
        if not any("\u4e00" <= token <= "\u9fff" for token in self.tokens if len(token) == 1):
            raise BaogaoError(
                "the vocabulary holds no single Chinese characters",
                remedy="use a Chinese BERT-format encoder; sentence-piece and byte-level vocabularies do not fit",
            )
        self.pad, self.unknown, self.cls, self.sep = (self._ids[t] for t in SPECIAL[:4])
        self._cache: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, text: str) -> npt.NDArray[np.int64]:
        """The token ids of ``text``, one a character: shape (len(text),), without [CLS] and [SEP]."""
        return np.fromiter((self.token_id(c) for c in text), dtype=np.int64, count=len(text))

    def token_id(self, char: str) -> int:
        """The id of the character, of its lower case, or of its stand-in, else of [UNK]."""
        found = self._cache.get(char)
        if found is None:
            lower = char.lower()
            for form in (char, lower, SUBSTITUTES.get(char, char)):
                if form in self._ids:
                    found = self._ids[form]
                    break
            else:
                found = self.unknown
            self._cache[char] = found
        return found

    @cached_property
    def mask(self) -> int:
        """The id of [MASK], which only training needs; BaogaoError for a vocabulary without it."""
        if SPECIAL[4] not in self._ids:
            raise BaogaoError(
                "the vocabulary lacks [MASK], so that no characters can be masked",
                remedy="set encoder.character_dropout=0, or take an encoder that was pre-trained with [MASK]",
            )
        return self._ids[SPECIAL[4]]

    @cached_property
    def mapped(self) -> dict[str, str]:
        """The stand-ins that this vocabulary needs: for the model card and for the tokenizer's normalizer."""
        return {c: s for c, s in SUBSTITUTES.items() if c not in self._ids and s in self._ids}

    def save(self, folder: str | Path) -> None:
        """Write ``vocab.txt``, a token a line."""
        write_text(Path(folder) / "vocab.txt", "".join(token + "\n" for token in self.tokens))

    @classmethod
    def load(cls, folder: str | Path) -> Vocabulary:
        """The vocabulary in a model directory's ``vocab.txt``."""
        path = Path(folder) / "vocab.txt"
        try:
            # Only "\n" ends a token: vocabularies hold characters that splitlines() takes for line ends.
            tokens = path.read_text("utf-8").removesuffix("\n").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise BaogaoError(f"cannot read the vocabulary: {error}", path=path) from error
        return cls(tokens)

    @classmethod
    def build(cls, texts: Iterable[str], *, min_count: int = 1) -> Vocabulary:
        """A vocabulary of the characters of ``texts`` that occur ``min_count`` times or more, and common ones."""
        counts = Counter(c for text in texts for c in text)
        found = {c for c, n in counts.items() if n >= min_count and not c.isspace()}
        return cls((*SPECIAL, *sorted(found | set(ALWAYS))))
