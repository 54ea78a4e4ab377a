"""Reports: files read to Documents whose offsets count in the text exactly as read."""

from baogao.reports.read import document, read, read_bytes
from baogao.reports.sections import sections
from baogao.reports.sentences import paragraphs, sentences
from baogao.reports.view import View, clean

__all__ = ["View", "clean", "document", "paragraphs", "read", "read_bytes", "sections", "sentences"]
