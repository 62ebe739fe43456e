"""What is wrong with a referral is said at once on its page, each fault beside its field, and nothing typed
is lost.
"""

from __future__ import annotations

import pytest

from tests.api.conftest import Door, Looking
from tests.api.form_faults import told
from tests.api.referral_requests.test_pages import DETAILS
from tests.api.signing_in import hidden, sign_in
from tests.api.test_phone import PHONE

PATH = "/referrals/new/somebody"
LONG = "word " * 2_100
WRONG = DETAILS | {
    "nhs_number": "999 000 0019",
    "family_name": "A" * 101,
    "given_name": "",
    "birth_date-year": "41",
    "postcode": "ZZ99 3VZ too long",
    "lives_alone": "perhaps",
    "needs": ["none", "hoist"],
    "tenure": "castle",
    "expected_discharge_on-day": "31",
    "expected_discharge_on-month": "2",
    "expected_discharge_on-year": "2026",
    "note": LONG,
}
FAULTS = {
    "nhs_number", "family_name", "given_name", "birth_date-day", "postcode", "lives_alone", "tenure",
    "expected_discharge_on-day", "note", "confirm-no-needs-with-needs",
}  # fmt: skip
KEPT = ("999 000 0019", "A" * 101, 'value="41"', "ZZ99 3VZ too long", LONG.strip(), 'value="31"', "2 High St")


async def test_given_faults_in_every_field_when_somebody_is_referred_by_details_then_all_are_said_at_once(
    door: Door,
) -> None:
    """Those of the form, those of the rules, and what contradicts itself."""
    sign_in(door, "discharge-team")
    page = await door.client.get(PATH)
    answer = await door.client.post(PATH, data={**hidden(page.text), **WRONG})
    assert answer.status_code == 422
    assert told(answer.text).keys() == FAULTS
    below = answer.text.partition("<form")[2]
    places = [below.index(f'id="{name}"') for name in told(answer.text)]
    assert places == sorted(places), "the summary does not follow the page"
    for typed in KEPT:
        assert typed in answer.text


async def test_given_faults_when_somebody_in_a_bed_is_referred_then_all_are_said_at_once(door: Door) -> None:
    person_id = await door.admitted()
    sign_in(door, "discharge-team")
    path = f"/referrals/new/{person_id}"
    page = await door.client.get(path)
    names = ("needs", "tenure", "lives_alone", "note", "reasons")
    wrong = {name: WRONG.get(name, "lost") for name in names} | {
        each: WRONG[each] for each in WRONG if each.startswith("expected")
    }
    answer = await door.client.post(path, data={**hidden(page.text), **wrong})
    assert answer.status_code == 422
    assert told(answer.text).keys() == {
        "reasons", "tenure", "lives_alone", "homeless", "note", "expected_discharge_on-day",
        "confirm-no-needs-with-needs",
    }  # fmt: skip


async def test_given_a_postcode_without_an_address_when_referred_by_details_then_it_is_kept(
    door: Door,
) -> None:
    sign_in(door, "coordinator", "STRANGER")
    page = await door.client.get(PATH)
    sent = await door.client.post(PATH, data=hidden(page.text) | DETAILS | {"address": ""})
    assert sent.status_code == 303, sent.text
    assert "ZZ99 3VZ" in (await door.client.get(sent.headers["location"])).text


async def test_given_an_answer_that_is_too_long_when_a_request_is_declined_then_nothing_of_it_is_cut(
    door: Door,
) -> None:
    sign_in(door, "coordinator", "STRANGER")
    page = await door.client.get(PATH)
    sent = await door.client.post(PATH, data=hidden(page.text) | DETAILS)
    place = sent.headers["location"].partition("?")[0]
    sign_in(door, "coordinator")
    page = await door.client.get(place)
    body = hidden(page.text) | {"reason": "other-area", "words": LONG}
    refused = await door.client.post(f"{place}/decline", data=body)
    assert refused.status_code == 422
    assert 'href="#words"' in refused.text
    assert LONG.strip() in refused.text


@pytest.mark.browser
async def test_given_faults_on_a_phone_when_a_referral_comes_back_then_each_line_leads_to_its_field(
    door: Door, looking: Looking
) -> None:
    sign_in(door, "discharge-team")
    page = await door.client.get(PATH)
    async with looking.opened(PATH, PHONE, {**hidden(page.text), **WRONG}) as shown:
        assert await shown.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for name in FAULTS:
            await shown.click(f'.nhsuk-error-summary a[href="#{name}"]')
            assert await shown.evaluate("document.activeElement.id") == name
