"""What has ended, or has not begun, is not taken for what is in force: addresses, names and numbers."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import ReferralRequestRow
from tests.api.conftest import Door
from tests.api.fhir.posting import NHS, made, post, request, told


async def said(door: Door, patient: dict[str, Any]) -> Any:
    """What is kept of somebody of whom nobody told before."""
    await made(door, request(patient=patient))
    async with transaction(door.worker) as session:
        return (await session.scalars(select(ReferralRequestRow))).one().said["person"]


OLD = {"use": "home", "line": ["Old House"], "postalCode": "ZZ99 1AA"}
NEW = {"use": "home", "line": ["New House"], "postalCode": "ZZ99 2AA"}


@pytest.mark.parametrize(
    "addresses",
    [
        [OLD | {"period": {"end": "2010-01-01"}}, NEW | {"period": {"start": "2010-01-02"}}],
        [OLD | {"use": "old"}, NEW],
        [OLD | {"period": {"end": "2010"}}, NEW],
        [OLD | {"period": {"end": "2026-02"}}, NEW],
        [OLD | {"period": {"start": "2026-03-03"}}, NEW],
        [OLD | {"period": {"start": "2001"}}, NEW | {"period": {"start": "2020-05"}}],
        [OLD | {"type": "postal"}, NEW],
        [OLD | {"use": "temp"}, NEW],
        [OLD | {"use": "billing"}, NEW],
    ],
)
async def test_given_several_addresses_when_referred_then_the_home_in_force_is_kept(
    door: Door, addresses: list[dict[str, Any]]
) -> None:
    assert (await said(door, {"address": addresses}))["address"]["lines"] == ["New House"]


async def test_given_names_and_numbers_that_have_ended_when_referred_then_those_in_force_are_taken(
    door: Door,
) -> None:
    names = [
        {"use": "old", "family": "Former"},
        {"use": "official", "family": "Once", "period": {"end": "2019-12-31"}},
        {"use": "nickname", "family": "Nick"},
        {"use": "official", "family": "Nowadays", "given": ["Ann"]},
    ]
    numbers = [
        {"system": NHS, "value": "9990000026", "use": "old"},
        {"system": NHS, "value": "9990000034", "period": {"end": "2020"}},
        {"system": NHS, "value": "9990000018"},
    ]
    person = await said(door, {"name": names, "identifier": numbers})

    assert (person["family_name"], person["nhs_number"]) == ("Nowadays", "9990000018")


@pytest.mark.parametrize(
    "numbers",
    [
        [{"system": NHS, "value": "9990000018", "use": "old"}],
        [{"system": NHS, "value": "9990000018", "period": {"end": "2020-01-01"}}],
        [
            {
                "system": NHS,
                "value": "9990000018",
                "extension": [
                    {
                        "url": "https://fhir.hl7.org.uk/StructureDefinition/"
                        "Extension-UKCore-NHSNumberVerificationStatus",
                        "valueCodeableConcept": {"coding": [{"code": "04"}]},
                    }
                ],
            }
        ],
    ],
)
async def test_given_only_a_number_that_names_nobody_any_more_when_referred_then_it_is_refused(
    door: Door, numbers: list[dict[str, Any]]
) -> None:
    answer = await post(door, request(patient={"identifier": numbers}))

    assert told(answer) == (422, "unknown-patient", "ServiceRequest.contained[0].identifier")


async def test_given_two_numbers_in_force_that_differ_when_referred_then_nobody_is_chosen(door: Door) -> None:
    numbers = [{"system": NHS, "value": "9990000018"}, {"system": NHS, "value": "9990000026"}]
    answer = await post(door, request(patient={"identifier": numbers}))

    assert told(answer) == (409, "patient-mismatch", "ServiceRequest.contained[0].identifier")
