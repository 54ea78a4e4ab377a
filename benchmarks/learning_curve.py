"""F1 over the amount of annotated training text: the same recipe on growing parts of the training reports.

    python benchmarks/learning_curve.py train [KEY=VALUE…] --reports REPORTS -o CURVE.json [--shares 0.125 0.25 0.5 1]
    python benchmarks/learning_curve.py draw NAME=CURVE.json… -o CURVE.svg

A part holds whole places, in an order drawn from the seed, so that each contains the smaller ones. The number of steps
grows with the part (the recipe's epochs stay). Points that CURVE.json holds already are not computed again; one of
other texts, annotations or settings is refused.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir

from baogao.corpus import Record, load_records, require_text, split
from baogao.corpus.jsonl import write_jsonl
from baogao.corpus.records import fingerprint
from baogao.corpus.splits import size_of, unit_of
from baogao.errors import BaogaoError
from baogao.files import configs_dir, sha256_text, write_json
from baogao.labels import load_labels
from baogao.progress import console
from baogao.training.app import typed
from baogao.training.finetune import finetune
from baogao.training.loop import Finetuner
from baogao.training.schema import TrainConfig, register


def part(records: Sequence[Record], share: float, seed: int) -> list[Record]:
    """Whole places of ``records`` in the order that ``seed`` draws, until they hold ``share`` of the characters."""
    places: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        places[unit_of(record)].append(record)
    wanted = share * sum(map(size_of, records))
    chosen: list[Record] = []
    for place in sorted(places, key=lambda place: sha256_text(f"{seed}:{place}")):
        if sum(map(size_of, chosen)) >= wanted:
            break
        chosen += places[place]
    return chosen


class Texts:
    """The annotated reports of a recipe with their texts, and runs of the recipe on a share of the training reports."""

    def __init__(self, overrides: Sequence[str], reports: str) -> None:
        register()
        corpus = _composed([*overrides, f"corpus.reports={reports}", "output=unused"]).corpus
        records = require_text(load_records(list(corpus.annotations), load_labels()), reports)
        shares = corpus.split
        drawn = split(records, development=shares.development, test=shares.test, seed=shares.seed)
        # A share of the records must not be split again, by chance or because it is too small.
        self.parts = {
            name: [replace(one, meta={**one.meta, "split": name}) for one in some] for name, some in drawn.items()
        }

    def key(self, overrides: Sequence[str], *, share: float, order: int, seed: int) -> dict[str, Any]:
        """What the result of ``run`` depends on: the settings, and a hash of all that is trained on or scored."""
        read = [*part(self.parts["train"], share, order), *self.parts["development"], *self.parts["test"]]
        return {"seed": seed, "share": share, "overrides": list(overrides), "data": fingerprint(read)[:16]}

    def run(
        self, overrides: Sequence[str], *, share: float, order: int, seed: int, kind: type[Finetuner] = Finetuner
    ) -> dict[str, Any]:
        """Train with ``seed`` on the share of places that ``order`` draws: the key, the size, the F1 of both parts."""
        key = self.key(overrides, share=share, order=order, seed=seed)
        chosen = part(self.parts["train"], share, order)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "part.jsonl"
            write_jsonl(path, [*chosen, *self.parts["development"], *self.parts["test"]])
            config = _composed([
                *overrides, f"corpus.annotations=[{path}]", "corpus.reports=null", f"output={folder}/run",
                f"trainer.seed={seed}", "trainer.quiet=true", "trainer.onnx=false",
            ])  # fmt: skip
            config.corpus.split.development = config.corpus.split.test = 0.0
            metrics = finetune(config, Path(folder) / "run", kind=kind)
        scores = {name: metrics[name]["modes"]["strict"]["micro"]["f1"] for name in ("development", "test")}
        characters = sum(map(size_of, chosen))
        said = ", ".join(f"{name} {f1:.3f}" for name, f1 in scores.items())
        console().print(f"seed {seed}, {len(chosen)} reports, {characters:,} characters: {said}")
        return {**key, "characters": characters, "reports": len(chosen), **scores}


def _composed(overrides: Sequence[str]) -> TrainConfig:
    with initialize_config_dir(str(configs_dir()), version_base="1.3"):
        return typed(compose("train", list(overrides)), TrainConfig, "benchmarks")


def computed(points: Sequence[Mapping[str, Any]], key: Mapping[str, Any], path: Path) -> bool:
    """Whether ``points``, those of the file ``path``, hold that of ``key``; BaogaoError where they hold another."""
    names = [name for name in key if name not in ("overrides", "data")]
    for point in points:
        if all(point[name] == key[name] for name in names):
            changed = [name for name in key if point.get(name) != key[name]]
            if changed:
                raise BaogaoError(
                    f"{', '.join(f'{name}={key[name]}' for name in names)}: {', '.join(changed)} changed since it ran",
                    path=path,
                    remedy="write to another file, or restore them",
                )
            return True
    return False


def train(options: argparse.Namespace) -> None:
    """One run a share and seed; the points so far are written after each."""
    points: list[dict[str, Any]] = json.loads(options.output.read_text("utf-8")) if options.output.exists() else []
    texts = Texts(options.overrides, options.reports)
    for seed in options.seeds:
        for share in options.shares:
            wanted: dict[str, Any] = {"share": share, "order": seed, "seed": seed}
            if not computed(points, texts.key(options.overrides, **wanted), options.output):
                points.append(texts.run(options.overrides, **wanted))
                write_json(options.output, points)


def draw(options: argparse.Namespace) -> None:
    """Test F1 over characters, a line a file through the means of the seeds."""
    import matplotlib as mpl  # here: training needs none
    import matplotlib.pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "baogao"  # the same picture is the same file
    figure, panel = plt.subplots(figsize=(6, 3.8))
    for named in options.curves:
        name, path = named.split("=", 1)
        turns: dict[float, list[dict[str, Any]]] = defaultdict(list)
        for point in json.loads(Path(path).read_text("utf-8")):
            turns[point["share"]].append(point)
        means = [
            tuple(sum(p[key] for p in turn) / len(turn) for key in ("characters", "development", "test"))
            for _, turn in sorted(turns.items())
        ]
        panel.plot([m[0] for m in means], [m[2] for m in means], marker="o", label=name)
        for characters, development, test in means:
            print(f"{name:<30} {characters:>9,.0f} characters  development {development:.3f}  test {test:.3f}")
    panel.set(xlabel="annotated characters trained on", ylabel="strict micro F1, test part", xscale="log")
    panel.grid(alpha=0.3)
    panel.legend()
    figure.tight_layout()
    figure.savefig(options.output, metadata={"Date": None})


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("train")
    one.add_argument("--reports", required=True)
    one.add_argument("--output", "-o", type=Path, required=True)
    one.add_argument("--shares", type=float, nargs="+", default=[0.125, 0.25, 0.5, 1.0])
    one.add_argument("--seeds", type=int, nargs="+", default=[13])
    one.add_argument("overrides", nargs="*", metavar="KEY=VALUE")
    one.set_defaults(work=train)
    two = commands.add_parser("draw")
    two.add_argument("curves", nargs="+", metavar="NAME=CURVE.json")
    two.add_argument("--output", "-o", type=Path, required=True)
    two.set_defaults(work=draw)
    options = parser.parse_args()
    options.work(options)


if __name__ == "__main__":
    main()
