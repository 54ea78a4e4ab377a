"""``baogao train``: the Hydra application around ``finetune``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from baogao.errors import BaogaoError
from baogao.evaluation.sheets import rate
from baogao.files import configs_dir
from baogao.progress import console
from baogao.training.schema import TrainConfig, register

C = TypeVar("C")


def typed(config: DictConfig, kind: type[C], command: str) -> C:
    """The composed configuration as the dataclasses it was checked against; BaogaoError where a value is missing."""
    missing = sorted(OmegaConf.missing_keys(config))
    if missing:
        raise BaogaoError(
            f"the configuration lacks {', '.join(missing)}", remedy=f"give it: {command} {missing[0]}=VALUE"
        )
    found = OmegaConf.to_object(config)
    assert isinstance(found, kind)
    return found


def _task(config: DictConfig) -> float | None:
    """One run. Returns the development F1, which sweepers optimise."""
    folder = Path(HydraConfig.get().runtime.output_dir)
    try:
        settings = typed(config, TrainConfig, "baogao train")
        # Imported here: composing, --help and --cfg need no torch.
        from baogao.training.finetune import finetune

        metrics = finetune(settings, folder)
    except BaogaoError as error:
        console().print(f"error: {error}")
        sys.exit(1)
    _report(metrics, quiet=settings.trainer.quiet)
    print(folder, flush=True)  # for programs: where the model is
    return float(metrics["development"]["modes"]["strict"]["micro"]["f1"] or 0.0)


def _report(metrics: dict[str, Any], *, quiet: bool) -> None:
    if quiet:
        return
    for part, result in metrics.items():
        strict = result["modes"]["strict"]
        rows = [*strict["labels"].items(), ("micro", strict["micro"])]
        console().print(f"{part}, strict F1: " + "  ".join(f"{name} {rate(one['f1'])}" for name, one in rows))


def main() -> None:
    """Run the Hydra application on ``sys.argv``."""
    register()
    decorate = hydra.main(version_base="1.3", config_path=str(configs_dir()), config_name="train")
    cast(Callable[[], None], decorate(_task))()
