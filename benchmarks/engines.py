"""How fast the engines tag, as a ratio within one run: python benchmarks/engines.py MODEL [REPORT…]

Alternates the engines over the same reports, so that what else the machine does meets both; prints characters a second
(the best of the rounds) and the ratio. Absolute figures depend on the machine, the ratio hardly.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from baogao.reports import read
from baogao.tagger import Tagger

ROUNDS = 5


def main() -> None:
    """Measure and print."""
    model, *files = sys.argv[1:]
    paths = [Path(f) for f in files] or sorted((Path(__file__).parents[1] / "data" / "reports").glob("*.txt"))[:10]
    texts = [read(path).text for path in paths]
    characters = sum(map(len, texts))
    taggers = {name: Tagger.load(model, name, threads=2) for name in ("onnx", "torch")}
    best = dict.fromkeys(taggers, float("inf"))
    for _ in range(ROUNDS):
        for name, tagger in taggers.items():
            started = time.perf_counter()
            for text in texts:
                tagger.spans(text)
            best[name] = min(best[name], time.perf_counter() - started)
    for name, seconds in best.items():
        print(f"{name:<6} {characters / seconds:>10,.0f} characters/s")
    print(f"onnx is {best['torch'] / best['onnx']:.2f} times as fast as torch")


if __name__ == "__main__":
    main()
