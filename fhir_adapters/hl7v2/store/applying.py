"""Giving the facts of one message their effect: facts, person, spell and case signals in the caller's
transaction.
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.clocks import london_date
from fhir_adapters.hl7v2.facts import (
    DocumentReported,
    Fact,
    PersonReported,
    PersonsMerged,
    ReferralReported,
    StayReported,
    ValuesExtracted,
    content_hash,
)
from fhir_adapters.hl7v2.store import cases, persons
from fhir_adapters.hl7v2.store.cases import Cause
from fhir_adapters.hl7v2.store.documents import apply_document
from fhir_adapters.hl7v2.store.doubts import Doubt
from fhir_adapters.hl7v2.store.referring import Asking, apply_referral
from fhir_adapters.hl7v2.store.spells import refold_spell, spell_of
from fhir_adapters.store.tables import FactRow


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from; `today` is the London date of case time, for facts that carry no time."""

    inbox_id: UUID
    organisation_id: UUID
    feed_code: str
    today: date


@dataclass(slots=True)
class Effect:
    """Whom and which stay the message was about."""

    person_id: UUID | None = None
    spell_id: UUID | None = None


async def apply_facts(
    session: AsyncSession, source: Source, facts: tuple[Fact, ...], first: int = 0
) -> Effect:
    """Write the facts and all that follows from them; `first` numbers them within the inbox row. Raises
    Doubt.
    """
    effect = Effect()
    for ordinal, fact in enumerate(facts, first):
        if isinstance(fact, PersonReported):
            await _person(session, source, ordinal, fact, effect)
        elif isinstance(fact, StayReported):
            await _stay(session, source, ordinal, fact, effect)
        elif isinstance(fact, PersonsMerged):
            await _merge(session, source, ordinal, fact, effect)
        else:
            await _beside(session, source, ordinal, fact, effect)
    return effect


async def _beside(
    session: AsyncSession,
    source: Source,
    ordinal: int,
    fact: ReferralReported | DocumentReported | ValuesExtracted,
    effect: Effect,
) -> None:
    """What a message says beside its person and stay."""
    person_id = effect.person_id
    if person_id is None:
        raise Doubt("message-not-understood", "nobody-named")
    await _keep(session, source, ordinal, fact, person_id, effect.spell_id)
    if isinstance(fact, ReferralReported):
        asking = Asking(source.inbox_id, source.organisation_id, source.feed_code, source.today)
        await apply_referral(session, asking, person_id, fact)
    elif isinstance(fact, DocumentReported):
        await apply_document(
            session,
            inbox_id=source.inbox_id,
            organisation_id=source.organisation_id,
            person_id=person_id,
            spell_id=effect.spell_id,
            fact=fact,
        )


def _cause(source: Source, fact: Fact) -> Cause:
    at = fact.moved_at or fact.stated_at if isinstance(fact, StayReported) else fact.stated_at
    on = london_date(at) if at else source.today
    return Cause(source.inbox_id, source.inbox_id, source.organisation_id, on)


async def _keep(
    session: AsyncSession,
    source: Source,
    ordinal: int,
    fact: Fact,
    person_id: UUID,
    spell_id: UUID | None = None,
) -> None:
    at = fact.moved_at or fact.stated_at if isinstance(fact, StayReported) else fact.stated_at
    row = {
        "inbox_id": source.inbox_id,
        "ordinal": ordinal,
        "person_id": person_id,
        "spell_id": spell_id,
        "kind": fact.kind,
        "effective_at": at,
        "content_hash": content_hash(fact),
        "payload": fact.model_dump(mode="json"),
    }
    await session.execute(insert(FactRow).values(row).on_conflict_do_nothing())


async def _person(
    session: AsyncSession, source: Source, ordinal: int, fact: PersonReported, effect: Effect
) -> None:
    person_id = await persons.person_of(session, source.organisation_id, fact)
    effect.person_id = person_id
    await _keep(session, source, ordinal, fact, person_id)
    person, died_now = await persons.refold_person(session, person_id)
    if died_now:
        cause = _cause(source, fact)
        on = person.died_on or cause.on
        await cases.tell_of_death(session, replace(cause, on=on), person_id)


async def _stay(
    session: AsyncSession, source: Source, ordinal: int, fact: StayReported, effect: Effect
) -> None:
    if effect.person_id is None:
        raise Doubt("message-not-understood", "stay-of-nobody")
    spell = await spell_of(session, source.organisation_id, effect.person_id, fact.key, source.feed_code)
    effect.spell_id = spell.id
    await _keep(session, source, ordinal, fact, effect.person_id, spell.id)
    before, after = await refold_spell(session, spell)
    await cases.tell_of_spell(session, _cause(source, fact), spell, before, after)


async def _merge(
    session: AsyncSession, source: Source, ordinal: int, fact: PersonsMerged, effect: Effect
) -> None:
    """A number that nobody has yet is simply the survivor's from now on, so the order of messages does
    not matter.
    """
    await persons.lock_identities(session, source.organisation_id, (*fact.survivor, *fact.retired))
    survivor = await persons.find_person(session, source.organisation_id, fact.survivor)
    retired = await persons.find_person(session, source.organisation_id, fact.retired)
    kept = survivor or retired or await persons.new_person(session)
    effect.person_id = kept
    await _keep(session, source, ordinal, fact, kept)
    if survivor and retired and survivor != retired:
        await persons.merge_persons(session, survivor, retired)
    await persons.add_numbers(session, source.organisation_id, kept, (*fact.survivor, *fact.retired))
    await persons.refold_person(session, kept)
    await cases.tell_of_merge(session, _cause(source, fact), kept)
