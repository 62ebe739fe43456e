"""The pages of referral requests: one is sent by details, taken on or answered, and seen by its sender."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.conftest import NOW, Door, Looking
from tests.api.referral_requests.test_service import EDITH, referred_by
from tests.api.signing_in import hidden, sign_in
from tests.api.web.sign_in.test_kept_forms import place_of, sent_too_late

DETAILS = {
    "nhs_number": "999 000 0018",
    "family_name": "Ashdown",
    "given_name": "Edith",
    "birth_date-day": "2",
    "birth_date-month": "5",
    "birth_date-year": "1941",
    "lives_alone": "yes",
    "homeless": "no",
    "address": "2 High St\nHarrow",
    "postcode": "ZZ99 3VZ",
    "note": "Stairs to the door",
}


async def sent_by_page(door: Door, role: str = "coordinator", org: str = "STRANGER", **more: str) -> str:
    """The address that the browser is sent on to."""
    sign_in(door, role, org)
    form = await door.client.get("/referrals/new/somebody")
    answer = await door.client.post("/referrals/new/somebody", data=hidden(form.text) | DETAILS | more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_given_somebody_whom_the_caller_does_not_know_when_referred_then_the_page_says_it_waits(
    door: Door,
) -> None:
    await door.referred()
    place = await sent_by_page(door)
    page = (await door.client.get(place)).text

    assert "Nobody has accepted it yet" in page
    assert "Housing accepts or declines this referral" in page
    assert "2 High St, Harrow, ZZ99 3VZ" in page
    assert "Who is meant?" not in page
    assert "ASHDOWN, Edith" in (await door.client.get("/referral-requests?box=sent")).text


async def test_given_what_is_missing_or_wrong_when_sent_then_the_page_keeps_what_was_typed(
    door: Door,
) -> None:
    sign_in(door, "coordinator", "STRANGER")
    form = await door.client.get("/referrals/new/somebody")
    wrong = DETAILS | {"nhs_number": "999 000 0019", "given_name": ""}
    page = await door.client.post("/referrals/new/somebody", data=hidden(form.text) | wrong)

    assert page.status_code == 422
    for words in ("a digit is wrong", "Enter the given name", "Stairs to the door", "2 High St", "1941"):
        assert words in page.text


async def test_given_what_contradicts_itself_when_sent_by_details_then_it_is_asked_and_may_be_confirmed(
    door: Door,
) -> None:
    sign_in(door, "coordinator", "STRANGER")
    path = "/referrals/new/somebody"
    typed = {**DETAILS, "needs": ["none", "hoist"], "note": ""}
    asked = await door.client.post(path, data={**hidden((await door.client.get(path)).text), **typed})
    assert asked.status_code == 409
    assert "Does the person need that?" in asked.text
    assert 'value="no-needs-with-needs"' in asked.text

    unexplained = hidden(asked.text) | {"confirm": "no-needs-with-needs"}
    again = await door.client.post(path, data={**typed, **unexplained})
    assert again.status_code == 422
    assert "Say in the note why it is right" in again.text

    explained = {**typed, **unexplained, **hidden(again.text), "note": "Needed when tired"}
    sent = await door.client.post(path, data=explained)
    assert sent.headers["location"].startswith("/referral-requests/")


async def test_given_a_referral_by_details_sent_too_late_when_signed_in_again_then_it_is_filled_in(
    door: Door,
) -> None:
    place = place_of(await sent_too_late(door, "/referrals/new/somebody", DETAILS))
    sign_in(door, "coordinator")
    page = (await door.client.get(place)).text
    for typed in ("Stairs to the door", "2 High St", "1941", "999 000 0018", "ZZ99 3VZ"):
        assert typed in page
    assert "There is a problem" not in page


async def test_given_a_request_when_housing_takes_it_on_by_page_then_the_case_is_the_senders_too(
    door: Door,
) -> None:
    place = (await sent_by_page(door)).partition("?")[0]
    sign_in(door, "coordinator")
    listed = (await door.client.get("/referral-requests")).text
    assert "ASHDOWN, Edith" in listed
    assert "Referral requests (1" in listed
    page = (await door.client.get(place)).text
    nothing = await door.client.post(f"{place}/take-on", data=hidden(page))
    assert (nothing.status_code, "Choose who is meant" in nothing.text) == (422, True)
    body = hidden(page) | {"person": "new", "basis": "consent"}
    assert (await door.client.post(f"{place}/take-on", data=body)).status_code == 303
    await door.settle()

    sign_in(door, "coordinator", "STRANGER")
    after = (await door.client.get(place)).text
    assert "accepted it" in after
    case = await door.client.get(after.split('href="/cases/')[1].split('"')[0].join(("/cases/", "")))
    assert "ASHDOWN, Edith" in case.text


async def test_given_a_spelling_variant_when_reviewed_then_the_page_says_what_differs(door: Door) -> None:
    await door.admitted(family_name="Ashdowne")
    place = (await sent_by_page(door)).partition("?")[0]
    sign_in(door, "discharge-team")
    page = (await door.client.get(place)).text

    assert "Differs: family name." in page
    assert "In hospital: Trust." in page


async def test_given_an_answer_when_the_sender_looks_then_reason_and_words_are_there(door: Door) -> None:
    place = (await sent_by_page(door)).partition("?")[0]
    sign_in(door, "coordinator")
    page = (await door.client.get(place)).text
    refused = await door.client.post(f"{place}/decline", data=hidden(page) | {"words": "Ask Larkshire."})
    assert (refused.status_code, "Ask Larkshire." in refused.text) == (422, True)
    body = hidden(page) | {"reason": "other-area", "words": "Ask Larkshire."}
    assert (await door.client.post(f"{place}/decline", data=body)).status_code == 303

    sign_in(door, "coordinator", "STRANGER")
    told = (await door.client.get(place)).text
    assert "Home is in another area" in told
    assert "Ask Larkshire." in told


async def test_given_a_request_of_days_ago_when_listed_then_it_is_overdue(door: Door) -> None:
    await referred_by(door)
    door.clock.now = NOW + timedelta(days=2)
    sign_in(door, "coordinator")

    assert "Overdue" in (await door.client.get("/referral-requests")).text


@pytest.mark.browser
@pytest.mark.parametrize("narrow", [False, True])
async def test_given_referral_requests_when_a_browser_looks_then_axe_finds_nothing(
    door: Door, looking: Looking, narrow: bool
) -> None:
    await door.admitted(family_name="Ashdowne")
    sent = await referred_by(door)
    sign_in(door, "coordinator")
    for path in (f"/referral-requests/{sent['command_id']}", "/referral-requests", "/referrals/new/somebody"):
        seen = await looking.look(path, narrow=narrow)
        assert (seen.faults, seen.console) == ([], [])


async def test_given_an_inpatient_when_their_trust_refers_by_details_then_the_case_opens(door: Door) -> None:
    await door.admitted()
    place = await sent_by_page(door, "discharge-team", "TRUST")
    assert place.startswith("/requests/")
    await door.settle()

    assert EDITH["family_name"].upper() in (await door.client.get("/worklist")).text
