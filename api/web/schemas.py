"""What every answer of the interface is made of."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, GetJsonSchemaHandler, create_model
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


def _open_to_more(schema: dict[str, Any]) -> None:
    schema.pop("additionalProperties", None)


class Schema(BaseModel):
    """A part of an answer. It says nothing beside its fields; a later version may say more."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_open_to_more)


class PartOf:
    """Describes a JSON object as some, or all, of the fields of a model: those that its reader may see."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The reference to the model in place of any object."""
        return handler(self._model.__pydantic_core_schema__)


def partial(name: str, model: type[BaseModel], **replaced: Any) -> type[BaseModel]:
    """A model with the same fields, each of which may be absent; `replaced` gives some another type."""
    fields: dict[str, Any] = {
        field: (replaced.get(field, info.annotation), Field(default=None, description=info.description))
        for field, info in model.model_fields.items()
    }
    return create_model(name, __doc__=model.__doc__, **fields)


class NamedPerson(Schema):
    """The name of a person, where it is known and may be seen."""

    family_name: str | None
    given_name: str | None


class LocalNumber(Schema):
    """A number that one organisation gave the person."""

    authority: str
    value: str


class Contact(Schema):
    """How the person, their next of kin or their practice can be reached."""

    kind: str
    value: str
    name: str | None
    relationship: str | None
    words: str


class Ring(Schema):
    """Whom to ring about what is withheld."""

    ring: str


class SafetyLineRecord(Schema):
    """The line that every case shows. It is the same for a case never asked about and for any other that is
    not confirmed.
    """

    confirmed: bool
    ask: str
    words: str


class Address(Schema):
    """Where somebody lives, or lived."""

    lines: list[str]
    postcode: str | None
    from_on: date | None
    until_on: date | None


class ClockAnswer(Schema):
    """The map from machine time to case time, fixed at the first start."""

    origin: AwareDatetime
    case_origin: AwareDatetime
    factor: float
    case_now: AwareDatetime
