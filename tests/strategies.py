"""What hypothesis draws: texts of all planes of Unicode with odd white space, and annotated texts."""

from __future__ import annotations

from hypothesis import strategies as st

WHITE = " \t\n\r\x0b\x0c\x1c\x85\u00a0\u2003\u2028\u2029\u3000\u200b\ufeff"
REPORT = "全年地区生产总值155.9亿元，增长6.2%。“百千万工程”；（其中）“"
PIECES = [
    "[bookmark: _GoBack]",
    "\r\n",
    "\n\n\n",
    "　　",
    "100 %",
    "𠀀𠮷",
    "e\u0301",
    "\U0001f468\u200d\U0001f469",
    '"引"',
]

characters = st.one_of(
    st.sampled_from(REPORT),
    st.sampled_from(WHITE),
    st.characters(exclude_categories=["Cs"]),
)
texts = st.lists(st.one_of(characters, st.sampled_from(PIECES), st.text(REPORT, max_size=40)), max_size=60).map("".join)


@st.composite
def annotated(draw: st.DrawFn, labels: tuple[str, ...] = ("METRIC", "VALUE")) -> tuple[str, list[tuple[int, int, str]]]:
    """A text and lawful spans in it: not empty, no white space at the edges, no overlap, on one line."""
    text = draw(texts)
    edges = sorted(set(draw(st.lists(st.integers(0, len(text)), max_size=12))))
    spans = []
    for start, end in zip(edges[::2], edges[1::2], strict=False):
        surface = text[start:end]
        if surface and surface == surface.strip() and len(surface.splitlines()) == 1:
            spans.append((start, end, draw(st.sampled_from(labels))))
    return text, spans
