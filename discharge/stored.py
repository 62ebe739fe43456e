"""How a value is written into the record so that every later version can read it, and an earlier one too.

What is stored says under which schema it was written. A reader leaves out fields that it does not know, as a
newer build beside it may have written them, and brings what an earlier one wrote up to today. What a newer
build wrote can be shown, as far as this one knows it; it is never decided on (:meth:`Stored.whole`). Doors
are another matter: what people and systems send is read by the models themselves, which refuse what they do
not know. `tests/golden/` holds an example of every shape that ever was; `make golden` adds the new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from discharge.errors import HomewardError

Json = dict[str, Any]
T = TypeVar("T", bound=BaseModel)

NEWER = "recorded-by-newer-version"
"""The error of what only a newer build understands."""

SCHEMA = "schema"
"""The key beside the fields of a stored value; before there was one, everything was of schema 1."""


@dataclass(frozen=True)
class Stored(Generic[T]):
    """One kind of value in the record. ``schema`` is raised with every change of its shape.

    ``former`` brings what was written under a schema up to the next one, where defaults of new fields do not.
    ``shown_by`` names the fields without which nothing can be shown of what a newer build wrote. Other parts
    that this build cannot read are left out then; without ``shown_by`` nothing is.
    """

    adapter: TypeAdapter[T]
    schema: int = 1
    former: Mapping[int, Callable[[Json], Json]] = field(default_factory=dict)
    shown_by: frozenset[str] = frozenset()

    def write(self, value: T) -> Json:
        """Return what to store."""
        return {SCHEMA: self.schema, **value.model_dump(mode="json")}

    def read(self, stored: Mapping[str, Any]) -> T:
        """Return what was stored under any schema, to show it. Raises pydantic's ValidationError, and
        recorded-by-newer-version for what only a newer build can read.
        """
        said = dict(stored)
        for number in range(said.pop(SCHEMA, 1), self.schema):
            said = self.former[number](said) if number in self.former else said
        try:
            return self.adapter.validate_python(said, extra="ignore")
        except ValidationError as fault:
            if not self.is_newer(stored):
                raise
            return self._as_far_as_known(deepcopy(said), fault)

    def whole(self, stored: Mapping[str, Any]) -> T:
        """Return what was stored, to decide on it. Raises as :meth:`read`, and recorded-by-newer-version for
        all that a newer build wrote: what it holds beside what is known here would be lost.
        """
        if self.is_newer(stored):
            raise HomewardError(NEWER)
        return self.read(stored)

    def _as_far_as_known(self, said: Json, fault: ValidationError) -> T:
        for path in _faults(fault):
            if not self.shown_by or not path or path[0] in self.shown_by:
                raise HomewardError(NEWER) from None
            _leave_out(said, path)
            try:
                return self.adapter.validate_python(said, extra="ignore")
            except ValidationError as another:
                return self._as_far_as_known(said, another)
        raise HomewardError(NEWER) from None

    def is_former(self, stored: Mapping[str, Any]) -> bool:
        """Whether an earlier build wrote it, so that what is new since is missing."""
        return bool(stored.get(SCHEMA, 1) < self.schema)

    def is_newer(self, stored: Mapping[str, Any]) -> bool:
        """Whether a newer build wrote it, so that something of it may not be known here."""
        return bool(stored.get(SCHEMA, 1) > self.schema)


def _faults(fault: ValidationError) -> Iterator[tuple[int | str, ...]]:
    """Where something is that cannot be read; of what lacks a field, the whole."""
    return (_place(each) for each in fault.errors(include_input=False, include_context=False))


def _place(fault: ErrorDetails) -> tuple[int | str, ...]:
    return fault["loc"][:-1] if fault["type"] == "missing" else fault["loc"]


def _leave_out(said: Any, path: tuple[int | str, ...]) -> None:
    """Take the innermost part on the path away from what holds it."""
    holder, key = said, path[0]
    for deeper in path[1:]:
        inner = holder[key]
        known = deeper in inner if isinstance(inner, dict) else isinstance(inner, list)
        if not known or (isinstance(inner, list) and not isinstance(deeper, int)):
            break
        holder, key = inner, deeper
    del holder[key]
