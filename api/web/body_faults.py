"""What is wrong with something that was sent: every fault at once, each by its place, none with a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from api.commands.schemas import REQUESTS
from api.web.problem_bodies import BodyFault
from discharge.errors import HomewardError
from discharge.store.request_keys import HEADER

MOST_FAULTS = 100
"""Faults that are told of one body; a list of a thousand rows has the same one a thousand times."""
PLACES = frozenset({"body", "query", "path", "header"})
BESIDE_THE_BODY = frozenset(
    {
        *("case", "stage", "strands", "actions", "sharing", "unready_home"),  # how the case stands
        *("property", "pair", "merge"),  # what the address names
        *("body", "list", "query", HEADER, "If-None-Exist"),
    }
)
"""What a refusal is about, where that is no field of the body."""

WORDS: Mapping[str, str] = {
    "missing": "this field is required",
    "extra_forbidden": "this field is not known",
    "union_tag_invalid": "this kind of command is not known",
    "union_tag_not_found": "this field is required",
    "json_invalid": "it is not JSON",
    "string_type": "a text is needed",
    "string_too_short": "it is too short",
    "string_too_long": "it is too long",
    "string_pattern_mismatch": "it does not have the required form",
    "int_parsing": "a whole number is needed",
    "int_type": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "float_parsing": "a number is needed",
    "float_type": "a number is needed",
    "bool_parsing": "true or false is needed",
    "bool_type": "true or false is needed",
    "greater_than_equal": "it is too small",
    "less_than_equal": "it is too large",
    "literal_error": "it is not one of the allowed values",
    "enum": "it is not one of the allowed values",
    "uuid_parsing": "an id (UUID) is needed",
    "uuid_type": "an id (UUID) is needed",
    "date_from_datetime_parsing": "a date (YYYY-MM-DD) is needed",
    "date_parsing": "a date (YYYY-MM-DD) is needed",
    "date_type": "a date (YYYY-MM-DD) is needed",
    "date_from_datetime_inexact": "a date without a time is needed",
    "datetime_from_date_parsing": "a date and time (ISO 8601) is needed",
    "datetime_parsing": "a date and time (ISO 8601) is needed",
    "datetime_type": "a date and time (ISO 8601) is needed",
    "list_type": "a list is needed",
    "tuple_type": "a list is needed",
    "dict_type": "an object is needed",
    "model_type": "an object is needed",
    "model_attributes_type": "an object is needed",
    "too_long": "there are too many",
    "too_short": "there are too few",
}
"""What each kind of fault means. The library's own message may repeat the input, so it is never told."""


class BodyInvalid(HomewardError):
    """What was sent does not have the form that is asked for; `faults` are all of them, and `limits` what is
    allowed, by the place of a fault.
    """

    def __init__(self, faults: Iterable[BodyFault], limits: Mapping[str, str] | None = None) -> None:
        self.limits = limits or {}
        self.faults = tuple(faults)[:MOST_FAULTS] or (BodyFault(code="invalid", where="", reason=""),)
        first = self.faults[0]
        super().__init__("invalid-body", detail=first.code, where=first.where)


def invalid(error: ValidationError) -> BodyInvalid:
    """Everything that a model of ours finds wrong with what somebody wrote."""
    errors = error.errors(include_input=False, include_url=False)
    limits = {_place(each): limit for each in errors if (limit := _limit(each.get("ctx", {})))}
    return BodyInvalid(faults_of(errors), limits)


LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length")


def _limit(context: Mapping[str, Any]) -> str:
    return next((str(context[name]) for name in LIMITS if name in context), "")


def faults_of(errors: Iterable[Mapping[str, Any]]) -> list[BodyFault]:
    """Every fault that the library found."""
    return [_fault(error) for error in errors]


def _fault(error: Mapping[str, Any]) -> BodyFault:
    code, where = str(error["type"]), _place(error)
    beside = error["loc"] and error["loc"][0] in PLACES - {"body"}
    return BodyFault(
        code=code, where=where, pointer="" if beside else pointer_to(where), reason=_reason(error)
    )


def _reason(error: Mapping[str, Any]) -> str:
    """What is wrong, with what is allowed there; our models say that, so it repeats nothing that was sent."""
    words, context = WORDS.get(str(error["type"]), "it does not fit"), error.get("ctx", {})
    allowed = str(context.get("expected", "") or context.get("expected_tags", ""))
    limit = _limit(context)
    if allowed and error["type"] in TAKES_ONE_OF:
        return f"{words}: {allowed}"
    return f"{words}: the limit is {limit}" if limit else words


TAKES_ONE_OF = frozenset({"literal_error", "enum", "union_tag_invalid"})


def refusal_fault(error: HomewardError) -> BodyFault:
    """A refusal as one fault among others: its words, and more about it in codes."""
    more = f" ({error.detail})" if error.detail else ""
    return BodyFault(
        code=error.code,
        where=error.where,
        pointer=pointer_to(error.where) if error.row.http != NOT_THERE else "",
        reason=f"{error.row.words}{more}",
    )


NOT_THERE = 404
"""Such a refusal is about what the address names."""


def pointer_to(where: str) -> str:
    """A field (`answers.heating`, `needs[0]`) as a JSON Pointer (RFC 6901) in its form for fragments; empty
    for what is no field of the body.
    """
    parts = [part.replace("~", "~0").replace("/", "~1") for part in re.split(r"[.\[\]]+", where) if part]
    return "#/" + "/".join(parts) if parts and parts[0] not in BESIDE_THE_BODY else ""


def _place(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":  # the library names a character, which is no field
        return "body"
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return "kind"
    parts = list(error["loc"])
    if parts and parts[0] in PLACES:
        parts = parts[1:]
    if parts and parts[0] in REQUESTS:
        parts = parts[1:]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")
