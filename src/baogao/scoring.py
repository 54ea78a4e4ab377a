"""A tagger's strict scores on annotated records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import baogao
from baogao.corpus.records import Record, fingerprint
from baogao.evaluation import Scores, count, score
from baogao.evaluation.count import within
from baogao.progress import track
from baogao.tagger import Tagger


def score_records(tagger: Tagger, records: Sequence[Record], *, quiet: bool = False) -> tuple[Scores, dict[str, Any]]:
    """Strict scores over records with text, and their signature. Only the annotated ranges of a report count."""
    counted = []
    for record in track(records, "evaluating", quiet=quiet):
        found = tagger.spans(record.document().text)
        counted.append(count(record.marks, within(found, record.annotated())))
    signed = {
        "gold": fingerprint(records)[:16],
        "records": len(records),
        "model": tagger.manifest.model_id,
        "engine": tagger.engine.name,
        "decoding": "viterbi",
        "baogao": baogao.__version__,
    }
    return score(counted, tagger.labels.names), signed
