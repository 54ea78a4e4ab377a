"""Small file manners shared by every room: where configuration lies, atomic writes, hashes."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from baogao.errors import BaogaoError

PACKAGED: Final = "packaged:"
"""Prefix of the names of what comes with the package: ``packaged:tagger`` and ``packaged:encoder``."""


def located(name: str | Path) -> Path:
    """The path that a model's name stands for: itself, or a folder of the package where it begins with PACKAGED."""
    if not str(name).startswith(PACKAGED):
        return Path(name)
    models = Path(__file__).resolve().parent / "models"
    path = models / str(name).removeprefix(PACKAGED)
    if path.parent != models or not path.is_dir():
        there = ", ".join(sorted(f"{PACKAGED}{p.name}" for p in models.glob("*") if p.is_dir()))
        raise BaogaoError(f"no such model comes with the package: {name}", remedy=f"there are: {there or 'none'}")
    return path


def configs_dir() -> Path:
    """The folder of YAML configuration: inside the wheel when installed, at the top of a checkout otherwise."""
    package = Path(__file__).resolve().parent
    for candidate in (package / "configs", package.parents[1] / "configs"):
        if (candidate / "labels").is_dir():
            return candidate
    raise BaogaoError(
        "the configuration folder of baogao is missing",
        path=package / "configs",
        remedy="reinstall the package: pip install --force-reinstall baogao",
    )


def sha256_text(text: str) -> str:
    """Hex SHA-256 of the text as read, encoded as UTF-8: the identity of a report everywhere."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sha256_file(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_json(value: Any) -> str:
    """Hex SHA-256 of a JSON value in canonical form (sorted keys, no white space)."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256_text(canonical)


@contextmanager
def atomic_open(path: str | Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Open a temporary file beside ``path`` and rename it into place when the block ends without an error.

    Readers see the old file or the whole new one, never a part. Text is UTF-8 with ``\\n`` line ends. A link is
    followed; what is no regular file (a pipe, a device) is written to as it is.
    """
    path = Path(path).resolve()
    text: dict[str, Any] = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
    if path.is_dir():
        raise BaogaoError("cannot write here: this is a folder", path=path, remedy="name a file")
    if path.exists() and not path.is_file():
        with open(path, mode, **text) as stream:
            yield stream
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        raise BaogaoError(
            f"cannot write here: {error.strerror}", path=path, remedy="choose a folder you may write to"
        ) from error
    try:
        with os.fdopen(handle, mode, **text) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes private files; give the result the mode an ordinary open() would have.
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def keep_inputs(inputs: Iterable[str | Path], *outputs: str | Path | None) -> None:
    """BaogaoError where one of the output files (None: standard output) would replace an input file or another one."""
    kept = {Path(file).resolve(): "input" for file in inputs}
    for output in outputs:
        if output is not None:
            file = Path(output).resolve()
            if file in kept:
                raise BaogaoError(
                    f"the output would replace this {kept[file]}", path=output, remedy="name another file"
                )
            if file.is_file() or not file.exists():  # a device takes several
                kept[file] = "other output"


def write_text(path: str | Path, text: str) -> None:
    """Write ``text`` as UTF-8, atomically."""
    with atomic_open(path) as stream:
        stream.write(text)


def write_json(path: str | Path, value: Any) -> None:
    """Write ``value`` as indented UTF-8 JSON, atomically."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")
