"""What the service is asked, as types that check it. Keys that are not named here are never looked at.

Label Studio's requests carry secrets (an access token in ``/setup``, storage credentials in ``params``): no field takes
them, so none of them outlives the parsing of the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from baogao.spans import SURROGATE


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid")  # a misspelt key is an error, not silence


class Text(_Plain):
    """One text; the answer is one line of ``baogao predict``."""

    text: str


class Texts(_Plain):
    """Several texts; the answer holds a line for each, in their order."""

    texts: list[str]


def _whole(name: str) -> str:
    if SURROGATE.search(name):
        raise ValueError("half a surrogate pair is no character")
    return name


class NamedText(_Plain):
    id: Annotated[str, Field(min_length=1), AfterValidator(_whole)]
    text: str


class Documents(_Plain):
    """Several texts with ids of the caller's."""

    documents: list[NamedText]


class Task(BaseModel):
    """A task of Label Studio; ``data`` holds its text under the key that the labelling interface names."""

    id: int | str | None = None
    data: dict[str, Any] = {}


class Tasks(BaseModel):
    """Label Studio's request for predictions."""

    tasks: list[Task]
    label_config: str
    project: str | int | None = None


class Setup(BaseModel):
    """Label Studio's greeting; ``schema`` is the project's labelling interface."""

    project: str | int | None = None
    label_config: str = Field("", alias="schema")


_KINDS = ("tasks", "documents", "texts", "text")


def _kind(value: Any) -> str | None:
    """Which kind of request this is, by the key that only it has."""
    return next((k for k in _KINDS if k in value), None) if isinstance(value, Mapping) else None


PredictRequest = Annotated[
    Annotated[Tasks, Tag("tasks")]
    | Annotated[Documents, Tag("documents")]
    | Annotated[Texts, Tag("texts")]
    | Annotated[Text, Tag("text")],
    Discriminator(
        _kind,
        custom_error_type="request_kind",
        custom_error_message="a JSON object with one of the keys 'text', 'texts', 'documents' and 'tasks' is needed",
    ),
]
