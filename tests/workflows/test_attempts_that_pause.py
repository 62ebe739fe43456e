"""Attempts at a partner that fails again and again, rests, or is set up wrong: what each leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update

from discharge.store.engine import make_sessions, transaction
from discharge.store.tables import CaseRow, OutboxRow, PartnerRow, PersonIdentifier
from fhir_adapters.fhir.outbound import Occasion, outgoing_resource
from fhir_adapters.partners.secrets import CannotReach
from tests.workflows import test_attempt_told as attempt
from tests.workflows import test_attempts as attempts
from tests.workflows.test_attempt_told import CLOCK, Clients, not_encrypted, tried
from tests.workflows.test_attempts import Room
from workflows import delivery, ports
from workflows.ports import AttemptOutcome
from workflows.store import lanes
from workflows.store.lanes import Claimed
from workflows.store.partners import FIRST_PROBE, PAUSE_AFTER
from workflows.verdicts import Verdict

room, case_id, clients = attempts.room, attempts.case_id, attempt.clients

PAUSED = AttemptOutcome(outcome="paused")


async def test_given_a_partner_that_rests_when_another_item_is_tried_then_it_waits_and_is_not_posted(
    room: Room, clients: Clients, case_id: UUID
) -> None:
    clients.answer = httpx.Response(401)
    assert await tried(room, await room.item(case_id)) == PAUSED
    assert await tried(room, await room.item(case_id)) == PAUSED
    assert len(clients.posted) == 1


async def test_given_one_failure_too_many_then_the_partner_rests_from_that_instant(
    room: Room, clients: Clients, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[datetime] = []
    failed = lanes.failed

    def watched(row: OutboxRow, partner: PartnerRow, now: datetime, *said: str) -> Any:
        seen.append(now)
        return failed(row, partner, now, *said)

    monkeypatch.setattr(lanes, "failed", watched)
    clients.answer = httpx.Response(503)
    sequence = await room.item(case_id)
    async with transaction(room.engine) as session:
        await session.execute(update(PartnerRow).values(consecutive_failures=PAUSE_AFTER - 1))
    assert await tried(room, sequence) == PAUSED
    [now] = seen
    assert now.tzinfo is UTC
    partner = await room.partner()
    assert (partner.paused_at, partner.probe_after) == (now, now + FIRST_PROBE)


@pytest.mark.parametrize(("status", "outcome"), [(201, "received"), (400, "dead")])
async def test_given_a_partner_that_rested_when_it_answers_then_the_pause_is_over(
    room: Room, clients: Clients, case_id: UUID, status: int, outcome: str
) -> None:
    clients.answer = httpx.Response(401)
    await tried(room, await room.item(case_id))
    await room.rested()
    clients.answer = httpx.Response(status)
    assert (await tried(room, await room.item(case_id))).outcome == outcome
    assert (await room.partner()).paused_at is None


async def test_given_an_item_given_up_when_the_partner_has_rested_then_it_is_a_dead_letter(
    room: Room, clients: Clients, case_id: UUID
) -> None:
    clients.answer = httpx.Response(401)
    sequence = await room.item(case_id)
    await tried(room, sequence)
    await room.rested()
    given = ports.Attempt(sequence=sequence, clock=CLOCK)
    await delivery.give_up(make_sessions(room.engine), given, "internal")
    assert (await room.row(sequence)).state == "dead"


@pytest.mark.parametrize(("first", "then"), [(403, "dead"), (503, "paused")])
async def test_given_an_item_that_failed_before_others_went_through_then_only_a_refusal_twice_is_its_own(
    room: Room, clients: Clients, case_id: UUID, first: int, then: str
) -> None:
    sequence = await room.item(case_id)
    for status, number in ((first, sequence), (201, await room.item(case_id))):
        clients.answer = httpx.Response(status)
        await tried(room, number)
        await room.rested()
    clients.answer = httpx.Response(403)
    assert (await tried(room, sequence)).outcome == then


async def test_given_a_number_that_the_partner_gave_then_it_is_told_to_that_partner(
    room: Room, clients: Clients, case_id: UUID, person_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Occasion] = []

    def watched(kind: str, content: Any, occasion: Occasion) -> dict[str, Any]:
        built.append(occasion)
        return outgoing_resource(kind, content, occasion)

    monkeypatch.setattr(delivery, "outgoing_resource", watched)
    async with transaction(room.engine) as session:
        for owner, value in ((room.places.landlord, "T-1"), (room.places.trust, "H-1")):
            session.add(
                PersonIdentifier(person_id=person_id, organisation_id=owner, authority="A", value=value)
            )
    await tried(room, await room.item(case_id))
    assert [number.value for number in built[0].person.local_numbers] == ["T-1"]


@pytest.mark.parametrize(
    ("failure", "verdict"),
    [
        (CannotReach("no such secret", lasting=True), Verdict("misdirected", "no such secret", sent=False)),
        (CannotReach("no token", lasting=False), Verdict("failed", "no token", sent=False)),
        (
            not_encrypted(),
            Verdict("misdirected", "TLS failed: wrong_version_number", sent=False),
        ),
    ],
)
async def test_given_what_never_left_then_the_verdict_says_so(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, verdict: Verdict
) -> None:
    def built(*_: object) -> dict[str, Any]:
        return {"resourceType": "Task"}

    monkeypatch.setattr(delivery, "outgoing_resource", built)
    assert await posted(Clients(failure)) == verdict


async def test_given_what_we_cannot_write_then_the_verdict_is_a_refusal_that_never_left() -> None:
    assert await posted(Clients()) == Verdict("refused", "not understood by us: KeyError", sent=False)


async def posted(clients: Any) -> Verdict:
    row = OutboxRow(key=uuid4(), kind="nobody-knows", payload={}, attempts=1)
    claimed = Claimed(row=row, partner=PartnerRow(endpoint="http://127.0.0.1:9"), case=CaseRow())
    occasion: Any = None
    return await delivery._post(clients, claimed, occasion)
