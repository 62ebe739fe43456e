"""Merging two people's records and undoing it, on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.commands import ENVELOPE, Envelope, NoteHospitalFacts, NoteMerge, NoteUnmerge
from discharge.cases.model import Case, CaseSpell, Participant, Referral
from discharge.store.engine import transaction
from discharge.store.tables import (
    CaseRow,
    MovedRecord,
    OutboxRow,
    Person,
    PersonIdentifier,
    PersonMerge,
    PersonNhsNumber,
    Spell,
)
from fhir_adapters.hl7v2.store.merges import MergeCause, link_of, settle_cases
from fhir_adapters.hl7v2.store.person_merge import DECISION, part
from fhir_adapters.store.tables import FactRow, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import NHS, OTHER_NHS, Sample
from tests.fixtures.cases import loaded, recorded, request

JOAN = Sample(more={"PID": {32: "NSTS01"}})
SECOND = JOAN.but(message_id="M2", nhs=OTHER_NHS, local="H200", visit="V2", born="19420603", family="BIRCH")
MERGED = JOAN.but(trigger="A40", message_id="M3", sent="20260305090000", more={"MRG": {1: "H200^^^RXH^MR"}})
LATER = "20260306090000"


async def by_number(intake: Intake) -> dict[str, UUID]:
    """Who holds each hospital number."""
    return {row.value: row.person_id for row in await intake.rows(PersonIdentifier)}


async def by_visit(intake: Intake) -> dict[str, UUID]:
    return {row.visit_number: row.person_id for row in await intake.rows(Spell)}


async def undone(intake: Intake, retired: UUID) -> bool:
    """An operator's decision that the record was merged wrongly."""
    cause = MergeCause(intake.organisation_id, DECISION, uuid4(), datetime(2026, 3, 9, tzinfo=UTC))
    async with transaction(intake.worker) as session:
        row = await link_of(session, retired)
        return row is not None and await part(session, cause, row)


async def open_case(intake: Intake, person_id: UUID, on: date, spell: UUID | None = None) -> UUID:
    case = Case(case_id=uuid4())
    referral = Referral(referred_on=on, organisation_id=intake.organisation_id, ward="ELM")
    joined: list[ev.Event] = [
        ev.ParticipantJoined(
            participant=Participant(
                organisation_id=intake.organisation_id, role="trust", basis="agreement", from_on=on
            )
        )
    ]
    if spell:
        joined.append(ev.SpellJoined(spell=CaseSpell(spell_id=spell, organisation_id=intake.organisation_id)))
    received = ev.ReferralReceived(person_id=person_id, referral=referral)
    await recorded(intake.worker, request(case, intake.organisation_id, received, *joined))
    return case.case_id


async def close(intake: Intake, case_id: UUID) -> None:
    case = await loaded(intake.worker, case_id)
    closed = ev.CaseClosed(closed_on=date(2026, 3, 5), outcome="merged")
    await recorded(intake.worker, request(case, intake.organisation_id, closed))


async def told(intake: Intake) -> list[Envelope]:
    rows = sorted(await intake.rows(OutboxRow), key=lambda row: row.sequence)
    return [ENVELOPE.read(row.payload) for row in rows if row.channel == "case-signal"]


async def test_given_a_merge_then_it_says_what_it_moved(intake: Intake) -> None:
    await intake.take(JOAN.raw(), SECOND.raw())
    people = await by_number(intake)
    [spell] = [row for row in await intake.rows(Spell) if row.visit_number == "V2"]

    await intake.take(MERGED.raw())

    [merge] = await intake.rows(PersonMerge)
    assert (merge.survivor_id, merge.retired_id) == (people["H100"], people["H200"])
    assert merge.effective_at == datetime(2026, 3, 5, 9, tzinfo=UTC)
    assert (merge.cause, merge.moved["spell"]) == ("message", [str(spell.id)])
    assert set((await by_number(intake)).values()) == {people["H100"]}


async def test_given_a_merge_then_the_second_number_is_a_former_one_and_still_finds_the_person(
    intake: Intake,
) -> None:
    await intake.take(JOAN.raw(), SECOND.raw(), MERGED.raw())

    numbers = {row.nhs_number: row.until_at for row in await intake.rows(PersonNhsNumber)}
    assert numbers == {NHS: None, OTHER_NHS: datetime(2026, 3, 5, 9, tzinfo=UTC)}
    await intake.take(JOAN.but(message_id="M4", nhs=OTHER_NHS, local="H900", visit="V9").raw())
    people = await by_number(intake)
    assert people["H900"] == people["H100"]
    persons = {row.id: row for row in await intake.rows(Person)}
    assert persons[people["H100"]].family_name == "ASHDOWN"


async def test_given_a_merge_undone_then_everything_is_back_where_it_was(intake: Intake) -> None:
    await intake.take(JOAN.raw(), SECOND.raw())
    people, stays = await by_number(intake), await by_visit(intake)
    case_id = await open_case(intake, people["H200"], date(2026, 3, 3))
    await intake.take(MERGED.raw())
    assert {row.person_id for row in await intake.rows(CaseRow)} == {people["H100"]}

    assert await undone(intake, people["H200"])

    assert (await by_number(intake), await by_visit(intake)) == (people, stays)
    assert {(row.id, row.person_id) for row in await intake.rows(CaseRow)} == {(case_id, people["H200"])}
    persons = {row.id: row for row in await intake.rows(Person)}
    assert persons[people["H100"]].family_name == "ASHDOWN"
    assert persons[people["H200"]].family_name == "BIRCH"
    numbers = {row.nhs_number: (row.person_id, row.until_at) for row in await intake.rows(PersonNhsNumber)}
    assert numbers == {NHS: (people["H100"], None), OTHER_NHS: (people["H200"], None)}
    assert await intake.rows(MovedRecord) == []


async def test_given_an_undone_merge_then_undoing_it_again_does_nothing(intake: Intake) -> None:
    await intake.take(JOAN.raw(), SECOND.raw(), MERGED.raw())
    [merge] = await intake.rows(PersonMerge)

    assert await undone(intake, merge.retired_id)
    assert not await undone(intake, merge.retired_id)


async def test_given_what_arrived_in_between_then_it_goes_by_its_own_numbers(intake: Intake) -> None:
    await intake.take(JOAN.raw(), SECOND.raw(), MERGED.raw())
    [merge] = await intake.rows(PersonMerge)
    theirs = SECOND.but(message_id="M4", nhs="", visit="V4", sent="20260304090000", more={})
    theirs = theirs.but(more={"PID": {3: "H200^^^RXH^MR~C77^^^CLINIC^MR"}, "PV1": {44: "20260304090000"}})
    mine = JOAN.but(message_id="M5", visit="V5", more={"PV1": {44: "20260307090000"}})
    await intake.take(theirs.raw(), mine.raw())
    assert len(set((await by_visit(intake)).values())) == 1

    await undone(intake, merge.retired_id)

    stays, people = await by_visit(intake), await by_number(intake)
    assert (stays["V4"], stays["V5"]) == (merge.retired_id, merge.survivor_id)
    assert people["C77"] == merge.retired_id
    rows = {row.message_id: row.person_id for row in await intake.rows(InboxRow)}
    assert (rows["M4"], rows["M5"]) == (merge.retired_id, merge.survivor_id)
    assert {row.person_id for row in await intake.rows(FactRow) if row.spell_id is not None} == {
        merge.retired_id,
        merge.survivor_id,
    }


async def test_given_the_hospital_tells_them_apart_again_then_the_merge_is_undone(intake: Intake) -> None:
    await intake.take(JOAN.raw(), SECOND.raw())
    people = await by_number(intake)
    await intake.take(MERGED.raw())

    await intake.take(SECOND.but(trigger="A31", message_id="M4", sent=LATER).raw())

    assert await by_number(intake) == people
    [merge] = await intake.rows(PersonMerge)
    assert (merge.undone_at is not None, merge.undone_cause) == (True, "message")


@pytest.mark.parametrize(
    "late",
    [
        SECOND.but(trigger="A31", message_id="M4", sent="20260304090000"),
        SECOND.but(trigger="A31", message_id="M4", sent=LATER, nhs=NHS),
        SECOND.but(trigger="A31", message_id="M4", sent=LATER, more={}),
        JOAN.but(trigger="A31", message_id="M4", sent=LATER, nhs=OTHER_NHS),
    ],
    ids=["from-before", "with-the-survivors-number", "not-traced", "under-the-survivors-number"],
)
async def test_given_no_clear_contradiction_then_the_merge_stands(intake: Intake, late: Sample) -> None:
    await intake.take(JOAN.raw(), SECOND.raw(), MERGED.raw())

    await intake.take(late.raw())

    [merge] = await intake.rows(PersonMerge)
    assert merge.undone_at is None


async def test_given_a_chain_of_merges_then_undoing_the_middle_leaves_the_rest(intake: Intake) -> None:
    third = SECOND.but(message_id="T1", nhs="9990000034", local="H300", visit="V3", family="CEDAR")
    await intake.take(JOAN.raw(), SECOND.raw(), third.raw())
    people = await by_number(intake)
    into_second = SECOND.but(trigger="A40", message_id="T2", more={"MRG": {1: "H300^^^RXH^MR"}})
    await intake.take(into_second.raw(), MERGED.raw())
    assert set((await by_number(intake)).values()) == {people["H100"]}

    await undone(intake, people["H200"])

    numbers = await by_number(intake)
    assert numbers == {"H100": people["H100"], "H200": people["H200"], "H300": people["H200"]}
    stays = await by_visit(intake)
    assert stays["V3"] == people["H200"]


async def test_given_the_same_merge_again_or_the_other_way_round_then_nothing_more_happens(
    intake: Intake,
) -> None:
    await intake.take(JOAN.raw(), SECOND.raw(), MERGED.raw())
    people = await by_number(intake)
    round_ = SECOND.but(trigger="A40", message_id="M5", sent=LATER, more={"MRG": {1: "H100^^^RXH^MR"}})

    done = await intake.take(MERGED.but(message_id="M4", sent=LATER).raw(), round_.raw())

    assert {each.state for each in done} == {"interpreted"}
    assert len(await intake.rows(PersonMerge)) == 1
    assert await by_number(intake) == people


async def test_given_a_merge_of_people_nobody_knew_then_both_numbers_find_one_and_it_can_be_undone(
    intake: Intake,
) -> None:
    await intake.take(MERGED.raw(), SECOND.but(nhs="").raw(), JOAN.raw())
    [merge] = await intake.rows(PersonMerge)
    assert set((await by_number(intake)).values()) == {merge.survivor_id}

    await undone(intake, merge.retired_id)

    assert await by_number(intake) == {"H100": merge.survivor_id, "H200": merge.retired_id}
    assert await by_visit(intake) == {"V1": merge.survivor_id, "V2": merge.retired_id}
    families = {row.id: row.family_name for row in await intake.rows(Person)}
    assert families == {merge.survivor_id: "ASHDOWN", merge.retired_id: "BIRCH"}


@pytest.mark.parametrize(("first", "second"), [("H100", "H200"), ("H200", "H100")])
async def test_given_an_open_case_on_each_side_then_the_older_goes_on_and_the_younger_ends(
    intake: Intake, first: str, second: str
) -> None:
    await intake.take(JOAN.raw(), SECOND.raw())
    people = await by_number(intake)
    older = await open_case(intake, people[first], date(2026, 3, 3))
    younger = await open_case(intake, people[second], date(2026, 3, 4))

    await intake.take(MERGED.raw())
    [ended] = [found for found in await told(intake) if isinstance(found.command, NoteMerge)]
    assert (ended.case_id, ended.command.into_case_id) == (younger, older)  # type: ignore[union-attr]
    await close(intake, younger)
    async with transaction(intake.worker) as session:
        await settle_cases(session)

    assert {row.person_id for row in await intake.rows(CaseRow)} == {people["H100"]}
    await undone(intake, people["H200"])
    assert {row.id: row.person_id for row in await intake.rows(CaseRow)} == {
        older: people[first],
        younger: people[second],
    }
    again = [found.case_id for found in await told(intake) if isinstance(found.command, NoteUnmerge)]
    assert again == [younger]


async def test_given_a_case_that_joined_the_others_stay_then_undoing_takes_the_stay_from_it(
    intake: Intake,
) -> None:
    await intake.take(JOAN.raw(), SECOND.raw(), MERGED.raw())
    [merge] = await intake.rows(PersonMerge)
    spell = next(row.id for row in await intake.rows(Spell) if row.visit_number == "V2")
    own = next(row.id for row in await intake.rows(Spell) if row.visit_number == "V1")
    case_id = await open_case(intake, merge.survivor_id, date(2026, 3, 5), own)
    case = await loaded(intake.worker, case_id)
    joined = ev.SpellJoined(spell=CaseSpell(spell_id=spell, organisation_id=intake.organisation_id))
    await recorded(intake.worker, request(case, intake.organisation_id, joined))

    await undone(intake, merge.retired_id)

    facts = [found for found in await told(intake) if isinstance(found.command, NoteHospitalFacts)]
    assert [(found.case_id, found.command.spell.spell_id) for found in facts] == [(case_id, spell)]  # type: ignore[union-attr]
    assert facts[0].command.spell.status == "cancelled"  # type: ignore[union-attr]


async def test_given_a_hidden_person_when_they_are_merged_then_everything_of_theirs_stays_hidden(
    intake: Intake,
) -> None:
    hidden = SECOND.but(more={"ZU8": {4: "1"}})
    await intake.take(JOAN.raw(), hidden.raw(), MERGED.raw())
    assert {row.location_hidden for row in await intake.rows(Person)} == {True}

    shown = JOAN.but(trigger="A31", message_id="M8", sent=LATER, more={"ZU8": {4: "0"}})
    await intake.take(shown.raw())
    assert {row.location_hidden for row in await intake.rows(Person)} == {False}


async def test_given_many_at_once_then_a_merge_and_messages_of_both_leave_one_person(
    intake: Intake, worker: AsyncEngine
) -> None:
    import asyncio

    await intake.put(JOAN.raw(), SECOND.raw(), MERGED.raw(), MERGED.but(message_id="M4").raw())
    await intake.put(*(SECOND.but(trigger="A08", message_id=f"S{i}", nhs="").raw() for i in range(5)))

    await asyncio.gather(*(intake.drain() for _ in range(3)))

    assert {row.state for row in await intake.rows(InboxRow)} == {"interpreted"}
    assert len({row.person_id for row in await intake.rows(Spell)}) == 1
    assert len([row for row in await intake.rows(Person) if row.merged_into is None]) == 1


async def test_given_an_undone_merge_when_its_message_is_read_again_then_it_stays_undone(
    intake: Intake,
) -> None:
    await intake.take(JOAN.raw(), SECOND.raw(), MERGED.raw())
    [merge] = await intake.rows(PersonMerge)
    await undone(intake, merge.retired_id)
    async with transaction(intake.worker) as session:
        again = update(InboxRow).where(InboxRow.message_id == "M3").values(state="stored")
        await session.execute(again)

    [drained] = await intake.drain()

    assert drained.state == "interpreted"
    assert len(await intake.rows(PersonMerge)) == 1
    assert await by_number(intake) == {"H100": merge.survivor_id, "H200": merge.retired_id}
