"""Predictions written out: JSON lines, CSV, Parquet, or a table to look at."""

from __future__ import annotations

import csv
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from rich.console import Console
from rich.table import Table

from baogao.errors import BaogaoError, MissingExtraError
from baogao.files import atomic_open
from baogao.spans import Document

FORMS: Final = ("jsonl", "csv", "parquet", "table")
COLUMNS: Final = ("id", "path", "start", "end", "label", "text", "score", "error")


def to_json(path: str | None, document: Document, model_id: str) -> dict[str, Any]:
    """A report's line in the JSON-lines form."""
    return {
        "id": document.id,
        "path": path,
        "sha256": document.sha256,
        "model": model_id,
        "spans": [span.to_json() for span in document.spans],
        "measurements": [m.to_json() for m in document.measurements],
        **({"notes": list(document.meta["notes"])} if document.meta.get("notes") else {}),
    }


class Writer:
    """Takes documents one by one and writes them in a form; a context manager.

    With ``output`` the file appears whole when the block ends; an error inside the block leaves no part of it.
    """

    def __init__(self, form: str, output: Path | None, model_id: str) -> None:
        self.form, self.output, self.model_id = form, output, model_id
        self._stack = ExitStack()
        self._rows: list[dict[str, Any]] = []
        self._csv: Any = None
        self._out: IO[str] = sys.stdout

    def __enter__(self) -> Self:
        if self.output is not None and self.output.is_dir():
            raise BaogaoError("cannot write here: this is a folder", path=self.output, remedy="name a file")
        if self.form == "parquet":
            try:
                import pyarrow  # noqa: F401
            except ImportError as error:
                raise MissingExtraError("pyarrow", "scale", "--format parquet") from error
        elif self.output is not None:
            self._out = self._stack.enter_context(atomic_open(self.output))
            if self.form == "csv":
                self._out.write("\ufeff")  # by which Excel knows UTF-8
        if self.form == "csv":
            self._csv = csv.DictWriter(self._out, COLUMNS, lineterminator="\n")
            self._csv.writeheader()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self.form == "parquet":
            self._parquet()
        self._stack.__exit__(kind, error, trace)

    def add(self, path: str, document: Document) -> None:
        """Write one report's spans and measurements."""
        spans = [span.to_json() for span in document.spans]
        if self.form == "jsonl":
            self._line(to_json(path, document, self.model_id))
        elif self.form == "table":
            self._table(path, document)
        else:
            head = {"id": document.id, "path": path}
            self._add_rows([{**head, **span} for span in spans] or [head])  # a report without spans is a row too

    def fail(self, path: str, what: str) -> None:
        """Write that an input failed and why."""
        if self.form == "jsonl":
            self._line({"path": path, "model": self.model_id, "error": what})
        elif self.form == "table":
            self._out.write(f"{path}: error: {what}\n")
        else:
            self._add_rows([{"path": path, "error": what}])

    def _line(self, value: dict[str, Any]) -> None:
        self._out.write(json.dumps(value, ensure_ascii=False) + "\n")
        self._out.flush()

    def _add_rows(self, rows: list[dict[str, Any]]) -> None:
        if self._csv is not None:
            self._csv.writerows(rows)
        else:
            self._rows += rows

    def _table(self, path: str, document: Document) -> None:
        table = Table(title=f"{path}: {len(document.spans)} spans", title_justify="left")
        for name, justify in (("start", "right"), ("end", "right"), ("label", "left"), ("score", "right")):
            table.add_column(name, justify=justify)  # type: ignore[arg-type]
        table.add_column("text", overflow="fold")
        for span in document.spans:
            shown = "" if span.score is None else f"{span.score:.2f}"
            table.add_row(str(span.start), str(span.end), span.label, shown, span.text)
        Console(file=self._out, highlight=False, markup=False, emoji=False).print(table)

    def _parquet(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        assert self.output is not None
        kinds = {"start": pa.int64(), "end": pa.int64(), "score": pa.float64()}
        schema = pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
        table = pa.Table.from_pylist(self._rows, schema=schema, metadata=None)
        table = table.replace_schema_metadata({"model": self.model_id})
        with atomic_open(self.output, "wb") as stream:
            pq.write_table(table, stream)
