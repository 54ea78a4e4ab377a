"""The one exception type users see: what is wrong, where, and how to mend it."""

from __future__ import annotations

from pathlib import Path


class BaogaoError(Exception):
    """An error in what the user gave us, never a bug of ours.

    ``what`` says what is wrong, ``path`` / ``line`` / ``offset`` say where, ``remedy`` says how to mend it.
    Offsets are Unicode code points into the text as read; lines count from 1.
    """

    def __init__(
        self,
        what: str,
        *,
        path: str | Path | None = None,
        line: int | None = None,
        offset: int | None = None,
        remedy: str | None = None,
    ) -> None:
        self.what = what
        self.path = None if path is None else str(path)
        self.line = line
        self.offset = offset
        self.remedy = remedy
        super().__init__(self._message())

    def _message(self) -> str:
        where = self.path or ""
        if self.line is not None:
            where += f":{self.line}" if where else f"line {self.line}"
        if self.offset is not None:
            where += f" @{self.offset}" if where else f"offset {self.offset}"
        message = f"{where}: {self.what}" if where else self.what
        return f"{message}\n  → {self.remedy}" if self.remedy else message


class MissingExtraError(BaogaoError):
    """A feature needs a package of an extra that is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed",
            remedy=f"pip install 'baogao[{extra}]'",
        )
