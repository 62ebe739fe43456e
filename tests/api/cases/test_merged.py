"""The page and the answer of a case name the cases that were merged with it, to those who may see them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, select

from discharge.cases.commands import Envelope, NoteMerge, NotePartedCase
from discharge.cases.model import Actor
from discharge.clocks import london_date
from discharge.store.commands import read_kept
from discharge.store.engine import transaction
from discharge.store.tables import CaseParticipantRow, OutboxRow
from housing_checks.store import merged_checks
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.fixtures.cases import carried_out, loaded

SECOND = {
    "nhs_number": "9990000026",
    "family_name": "Ashdown",
    "given_name": "Edith",
    "birth_date": "1941-05-02",
}


@pytest.fixture
async def merged(door: Door) -> tuple[UUID, UUID]:
    """The case that goes on, whose heating works, and the one that was merged into it, whose does not."""
    merged_checks.register()
    kept, ended = await door.referred(), await door.referred(person=SECOND)
    for case_id, value in ((kept, "yes"), (ended, "no")):
        await door.asked(case_id, "accept-referral")
        await door.asked(case_id, "confirm-item", item="heating", value=value)
    await end(door, ended, kept)
    return kept, ended


async def end(door: Door, ended: UUID, kept: UUID) -> None:
    """One case ends as merged into another, which hears of it."""
    referral = (await loaded(door.worker, ended)).referral
    assert referral is not None
    envelope = Envelope(
        command_id=uuid4(),
        case_id=ended,
        actor=Actor(organisation_id=referral.organisation_id, role="system"),
        effective_on=london_date(door.clock.now),
        command=NoteMerge(into_case_id=kept),
    )
    await carried_out(door.worker, envelope, door.clock.now)
    async with transaction(door.worker) as session:
        told = await session.scalars(
            select(OutboxRow.payload).where(OutboxRow.case_id == kept, OutboxRow.kind == "note-merged-case")
        )
        [waiting] = [read_kept(payload) for payload in told]
    await carried_out(door.worker, waiting, door.clock.now)


async def test_given_a_merge_when_either_case_is_opened_then_it_names_the_other_and_the_answers_differ(
    door: Door, merged: tuple[UUID, UUID]
) -> None:
    kept, ended = merged
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{kept}")).text
    assert f'href="/cases/{ended}"' in page
    assert "1 answer came over" in page
    assert "Two cases of the person say different things" in page
    assert "Ask about safety again" in page
    gone = (await door.client.get(f"/cases/{ended}")).text
    assert f'href="/cases/{kept}"' in gone
    assert "was merged into another case of the same person" in gone
    item = (await door.client.get(f"/cases/{kept}/check/items/heating")).text
    assert "in a case that was merged into this one" in item

    detail = (await door.get(f"/api/v1/cases/{kept}", "coordinator")).json()
    assert list(detail["case"]["merged_cases"]) == [str(ended)]
    assert (await door.get(f"/api/v1/cases/{ended}", "coordinator")).json()["case"]["merged_into"] == str(
        kept
    )
    heating = (await door.get(f"/api/v1/cases/{kept}/check/items/heating", "coordinator")).json()
    assert heating["disputed"]
    assert [each["from_another_case"] for each in heating["statements"]] == [False, True]


async def test_given_a_reader_who_takes_no_part_in_the_other_case_then_no_address_is_named(
    door: Door, merged: tuple[UUID, UUID]
) -> None:
    kept, ended = merged
    async with transaction(door.worker) as session:
        await session.execute(delete(CaseParticipantRow).where(CaseParticipantRow.case_id == ended))
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{kept}")).text
    assert f'href="/cases/{ended}"' not in page
    assert "Your organisation does not see the other case" in page


PATHS = ("", "/timeline", "/check/items/heating", "/check", "/blockers")


async def test_given_a_reader_who_takes_no_part_in_the_other_case_then_its_id_is_nowhere(
    door: Door, merged: tuple[UUID, UUID]
) -> None:
    kept, ended = merged
    assert str(ended) in (await door.get(f"/api/v1/cases/{kept}/timeline", "coordinator")).text
    for case_id, other in ((kept, ended), (ended, kept)):
        async with transaction(door.worker) as session:
            parts = CaseParticipantRow.case_id == other
            held = (await session.scalars(select(CaseParticipantRow).where(parts))).all()
            rows = [
                {column.name: getattr(row, column.name) for column in row.__table__.columns} for row in held
            ]
            await session.execute(delete(CaseParticipantRow).where(parts))
        for path in PATHS:
            answer = await door.get(f"/api/v1/cases/{case_id}{path}", "coordinator")
            assert str(other) not in answer.text, path
        detail = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()["case"]
        assert detail["merged_cases"] or detail["merged_into"]
        async with transaction(door.worker) as session:
            await session.execute(insert(CaseParticipantRow).values(rows))


async def test_given_a_reader_who_takes_no_part_in_the_other_case_then_what_belongs_together_is_seen_to(
    door: Door, merged: tuple[UUID, UUID]
) -> None:
    kept, ended = merged
    async with transaction(door.worker) as session:
        await session.execute(delete(CaseParticipantRow).where(CaseParticipantRow.case_id == ended))
    case = (await door.get(f"/api/v1/cases/{kept}", "coordinator")).json()["case"]
    [(key, held)] = case["merged_cases"].items()
    said = case["check"]["statements"]["heating"]
    assert held["case_id"] == key
    assert [each["came_from"] for each in said] == [[], [key]]
    events = (await door.get(f"/api/v1/cases/{kept}/timeline", "coordinator")).json()["events"]
    [told] = [each["event"] for each in events if each["kind"] == "case-merged-in"]
    assert told["merged"]["case_id"] == key
    assert (await door.get(f"/api/v1/cases/{key}", "coordinator")).status_code == 404


async def test_given_a_reader_who_may_not_open_the_other_case_when_others_changed_it_then_no_id_is_told(
    door: Door, merged: tuple[UUID, UUID]
) -> None:
    kept, ended = merged
    async with transaction(door.worker) as session:
        await session.execute(delete(CaseParticipantRow).where(CaseParticipantRow.case_id == ended))
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{kept}?seen=1")).text
    assert "Merged case" in page
    assert str(ended) not in page
    version = (await door.get(f"/api/v1/cases/{kept}", "coordinator")).json()["version"]
    system = Actor(organisation_id=door.places.trust, role="system")
    parted = NotePartedCase(merged_case_id=ended)
    envelope = Envelope(
        command_id=uuid4(),
        case_id=kept,
        actor=system,
        effective_on=london_date(door.clock.now),
        command=parted,
    )
    await carried_out(door.worker, envelope, door.clock.now)
    page = (await door.client.get(f"/cases/{kept}?seen={version}")).text
    assert "Merged case" in page
    assert str(ended) not in page
