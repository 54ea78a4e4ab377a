"""The labelling interface of a Label Studio project, as far as predictions need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from baogao.errors import BaogaoError
from baogao.labels import LabelSet
from baogao.tagger import Assessment

MAX_CHARACTERS: Final = 1_000_000


@dataclass(frozen=True)
class Interface:
    """Where spans go: ``<Labels name=from_name toName=to_name>`` over ``<Text name=to_name value="$field">``.

    ``labels`` maps names of the label set to the interface's own (alias where it has one, else value).
    """

    from_name: str
    to_name: str
    field: str
    labels: Mapping[str, str]

    def text_of(self, data: Mapping[str, Any]) -> str:
        """The text of a task's data; empty where it has none."""
        text = data.get(self.field)
        return text if isinstance(text, str) else ""

    def regions(self, assessment: Assessment) -> list[dict[str, Any]]:
        """The spans as Label Studio's regions, those that the interface has no label for left out."""
        return [
            {
                "id": f"{span.start}-{span.end}",
                "from_name": self.from_name,
                "to_name": self.to_name,
                "type": "labels",
                "value": {
                    "start": span.start,
                    "end": span.end,
                    "text": span.text,
                    "labels": [self.labels[span.label]],
                },
                "score": round(span.score or 0.0, 4),
            }
            for span in assessment.spans
            if span.label in self.labels
        ]


def parse_interface(config: str, labels: LabelSet) -> Interface:
    """The part of a labelling interface that takes the labels of the set.

    A label of the set is recognised by its name or its Chinese name. Of several ``<Labels>`` the one with most of the
    set's labels is taken. Raises BaogaoError for what is no XML, holds a document type (no interface does, attacks do)
    or takes none of the labels.
    """
    root = _parse(config)
    texts = {e.get("name"): (e.get("value") or "").lstrip("$") for e in root.iter("Text")}
    best: Interface | None = None
    for control in root.iter("Labels"):
        target = next((n for n in (control.get("toName") or "").split(",") if texts.get(n)), None)
        offered = [name for e in control.iter("Label") if (name := e.get("alias") or e.get("value"))]
        known = {t.name: name for t in labels.types for name in (t.zh, t.name) if name in offered}
        if target and control.get("name") and len(known) > (len(best.labels) if best else 0):
            best = Interface(str(control.get("name")), target, texts[target], known)
    if best is None:
        raise BaogaoError(
            f"the labelling interface has no <Labels> over a <Text> with a label of the set {labels.name!r} "
            f"({', '.join(labels.names)})",
            remedy="give the project the interface that is generated from the label set of the model",
        )
    return best


def _parse(config: str) -> Any:
    if len(config) > MAX_CHARACTERS:
        raise BaogaoError(f"the labelling interface has {len(config):,} characters, more than {MAX_CHARACTERS:,}")
    # Nothing is fetched, no entity is replaced: the interface comes from outside.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(config.encode("utf-8", errors="replace"), parser)
    except etree.XMLSyntaxError as error:
        raise BaogaoError(
            f"the labelling interface is no XML: {error}", remedy="send the project's label_config"
        ) from error
    information: Any = root.getroottree().docinfo
    if information.doctype:
        raise BaogaoError("the labelling interface holds a document type", remedy="remove <!DOCTYPE …>")
    return root
