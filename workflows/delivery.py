"""One attempt to tell a partner something: build it, send it under its key, note what became of it.

Nothing is sent that may not leave: the lawful basis is looked at again at the last moment, and an address
that is hidden is left out. Repeated or not, an item is sent with the same key and dated when it was queued.
By FHIR it is posted from here, by HL7 v2 it goes over MLLP.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.model import Case
from discharge.clocks import CaseClock
from discharge.store.engine import Sessions, transaction
from discharge.store.tables.organisations import HL7_V2
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.fhir.outgoing import Occasion, outgoing_resource
from fhir_adapters.hl7v2.outward.links import Links
from fhir_adapters.hl7v2.store import sent
from workflows import mllp_delivery, ports
from workflows.store import lanes, people
from workflows.verdicts import Verdict

FHIR_JSON = "application/fhir+json"
REQUEST_TIMEOUT = httpx.Timeout(20.0, connect=5.0)
CONFLICT = 409
PARTNER_REFUSED, PARTNER_AWAY = "partner-refused", "partner-unavailable"
_TRANSIENT = frozenset({408, 425, 429})
_LONGEST_WISH = timedelta(minutes=30)
NEXT_TURN = timedelta(seconds=2)
"""When to ask again for a connection that others use."""


@dataclass(frozen=True)
class Ways:
    """The ways out of the house: HTTP, MLLP, and the profiles that say what an HL7 v2 partner takes."""

    http: httpx.AsyncClient
    links: Links
    profiles: ProfileBook


async def attempt(sessions: Sessions, ways: Ways, given: ports.Attempt) -> ports.AttemptOutcome:
    """Try once. What the partner does is an outcome; only our own database being away is an error."""
    async with transaction(sessions) as session:
        claimed = await lanes.claim(session, given.sequence, datetime.now(UTC))
        if claimed is None:
            return ports.AttemptOutcome(outcome="gone")
        if isinstance(claimed, timedelta):
            return ports.AttemptOutcome(outcome="again", wait=claimed)
        if claimed.row.needs_basis and not Case.model_validate(claimed.case.snapshot).may_tell_partners:
            await lanes.hold(session, given.sequence, "consent-missing")
            return ports.AttemptOutcome(outcome="gone", code="consent-missing")
        send = await _prepare(session, claimed, given.clock, ways)
    verdict = await send()
    async with transaction(sessions) as session:
        if claimed.partner.transport == HL7_V2 and verdict.meaning != "busy":
            await sent.note_answer(session, claimed.row.key, verdict.detail)
        return await _note(session, given.sequence, verdict)


async def _prepare(
    session: AsyncSession, claimed: lanes.Claimed, clock: CaseClock, ways: Ways
) -> Callable[[], Awaitable[Verdict]]:
    """What sends the item, once this transaction is over."""
    if claimed.partner.transport == HL7_V2:
        at = clock.case_time(claimed.row.created_at)
        return await mllp_delivery.prepare(session, claimed, at, ways.links, ways.profiles)
    occasion = await _occasion(session, claimed, clock)
    return lambda: _post(ways.http, claimed, occasion)


async def _occasion(session: AsyncSession, claimed: lanes.Claimed, clock: CaseClock) -> Occasion:
    row = claimed.row
    return Occasion(
        key=row.key,
        case_id=row.case_id,
        person=await people.person_facts(session, claimed.case.person_id),
        sender=await people.organisation_facts(session, row.organisation_id or claimed.case.referrer_id),
        receiver=await people.organisation_facts(session, claimed.partner.organisation_id),
        sent_at=clock.case_time(row.created_at),
    )


async def _post(http: httpx.AsyncClient, claimed: lanes.Claimed, occasion: Occasion) -> Verdict:
    key = str(claimed.row.key)
    try:
        resource = outgoing_resource(claimed.row.kind, claimed.row.payload, occasion)
    except (KeyError, ValueError) as fault:
        return Verdict("refused", f"not understood by us: {type(fault).__name__}", sent=False)
    try:
        response = await http.post(
            f"{claimed.partner.endpoint.rstrip('/')}/{resource['resourceType']}",
            content=json.dumps(resource, sort_keys=True).encode(),
            headers={"Content-Type": FHIR_JSON, "Idempotency-Key": key, "X-Request-Id": key},
            timeout=REQUEST_TIMEOUT,
        )
    except httpx.HTTPError as failure:
        unsent = isinstance(failure, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
        return Verdict("failed", type(failure).__name__, sent=not unsent)
    return judge(response, claimed.row.attempts)


def judge(response: httpx.Response, attempts: int) -> Verdict:
    """Return what an answer means for the ``attempts``-th try.

    That a repeated request is a duplicate says that an earlier one, whose answer was lost, had arrived.
    """
    status, detail = response.status_code, f"HTTP {response.status_code}"
    if response.is_success or (attempts > 1 and _is_duplicate(response)):
        return Verdict("received", detail)
    if status in _TRANSIENT or response.is_server_error:
        wish = _retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        return Verdict("failed", detail, wish=wish)
    return Verdict("refused", detail)


def _is_duplicate(response: httpx.Response) -> bool:
    """409, or an OperationOutcome of which one issue says ``duplicate``."""
    if response.status_code == CONFLICT:
        return True
    try:
        issues = response.json()["issue"]
        return any(issue["code"] == "duplicate" for issue in issues)
    except (ValueError, KeyError, TypeError):
        return False


def _retry_after(wish: str | None, now: datetime) -> timedelta:
    """Read Retry-After, seconds or a date; what is absent, unreadable or past is no wish."""
    if not wish:
        return timedelta(0)
    try:
        until = float(wish) if wish.isdecimal() else (parsedate_to_datetime(wish) - now).total_seconds()
    except (ValueError, TypeError):
        return timedelta(0)
    return min(max(timedelta(seconds=until), timedelta(0)), _LONGEST_WISH)


async def _note(session: AsyncSession, sequence: int, verdict: Verdict) -> ports.AttemptOutcome:
    now = datetime.now(UTC)
    if not await lanes.still_waits(session, sequence):  # an answer that came another way was faster
        return ports.AttemptOutcome(outcome="gone")
    if verdict.meaning == "busy":
        await lanes.not_tried(session, sequence)
        return ports.AttemptOutcome(outcome="again", wait=NEXT_TURN)
    if verdict.meaning == "received":
        await lanes.received(session, sequence, now, accepted=verdict.accepted)
        return ports.AttemptOutcome(outcome="received")
    if verdict.meaning == "refused":
        await lanes.refused(session, sequence, now, PARTNER_REFUSED, verdict.detail, sent=verdict.sent)
        return ports.AttemptOutcome(outcome="dead", code=PARTNER_REFUSED)
    away = PARTNER_AWAY
    wait = await lanes.failed(session, sequence, now, away, verdict.detail, sent=verdict.sent)
    return ports.AttemptOutcome(outcome="again", wait=max(wait, verdict.wish), code=away)
