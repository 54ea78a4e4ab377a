"""Label sets: read from YAML, turned into BIO ids, allowed transitions and the Label Studio interface."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import numpy as np
import numpy.typing as npt
import yaml

from baogao.errors import BaogaoError
from baogao.files import configs_dir, sha256_json

OUTSIDE: Final = 0
"""The id of the tag O, always 0."""

DIFFICULT: Final = "DIFF"
"""The tag of a span whose annotator was unsure: an adjudicator decides."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class LabelType:
    """One span type: its name in data, its Chinese name, what it marks, and how annotators see it."""

    name: str
    zh: str
    description: str
    color: str
    hotkey: str


@dataclass(frozen=True)
class LabelSet:
    """An ordered set of span types and what follows from it. Tag ids: O = 0, B = 2k + 1, I = 2k + 2."""

    name: str
    scheme: str
    types: tuple[LabelType, ...]

    def __post_init__(self) -> None:
        if not self.types:
            raise BaogaoError(f"label set {self.name!r} has no types", remedy="list at least one under 'types:'")
        for attribute in ("name", "zh", "hotkey"):
            values = [getattr(t, attribute) for t in self.types]
            for value in values:
                if not value or values.count(value) > 1:
                    raise BaogaoError(
                        f"label set {self.name!r}: {attribute} {value!r} is empty or given twice",
                        remedy=f"give every type its own {attribute}",
                    )
        for label in self.types:
            if not _NAME.fullmatch(label.name):
                raise BaogaoError(
                    f"label set {self.name!r}: {label.name!r} is no label name",
                    remedy="use Latin letters, digits and underscores, a letter first",
                )

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(t.name for t in self.types)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The BIO tags in the order of their ids: O, B-first, I-first, B-second …"""
        return ("O", *(f"{prefix}-{name}" for name in self.names for prefix in "BI"))

    def begin(self, name: str) -> int:
        """The id of B-name; BaogaoError for a name outside the set."""
        try:
            return 2 * self.names.index(name) + 1
        except ValueError:
            raise BaogaoError(
                f"label {name!r} is not in the label set {self.name!r} ({', '.join(self.names)})",
                remedy="correct the label, or choose the label set it belongs to (labels=NAME)",
            ) from None

    def inside(self, name: str) -> int:
        """The id of I-name."""
        return self.begin(name) + 1

    @cached_property
    def allowed(self) -> npt.NDArray[np.bool_]:
        """Which tag may follow which under IOB2: shape (tags, tags), ``allowed[i, j]`` for i before j."""
        count = len(self.tags)
        table = np.ones((count, count), dtype=np.bool_)
        for k in range(len(self.types)):
            begin, inside = 2 * k + 1, 2 * k + 2
            table[:, inside] = False
            table[[begin, inside], inside] = True
        return table

    @cached_property
    def allowed_first(self) -> npt.NDArray[np.bool_]:
        """Which tag may stand first: shape (tags,). All but the I tags."""
        return np.array([not tag.startswith("I-") for tag in self.tags], dtype=np.bool_)

    @cached_property
    def sha256(self) -> str:
        return sha256_json(self.to_config())

    def to_config(self) -> dict[str, Any]:
        """The set as the YAML files hold it."""
        return {"name": self.name, "scheme": self.scheme, "types": [asdict(t) for t in self.types]}

    def to_label_studio(self) -> str:
        """The labelling interface of Label Studio: Chinese names on screen, names of the set (aliases) in the data.

        ``granularity="symbol"`` lets annotators select single characters of Chinese text. A span that is selected
        shows one choice, the tag DIFF. Relations between spans need no tag of their own.
        """
        lines = ["<View>", '  <Header value="$id" size="5"/>', '  <Labels name="label" toName="text">']
        for t in self.types:
            lines.append(
                f"    <Label value={quoteattr(t.zh)} alias={quoteattr(t.name)} hint={quoteattr(t.description)} "
                f"background={quoteattr(t.color)} hotkey={quoteattr(t.hotkey)}/>"
            )
        lines += [
            "  </Labels>",
            '  <Text name="text" value="$text" granularity="symbol"/>',
            '  <View visibleWhen="region-selected">',
            '    <Choices name="tag" toName="text" perRegion="true" choice="multiple" showInline="true">',
            f'      <Choice value="拿不准（{DIFFICULT}）" alias="{DIFFICULT}" hotkey="d"/>',
            "    </Choices>",
            "  </View>",
            "</View>",
        ]
        return "\n".join(lines) + "\n"


def load_labels(source: str | Path | Mapping[str, Any] = "report") -> LabelSet:
    """The label set of a name under ``configs/labels``, of a YAML file, or of a mapping already read."""
    if isinstance(source, Mapping):
        return _from_config(source, path=None)
    path = Path(source)
    if path.suffix not in (".yaml", ".yml"):
        path = configs_dir() / "labels" / f"{source}.yaml"
        if not path.is_file():
            known = ", ".join(sorted(p.stem for p in path.parent.glob("*.yaml")))
            raise BaogaoError(f"there is no label set {str(source)!r}", remedy=f"use one of: {known}")
    try:
        config = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BaogaoError(f"cannot read the label set: {error}", path=path) from error
    return _from_config(config, path=path)


def _from_config(config: Any, *, path: Path | None) -> LabelSet:
    if not isinstance(config, Mapping) or not isinstance(config.get("types"), Sequence):
        raise BaogaoError(
            "a label set needs 'name', 'scheme' and a list 'types'",
            path=path,
            remedy="see configs/labels/report.yaml",
        )
    try:
        types = tuple(LabelType(**{k: str(v) for k, v in t.items()}) for t in config["types"])
    except (TypeError, AttributeError) as error:
        raise BaogaoError(
            f"a label type is malformed: {error}",
            path=path,
            remedy="every type has exactly name, zh, description, color and hotkey",
        ) from error
    try:
        return LabelSet(str(config.get("name", "")), str(config.get("scheme", "")), types)
    except BaogaoError as error:
        raise BaogaoError(error.what, path=path, remedy=error.remedy) from error
