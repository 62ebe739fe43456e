"""The check of somebody who has no home: nobody is asked about its heating."""

from __future__ import annotations

from tests.api.conftest import Door
from tests.api.signing_in import hidden, sign_in
from tests.housing_checks.homes import FORM_1

LEFT_OUT = [item for item in FORM_1.items if item.of_the_building and item.code not in FORM_1.having_a_home]


async def test_given_somebody_without_a_home_when_their_check_is_made_then_its_building_is_not_asked_about(
    door: Door,
) -> None:
    case_id = await door.referred(homeless="yes")
    await door.asked(case_id, "accept-referral")
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/check"
    page = await door.client.get(path)
    assert "Not asked while the person has no home" in page.text
    assert "Does the heating work?" not in page.text
    assert "Is there a confirmed address" in page.text

    asked = {item.code: "no" for item in FORM_1.items if item not in LEFT_OUT}
    looked_over = await door.client.post(path, data=hidden(page.text) | asked)
    assert looked_over.status_code == 200, looked_over.text
    done = await door.client.post(f"{path}/hand-in", data=hidden(looked_over.text))
    assert done.status_code == 303, done.text
    await door.settle()
    gate = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]["gate"]
    assert gate["heating"]["value"] == "unknown"
    assert gate["safe-address"]["value"] == "no"
