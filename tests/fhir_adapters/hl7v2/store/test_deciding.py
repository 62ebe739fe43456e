"""What people decide about who is who, carried out by the worker."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.clocks import CaseClock
from discharge.store.engine import transaction
from discharge.store.tables import DuplicatePair, IdentityDecision, Person, PersonMerge, Spell
from fhir_adapters.hl7v2.store import identity_decisions
from fhir_adapters.hl7v2.store.identity_decisions import decide_next
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import NHS, OTHER_NHS, Sample

JOAN = Sample()
TWIN = JOAN.but(message_id="M2", nhs="", local="H200", visit="V2")
LATER = "20260306090000"


async def decided(intake: Intake, kind: str, **about: UUID) -> IdentityDecision:
    """Take a decision as a door does, and have it carried out."""
    row = IdentityDecision(
        id=uuid4(),
        organisation_id=intake.organisation_id,
        role="operator",
        client_id="pages",
        client_key=uuid4().hex,
        kind=kind,
        reason="birth certificate seen",
        **about,
    )
    async with transaction(intake.worker) as session:
        session.add(row)
    done = await decide_next(intake.worker, CaseClock.real())
    assert done is not None
    return done


async def pair_of(intake: Intake) -> DuplicatePair:
    [pair] = await intake.rows(DuplicatePair)
    return pair


async def live(intake: Intake) -> list[Person]:
    return [row for row in await intake.rows(Person) if row.merged_into is None]


async def test_given_the_same_then_they_are_one_and_the_one_with_a_number_goes_on(intake: Intake) -> None:
    await intake.take(TWIN.raw(), JOAN.raw())

    done = await decided(intake, "same", pair_id=(await pair_of(intake)).id)

    assert (done.state, done.code) == ("done", None)
    [person] = await live(intake)
    assert person.nhs_number == NHS
    assert {row.person_id for row in await intake.rows(Spell)} == {person.id}
    [merge] = await intake.rows(PersonMerge)
    assert (merge.cause, merge.cause_id) == ("decision", done.id)
    assert (await pair_of(intake)).state == "same"


async def test_given_not_the_same_then_it_is_remembered_until_something_new_agrees(intake: Intake) -> None:
    await intake.take(JOAN.raw(), TWIN.but(more={"PID": {13: "01139990000^PRN^PH"}}).raw())

    await decided(intake, "not-same", pair_id=(await pair_of(intake)).id)
    await intake.take(TWIN.but(message_id="M3", sent=LATER, more={"PID": {13: "01139990001^PRN^PH"}}).raw())
    assert (await pair_of(intake)).state == "not-same"
    assert len(await live(intake)) == 2

    await intake.take(TWIN.but(message_id="M4", sent="20260307090000").raw())
    again = await pair_of(intake)
    assert (again.state, again.evidence["phone"]) == ("open", "same")


async def test_given_a_decision_twice_then_the_second_is_refused(intake: Intake) -> None:
    await intake.take(JOAN.raw(), TWIN.raw())
    pair = await pair_of(intake)

    await decided(intake, "same", pair_id=pair.id)
    second = await decided(intake, "not-same", pair_id=pair.id)

    assert (second.state, second.code) == ("refused", "already-done")
    assert len(await live(intake)) == 1


async def test_given_two_decisions_at_once_then_one_is_carried_out(
    intake: Intake, worker: AsyncEngine
) -> None:
    await intake.take(JOAN.raw(), TWIN.raw())
    pair = await pair_of(intake)
    async with transaction(worker) as session:
        session.add_all(
            IdentityDecision(
                organisation_id=intake.organisation_id,
                role="operator",
                client_id="pages",
                client_key=uuid4().hex,
                kind="same",
                pair_id=pair.id,
                reason="seen",
            )
            for _ in range(2)
        )

    done = await asyncio.gather(*(decide_next(worker, CaseClock.real()) for _ in range(2)))

    assert sorted(row.state for row in done if row) == ["done", "refused"]
    assert len(await intake.rows(PersonMerge)) == 1


async def test_given_an_undone_merge_then_the_pair_is_two_people_and_not_offered_again(
    intake: Intake,
) -> None:
    await intake.take(JOAN.raw(), TWIN.raw())
    await decided(intake, "same", pair_id=(await pair_of(intake)).id)
    [merge] = await intake.rows(PersonMerge)

    done = await decided(intake, "undo-merge", merge_id=merge.id)
    again = await decided(intake, "undo-merge", merge_id=merge.id)
    await intake.take(TWIN.but(message_id="M3", sent=LATER).raw())

    assert (done.state, again.state, again.code) == ("done", "refused", "already-done")
    assert len(await live(intake)) == 2
    assert (await pair_of(intake)).state == "not-same"


async def test_given_a_merge_that_birth_dates_contradict_then_people_are_asked_and_may_undo_it(
    intake: Intake,
) -> None:
    second = JOAN.but(message_id="M2", nhs="", local="H200", visit="V2", born="19420603", family="BIRCH")
    merge = JOAN.but(
        trigger="A40", message_id="M3", sent="20260305090000", more={"MRG": {1: "H200^^^RXH^MR"}}
    )
    await intake.take(JOAN.raw(), second.raw(), merge.raw())
    await intake.take(second.but(trigger="A31", message_id="M4", sent=LATER).raw())
    pair = await pair_of(intake)
    assert (pair.rules, pair.state) == (["merge-contradicted"], "open")

    await decided(intake, "not-same", pair_id=pair.id)

    families = {row.family_name: row.birth_date.year for row in await live(intake) if row.birth_date}
    assert families == {"ASHDOWN": 1941, "BIRCH": 1942}


async def test_given_a_message_that_waited_for_the_answer_then_it_is_tried_again(intake: Intake) -> None:
    other = JOAN.but(message_id="M2", nhs=OTHER_NHS, local="H200", visit="V2", born="19500101")
    await intake.take(JOAN.raw(), other.raw())
    mixed = JOAN.but(trigger="A08", message_id="M3", nhs=OTHER_NHS, born="19500101", sent=LATER)
    [waiting] = await intake.take(mixed.raw())
    assert (waiting.state, waiting.reason) == ("parked", "nhs-and-local-number-differ")

    await decided(intake, "same", pair_id=(await pair_of(intake)).id)

    [drained] = await intake.drain()
    assert (drained.inbox_id, drained.state) == (waiting.inbox_id, "interpreted")


async def test_given_a_decision_that_fails_for_a_reason_nobody_knows_then_the_next_one_goes_on(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    await intake.take(JOAN.raw(), TWIN.raw())
    pair = await pair_of(intake)
    with monkeypatch.context() as broken:
        broken.setattr(identity_decisions, "unite", _fails)
        failed = await decided(intake, "same", pair_id=pair.id)

    again = await decided(intake, "same", pair_id=pair.id)

    assert (failed.state, failed.code, again.state) == ("refused", "internal", "done")


async def _fails(*_: object) -> None:
    raise RuntimeError
