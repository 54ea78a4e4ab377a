"""Features of characters for the CRF: strings that crfsuite weighs. No dictionary, no segmenter."""

from __future__ import annotations

from typing import Final

_NUMERALS: Final = "〇零一二三四五六七八九十百千万亿两"
_UNITS: Final = "%‰元个户人亩里吨米项家所条件次名场处座倍点只头万期宗辆平方公册支对份台套间位类级年月日天"
_CLASSES: Final = {
    **dict.fromkeys(_UNITS, "u"),
    **dict.fromkeys(_NUMERALS, "n"),
    **dict.fromkeys("0123456789.", "d"),
    "“": "<", "”": ">",
    "（": "(", "）": ")",
    **dict.fromkeys("。！？；", "."),
    "，": ",", "、": "、", "：": ":",
    **dict.fromkeys("—-~+·《》", "-"),
    " ": " ",
}  # fmt: skip
_STOPS: Final = "。！？；，"
_FAR: Final = 24


def classes(text: str) -> str:
    """A letter a character: digit, numeral, unit character, quote, punctuation by kind, Latin letter, other."""
    return "".join(_CLASSES.get(c, "a" if c.isascii() else "h") for c in text)


def features(text: str) -> list[list[str]]:
    """The features of every character of a paragraph: ``len(result) == len(text)``.

    Characters and classes around it, pairs and triples of them, whether it stands inside quotes, and how far it is to
    the clause's edges and numbers.
    """
    kind = classes(text)
    padded = f"^^^^{text}$$$$"
    shape = f"^^^^{kind}$$$$"
    quoted = _quoted(text)
    ahead, behind = _distances(text, kind)
    rows = []
    for i in range(len(text)):
        k = i + 4
        row = ["bias"]
        row += [f"c{d}={padded[k + d]}" for d in range(-4, 5)]
        row += [f"cc{d}={padded[k + d : k + d + 2]}" for d in range(-3, 3)]
        row += [f"ccc{d}={padded[k + d : k + d + 3]}" for d in range(-3, 2)]
        row += [f"s{d}={shape[k + d]}" for d in range(-4, 5)]
        row += [f"ss{d}={shape[k + d : k + d + 2]}" for d in range(-2, 2)]
        row += [f"sss{d}={shape[k + d : k + d + 3]}" for d in range(-2, 1)]
        row += [f"sssss={shape[k - 2 : k + 3]}", f"q={quoted[i]}", f"n>{ahead[i]}", f"n<{behind[i]}"]
        rows.append(row)
    return rows


def _quoted(text: str) -> list[str]:
    """For every character: outside quotes "o", in a pair of quotes "i", with how much follows its closing quote."""
    state = ["o"] * len(text)
    opened = -1
    for i, char in enumerate(text):
        if char == "“":
            opened = i
        elif char == "”" and opened >= 0:
            state[opened : i + 1] = ["i"] * (i + 1 - opened)
            for k in range(i + 1, min(i + 7, len(text))):
                state[k] = f"o{k - i}"
            opened = -1
    return state


def _distances(text: str, kind: str) -> tuple[list[str], list[str]]:
    """For every character, how far the nearest number of its clause is, ahead and behind; "-" where there is none."""
    ahead, behind = ["-"] * len(text), ["-"] * len(text)
    near = _FAR
    for i in range(len(text) - 1, -1, -1):
        near = 0 if kind[i] in "dn" else _FAR if text[i] in _STOPS else min(near + 1, _FAR)
        ahead[i] = _bucket(near)
    near = _FAR
    for i in range(len(text)):
        near = 0 if kind[i] in "dn" else _FAR if text[i] in _STOPS else min(near + 1, _FAR)
        behind[i] = _bucket(near)
    return ahead, behind


def _bucket(distance: int) -> str:
    if distance >= _FAR:
        return "-"
    return str(distance) if distance < 6 else "6" if distance < 9 else "9" if distance < 14 else "14"
