"""What was sent by HL7 v2, kept byte for byte, and the answers that came, at once or long after.

A message is built at the first try and never again: its bytes and its MSH-10 are the same at each. An answer
that nobody waits for (an application acknowledgement of enhanced mode) finds its item by that id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.clocks import london_date
from discharge.store.outbox import note_for_relay
from discharge.store.tables import OutboxRow, PartnerRow, Person, PersonIdentifier, Spell
from discharge.store.tables.organisations import HL7_V2
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.hl7v2.facts import PersonReported
from fhir_adapters.hl7v2.send.answers import PartnerAnswer, meaning_of
from fhir_adapters.hl7v2.send.message_builder import CannotBuild, build
from fhir_adapters.hl7v2.send.news import Named, News, Stay, control_id
from fhir_adapters.hl7v2.send.sends import Parties, Sends
from fhir_adapters.hl7v2.store.spells import UNNUMBERED
from fhir_adapters.people.person_fold import PersonState, fold_person
from fhir_adapters.store.tables import FactRow, InboxRow, SentMessage

MOST_FACTS = 500
PARTNER_REFUSED, PARTNER_AWAY = "partner-refused", "partner-unavailable"


async def message_for(
    session: AsyncSession,
    item: OutboxRow,
    partner: PartnerRow,
    *,
    at: datetime,
    profiles: ProfileBook,
) -> SentMessage:
    """The message of an item, built at first need; ``at`` is case time. Raises CannotBuild, in words."""
    kept = await session.get(SentMessage, item.key)
    if kept is not None:
        return kept
    stay = await _stay_of(session, item, partner)
    built = build(
        News.model_validate(item.payload, extra="ignore"),
        await _named(session, stay.person_id, partner.organisation_id),
        Stay(visit_number=_trusts_own(stay.visit_number), admitted_at=stay.admitted_at),
        sends=_sends(partner, profiles, london_date(at)),
        parties=Parties.model_validate(partner.header or {}),
        control_id=control_id(item.key),
        at=at,
    )
    message = SentMessage(
        key=item.key,
        outbox_sequence=item.sequence,
        organisation_id=partner.organisation_id,
        control_id=built.control_id,
        event=built.event,
        raw=built.raw,
    )
    session.add(message)
    await session.flush()
    return message


def _sends(partner: PartnerRow, profiles: ProfileBook, day: date) -> Sends:
    sends = profiles.in_force(partner.profile, day).sends if partner.profile in profiles else None
    if sends is None:
        raise CannotBuild("the partner's feed profile does not list the facts that it accepts (sends)")
    return sends


async def _stay_of(session: AsyncSession, item: OutboxRow, partner: PartnerRow) -> Spell:
    """The stay that the news is about, which must be the receiver's own."""
    stay = await session.get(Spell, UUID(str(item.payload.get("spell_id"))))
    if stay is None or stay.organisation_id != partner.organisation_id:
        raise CannotBuild("the stay is not the receiver's own")
    return stay


def _trusts_own(visit_number: str) -> str:
    return "" if visit_number.startswith(UNNUMBERED) else visit_number


async def _named(session: AsyncSession, person_id: UUID, trust: UUID) -> Named:
    """The person as this trust's own messages name them, so that it learns nothing of others' from us."""
    told = await _told_by(session, person_id, trust)
    person = await session.get_one(Person, person_id)
    name = told.name
    if name is None or not name.family:
        raise CannotBuild("PID-5: the trust's own messages do not name the person")
    local = next((each for each in reversed(told.identifiers) if each.kind == "local"), None)
    kept = None if local is None else await _still_theirs(session, person_id, trust, local.value)
    stated = {each.value for each in told.identifiers if each.kind == "nhs" and each.usable}
    return Named(
        nhs_number=person.nhs_number if person.nhs_number in stated else None,
        local_number=kept.value if kept else None,
        local_authority=kept.authority if kept else "",
        family_name=name.family,
        given_name=name.given,
        birth_date=told.birth_date,
        sex=told.sex,
    )


async def _told_by(session: AsyncSession, person_id: UUID, trust: UUID) -> PersonState:
    facts = await session.scalars(
        select(FactRow.payload)
        .join(InboxRow, InboxRow.id == FactRow.inbox_id)
        .where(
            FactRow.person_id == person_id,
            FactRow.kind == "person-reported",
            InboxRow.organisation_id == trust,
        )
        .order_by(FactRow.recorded_at.desc())
        .limit(MOST_FACTS)
    )
    return fold_person(PersonReported.model_validate(payload, extra="ignore") for payload in facts)


async def _still_theirs(
    session: AsyncSession, person_id: UUID, trust: UUID, number: str
) -> PersonIdentifier | None:
    """The number as it is kept now: one that moved to somebody else is not sent."""
    kept = select(PersonIdentifier).where(
        PersonIdentifier.person_id == person_id,
        PersonIdentifier.organisation_id == trust,
        PersonIdentifier.value == number,
    )
    return await session.scalar(kept.limit(1))


async def note_answer(session: AsyncSession, key: UUID, words: str) -> None:
    """Keep the last answer to a message, or what came instead, beside it."""
    said = {"answer": words, "answered_at": func.now()}
    await session.execute(update(SentMessage).where(SentMessage.key == key).values(said))


async def late_answer(session: AsyncSession, answer: PartnerAnswer, organisation_id: UUID) -> bool:
    """Take an answer that nobody waited for, from a trust; returns whether it was to something of ours.

    An acceptance is noted. A refusal makes a dead letter, unless the item was accepted before. A passing
    fault has the item sent again, but not behind a later item that has already left: a person decides then.
    """
    wanted = (SentMessage.organisation_id == organisation_id, SentMessage.control_id == answer.control_id)
    message = await session.scalar(select(SentMessage).where(*wanted))
    if message is None:
        return False
    item = await session.get(OutboxRow, message.outbox_sequence, with_for_update=True)
    await note_answer(session, message.key, answer.words)
    if (
        item is not None  # of a case that closed long ago: the answer stands beside the message
        and item.key == message.key
        and item.state in ("pending", "held", "delivered")
        and item.accepted_at is None
    ):
        await _apply(session, item, answer)
    return True


async def _apply(session: AsyncSession, item: OutboxRow, answer: PartnerAnswer) -> None:
    meaning, now = meaning_of(answer, item.attempts), func.now()
    if meaning in ("accepted", "received"):
        item.state, item.error_code, item.error_detail = "delivered", None, None
        item.sent_at = item.sent_at or item.leaving_at or now
        item.received_at = item.received_at or now
        item.accepted_at = now if meaning == "accepted" else None
    elif meaning == "again" and not await _overtaken(session, item):
        if item.state == "delivered":
            item.state, item.relayed_at = "pending", None
            note_for_relay(session)
        item.error_code, item.error_detail = PARTNER_AWAY, answer.words
    else:
        item.state, item.error_code, item.error_detail = "dead", PARTNER_REFUSED, answer.words


async def _overtaken(session: AsyncSession, item: OutboxRow) -> bool:
    later = exists().where(
        OutboxRow.partner_id == item.partner_id,
        OutboxRow.case_id == item.case_id,
        OutboxRow.sequence > item.sequence,
        OutboxRow.sent_at.is_not(None),
    )
    return bool(await session.scalar(select(later)))


async def organisations_at(session: AsyncSession, endpoint: str) -> Sequence[UUID]:
    """Whose HL7 v2 endpoint this is: an integration engine may take what is for several trusts."""
    known = select(PartnerRow.organisation_id).where(
        PartnerRow.endpoint == endpoint, PartnerRow.transport == HL7_V2
    )
    return (await session.scalars(known)).all()
