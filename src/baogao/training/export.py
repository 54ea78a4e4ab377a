"""The trained network as an ONNX file, checked against PyTorch before it counts."""

from __future__ import annotations

import logging
import math
import tempfile
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch

from baogao.errors import BaogaoError
from baogao.tagger.engines import OnnxEngine, TorchEngine

TOLERANCE: Final = 1e-3
"""The largest difference of logits, absolute, that an export may show."""
SMALL: Final = 1024
"""Weights of fewer numbers stay as they are: nothing is saved by halving them."""


class _Logits(torch.nn.Module):
    """The model with tensors in and one tensor out: what the exporter wants to see."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> Any:
        given = {"attention_mask": attention_mask, "token_type_ids": token_type_ids}
        return self.model(input_ids=input_ids, **given).logits


def export_onnx(folder: str | Path) -> Path:
    """Write ``model.onnx`` into a model directory: inputs ``input_ids``, ``attention_mask`` and ``token_type_ids``
    (batch, tokens), output ``logits`` (batch, tokens, tags), both axes dynamic. Returns its path.

    Raises BaogaoError where ONNX Runtime's scores differ from PyTorch's by more than TOLERANCE.
    """
    folder = Path(folder)
    engine = TorchEngine(folder)
    model = _Logits(engine._model).eval()
    ids = torch.arange(2 * 17).reshape(2, 17) % 7 + 1
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens")}
    inputs = ("input_ids", "attention_mask", "token_type_ids")
    target = folder / "model.onnx"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".onnx-") as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the exporter's own insides
        for name in ("torch.onnx", "onnxscript", "onnx_ir"):
            logging.getLogger(name).setLevel(logging.ERROR)
        torch.onnx.export(
            model,
            (ids, torch.ones_like(ids), torch.zeros_like(ids)),
            str(Path(scratch) / "model.onnx"),
            input_names=inputs,
            output_names=["logits"],
            dynamic_shapes=dict.fromkeys(inputs, axes),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        _slim(Path(scratch) / "model.onnx")
        _compare(engine, OnnxEngine(Path(scratch)), folder)
        (Path(scratch) / "model.onnx").replace(target)
    return target


def _slim(path: Path) -> None:
    """Leave out what the exporter noted of this machine, and halve the weights."""
    model = onnx.load(path)
    # Stack traces with paths and lines of source, a megabyte of them.
    for part in (model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer,
                 *model.graph.input, *model.graph.output, *model.functions):  # fmt: skip
        del part.metadata_props[:]
        part.doc_string = ""
    _halve(model.graph)
    onnx.save(model, path)


def _halve(graph: onnx.GraphProto) -> None:
    """Store weights that half precision holds exactly (those of model.safetensors) in it; each is made single again
    where it is used.

    ONNX Runtime folds the conversions when it loads the file, so that it computes in single precision all the same.
    """
    casts = []
    for weight in graph.initializer:
        if weight.data_type != onnx.TensorProto.FLOAT or math.prod(weight.dims) < SMALL:
            continue
        values = onnx.numpy_helper.to_array(weight)
        half = values.astype(np.float16)
        if not np.array_equal(half, values):
            continue
        name = weight.name
        weight.CopyFrom(onnx.numpy_helper.from_array(half, f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _compare(engine: TorchEngine, exported: OnnxEngine, folder: Path) -> None:
    """Raise where the engines disagree on batches of other shapes than the exporter saw, with padding."""
    random = np.random.default_rng(0)
    limits = engine._model.config
    for rows, width in ((1, 5), (3, 40), (2, int(limits.max_position_embeddings))):
        ids = random.integers(0, int(limits.vocab_size), (rows, width), dtype=np.int64)
        types = random.integers(0, int(limits.type_vocab_size), (rows, width), dtype=np.int64)
        mask = np.ones_like(ids)
        mask[0, width // 2 :] = 0
        real = mask.astype(bool)
        worst = float(np.abs(engine.logits(ids, mask, types)[real] - exported.logits(ids, mask, types)[real]).max())
        if worst > TOLERANCE:
            raise BaogaoError(
                f"the exported network's scores differ from the original's by {worst:.2g}",
                path=folder,
                remedy="use the torch engine (trainer.onnx=false), and report your versions of torch and onnx",
            )
