"""Scores that need records and their spans together: of a tagger, of any system's predictions, between annotators."""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Unpack

import baogao
from baogao.corpus import Record, check_records, fingerprint, load_naming, raise_on_errors
from baogao.errors import BaogaoError
from baogao.evaluation import Case, Found, Options, Result, evaluate, score_cases
from baogao.evaluation.result import Agreement, Mode
from baogao.labels import LabelSet
from baogao.progress import track
from baogao.reports import sections
from baogao.spans import Span
from baogao.tagger import Tagger

Ranges = Sequence[tuple[int, int]]


def score_tagger(
    tagger: Tagger, gold: Sequence[Record], *, quiet: bool = False, timed: bool = False, **options: Unpack[Options]
) -> Result:
    """The evaluation of a tagger on records with text; ``timed`` adds how fast it was."""
    found: dict[str, list[Span]] = {}
    seconds = 0.0
    for record in track(gold, "evaluating", quiet=quiet):
        text = record.document().text
        started = time.perf_counter()
        found[record.sha256] = tagger.spans(text)
        seconds += time.perf_counter() - started
    if timed:
        characters = sum(len(r.text or "") for r in gold)
        options["throughput"] = {
            "characters": characters,
            "seconds": seconds,
            "characters_per_second": characters / max(seconds, 1e-9),
        }
    signed = {"model": tagger.manifest.model_id, "engine": tagger.engine.name, "decoding": "viterbi"}
    signed["threshold"] = f"{tagger.manifest.threshold:g}"
    spans = {sha256: [Found(s.start, s.end, s.label, s.score) for s in many] for sha256, many in found.items()}
    return _evaluate(gold, spans, {}, tagger.labels, signed, options)


def score_predictions(
    predicted: Sequence[Record], gold: Sequence[Record], labels: LabelSet, **options: Unpack[Options]
) -> Result:
    """The evaluation of any system's predictions, joined to gold by the hash of the text.

    Raises BaogaoError where a gold text has no prediction, or one made on another version of the text.
    """
    of_text = by_text(predicted)
    known = {r.sha256 for r in gold}
    absent = [r for r in gold if r.sha256 not in of_text]
    others = [r for r in predicted if r.sha256 not in known]
    if absent:
        raise _without_prediction(absent, others, len(gold))
    notes = list(options.get("notes", ()))
    if others:
        notes.append(
            f"{len(others)} predicted texts are not in the gold and were not scored (first: {others[0].id!r})."
        )
    spans = {sha256: _found(record) for sha256, record in of_text.items() if sha256 in known}
    texts = {sha256: record.text for sha256, record in of_text.items() if record.text is not None}
    scored = [of_text[r.sha256] for r in gold]
    signed = {"model": None, "predictions": fingerprint(scored)[:16]}
    return _evaluate(gold, spans, texts, labels, signed, {**options, "notes": notes})


def agreement(records: Sequence[Record], labels: LabelSet) -> tuple[dict[str, Mode], int]:
    """The figures of every mode between annotators of the same reports, and on how many pairs of annotations they rest.

    Two records of one text are a pair, compared where both were annotated; strict F1 does not depend on which of them
    is called gold. Raises BaogaoError where nothing was annotated twice.
    """
    cases = [case for pairs in _pairs(records).values() for case in pairs]
    if not cases:
        raise BaogaoError("no report is annotated twice", remedy="name files that hold both annotators' layers")
    return score_cases(cases, labels.names), len(cases)


def agreements(
    gold: Sequence[Record], layers: Sequence[Record], labels: LabelSet, *, resamples: int, seed: int
) -> list[Agreement]:
    """The agreement of each two annotators of the texts of ``gold``, which is one of the layers."""
    texts = {r.sha256 for r in gold}
    pairs = _pairs([*gold, *(r for r in layers if r.sha256 in texts)])
    return [
        {
            "between": list(names),
            "documents": len(cases),
            "modes": score_cases(cases, labels.names, resamples=resamples, seed=seed),
        }
        for names, cases in sorted(pairs.items())
    ]


def sound_records(paths: Sequence[str | Path], labels: LabelSet, *, quiet: bool = False) -> list[Record]:
    """The records of annotation files; BaogaoError where the check finds errors: nothing is scored on unsound data."""
    records = load_naming(list(paths), labels, quiet=quiet)
    unknown = Counter(m.label for r in records for m in r.marks if m.label not in labels.names)
    if unknown:
        counted = ", ".join(f"{name} ({n})" for name, n in sorted(unknown.items()))
        raise BaogaoError(
            f"{unknown.total()} spans have labels that the label set {labels.name!r} does not know: {counted}",
            path=next(r.path for r in records if any(m.label in unknown for m in r.marks)),
            remedy=f"it knows {', '.join(labels.names)}; choose the set they belong to: --labels NAME_OR_FILE",
        )
    raise_on_errors(check_records(records, labels))
    return records


def by_text(records: Sequence[Record]) -> dict[str, Record]:
    """The records by the hash of their text; BaogaoError where one text has two."""
    found: dict[str, Record] = {}
    for record in records:
        if found.setdefault(record.sha256, record) is not record:
            raise BaogaoError(
                f"the text of record {record.id!r} stands twice: which of the two is meant is not clear",
                path=record.path,
                line=record.line,
                remedy="keep one annotation a text; baogao corpus agree compares several",
            )
    return found


def refuse_overlaps(records: Sequence[Record]) -> None:
    """BaogaoError where two records annotate the same part of a text; of different parts each may have its own."""
    same_text: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        for other in same_text[record.sha256]:
            if common_ranges(record, other):
                raise BaogaoError(
                    f"records {other.id!r} and {record.id!r} annotate the same part of one text",
                    path=record.path,
                    line=record.line,
                    remedy="keep one of them; make silver annotations anew once more was annotated",
                )
        same_text[record.sha256].append(record)


def surfaces(records: Iterable[Record]) -> frozenset[tuple[str, str]]:
    """The text and label of every span of records with text."""
    return frozenset((r.text[m.start : m.end], m.label) for r in records if r.text is not None for m in r.marks)


def _evaluate(
    gold: Sequence[Record],
    found: Mapping[str, Sequence[Found]],
    texts: Mapping[str, str],
    labels: LabelSet,
    signed: Mapping[str, Any],
    options: Options,
) -> Result:
    """The evaluation of ``found``, by hash of the text, on the annotated parts of ``gold``."""
    cases = []
    annotated: dict[str, list[tuple[int, int]]] = defaultdict(list)
    ids = Counter(record.id for record in gold)
    for number, record in enumerate(gold, start=1):
        inside = _within(found[record.sha256], record.annotated())
        annotated[record.sha256] += record.annotated()
        text = texts.get(record.sha256) if record.text is None else record.text
        tiles = [] if text is None else [(s.start, s.end, s.kind) for s in sections(text)]
        level = str(record.meta.get("level", ""))
        # Parts of one text may go by its one id.
        name = record.id if ids[record.id] == 1 else f"{record.id} ({number})"
        cases.append(Case(name, record.sha256, record.marks, inside, text, level, tiles))
    notes = list(options.get("notes", ()))
    outside = sum(len(found[sha256]) - len(_within(found[sha256], known)) for sha256, known in annotated.items())
    if outside:
        notes.append(f"{outside} predicted spans reach outside what was annotated and were not scored.")
    signature = {
        "gold": fingerprint(gold)[:16],
        "records": len(gold),
        "labels": labels.name,
        "scheme": labels.scheme,
        **signed,
        "baogao": baogao.__version__,
    }
    asked: Options = {**options, "notes": notes}
    return evaluate(cases, labels.names, signature, **asked)


def _without_prediction(absent: Sequence[Record], others: Sequence[Record], count: int) -> BaogaoError:
    """What to say of gold records without a prediction: that their text has changed, where an id says so."""
    ids = {r.id: r for r in others}
    changed = next((r for r in absent if r.id in ids), None)
    if changed is None:
        first = absent[0]
        return BaogaoError(
            f"{len(absent)} of {count} gold records have no prediction for their text "
            f"(first: {first.id!r}, hash {first.sha256[:12]}…)",
            path=first.path,
            line=first.line,
            remedy="predict the same texts as the gold's, character for character",
        )
    other = ids[changed.id]
    return BaogaoError(
        f"record {changed.id!r} was predicted on another text (hash {other.sha256[:12]}…, "
        f"{other.path}:{other.line}) than the gold's (hash {changed.sha256[:12]}…)",
        path=changed.path,
        line=changed.line,
        remedy="predict the same texts as the gold's, character for character",
    )


def _found(record: Record) -> list[Found]:
    scores = record.scores or (None,) * len(record.marks)
    return [Found(m.start, m.end, m.label, score) for m, score in zip(record.marks, scores, strict=True)]


def _pairs(records: Sequence[Record]) -> dict[tuple[str, str], list[Case]]:
    """Every two annotations of one text, compared where both annotated, by the names of the two annotators."""
    same_text: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        same_text[record.sha256].append(record)
    pairs: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for layers in same_text.values():
        text = next((r.text for r in layers if r.text is not None), None)
        for one, other in combinations(sorted(layers, key=lambda r: r.annotator), 2):
            common = common_ranges(one, other)
            if common:
                gold, found = _within(_found(one), common), _within(_found(other), common)
                case = Case(one.id, one.sha256, gold, found, text)
                pairs[one.annotator or "gold", other.annotator or "gold"].append(case)
    return pairs


def _within(spans: Iterable[Found], ranges: Ranges) -> list[Found]:
    """The spans that lie wholly inside one of the annotated ranges: elsewhere nothing is known to be wrong."""
    return [s for s in spans if any(a <= s.start and s.end <= b for a, b in ranges)]


def common_ranges(one: Record, other: Record) -> Ranges:
    """The ranges that both records cover; all of the text where neither names ranges."""
    if one.ranges is None or other.ranges is None:
        ranges = other.ranges if one.ranges is None else one.ranges
        return [(0, sys.maxsize)] if ranges is None else list(ranges)
    pairs = [(max(a, c), min(b, d)) for a, b in one.ranges for c, d in other.ranges]
    return [(start, end) for start, end in pairs if start < end]
