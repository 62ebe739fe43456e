"""What a case hears of stays that are expected, on leave, swapped, deleted, or no stays at all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import NoteHospitalFacts
from discharge.cases.model import CaseSpell
from discharge.store.engine import transaction
from discharge.store.record import load_case
from discharge.store.tables import Person, PersonIdentifier, Spell
from fhir_adapters.store.tables import InboxRow
from housing_checks.pathway import advance
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.interpret.test_triggers import SECOND, swap
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fhir_adapters.hl7v2.store.test_drain import open_case, signals

ADMITTED = Sample()
KNOWN = Sample("A28", "M0")


async def told(intake: Intake, case_id: UUID) -> list[CaseSpell]:
    """Every news of a stay that a case was sent, in order; the same news again is none."""
    commands = [each.command for each in await signals(intake) if each.case_id == case_id]
    spells = [command.spell for command in commands if isinstance(command, NoteHospitalFacts)]
    return [spell for before, spell in zip([None, *spells], spells, strict=False) if spell != before]


async def case_of(intake: Intake, worker: AsyncEngine, on: date = date(2026, 3, 3)) -> UUID:
    """A case of the only person there is."""
    await intake.take(KNOWN.raw())
    [person] = await intake.rows(Person)
    return await open_case(worker, person.id, intake.organisation_id, on)


async def test_given_leave_and_return_then_the_case_hears_both(intake: Intake, worker: AsyncEngine) -> None:
    case_id = await case_of(intake, worker)
    away = Sample("A21", "M2", "20260304090000", "20260304090000", location="")
    back = Sample("A22", "M3", "20260306180000", "20260306180000")

    await intake.take(ADMITTED.raw(), away.raw(), back.raw())

    assert [spell.status for spell in await told(intake, case_id)] == ["admitted", "on-leave", "admitted"]


async def test_given_the_visit_is_deleted_before_the_case_wrote_it_down_then_the_case_hears_of_it(
    intake: Intake, worker: AsyncEngine
) -> None:
    """The case received it of the stay; that it has yet to record it must not hide the deletion from it."""
    case_id = await case_of(intake, worker)

    await intake.take(ADMITTED.raw(), Sample("A23", "M2", "20260303090000", "20260303090000").raw())

    heard = await told(intake, case_id)
    assert [(spell.status, spell.cancelled_because) for spell in heard] == [
        ("admitted", None),
        ("cancelled", "deleted"),
    ]


async def test_given_an_expected_admission_then_a_case_that_awaits_a_stay_hears_the_day(
    intake: Intake, worker: AsyncEngine
) -> None:
    case_id = await case_of(intake, worker)
    expected = Sample("A05", "M2", more={"PV1": {2: "P", 44: ""}, "PV2": {8: "20260312"}})

    await intake.take(expected.raw())

    [spell] = await told(intake, case_id)
    assert (spell.status, spell.expected_admission_on) == ("expected", date(2026, 3, 12))
    [row] = await intake.rows(Spell)
    assert (row.status, row.admitted_at) == ("expected", None)


async def test_given_an_expected_admission_known_before_the_referral_then_the_join_finds_it_but_a_bed_first(
    intake: Intake, worker: AsyncEngine
) -> None:
    expected = Sample("A14", "M2", visit="V2", more={"PV1": {2: "P", 44: ""}, "PV2": {8: "20260412"}})
    await intake.take(expected.raw())
    case_id = await case_of(intake, worker)
    await intake.drain()
    assert [spell.status for spell in await told(intake, case_id)] == ["expected"]

    await intake.take(ADMITTED.raw())

    assert [spell.status for spell in await told(intake, case_id)] == ["expected", "admitted"]


async def test_given_a_visit_to_the_emergency_department_then_the_case_hears_nothing_until_it_is_a_stay(
    intake: Intake, worker: AsyncEngine
) -> None:
    case_id = await case_of(intake, worker)
    emergency = {"PV1": {2: "E"}}

    await intake.take(
        Sample("A04", "M2", more=emergency).raw(),
        Sample("A02", "M3", "20260304100000", "20260304100000", more=emergency).raw(),
        Sample("A03", "M4", "20260304120000", "20260304120000", more=emergency).raw(),
    )
    assert await told(intake, case_id) == []

    await intake.take(Sample("A06", "M5", "20260304130000", "20260304130000").raw())

    assert [spell.status for spell in await told(intake, case_id)] == ["admitted"]


async def test_given_swapped_beds_then_both_stays_change_and_the_message_names_the_first(
    intake: Intake,
) -> None:
    other = SECOND.but(message_id="M2", location="RXH^ELM^ELM2-2")
    await intake.take(ADMITTED.raw(), other.raw())
    swapped = swap(SECOND).but(message_id="M3", sent="20260303090000", happened="20260303090000")

    [drained] = await intake.take(swapped.raw())

    beds = {spell.visit_number: spell.bed for spell in await intake.rows(Spell)}
    assert beds == {"V1": "ELM2-2", "V2": "ELM1-1"}
    rows = {row.id: row for row in await intake.rows(InboxRow)}
    numbers = {row.value: row.person_id for row in await intake.rows(PersonIdentifier)}
    assert rows[drained.inbox_id].person_id == numbers["H100"]


async def test_given_swapped_beds_of_which_one_person_is_in_doubt_then_neither_moves(intake: Intake) -> None:
    await intake.take(ADMITTED.raw(), SECOND.but(message_id="M2").raw())
    doubtful = swap(SECOND.but(nhs="", local="H300", visit="V2")).but(message_id="M3", sent="20260303090000")

    [drained] = await intake.take(doubtful.raw())

    assert (drained.state, drained.reason) == ("parked", "visit-of-another-person")
    beds = {spell.visit_number: spell.bed for spell in await intake.rows(Spell)}
    assert beds == {"V1": "ELM1-1", "V2": "ELM1-1"}


async def test_given_a_discharge_taken_back_that_was_never_told_then_the_case_hears_of_it(
    intake: Intake, worker: AsyncEngine
) -> None:
    """A person may have confirmed by hand what the lost message would have told."""
    case_id = await case_of(intake, worker)
    undone = Sample("A13", "M2", "20260306090000", "20260305150000")
    left = Sample("A03", "M3", "20260305151000", "20260305150000", more={"PV1": {45: "20260305150000"}})

    await intake.take(ADMITTED.raw(), undone.raw())
    [_, heard] = await told(intake, case_id)
    assert (heard.status, heard.not_left_at) == ("admitted", datetime(2026, 3, 6, 9, tzinfo=UTC))

    await intake.take(left.raw())
    assert (await told(intake, case_id))[-1] == heard


async def test_given_a_return_to_hospital_that_is_taken_back_then_the_case_is_where_it_was(
    intake: Intake, worker: AsyncEngine
) -> None:
    """A11 of the second stay: what the drain tells, decided by the rules, gives the discharge back."""
    case_id = await case_of(intake, worker)
    left = Sample(
        "A03",
        "M2",
        "20260305150000",
        "20260305150000",
        more={"PV1": {36: "1", 37: "19", 45: "20260305150000"}},
    )
    again = {"PV1": {4: "21", 44: "20260307090000"}}
    back = Sample("A01", "M3", "20260307090000", "20260307090000", visit="V2", more=again)
    not_back = Sample("A11", "M4", "20260308110000", "20260308110000", visit="V2", more=again)

    await intake.take(ADMITTED.raw(), left.raw(), back.raw(), not_back.raw())

    heard = [each for each in await signals(intake) if each.case_id == case_id]
    assert [each.command.spell.status for each in heard if isinstance(each.command, NoteHospitalFacts)][
        -3:
    ] == [
        "discharged",
        "admitted",
        "cancelled",
    ]
    async with transaction(worker) as session:
        case = await load_case(session, case_id)
    stages = []
    for each in heard:
        case = advance(case, each, datetime(2026, 3, 9, 12, tzinfo=UTC)).case
        stages.append(case.stage.value)
    assert stages[-3:] == ["discharged", "referred", "discharged"]
    assert case.follow_ups
    assert not case.readmissions
