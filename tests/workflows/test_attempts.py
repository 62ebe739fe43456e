"""One attempt after another, against a real server that answers as it is told: what counts as one, what left
while there was no basis any more, and what pauses a partner.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import commands as cmd
from discharge.cases.commands import Command, Envelope
from discharge.cases.model import Actor
from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from discharge.store import partner_pauses
from discharge.store.engine import make_sessions, transaction
from discharge.store.record import Recorded
from discharge.store.tables import OutboxRow, PartnerRow, Person
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.send.links import Links
from fhir_adapters.partners.clients import PartnerClients
from fhir_adapters.partners.secrets import SecretFolder
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.tables import AlarmRow
from tests.fixtures.cases import NOW, TODAY, carried_out, open_case
from tests.fixtures.oauth_partner import CLIENT, SECRET, oauth_partner
from tests.fixtures.postgres import Places
from workflows import delivery, ports
from workflows.delivery import Ways
from workflows.store import lanes, partners

DUPLICATE = b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"duplicate"}]}'


def answer(status: int, body: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body)


@dataclass
class Receiver:
    """A partner's endpoint: its answers in turn, the last of them for ever; nothing closes the connection."""

    answers: list[bytes] = field(default_factory=lambda: [answer(201)])
    received: list[bytes] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[object]] | None = None
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        self.received.append(await reader.readexactly(length))
        if self.meanwhile:
            await self.meanwhile()
        writer.write(self.answers[0] if len(self.answers) == 1 else self.answers.pop(0))
        writer.close()


@dataclass
class Room:
    """Cases with something to tell one partner."""

    engine: AsyncEngine
    places: Places
    partner_id: UUID
    receiver: Receiver
    ways: Ways

    async def item(self, case_id: UUID, **given: object) -> int:
        values = {"payload": {"item": "grab-rail", "status": "requested", "strand": "adaptation/1"}, **given}
        row = OutboxRow(
            key=uuid4(), channel="partner", case_id=case_id, partner_id=self.partner_id,
            organisation_id=self.places.trust, **{"kind": "order", "needs_basis": True, **values},
        )  # fmt: skip
        async with transaction(self.engine) as session:
            session.add(row)
        return row.sequence

    async def attempt(self, sequence: int) -> ports.AttemptOutcome:
        given = ports.Attempt(sequence=sequence, clock=CaseClock.real())
        return await delivery.attempt(make_sessions(self.engine), self.ways, given)

    async def row(self, sequence: int) -> OutboxRow:
        async with transaction(self.engine) as session:
            return await session.get_one(OutboxRow, sequence)

    async def partner(self) -> PartnerRow:
        async with transaction(self.engine) as session:
            return await session.get_one(PartnerRow, self.partner_id)

    async def rested(self) -> None:
        """The time until the next probe has passed."""
        async with transaction(self.engine) as session:
            past = datetime.now(UTC) - timedelta(seconds=1)
            await session.execute(update(PartnerRow).values(probe_after=past))

    async def ask(self, case_id: UUID, command: Command) -> None:
        actor = Actor(organisation_id=self.places.stranger, role="system")
        envelope = Envelope(
            command_id=uuid4(), case_id=case_id, actor=actor, effective_on=TODAY, command=command
        )
        outcome = await carried_out(self.engine, envelope, NOW)
        assert isinstance(outcome, Recorded)
        assert outcome.answer.outcome == "accepted", outcome.answer


@pytest.fixture
async def room(worker: AsyncEngine, places: Places) -> AsyncIterator[Room]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    partner = PartnerRow(id=uuid4(), organisation_id=places.landlord, endpoint=receiver.url, kind="landlord")
    async with transaction(worker) as session:
        session.add(partner)
    clients = PartnerClients()
    async with server:
        yield Room(worker, places, partner.id, receiver, Ways(clients, Links(), shipped_profiles()))
    await clients.close()


@pytest.fixture
async def case_id(room: Room, person_id: UUID) -> UUID:
    return await a_case(room, person_id)


async def a_case(room: Room, person_id: UUID) -> UUID:
    case = await open_case(room.engine, person_id, room.places.trust, room.places.housing)
    await room.ask(case.case_id, cmd.RecordSharingBasis(basis="consent"))
    return case.case_id


async def three_lanes(room: Room, person_id: UUID) -> list[int]:
    """One for this person, and two for others."""
    persons = [Person(id=uuid4(), family_name="Bede") for _ in range(2)]
    async with transaction(room.engine) as session:
        session.add_all(persons)
    return [await room.item(await a_case(room, one)) for one in (person_id, *(each.id for each in persons))]


@pytest.mark.parametrize(
    ("said", "state", "code"),
    [
        (answer(201), "delivered", None),
        (answer(503), "held", "partner-unavailable"),
        (b"", "held", "partner-unavailable"),
        (answer(401), "held", "partner-setup-wrong"),
        (answer(400), "dead", "partner-refused"),
    ],
)
async def test_given_consent_withdrawn_while_an_item_is_on_its_way_when_answered_then_it_left(
    room: Room, case_id: UUID, said: bytes, state: str, code: str | None
) -> None:
    room.receiver.answers = [said]
    room.receiver.meanwhile = lambda: room.ask(case_id, cmd.WithdrawSharingBasis())
    sequence = await room.item(case_id)
    assert (await room.attempt(sequence)).outcome == "gone"
    row = await room.row(sequence)
    assert (row.state, row.error_code) == (state, code)
    assert row.sent_at is not None
    assert row.basis_ended_at is not None
    assert row.sent_at < row.basis_ended_at
    assert (row.received_at is not None) == (state == "delivered")


async def test_given_a_worker_that_died_while_it_sent_when_the_basis_ended_then_it_may_have_left(
    room: Room, case_id: UUID
) -> None:
    died = asyncio.Event()

    async def never() -> None:
        died.set()
        await asyncio.Event().wait()

    room.receiver.meanwhile = never
    sequence = await room.item(case_id)
    trying = asyncio.create_task(room.attempt(sequence))
    await died.wait()
    trying.cancel()
    await room.ask(case_id, cmd.WithdrawSharingBasis())
    row = await room.row(sequence)
    assert (row.state, row.attempts, row.sent_at) == ("held", 1, None)
    assert row.leaving_at is not None
    await room.ask(case_id, cmd.RecordSharingBasis(basis="consent"))
    room.receiver.meanwhile, room.receiver.answers = None, [answer(422, DUPLICATE)]
    assert (await room.attempt(sequence)).outcome == "received", "the one whose worker died had arrived"
    assert (await room.row(sequence)).basis_ended_at is None


async def test_given_a_first_try_that_found_nobody_when_the_next_one_is_a_duplicate_then_it_is_not_ours(
    room: Room, case_id: UUID
) -> None:
    sequence = await room.item(case_id)
    await at(room, "http://127.0.0.1:1")
    assert (await room.attempt(sequence)).outcome == "again"
    row = await room.row(sequence)
    assert (row.attempts, row.leaving_at, row.sent_at) == (0, None, None)
    assert row.error_detail == "ConnectError"
    await at(room, room.receiver.url)
    room.receiver.answers = [answer(422, DUPLICATE)]
    assert (await room.attempt(sequence)).outcome == "dead"
    assert (await room.row(sequence)).attempts == 1


async def at(room: Room, endpoint: str) -> None:
    async with transaction(room.engine) as session:
        await session.execute(update(PartnerRow).values(endpoint=endpoint))


async def test_given_no_basis_when_its_turn_comes_then_it_is_held_and_was_no_attempt(
    room: Room, case_id: UUID
) -> None:
    sequence = await room.item(case_id)
    async with transaction(room.engine) as session:  # as if the case had been recorded by other hands
        await session.execute(update(OutboxRow).values(state="pending"))
    await room.ask(case_id, cmd.WithdrawSharingBasis())
    async with transaction(room.engine) as session:
        await session.execute(update(OutboxRow).values(state="pending"))
    assert (await room.attempt(sequence)).code == "consent-missing"
    row = await room.row(sequence)
    assert (row.state, row.attempts, row.leaving_at) == ("held", 0, None)
    assert room.receiver.received == []


@pytest.mark.parametrize("status", [301, 302, 401, 403, 404, 407, 410])
async def test_given_a_wrong_address_or_sign_in_when_many_wait_then_it_is_one_incident_released_at_once(
    room: Room, person_id: UUID, api: AsyncEngine, status: int
) -> None:
    items = await three_lanes(room, person_id)
    room.receiver.answers = [answer(status), answer(201)]
    assert [(await room.attempt(item)).outcome for item in items] == ["paused"] * 3
    partner = await room.partner()
    assert (partner.pause_code, partner.pause_reason) == ("partner-setup-wrong", f"HTTP {status}")
    assert [(await room.row(item)).state for item in items] == ["pending"] * 3
    assert len(room.receiver.received) == 1, "the others did not try"
    await look_for_alarms(room.engine, datetime.now(UTC) + timedelta(minutes=2))
    async with transaction(room.engine) as session:
        [alarm] = await session.scalars(select(AlarmRow).where(AlarmRow.kind == "partner-paused"))
    assert (alarm.organisation_id, alarm.subject) == (room.places.trust, "LANDLORD")
    await relayed(room)
    async with transaction(api, organisation_id=room.places.trust) as session:
        await partner_pauses.decide(session, room.partner_id, "try", "the token was renewed")
    assert (await room.attempt(items[2])).outcome == "received"
    assert (await room.partner()).paused_at is None
    assert [(await room.row(item)).relayed_at for item in items[:2]] == [None, None], "every lane is told"


async def relayed(room: Room) -> None:
    async with transaction(room.engine) as session:
        await session.execute(update(OutboxRow).values(relayed_at=datetime.now(UTC)))


async def test_given_an_answer_that_concerns_one_item_alone_when_others_go_through_then_it_holds_nobody_up(
    room: Room, person_id: UUID
) -> None:
    unwanted, *others = await three_lanes(room, person_id)
    room.receiver.answers = [answer(403), answer(201), answer(403), answer(201)]
    assert (await room.attempt(unwanted)).outcome == "paused"
    await room.rested()
    assert (await room.attempt(others[0])).outcome == "received"
    assert (await room.attempt(unwanted)).outcome == "dead"
    assert (await room.partner()).paused_at is None
    assert (await room.attempt(others[1])).outcome == "received"


async def test_given_a_partner_that_rests_when_probed_then_it_is_by_the_lane_that_tried_longest_ago(
    room: Room, person_id: UUID
) -> None:
    items = await three_lanes(room, person_id)
    behind = await room.item((await room.row(items[0])).case_id)
    room.receiver.answers = [answer(401)]
    probed = []
    await room.attempt(items[1])
    for _ in range(3):
        await room.rested()
        async with transaction(room.engine) as session:
            [(_, case_id)] = await partners.due_probes(session, datetime.now(UTC))
            head = await lanes.head(
                session, ports.LaneLook(partner_id=room.partner_id, case_id=case_id), datetime.now(UTC)
            )
        assert head.sequence is not None
        probed.append(head.sequence)
        await room.attempt(head.sequence)
    assert probed == [items[0], items[2], items[1]]
    assert behind not in probed
    async with transaction(room.engine) as session:
        assert await partners.due_probes(session, datetime.now(UTC)) == [], "it was tried just now"


async def test_given_a_partner_switched_off_when_items_wait_then_nothing_leaves_until_it_is_on(
    room: Room, person_id: UUID, api: AsyncEngine
) -> None:
    first, second, _ = await three_lanes(room, person_id)

    async def decide(decision: str) -> None:
        async with transaction(api, organisation_id=room.places.trust) as session:
            await partner_pauses.decide(session, room.partner_id, decision, "they move house")

    room.receiver.meanwhile = lambda: decide("off")
    assert (await room.attempt(first)).outcome == "received", "it was on its way"
    room.receiver.meanwhile = None
    assert ((await room.partner()).pause_code, len(room.receiver.received)) == ("partner-switched-off", 1)
    for refused in ("off", "try"):
        with pytest.raises(HomewardError, match="not-found"):
            await decide(refused)
    assert (await room.attempt(second)).outcome == "paused"
    async with transaction(room.engine) as session:
        assert await partners.due_probes(session, datetime.now(UTC) + timedelta(days=9)) == []
    await decide("on")
    assert (await room.attempt(second)).outcome == "received"
    assert (await room.partner()).paused_at is None


async def test_given_a_partner_that_refuses_our_tokens_when_many_wait_then_it_is_one_incident_without_them(
    room: Room, person_id: UUID, tmp_path: Path
) -> None:
    items = await three_lanes(room, person_id)
    room.ways.clients.secrets = SecretFolder(tmp_path)
    (tmp_path / "secret").write_text(SECRET)
    async with oauth_partner() as partner:
        partner.keeps_given = False
        how = {"kind": "client-credentials", "token_url": f"{partner.url}/token", "client_id": CLIENT}
        await signs_in(room, partner.url, how | {"secret": "secret"})
        assert [(await room.attempt(item)).outcome for item in items] == ["paused"] * 3
        assert (partner.given, len(partner.heard)) == (2, 2), "one try, refreshed once"
        assert ((await room.partner()).pause_code, (await room.partner()).pause_reason) == (
            "partner-setup-wrong",
            "HTTP 401",
        )
        partner.keeps_given = True
        await room.rested()
        assert [(await room.attempt(item)).outcome for item in items] == ["received"] * 3
    async with transaction(room.engine) as session:
        kept = str(
            (await session.execute(text("SELECT to_jsonb(o), to_jsonb(p) FROM outbox o, partners p"))).all()
        )
    assert "given-" not in kept
    assert SECRET not in kept


async def test_given_no_token_at_hand_when_tried_then_it_was_no_attempt_and_the_file_is_named(
    room: Room, case_id: UUID
) -> None:
    sequence = await room.item(case_id)
    await signs_in(room, room.receiver.url, {"kind": "bearer", "token": "council-token"})
    assert (await room.attempt(sequence)).outcome == "paused"
    row = await room.row(sequence)
    assert (row.state, row.attempts, row.sent_at) == ("pending", 0, None)
    assert "council-token" in ((await room.partner()).pause_reason or "")
    assert room.receiver.received == []


async def signs_in(room: Room, endpoint: str, how: dict[str, str]) -> None:
    async with transaction(room.engine) as session:
        await session.execute(update(PartnerRow).values(endpoint=endpoint, sign_in=how))


async def test_given_nobody_signed_in_when_a_partner_is_switched_then_nothing_changes(
    room: Room, api: AsyncEngine
) -> None:
    with pytest.raises(HomewardError, match="not-found"):
        async with transaction(api) as session:
            await partner_pauses.decide(session, room.partner_id, "off", "no reason")
    assert (await room.partner()).paused_at is None


@pytest.mark.parametrize(
    "spoiled", [{"kind": "a-kind-of-a-later-version"}, {"payload": {"strand": "adaptation/1"}}]
)
async def test_given_an_item_that_cannot_be_built_when_tried_then_it_is_a_dead_letter_and_nothing_left(
    room: Room, case_id: UUID, spoiled: dict[str, object]
) -> None:
    """Neither the partner nor the other items of the case pay for what we do not understand."""
    sequence = await room.item(case_id, **spoiled)
    outcome = await room.attempt(sequence)

    row, partner = await room.row(sequence), await room.partner()
    assert (outcome.outcome, row.state, row.error_code) == ("dead", "dead", "partner-refused")
    assert str(row.error_detail).startswith("not understood by us: ")
    assert (row.sent_at, room.receiver.received, partner.paused_at) == (None, [], None)


async def test_given_an_attempt_that_holds_the_partner_when_another_item_is_queued_then_it_does_not_wait(
    room: Room, case_id: UUID
) -> None:
    async with transaction(room.engine) as session, asyncio.timeout(5):
        await partners.locked(session, room.partner_id)
        assert await room.item(case_id)
