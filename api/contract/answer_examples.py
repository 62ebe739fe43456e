"""An example of each answer, made from its schema: values by the name of the field, from one table, so that a
new route has its example as soon as it is there.
"""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from api.codes.lists import CODE_LISTS
from api.contract.tables import table

Json = dict[str, Any]
DEEPEST = 8
"""Levels of an example; what lies deeper and may be left out is left out."""
BY_FORMAT = {"date": "2026-03-02", "date-time": "2026-03-02T09:30:00Z", "binary": "%PDF-1.7"}


class Examples:
    """Examples by the schemas of a description."""

    def __init__(self, schemas: Json, prefix: str) -> None:
        self._schemas = schemas
        self._prefix = prefix

    def of(self, schema: Json, field: str = "", depth: int = 0) -> Any:
        """A value that the schema takes, as it may be answered."""
        if "$ref" in schema:
            return self.of(self._schemas[schema["$ref"].removeprefix(self._prefix)], field, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        for union in ("anyOf", "oneOf", "allOf"):
            if union in schema:
                return self._of_union(schema, union, field, depth)
        if schema.get("type") == "array":
            return self._of_array(schema, field, depth)
        if schema.get("type") == "object":
            return self._of_object(schema, field, depth)
        return _plain(schema, field)

    def _of_union(self, schema: Json, union: str, field: str, depth: int) -> Any:
        beside = {name: value for name, value in schema.items() if name == "x-code-list"}
        offered = [each for each in schema[union] if each.get("type") != "null"]
        if depth > DEEPEST and len(offered) < len(schema[union]):
            return None
        return self.of({**beside, **offered[0]}, field, depth)

    def _of_array(self, schema: Json, field: str, depth: int) -> Any:
        if "prefixItems" in schema:
            return [self.of(each, field, depth + 1) for each in schema["prefixItems"]]
        if depth > DEEPEST and not schema.get("minItems"):
            return []
        beside = {name: value for name, value in schema.items() if name == "x-code-list"}
        return [self.of({**beside, **schema["items"]}, field, depth + 1)]

    def _of_object(self, schema: Json, field: str, depth: int) -> Any:
        named: Json = schema.get("properties", {})
        needed = schema.get("required", ())
        found = {
            name: self.of(each, name, depth + 1)
            for name, each in named.items()
            if name in needed or depth <= DEEPEST
        }
        more = schema.get("additionalProperties")
        if not named and isinstance(more, dict):
            key = str(table("example_keys.yaml").get(field, "example"))
            found[key] = self.of(more, field, depth + 1)
        return found


def _plain(schema: Json, field: str) -> Any:
    kind = schema.get("type")
    if kind == "boolean":
        return False
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 0), 1)
    if schema.get("format") == "uuid":
        return str(uuid5(NAMESPACE_URL, field))
    if schema.get("format") in BY_FORMAT:
        return BY_FORMAT[schema["format"]]
    listed = schema.get("x-code-list")
    if listed:
        return CODE_LISTS[listed].rows[0].code
    return str(table("example_values.yaml").get(field, field.replace("_", " ")))
