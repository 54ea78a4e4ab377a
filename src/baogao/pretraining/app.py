"""``baogao pretrain``: the Hydra application around ``pretrain``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from baogao.errors import BaogaoError
from baogao.files import configs_dir
from baogao.pretraining.schema import PretrainConfig, register
from baogao.progress import console
from baogao.training.app import typed


def _task(config: DictConfig) -> float | None:
    """One run. Returns the loss on held-out text, which sweepers minimise."""
    folder = Path(HydraConfig.get().runtime.output_dir)
    try:
        settings = typed(config, PretrainConfig, "baogao pretrain")
        # Imported here: composing, --help and --cfg need no torch.
        from baogao.pretraining.pretrain import pretrain

        metrics = pretrain(settings, folder)
    except BaogaoError as error:
        console().print(f"error: {error}")
        sys.exit(1)
    print(folder, flush=True)  # for programs: where the encoder is, or will be
    return None if metrics is None else float(metrics["held_out_loss"])


def main() -> None:
    """Run the Hydra application on ``sys.argv``."""
    register()
    decorate = hydra.main(version_base="1.3", config_path=str(configs_dir()), config_name="pretrain")
    cast(Callable[[], None], decorate(_task))()
