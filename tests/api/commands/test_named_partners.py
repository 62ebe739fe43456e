"""Whom a command names as landlord, council or partner is one: it would read what only those may read."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.api.conftest import Door
from tests.api.hazards.test_paper_case_seven import MOULD, accepted, the_couple

TOLD = {"hazard": "hazard/1", "told_by": "family", "channel": "phone"}


@pytest.mark.parametrize(
    ("kind", "field", "said"),
    [
        ("refer-hazard", "council_id", {"hazard": "hazard/1"}),
        ("record-landlord-told", "landlord_id", TOLD),
        ("correct-hazard", "landlord_id", {"hazard": "hazard/1"}),
        ("record-duty-to-refer", "council_id", {}),
        ("start-strand", "partner_id", {"strand_kind": "equipment", "item": "hospital-bed"}),
    ],
)
async def test_given_an_organisation_of_another_kind_then_it_is_refused_by_its_field(
    door: Door, kind: str, field: str, said: dict[str, str]
) -> None:
    case_id = await the_couple(door)
    await accepted(door, case_id, "record-hazard", **MOULD)
    for organisation in (door.places.stranger, uuid4()):
        body = {"kind": kind, **said, field: str(organisation)}
        answer = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
        assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (
            422,
            "no-such-organisation",
            field,
        )


async def test_given_a_landlord_of_the_list_then_it_is_taken(door: Door) -> None:
    case_id = await the_couple(door)
    await accepted(door, case_id, "record-hazard", **MOULD, landlord_id=str(door.places.landlord))
