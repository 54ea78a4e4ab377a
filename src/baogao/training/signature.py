"""What a result stands on: data, scheme, configuration, versions."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import baogao
from baogao.corpus.records import Record, fingerprint
from baogao.files import sha256_json
from baogao.labels import LabelSet

SHOWING: Final = ("resume", "quiet", "keep_checkpoints", "threads", "device", "onnx")
"""Settings of the trainer that say how a run is carried out, not what comes out."""


def versions() -> dict[str, str]:
    """The versions that can change a result."""
    found = {"baogao": baogao.__version__, "python": platform.python_version()}
    for package in ("torch", "transformers", "datasets", "numpy", "onnxruntime"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def signature(
    parts: Mapping[str, Sequence[Record]],
    labels: LabelSet,
    config: Mapping[str, Any],
    seed: int,
    encoder: str | None = None,
) -> dict[str, Any]:
    """The signature of a run: hashes of each part of the data, the label set, the configuration and the encoder.

    Where and when it ran, and how it was shown, are no part of it.
    """
    settings = {k: v for k, v in config.items() if k not in ("output", "name", "labels", "experiment")}
    settings["corpus"] = config["corpus"]["split"]  # what was annotated is in the data's hash, wherever it lies
    settings["trainer"] = {k: v for k, v in config["trainer"].items() if k not in SHOWING}
    return {
        "data": {part: fingerprint(records)[:16] for part, records in parts.items()},
        "scheme": labels.scheme,
        "labels": labels.sha256[:16],
        "config": sha256_json(settings)[:16],
        "encoder": encoder,
        "seed": seed,
        "baogao": baogao.__version__,
    }
