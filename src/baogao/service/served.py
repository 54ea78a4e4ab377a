"""The model that answers: loaded once, replaced when its directory holds another."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from baogao.errors import BaogaoError
from baogao.predictor import Predictor, chosen, load
from baogao.progress import console
from baogao.tagger.directory import MANIFEST, VERIFIED
from baogao.tagger.engines import EngineName

Stamp = tuple[object, ...]

_WATCHED: Final = (MANIFEST, *VERIFIED, "model.onnx", "run.json", "metrics.json")


class Served:
    """A predictor and the directory it came from, which may be a link that is set to another model.

    ``predictor`` is read once by whoever answers a request: a replacement in between changes later requests only.
    """

    def __init__(
        self, model: str | Path | None, engine: EngineName = "auto", *, threads: int | None = None, quiet: bool = False
    ) -> None:
        self.folder = chosen(model)
        self._engine, self._threads, self._quiet = engine, threads, quiet
        self._lock = threading.Lock()
        self._settled = self._looked = self._stamp()
        self.predictor: Predictor = load(self.folder, engine, threads=threads)

    def refresh(self) -> bool:
        """Look at the directory; load what it holds when that has changed and is whole. True where it was replaced.

        A change is loaded at the second look that finds it, for by then nobody writes any more, and a run in progress
        not before it is complete. What cannot be loaded is said once, and the model at hand goes on answering.
        """
        with self._lock:
            stamp = self._stamp()
            before, self._looked = self._looked, stamp
            if stamp == self._settled or stamp != before or not stamp or not self._complete():
                return False
            self._settled = stamp
            old = self.predictor.model_id
            try:
                # Resolved first: a link may be set again while the files are read.
                self.predictor = load(self.folder.resolve(), self._engine, threads=self._threads)
            except BaogaoError as error:
                console().print(f"the new model was not loaded, {old} goes on answering: {error}")
                return False
            if not self._quiet:
                console().print(f"model {old} → {self.predictor.model_id}")
            return True

    def _complete(self) -> bool:
        return not (self.folder / "run.json").exists() or (self.folder / "metrics.json").exists()

    def _stamp(self) -> Stamp:
        """What tells one state of the directory from another; empty where there is no model."""
        found = []
        for name in _WATCHED:
            try:
                status = (self.folder / name).stat()
            except OSError:
                if name == MANIFEST:
                    return ()
            else:
                found.append((name, status.st_ino, status.st_size, status.st_mtime_ns))
        return tuple(found)
