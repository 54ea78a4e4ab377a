"""Engines: what turns token ids into tag scores. ONNX Runtime by default, PyTorch when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from baogao.errors import BaogaoError, MissingExtraError

Ids = npt.NDArray[np.int64]
EngineName = Literal["auto", "onnx", "torch"]


class Engine(Protocol):
    """Scores of a padded batch: ids, mask and token types, all of shape (batch, tokens) → logits of shape
    (batch, tokens, tags)."""

    name: str

    def logits(self, ids: Ids, mask: Ids, types: Ids) -> npt.NDArray[np.float32]: ...


class OnnxEngine:
    """``model.onnx`` under ONNX Runtime on the CPU; needs no torch."""

    name = "onnx"

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if threads:
            options.intra_op_num_threads = threads
        path = folder / "model.onnx"
        try:
            self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime raises its own classes, without a common base of use here
            raise BaogaoError(
                f"cannot load the model: {error}", path=path, remedy=f"export it again: baogao export {folder}"
            ) from error

    def logits(self, ids: Ids, mask: Ids, types: Ids) -> npt.NDArray[np.float32]:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        (scores,) = self._session.run(["logits"], given)
        return np.asarray(scores, dtype=np.float32)


class TorchEngine:
    """The weights (safetensors) under PyTorch; needs the extra ``train``."""

    name = "torch"

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        try:
            import torch
            from transformers import AutoModelForTokenClassification
            from transformers.utils.logging import disable_progress_bar
        except ImportError as error:
            raise MissingExtraError("torch and transformers", "train", "engine='torch'") from error
        disable_progress_bar()  # type: ignore[no-untyped-call]
        if threads:
            torch.set_num_threads(threads)
        try:
            model = AutoModelForTokenClassification.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise BaogaoError(
                f"cannot load the weights: {error}", path=folder, remedy="give a directory written by baogao train"
            ) from error
        self._torch = torch
        self._model = model.eval()

    def logits(self, ids: Ids, mask: Ids, types: Ids) -> npt.NDArray[np.float32]:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        with self._torch.inference_mode():
            output = self._model(**{name: self._torch.from_numpy(value) for name, value in given.items()})
        return np.asarray(output.logits.float().numpy())


def open_engine(folder: Path, name: EngineName = "auto", *, threads: int | None = None) -> Engine:
    """The engine of a model directory: ``auto`` takes ONNX where the directory holds it, else torch."""
    if name not in ("auto", "onnx", "torch"):
        raise BaogaoError(f"there is no engine {name!r}", remedy="use one of: auto, onnx, torch")
    if name == "torch" or (name == "auto" and not (folder / "model.onnx").exists()):
        return TorchEngine(folder, threads=threads)
    return OnnxEngine(folder, threads=threads)
