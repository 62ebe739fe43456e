"""The description of the interface (OpenAPI): what the routes say, completed from tables.

The framework reads paths, parameters and models. Added here are the errors of each operation, the words of
each field, the lists that codes belong to, examples, and how one signs in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.codes.lists import CODE_LISTS
from api.contract.answer_examples import Examples
from api.contract.code_fields import list_of
from api.contract.examples import BODIES
from api.contract.statuses import EXAMPLES, statuses
from api.contract.tables import table
from api.contract.tags import TAGS
from api.web.problem_bodies import Problem
from api.web.problems import PROBLEM_JSON, problem_body
from discharge.errors import HomewardError

Json = dict[str, Any]
PREFIX = "/api/v1"
REFS = "#/components/schemas/"
CLOSED = ("Command", "Body", "Withdrawal")
"""How the names of schemas end that a client sends."""
OPEN_LISTS = frozenset({"check-items"})
"""Lists that hold what any edition of a form has, so that a client asks the form and not the list."""
UNUSED = ("HTTPValidationError", "ValidationError")
DESCRIPTION = """
Discharges from hospital that are delayed by the home. Every request needs a bearer token.

A change is a command: `POST /api/v1/cases/{case_id}/commands` with its `kind`, an `effective_on` (a London
calendar date). The answer is 200 with what happened, 202 with a status address when
it was accepted and is not done yet, or a problem (RFC 9457) whose `code` is the same in every interface,
page and log.

Every request that changes something takes an `Idempotency-Key` of your own in its header, of 1 to 200
characters. Under the same key the same content is done once and answered alike; other content is refused
(`duplicate-key-other-body`). A key is remembered for at least 30 days. A command that its case refused keeps
its key: send the corrected command under a new one.

Every list is paged in one way: `size`, and `after` with the `next` of the page before; `next` is null on the
last page.

A refusal tells everything that is wrong in `problems`: each fault with its code, its field and a JSON
Pointer into the body (RFC 6901), what is allowed there, and what to do. Codes are from the lists at
`/api/v1/codes`; a wrong one is answered with its list and the nearest code.

FHIR R4 is at `/fhir/R4`, described by its own CapabilityStatement.
"""


def describe(app: FastAPI) -> Json:
    """The whole description of the interface under `/api/v1`."""
    found = get_openapi(
        title="Homeward",
        version=version("homeward"),
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": words} for name, words in TAGS.items()],
    )
    found["paths"] = {path: item for path, item in found["paths"].items() if path.startswith(PREFIX)}
    found = _plain_names(found)
    found["security"] = [{"bearer": []}]
    parts = found["components"]
    parts["securitySchemes"] = {"bearer": BEARER}
    schemas: Json = {name: each for name, each in parts["schemas"].items() if name not in UNUSED}
    schemas |= _problem_schemas()
    parts["schemas"] = dict(sorted(schemas.items()))
    for name, schema in schemas.items():
        _say_fields(name, schema)
    examples = Examples(schemas, REFS)
    for method, operation in _operations(found):
        _complete(method, operation)
        _show_answers(operation, examples)
    return found


BEARER: Json = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A signed token of a user or a system, with their role and organisation.",
}


def _problem_schemas() -> Json:
    schema = Problem.model_json_schema(mode="serialization", ref_template=REFS + "{model}")
    inner: Json = schema.pop("$defs")
    return {**inner, "Problem": schema}


def _plain_names(found: Json) -> Json:
    """One model that is taken and given has two schemas: the one that is given has the plain name."""
    text = json.dumps(found)
    text = re.sub(r"\b([A-Za-z]+)-Input\b", r"\1Body", text)
    plain: Json = json.loads(re.sub(r"\b([A-Za-z]+)-Output\b", r"\1", text))
    return plain


def _operations(found: Json) -> Iterator[tuple[str, Json]]:
    for item in found["paths"].values():
        yield from item.items()


def _complete(method: str, operation: Json) -> None:
    """The errors of an operation, the words of its parameters, and examples of its body."""
    parameters = operation.get("parameters", [])
    responses: Json = operation["responses"]
    for status in statuses(
        operation["operationId"],
        method,
        has_body="requestBody" in operation,
        has_id=any(each["in"] == "path" for each in parameters),
    ):
        responses[str(status)] = _problem_response(status)
    for each in parameters:
        each.setdefault("description", _words("", each["name"], each.get("schema", {})))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        _show_examples(content)


def _show_examples(content: Json) -> None:
    name = content.get("schema", {}).get("$ref", "").removeprefix(REFS)
    if name in BODIES:
        content["examples"] = {
            title: {"summary": title.replace("-", " ").capitalize(), "value": value}
            for title, value in BODIES[name].items()
        }


def _show_answers(operation: Json, examples: Examples) -> None:
    for response in operation["responses"].values():
        for content in response.get("content", {}).values():
            if "examples" not in content:
                content.setdefault("example", examples.of(content["schema"]))


def _problem_response(status: int) -> Json:
    codes = EXAMPLES[status]
    response: Json = {
        "description": HomewardError(codes[0]).row.title,
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": REFS + "Problem"},
                "examples": {
                    code: {"value": problem_body(HomewardError(code), "/api/v1/cases")} for code in codes
                },
            }
        },
    }
    if HomewardError(codes[0]).row.retryable:
        response["headers"] = {
            "Retry-After": {
                "description": "Seconds to wait before trying again",
                "schema": {"type": "integer"},
            }
        }
    return response


def _say_fields(model: str, schema: Json) -> None:
    for field, each in schema.get("properties", {}).items():
        each.pop("title", None)
        words = _words(model, field, each)
        named = list_of(model, field) or each.get("x-code-list", "")
        if named:
            words = f"{words}. A code of the list `{named}`" if words else f"A code of the list `{named}`"
            _enumerate(each, named, closed=model.endswith(CLOSED) and named not in OPEN_LISTS)
        if words:
            each["description"] = words
        _say_fields(model, each)


def _words(model: str, field: str, schema: Json) -> str:
    own: str = schema.get("description", "")
    return table("fields.yaml").get(f"{model}.{field}", own or table("fields.yaml").get(field, ""))


def _enumerate(schema: Json, named: str, *, closed: bool) -> None:
    """Say which codes a client may send; what is given may hold codes of an earlier edition."""
    schema["x-code-list"] = named
    if not closed:
        return
    codes = list(dict.fromkeys(row.code for row in CODE_LISTS[named].rows))
    for each in (schema, schema.get("items", {}), *schema.get("anyOf", [])):
        if each.get("type") == "string":
            each["enum"] = codes
