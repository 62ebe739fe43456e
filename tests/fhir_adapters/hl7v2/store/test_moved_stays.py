"""Stays that belong to another number or another person, through the real drain, in any order of arrival."""

from __future__ import annotations

import asyncio
from itertools import permutations
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import NoteHospitalFacts
from discharge.cases.model import CaseSpell
from discharge.store.engine import transaction
from discharge.store.tables import Person, PersonIdentifier, Spell
from fhir_adapters.hl7v2.store.moves import Move, belongs_to, in_order, owner
from fhir_adapters.store.tables import FactRow, InboxRow
from tests.fhir_adapters.hl7v2.clerk import at
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import NHS, OTHER_NHS, Sample
from tests.fhir_adapters.hl7v2.store.test_drain import open_case, signals

ADMITTED = Sample()
WRONG_PERSON = Sample(message_id="M1", nhs=OTHER_NHS, local="H200", family="BIRCH", visit="V1")
MOVED = Sample(
    "A45", "M5", "20260304090000", visit="V9", location="", more={"MRG": {1: "H200^^^RXH^MR", 5: "V1"}}
)
LEFT = Sample("A03", "M9", "20260309150000", "20260309143000", visit="V9", more={"PV1": {36: "19", 37: "1"}})


async def stays(intake: Intake) -> dict[str, tuple[str, str | None, str | None]]:
    """Each stay by its number: status, ward, and the hospital number of whose it is."""
    people = {row.person_id: row.value for row in await intake.rows(PersonIdentifier)}
    return {
        spell.visit_number: (spell.status, spell.ward, people[spell.person_id])
        for spell in await intake.rows(Spell)
    }


async def last_told(intake: Intake) -> dict[UUID, dict[UUID, CaseSpell]]:
    """For each case, the stays it was told of, as told last."""
    told: dict[UUID, dict[UUID, CaseSpell]] = {}
    for envelope in await signals(intake):
        if isinstance(envelope.command, NoteHospitalFacts):
            spell = envelope.command.spell
            told.setdefault(envelope.case_id, {})[spell.spell_id] = spell
    return told


def _history(story: str) -> list[Sample]:
    """A visit entered for the wrong person, updated, moved to the right one, and ended.

    Each story's two were born on a day of their own: who resembles whom is not asked here.
    """
    born = f"19{story[1:]}0502"
    wrong = Sample(message_id="M1", nhs="", local=f"{story}W", family="BIRCH", visit=f"{story}1", born=born)
    mrg = {"MRG": {1: f"{story}W^^^RXH^MR", 5: f"{story}1"}}
    right = Sample(nhs="", local=f"{story}R", visit=f"{story}9", born=born)
    return [
        wrong,
        wrong.but(trigger="A08", message_id="M2", sent="20260303090000", happened="20260303090000"),
        right.but(trigger="A45", message_id="M5", sent="20260304090000", location="", more=mrg),
        right.but(
            trigger="A03",
            message_id="M9",
            sent="20260309150000",
            happened="20260309143000",
            more={"PV1": {36: "19", 37: "1"}},
        ),
    ]


async def test_given_a_visit_moved_to_its_person_then_any_order_of_arrival_gives_the_same_stay(
    intake: Intake,
) -> None:
    orders = {f"S{number}": order for number, order in enumerate(permutations(range(4)), 10)}
    for story, order in orders.items():
        messages = _history(story)
        done = await intake.take(*(messages[place].raw() for place in order))
        assert {drained.state for drained in done} == {"interpreted"}

    going_on = {number: stay for number, stay in (await stays(intake)).items() if stay[0] != "cancelled"}
    assert going_on == {f"{story}9": ("discharged", "ELM", f"{story}R") for story in orders}


@pytest.mark.parametrize("event", ["A45", "A44", "A40"])
async def test_given_the_right_person_told_before_the_visit_is_theirs_then_any_order_ends_the_same(
    intake: Intake, event: str
) -> None:
    """The visit keeps its number: whose it is comes with the move or the merge, before or after the rest."""
    stories = {f"{event}{number}": order for number, order in enumerate(permutations(range(3)), 10)}
    for story, order in stories.items():
        number = {3: f"{story}V"} if event == "A44" else {5: f"{story}V"}
        given = {"MRG": {1: f"{story}W^^^RXH^MR", **number}, "PID": {18: f"{story}V"}}
        wrong = Sample(message_id="M1", nhs="", local=f"{story}W", visit=f"{story}V")
        right = wrong.but(local=f"{story}R", sent="20260304090000", happened="20260304090000")
        told = [
            wrong,
            right.but(trigger=event, message_id="M2", location="", more=given),
            right.but(trigger="A02", message_id="M3", location="RXH^OAK", sent="20260305090000"),
        ]
        await intake.take(*(told[place].raw() for place in order))

    assert {row.state for row in await intake.rows(InboxRow)} == {"interpreted"}
    own = {f"{story}V": ("admitted", "OAK") for story in stories}
    assert {number: stay[:2] for number, stay in (await stays(intake)).items()} == own
    people = {row.visit_number: row.person_id for row in await intake.rows(Spell)}
    going_on = {row.value: row.person_id for row in await intake.rows(PersonIdentifier)}
    assert all(people[f"{story}V"] == going_on[f"{story}R"] for story in stories)


async def test_given_drains_at_once_over_the_same_visits_then_each_stay_ends_as_if_drained_alone(
    intake: Intake,
) -> None:
    stories = [f"C{number}" for number in range(10, 18)]
    await intake.put(*(sample.raw() for story in stories for sample in reversed(_history(story))))

    done = await asyncio.gather(*(intake.drain() for _ in range(4)))

    assert {drained.state for each in done for drained in each} == {"interpreted"}
    going_on = {number: stay for number, stay in (await stays(intake)).items() if stay[0] != "cancelled"}
    assert going_on == {f"{story}9": ("discharged", "ELM", f"{story}R") for story in stories}


async def test_given_the_whole_history_is_drained_again_then_nothing_changes_and_nobody_hears_anything(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(ADMITTED.but(trigger="A28", message_id="M0").raw())
    [person] = await intake.rows(Person)
    await open_case(worker, person.id, intake.organisation_id)
    other = ADMITTED.but(message_id="M2", visit="V2", sent="20260302120000")
    merged = Sample("A42", "M3", "20260303090000", visit="V2", more={"MRG": {1: "H100^^^RXH^MR", 5: "V1"}})
    await intake.take(
        ADMITTED.raw(), other.raw(), WRONG_PERSON.but(visit="V7").raw(), merged.raw(), LEFT.raw()
    )
    before = {spell.id: (spell.visit_number, spell.folded) for spell in await intake.rows(Spell)}
    heard = len(await signals(intake))

    async with transaction(worker) as session:
        await session.execute(update(InboxRow).values(state="stored"))
    await intake.drain()

    after = {spell.id: (spell.visit_number, spell.folded) for spell in await intake.rows(Spell)}
    assert after == before
    assert len(await signals(intake)) == heard


async def test_given_a_visit_moved_from_a_person_with_a_case_then_that_case_awaits_its_stay_again(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(WRONG_PERSON.raw(), ADMITTED.but(trigger="A28", message_id="M0").raw())
    people = {person.nhs_number: person.id for person in await intake.rows(Person)}
    wrong = await open_case(worker, people[OTHER_NHS], intake.organisation_id)
    right = await open_case(worker, people[NHS], intake.organisation_id)
    await intake.drain()

    await intake.take(MOVED.raw())

    told = await last_told(intake)
    [lost] = told[wrong].values()
    [gained] = told[right].values()
    assert (lost.status, lost.cancelled_because) == ("cancelled", "moved")
    assert (gained.status, gained.spell_id) == ("admitted", lost.spell_id)


async def test_given_two_visits_that_are_one_then_the_case_keeps_the_stay_that_goes_on(
    intake: Intake, worker: AsyncEngine
) -> None:
    other = ADMITTED.but(message_id="M2", visit="V2", location="RXH^OAK^OAK1-1", sent="20260302120000")
    await intake.take(ADMITTED.raw(), other.raw())
    [person] = await intake.rows(Person)
    case_id = await open_case(worker, person.id, intake.organisation_id)
    await intake.drain()

    merged = Sample("A42", "M3", "20260303090000", visit="V2", more={"MRG": {1: "H100^^^RXH^MR", 5: "V1"}})
    await intake.take(merged.raw())

    told = (await last_told(intake))[case_id].values()
    assert sorted((stay.status, stay.cancelled_because) for stay in told if stay.cancelled_because) == [
        ("cancelled", "moved")
    ]
    assert [stay.status for stay in told if not stay.cancelled_because] == ["admitted"]
    rows = {spell.visit_number: spell for spell in await intake.rows(Spell)}
    assert (rows["V1"].status, rows["V2"].status) == ("cancelled", "admitted")
    stay_facts = [row for row in await intake.rows(FactRow) if row.kind == "stay-reported"]
    assert {row.spell_id for row in stay_facts} == {rows["V2"].id}


async def test_given_a_new_visit_number_then_the_stay_is_the_one_that_the_case_knows(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(ADMITTED.raw())
    [person] = await intake.rows(Person)
    await open_case(worker, person.id, intake.organisation_id)
    await intake.drain()
    [before] = await intake.rows(Spell)
    renumbered = Sample(
        "A50", "M3", "20260303090000", visit="V2", more={"MRG": {1: "H100^^^RXH^MR", 5: "V1"}}
    )

    await intake.take(renumbered.raw(), LEFT.but(visit="V1").raw())

    [after] = await intake.rows(Spell)
    assert (after.id, after.visit_number, after.status) == (before.id, "V2", "discharged")
    assert {spell.status for told in (await last_told(intake)).values() for spell in told.values()} == {
        "discharged"
    }


async def test_given_a_visit_moved_away_and_back_then_it_is_where_it_was(intake: Intake) -> None:
    back = Sample(
        "A45",
        "M6",
        "20260305090000",
        nhs=OTHER_NHS,
        local="H200",
        family="BIRCH",
        visit="V1",
        location="",
        more={"MRG": {1: "H100^^^RXH^MR", 5: "V9"}},
    )

    await intake.take(back.raw(), WRONG_PERSON.raw(), MOVED.raw())

    assert await stays(intake) == {"V1": ("admitted", "ELM", "H200")}


async def test_given_a_move_that_would_take_a_stay_from_somebody_not_named_then_a_person_must_decide(
    intake: Intake,
) -> None:
    await intake.take(WRONG_PERSON.raw())
    stolen = MOVED.but(more={"MRG": {1: "H300^^^RXH^MR", 5: "V1"}})

    [drained] = await intake.take(stolen.raw())

    assert (drained.state, drained.reason) == ("parked", "visit-of-another-person")
    assert await stays(intake) == {"V1": ("admitted", "ELM", "H200")}


@pytest.mark.parametrize("numbered_first", [True, False])
async def test_given_a_stay_told_with_and_without_its_number_then_it_is_one(
    intake: Intake, numbered_first: bool
) -> None:
    bare = Sample("A08", "M2", "20260303090000", visit="", location="RXH^OAK^OAK1-1")
    both = [ADMITTED.raw(), bare.raw()]

    await intake.take(*(both if numbered_first else reversed(both)))

    [spell] = await intake.rows(Spell)
    assert (spell.visit_number, spell.ward) == ("V1", "OAK")


async def test_given_a_number_learned_after_both_halves_then_the_halves_become_one(
    intake: Intake, worker: AsyncEngine
) -> None:
    """The numbered half says a corrected time first, so only its late admission shows that they are one."""
    corrected = Sample("A08", "M2", "20260303090000", more={"PV1": {44: "20260302090000"}})
    bare = Sample("A08", "M3", "20260303100000", visit="", location="RXH^OAK^OAK1-1")
    await intake.take(corrected.raw(), bare.raw())
    [person] = await intake.rows(Person)
    case_id = await open_case(worker, person.id, intake.organisation_id)
    await intake.drain()
    assert len(await intake.rows(Spell)) == 2

    await intake.take(ADMITTED.raw())

    await intake.take(bare.but(message_id="M4", sent="20260304100000").raw())

    told = (await last_told(intake))[case_id].values()
    assert sorted(stay.status for stay in told) == ["admitted", "cancelled"]
    facts = [row for row in await intake.rows(FactRow) if row.kind == "stay-reported"]
    assert len({row.spell_id for row in facts}) == 1


async def test_given_a_bare_admission_date_then_it_names_the_stay_of_that_day(intake: Intake) -> None:
    bare = Sample("A08", "M2", "20260303090000", visit="", more={"PV1": {44: "20260302"}})

    await intake.take(ADMITTED.raw(), bare.raw())

    [spell] = await intake.rows(Spell)
    assert spell.visit_number == "V1"
    assert spell.admitted_at is not None
    assert spell.admitted_at.hour == 10


A, B = UUID(int=1), UUID(int=2)


def move(said: int, number: str, to_number: str, person: UUID = A) -> Move:
    return Move(at(said), str(said), number, to_number, person)


def test_given_moves_in_any_order_of_arrival_then_they_are_followed_as_said() -> None:
    said = [move(1, "V1", "V2"), move(2, "V2", "V3", B), move(3, "V3", "V1")]

    for arrived in permutations(said):
        moves = in_order(arrived)
        assert [belongs_to(moves, number) for number in ("V1", "V2", "V3", "V4")] == ["V1", "V1", "V1", "V4"]
        assert (owner(moves, "V1"), owner(moves, "V4")) == (A, None)
