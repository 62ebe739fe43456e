"""Conditions of FHIR searches on the sender's own referral requests, which have no case to be found by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, and_, cast, func, or_, true
from sqlalchemy.dialects.postgresql import JSONB

from api.fhir.queries import same_number, uuid_of
from api.fhir.values import span, token
from discharge.store.tables import ReferralRequestRow
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.requested import STATES, RequestReading

Condition = ColumnElement[bool]


def by_id(values: Sequence[str]) -> Condition:
    """The request with one of these ids, however they are written."""
    ids = [found for value in values if (found := uuid_of(value.rpartition("|")[2].rpartition("/")[2]))]
    return ReferralRequestRow.id.in_(ids)


def numbered(values: Sequence[str]) -> Condition:
    """The request with one of these numbers, the sender's or ours."""
    numbers = (same_number(ReferralRequestRow.external_id, *token(each)) for each in values)
    return or_(*numbers, by_id(values))


def about(values: Sequence[str]) -> Condition:
    """Whom a request named, by any number; it never had an id of ours."""
    return or_(*(_named(*token(each)) for each in values))


def _named(system: str | None, number: str) -> Condition:
    said = ReferralRequestRow.said[("person", "identifiers")]
    local = {"value": number} | ({"authority": system} if system else {})
    named = said.op("@>")(cast([local], JSONB))
    by_nhs_number = ReferralRequestRow.nhs_number == number
    if system == systems.NHS_NUMBER:
        return by_nhs_number
    return named if system else or_(by_nhs_number, named)


def reads(says: Callable[[RequestReading], str]) -> Callable[[Sequence[str]], Condition]:
    """Requests in a state that reads so in FHIR."""

    def condition(values: Sequence[str]) -> Condition:
        states = [state for state, reading in STATES.items() if says(reading) in values]
        return ReferralRequestRow.state.in_(states)

    return condition


def changed(values: Sequence[str]) -> Condition:
    """Made or answered then."""
    return or_(*(_changed(each) for each in values))


def _changed(value: str) -> Condition:
    meant = span(value, "_lastUpdated")
    at = func.coalesce(ReferralRequestRow.answered_at, ReferralRequestRow.requested_at)
    bounds = [*([at >= meant.start] if meant.start else []), *([at < meant.end] if meant.end else [])]
    within = and_(true(), *bounds)
    return ~within if meant.outside else within
