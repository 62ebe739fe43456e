"""Fields of a referral as places in the ServiceRequest that brought them."""

from __future__ import annotations

from typing import Any

import pytest

from discharge.errors import Refused
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.expressions import SentReferral, expression
from fhir_adapters.referrals import LocalIdentifier, ReferralValues, ReferredAddress, ReferredPerson
from tests.fixtures.fhirpath import resolved

NOT_SENT = {"setting", "about_danger", "person_id", "location_hidden"}
"""What no element says: a FHIR referral is from hospital; hidden is named as `person.location_hidden`."""
OURS = (
    systems.HOUSING_BARRIER, systems.HOUSING_NEED, systems.TENURE, systems.LIVES_ALONE, systems.HOMELESS,
    systems.PATHWAY, systems.EXPECTED_DISCHARGE, systems.DISCHARGE_READY, systems.SHARING_BASIS,
)  # fmt: skip
WHOLE: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "meta": {"security": [{"code": "R"}]},
    "contained": [
        {
            "resourceType": "Patient", "identifier": [{"value": "1"}], "name": [{"family": "A"}],
            "birthDate": "1941-05-02", "gender": "female", "address": [{"line": ["1"]}],
        }
    ],
    "identifier": [{"value": "R-1"}], "subject": {"reference": "#p"}, "requester": {"display": "x"},
    "encounter": {"display": "x"}, "locationReference": [{"display": "x"}], "authoredOn": "2026-03-02",
    "note": [{"text": "x"}], "extension": [{"url": url, "valueCode": "x"} for url in OURS],
}  # fmt: skip


def names() -> list[str]:
    """Every field of a referral, as its rules name it, and alone as its model does."""
    inner = {*LocalIdentifier.model_fields, *ReferredAddress.model_fields, *ReferredPerson.model_fields}
    outer = {*ReferralValues.model_fields, "effective_on", "needs[1]", "reasons[0]"}
    return sorted((inner | outer | {f"person.{each}" for each in ReferredPerson.model_fields}) - NOT_SENT
                  - {"person.person_id"})  # fmt: skip


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("bundled", [False, True], ids=["alone", "bundled"])
def test_given_any_field_of_a_referral_when_it_is_refused_then_its_element_is_found_in_what_was_sent(
    name: str, bundled: bool
) -> None:
    root = "Bundle.entry[1].resource" if bundled else "ServiceRequest"
    sent: dict[str, Any] = (
        {"resourceType": "Bundle", "entry": [{}, {"resource": WHOLE}]} if bundled else WHOLE
    )
    place = SentReferral(WHOLE, root, f"{root}.contained[0]").place_of(name)
    assert resolved(sent, expression(place)), (name, place)


@pytest.mark.parametrize("name", ["case", "stage", "sharing", "ward", "needs[0]", "ready_on", "note"])
def test_given_what_was_not_sent_when_it_refuses_then_no_place_is_named(name: str) -> None:
    bare = {"resourceType": "ServiceRequest", "subject": {"reference": "Patient/1"}}
    assert SentReferral(bare).place_of(name) == ""
    assert SentReferral(bare).place_of("person.birth_date") == "ServiceRequest.subject"


def test_given_several_refusals_when_named_then_each_has_its_own_place_and_headers_keep_their_names() -> None:
    first = Refused("code-not-in-value-set", where="needs[0]")
    first.others = (
        Refused("date-in-future", where="referred_on"),
        Refused("duplicate-key-other-body", where="Idempotency-Key"),
        Refused("referral-number-used", where="ServiceRequest.identifier"),
    )
    refused = SentReferral(WHOLE, "Bundle.entry[0].resource").refused(first)
    assert [(each.code, each.where) for each in refused.problems] == [
        ("code-not-in-value-set", "Bundle.entry[0].resource.extension[1].value"),
        ("date-in-future", "Bundle.entry[0].resource.authoredOn"),
        ("duplicate-key-other-body", "Idempotency-Key"),
        ("referral-number-used", "Bundle.entry[0].resource.identifier"),
    ]


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("Patient._birthDate.extension[0].valueCode", "Patient.birthDate.extension[0].value"),
        ("Parameters.parameter[2].valueString", "Parameters.parameter[2].value"),
        ("ServiceRequest.occurrencePeriod.start", "ServiceRequest.occurrence.start"),
        ("Flag.resourceType", "Flag"),
        ("ServiceRequest.(element)", "ServiceRequest"),
        ("If-None-Exist", ""),
        ("needs[0]", ""),
    ],
)
def test_given_a_place_when_told_then_it_is_fhirpath_or_none(where: str, told: str) -> None:
    assert expression(where) == told
