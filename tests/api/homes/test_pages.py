"""Homes on pages: the list, the form of one, and what somebody sees who offers one."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from api.forms.property import HOME_FIELDS, LANDLORD
from housing_checks.store import holds
from housing_checks.strands.rehousing.model import Property
from tests.api.conftest import Door, Looking
from tests.api.homes.test_routes import FLAT, SEARCH, STEEP, added, searching
from tests.api.signing_in import form_token, hidden, sign_in
from tests.api.web.test_pages import date_of

TYPED = {
    "reference": "M-200",
    "address": "2 Hill View, Harrow Vale",
    "postcode": "zz99 2aa",
    "property_type": "flat",
    "bedrooms": "1",
    "rent_pence": "95.50",
    **date_of("ready_on", "5", "3", "2026"),
}


@pytest.fixture(autouse=True)
def registered() -> None:
    holds.register()


async def sent_new(door: Door, **typed: str) -> Any:
    page = await door.client.get("/homes/new")
    fields = hidden(page.text) | TYPED | {"landlord_id": str(door.places.landlord)} | typed
    return await door.client.post("/homes/new", data=fields)


async def test_given_a_home_when_written_down_then_it_is_on_the_list_and_the_page_says_who_did_it(
    door: Door,
) -> None:
    sign_in(door, "coordinator")
    answer = await sent_new(door)
    assert answer.status_code == 303
    page = await door.client.get(answer.headers["location"])
    for words in ("The home is on the list", "£95.50 a week", "ZZ99 2AA", "Added", "Test coordinator"):
        assert words in page.text
    assert "2 Hill View" in (await door.client.get("/homes")).text


async def test_given_more_homes_than_a_page_then_the_page_leads_to_the_next_and_back(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.web.paging.SIZE", 2)
    sign_in(door, "coordinator")
    for number in range(3):
        await added(door, FLAT | {"reference": f"M-{number}"})
    first = (await door.client.get("/homes")).text
    assert [f"M-{number}" in first for number in range(3)] == [True, True, False]
    assert 'href="/homes?page=2"' in first
    second = (await door.client.get("/homes?page=2")).text
    assert [f"M-{number}" in second for number in range(3)] == [False, False, True]
    assert 'href="/homes">Previous page' in second
    assert "page=3" not in second


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("rent_pence", "lots", "Enter a number"),
        ("bedrooms", "one", "Enter a number"),
        ("bedrooms", "-1", "Enter 0 or more"),
        ("postcode", "Z", "Enter at least 5 characters"),
        ("property_type", "castle", "Choose one of the answers"),
    ],
)
async def test_given_an_answer_that_cannot_be_then_the_form_comes_back_with_what_was_typed(
    door: Door, name: str, typed: str, words: str
) -> None:
    sign_in(door, "coordinator")
    answer = await sent_new(door, **{name: typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{name}"' in answer.text
    assert "2 Hill View" in answer.text


async def test_given_a_home_when_two_people_change_it_then_the_second_is_told_and_keeps_what_they_typed(
    door: Door,
) -> None:
    home = await added(door)
    session = sign_in(door, "coordinator")
    path = f"/homes/{home['property_id']}"
    page = await door.client.get(path)
    assert 'value="90.00"' in page.text
    seen = re.search(r'name="seen_at" value="([^"]+)"', page.text)
    assert seen
    fields = TYPED | {"seen_at": seen[1], "form_token": form_token(door, session)}
    assert (await door.client.post(path, data=fields | {"reference": "M-014"})).status_code == 303
    second = await door.client.post(path, data=fields | {"address": "20 Hill View"})
    assert second.status_code == 422
    assert "Somebody else changed this home" in second.text
    assert "20 Hill View" in second.text


async def test_given_a_home_when_taken_off_the_list_then_its_page_says_so_and_offers_nothing_more(
    door: Door,
) -> None:
    home = await added(door)
    session = sign_in(door, "coordinator")
    path = f"/homes/{home['property_id']}"
    token = {"form_token": form_token(door, session)}
    unsaid = await door.client.post(f"{path}/withdraw", data=token)
    assert unsaid.status_code == 422
    done = await door.client.post(f"{path}/withdraw", data=token | {"because": "sold"})
    page = await door.client.get(done.headers["location"])
    assert "Sold or pulled down" in page.text
    assert f'action="{path}' not in page.text


async def test_given_somebody_elses_home_then_a_stranger_sees_it_and_no_form(door: Door) -> None:
    home = await added(door)
    sign_in(door, "coordinator", "STRANGER")
    page = await door.client.get(f"/homes/{home['property_id']}")
    assert page.status_code == 200
    assert "Save the changes" not in page.text


async def offers(door: Door) -> tuple[UUID, str]:
    """Somebody who needs a step-free home; one fits, one does not, one is held for somebody else."""
    await added(door)
    await added(door, STEEP)
    held = await added(door, FLAT | {"reference": "M-3", "address": "3 Mill Rise"})
    person = {
        "nhs_number": "9990000026",
        "family_name": "Birch",
        "given_name": "Ann",
        "birth_date": "1950-01-01",
    }
    other = await searching(door, person=person)
    await door.asked(
        other, "offer-property", strand=SEARCH, property_id=held["property_id"], respond_by="2030-03-04"
    )
    case_id = await searching(door)
    sign_in(door, "coordinator")
    return case_id, (await door.client.get(f"/cases/{case_id}/do/offer-property")).text


async def test_given_homes_when_one_is_offered_then_the_form_says_fit_rent_access_and_why_not(
    door: Door,
) -> None:
    _, page = await offers(door)
    fits, unfit, held = (page.index(words) for words in ("Fits", "Does not fit", "3 Mill Rise"))
    assert fits < unfit < held
    assert "Does not fit: upstairs without a lift; steps on the way in. £90.00 a week" in page
    assert "Class D, step-free, bath" in page
    assert "Offered to somebody else, who may answer until" in page
    assert "Not available now:" in page
    assert not re.search(r'value="[^"]+"[^>]*>\s*<label[^>]*>\s*3 Mill Rise', page)


async def test_given_a_home_that_does_not_fit_when_offered_on_a_page_then_a_reason_is_asked_for(
    door: Door,
) -> None:
    case_id, page = await offers(door)
    steep = next(
        each["property_id"]
        for each in (await door.get("/api/v1/properties", "coordinator")).json()["properties"]
        if each["reference"] == "M-031"
    )
    path = f"/cases/{case_id}/do/offer-property"
    fields = hidden(page) | date_of("effective_on", "2", "3", "2026")
    fields |= {"strand": SEARCH, "property_id": steep}
    asked = await door.client.post(path, data=fields)
    assert asked.status_code == 409
    assert "Do you still want to offer it?" in asked.text
    fields = hidden(asked.text) | fields | {"confirm": "home-does-not-fit", "note": "A lift comes in May"}
    fields["key"] = hidden(asked.text)["key"]
    assert (await door.client.post(path, data=fields)).status_code == 303
    await door.settle()
    case = (await door.client.get(f"/cases/{case_id}")).text
    assert "although: upstairs without a lift, steps on the way in" in case
    assert "Home offered: 14 Larch Walk" in case
    assert "A lift comes in May" in case


async def test_given_the_pages_of_homes_when_looked_at_by_axe_then_it_finds_nothing(looking: Looking) -> None:
    case_id, _ = await offers(looking.door)
    home = (await looking.door.get("/api/v1/properties", "coordinator")).json()["properties"][0]
    paths = ("/homes", "/homes/new", f"/homes/{home['property_id']}", f"/cases/{case_id}/do/offer-property")
    for path in paths:
        for narrow in (False, True):
            seen = await looking.look(path, narrow=narrow)
            assert (seen.faults, seen.console) == ([], []), path


def test_given_all_that_the_interface_takes_of_a_home_then_its_form_asks_for_it() -> None:
    beside = {"property_id"}
    assert {field.name for field in (LANDLORD, *HOME_FIELDS)} >= Property.model_fields.keys() - beside


async def test_given_a_home_with_every_detail_when_saved_as_it_stands_then_nothing_of_it_changes(
    door: Door,
) -> None:
    sign_in(door, "coordinator")
    answer = await sent_new(
        door,
        uprn="100000000001", area="harrow-north", status="under-repair", stairlift="true",
        energy_rating="C", broadband="true", restrictions="over-55, no-pets",
        **date_of("void_on", "1", "February", "2026"), **date_of("repairs_complete_on", "4", "3", "2026"),
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].partition("?")[0]
    home_id = path.removeprefix("/homes/")
    before = (await door.get(f"/api/v1/properties/{home_id}", "coordinator")).json()
    assert before["attributes"]["restrictions"] == ["over-55", "no-pets"]
    assert before["attributes"]["void_on"] == "2026-02-01"
    assert before["attributes"]["energy_rating"] == "C"

    page = await door.client.get(path)
    assert (await door.client.post(path, data=standing(page.text))).status_code == 303
    after = (await door.get(f"/api/v1/properties/{home_id}", "coordinator")).json()
    assert after["attributes"] == before["attributes"]


def standing(html: str) -> dict[str, str]:
    """What a browser would send of the form of a home that nobody has touched."""
    form = html.partition('<form method="post" action="/homes/')[2].partition("</form>")[0]
    sent: dict[str, str] = {}
    for each in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'(\w+)="([^"]*)"', each))
        if said.get("type") != "radio" or re.search(r"\schecked", each):
            sent[said["name"]] = said.get("value", "")
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]*selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent
