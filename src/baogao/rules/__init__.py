"""Rules for spans: regular expressions and word lists. A hint to the tagger, and a measuring stick for it."""

from baogao.rules.find import find

__all__ = ["find"]
