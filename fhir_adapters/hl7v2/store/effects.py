"""Giving the facts of one message their effect: facts, person, spell and case signals in the caller's
transaction.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.clocks import london_date
from fhir_adapters.hl7v2.facts import (
    DocumentReported,
    Fact,
    PersonDeleted,
    PersonReported,
    PersonsLinked,
    PersonsMerged,
    ReferralReported,
    StayMoved,
    StayReported,
    ValuesExtracted,
    hash_of,
)
from fhir_adapters.hl7v2.process.spells import doubts_of
from fhir_adapters.hl7v2.store import cases, deletions, pairs, persons
from fhir_adapters.hl7v2.store.batch_state import Reported, state_of
from fhir_adapters.hl7v2.store.cases import Cause
from fhir_adapters.hl7v2.store.documents import apply_document
from fhir_adapters.hl7v2.store.doubts import Doubt
from fhir_adapters.hl7v2.store.early_hiding import lift
from fhir_adapters.hl7v2.store.links import apply_link, people_linked
from fhir_adapters.hl7v2.store.merges import MergeCause
from fhir_adapters.hl7v2.store.moved_stays import Settled, settle
from fhir_adapters.hl7v2.store.moves import keep_move, try_again
from fhir_adapters.hl7v2.store.person_merge import heed_contradiction, message_cause, unite_by_message
from fhir_adapters.hl7v2.store.person_writer import refold_person
from fhir_adapters.hl7v2.store.referrals import Asking, apply_referral, request_of_stranger
from fhir_adapters.hl7v2.store.spells import refold_spell, spell_of
from fhir_adapters.people.match import NUMBER_USED_AGAIN
from fhir_adapters.store.tables import FactRow

REQUESTED = "referral-requested"

STAYS_OF_DELETION = 1_000
"""Facts of stays that follow from a deletion are numbered from here, apart from those of the message."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from; `today` is the London date of case time, for facts that carry no time.
    `reading_id` is another each time that the message is read again: what a case was told because of it may
    have to be told once more.
    """

    inbox_id: UUID
    organisation_id: UUID
    feed_code: str
    today: date
    reading_id: UUID


@dataclass(slots=True)
class Effect:
    """Whom and which stay the message was about: the first where it names several. `of_stay` is the person
    whom the next stay in the message belongs to, `told` what was said of them; `notes` are codes of what was
    done with care. `requested` says that it was kept as a referral request alone: whom it means is not said.
    """

    person_id: UUID | None = None
    spell_id: UUID | None = None
    of_stay: UUID | None = None
    told: PersonReported | None = None
    notes: list[str] = field(default_factory=list)
    requested: bool = False

    def about(self, person_id: UUID) -> None:
        """The message goes on with this person."""
        self.person_id = self.person_id or person_id
        self.of_stay = person_id


async def apply_facts(
    session: AsyncSession, source: Source, facts: tuple[Fact, ...], first: int = 0
) -> Effect:
    """Write the facts and all that follows from them; `first` numbers them within the inbox row. Raises
    Doubt.
    """
    effect = Effect()
    await _lock_everybody(session, source, facts)
    if await request_of_stranger(session, _asking(source), facts):
        return Effect(notes=[REQUESTED], requested=True)
    for ordinal, fact in enumerate(facts, first):
        if isinstance(fact, PersonReported) and fact.introduces:
            await _introduce(session, source, ordinal, fact)
        elif isinstance(fact, PersonReported):
            await _person(session, source, ordinal, fact, effect)
        elif isinstance(fact, StayReported):
            await _stay(session, source, ordinal, fact, effect)
        elif isinstance(fact, StayMoved):
            await _move(session, source, ordinal, fact, effect)
        elif isinstance(fact, PersonDeleted):
            await _delete(session, source, ordinal, fact, effect)
        elif isinstance(fact, PersonsMerged):
            await _merge(session, source, ordinal, fact, effect)
        elif isinstance(fact, PersonsLinked):
            await _link(session, source, ordinal, fact)
        else:
            await _beside(session, source, ordinal, fact, effect)
    return effect


async def _lock_everybody(session: AsyncSession, source: Source, facts: tuple[Fact, ...]) -> None:
    """Where a message names several people, all at once, so that two such messages cannot wait for each
    other.
    """
    named = [fact.identifiers for fact in facts if isinstance(fact, PersonReported)]
    if len(named) > 1:
        everybody = [number for numbers in named for number in numbers]
        await persons.lock_identities(session, source.organisation_id, everybody)


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
        if await apply_referral(session, _asking(source, effect.told), person_id, fact):
            effect.notes.append(REQUESTED)
    elif isinstance(fact, DocumentReported):
        await apply_document(
            session,
            inbox_id=source.inbox_id,
            organisation_id=source.organisation_id,
            person_id=person_id,
            spell_id=effect.spell_id,
            fact=fact,
        )


def _asking(source: Source, told: PersonReported | None = None) -> Asking:
    return Asking(source.inbox_id, source.organisation_id, source.feed_code, source.today, told)


def _cause(source: Source, fact: Fact) -> Cause:
    at = fact.moved_at or fact.stated_at if isinstance(fact, StayReported) else fact.stated_at
    on = london_date(at) if at else source.today
    return Cause(source.reading_id, source.inbox_id, source.organisation_id, on)


def _written(fact: Fact) -> dict[str, Any]:
    """What is kept of a fact, with its hash; where a fact is put in order by it, both were made already."""
    if isinstance(fact, PersonReported | StayReported):
        return {"content_hash": fact.digest, "payload": fact.content}
    content = fact.model_dump(mode="json")
    return {"content_hash": hash_of(content), "payload": content}


async def _keep(
    session: AsyncSession,
    source: Source,
    ordinal: int,
    fact: Fact,
    person_id: UUID,
    spell_id: UUID | None = None,
) -> None:
    at = fact.moved_at or fact.stated_at if isinstance(fact, StayReported) else fact.stated_at
    state = state_of(session)
    row = {
        "inbox_id": source.inbox_id,
        "ordinal": ordinal,
        "person_id": person_id,
        "spell_id": spell_id,
        "kind": fact.kind,
        "effective_at": at,
        **_written(fact),
    }
    if state is None:
        await session.execute(insert(FactRow).values(row).on_conflict_do_nothing())
        return
    state.new_facts.append({"id": uuid4(), **row})
    arrival = {"arrival": (state.sequences[source.inbox_id], ordinal)}
    if isinstance(fact, PersonReported):
        said = Reported(fact.model_copy(update=arrival), source.organisation_id, person_id)
        state.reported[person_id].append(said)
    elif isinstance(fact, StayReported) and spell_id:
        state.stays[spell_id].append(fact.model_copy(update=arrival))


async def _person(
    session: AsyncSession, source: Source, ordinal: int, fact: PersonReported, effect: Effect
) -> None:
    await persons.lock_identities(session, source.organisation_id, fact.identifiers)
    await heed_contradiction(session, _merge_cause(source, fact), fact)
    person_id, found = await persons.person_of(session, source.organisation_id, fact)
    effect.about(person_id)
    effect.told = effect.told or fact
    await _keep(session, source, ordinal, fact, person_id)
    await lift(session, source.organisation_id, fact)
    refolded = await refold_person(session, person_id)
    if any(one.rule == NUMBER_USED_AGAIN for one in found.offered):
        effect.notes.append(NUMBER_USED_AGAIN)
    if found.left_number:
        effect.notes.append("nhs-number-not-taken")
    await pairs.offer(session, source.organisation_id, source.inbox_id, found.offered, person_id)
    if refolded.changed:
        await pairs.offer_resembling(session, source.organisation_id, source.inbox_id, refolded.person)
    await cases.tell_of_life_or_death(session, _cause(source, fact), refolded)


async def _introduce(session: AsyncSession, source: Source, ordinal: int, fact: PersonReported) -> None:
    """Who somebody in a merge or move is; found by their numbers alone, which are locked by now."""
    person_id = await persons.numbered(session, source.organisation_id, fact.identifiers, fact.stated_at)
    await _keep(session, source, ordinal, fact, person_id)
    await refold_person(session, person_id)


async def _stay(
    session: AsyncSession, source: Source, ordinal: int, fact: StayReported, effect: Effect
) -> None:
    if effect.of_stay is None:
        raise Doubt("message-not-understood", "stay-of-nobody")
    found = await spell_of(session, source.organisation_id, effect.of_stay, fact.key, source.feed_code)
    effect.spell_id = effect.spell_id or found.spell.id
    await _keep(session, source, ordinal, fact, effect.of_stay, found.spell.id)
    before, after = await refold_spell(session, found.spell)
    effect.notes += doubts_of(fact, before, after)
    if found.used_again:
        effect.notes.append("visit-number-of-another-person")
    cause = _cause(source, fact)
    if found.absorbed is None:
        await cases.tell_of_spell(session, cause, found.spell, before, after)
        return
    gone, nothing = await refold_spell(session, found.absorbed)
    same = found.spell.person_id
    settled = [Settled(found.spell, same, before, after), Settled(found.absorbed, same, gone, nothing)]
    await cases.tell_of_moves(session, cause, settled)


async def _move(session: AsyncSession, source: Source, ordinal: int, fact: StayMoved, effect: Effect) -> None:
    """A stay of another number or person; people whom nobody has heard of are known from now on."""
    await persons.lock_identities(session, source.organisation_id, (*fact.person, *fact.from_person))
    person_id = await persons.numbered(session, source.organisation_id, fact.person, fact.stated_at)
    from_person_id = None
    if fact.from_person:
        from_person_id = await persons.numbered(
            session, source.organisation_id, fact.from_person, fact.stated_at
        )
    effect.about(person_id)
    await _keep(session, source, ordinal, fact, person_id)
    await keep_move(session, source.inbox_id, source.organisation_id, fact, person_id, from_person_id)
    settled = await settle(session, source.organisation_id, source.feed_code, fact.number)
    await cases.tell_of_moves(session, _cause(source, fact), settled)
    await try_again(session, source.organisation_id, person_id, from_person_id or person_id)


async def _delete(
    session: AsyncSession, source: Source, ordinal: int, fact: PersonDeleted, effect: Effect
) -> None:
    """The stays that have not ended are deleted, and open cases hear of it."""
    person_id = await deletions.person_deleted(session, source.organisation_id, fact)
    if person_id is None:
        effect.notes.append("deleted-person-not-known")
        return
    effect.about(person_id)
    await _keep(session, source, ordinal, fact, person_id)
    cause = _cause(source, fact)
    stays = await deletions.stays_deleted(session, source.organisation_id, person_id)
    for place, spell in enumerate(stays, 1):
        said = deletions.deletion_of(spell, _merge_cause(source, fact).at)
        await _keep(session, source, STAYS_OF_DELETION * (ordinal + 1) + place, said, person_id, spell.id)
        before, after = await refold_spell(session, spell)
        await cases.tell_of_spell(session, cause, spell, before, after)
        effect.spell_id = effect.spell_id or spell.id
    await cases.tell_of_deletion(session, cause, person_id)


async def _merge(
    session: AsyncSession, source: Source, ordinal: int, fact: PersonsMerged, effect: Effect
) -> None:
    """A number that nobody has yet becomes a record that is merged at once, so that order does not matter."""
    kept = await unite_by_message(session, _merge_cause(source, fact), fact)
    effect.about(kept)
    await _keep(session, source, ordinal, fact, kept)
    await try_again(session, source.organisation_id, kept)


async def _link(session: AsyncSession, source: Source, ordinal: int, fact: PersonsLinked) -> None:
    """The two were told of in the same message, and their numbers are locked."""
    one, other = await people_linked(session, source.organisation_id, fact)
    await _keep(session, source, ordinal, fact, one)
    await apply_link(session, source.organisation_id, source.inbox_id, fact, one, other)


def _merge_cause(source: Source, fact: PersonReported | PersonsMerged | PersonDeleted) -> MergeCause:
    return message_cause(source.organisation_id, source.inbox_id, fact.stated_at, source.today)
