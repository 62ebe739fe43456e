"""One attempt to tell a partner something: build it, send it under its key, note what became of it.

Nothing is sent that may not leave: the lawful basis is looked at again at the last moment, and an address
that is hidden is left out. Repeated or not, an item is sent with the same key and dated when it was queued.
By FHIR it is posted from here, by HL7 v2 it goes over MLLP.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.model import SNAPSHOT
from discharge.clocks import CaseClock
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import OutboxRow, PartnerRow
from discharge.store.tables.organisations import HL7_V2
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.fhir.outbound import Occasion, outgoing_resource
from fhir_adapters.hl7v2.send.links import Links
from fhir_adapters.hl7v2.store import sent
from fhir_adapters.partners.clients import PartnerClients
from fhir_adapters.partners.secrets import CannotReach, tls_words
from workflows import mllp_delivery, ports
from workflows.failures import coded
from workflows.store import lanes, partners, people
from workflows.verdicts import Verdict

FHIR_JSON = "application/fhir+json"
CONFLICT = 409
PARTNER_REFUSED, PARTNER_AWAY = "partner-refused", "partner-unavailable"
DUPLICATE = "duplicate"
_TRANSIENT = frozenset({408, 425, 429})
_SETUP = frozenset({401, 403, 404, 405, 407, 410})
"""With a redirection: the address, or our sign-in there, is wrong, and so for every item."""
_LONGEST_WISH = timedelta(minutes=30)
NO_BASIS = "consent-missing"
STAY_NOTICE, WITHHELD = "stay-notice", "stay-withheld"
"""Nobody is told of the stay of somebody whose location is hidden, also if that came after it was asked."""
GONE = ports.AttemptOutcome(outcome="gone")
NEXT_TURN = timedelta(seconds=2)
"""When to ask again for a connection that others use."""

_log = logging.getLogger("homeward.delivery")


@dataclass(frozen=True)
class Ways:
    """The ways out of the house: HTTP, MLLP, and the profiles that say what an HL7 v2 partner takes."""

    clients: PartnerClients
    links: Links
    profiles: ProfileBook


@dataclass(frozen=True)
class Leaving:
    """An attempt that counts from the commit of its transaction on, and what makes it after that."""

    claimed: lanes.Claimed
    send: Callable[[], Awaitable[Verdict]]

    @property
    def sequence(self) -> int:
        """Which item leaves."""
        return self.claimed.row.sequence


async def attempt(sessions: Sessions, ways: Ways, given: ports.Attempt) -> ports.AttemptOutcome:
    """Try once. What the partner does is an outcome; only our own database being away is an error."""
    async with transaction(sessions) as session:
        leaving = await _mark(session, ways, given)
    if not isinstance(leaving, Leaving):
        return leaving
    verdict = await leaving.send()
    async with transaction(sessions) as session:
        return await _note(session, leaving.claimed, verdict)


async def begin(sessions: Sessions, ways: Ways, turn: ports.LaneTurn) -> Leaving | ports.LaneLeft:
    """Mark the first item of a lane's turn, or say why there is none. What is passed over is kept even where
    the next one cannot be marked, so that the first in the lane is then the one that breaks.
    """
    while True:
        async with transaction(sessions) as session:
            found = await _first(session, ways, turn)
        if found is not None:
            return found


async def go_on(
    sessions: Sessions, ways: Ways, turn: ports.LaneTurn, leaving: Leaving, verdict: Verdict
) -> Leaving | ports.LaneLeft:
    """Note what became of an item and mark the next, in one transaction: each item costs one, and none leaves
    that is not marked. A next one that cannot be marked does not undo what is noted.
    """
    try:
        async with transaction(sessions) as session:
            outcome = await _note(session, leaving.claimed, verdict)
            return in_the_way(outcome) or await _next(session, ways, turn)
    except Exception as failure:
        _log.warning("outbox %s: what follows waits for a turn: %s", leaving.sequence, coded(failure).type)
    return await end_turn(sessions, leaving, verdict)


async def end_turn(sessions: Sessions, leaving: Leaving, verdict: Verdict) -> ports.LaneLeft:
    """Note what became of an item; what follows is for another turn, where it is tried, and counted, anew."""
    async with transaction(sessions) as session:
        outcome = await _note(session, leaving.claimed, verdict)
    return in_the_way(outcome) or ports.LaneLeft(state="more")


def in_the_way(outcome: ports.AttemptOutcome) -> ports.LaneLeft | None:
    """What keeps a lane from its next item after an attempt; nothing where the item is off its hands."""
    match outcome.outcome:
        case "again":
            return ports.LaneLeft(state="again", wait=outcome.wait)
        case "dead" | "paused" as state:
            return ports.LaneLeft(state=state)
        case _:
            return None


async def _next(session: AsyncSession, ways: Ways, turn: ports.LaneTurn) -> Leaving | ports.LaneLeft:
    """The next item that may leave, marked; those that may not any more are held or gone, and passed over."""
    while (found := await _first(session, ways, turn)) is None:
        pass
    return found


async def _first(session: AsyncSession, ways: Ways, turn: ports.LaneTurn) -> Leaving | ports.LaneLeft | None:
    """The first item of a lane, marked; nothing where it may not leave any more, and is held or gone."""
    item = await lanes.next_in_turn(session, turn, datetime.now(UTC))
    if isinstance(item, ports.LaneLeft):
        return item
    leaving = await _mark(session, ways, item)
    return leaving if isinstance(leaving, Leaving) else in_the_way(leaving)


async def _mark(session: AsyncSession, ways: Ways, given: ports.Attempt) -> Leaving | ports.AttemptOutcome:
    """Claim an item and count the attempt, with all that is needed to send it once this is committed."""
    now = datetime.now(UTC)
    claimed = await lanes.claim(session, given.sequence, now)
    if claimed is None:
        return GONE
    if claimed == lanes.PAUSED:
        return ports.AttemptOutcome(outcome="paused")
    if claimed.row.needs_basis and not SNAPSHOT.read(claimed.case.snapshot).may_tell_partners:
        lanes.hold(claimed, NO_BASIS, now)
        return ports.AttemptOutcome(outcome="gone", code=NO_BASIS)
    if claimed.row.kind == STAY_NOTICE and await people.hidden(session, claimed.case.person_id):
        lanes.hold(claimed, WITHHELD, now)
        return ports.AttemptOutcome(outcome="gone", code=WITHHELD)
    lanes.count_attempt(claimed, now)
    return Leaving(claimed, await _prepare(session, claimed, given.clock, ways))


async def give_up(sessions: Sessions, given: ports.Attempt, code: str) -> ports.AttemptOutcome:
    """Make a dead letter of an item that we cannot send, through no fault of the partner's."""
    async with transaction(sessions) as session:
        claimed = await lanes.claim(session, given.sequence, datetime.now(UTC))
        if isinstance(claimed, lanes.Claimed):
            lanes.refused(claimed.row, code, "not understood by us")
    return ports.AttemptOutcome(outcome="dead", code=code)


async def _prepare(
    session: AsyncSession, claimed: lanes.Claimed, clock: CaseClock, ways: Ways
) -> Callable[[], Awaitable[Verdict]]:
    """What sends the item, once this transaction is over."""
    if claimed.partner.transport == HL7_V2:
        at = clock.case_time(claimed.row.created_at)
        return await mllp_delivery.prepare(session, claimed, at, ways.links, ways.profiles)
    occasion = await _occasion(session, claimed, clock)
    return lambda: _post(ways.clients, claimed, occasion)


async def _occasion(session: AsyncSession, claimed: lanes.Claimed, clock: CaseClock) -> Occasion:
    row, receiver_id = claimed.row, claimed.partner.organisation_id
    sight = people.told(SNAPSHOT.read(claimed.case.snapshot), receiver_id, row.kind)
    return Occasion(
        key=row.key,
        case_id=row.case_id,
        person=await people.person_facts(session, claimed.case.person_id, receiver_id, sight),
        sender=await people.organisation_facts(session, row.organisation_id or claimed.case.referrer_id),
        receiver=await people.organisation_facts(session, receiver_id),
        sent_at=clock.case_time(row.created_at),
    )


async def _post(clients: PartnerClients, claimed: lanes.Claimed, occasion: Occasion) -> Verdict:
    key = str(claimed.row.key)
    try:
        resource = outgoing_resource(claimed.row.kind, claimed.row.payload, occasion)
    except (KeyError, ValueError) as fault:
        return Verdict("refused", f"not understood by us: {type(fault).__name__}", sent=False)
    try:
        response = await clients.post(
            claimed.partner,
            resource["resourceType"],
            content=json.dumps(resource, sort_keys=True).encode(),
            headers={"Content-Type": FHIR_JSON, "Idempotency-Key": key, "X-Request-Id": key},
        )
    except CannotReach as fault:
        return Verdict("misdirected" if fault.lasting else "failed", fault.words, sent=False)
    except httpx.HTTPError as failure:
        if words := tls_words(failure):
            return Verdict("misdirected", words, sent=False)
        unsent = isinstance(failure, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
        return Verdict("failed", type(failure).__name__, sent=not unsent)
    return judge(response, claimed.row.attempts)


def judge(response: httpx.Response, attempts: int) -> Verdict:
    """Return what an answer means for the ``attempts``-th try that went out.

    That a repeated request is a duplicate says that an earlier one, whose answer was lost, had arrived. A 409
    without a code may as well be a conflict: a person decides.
    """
    status, detail = response.status_code, f"HTTP {response.status_code}"
    issues = _issue_codes(response)
    repeated = attempts > 1 or status == CONFLICT
    if response.is_success or (repeated and DUPLICATE in issues):
        return Verdict("received", detail)
    if status in _SETUP or response.is_redirect:
        return Verdict("misdirected", detail)
    if status in _TRANSIENT or response.is_server_error:
        wish = _retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        return Verdict("failed", detail, wish=wish)
    return Verdict("refused", detail)


def _issue_codes(response: httpx.Response) -> set[str]:
    """The codes of an OperationOutcome; none where the answer is something else."""
    try:
        return {str(issue["code"]) for issue in response.json()["issue"]}
    except (ValueError, KeyError, TypeError):
        return set()


def _retry_after(wish: str | None, now: datetime) -> timedelta:
    """Read Retry-After, seconds or a date; what is absent, unreadable or past is no wish."""
    if not wish:
        return timedelta(0)
    try:
        until = float(wish) if wish.isdecimal() else (parsedate_to_datetime(wish) - now).total_seconds()
    except (ValueError, TypeError):
        return timedelta(0)
    return min(max(timedelta(seconds=until), timedelta(0)), _LONGEST_WISH)


async def _note(session: AsyncSession, claimed: lanes.Claimed, verdict: Verdict) -> ports.AttemptOutcome:
    if claimed.partner.transport == HL7_V2 and verdict.meaning != "busy":
        await sent.note_answer(session, claimed.row.key, verdict.detail)
    now = datetime.now(UTC)
    found = await lanes.on_its_way(session, claimed.row.sequence, claimed.partner.id)
    if found is None:
        return GONE
    row, partner = found
    held = row.state == "held"
    if verdict.sent and verdict.meaning != "busy":
        lanes.sent(row, now)
    else:
        lanes.not_sent(row)
    if held and row.sent_at:
        _log.warning("outbox %s left; the basis for it ended while it was on its way", row.sequence)
    outcome = await _settle(session, claimed, row, partner, verdict, now)
    return GONE if held else outcome


async def _settle(
    session: AsyncSession,
    claimed: lanes.Claimed,
    row: OutboxRow,
    partner: PartnerRow,
    verdict: Verdict,
    now: datetime,
) -> ports.AttemptOutcome:
    match verdict.meaning:
        case "busy":
            return ports.AttemptOutcome(outcome="again", wait=NEXT_TURN)
        case "received":
            lanes.received(row, now, accepted=verdict.accepted)
            await partners.works_again(session, partner)
            return ports.AttemptOutcome(outcome="received")
        case "misdirected" if not (verdict.sent and await _is_its_own(session, claimed, row)):
            return _later(lanes.failed(row, partner, now, partners.SETUP_WRONG, verdict.detail), verdict)
        case "failed":
            return _later(lanes.failed(row, partner, now, PARTNER_AWAY, verdict.detail), verdict)
        case _:
            lanes.refused(row, PARTNER_REFUSED, verdict.detail)
            if verdict.sent:
                await partners.works_again(session, partner)
            return ports.AttemptOutcome(outcome="dead", code=PARTNER_REFUSED)


def _later(wait: timedelta | None, verdict: Verdict) -> ports.AttemptOutcome:
    if wait is None:
        return ports.AttemptOutcome(outcome="paused")
    return ports.AttemptOutcome(outcome="again", wait=max(wait, verdict.wish), code=PARTNER_AWAY)


async def _is_its_own(session: AsyncSession, claimed: lanes.Claimed, row: OutboxRow) -> bool:
    """Whether it concerns this item alone: another went through since this one was answered so before."""
    code, since = claimed.failed_before or ("", None)
    if code != partners.SETUP_WRONG or since is None:
        return False
    return await partners.took_another_since(session, row, since)
