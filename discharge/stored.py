"""How a value is written into the record so that every later version can read it, and an earlier one too.

What is stored says under which schema it was written. A reader leaves out fields that it does not know, as a
newer build beside it may have written them, and brings what an earlier one wrote up to today. What a newer
build wrote can be shown, as far as this one knows it; it is never decided on (:meth:`Stored.whole`). Doors
are another matter: what people and systems send is read by the models themselves, which refuse what they do
not know. A code that an enumeration does not have yet is shown as it is kept. `tests/golden/` holds an
example of every shape that ever was; `make golden` adds the new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import SchemaValidator, core_schema

from discharge.errors import HomewardError

Json = dict[str, Any]
T = TypeVar("T", bound=BaseModel)

NEWER = "recorded-by-newer-version"
"""The error of what only a newer build understands."""

_NEWER_CODE = r"^[a-z0-9][a-z0-9.+\-]{0,39}$"
"""What a code of a newer build looks like, which an enumeration of this one does not have."""

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
        except ValidationError:
            if not self.is_newer(stored):
                raise
            return self._as_far_as_known(deepcopy(said))

    def shown(self, stored: Mapping[str, Any]) -> T:
        """Return what was stored without a schema, to show it. Raises recorded-by-newer-version for what this
        build cannot read.
        """
        try:
            return self.adapter.validate_python(dict(stored), extra="ignore")
        except ValidationError:
            return self._as_far_as_known(deepcopy(dict(stored)))

    def whole(self, stored: Mapping[str, Any]) -> T:
        """Return what was stored, to decide on it. Raises as :meth:`read`, and recorded-by-newer-version for
        all that a newer build wrote: what it holds beside what is known here would be lost.
        """
        if self.is_newer(stored):
            raise HomewardError(NEWER)
        return self.read(stored)

    @cached_property
    def _newer(self) -> SchemaValidator:
        """Reads newer codes too, and so without the readers that the models bring."""
        return SchemaValidator(_with_newer_codes(self.adapter.core_schema), _use_prebuilt=False)

    def _as_far_as_known(self, said: Json) -> T:
        """What can be read of it: newer codes as they are, nothing of parts that cannot be read at all."""
        try:
            return cast(T, self._newer.validate_python(said, extra="ignore"))
        except ValidationError as fault:
            path = _place(fault)
        if not self.shown_by or not path or path[0] in self.shown_by:
            raise HomewardError(NEWER)
        _leave_out(said, path)
        return self._as_far_as_known(said)

    def is_former(self, stored: Mapping[str, Any]) -> bool:
        """Whether an earlier build wrote it, so that what is new since is missing."""
        return bool(stored.get(SCHEMA, 1) < self.schema)

    def is_newer(self, stored: Mapping[str, Any]) -> bool:
        """Whether a newer build wrote it, so that something of it may not be known here."""
        return bool(stored.get(SCHEMA, 1) > self.schema)


def by_newer_version(code: str) -> str:
    """Return what is said of what only a newer build knows, by its code."""
    return f"Recorded by a newer version of Homeward ({code.replace('-', ' ').capitalize()})"


def _with_newer_codes(schema: Any) -> Any:
    """The same schema, in which an enumeration may have a code that this build does not know."""
    if isinstance(schema, dict):
        newer = _NEWER_KINDS.get(str(schema.get("type")))
        if newer is not None:
            return core_schema.union_schema([schema, newer(schema)])
        return {key: value if key in _NOT_READ else _with_newer_codes(value) for key, value in schema.items()}
    if isinstance(schema, list | tuple):
        return type(schema)(_with_newer_codes(each) for each in schema)
    return schema


def _newer_member(schema: Any) -> Any:
    listed: type[StrEnum] = schema["cls"]

    def member(code: str) -> StrEnum:
        made = str.__new__(listed, code)
        made._name_, made._value_ = code, code
        return made

    return core_schema.no_info_after_validator_function(member, core_schema.str_schema(pattern=_NEWER_CODE))


_NEWER_KINDS: Mapping[str, Callable[[Any], Any]] = {
    "literal": lambda _schema: core_schema.str_schema(pattern=_NEWER_CODE),
    "enum": _newer_member,
}
"""Kind of schema that is an enumeration -> how a code that it does not have is read. One of a Python
enumeration is of its type, and not among its members.
"""


_NOT_READ = frozenset({"ref", "metadata"})
"""Of a schema, what says nothing of how a value is read."""


def _place(fault: ValidationError) -> tuple[int | str, ...]:
    """Where something is that cannot be read; of what lacks a field, the whole."""
    first = fault.errors(include_input=False, include_context=False)[0]
    return first["loc"][:-1] if first["type"] == "missing" else first["loc"]


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
