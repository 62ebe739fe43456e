"""The description of the interface: complete, readable, and true of the models behind it."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

import discharge
import housing_checks
from api.codes.lists import CODE_LISTS
from api.commands.kinds import read_command
from api.commands.schemas import MODELS, OFFERED, REQUESTS, SET_BY_US
from api.contract.document import REFS
from api.contract.examples import BODIES
from api.contract.tables import table
from api.contract.tags import TAGS
from api.web.registry import ROUTERS
from discharge.codes.model import CodeList
from discharge.store.request_keys import HEADER
from tests.fixtures.contract import Json, Operation, description, faults, operations

FILES = {"get_document_content", "get_raw_message", "get_evidence_content", "get_evidence_thumbnail"}
NO_LIST = frozenset(
    {
        # Of one of several lists, or of none; the description says which.
        *("DelayReason.code", "RecordDelayReasonCommand.code", "ReasonNights.code", "Blocker.code"),
        *("Beside.code",),
        *("StartStrandCommand.item", "Strand.item", "SuggestedStrand.item", "CaseNote.item"),
        *("MoveStrandCommand.step", "Strand.step", "Participant.basis", "ReadyPeriod.basis"),
        *("BodyFault.code", "Alert.cause", "MessageSearch.state", "IdentityDecision.state"),
        # As the sender's system wrote it.
        *("Document.relation", "DocumentDetail.relation", "Contact.relationship", "CaseSpell.status"),
        "SaidByMessage.relationship",
        # Names of things that have a list of their own in this interface, or only words.
        *("CheckFormDetail.code", "CheckFormSummary.code", "FormAnswer.code", "CodeValue.code"),
        *("Counterfactual.code", "FeedRecord.code", "Contradiction.code", "IdentityDecision.code"),
        *("Contact.kind", "Document.kind", "DocumentDetail.kind"),
        *("DeadLetter.kind", "SentItem.kind", "MessageFact.kind", "IdentityDecision.kind"),
        *("ShadowDifference.kind", "ShadowDifference.cause", "Merge.cause"),
        *("FeedProfile.state", "Partner.state"),
    }
)
EVERY = pytest.mark.parametrize("operation", operations(), ids=lambda each: each.name)
SCHEMAS = description()["components"]["schemas"]


def _fields(name: str, schema: Json) -> Iterator[tuple[str, str, Json]]:
    for field, each in schema.get("properties", {}).items():
        yield name, field, each
        yield from _fields(f"{name}.{field}", each)


def _all_fields() -> Iterator[tuple[str, str, Json]]:
    for name, schema in SCHEMAS.items():
        yield from _fields(name, schema)


@EVERY
def test_given_an_operation_when_described_then_each_success_has_a_form(operation: Operation) -> None:
    done = {status: response for status, response in operation.said["responses"].items() if status < "300"}
    assert done
    for status, response in done.items():
        if status == "204" or operation.name in FILES:
            continue
        schema = response["content"]["application/json"]["schema"]
        named = [schema, *schema.get("anyOf", [])]
        assert any("$ref" in each for each in named), f"{operation.name} {status}: {schema}"


@EVERY
def test_given_an_operation_when_described_then_each_refusal_is_a_problem(operation: Operation) -> None:
    refused = {status: each for status, each in operation.said["responses"].items() if status >= "400"}
    assert {"401", "422", "429", "500", "503"} <= set(refused)
    for status, response in refused.items():
        assert list(response["content"]) == ["application/problem+json"], status
        assert response["content"]["application/problem+json"]["schema"] == {"$ref": REFS + "Problem"}
        assert response["content"]["application/problem+json"]["examples"]


@EVERY
def test_given_an_operation_when_described_then_it_has_a_name_a_room_and_words(operation: Operation) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation.name)
    [tag] = operation.said["tags"]
    assert tag in TAGS
    assert operation.said["description"]
    for each in operation.said.get("parameters", []):
        assert each["description"], each["name"]


def test_given_the_operations_when_described_then_each_lies_under_its_noun_and_every_noun_has_words() -> None:
    nouns = {
        route.name: route.endpoint.__module__.split(".")[1].replace("_", " ")
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.include_in_schema and route.path.startswith("/api/")
    }
    tagged = {each.name: each.said["tags"] for each in operations()}
    assert {name: ["clock" if noun == "web" else noun] for name, noun in nouns.items()} == tagged
    assert {tag for tags in tagged.values() for tag in tags} == set(TAGS)


@EVERY
def test_given_an_operation_with_a_body_when_described_then_an_example_shows_it(operation: Operation) -> None:
    for said in operation.said.get("requestBody", {}).get("content", {}).values():
        shown = {title: each["value"] for title, each in said.get("examples", {}).items()}
        shown |= {"example": said["example"]} if "example" in said else {}
        assert shown, operation.name
        for title, example in shown.items():
            assert faults(said["schema"], example) == [], title


@EVERY
def test_given_an_operation_when_described_then_each_answer_has_an_example_of_its_form(
    operation: Operation,
) -> None:
    for status, response in operation.said["responses"].items():
        for media_type, content in response.get("content", {}).items():
            shown = [content["example"]] if "example" in content else []
            shown += [each["value"] for each in content.get("examples", {}).values()]
            assert shown, f"{status} {media_type}"
            for example in shown:
                assert faults(content["schema"], example) == [], f"{status} {media_type}"


@EVERY
def test_given_a_request_that_changes_something_when_described_then_it_is_idempotent_in_one_way(
    operation: Operation,
) -> None:
    keys = [each for each in operation.said.get("parameters", []) if each["in"] == "header"]
    if operation.method == "get":
        assert keys == []
        return
    assert keys == [_parameter("send_command", HEADER)]
    assert "409" in operation.said["responses"]


@EVERY
def test_given_a_list_when_described_then_it_is_paged_in_one_way(operation: Operation) -> None:
    answer = operation.said["responses"].get("200", {}).get("content", {}).get("application/json", {})
    fields = SCHEMAS.get(answer.get("schema", {}).get("$ref", "").removeprefix(REFS), {}).get(
        "properties", {}
    )
    named = {each["name"]: each for each in operation.said.get("parameters", [])}
    if operation.name.startswith("list_"):
        assert set(PAGED) <= set(named), operation.name
        assert fields["next"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
        if operation.name != "list_messages":  # it is searched in smaller pages
            assert [named[name] for name in PAGED] == [_parameter("list_alerts", name) for name in PAGED]
    elif operation.method == "get":
        assert "size" not in named or "next" in fields, operation.name


PAGED = ("size", "after")


def _parameter(name: str, parameter: str) -> Json:
    said = next(each.said for each in operations() if each.name == name)
    return next(each for each in said["parameters"] if each["name"] == parameter)


def test_given_all_schemas_when_looked_through_then_nothing_in_them_is_any_object_or_any_value() -> None:
    assert [place for name, schema in SCHEMAS.items() for place in _untyped(name, schema)] == []
    for operation in operations():
        for each in operation.said.get("parameters", []):
            assert list(_untyped(each["name"], each["schema"])) == [], operation.name


def _untyped(place: str, schema: Json) -> Iterator[str]:
    """Places where a program is told nothing of what it finds there."""
    if not {"type", "$ref", "anyOf", "oneOf", "allOf", "const", "enum"} & set(schema):
        yield f"{place}: any value"
    map_of = schema.get("additionalProperties")
    if schema.get("type") == "object" and not schema.get("properties") and not isinstance(map_of, dict):
        yield f"{place}: any object"
    if schema.get("type") == "array" and not (schema.get("items") or schema.get("prefixItems")):
        yield f"{place}: any list"
    inner = {**schema.get("properties", {}), "items": schema.get("items"), "each": map_of}
    inner |= {union: each for union in ("anyOf", "oneOf") for each in schema.get(union, ())}
    for name, each in inner.items():
        if isinstance(each, dict):
            yield from _untyped(f"{place}.{name}", each)


def test_given_all_schemas_when_looked_through_then_each_field_that_is_a_code_names_its_codes() -> None:
    unnamed = [
        f"{name}.{field}"
        for name, field, each in _all_fields()
        if field in CODED and _is_text(each) and "x-code-list" not in each
    ]
    assert sorted(set(unnamed) - NO_LIST) == []
    assert NO_LIST - set(unnamed) == set()


CODED = frozenset(
    {
        *("state", "status", "kind", "outcome", "role", "owner_role", "level", "rule", "cause", "basis"),
        *("stage", "step", "strand_kind", "mitigation", "tenure", "pathway", "evidence", "evidence_kinds"),
        *("code", "events", "needs", "reasons", "problems", "price", "found", "unready_reason"),
        *("because", "item", "relation", "named_kind", "decision", "doubts", "relationship", "destination"),
    }
)
"""Fields that hold codes wherever they are."""


def _is_text(schema: Json) -> bool:
    offered = (schema, schema.get("items", {}), *schema.get("anyOf", []))
    return any(each.get("type") == "string" and not {"enum", "const"} & set(each) for each in offered)


def test_given_all_operations_when_named_then_no_name_is_used_twice() -> None:
    names = [each.name for each in operations()]
    assert len(names) == len(set(names))


def test_given_the_description_when_read_then_it_says_how_one_signs_in() -> None:
    assert description()["security"] == [{"bearer": []}]
    schemes = description()["components"]["securitySchemes"]
    assert schemes["bearer"]["type"] == "http"
    assert schemes["bearer"]["scheme"] == "bearer"
    assert all(each.said.get("security", [{"bearer": []}]) == [{"bearer": []}] for each in operations())
    assert all("401" in each.said["responses"] for each in operations())


def test_given_all_schemas_when_described_then_each_field_has_words() -> None:
    assert [f"{name}.{field}" for name, field, each in _all_fields() if not each.get("description")] == []
    assert [name for name, schema in SCHEMAS.items() if not schema.get("description")] == []


def test_given_all_schemas_when_named_then_each_is_a_noun_of_the_field() -> None:
    unlike = [name for name in SCHEMAS if not re.fullmatch(r"[A-Z][A-Za-z]+", name)]
    gerunds = [name for name in SCHEMAS if re.search(r"(?<!Hid)(?<!ing)ing$", name) and name not in {"Ring"}]
    assert (unlike, gerunds) == ([], [])
    assert not {"Meant", "Wish", "Undoing", "Decision", "Access", "Withdrawal"} & set(SCHEMAS)


def test_given_all_references_when_followed_then_each_is_there() -> None:
    used = set(re.findall(re.escape(REFS) + r"(\w+)", json.dumps(description())))
    assert used - set(SCHEMAS) == set()
    assert set(SCHEMAS) - used == set()


def test_given_the_words_of_fields_when_read_then_none_only_repeats_the_name_or_begins_with_whether() -> None:
    names = {key: key.rpartition(".")[2].replace("_", " ") for key in table("fields.yaml")}
    words = {key: said.removeprefix("The ").lower() for key, said in table("fields.yaml").items()}
    assert [key for key, said in words.items() if said == names[key] or said.startswith("whether")] == []


def test_given_the_words_of_fields_when_read_then_each_is_about_a_field_there_is() -> None:
    fields = {field for _, field, _ in _all_fields()}
    placed = {f"{name}.{field}" for name, field, _ in _all_fields()}
    parameters = {each["name"] for one in operations() for each in one.said.get("parameters", [])}
    known = fields | placed | parameters
    assert {name for name in table("fields.yaml") if name not in known} == set()
    assert {name for name in table("code_fields.yaml") if name not in placed | fields} == set()
    assert set(table("code_fields.yaml").values()) <= set(CODE_LISTS)


def test_given_the_union_of_commands_when_described_then_each_kind_that_is_offered_has_a_form() -> None:
    union = SCHEMAS["CommandRequest"]
    assert set(union["discriminator"]["mapping"]) == set(OFFERED)
    assert union["discriminator"]["propertyName"] == "kind"
    for kind, name in union["discriminator"]["mapping"].items():
        schema = SCHEMAS[name.removeprefix(REFS)]
        assert "kind" in schema["required"]
        assert not SET_BY_US & set(schema["properties"])
        own = set(MODELS[kind].model_fields) - SET_BY_US
        assert own <= set(schema["properties"]) == set(REQUESTS[kind].model_fields)


@pytest.mark.parametrize(("title", "body"), BODIES["CommandRequest"].items())
def test_given_an_example_of_a_command_when_read_then_it_is_that_command(title: str, body: Any) -> None:
    command, _ = read_command(body)
    assert command.kind == title


def test_given_all_modules_when_looked_through_then_each_list_of_codes_is_offered() -> None:
    found = {
        value.name
        for package in (discharge, housing_checks)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if ".store.migrations" not in module.name
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, CodeList)
    }
    assert found - set(CODE_LISTS) == set()
