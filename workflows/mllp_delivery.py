"""One attempt by HL7 v2: the bytes that were built at the first try, over MLLP, and what the answer means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.engine import Sessions, transaction
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.hl7v2.send.answers import PartnerAnswer, meaning_of
from fhir_adapters.hl7v2.send.links import Links, NoAnswer
from fhir_adapters.hl7v2.send.message_builder import CannotBuild
from fhir_adapters.hl7v2.store import sent
from fhir_adapters.partners.settings import tls_of
from workflows.store.lanes import Claimed
from workflows.verdicts import Verdict


async def prepare(
    session: AsyncSession, claimed: Claimed, at: datetime, links: Links, profiles: ProfileBook
) -> Callable[[], Awaitable[Verdict]]:
    """What sends the item, once the transaction that keeps its message has committed."""
    try:
        message = await sent.message_for(session, claimed.row, claimed.partner, at=at, profiles=profiles)
    except (CannotBuild, ValueError) as fault:
        words = str(fault) if isinstance(fault, CannotBuild) else type(fault).__name__
        return _refused(Verdict("refused", f"not understood by us: {words}", sent=False))
    raw, control_id = message.raw, message.control_id
    endpoint, attempts, tls = claimed.partner.endpoint, claimed.row.attempts, tls_of(claimed.partner)

    async def send() -> Verdict:
        return judge(await links.exchange(endpoint, raw, control_id, tls), attempts)

    return send


def _refused(verdict: Verdict) -> Callable[[], Awaitable[Verdict]]:
    async def send() -> Verdict:
        return verdict

    return send


def judge(outcome: PartnerAnswer | NoAnswer, attempts: int) -> Verdict:
    """What an answer, or none, to the ``attempts``-th try means for the item."""
    if isinstance(outcome, NoAnswer):
        if outcome.setup:
            return Verdict("misdirected", outcome.words, sent=outcome.sent)
        return Verdict("failed" if outcome.tried else "busy", outcome.words, sent=outcome.sent)
    match meaning_of(outcome, attempts):
        case "accepted":
            return Verdict("received", outcome.words, accepted=True)
        case "received":
            return Verdict("received", outcome.words)
        case "again":
            return Verdict("failed", outcome.words)
        case "never":
            return Verdict("refused", outcome.words)


def noting(sessions: Sessions) -> Callable[[str, PartnerAnswer], Awaitable[None]]:
    """What takes answers that come when nobody waits for them."""

    async def note(endpoint: str, answer: PartnerAnswer) -> None:
        async with transaction(sessions) as session:
            for trust in await sent.organisations_at(session, endpoint):
                if await sent.late_answer(session, answer, trust):
                    return

    return note
