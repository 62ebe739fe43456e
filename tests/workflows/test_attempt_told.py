"""One attempt to the last field: what goes out, what an answer leaves on the row, and what the lane hears."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases import commands as cmd
from discharge.cases.model import Case
from discharge.clocks import CaseClock
from discharge.sight import SIGHTS
from discharge.store.engine import make_sessions, transaction
from discharge.store.tables import OutboxRow, PartnerRow
from fhir_adapters.fhir.outbound import Occasion, outgoing_resource
from fhir_adapters.partners.secrets import CannotReach
from tests.workflows import test_attempts as attempts
from tests.workflows.test_attempts import Room
from workflows import delivery, ports
from workflows.delivery import Ways
from workflows.ports import AttemptOutcome
from workflows.store import people
from workflows.verdicts import Verdict

room, case_id = attempts.room, attempts.case_id

CLOCK = CaseClock(
    origin=datetime(2020, 1, 1, tzinfo=UTC), case_origin=datetime(2030, 1, 1, tzinfo=UTC), factor=1.0
)


@dataclass
class Clients:
    """The ways to partners by HTTP: keeps what is posted, and answers as it is told."""

    answer: httpx.Response | Exception = field(default_factory=lambda: httpx.Response(201))
    posted: list[tuple[str, str, bytes, Mapping[str, str]]] = field(default_factory=list)

    async def post(
        self, partner: PartnerRow, path: str, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        self.posted.append((partner.endpoint, path, content, headers))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def clients(room: Room) -> Clients:
    made = Clients()
    room.ways = Ways(made, room.ways.links, room.ways.profiles)  # type: ignore[arg-type]
    return made


async def tried(room: Room, sequence: int, clock: CaseClock = CLOCK) -> AttemptOutcome:
    given = ports.Attempt(sequence=sequence, clock=clock)
    return await delivery.attempt(make_sessions(room.engine), room.ways, given)


async def test_given_an_item_then_it_is_posted_under_its_key_as_what_it_is_about_whom_and_when(
    room: Room, clients: Clients, case_id: UUID, person_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[tuple[str, Any, Occasion]] = []

    def watched(kind: str, content: Any, occasion: Occasion) -> dict[str, Any]:
        built.append((kind, content, occasion))
        return outgoing_resource(kind, content, occasion)

    monkeypatch.setattr(delivery, "outgoing_resource", watched)
    sequence = await room.item(case_id)
    before = await room.row(sequence)
    assert await tried(room, sequence) == AttemptOutcome(outcome="received")

    [(kind, content, occasion)] = built
    assert (kind, content) == ("order", before.payload)
    assert (occasion.key, occasion.case_id) == (before.key, case_id)
    assert (occasion.person.person_id, occasion.person.family_name) == (person_id, "Ashdown")
    assert (occasion.sender.organisation_id, occasion.receiver.organisation_id) == (
        room.places.trust, room.places.landlord,
    )  # fmt: skip
    assert occasion.sent_at == CLOCK.case_time(before.created_at)

    [(endpoint, path, body, headers)] = clients.posted
    resource = outgoing_resource(kind, content, occasion)
    assert (endpoint, path) == (room.receiver.url, resource["resourceType"])
    assert body == json.dumps(resource, sort_keys=True).encode()
    assert headers == {
        "Content-Type": "application/fhir+json",
        "Idempotency-Key": str(before.key),
        "X-Request-Id": str(before.key),
    }
    row = await room.row(sequence)
    assert (row.state, row.attempts, row.error_code, row.error_detail) == ("delivered", 1, None, None)
    assert row.sent_at == row.leaving_at == row.last_attempt_at
    assert row.received_at is not None
    assert row.accepted_at is None


async def test_given_an_item_of_an_earlier_version_without_a_cause_then_its_sender_is_who_referred(
    room: Room, clients: Clients, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    senders: list[UUID] = []

    def watched(kind: str, content: Any, occasion: Occasion) -> dict[str, Any]:
        senders.append(occasion.sender.organisation_id)
        return outgoing_resource(kind, content, occasion)

    monkeypatch.setattr(delivery, "outgoing_resource", watched)
    sequence = await room.item(case_id)
    async with transaction(room.engine) as session:
        await session.execute(update(OutboxRow).values(organisation_id=None))
    await tried(room, sequence)
    assert senders == [room.places.trust]


SECOND = timedelta(seconds=1)


class NoTls(ssl.SSLError):
    """As OpenSSL raises it, which alone fills in the reason."""

    reason = "WRONG_VERSION_NUMBER"


def not_encrypted() -> httpx.ConnectError:
    """What httpx raises where the partner does not speak TLS."""
    failure = httpx.ConnectError("wrong version number")
    failure.__cause__ = NoTls(1, "wrong version number")
    return failure


@pytest.mark.parametrize(
    ("answer", "outcome", "state", "code", "detail", "attempts_made"),
    [
        (
            httpx.Response(503, headers={"Retry-After": "90"}),
            AttemptOutcome(outcome="again", wait=90 * SECOND, code="partner-unavailable"),
            "pending",
            "partner-unavailable",
            "HTTP 503",
            1,
        ),
        (
            httpx.ReadTimeout("ASHDOWN"),
            AttemptOutcome(outcome="again", wait=2 * SECOND, code="partner-unavailable"),
            "pending",
            "partner-unavailable",
            "ReadTimeout",
            1,
        ),
        *(
            (
                failure("ASHDOWN"),
                AttemptOutcome(outcome="again", wait=2 * SECOND, code="partner-unavailable"),
                "pending",
                "partner-unavailable",
                failure.__name__,
                0,
            )
            for failure in (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
        ),
        (
            httpx.Response(400),
            AttemptOutcome(outcome="dead", code="partner-refused"),
            "dead",
            "partner-refused",
            "HTTP 400",
            1,
        ),
        (
            httpx.Response(401),
            AttemptOutcome(outcome="paused"),
            "pending",
            "partner-setup-wrong",
            "HTTP 401",
            1,
        ),
        (
            not_encrypted(),
            AttemptOutcome(outcome="paused"),
            "pending",
            "partner-setup-wrong",
            "TLS failed: wrong_version_number",
            0,
        ),
        (
            CannotReach("no such secret", lasting=True),
            AttemptOutcome(outcome="paused"),
            "pending",
            "partner-setup-wrong",
            "no such secret",
            0,
        ),
        (
            CannotReach("the token is not to be had", lasting=False),
            AttemptOutcome(outcome="again", wait=2 * SECOND, code="partner-unavailable"),
            "pending",
            "partner-unavailable",
            "the token is not to be had",
            0,
        ),
    ],
    ids=lambda each: each.__class__.__name__ if isinstance(each, Exception) else None,
)
async def test_given_what_a_partner_does_then_the_row_and_the_lane_say_exactly_that(
    room: Room,
    clients: Clients,
    case_id: UUID,
    answer: httpx.Response | Exception,
    outcome: AttemptOutcome,
    state: str,
    code: str,
    detail: str,
    attempts_made: int,
) -> None:
    clients.answer = answer
    sequence = await room.item(case_id)
    heard = await tried(room, sequence)
    if outcome.wait != heard.wait:
        assert SECOND <= heard.wait <= outcome.wait
        heard = heard.model_copy(update={"wait": outcome.wait})
    assert heard == outcome
    row = await room.row(sequence)
    assert (row.state, row.error_code, row.attempts) == (state, code, attempts_made)
    assert (row.sent_at is not None, row.leaving_at is not None) == (attempts_made > 0, attempts_made > 0)
    assert row.received_at is None
    assert row.error_detail == detail


async def test_given_what_we_cannot_write_then_it_is_a_dead_letter_of_ours_and_never_left(
    room: Room, clients: Clients, case_id: UUID
) -> None:
    clients.answer = httpx.Response(503)
    await tried(room, await room.item(case_id))
    failures = (await room.partner()).consecutive_failures
    sequence = await room.item(case_id)
    async with transaction(room.engine) as session:
        await session.execute(
            update(OutboxRow).where(OutboxRow.sequence == sequence).values(kind="nobody-knows")
        )
    assert await tried(room, sequence) == AttemptOutcome(outcome="dead", code="partner-refused")
    row = await room.row(sequence)
    assert (row.state, row.error_detail, row.attempts) == ("dead", "not understood by us: KeyError", 0)
    assert len(clients.posted) == 1
    assert (await room.partner()).consecutive_failures == failures == 1
    clients.answer = httpx.Response(400)
    await tried(room, await room.item(case_id))
    assert (await room.partner()).consecutive_failures == 0


async def test_given_nothing_that_waits_then_there_is_nothing_to_try(
    room: Room, clients: Clients, case_id: UUID
) -> None:
    assert await tried(room, 4711) == AttemptOutcome(outcome="gone")
    sequence = await room.item(case_id, state="delivered")
    assert await tried(room, sequence) == AttemptOutcome(outcome="gone")
    assert clients.posted == []


async def test_given_no_basis_any_more_then_it_is_held_with_its_reason_and_not_posted(
    room: Room, clients: Clients, case_id: UUID
) -> None:
    await room.ask(case_id, cmd.WithdrawSharingBasis())
    needs, free = await room.item(case_id), await room.item(case_id)
    async with transaction(room.engine) as session:
        await session.execute(update(OutboxRow).where(OutboxRow.sequence == free).values(needs_basis=False))
    assert await tried(room, needs) == AttemptOutcome(outcome="gone", code="consent-missing")
    row = await room.row(needs)
    assert (row.state, row.error_code, row.basis_ended_at is not None) == ("held", "consent-missing", True)
    assert clients.posted == []
    assert await tried(room, free) == AttemptOutcome(outcome="received")


async def test_given_an_item_given_up_then_it_is_a_dead_letter_by_that_code_if_it_still_waits(
    room: Room, clients: Clients, case_id: UUID
) -> None:
    sequence = await room.item(case_id)
    for number in (sequence, 4711):
        given = ports.Attempt(sequence=number, clock=CLOCK)
        outcome = await delivery.give_up(make_sessions(room.engine), given, "internal")
        assert outcome == AttemptOutcome(outcome="dead", code="internal")
    row = await room.row(sequence)
    assert (row.state, row.error_code, row.error_detail, row.attempts) == (
        "dead", "internal", "not understood by us", 0,
    )  # fmt: skip


async def test_given_the_basis_ended_on_the_way_then_the_log_names_the_item_that_left(
    room: Room, clients: Clients, case_id: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    sequence = await room.item(case_id)
    post = clients.post

    async def and_withdraw(*given: Any, **named: Any) -> httpx.Response:
        await room.ask(case_id, cmd.WithdrawSharingBasis())
        return await post(*given, **named)

    clients.post = and_withdraw  # type: ignore[method-assign]
    with caplog.at_level(logging.WARNING, "homeward.delivery"):
        assert await tried(room, sequence) == AttemptOutcome(outcome="gone")
    said = [record.getMessage() for record in caplog.records if record.name == "homeward.delivery"]
    assert said == [f"outbox {sequence} left; the basis for it ended while it was on its way"]

    unsent = await room.item(case_id)
    async with transaction(room.engine) as session:
        await session.execute(update(OutboxRow).where(OutboxRow.sequence == unsent).values(needs_basis=False))
    caplog.clear()

    async def held_and_away(*_: Any, **__: Any) -> httpx.Response:
        async with transaction(room.engine) as session:
            await session.execute(update(OutboxRow).where(OutboxRow.sequence == unsent).values(state="held"))
        raise httpx.ConnectError("away")

    clients.post = held_and_away  # type: ignore[method-assign]
    assert await tried(room, unsent) == AttemptOutcome(outcome="gone")
    assert [record for record in caplog.records if record.name == "homeward.delivery"] == []


async def test_given_an_answer_that_came_another_way_first_then_this_one_changes_nothing(
    room: Room, clients: Clients, case_id: UUID
) -> None:
    sequence = await room.item(case_id)

    async def answered(*_: Any, **__: Any) -> httpx.Response:
        async with transaction(room.engine) as session:
            await session.execute(update(OutboxRow).values(state="skipped"))
        return httpx.Response(503)

    clients.post = answered  # type: ignore[method-assign]
    assert await tried(room, sequence) == AttemptOutcome(outcome="gone")
    assert (await room.row(sequence)).state == "skipped"


@dataclass
class Mllp:
    """What an HL7 v2 partner's connection makes of a message."""

    verdict: Verdict
    prepared: list[tuple[Any, ...]] = field(default_factory=list)
    noted: list[tuple[UUID, str]] = field(default_factory=list)

    async def prepare(self, session: object, *given: Any) -> Callable[[], Awaitable[Verdict]]:
        assert isinstance(session, AsyncSession)
        self.prepared.append(given)

        async def send() -> Verdict:
            return self.verdict

        return send

    async def note_answer(self, session: object, key: UUID, detail: str) -> None:
        assert isinstance(session, AsyncSession)
        self.noted.append((key, detail))


@pytest.mark.parametrize(
    ("verdict", "outcome", "state", "sent", "accepted"),
    [
        (
            Verdict("received", "AA", accepted=True),
            AttemptOutcome(outcome="received"),
            "delivered",
            True,
            True,
        ),
        (Verdict("received", "CA"), AttemptOutcome(outcome="received"), "delivered", True, False),
        (
            Verdict("busy", "busy"),
            AttemptOutcome(outcome="again", wait=2 * SECOND),
            "pending",
            False,
            False,
        ),
        (
            Verdict("refused", "AR"),
            AttemptOutcome(outcome="dead", code="partner-refused"),
            "dead",
            True,
            False,
        ),
    ],
    ids=["AA", "CA", "busy", "AR"],
)
async def test_given_a_partner_by_hl7_v2_then_its_answer_is_noted_and_counts_the_same(
    room: Room,
    case_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
    verdict: Verdict,
    outcome: AttemptOutcome,
    state: str,
    sent: bool,
    accepted: bool,
) -> None:
    mllp = Mllp(verdict)
    monkeypatch.setattr(delivery.mllp_delivery, "prepare", mllp.prepare)
    monkeypatch.setattr(delivery.sent, "note_answer", mllp.note_answer)
    async with transaction(room.engine) as session:
        await session.execute(update(PartnerRow).values(transport="hl7v2"))
    sequence = await room.item(case_id)
    assert await tried(room, sequence) == outcome
    row = await room.row(sequence)
    [(claimed, at, links, profiles)] = mllp.prepared
    assert (claimed.row.sequence, at) == (sequence, CLOCK.case_time(row.created_at))
    assert (links, profiles) == (room.ways.links, room.ways.profiles)
    assert mllp.noted == ([] if verdict.meaning == "busy" else [(row.key, verdict.detail)])
    assert (row.state, row.sent_at is not None, row.accepted_at is not None) == (state, sent, accepted)
    assert row.attempts == int(sent)


async def test_given_a_partner_by_http_then_no_answer_of_hl7_v2_is_noted(
    room: Room, clients: Clients, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    mllp = Mllp(Verdict("received", "AA"))
    monkeypatch.setattr(delivery.sent, "note_answer", mllp.note_answer)
    await tried(room, await room.item(case_id))
    assert mllp.noted == []


async def test_given_a_wrong_setup_on_our_side_then_others_that_went_through_do_not_make_it_the_items_own(
    room: Room, clients: Clients, case_id: UUID
) -> None:
    sequence = await room.item(case_id)
    clients.answer = httpx.Response(403)
    assert (await tried(room, sequence)).outcome == "paused"
    await room.rested()
    clients.answer = httpx.Response(201)
    other = await room.item(case_id)
    assert (await tried(room, other)).outcome == "received"
    clients.answer = CannotReach("no such secret", lasting=True)
    assert (await tried(room, sequence)).outcome == "paused"
    await room.rested()
    clients.answer = httpx.Response(403)
    assert await tried(room, sequence) == AttemptOutcome(outcome="paused")


async def test_given_an_order_when_it_is_sent_then_its_receivers_part_in_this_case_decides_what_it_tells(
    room: Room, clients: Clients, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[UUID, UUID, str]] = []

    def watched(case: Case, receiver_id: UUID, kind: str) -> object:
        asked.append((case.case_id, receiver_id, kind))
        return SIGHTS["landlord"]

    monkeypatch.setattr(people, "told", watched)
    await tried(room, await room.item(case_id))
    assert asked == [(case_id, room.places.landlord, "order")]
    [(_, _, body, _)] = clients.posted
    assert b"Ashdown" in body
    assert b"9990000018" not in body
    assert b"1941-05-02" not in body
