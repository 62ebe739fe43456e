"""Messages read again: each once, in its old place, with what became of it; and killed in the middle it goes
on.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.clocks import CaseClock, london_date
from discharge.store.engine import transaction
from discharge.store.tables import Person, Spell
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.parse.envelope import read_envelope
from fhir_adapters.hl7v2.receive.inbox_row import arrived
from fhir_adapters.hl7v2.store import replay_work
from fhir_adapters.hl7v2.store.batch.drain import drain_some
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.hl7v2.store.replay_work import ask_replay, work_replays
from fhir_adapters.store.inbox import receive
from fhir_adapters.store.message_search import MessageQuery
from fhir_adapters.store.tables import FactRow, Feed, InboxRow, ReplayItemRow, ReplayRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fhir_adapters.hl7v2.store.test_stays_told import case_of, told

ADMISSION = Sample()
WHO = uuid4()
ITK = shipped_profiles().newest("itk-2.4")


async def asked(intake: Intake, wanted: MessageQuery, replay_id: UUID | None = None) -> UUID:
    number = replay_id or uuid4()
    async with transaction(intake.worker) as session:
        await ask_replay(session, number, intake.organisation_id, wanted, "profile corrected", WHO)
    return number


async def worked(intake: Intake, profiles: ProfileBook | None = None) -> None:
    while await work_replays(intake.worker, profiles or shipped_profiles(), CaseClock.real()):
        pass


async def outcomes(intake: Intake) -> list[str | None]:
    return sorted(str(row.outcome) for row in await intake.rows(ReplayItemRow))


def corrected(**changes: Any) -> ProfileBook:
    """The shipped profiles, with other values in that of the feed."""
    return shipped_profiles().with_more([ITK.model_copy(update=changes)])


async def drained_by(intake: Intake, profiles: ProfileBook) -> None:
    while await drain_some(intake.worker, profiles, CaseClock.real()):
        pass


async def test_given_a_parked_message_when_its_cause_is_mended_then_replay_gives_it_its_effect(
    intake: Intake,
) -> None:
    await intake.take(ADMISSION.raw())
    other = ADMISSION.but(message_id="M2", local="", born="19500101", visit="V2")
    [parked] = await intake.take(other.raw())
    async with transaction(intake.worker) as session:
        [person] = [await session.get_one(Person, row.id) for row in await intake.rows(Person)]
        person.birth_date = date(1950, 1, 1)
    await asked(intake, MessageQuery(state="parked", reason="birth-date-differs"))
    await worked(intake)

    [drained] = await intake.drain()

    assert (drained.inbox_id, drained.state) == (parked.inbox_id, "interpreted")
    assert len(await intake.rows(Spell)) == 2
    [item] = await intake.rows(ReplayItemRow)
    assert (item.outcome, item.was_state, item.was_reason) == ("put-back", "parked", "birth-date-differs")
    [replay] = await intake.rows(ReplayRow)
    assert (replay.state, replay.total, replay.asked_by, replay.reason) == (
        "done",
        1,
        WHO,
        "profile corrected",
    )


async def test_given_the_same_request_twice_when_worked_off_then_it_has_one_effect(intake: Intake) -> None:
    await intake.take(ADMISSION.but(local="", nhs="").raw())
    once = await asked(intake, MessageQuery(state="parked"))
    await asked(intake, MessageQuery(state="parked"), once)
    await worked(intake)

    assert len(await intake.rows(ReplayRow)) == len(await intake.rows(ReplayItemRow)) == 1


@pytest.mark.parametrize(
    ("sample", "outcome"),
    [
        (ADMISSION, "nothing-changed"),
        (ADMISSION.but(processing="T"), "test-system"),
        (ADMISSION.but(trigger="A99"), "still-not-used"),
        (ADMISSION.but(nhs="", local=""), "cause-remains"),
    ],
)
async def test_given_a_message_that_would_come_to_the_same_then_it_is_left_alone_and_says_why(
    intake: Intake, sample: Sample, outcome: str
) -> None:
    await intake.take(sample.raw())
    before = [(row.state, row.handled_at) for row in await intake.rows(InboxRow)]
    await asked(intake, MessageQuery())
    await worked(intake)

    assert await outcomes(intake) == [outcome]
    assert [(row.state, row.handled_at) for row in await intake.rows(InboxRow)] == before


async def test_given_messages_that_wait_or_were_rejected_then_they_say_so(intake: Intake) -> None:
    await intake.put(ADMISSION.raw(), b"MSH|broken")
    await asked(intake, MessageQuery())
    await worked(intake)

    assert await outcomes(intake) == ["rejected-envelope", "waits-already"]


async def test_given_a_used_message_when_the_profile_now_reads_more_from_it_then_replay_corrects_the_stay(
    intake: Intake,
) -> None:
    await intake.take(ADMISSION.raw())
    assert [row.ward for row in await intake.rows(Spell)] == ["ELM"]
    better = corrected(location=ITK.location.model_copy(update={"ward": (4,)}))
    await asked(intake, MessageQuery())
    await worked(intake, better)
    await drained_by(intake, better)

    assert await outcomes(intake) == ["put-back"]
    assert [row.ward for row in await intake.rows(Spell)] == ["RXH01"]
    assert [row.ordinal for row in await intake.rows(FactRow)] == [0, 1]
    assert [row.read_by for row in await intake.rows(InboxRow)] == [ITK.mark]


async def test_given_a_version_that_began_since_then_a_first_reading_is_by_that_of_the_day_a_replay_by_todays(
    intake: Intake,
) -> None:
    await intake.take(ADMISSION.raw())
    sites = ITK.location.model_copy(update={"ward": (4,)})
    later = ITK.model_copy(update={"version": 2, "effective_from": date(2026, 3, 3), "location": sites})
    book = shipped_profiles().with_more([later])
    await intake.put(ADMISSION.but(message_id="M2", local="L2", nhs="", visit="V2").raw())
    await drained_by(intake, book)
    assert sorted(row.ward or "" for row in await intake.rows(Spell)) == ["ELM", "ELM"]
    assert {row.read_by for row in await intake.rows(InboxRow)} == {ITK.mark}

    await asked(intake, MessageQuery(message_id="M2"))
    await worked(intake, book)
    await drained_by(intake, book)

    assert sorted(row.ward or "" for row in await intake.rows(Spell)) == ["ELM", "RXH01"]
    told = f"{later.mark}, in force when it was replayed; on its day it was version 1"
    assert {row.read_by for row in await intake.rows(InboxRow)} == {ITK.mark, told}


async def test_given_a_version_that_begins_later_than_today_then_a_message_about_that_day_is_not_read_by_it(
    intake: Intake,
) -> None:
    tomorrow = london_date(datetime.now(UTC)) + timedelta(days=1)
    later = ITK.model_copy(update={"version": 2, "effective_from": tomorrow})
    announced = ADMISSION.but(trigger="A05", happened=f"{tomorrow:%Y%m%d}090000")
    await intake.put(announced.raw())
    await drained_by(intake, shipped_profiles().with_more([later]))

    assert [row.read_by for row in await intake.rows(InboxRow)] == [ITK.mark]


async def test_given_a_profile_changed_and_changed_back_when_replayed_both_times_then_the_case_hears_both(
    intake: Intake, worker: AsyncEngine
) -> None:
    case_id = await case_of(intake, worker)
    await intake.take(ADMISSION.raw())
    worse = corrected(location=ITK.location.model_copy(update={"ward": (4,)}))
    for profiles in (worse, shipped_profiles()):
        await asked(intake, MessageQuery())
        await worked(intake, profiles)
        await drained_by(intake, profiles)

    assert [spell.ward for spell in await told(intake, case_id)] == ["ELM", "RXH01", "ELM"]


async def test_given_a_used_message_when_it_would_now_name_somebody_else_then_what_it_became_stands(
    intake: Intake,
) -> None:
    await intake.take(ADMISSION.raw())
    identifiers = ITK.identifiers
    await asked(intake, MessageQuery())
    await worked(intake, corrected(identifiers=identifiers.model_copy(update={"local": ()})))

    assert await outcomes(intake) == ["names-others-now"]
    assert {row.state for row in await intake.rows(InboxRow)} == {"interpreted"}


async def test_given_an_id_used_for_other_bytes_when_a_person_has_it_read_again_then_it_has_its_effect(
    intake: Intake,
) -> None:
    strict = corrected(control_ids_unique=True)
    await intake.put(ADMISSION.raw(), ADMISSION.but(visit="V2").raw())
    await drained_by(intake, strict)
    assert [row.reason for row in await intake.rows(InboxRow) if row.state == "parked"] == [
        "control-id-reused"
    ]
    await asked(intake, MessageQuery(state="parked"))
    await worked(intake, strict)
    await drained_by(intake, strict)

    assert {row.state for row in await intake.rows(InboxRow)} == {"interpreted"}
    assert len(await intake.rows(Spell)) == 2


async def test_given_a_replay_killed_in_the_middle_then_it_goes_on_and_each_message_is_put_back_once(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = [ADMISSION.but(message_id=f"M{n}", nhs="", local="", visit=f"V{n}").raw() for n in range(5)]
    await intake.take(*nobody)
    async with transaction(intake.worker) as session:
        for row in await session.scalars(select(InboxRow)):
            row.reason = "mended-since"
    monkeypatch.setattr(replay_work, "AT_A_TIME", 2)
    monkeypatch.setattr(replay_work, "_note", _dies_at(4))
    await asked(intake, MessageQuery(state="parked"))
    with pytest.raises(asyncio.CancelledError):
        await worked(intake)
    assert (await outcomes(intake)).count("put-back") == 2
    monkeypatch.undo()

    await worked(intake)

    assert await outcomes(intake) == ["put-back"] * 5
    assert {row.state for row in await intake.rows(InboxRow)} == {"stored"}
    assert [row.was_state for row in await intake.rows(ReplayItemRow)] == ["parked"] * 5


def _dies_at(last: int) -> Any:
    true, calls = replay_work._note, 0

    async def note(*given: Any, **values: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == last:
            raise asyncio.CancelledError
        await true(*given, **values)

    return note


async def test_given_two_workers_at_once_then_each_message_is_handled_once(intake: Intake) -> None:
    await intake.take(*(ADMISSION.but(message_id=f"M{n}", trigger="A99").raw() for n in range(120)))
    await asked(intake, MessageQuery())

    await asyncio.gather(worked(intake), worked(intake), worked(intake))

    assert await outcomes(intake) == ["still-not-used"] * 120


async def test_given_an_unassigned_message_when_a_feed_claims_its_sender_then_replay_gives_it_its_effect(
    intake: Intake, owner: AsyncEngine
) -> None:
    unassigned = await PostgresInbox(intake.listener).unassigned()
    raw = Sample(application="NEW").raw()
    async with transaction(intake.worker) as session:
        feed = await session.get_one(Feed, unassigned.feed_id)
        await receive(session, feed, arrived(raw, read_envelope(raw), claimed=False))
    mine = Intake(intake.listener, intake.worker, intake.feed_id, unassigned.organisation_id)
    await asked(mine, MessageQuery(code="unknown-feed"))
    await worked(intake)
    assert await outcomes(intake) == ["nobody-claims-it"]
    async with transaction(owner) as session:
        new = Feed(
            code="NEW", organisation_id=mine.organisation_id, protocol="hl7v2", sending_application="NEW"
        )
        session.add(new)
    await asked(mine, MessageQuery(code="unknown-feed"))
    await worked(intake)

    [drained] = await intake.drain()

    assert drained.state == "interpreted"
    assert await outcomes(intake) == ["nobody-claims-it", "put-back"]


async def test_given_a_replay_under_way_when_it_is_stopped_then_the_rest_is_left_as_it_is(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_work, "AT_A_TIME", 2)
    await intake.take(*(ADMISSION.but(message_id=f"M{n}", visit=f"V{n}").raw() for n in range(5)))
    await asked(intake, MessageQuery())
    await work_replays(intake.worker, shipped_profiles(), CaseClock.real())
    await work_replays(intake.worker, shipped_profiles(), CaseClock.real())
    async with transaction(intake.worker) as session:
        [replay] = await session.scalars(select(ReplayRow))
        replay.state, replay.stopped_by, replay.stopped_reason = "stopped", WHO, "the wrong cause"

    assert not await work_replays(intake.worker, shipped_profiles(), CaseClock.real())
    assert sorted(str(each) for each in await outcomes(intake)) == ["None"] * 3 + ["nothing-changed"] * 2
