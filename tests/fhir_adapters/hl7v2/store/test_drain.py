"""From the inbox to people, spells and cases, on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.commands import ENVELOPE, Envelope, NoteHospitalFacts, NoteMerge, RecordDeath
from discharge.cases.model import Case, Participant, Referral
from discharge.store.engine import transaction
from discharge.store.tables import OutboxRow, Person, PersonAddress, PersonContact, PersonIdentifier, Spell
from fhir_adapters.hl7v2.store.merges import MergeCause, merge_persons
from fhir_adapters.hl7v2.store.persons import same_person
from fhir_adapters.store.tables import FactRow, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import NHS, OTHER_NHS, Sample
from tests.fixtures.cases import recorded, request

ADMISSION = Sample()
DISCHARGE = Sample(
    "A03", "M9", "20260309150000", "20260309143000", more={"PV1": {36: "19", 37: "1", 45: "20260309143000"}}
)


async def open_case(worker: AsyncEngine, person_id: UUID, trust: UUID, on: date = date(2026, 3, 3)) -> UUID:
    """A referral that awaits the person's spell."""
    case = Case(case_id=uuid4())
    referral = Referral(referred_on=on, organisation_id=trust, ward="ELM", awaiting_spell=True)
    joined = ev.ParticipantJoined(
        participant=Participant(organisation_id=trust, role="trust", basis="agreement", from_on=on)
    )
    await recorded(
        worker, request(case, trust, ev.ReferralReceived(person_id=person_id, referral=referral), joined)
    )
    return case.case_id


SOON = f"{datetime.now(UTC) + timedelta(days=2):%Y%m%d%H%M%S}"


async def signals(intake: Intake) -> list[Envelope]:
    rows = sorted(await intake.rows(OutboxRow), key=lambda row: row.sequence)
    return [ENVELOPE.read(row.payload) for row in rows if row.channel == "case-signal"]


async def test_given_an_admission_then_a_person_lies_in_a_bed(intake: Intake) -> None:
    [drained] = await intake.take(ADMISSION.raw())

    assert drained.state == "interpreted"
    [person] = await intake.rows(Person)
    assert (person.nhs_number, person.family_name, person.birth_date) == (NHS, "ASHDOWN", date(1941, 5, 2))
    assert person.sex == "female"
    [spell] = await intake.rows(Spell)
    assert (spell.status, spell.ward, spell.bed, spell.site) == ("admitted", "ELM", "ELM1-1", "RXH01")
    assert spell.visit_number == "V1"
    [address] = await intake.rows(PersonAddress)
    assert (address.lines.split("\n")[0], address.postcode) == ("1 ACACIA AVENUE", "LS1 1AA")
    assert {contact.kind for contact in await intake.rows(PersonContact)} == {"phone", "mobile"}
    [row] = await intake.rows(InboxRow)
    assert (row.person_id, row.spell_id) == (person.id, spell.id)


async def test_given_next_of_kin_and_practice_then_whoever_is_to_call_finds_them(intake: Intake) -> None:
    more = {"NK1": {1: "1", 2: "ASHDOWN^RUTH", 3: "CHD", 5: "07700900222"}, "PD1": {3: "ELM SURGERY^^B86001"}}
    await intake.take(ADMISSION.but(more=more).raw())
    held = {row.kind: row for row in await intake.rows(PersonContact)}
    assert (held["next-of-kin"].name, held["next-of-kin"].relationship_code) == ("RUTH ASHDOWN", "CHD")
    assert held["gp-practice"].value == "B86001"


async def test_given_all_that_a_trust_says_of_whom_to_call_then_each_number_is_kept_with_its_day(
    intake: Intake,
) -> None:
    more = {
        "PD1": {3: "ELM SURGERY^^B86001", 4: "G8404231^CHIVERS^ANDY^^^DR"},
        "PV1": {7: "C001^Forster^Richard^^^Dr"},
        "NK1": {1: "1", 2: "ASHDOWN^RUTH", 3: "9", 5: "07700900222^PRN^CP~01134960055", 7: "KEY HOLDER"},
    }
    first = ADMISSION.but(more=more)
    later = first.but(trigger="A08", message_id="M2", sent="20260304090000")
    await intake.take(first.raw(), later.raw())

    said = {(row.kind, row.value, row.name, row.contact_role) for row in await intake.rows(PersonContact)}
    assert {each for each in said if each[0] not in ("phone", "mobile")} == {
        ("gp-practice", "B86001", "ELM SURGERY", None),
        ("gp", "", "DR ANDY CHIVERS", None),
        ("consultant", "", "Dr Richard Forster", None),
        ("next-of-kin", "07700900222", "RUTH ASHDOWN", "KEY HOLDER"),
        ("next-of-kin", "01134960055", "RUTH ASHDOWN", "KEY HOLDER"),
    }
    assert {row.said_on for row in await intake.rows(PersonContact)} == {date(2026, 3, 2)}


async def test_given_the_same_from_a_feed_again_then_whom_to_call_stays_the_same_rows(intake: Intake) -> None:
    await intake.take(ADMISSION.raw())
    before = {row.id for row in await intake.rows(PersonContact)}
    await intake.take(ADMISSION.but(trigger="A08", message_id="M2", sent="20260304090000").raw())
    assert {row.id for row in await intake.rows(PersonContact)} == before


async def test_given_the_same_bytes_again_then_no_row_and_no_fact_is_added(intake: Intake) -> None:
    await intake.take(ADMISSION.raw())
    facts = len(await intake.rows(FactRow))
    assert await intake.take(ADMISSION.raw()) == []

    [row] = await intake.rows(InboxRow)
    assert row.times_received == 2
    assert len(await intake.rows(FactRow)) == facts


async def test_given_a_discharge_before_its_admission_then_the_spell_is_discharged(intake: Intake) -> None:
    await intake.take(DISCHARGE.raw(), ADMISSION.raw())

    [spell] = await intake.rows(Spell)
    assert (spell.status, spell.discharge_destination, spell.discharge_method) == ("discharged", "19", "1")
    assert spell.folded["discharge"]["raw_36"] == "19"


async def test_given_a_message_dated_years_ahead_when_others_follow_then_they_count(intake: Intake) -> None:
    ahead = ADMISSION.but(trigger="A02", message_id="M2", sent="20620304090000", happened="20620304090000")
    moved = ADMISSION.but(trigger="A02", message_id="M3", sent=SOON, happened=SOON, location="RXH^OAK")
    await intake.take(ADMISSION.raw(), ahead.raw(), moved.raw())

    [spell] = await intake.rows(Spell)
    assert spell.ward == "OAK"


async def test_given_a_case_awaiting_a_spell_when_the_person_is_admitted_then_the_case_is_told(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(ADMISSION.but(trigger="A28", message_id="M0").raw())
    [person] = await intake.rows(Person)
    case_id = await open_case(worker, person.id, intake.organisation_id)

    await intake.take(ADMISSION.raw())

    [told] = [found for found in await signals(intake) if found.command.kind == "note-hospital-facts"][:1]
    assert told.case_id == case_id
    assert isinstance(told.command, NoteHospitalFacts)
    assert (told.command.spell.ward, told.command.spell.admitted_on) == ("ELM", date(2026, 3, 2))
    assert told.actor.role == "system"


async def test_given_a_referral_and_an_admission_that_crossed_then_the_join_finds_them(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(ADMISSION.raw())
    [person] = await intake.rows(Person)
    assert await signals(intake) == []
    case_id = await open_case(worker, person.id, intake.organisation_id)

    await intake.drain()
    await intake.drain()

    assert [found.case_id for found in await signals(intake)] == [case_id]


async def test_given_an_update_that_changes_nothing_coded_then_the_case_hears_nothing(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(ADMISSION.raw())
    [person] = await intake.rows(Person)
    await open_case(worker, person.id, intake.organisation_id)
    await intake.drain()
    before = len(await signals(intake))

    await intake.take(ADMISSION.but(trigger="A08", message_id="M2", sent="20260302120000").raw())

    assert len(await signals(intake)) == before


async def test_given_an_expected_date_and_fitness_then_the_case_is_told_what_changed(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(ADMISSION.raw())
    [person] = await intake.rows(Person)
    case_id = await open_case(worker, person.id, intake.organisation_id)
    more = {"PV2": {9: "20260311"}, "ZU1": {22: "Y", 24: "20260304"}}

    await intake.take(ADMISSION.but(trigger="A08", message_id="M2", sent="20260304090000", more=more).raw())

    told = (await signals(intake))[-1]
    assert told.case_id == case_id
    assert isinstance(told.command, NoteHospitalFacts)
    assert told.command.spell.expected_discharge_on == date(2026, 3, 11)
    assert (told.command.spell.medically_fit, told.command.spell.medically_fit_on) == (True, date(2026, 3, 4))


async def test_given_a_death_without_a_stay_then_the_open_case_stops(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(ADMISSION.but(trigger="A28").raw())
    [person] = await intake.rows(Person)
    await open_case(worker, person.id, intake.organisation_id)
    died = {"PID": {29: "20260305", 30: "Y"}}

    await intake.take(ADMISSION.but(trigger="A31", message_id="M2", sent="20260306090000", more=died).raw())

    [told] = await signals(intake)
    assert isinstance(told.command, RecordDeath)
    assert told.effective_on == date(2026, 3, 5)


async def test_given_hiding_then_addresses_already_held_are_hidden_at_once(intake: Intake) -> None:
    await intake.take(ADMISSION.raw())
    hide = {"PID": {11: "", 13: ""}, "ZU8": {4: "1"}}

    await intake.take(ADMISSION.but(trigger="A31", message_id="M2", sent="20260303090000", more=hide).raw())

    [person] = await intake.rows(Person)
    assert person.location_hidden
    assert {row.sensitivity for row in await intake.rows(PersonAddress)} == {"restricted"}
    assert {row.sensitivity for row in await intake.rows(PersonContact)} == {"restricted"}


async def test_given_a_merge_then_everything_belongs_to_the_survivor_and_the_younger_case_ends(
    intake: Intake, worker: AsyncEngine
) -> None:
    other = ADMISSION.but(message_id="M2", nhs=OTHER_NHS, local="H200", visit="V2")
    await intake.take(ADMISSION.raw(), other.raw())
    people = {person.nhs_number: person.id for person in await intake.rows(Person)}
    older = await open_case(worker, people[NHS], intake.organisation_id, date(2026, 3, 3))
    younger = await open_case(worker, people[OTHER_NHS], intake.organisation_id, date(2026, 3, 4))
    merge = ADMISSION.but(trigger="A40", message_id="M3", more={"MRG": {1: "H200^^^RXH^MR"}})

    await intake.take(merge.raw())

    rows = {person.nhs_number: person for person in await intake.rows(Person)}
    assert rows[OTHER_NHS].merged_into == people[NHS]
    assert {spell.person_id for spell in await intake.rows(Spell)} == {people[NHS]}
    [ended] = [found for found in await signals(intake) if isinstance(found.command, NoteMerge)]
    assert (ended.case_id, ended.command.into_case_id) == (younger, older)  # type: ignore[union-attr]


async def test_given_a_merge_first_then_the_retired_number_finds_the_survivor(intake: Intake) -> None:
    merge = ADMISSION.but(trigger="A40", message_id="M3", more={"MRG": {1: "H200^^^RXH^MR"}})
    await intake.take(merge.raw(), ADMISSION.but(message_id="M4", nhs="", local="H200").raw())

    [person] = [row for row in await intake.rows(Person) if row.merged_into is None]
    assert {(row.value, row.person_id) for row in await intake.rows(PersonIdentifier)} == {
        ("H100", person.id),
        ("H200", person.id),
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"nhs": OTHER_NHS, "born": "19500101"}, "other-nhs-number"),
        ({"local": "", "born": "19500101"}, "birth-date-differs"),
        ({"nhs": OTHER_NHS, "local": "H200"}, "visit-of-another-person"),
        ({"nhs": "", "local": ""}, "no-usable-identifier"),
        ({"visit": "", "trigger": "A03", "more": {"PV1": {44: ""}}}, "stay-not-named"),
    ],
)
async def test_given_a_doubt_then_the_message_is_parked_without_effect(
    intake: Intake, change: dict[str, object], reason: str
) -> None:
    await intake.take(ADMISSION.raw())
    facts = len(await intake.rows(FactRow))

    [drained] = await intake.take(ADMISSION.but(message_id="M2", **change).raw())

    assert (drained.state, drained.reason) == ("parked", reason)
    assert len(await intake.rows(FactRow)) == facts


@pytest.mark.parametrize(
    ("sample", "code"),
    [
        (ADMISSION.but(processing="T"), "processing-id-not-used"),
        (ADMISSION.but(family="ZZZTEST"), "processing-id-not-used"),
        (ADMISSION.but(trigger="A60"), "unknown-trigger"),
        (ADMISSION.but(version="3.0"), "unknown-version"),
    ],
)
async def test_given_a_message_that_is_not_used_then_no_person_is_touched(
    intake: Intake, sample: Sample, code: str
) -> None:
    [drained] = await intake.take(sample.raw())

    assert (drained.state, drained.code) == ("not-used", code)
    assert [person for person in await intake.rows(Person) if not person.test_person] == []
    assert await intake.rows(FactRow) == []


async def test_given_many_drains_at_once_then_each_message_has_its_effect_once(intake: Intake) -> None:
    import asyncio

    samples = [
        ADMISSION.but(
            message_id=f"M{i}", trigger="A08" if i % 5 else "A01", sent=f"202603021{i % 10}1500"
        ).raw()
        for i in range(20)
    ]
    await intake.put(*samples)

    await asyncio.gather(*(intake.drain() for _ in range(3)))

    assert len(await intake.rows(Person)) == len(await intake.rows(Spell)) == 1
    assert {row.state for row in await intake.rows(InboxRow)} == {"interpreted"}


async def test_given_two_who_turn_out_to_be_one_when_asked_before_and_after_then_both_are_counted(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(
        ADMISSION.raw(), ADMISSION.but(message_id="M2", nhs=OTHER_NHS, local="H200", visit="V2").raw()
    )
    people = {person.nhs_number: person.id for person in await intake.rows(Person)}
    async with transaction(worker) as session:
        assert await same_person(session, people[NHS]) == [people[NHS]]
        cause = MergeCause(intake.organisation_id, "decision", uuid4(), datetime(2026, 3, 5, tzinfo=UTC))
        await merge_persons(session, people[NHS], people[OTHER_NHS], cause)
        assert set(await same_person(session, people[NHS])) == set(people.values())
