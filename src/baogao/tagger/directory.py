"""The model directory: everything that prediction, evaluation and further training need, in one self-describing place.

baogao.json            this format's version, label set, limits, signature, versions, what it was trained on
model.safetensors      weights; config.json, vocab.txt, tokenizer.json: the Hugging Face format around them
model.onnx             the same network for ONNX Runtime
metrics.json           scores by label on the development and test parts
train_config.yaml      the composed configuration of the run
README.md              the model card
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from baogao.errors import BaogaoError
from baogao.files import sha256_file, sha256_json, write_json
from baogao.labels import LabelSet, load_labels
from baogao.tagger.hints import NONE, hint_types

FORMAT: Final = 2
MANIFEST: Final = "baogao.json"
VERIFIED: Final = ("vocab.txt", "config.json", "model.safetensors")
"""Files whose hashes the manifest keeps; model.onnx, which can be exported again, was compared with the weights."""


@dataclass(frozen=True)
class Manifest:
    """The content of ``baogao.json``. ``max_characters`` is what one window holds, [CLS] and [SEP] not counted."""

    name: str
    labels: LabelSet
    max_characters: int
    signature: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  # name → SHA-256, of VERIFIED
    hints: str = NONE  # what fills the token types: see tagger.hints
    threshold: float = 0.0  # spans that are less probable are not reported; chosen on the development part
    trained: Sequence[tuple[str, str]] = ()  # hash of the text and unit (place) of each record of the training part

    @property
    def model_id(self) -> str:
        """Name and hash (of the recipe, the weights and the threshold) of the model as predictions cite it."""
        return f"{self.name}@{sha256_json([dict(self.signature), dict(self.files), self.threshold])[:12]}"

    def verify(self, folder: str | Path) -> None:
        """BaogaoError where a file of the directory is missing or is not the one that was saved."""
        for name, expected in self.files.items():
            path = Path(folder) / name
            if not path.is_file() or sha256_file(path) != expected:
                raise BaogaoError(
                    "this file of the model is missing, damaged or of another model",
                    path=path,
                    remedy="copy the whole model directory again, or train the model anew",
                )

    def save(self, folder: str | Path) -> None:
        value = {"format": FORMAT, **{k: v for k, v in asdict(self).items() if k != "labels"}}
        value["labels"] = self.labels.to_config()
        write_json(Path(folder) / MANIFEST, value)

    @classmethod
    def load(cls, folder: str | Path) -> Manifest:
        """The manifest of a model directory; BaogaoError where the folder is none or of another format."""
        path = Path(folder) / MANIFEST
        if not path.is_file():
            what = (
                "there is no such model directory"
                if not Path(folder).exists()
                else f"no model here: {MANIFEST} is missing"
            )
            raise BaogaoError(what, path=folder, remedy="name a directory written by baogao train")
        try:
            value = json.loads(path.read_text("utf-8"))
            if value["format"] != FORMAT:
                raise BaogaoError(
                    f"model format {value['format']}, this version reads format {FORMAT}",
                    path=path,
                    remedy="train the model anew, or install the baogao version that wrote it",
                )
            labels = load_labels(value["labels"])
            hint_types(value["hints"], labels)
            return cls(
                str(value["name"]),
                labels,
                _window(value["max_characters"]),
                dict(value["signature"]),
                dict(value["versions"]),
                dict(value.get("files", {})),
                str(value["hints"]),
                _probability(value.get("threshold", 0.0)),
                tuple((str(sha256), str(unit)) for sha256, unit in value.get("trained", [])),
            )
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise BaogaoError(
                f"the manifest is damaged: {type(error).__name__}: {error}", path=path, remedy="train the model anew"
            ) from error


def _probability(value: object) -> float:
    """The threshold; ValueError for one that cannot be."""
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"threshold {value!r} is no probability")
    return float(value)


def _window(value: object) -> int:
    """The window size; ValueError for one that cannot be."""
    if not isinstance(value, int) or not 16 <= value <= 8190:
        raise ValueError(f"max_characters {value!r} is no window size")
    return value
