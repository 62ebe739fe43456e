"""Every kind of command that a door offers, read from the one list of commands: how to read one from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, Field, ValidationError

from discharge.cases.commands import COMMAND, Command
from discharge.errors import HomewardError
from discharge.permissions import PERMISSIONS


class AskedWith(BaseModel):
    """What every command carries beside its own fields.

    `effective_on` is a London date, by default today. `note` is free text about the command, `item_notes`
    about single items of a check. `about_danger` says that the note speaks of abuse or danger, `danger_items`
    for which items their notes do: such a note is for the writer's team and the housing lead. `decided_by`
    names who decided that somebody leaves for a home that is not ready. `seen_version` is the case version
    that the asker was looking at. `confirm` holds codes of contradictions that the asker was asked about
    (`contradiction`, 409) and confirms, with a reason or a note.
    """

    effective_on: date | None = None
    reason: str | None = Field(default=None, max_length=200)
    note: str | None = Field(default=None, max_length=10_000)
    item_notes: dict[str, str] = Field(default_factory=dict)
    decided_by: str | None = Field(default=None, max_length=200)
    about_danger: bool = False
    danger_items: list[str] = Field(default_factory=list)
    seen_version: int | None = Field(default=None, ge=0)
    confirm: list[str] = Field(default_factory=list, max_length=20)


MODELS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {model.model_fields["kind"].default: model for model in get_args(get_args(Command)[0])}
)
"""Kind -> model."""

OFFERED: tuple[str, ...] = tuple(kind for kind in MODELS if kind != "refer" and PERMISSIONS[kind].roles)
"""What people and systems may ask of a case, each by its roles. A referral has a door of its own."""


def read_command(body: Mapping[str, Any]) -> tuple[Command, AskedWith]:
    """The command in a JSON object and what it carries. Raises invalid-body, naming the field, not its value.

    Where a command has a field of its own called reason, that one is meant.
    """
    kind = body.get("kind")
    model = MODELS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise HomewardError("invalid-body", detail="no such kind of command", where="kind")
    if kind not in OFFERED:
        raise HomewardError("role-not-allowed", detail=str(kind))
    beside = {name: body[name] for name in AskedWith.model_fields if name in body}
    own = {name: value for name, value in body.items() if name not in beside or name in model.model_fields}
    beside = {name: value for name, value in beside.items() if name not in model.model_fields}
    try:
        return COMMAND.validate_python(own), AskedWith.model_validate(beside)
    except ValidationError as error:
        raise misfit(error) from None


def misfit(error: ValidationError) -> HomewardError:
    """The first field that does not fit, as an error."""
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"] if part not in MODELS)
    return HomewardError("invalid-body", detail=first["type"], where=place or "kind")


def command_schema() -> dict[str, Any]:
    """The JSON schema of a command with what it carries, for the description of the interface."""
    carried = AskedWith.model_json_schema()["properties"]
    variants = []
    for kind in OFFERED:
        schema = MODELS[kind].model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        required = ["kind", *schema.get("required", [])]
        variants.append(
            {**schema, "properties": {**carried, **schema.get("properties", {})}, "required": required}
        )
    return {"oneOf": variants, "discriminator": {"propertyName": "kind"}}
