"""What is written for one decided command, column by column: case, events, answer and messages."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.cases import events as ev
from discharge.cases.commands import ANSWER, ENVELOPE, AddNote, Answer
from discharge.cases.events import EVENT
from discharge.cases.model import SNAPSHOT, Actor, Case, CaseSpell, Discharge, Referral
from discharge.cases.record_request import RecordRequest
from discharge.delays.model import ReadyPeriod
from discharge.errors import HomewardError, Refused
from discharge.store import record as recording
from discharge.store.engine import transaction
from discharge.store.projections import Change
from discharge.store.record import AlreadyRecorded, Recorded, RefusedByRecord
from discharge.store.record_rows import EVENTS, columns_of
from discharge.store.tables import (
    CaseCommandRow,
    CaseEventRow,
    CaseRow,
    CommandRow,
    Person,
)
from tests.fixtures.cases import NOW, TODAY, loaded, open_case, recorded, referred, request
from tests.fixtures.postgres import Places

NURSE = UUID(int=72)
FULL = Referral(
    referred_on=date(2026, 3, 1),
    organisation_id=UUID(int=0),
    ward="6B",
    pathway="1",
    external_id="REF-1",
    awaiting_spell=True,
)


async def row_of(engine: AsyncEngine, case_id: UUID) -> dict[str, Any]:
    async with transaction(engine) as session:
        row = await session.get_one(CaseRow, case_id)
        return {column.name: getattr(row, column.name) for column in CaseRow.__table__.columns}


async def test_given_a_case_then_every_column_of_its_row_says_what_it_says(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    referral = FULL.model_copy(update={"organisation_id": places.trust})
    discharge = Discharge(discharged_on=date(2026, 3, 8), discharged_at=NOW, told_by="hand")
    first = request(
        Case(case_id=uuid4()),
        places.housing,
        ev.ReferralReceived(person_id=person_id, referral=referral),
        ev.ExpectedDischargeDateSet(expected_discharge_on=date(2026, 3, 5)),
        ev.NeededBySet(needed_by=date(2026, 3, 6)),
        ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=date(2026, 3, 4))),
    )
    await recorded(worker, first)
    row = await row_of(worker, first.case.case_id)
    before = row.pop("updated_at")
    assert row == {
        "id": first.case.case_id,
        "person_id": person_id,
        "stage": "referred",
        "version": 4,
        "counted_version": 4,
        "summed_version": 4,
        "snapshot": {EVENTS: EVENT.schema, **SNAPSHOT.write(first.case)},
        "referred_on": date(2026, 3, 1),
        "referrer_id": places.trust,
        "ward": "6B",
        "pathway": "1",
        "expected_discharge_on": date(2026, 3, 5),
        "needed_by": date(2026, 3, 6),
        "ready_on": date(2026, 3, 4),
        "discharged_on": None,
        "awaiting_spell": True,
        "external_id": "REF-1",
        "outcome": None,
        "closed_on": None,
        "next_look_at": None,
        "swept_at": None,
        "differs": None,
    }
    then = request(
        first.case,
        places.housing,
        ev.ReadyPeriodEnded(ended_on=date(2026, 3, 8), ended_by="discharged"),
        ev.PersonDischarged(discharge=discharge),
        ev.CaseClosed(closed_on=date(2026, 3, 9), outcome="rehoused"),
    )
    await recorded(worker, then)
    after = await row_of(worker, first.case.case_id)
    assert after.pop("updated_at") > before
    assert after == row | {
        "stage": "closed",
        "version": 7,
        "counted_version": 7,
        "summed_version": 7,
        "snapshot": {EVENTS: EVENT.schema, **SNAPSHOT.write(then.case)},
        "ready_on": None,
        "discharged_on": date(2026, 3, 8),
        "outcome": "rehoused",
        "closed_on": date(2026, 3, 9),
    }


@pytest.mark.parametrize(("of_stay", "shown"), [("Elm", "Elm"), (None, "6B")])
async def test_given_a_stay_then_its_ward_is_shown_and_without_one_that_of_the_referral(
    of_stay: str | None, shown: str, places: Places
) -> None:
    stay = CaseSpell(spell_id=uuid4(), organisation_id=places.trust, ward=of_stay)
    case = Case(case_id=uuid4(), person_id=uuid4(), referral=FULL, spells=(stay,))
    assert columns_of(case)["ward"] == shown


async def test_given_a_case_without_person_or_referral_then_it_is_our_own_fault() -> None:
    for case in (
        Case(case_id=uuid4(), person_id=uuid4()),
        Case(case_id=uuid4(), referral=FULL),
    ):
        with pytest.raises(ValueError, match=r"^a recorded case has a person and a referral$"):
            columns_of(case)


async def test_given_a_person_who_was_merged_meanwhile_then_the_case_stays_with_the_one_it_was_moved_to(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    async with transaction(worker) as session:
        other = Person(id=uuid4(), family_name="Bede")
        session.add(other)
        await session.flush()
        await session.execute(update(CaseRow).values(person_id=other.id))
    await recorded(worker, request(case, places.trust, ev.NeededBySet(needed_by=TODAY)))
    assert (await row_of(worker, case.case_id))["person_id"] == other.id


async def test_given_events_then_each_is_kept_in_order_with_who_when_for_whom_and_why(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    summer = datetime(2026, 7, 1, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    step = request(case, places.trust, ev.NeededBySet(needed_by=TODAY), ev.NeededBySet(needed_by=None))
    actor = Actor(organisation_id=places.housing, role="coordinator", user_id=NURSE)
    envelope = step.envelope.model_copy(
        update={"actor": actor, "reason": "asked", "effective_on": date(2026, 3, 7)}
    )
    step = step.model_copy(update={"envelope": envelope, "case_time": summer})
    await recorded(worker, step)
    async with transaction(worker) as session:
        newer = select(CaseEventRow).where(CaseEventRow.sequence > case.version)
        rows = (await session.scalars(newer.order_by(CaseEventRow.sequence))).all()
    assert [
        (
            row.case_id, row.sequence, row.kind, row.payload, row.effective_on, row.case_time,
            row.command_id, row.organisation_id, row.user_id, row.role, row.reason,
        )
        for row in rows
    ] == [
        (
            case.case_id, case.version + number, "needed-by-set", ev.EVENT.write(event),
            date(2026, 3, 7), datetime(2026, 7, 1, 9, 30, tzinfo=UTC), envelope.command_id,
            places.housing, NURSE, "coordinator", "asked",
        )
        for number, event in enumerate(step.events, 1)
    ]  # fmt: skip


async def asked_at_a_door(engine: AsyncEngine, given: RecordRequest) -> None:
    """Somebody waits for the answer of this command."""
    envelope = given.envelope
    async with transaction(engine) as session:
        session.add(
            CommandRow(
                id=envelope.command_id,
                case_id=envelope.case_id,
                client_id="c",
                client_key=str(envelope.command_id),
                body_hash="h",
                kind=envelope.command.kind,
                envelope=ENVELOPE.write(envelope),
                organisation_id=envelope.actor.organisation_id,
                role="coordinator",
                effective_on=TODAY,
                lease_until=NOW,
            )
        )


async def heard(engine: AsyncEngine, given: RecordRequest) -> tuple[str, object, bool, object]:
    async with transaction(engine) as session:
        row = await session.get_one(CommandRow, given.envelope.command_id)
        return row.state, row.answer, row.finished_at is not None, row.lease_until


async def kept_answer(engine: AsyncEngine, given: RecordRequest) -> Answer | None:
    async with transaction(engine) as session:
        key = (given.envelope.case_id, given.envelope.command_id)
        row = await session.get(CaseCommandRow, (*key, 0))
        return ANSWER.read(row.answer) if row else None


async def test_given_a_command_that_is_recorded_then_its_door_hears_the_answer_and_no_other_door(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    step = request(case, places.trust, ev.NeededBySet(needed_by=TODAY))
    other = request(case, places.trust, ev.NeededBySet(needed_by=None))
    for each in (step, other):
        await asked_at_a_door(worker, each)
    assert await recorded(worker, step) == Recorded(step.answer, step.case, step.events)
    stored = ANSWER.write(step.answer)
    assert await heard(worker, step) == ("accepted", stored, True, None)
    assert await kept_answer(worker, step) == step.answer
    assert await heard(worker, other) == ("taken", None, False, NOW)
    assert await kept_answer(worker, other) is None


async def test_given_the_same_command_id_of_another_case_then_it_is_another_command(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    async with transaction(worker) as session:
        other_person = Person(id=uuid4(), family_name="Bede")
        session.add(other_person)
    other = await open_case(worker, other_person.id, places.trust)
    mine = request(case, places.trust, ev.NeededBySet(needed_by=TODAY))
    same = {"command_id": mine.envelope.command_id}
    theirs = request(other, places.trust, ev.NeededBySet(needed_by=TODAY), **same)  # type: ignore[arg-type]
    assert isinstance(await recorded(worker, mine), Recorded)
    assert isinstance(await recorded(worker, theirs), Recorded)
    assert await recorded(worker, theirs) == AlreadyRecorded(theirs.answer, theirs.case, theirs.events)


async def test_given_a_rule_of_the_record_says_no_then_its_code_is_the_answer_and_nothing_else_is_kept(
    worker: AsyncEngine, places: Places, person_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await open_case(worker, person_id, places.trust)
    step = request(case, places.trust, ev.NeededBySet(needed_by=TODAY))
    await asked_at_a_door(worker, step)

    async def no(*_: object) -> None:
        raise Refused("property-already-let", detail="let")

    monkeypatch.setattr(recording, "project", no)
    answer = Answer(
        command_id=step.envelope.command_id,
        case_id=case.case_id,
        outcome="refused",
        version=case.version,
        code="property-already-let",
        detail="let",
    )
    assert await recorded(worker, step) == RefusedByRecord("property-already-let", answer, case)
    assert await kept_answer(worker, step) == answer
    assert (await heard(worker, step))[0] == "refused"
    assert await loaded(worker, case.case_id) == case


async def test_given_a_constraint_says_no_then_the_answer_has_its_code_and_no_detail(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    first = await open_case(worker, person_id, places.trust)
    second = request(Case(case_id=uuid4()), places.trust, *referred(person_id, places.trust))
    outcome = await recorded(worker, second)
    answer = Answer(
        command_id=second.envelope.command_id,
        case_id=second.case.case_id,
        outcome="refused",
        version=0,
        code="case-already-open",
    )
    assert outcome == RefusedByRecord("case-already-open", answer, Case(case_id=second.case.case_id))
    assert first.case_id != second.case.case_id


async def test_given_a_constraint_that_is_no_rule_of_the_field_then_it_is_an_error_and_nothing_is_kept(
    worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    async with transaction(owner) as session:
        await session.execute(text("ALTER TABLE cases ADD CONSTRAINT odd CHECK (needed_by IS NULL)"))
    step = request(case, places.trust, ev.NeededBySet(needed_by=TODAY))
    with pytest.raises((IntegrityError, HomewardError, DataError)):
        await recorded(worker, step)
    assert await kept_answer(worker, step) is None
    assert await loaded(worker, case.case_id) == case


async def test_given_a_command_with_no_events_then_only_its_answer_is_kept(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    before = await row_of(worker, case.case_id)
    step = request(case, places.trust, command=AddNote())
    assert await recorded(worker, step) == Recorded(step.answer, step.case, step.events)
    assert await row_of(worker, case.case_id) == before
    assert await kept_answer(worker, step) == step.answer


async def test_given_two_parts_that_others_changed_since_then_the_save_is_refused_and_names_them(
    worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    between = request(
        case,
        places.trust,
        ev.NeededBySet(needed_by=TODAY),
        ev.ExpectedDischargeDateSet(expected_discharge_on=TODAY),
    )
    await recorded(worker, between)
    step = request(between.case, places.trust, ev.NeededBySet(needed_by=None))
    seen = step.envelope.model_copy(update={"seen_version": case.version})
    judged = ("needed-by", "expected-date", "notes")
    late = step.model_copy(update={"envelope": seen, "judged": judged})
    answer = Answer(
        command_id=step.envelope.command_id,
        case_id=case.case_id,
        outcome="refused",
        version=between.case.version,
        code="case-changed",
        detail="needed-by, expected-date",
    )
    assert await recorded(worker, late) == RefusedByRecord("case-changed", answer, between.case)
    assert await kept_answer(worker, late) == answer
    fresh = step.envelope.model_copy(update={"seen_version": between.case.version, "command_id": uuid4()})
    said = step.answer.model_copy(update={"command_id": fresh.command_id})
    again = late.model_copy(update={"envelope": fresh, "answer": said})
    assert isinstance(await recorded(worker, again), Recorded)


async def test_given_two_at_one_case_then_the_second_waits_and_at_another_case_it_does_not(
    worker: AsyncEngine,
) -> None:
    async def take(case_id: UUID) -> None:
        async with transaction(worker) as session:
            await recording.one_at_a_time(session, case_id)

    case_id = uuid4()
    async with transaction(worker) as first:
        await recording.one_at_a_time(first, case_id)
        await asyncio.wait_for(take(uuid4()), 5)
        second = asyncio.create_task(take(case_id))
        assert await asyncio.wait([second], timeout=0.3) == (set(), {second})
    await asyncio.wait_for(second, 5)


async def test_given_a_change_then_what_reads_of_it_are_told_the_case_before_it_if_there_was_one(
    worker: AsyncEngine, places: Places, person_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: list[Change] = []

    async def watched(session: object, change: Change) -> None:
        assert isinstance(session, AsyncSession)
        changes.append(change)

    case = await open_case(worker, person_id, places.trust)
    monkeypatch.setattr(recording, "note_answers", watched)
    step = request(case, places.trust, ev.NeededBySet(needed_by=TODAY))
    await recorded(worker, step)
    async with transaction(worker) as session:
        other = Person(id=uuid4(), family_name="Bede")
        session.add(other)
    first = request(Case(case_id=uuid4()), places.trust, *referred(other.id, places.trust))
    await recorded(worker, first)
    assert changes == [
        Change(case, step.case, step.events), Change(None, first.case, first.events),
    ]  # fmt: skip
