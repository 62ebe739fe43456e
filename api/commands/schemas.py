"""Commands as interfaces take and answer them: one model for each kind that people and systems may ask.

The models follow from the commands themselves (`discharge.cases.commands`): nothing of a command is said
twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, RootModel, create_model
from pydantic.fields import FieldInfo

from api.web.problem_bodies import ChangedPart, Problem
from discharge.cases.commands import Command
from discharge.permissions import PERMISSIONS


class RequestContext(BaseModel):
    """What each request about a case carries: what the asker saw and confirms, and whether the note speaks of
    danger.
    """

    model_config = ConfigDict(extra="forbid")

    about_danger: bool = Field(
        default=False,
        description="True when the note speaks of abuse or danger: it is then not on the case, and people"
        " named for safety and the writer read it",
    )
    seen_version: int | None = Field(
        default=None,
        ge=0,
        description="The version of the case that the asker was looking at: what the request changes must not"
        " have changed since (`case-changed`)",
    )
    confirm: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="Codes of contradictions (409 `contradiction`) that the asker was asked about and"
        " confirms, with a reason or a note",
    )


class CommandContext(RequestContext):
    """What every command carries beside its own fields."""

    effective_on: date | None = Field(
        default=None, description="The London date from which it holds; by default today"
    )
    reason: str | None = Field(default=None, max_length=200, description="Why, in a word or a code")
    note: str | None = Field(
        default=None, max_length=10_000, description="Free text about the command; never sent to partners"
    )
    item_notes: dict[str, str] = Field(
        default_factory=dict,
        description="Free text about single items of a check, by the item's code; where an item is answered"
        " `written`, the answer itself",
    )
    decided_by: str | None = Field(
        default=None,
        max_length=200,
        description="Who decided that somebody leaves for a home that is not ready",
    )
    told_by_name: str | None = Field(
        default=None,
        max_length=200,
        description="The name of the person who told an answer of the check; never sent to partners",
    )
    danger_items: list[str] = Field(
        default_factory=list, description="Items whose notes speak of abuse or danger"
    )


MODELS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {model.model_fields["kind"].default: model for model in get_args(get_args(Command)[0])}
)
"""Kind -> the command itself."""

DOORS_OF_THEIR_OWN = frozenset({"refer", "add-item-evidence"})
"""A referral, and what brings a file with it."""

OFFERED: tuple[str, ...] = tuple(
    kind for kind in MODELS if kind not in DOORS_OF_THEIR_OWN and PERMISSIONS[kind].roles
)
"""What people and systems may ask of a case, each by its roles."""

SET_BY_US = frozenset({"kept", "decided_by_note", "text_notes", "told_note_id", "address_nation"})
"""Fields of commands that no client sends."""


def _request(model: type[BaseModel]) -> type[CommandContext]:
    own: dict[str, Any] = {
        name: (info.annotation, info) for name, info in model.model_fields.items() if name not in SET_BY_US
    }
    own["kind"] = (model.model_fields["kind"].annotation, FieldInfo(description="Which command this is"))
    return create_model(f"{model.__name__}Command", __base__=CommandContext, __doc__=model.__doc__, **own)


REQUESTS: Mapping[str, type[CommandContext]] = MappingProxyType(
    {kind: _request(MODELS[kind]) for kind in OFFERED}
)
"""Kind -> what a client sends."""

if TYPE_CHECKING:
    _AnyRequest = CommandContext
else:
    _AnyRequest = Annotated[reduce(or_, REQUESTS.values()), Field(discriminator="kind")]


class CommandRequest(RootModel[_AnyRequest]):
    """One command of the union, told by its `kind`."""


class CommandAnswer(BaseModel):
    """`accepted` with the events it caused, or `taken` with the address that will say more.

    A referral that is a request is `requested`: it has no case until somebody takes it on. `changes` are what
    others changed since the `seen_version` of the command. `who_reads` is there where something that came
    with the command speaks of abuse or danger.
    """

    command_id: UUID
    case_id: UUID | None = None
    outcome: Literal["accepted", "taken", "requested"]
    version: int | None = None
    events: list[str] = []
    changes: list[ChangedPart] = []
    who_reads: str | None = None
    status_url: str


class CommandStatus(BaseModel):
    """How a command stands. `problem` is there once it was refused or failed. A request is `waiting`,
    `taken-on`, `declined` or `withdrawn`.
    """

    command_id: UUID
    case_id: UUID | None = None
    kind: str
    state: str
    effective_on: date
    version: int | None = None
    events: list[str] = []
    problem: Problem | None = None
