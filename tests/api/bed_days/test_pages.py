from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from api.bed_days import pages
from discharge.cases.commands import Envelope, NoteHospitalFacts
from discharge.cases.model import Actor
from discharge.delays.definitions import DEFINITIONS
from discharge.store.engine import transaction
from discharge.store.tables import AuditRead, Person
from tests.api.conftest import ALL_THE_SAME, Door, Looking
from tests.api.signing_in import sign_in
from tests.fixtures.cases import carried_out, loaded


def figure(html: str, label: str) -> str:
    """The number under a label, without markup."""
    part = html.split(f">{label}</h3>")[1].split("</p>", maxsplit=1)[0]
    return (
        re.sub(r"<[^>]+>", "", part.split("nhsuk-u-visually-hidden")[0]).strip().removesuffix('<span class="')
    )


SAM = {
    "nhs_number": "9990000026",
    "family_name": "Brook",
    "given_name": "Sam",
    "birth_date": "1938-01-20",
}


KIM = {
    "nhs_number": "9990000034",
    "family_name": "Field",
    "given_name": "Kim",
    "birth_date": "1941-05-02",
}


async def waiting_ten_days(door: Door, **told: object) -> UUID:
    """Ready since 20 February, and it is 2 March."""
    case_id = await door.referred(**told)
    await door.asked(
        case_id, "set-criteria-to-reside", "discharge-team", met=False, effective_on="2026-02-20"
    )
    return case_id


async def left_after_four_days(door: Door) -> UUID:
    """Ready on 20 February, home on the 24th."""
    case_id = await door.referred(person=SAM)
    await door.asked(
        case_id, "set-criteria-to-reside", "discharge-team", met=False, effective_on="2026-02-20"
    )
    await door.asked(
        case_id,
        "record-delay-reason",
        "discharge-team",
        reason_kind="local",
        code="adaptation-minor",
        owner_role="adaptations-service",
        effective_on="2026-02-20",
    )
    left = {"effective_on": "2026-02-24", "destination": "19", **ALL_THE_SAME}
    status = await door.asked(case_id, "confirm-discharge", "discharge-team", **left)
    assert status["state"] == "accepted", status
    return case_id


async def test_given_one_who_waits_and_one_who_left_when_the_report_is_opened_then_they_are_counted_apart(
    door: Door,
) -> None:
    await waiting_ten_days(door)
    await left_after_four_days(door)
    sign_in(door, "trust-monitor")
    page = await door.client.get("/reports/bed-days")

    assert page.status_code == 200
    assert figure(page.text, "Discharges") == "1 person"
    assert figure(page.text, "Delay days as published") == "4 days"
    assert figure(page.text, "Nights waited") == "4 nights"
    assert figure(page.text, "People waiting now") == "1 person"
    assert figure(page.text, "Their delay so far") == "10 days"
    assert figure(page.text, "Bed days released") == "Not claimed"


async def test_given_the_report_when_opened_then_every_figure_has_its_definition(door: Door) -> None:
    sign_in(door, "admin")
    page = await door.client.get("/reports/bed-days")
    text = page.text.replace("&#39;", "'")

    for row in DEFINITIONS.values():
        assert f">{row.label}</h3>" in text, row.key
        assert row.definition in text, row.key


async def test_given_a_figure_when_followed_then_its_people_are_listed_and_nobody_else(door: Door) -> None:
    waits, left = await waiting_ten_days(door), await left_after_four_days(door)
    sign_in(door, "trust-monitor")
    page = await door.client.get("/reports/bed-days")
    for of, case_id in (
        ("published-days", left),
        ("waiting-true-days", waits),
        ("band:finished:4-6", left),
        ("band:waiting:7-13", waits),
    ):
        link = f"/reports/bed-days?of={of.replace(':', '%3A')}"
        assert f'href="{link}#people"' in page.text
        people = (await door.client.get(link)).text.split('id="people"')[1]
        assert f"/cases/{case_id}" in people
        assert f"/cases/{waits if case_id == left else left}" not in people
    part = (await door.client.get("/reports/bed-days?of=published-days")).text.split('id="people"')[1]
    assert '<td class="nhsuk-table__cell nhsuk-table__cell--numeric">4</td>' in part
    nobody = await door.client.get("/reports/bed-days?of=band:finished:21%2B")
    assert "Nobody." in nobody.text


async def test_given_more_people_than_a_page_holds_when_followed_then_each_is_on_one_page(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SIZE", 1)
    cases = [await waiting_ten_days(door), await waiting_ten_days(door, person=SAM)]
    sign_in(door, "trust-monitor")
    address = "/reports/bed-days?of=waiting"
    first, last, beyond, nought = [
        (await door.client.get(f"{address}{page}")).text for page in ("", "&page=2", "&page=9999", "&page=0")
    ]

    listed = [case for page in (first, last) for case in cases if f"/cases/{case}" in page]
    assert sorted(listed) == sorted(cases)
    assert "1 to 1 of 2" in first
    assert "2 to 2 of 2" in last
    assert nought.split('id="people"')[1] == first.split('id="people"')[1]
    assert beyond.split('id="people"')[1] == last.split('id="people"')[1]
    assert f'href="{address}&amp;page=2#people">Next page' in first
    assert f'href="{address}#people">Page before' in last
    assert (await door.client.get(f"{address}&page=x")).status_code == 422


@pytest.mark.parametrize(
    ("query", "released", "named"),
    [
        ("against=fixed&days=30", "26 nights", "30 ready nights delayed by the home, for everybody"),
        ("against=register-average", "Not claimed", "Nottingham City Homes pilot"),
    ],
)
async def test_given_a_comparison_when_chosen_then_what_was_released_names_it(
    door: Door, query: str, released: str, named: str
) -> None:
    await left_after_four_days(door)
    sign_in(door, "trust-monitor")
    page = await door.client.get(f"/reports/bed-days?{query}")

    assert figure(page.text, "Bed days released") == released
    assert named in page.text


@pytest.mark.parametrize(
    ("query", "discharges"),
    [
        ("from_on=2026-02-24&to_on=2026-02-24", "1 person"),
        ("from_on=2026-02-25", "0 people"),
        (
            "from_on-day=1&from_on-month=2&from_on-year=2026&to_on-day=23&to_on-month=2&to_on-year=2026",
            "0 people",
        ),
        ("from_on-day=1&from_on-month=2&from_on-year=2026", "1 person"),
    ],
)
async def test_given_a_period_when_chosen_then_only_stays_that_ended_in_it_count(
    door: Door, query: str, discharges: str
) -> None:
    await left_after_four_days(door)
    sign_in(door, "trust-monitor")
    page = await door.client.get(f"/reports/bed-days?{query}")

    assert figure(page.text, "Discharges") == discharges


@pytest.mark.parametrize(
    ("query", "anchor"),
    [
        ("from_on-day=31&from_on-month=2&from_on-year=2026", "#from_on-day"),
        ("from_on=2026-03-02&to_on=2026-03-01", "#to_on-day"),
        ("against=fixed", "#days"),
        ("against=fixed&days=-4", "#days"),
        ("against=wishes", "#against"),
    ],
)
async def test_given_a_question_that_cannot_be_when_asked_then_the_form_says_so_and_claims_no_figure(
    door: Door, query: str, anchor: str
) -> None:
    sign_in(door, "trust-monitor")
    page = await door.client.get(f"/reports/bed-days?{query}")

    assert page.status_code == 422
    assert "<title>Error: Bed days" in page.text
    assert f'href="{anchor}"' in page.text
    assert page.text.count(f'id="{anchor[1:]}"') == 1
    assert "hw-figure" not in page.text


async def test_given_page_interface_and_command_when_asked_then_they_tell_the_same(door: Door) -> None:
    await waiting_ten_days(door)
    await left_after_four_days(door)
    told = (await door.get("/api/v1/reports/bed-days?against=fixed:30", "trust-monitor")).json()
    sign_in(door, "trust-monitor")
    page = await door.client.get("/reports/bed-days?against=fixed&days=30")

    shown = [told["released"], *told["letting"], *told["finished"]["figures"], *told["waiting"]["figures"]]
    assert {each["figure"] for each in told["costs"]} == {"held-days", "waiting-held-days"}
    for cost in told["costs"]:
        assert f"at £{cost['pounds_each']}: £{cost['pounds']:,}" in page.text
    assert len(shown) == len(DEFINITIONS)
    for each in shown:
        claim = each["key"] in ("released-days", "let-sooner-days")
        unknown = "Not claimed" if claim else "Not known"
        number = unknown if each["value"] is None else f"{each['value']:,g}"
        assert figure(page.text, each["label"]).split(" ")[0] in (number, number.split(" ", maxsplit=1)[0])


async def test_given_an_administrator_when_the_report_is_opened_then_no_number_opens_a_case(
    door: Door,
) -> None:
    await left_after_four_days(door)
    sign_in(door, "admin")
    page = await door.client.get("/reports/bed-days")

    assert figure(page.text, "Discharges") == "1 person"
    assert "#people" not in page.text
    assert (await door.client.get("/reports/bed-days?of=discharges")).status_code == 403


async def test_given_people_behind_a_figure_when_listed_then_the_look_names_those_on_the_page_alone(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SIZE", 1)
    left = await left_after_four_days(door)
    waits = [await waiting_ten_days(door), await waiting_ten_days(door, person=KIM)]
    sign_in(door, "trust-monitor")
    for of in ("discharges", "waiting", "waiting&page=2", "failed", "no-such-figure"):
        await door.client.get(f"/reports/bed-days?of={of}")

    behind = AuditRead.what == "people behind a figure of the bed days report"
    async with transaction(door.worker) as session:
        looks = list(await session.scalars(select(AuditRead).where(behind).order_by(AuditRead.at)))
    assert {(look.role, look.purpose) for look in looks} == {("trust-monitor", "service-report")}
    assert [look.case_ids for look in looks] == [[left], *([case] for case in sorted(waits))]


@pytest.mark.parametrize(
    "of", ["wishes", "band:waiting:assumed", "band:finished:x", "band:x:4-6", "reason:waiting:x", "band"]
)
async def test_given_a_figure_that_the_report_has_not_when_asked_for_then_the_page_says_so_and_shows_the_rest(
    door: Door, of: str
) -> None:
    await waiting_ten_days(door)
    sign_in(door, "trust-monitor")
    page = await door.client.get(f"/reports/bed-days?of={of}")

    assert page.status_code == 404
    assert "The report has no such figure" in page.text
    assert 'href="#figures"' in page.text
    assert 'id="figures"' in page.text
    assert 'id="people"' not in page.text
    assert figure(page.text, "People waiting now") == "1 person"


async def test_given_a_hidden_person_when_people_are_listed_then_only_their_trust_sees_the_ward(
    door: Door,
) -> None:
    case_id = await waiting_ten_days(door)
    spell = (await loaded(door.worker, case_id)).current_spell
    assert spell is not None
    moved = Envelope(
        command_id=uuid4(),
        case_id=case_id,
        actor=Actor(organisation_id=door.places.trust, role="system"),
        effective_on=door.clock.now.date(),
        command=NoteHospitalFacts(spell=spell.model_copy(update={"ward": "SECRET 7"})),
    )
    await carried_out(door.worker, moved, door.clock.now)
    shown: dict[str, list[bool]] = {}
    for hidden in (False, True):
        async with transaction(door.worker) as session:
            await session.execute(update(Person).values(hidden_by_feed=hidden))
        for role in ("discharge-team", "coordinator"):
            sign_in(door, role)
            page = await door.client.get("/reports/bed-days?of=waiting")
            assert "1 person" in page.text
            shown.setdefault(role, []).append("SECRET 7" in page.text.split('id="people"')[1])
    assert shown == {"discharge-team": [True, True], "coordinator": [True, False]}


@pytest.mark.browser
@pytest.mark.parametrize("narrow", [False, True])
async def test_given_the_report_when_a_browser_looks_then_axe_finds_nothing(
    door: Door, looking: Looking, narrow: bool
) -> None:
    await waiting_ten_days(door)
    await left_after_four_days(door)
    sign_in(door, "trust-monitor")

    for path in ("/reports/bed-days?of=discharges&against=fixed&days=30", "/reports/bed-days?against=fixed"):
        seen = await looking.look(path, narrow=narrow)
        assert seen.faults == []
