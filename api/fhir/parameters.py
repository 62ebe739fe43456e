"""Search parameters, one row each: how its name may be written, and how it finds what is sought."""

from __future__ import annotations

from collections.abc import Callable

from api.fhir import queries, request_conditions
from api.fhir.model import Parameter
from fhir_adapters.fhir.requested import RequestReading
from fhir_adapters.fhir.stages import Reading

ID = Parameter("_id", "token", queries.by_id, of_request=request_conditions.by_id)
LAST_UPDATED = Parameter("_lastUpdated", "date", queries.updated, of_request=request_conditions.changed)
IDENTIFIER = Parameter(
    "identifier", "token", queries.numbered, queries.looks_at_numbers, request_conditions.numbered
)
FOCUS = Parameter(
    "focus",
    "reference",
    queries.by_referral,
    of_request=request_conditions.by_id,
    forms=("focus:ServiceRequest",),
)
PATIENT, SUBJECT = (
    Parameter(
        name,
        "reference",
        queries.of_person,
        queries.looks_at_person,
        request_conditions.about,
        (f"{name}:Patient", f"{name}:identifier", f"{name}.identifier"),
    )
    for name in ("patient", "subject")
)
PERSON = (PATIENT, SUBJECT)
BASED_ON = Parameter("based-on", "reference", queries.by_referral, forms=("based-on:ServiceRequest",))
FLAG_STATUS = Parameter("status", "token", queries.alert_stands)


FORM_ID, FORM_URL, FORM_VERSION, FORM_STATUS = (
    Parameter(name, kind, queries.not_of_a_case)
    for name, kind in (("_id", "token"), ("url", "uri"), ("version", "token"), ("status", "token"))
)


def status(says: Callable[[Reading | RequestReading], str]) -> Parameter:
    """The status that a type gives a case, or a request that has none."""
    of_case, of_request = queries.reads(says), request_conditions.reads(says)
    return Parameter("status", "token", of_case, queries.looks_at_status, of_request)
