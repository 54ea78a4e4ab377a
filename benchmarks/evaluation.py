"""How long a million spans take to score, and how much memory: python benchmarks/evaluation.py [SPANS] [DOCUMENTS]

Gold spans are drawn at random with their texts, and nearly as many are predicted, a third of them with moved edges or
another label. Everything that ``baogao evaluate`` computes is computed: all modes, slices, calibration, kinds of errors
and intervals from 10,000 resamples. Prints seconds (of the clock; of the processors,
which other work on the machine hardly changes) and the peak of memory (the spans as Python objects included).
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from baogao.evaluation import Case, Found, evaluate

LABELS = ("METRIC", "VALUE", "CHANGE", "PROGRAM", "SLOGAN")
LEVELS = ("province", "city", "county", "township")


def cases(spans: int, documents: int, seed: int = 0) -> list[Case]:
    """``documents`` texts that hold ``spans`` gold spans in all, one every ten characters or so."""
    random = np.random.default_rng(seed)
    each = spans // documents
    made = []
    for i in range(documents):
        start = np.arange(each) * 10 + random.integers(0, 3, each)
        end = start + random.integers(2, 6, each)
        label = random.integers(0, len(LABELS), each)
        fate = random.random(each)
        moved_start = start + (fate < 0.1)
        moved_end = end + ((fate > 0.1) & (fate < 0.2))
        moved_label = np.where((fate > 0.2) & (fate < 0.3), (label + 1) % len(LABELS), label)
        kept = fate < 0.95
        score = random.random(each)
        gold = [Found(a, b, LABELS[k]) for a, b, k in zip(start.tolist(), end.tolist(), label.tolist(), strict=True)]
        columns = (c[kept].tolist() for c in (moved_start, moved_end, moved_label, score))
        found = [Found(a, b, LABELS[k], p) for a, b, k, p in zip(*columns, strict=True)]
        size = each * 10
        sections = [(0, size // 2, "review"), (size // 2, size, "plan")]
        made.append(Case(f"{i}", f"{i:064x}", gold, found, "字" * size, LEVELS[i % len(LEVELS)], sections))
    return made


def main() -> None:
    """Measure and print."""
    spans, documents = (int(a) for a in (*sys.argv[1:], *("1000000", "5000")[len(sys.argv) - 1 :]))
    drawn = cases(spans, documents)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    started, worked = time.perf_counter(), time.process_time()
    result = evaluate(drawn, LABELS, {}, seen={("字" * n, "METRIC") for n in range(5)})
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    micro = result["modes"]["strict"]["micro"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(f"{micro['gold']:,} gold and {micro['predicted']:,} predicted spans in {documents:,} documents")
    print(f"{seconds:.1f} s of the clock, {worked:.1f} s of the processors")
    print(f"peak memory {peak:,.0f} MiB, of which the spans themselves {before:,.0f} MiB")
    print(f"micro F1 {micro['f1']:.4f} {micro['interval'] and micro['interval']['f1']}")


if __name__ == "__main__":
    main()
