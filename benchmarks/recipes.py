"""What a change of the recipe is worth: short runs of the tagger, several seeds each, on a share of the training text.

    python -m benchmarks.recipes [NAME…] --reports REPORTS -o RECIPES.json [--share 0.25] [--seeds 13 14 15]
    python -m benchmarks.recipes -o RECIPES.json                                        # print the table again

The share holds whole places and is the same in all runs; a seed draws the head, the order of the windows and what is
hidden. Runs that RECIPES.json holds already are not computed again; one of other texts, annotations or settings is
refused. Recipes that change more than settings are the classes here: what is not worth more than the noise of seeds
(docs/accuracy.md) does not come into the package.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Final

import torch
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from baogao.files import write_json
from baogao.training.dataset import IGNORED
from baogao.training.loop import Finetuner
from benchmarks.learning_curve import Texts, computed

EPOCHS: Final = 1.0


class LayerDecay(Finetuner):
    """A rate that falls from layer to layer, head to embeddings (Howard and Ruder, 2018)."""

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        network: Any = self.model if model is None else model
        if self.optimizer is None:
            layers = network.config.num_hidden_layers
            decayed = set(self.get_decay_parameter_names(network))
            groups = []
            for name, parameter in network.named_parameters():
                layer = name.split("layer.")[1].split(".")[0] if "layer." in name else ""
                depth = layers - int(layer) if layer else layers + 1 if "embeddings" in name else 0
                groups.append(
                    {
                        "params": [parameter],
                        "lr": self.args.learning_rate * 0.8**depth,
                        "weight_decay": self.args.weight_decay if name in decayed else 0.0,
                    }
                )
            kind, options = self.get_optimizer_cls_and_kwargs(self.args, network)
            self.optimizer = kind(groups, **options)
        return super().create_optimizer(model)


class Adversarial(Finetuner):
    """Every batch once more, with the embeddings moved to where its loss grows fastest (Miyato et al., 2017).

    A step's gradient is the mean of both passes'; both see the same characters and hints.
    """

    reach = 1.0  # how far the embeddings are moved, all of them together

    def training_step(self, model: torch.nn.Module, inputs: dict[str, Any], *rest: Any) -> torch.Tensor:
        inputs = self.disturbed(inputs)
        loss = Trainer.training_step(self, model, inputs, *rest)
        table = model.get_input_embeddings().weight  # type: ignore[operator]
        kept = table.detach().clone()
        table.data += self.reach * table.grad / (table.grad.norm() + 1e-12)
        moved = Trainer.training_step(self, model, inputs, *rest)
        table.data.copy_(kept)
        return loss + moved

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        loss: Any = super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        return loss / 2 if model.training else loss  # the two of a step add up


class RDrop(Finetuner):
    """Every batch under two dropout masks, whose tag probabilities are drawn together (Liang et al., 2021)."""

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        if not model.training:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        known = inputs["labels"] != IGNORED
        one, first = super().compute_loss(model, dict(inputs), True, num_items_in_batch)
        two, second = super().compute_loss(model, dict(inputs), True, num_items_in_batch)
        p, q = (outputs["logits"].float().log_softmax(-1)[known] for outputs in (first, second))
        apart = ((p.exp() - q.exp()) * (p - q)).sum(-1).mean() / 2
        return (one + two) / 2 + apart


class _Average(TrainerCallback):
    """An exponential moving average of the weights, which takes their place at the last step."""

    def __init__(self) -> None:
        self.means: dict[str, torch.Tensor] = {}

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, model: Any = None, **_: Any
    ) -> None:
        weights = dict(model.named_parameters())
        with torch.no_grad():
            for name, weight in weights.items():
                self.means.setdefault(name, weight.detach().clone()).lerp_(weight, 0.01)
            if state.global_step == state.max_steps:
                for name, weight in weights.items():
                    weight.copy_(self.means[name])


class Averaged(Finetuner):
    """Weights averaged over all steps, each with a weight of 0.01 that falls exponentially behind it: about the last
    hundred count (after Polyak and Juditsky, 1992, who average evenly).
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.add_callback(_Average())


@dataclass(frozen=True)
class Recipe:
    """Settings beside those of ``experiment=tagger``, and a Trainer."""

    settings: tuple[str, ...] = ()
    kind: type[Finetuner] = field(default=Finetuner)


RECIPES: Final = {
    "shipped": Recipe(),
    "head=linear": Recipe(("head=linear",)),
    "head=linear, labels smoothed": Recipe(("head=linear", "head.label_smoothing=0.1")),
    "no hints": Recipe(("encoder.hints=none", "encoder.hint_dropout=0")),
    "hints never hidden": Recipe(("encoder.hint_dropout=0",)),
    "dropout 0.1": Recipe(("encoder.dropout=0.1",)),
    "10 % of the characters masked": Recipe(("encoder.character_dropout=0.1",)),
    "rate 5e-4": Recipe(("trainer.lr=5e-4",)),
    "rate 2e-3": Recipe(("trainer.lr=2e-3",)),
    "rate of the head 5e-3": Recipe(("trainer.head_lr=5e-3",)),
    "rate falling by layer": Recipe(kind=LayerDecay),
    "batches of 8": Recipe(("trainer.batch_size=8",)),
    "weights averaged": Recipe(kind=Averaged),
    "adversarial": Recipe(kind=Adversarial),
    "R-Drop, dropout 0.1": Recipe(("encoder.dropout=0.1",), RDrop),
}


def table(runs: list[dict[str, Any]]) -> None:
    """Mean and standard deviation over the seeds, a row a recipe and share."""
    by: dict[tuple[str, float], list[dict[str, Any]]] = defaultdict(list)
    for one in runs:
        by[one["recipe"], one["share"]].append(one)
    print("| recipe | share | seeds | development | test |\n| --- | ---: | ---: | ---: | ---: |")
    for (name, share), some in by.items():
        cells = []
        for part in ("development", "test"):
            scores = [one[part] for one in some]
            cells.append(f"{mean(scores):.3f}" + (f" ± {stdev(scores):.3f}" if len(scores) > 1 else ""))
        print(f"| {name} | {share:g} | {len(some)} | {' | '.join(cells)} |")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports")
    parser.add_argument("--output", "-o", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.25)
    parser.add_argument("--seeds", type=int, nargs="+", default=[13, 14, 15])
    parser.add_argument("names", nargs="*", choices=[[], *RECIPES], metavar="NAME")
    options = parser.parse_args()
    runs: list[dict[str, Any]] = json.loads(options.output.read_text("utf-8")) if options.output.exists() else []
    if options.reports:
        base = ["experiment=tagger", f"trainer.epochs={EPOCHS}", "trainer.evaluations=1", "trainer.threads=1"]
        texts = Texts(base, options.reports)
        for name in options.names or RECIPES:
            overrides = [*base, *RECIPES[name].settings]
            for seed in options.seeds:
                wanted: dict[str, Any] = {"share": options.share, "order": 0, "seed": seed}
                if not computed(runs, {"recipe": name, **texts.key(overrides, **wanted)}, options.output):
                    got = texts.run(overrides, **wanted, kind=RECIPES[name].kind)
                    runs.append({"recipe": name, **got})
                    write_json(options.output, runs)
    table(runs)


if __name__ == "__main__":
    main()
