"""How a value is written into the record so that every later version can read it, and an earlier one too.

What is stored says under which schema it was written. A reader leaves out fields that it does not know, as a
newer build beside it may have written them, and brings what an earlier one wrote up to today. Doors are
another matter: what people and systems send is read by the models themselves, which refuse what they do not
know. `tests/golden/` holds an example of every shape that ever was; `make golden` adds the new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter

Json = dict[str, Any]
T = TypeVar("T", bound=BaseModel)

SCHEMA = "schema"
"""The key beside the fields of a stored value; before there was one, everything was of schema 1."""


@dataclass(frozen=True)
class Stored(Generic[T]):
    """One kind of value in the record. ``schema`` is raised with every change of its shape.

    ``former`` brings what was written under a schema up to the next one, where defaults of new fields do not.
    """

    adapter: TypeAdapter[T]
    schema: int = 1
    former: Mapping[int, Callable[[Json], Json]] = field(default_factory=dict)

    def write(self, value: T) -> Json:
        """Return what to store."""
        return {SCHEMA: self.schema, **value.model_dump(mode="json")}

    def read(self, stored: Mapping[str, Any]) -> T:
        """Return what was stored under any schema. Raises pydantic's ValidationError."""
        said = dict(stored)
        for number in range(said.pop(SCHEMA, 1), self.schema):
            said = self.former[number](said) if number in self.former else said
        return self.adapter.validate_python(said, extra="ignore")

    def is_former(self, stored: Mapping[str, Any]) -> bool:
        """Whether an earlier build wrote it, so that what is new since is missing."""
        return bool(stored.get(SCHEMA, 1) < self.schema)
