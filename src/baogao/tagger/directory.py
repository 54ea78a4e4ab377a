"""The model directory: everything that prediction, evaluation and further training need, in one self-describing place.

baogao.json            this format's version, label set, limits, signature, versions
model.safetensors      weights; config.json, vocab.txt, tokenizer.json: the Hugging Face format around them
model.onnx             the same network for ONNX Runtime
metrics.json           scores by label on the development and test parts
train_config.yaml      the composed configuration of the run
README.md              the model card
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from baogao.errors import BaogaoError
from baogao.files import sha256_json, write_json
from baogao.labels import LabelSet, load_labels

FORMAT: Final = 1
MANIFEST: Final = "baogao.json"


@dataclass(frozen=True)
class Manifest:
    """The content of ``baogao.json``. ``max_characters`` is what one window holds, [CLS] and [SEP] not counted."""

    name: str
    labels: LabelSet
    max_characters: int
    signature: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def model_id(self) -> str:
        """Name and hash of the model as predictions cite it."""
        return f"{self.name}@{sha256_json(dict(self.signature))[:12]}"

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
            return cls(
                str(value["name"]),
                load_labels(value["labels"]),
                int(value["max_characters"]),
                dict(value["signature"]),
                dict(value["versions"]),
            )
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise BaogaoError(
                f"the manifest is damaged: {type(error).__name__}: {error}", path=path, remedy="train the model anew"
            ) from error
