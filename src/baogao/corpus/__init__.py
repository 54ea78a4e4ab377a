"""Annotated corpora: files in and out, joined to their reports, checked, and split."""

from baogao.corpus.attach import Attached, attach, require_text
from baogao.corpus.check import Finding, Report, check_files, check_records, raise_on_errors
from baogao.corpus.formats import annotation_files, load_naming, load_records, write_records
from baogao.corpus.leakage import Leak, leaks, refuse_leaks
from baogao.corpus.records import Mark, Record, fingerprint, record_of
from baogao.corpus.splits import split

__all__ = [
    "Attached", "Finding", "Leak", "Mark", "Record", "Report", "annotation_files", "attach", "check_files",
    "check_records", "fingerprint", "leaks", "load_naming", "load_records", "raise_on_errors", "record_of",
    "refuse_leaks", "require_text", "split", "write_records",
]  # fmt: skip
