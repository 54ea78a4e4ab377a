"""Hints: what simple rules say of a character, given to the encoder beside the character itself.

BERT adds a token type's embedding to each token's. Here the type of a character is the tag that the rules propose for
it, so that a small model need not learn from few examples what a number with a unit looks like, and is free to
overrule the rules where the context speaks against them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from baogao.errors import BaogaoError
from baogao.labels import LabelSet
from baogao.rules import find

NONE: Final = "none"
KINDS: Final = (NONE, "rules")


def hint_types(kind: str, labels: LabelSet) -> int:
    """How many token types a kind of hint needs; BaogaoError for an unknown kind."""
    if kind not in KINDS:
        raise BaogaoError(f"there are no hints {kind!r}", remedy=f"use one of: {', '.join(KINDS)}")
    if kind == NONE:
        return 2  # as BERT has them; all characters are of the first
    return len(labels.tags)


def hints(kind: str, text: str, labels: LabelSet) -> npt.NDArray[np.int64]:
    """The token type of each character of a paragraph's view: shape (len(text),).

    With rules, a type is the id of an IOB2 tag of ``labels``; rules for labels that the set does not have say nothing.
    """
    types = np.zeros(len(text), dtype=np.int64)
    if kind != NONE:
        for found in find(text):
            if found.label in labels.names:
                types[found.start : found.end] = labels.inside(found.label)
                types[found.start] = labels.begin(found.label)
    return types
