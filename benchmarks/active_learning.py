"""Does the order of `baogao studio next` need fewer annotations than chance? A simulation on annotated reports.

    python benchmarks/active_learning.py original -o docs/active-learning/original.json
    python benchmarks/active_learning.py real --reports ../shared/reports -o docs/active-learning/real.json

Tasks are those of `baogao studio push`. All strategies start with the same few, drawn by the seed, and the same tagger;
then, round after round, it chooses the next ones up to an equal number of characters, "annotates" them (their gold is
shown) and a tagger is trained from nothing on all it has, by the same recipe and the same number of steps; what is left
is assessed by that tagger. Scores: strict F1 on whole reports of places that no strategy may choose from.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from hydra import compose, initialize_config_dir

from baogao.corpus import Record, load_records, require_text, split
from baogao.corpus.jsonl import write_jsonl
from baogao.files import configs_dir, write_json
from baogao.labels import load_labels
from baogao.progress import console
from baogao.reports import paragraphs
from baogao.sampling import Candidate, order, uncertainty
from baogao.scoring import score_tagger
from baogao.tagger import Tagger
from baogao.training.app import typed
from baogao.training.finetune import finetune
from baogao.training.schema import TrainConfig, register

RECIPE: Final = (
    "encoder=scratch_tiny", "trainer=scratch", "trainer.evaluations=1", "trainer.onnx=false", "trainer.device=cpu",
    "trainer.quiet=true", "output=unused",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Task:
    """A paragraph of a report, [start, end)."""

    id: str
    record: Record
    start: int
    end: int

    @property
    def text(self) -> str:
        return (self.record.text or "")[self.start : self.end]

    @property
    def spans(self) -> int:
        return sum(self.start <= m.start and m.end <= self.end for m in self.record.marks)


Strategy = Callable[[Sequence[Task], Tagger, random.Random], list[Task]]


def at_random(tasks: Sequence[Task], tagger: Tagger, draw: random.Random) -> list[Task]:
    return draw.sample(tasks, len(tasks))


def ordered(tasks: Sequence[Task], tagger: Tagger, draw: random.Random) -> list[Task]:
    by_id = {task.id: task for task in tasks}
    return [by_id[choice.id] for choice in order([_candidate(task, tagger) for task in tasks])]


def uncertain(tasks: Sequence[Task], tagger: Tagger, draw: random.Random) -> list[Task]:
    """The order without its second half."""
    return sorted(tasks, key=lambda task: uncertainty(_candidate(task, tagger)), reverse=True)


def _candidate(task: Task, tagger: Tagger) -> Candidate:
    return Candidate(task.id, task.text, tagger.assess(task.text))


STRATEGIES: Final[dict[str, Strategy]] = {"random": at_random, "ordered": ordered, "uncertain": uncertain}


def tasks_of(records: Sequence[Record], length: int) -> list[Task]:
    """The annotated parts as ``baogao studio push`` cuts them: neighbouring paragraphs together up to ``length``.

    A task whose edge a span crosses is left out.
    """
    found = []
    for record in records:
        pieces: list[tuple[int, int]] = []
        for low, high in record.annotated():
            for start, end in paragraphs(record.text or "", low, high):
                if pieces and pieces[-1][0] >= low and end - pieces[-1][0] <= length:
                    start = pieces.pop()[0]  # noqa: PLW2901
                pieces.append((start, end))
        for start, end in pieces:
            touched = [m for m in record.marks if m.start < end and m.end > start]
            if all(start <= m.start and m.end <= end for m in touched):
                found.append(Task(f"{record.id}:{start}", record, start, end))
    return found


def take(tasks: Sequence[Task], characters: int) -> list[Task]:
    """From the front, until ``characters`` are reached."""
    taken: list[Task] = []
    total = 0
    for task in tasks:
        if total >= characters:
            break
        taken.append(task)
        total += task.end - task.start
    return taken


def size(tasks: Sequence[Task]) -> int:
    """Characters."""
    return sum(t.end - t.start for t in tasks)


def train(chosen: Sequence[Task], development: Sequence[Record], folder: Path, seed: int, steps: int) -> Tagger:
    """A tagger trained by ``baogao train``'s own function on the chosen paragraphs alone."""
    ranges: dict[str, list[tuple[int, int]]] = defaultdict(list)
    by_id = {}
    for task in chosen:
        ranges[task.record.id].append((task.start, task.end))
        by_id[task.record.id] = task.record
    records = []
    for key, parts in ranges.items():
        record = by_id[key]
        marks = tuple(m for m in record.marks if any(a <= m.start and m.end <= b for a, b in parts))
        meta = {**record.meta, "split": "train"}
        records.append(replace(record, marks=marks, ranges=tuple(sorted(parts)), meta=meta))
    records += [replace(r, meta={**r.meta, "split": "development"}) for r in development]
    shutil.rmtree(folder, ignore_errors=True)
    source = folder.with_suffix(".jsonl")
    write_jsonl(source, records)
    register()
    with initialize_config_dir(str(configs_dir()), version_base="1.3"):
        config = compose("train", [
            *RECIPE, f"corpus.annotations=[{source}]", "corpus.split.test=0", "corpus.split.development=0",
            f"trainer.seed={seed}", f"trainer.max_steps={steps}", "trainer.threads=1",
        ])  # fmt: skip
    finetune(typed(config, TrainConfig, "baogao train"), folder)
    return Tagger.load(folder, "torch", threads=1)


class Simulation:
    """The pool, what is held out, and the points measured so far."""

    def __init__(self, options: argparse.Namespace, parts: Mapping[str, Sequence[Record]], folder: Path) -> None:
        self.options, self.folder = options, folder
        self.test, self.development = parts["test"], parts["development"][:1]  # the latter chooses nothing here
        everything = tasks_of(parts["train"], options.length)
        random.Random(options.held_out).shuffle(everything)
        self.pool = take(everything, options.pool)
        self.points: list[dict[str, Any]] = []

    def run(self, names: Sequence[str], seed: int) -> None:
        """All strategies with one seed; the first round is common to them."""
        start = take(random.Random(seed).sample(self.pool, len(self.pool)), self.options.start)
        tagger = self.measure("start", seed, 0, start)
        for name in names:
            chosen, best, draw = start, tagger, random.Random(seed)
            for turn in range(1, self.options.rounds + 1):
                left = [task for task in self.pool if task not in chosen]
                wanted = self.options.start + turn * self.options.step - size(chosen)
                chosen = chosen + take(STRATEGIES[name](left, best, draw), wanted)
                best = self.measure(name, seed, turn, chosen)

    def measure(self, name: str, seed: int, turn: int, chosen: Sequence[Task]) -> Tagger:
        """Train on the chosen tasks, score, note the point."""
        began = time.perf_counter()
        tagger = train(chosen, self.development, self.folder, seed, self.options.steps)
        strict = score_tagger(tagger, self.test, quiet=True, resamples=0)["modes"]["strict"]
        self.points.append(
            {
                "strategy": name, "seed": seed, "round": turn, "characters": size(chosen), "tasks": len(chosen),
                "spans": sum(t.spans for t in chosen), "f1": strict["micro"]["f1"], "macro_f1": strict["macro"]["f1"],
                "labels": {label: one["f1"] for label, one in strict["labels"].items()},
            }
        )  # fmt: skip
        console().print(
            f"{name} seed {seed}: {size(chosen):,} characters, {self.points[-1]['spans']} spans → "
            f"F1 {strict['micro']['f1']:.4f} (macro {strict['macro']['f1']:.4f}), {time.perf_counter() - began:.0f} s"
        )
        return tagger

    def to_json(self) -> dict[str, Any]:
        settings = {k: v for k, v in vars(self.options).items() if k not in ("output", "reports")}
        pool = {"tasks": len(self.pool), "characters": size(self.pool)}
        return {"settings": settings, "pool": pool, "test_records": len(self.test), "points": self.points}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", choices=["original", "real"])
    parser.add_argument("--reports", type=Path, help="folder with the reports of the real corpus")
    parser.add_argument("--strategies", default="random,ordered")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--held-out", type=int, default=1, help="seed of the places held out")
    parser.add_argument("--pool", type=int, default=100_000, help="characters to choose from, at most")
    parser.add_argument("--length", type=int, default=400, help="characters up to which paragraphs share a task")
    parser.add_argument("--start", type=int, default=6_000)
    parser.add_argument("--step", type=int, default=6_000)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--steps", type=int, default=600, help="optimiser steps a training")
    parser.add_argument("--output", "-o", type=Path, required=True)
    options = parser.parse_args()
    labels = load_labels()
    if options.corpus == "original":
        records = load_records(["annotations/original"], labels)
    else:
        names = [f"annotations/real/{part}.jsonl" for part in ("train", "development", "test")]
        records = require_text(load_records(names, labels), options.reports)
    parts = split(records, development=0.05, test=0.2, seed=options.held_out)
    with tempfile.TemporaryDirectory() as scratch:
        simulation = Simulation(options, parts, Path(scratch) / "run")
        for seed in map(int, options.seeds.split(",")):
            simulation.run(options.strategies.split(","), seed)
            write_json(options.output, simulation.to_json())


if __name__ == "__main__":
    main()
