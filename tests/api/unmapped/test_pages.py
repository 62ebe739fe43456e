"""The page of coded values that no profile maps."""

from __future__ import annotations

import re

import pytest

from fhir_adapters.feeds.profile_loader import profile_named, shipped_profiles
from tests.api.conftest import Door, Looking
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample

ODD = Sample(more={"PID": {8: "woman"}, "PV1": {4: "28b"}})


async def test_given_values_that_nobody_mapped_then_the_page_says_what_to_add(
    door: Door, intake: Intake
) -> None:
    await intake.take(ODD.raw(), ODD.but(message_id="M2", trigger="A08", sent="20260303090000").raw())
    sign_in(door, "operator")

    page = (await door.client.get("/feeds/unmapped")).text
    assert "sex: {&#34;woman&#34;: female}" in page
    assert "2 messages" in page
    [link] = re.findall(r'href="(/messages\?unmapped=[^"]+)"', page)
    listed = (await door.client.get(link)).text
    assert "Code not mapped" in listed
    assert "All: 2 messages" in listed
    assert "Replay these messages" in listed
    assert "28b" in page
    assert "No key maps this field." in page
    assert "ASHDOWN" not in page
    assert "/feeds/unmapped" in (await door.client.get("/feeds")).text


async def test_given_the_profile_corrected_when_looked_at_then_only_the_replay_is_left_to_do(
    door: Door, intake: Intake
) -> None:
    await intake.take(ODD.raw())
    known = profile_named("itk-2.4")
    women = known.model_copy(update={"sex": {**known.sex, "WOMAN": "female"}})
    door.app.state.services.profiles = shipped_profiles().with_more([women])
    sign_in(door, "operator")

    page = (await door.client.get("/feeds/unmapped")).text
    assert f"now by {known.mark}: its messages only need a replay" in page
    assert "sex: {" not in page


async def test_given_another_organisation_then_it_sees_none_of_them(door: Door, intake: Intake) -> None:
    await intake.take(ODD.raw())
    sign_in(door, "operator", "STRANGER")

    page = (await door.client.get("/feeds/unmapped")).text
    assert "woman" not in page
    assert "Every code that arrived is mapped." in page


@pytest.mark.parametrize("role", ["coordinator", "discharge-team", "trust-monitor"])
async def test_given_somebody_who_does_not_run_the_service_then_the_page_is_not_theirs(
    door: Door, role: str
) -> None:
    sign_in(door, role)

    assert (await door.client.get("/feeds/unmapped")).status_code == 403


async def test_given_the_page_when_looked_at_in_a_browser_then_nothing_is_wrong(
    door: Door, intake: Intake, looking: Looking
) -> None:
    await intake.take(ODD.raw())
    sign_in(door, "operator")

    for narrow in (False, True):
        seen = await looking.look("/feeds/unmapped", narrow=narrow)
        assert (seen.faults, seen.console) == ([], [])
