"""One example of any model, with every field filled in, and the shape of what it is stored as."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, TypeAdapter

Json = dict[str, Any]

_PLAIN: dict[object, object] = {
    str: "text",
    int: 1,
    float: 1.5,
    bool: True,
    bytes: b"text",
    UUID: UUID(int=1),
    date: date(2026, 3, 2),
    datetime: datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    AwareDatetime: datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    time: time(9, 30),
    timedelta: timedelta(minutes=90),
}


def example(hint: Any) -> Any:
    """A value of a type: the first of several, one in each collection, the same on every call."""
    origin, within = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if origin is Annotated:
        return example(within[0])
    if origin is Literal:
        return within[0]
    if origin in (Union, UnionType):
        return example(next(each for each in within if each is not NoneType))
    if origin is dict:
        return {example(within[0]): example(within[1])}
    if origin in (tuple, frozenset, list):
        several = within if Ellipsis not in within else within[:1]
        return origin(example(each) for each in several)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return filled(hint)
    raise TypeError(f"no example of {hint}")


def filled(model: type[BaseModel], **given: object) -> BaseModel:
    """A model with every field filled in."""
    fields = {name: example(field.annotation) for name, field in model.model_fields.items()}
    return model.model_validate(fields | given)


def shape(hint: Any) -> dict[str, str]:
    """Each field that a value is stored with, by its path, and what it may be."""
    schema = TypeAdapter(hint).json_schema(mode="serialization")
    found: dict[str, set[str]] = {}
    for path, kind in _parts("", schema, schema.get("$defs", {})):
        found.setdefault(path, set()).add(kind)
    return {path: " | ".join(sorted(kinds)) for path, kinds in sorted(found.items())}


def _parts(path: str, schema: Json, known: Json) -> Iterator[tuple[str, str]]:
    if "$ref" in schema:
        yield from _parts(path, known[schema["$ref"].rpartition("/")[2]], known)
    elif choices := schema.get("anyOf") or schema.get("oneOf"):
        for each in choices:
            yield from _parts(path, each, known)
    elif "const" in schema or "enum" in schema:
        yield from ((path, repr(each)) for each in schema.get("enum", [schema.get("const")]))
    elif schema.get("type") == "object":
        yield path or ".", "object"
        for name, each in schema.get("properties", {}).items():
            yield from _parts(f"{path}.{name}", each, known)
        if isinstance(more := schema.get("additionalProperties"), dict):
            yield from _parts(f"{path}.*", more, known)
    elif schema.get("type") == "array":
        yield path, "array"
        for each in [schema.get("items", {}), *schema.get("prefixItems", [])]:
            yield from _parts(f"{path}[]", each, known)
    else:
        yield path, str(schema.get("format") or schema.get("type", "anything"))
