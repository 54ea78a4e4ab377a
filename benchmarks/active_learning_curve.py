"""The curves of `active_learning.py`: python benchmarks/active_learning_curve.py RESULT.json… -o CURVE.svg

Draws strict F1 over annotated characters, a panel a result, and prints how many characters and spans the order needs
for the F1 that chance reaches (linear between the rounds, over the mean of the seeds).
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

COLOURS = {"random": "#777777", "ordered": "#d62728"}

Curve = list[tuple[float, float, float, float, float]]
"""A point a round: characters, spans, tasks, F1 and macro F1, means over the seeds."""


def curves(points: list[dict[str, Any]]) -> dict[str, Curve]:
    """The mean curve of every strategy; the common start belongs to each."""
    keys = ("characters", "spans", "tasks", "f1", "macro_f1")
    rounds: dict[str, dict[int, list[list[float]]]] = defaultdict(lambda: defaultdict(list))
    names = [n for n in dict.fromkeys(p["strategy"] for p in points) if n != "start"]
    for point in points:
        for name in names if point["strategy"] == "start" else [point["strategy"]]:
            rounds[name][point["round"]].append([point[key] for key in keys])
    return {
        name: [tuple(np.mean(values, axis=0)) for _, values in sorted(turns.items())] for name, turns in rounds.items()
    }


def needed(curve: Curve, f1: float) -> tuple[float, float] | None:
    """Characters and spans at which the curve first reaches ``f1``; None where it never does."""
    for before, after in pairwise(curve):
        if before[3] < f1 <= after[3]:
            part = (f1 - before[3]) / (after[3] - before[3])
            return before[0] + part * (after[0] - before[0]), before[1] + part * (after[1] - before[1])
    return None


def main() -> None:
    """Draw and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("--output", "-o", type=Path, required=True)
    options = parser.parse_args()
    mpl.rcParams["svg.hashsalt"] = "baogao"  # the same picture is the same file
    figure, panels = plt.subplots(1, len(options.results), figsize=(5 * len(options.results), 3.6), squeeze=False)
    for panel, path in zip(panels[0], options.results, strict=True):
        result = json.loads(path.read_text("utf-8"))
        found = curves(result["points"])
        print(path.stem)
        for name, curve in found.items():
            colour = COLOURS.get(name)
            for seed in sorted({p["seed"] for p in result["points"]}):
                own = [p for p in result["points"] if p["seed"] == seed and p["strategy"] in ("start", name)]
                panel.plot(
                    [p["characters"] for p in own], [p["f1"] for p in own], color=colour, alpha=0.3, linewidth=0.8
                )
            panel.plot([c[0] for c in curve], [c[3] for c in curve], color=colour, marker="o", label=name)
            for characters, spans, tasks, f1, macro in curve:
                counted = f"{characters:>9,.0f} characters {tasks:>5.0f} tasks {spans:>6.0f} spans"
                print(f"  {name:<9} {counted}  F1 {f1:.3f}  macro {macro:.3f}")
        for characters, spans, _, f1, _ in found["random"][1:]:
            reached = needed(found["ordered"], f1)
            said = "does not reach it"
            if reached is not None:
                shares = (100 * (mine / theirs - 1) for mine, theirs in zip(reached, (characters, spans), strict=True))
                said = "needs {:+.0f}% characters, {:+.0f}% spans".format(*shares)
            print(f"  F1 {f1:.3f}: random has {characters:,.0f} characters and {spans:,.0f} spans, ordered {said}")
        panel.set(title=path.stem, xlabel="annotated characters", ylabel="strict micro F1")
        panel.grid(alpha=0.3)
        panel.legend()
    figure.tight_layout()
    figure.savefig(options.output, metadata={"Date": None})


if __name__ == "__main__":
    main()
