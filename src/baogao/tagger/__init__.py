"""The tagger: vocabulary, windows, decoding, engines, and the directory a model lives in."""

from baogao.tagger.assessment import Assessment
from baogao.tagger.committee import Committee
from baogao.tagger.directory import Manifest
from baogao.tagger.tagger import Tagger
from baogao.tagger.vocabulary import Vocabulary

__all__ = ["Assessment", "Committee", "Manifest", "Tagger", "Vocabulary"]
