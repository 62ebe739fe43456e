"""Telling cases what a message changed: one `case-signal` outbox row a case, coded, holding the stay as it
now stands.

The command id is derived from the inbox row and the case, so whatever is repeated the case hears it once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import (
    Command,
    Envelope,
    NoteHospitalFacts,
    NoteMerge,
    NotePersonDeleted,
    NoteUnmerge,
    RecordDeath,
    WithdrawDeath,
)
from discharge.cases.model import Actor, CaseSpell
from discharge.clocks import london_date
from discharge.store.outbox import queue_case_signal
from discharge.store.record import CASE_SIGNAL
from discharge.store.tables import CaseParticipantRow, CaseRow, CaseSpellRow, OutboxRow, Spell
from fhir_adapters.hl7v2.facts import content_hash
from fhir_adapters.hl7v2.process.spells import SpellState
from fhir_adapters.hl7v2.store.batch_state import state_of
from fhir_adapters.hl7v2.store.moved_stays import Settled
from fhir_adapters.hl7v2.store.person_writer import Refolded
from fhir_adapters.hl7v2.store.persons import same_person

READMITTED_WITHIN = timedelta(days=29)
"""A new admission this long after the discharge concerns the closed case (NHS Digital indicator I02040)."""
IN_HOSPITAL = ("admitted", "on-leave")
"""Who is on leave is still admitted."""
MOVED_WITHIN = timedelta(days=2)
"""A case closed as admitted elsewhere waits this long for the stay in the other hospital."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a signal comes from, and for which organisation it speaks; `on` is the effective date.

    `source_id` makes the command's id; `inbox_id` is the message, None where no single message is the cause.
    """

    source_id: UUID
    inbox_id: UUID | None
    organisation_id: UUID
    on: date


def case_spell(spell: Spell, state: SpellState) -> CaseSpell:
    """The coded part of a spell that a case keeps; dates are London dates."""
    return CaseSpell(
        spell_id=spell.id,
        organisation_id=spell.organisation_id,
        status=state.status,
        ward=state.ward,
        bed=state.bed,
        admitted_on=london_date(state.admitted_at) if state.admitted_at else None,
        discharged_on=london_date(state.discharged_at) if state.discharged_at else None,
        admission_method=state.admission_method,
        expected_admission_on=state.expected_admission_on,
        expected_discharge_on=state.expected_discharge_on,
        medically_fit=state.medically_fit,
        medically_fit_on=state.medically_fit_on,
        discharge_method=state.discharge.method if state.discharge else None,
        discharge_destination=state.discharge.destination if state.discharge else None,
        died=state.died,
        cancelled_because=state.cancelled_because,
        not_left_at=state.not_left_at,
        fit_on_assumed=state.fit_on_assumed,
        doubts=state.doubts,
    )


async def _cases_with_spell(session: AsyncSession, spell: Spell, people: Iterable[UUID]) -> list[CaseRow]:
    """Cases that hold the spell, closed ones too (late facts reopen or annotate), and cases of these people
    that were told of it and have yet to write it down.
    """
    people = list(people)
    batch = state_of(session)
    if batch is not None and batch.in_cases.isdisjoint((spell.id, *people)):
        return []
    holding = select(CaseSpellRow.case_id).where(CaseSpellRow.spell_id == spell.id)
    told = select(OutboxRow.case_id).where(
        OutboxRow.case_id.in_(select(CaseRow.id).where(CaseRow.person_id.in_(people))),
        OutboxRow.channel == CASE_SIGNAL,
        OutboxRow.payload[("command", "spell", "spell_id")].astext == str(spell.id),
    )
    ids = {*await session.scalars(holding), *await session.scalars(told)}
    query = select(CaseRow).where(CaseRow.id.in_(ids)).order_by(CaseRow.referred_on, CaseRow.id)
    return list(await session.scalars(query)) if ids else []


def _newly_concerned(case: CaseRow, spell: CaseSpell) -> bool:
    """Whether a case that does not hold this spell should hear of it."""
    if spell.status == "cancelled":
        return False
    if spell.status == "expected":
        return case.closed_on is None and case.awaiting_spell
    if case.closed_on is None:
        left = spell.discharged_on
        return left is None or left >= case.referred_on
    if spell.status not in IN_HOSPITAL or spell.admitted_on is None:
        return False
    if case.discharged_on is not None:
        return timedelta(0) <= spell.admitted_on - case.discharged_on <= READMITTED_WITHIN
    return case.outcome == "admitted-elsewhere" and abs(spell.admitted_on - case.closed_on) <= MOVED_WITHIN


async def tell_of_spell(
    session: AsyncSession, cause: Cause, spell: Spell, before: SpellState | None, after: SpellState
) -> None:
    """Signal the difference to cases that hold the spell, and the spell to cases that should hold it."""
    same_kind = before is not None and before.attendance == after.attendance
    if before is not None and same_kind and case_spell(spell, before) == case_spell(spell, after):
        return
    people = await same_person(session, spell.person_id)
    held = await _cases_with_spell(session, spell, people)
    await _tell(session, cause, spell, after, people, held)


async def tell_of_moves(session: AsyncSession, cause: Cause, settled: list[Settled]) -> None:
    """Signal what stays became when one was given to another number or person: first the stays that go on, to
    every case that held any of them, then those that nothing is left of. A move that is read again and
    changes nothing is told to nobody.
    """
    if not any(map(_changed, settled)):
        return
    held: dict[UUID, list[CaseRow]] = {}
    for each in settled:
        people = [*await same_person(session, each.spell.person_id), each.person_before]
        held[each.spell.id] = await _cases_with_spell(session, each.spell, people)
    anywhere = [case for cases in held.values() for case in cases]
    for each in sorted(settled, key=lambda one: one.after.cancelled_because == "moved"):
        people = await same_person(session, each.spell.person_id)
        own = [case for case in anywhere if case.person_id in people]
        holding = held[each.spell.id] if each.after.status == "cancelled" else [*held[each.spell.id], *own]
        await _tell(session, cause, each.spell, each.after, people, holding)


def _changed(each: Settled) -> bool:
    """Whether a case would hear anything of a stay that it did not know."""
    if each.before is None or each.person_before != each.spell.person_id:
        return True
    told = case_spell(each.spell, each.after), each.after.attendance
    return (case_spell(each.spell, each.before), each.before.attendance) != told


async def _tell(
    session: AsyncSession,
    cause: Cause,
    spell: Spell,
    state: SpellState,
    people: Iterable[UUID],
    held: Iterable[CaseRow],
) -> None:
    """Tell cases that hold it, and those of the person that should; somebody else's case loses the stay. An
    attendance concerns no case until it becomes a stay.
    """
    cases = {case.id: case for case in held}
    theirs = [] if state.attendance else await _cases_of(session, spell.person_id)
    if not cases and not theirs:
        return
    own = set(people)
    told = case_spell(spell, state)
    lost = told.model_copy(update={"status": "cancelled", "cancelled_because": "moved"})
    for case in cases.values():
        await signal(
            session, cause, case.id, NoteHospitalFacts(spell=told if case.person_id in own else lost)
        )
    for case in theirs:
        if case.id not in cases and _newly_concerned(case, told):
            await signal(session, cause, case.id, NoteHospitalFacts(spell=told))


async def _cases_of(session: AsyncSession, person_id: UUID) -> list[CaseRow]:
    """The open case of a person, else the one closed last."""
    batch = state_of(session)
    if batch is not None and person_id not in batch.in_cases:
        return []
    ids = await same_person(session, person_id)
    query = select(CaseRow).where(CaseRow.person_id.in_(ids)).order_by(CaseRow.referred_on.desc(), CaseRow.id)
    cases = list(await session.scalars(query))
    still_open = [case for case in cases if case.closed_on is None]
    return still_open or cases[:1]


async def tell_of_life_or_death(session: AsyncSession, cause: Cause, refolded: Refolded) -> None:
    """A death outside a stay's own codes (PID-29, PID-30) stops every open case of the person; one that is
    taken back lets the case that it closed go on.
    """
    person = refolded.person
    if refolded.died_now:
        on = person.died_on or cause.on
        for case in await _cases_of(session, person.id):
            if case.closed_on is None:
                await signal(session, replace(cause, on=on), case.id, RecordDeath(), suffix="died")
    if refolded.lives_after_all:
        for case in await _cases_of(session, person.id):
            if case.closed_on is None or case.outcome == "died":
                await signal(session, cause, case.id, WithdrawDeath(), suffix="lives")


async def tell_of_deletion(session: AsyncSession, cause: Cause, person_id: UUID) -> None:
    """A trust deleted the person's record: open cases in which it takes part, or whose stay it holds."""
    takes_part = select(CaseParticipantRow.case_id).where(
        CaseParticipantRow.organisation_id == cause.organisation_id, CaseParticipantRow.until_on.is_(None)
    )
    holds = (
        select(CaseSpellRow.case_id)
        .join(Spell, Spell.id == CaseSpellRow.spell_id)
        .where(Spell.organisation_id == cause.organisation_id)
    )
    theirs = CaseRow.id.in_(takes_part.union(holds))
    people = await same_person(session, person_id)
    open_ones = select(CaseRow.id).where(CaseRow.person_id.in_(people), CaseRow.closed_on.is_(None), theirs)
    for case_id in await session.scalars(open_ones.order_by(CaseRow.id)):
        await signal(session, cause, case_id, NotePersonDeleted(), suffix="person-deleted")


async def tell_of_merge(session: AsyncSession, cause: Cause, survivor: UUID) -> list[UUID]:
    """Two open cases of one person: the older one stays, the others end as merged into it. Returns those."""
    ids = await same_person(session, survivor)
    query = select(CaseRow).where(CaseRow.person_id.in_(ids), CaseRow.closed_on.is_(None))
    cases = list(await session.scalars(query.order_by(CaseRow.referred_on, CaseRow.id)))
    for case in cases[1:]:
        await signal(session, cause, case.id, NoteMerge(into_case_id=cases[0].id), suffix="merged")
    return [case.id for case in cases[1:]]


async def tell_of_unmerge(
    session: AsyncSession, cause: Cause, ended: Iterable[UUID], sides: Iterable[list[UUID]]
) -> None:
    """Cases that ended as merged go on, unless their person has another open one by now; a stay that is the
    other person's is none of a case's any more.
    """
    for case_id in ended:
        if not await _has_another_open(session, case_id):
            await signal(session, cause, case_id, NoteUnmerge(), suffix="unmerged")
    for people in sides:
        strays = (
            select(CaseRow.id, Spell)
            .join(CaseSpellRow, CaseSpellRow.case_id == CaseRow.id)
            .join(Spell, Spell.id == CaseSpellRow.spell_id)
            .where(CaseRow.person_id.in_(people), Spell.person_id.not_in(people))
        )
        for case_id, spell in (await session.execute(strays)).all():
            told = CaseSpell(
                spell_id=spell.id,
                organisation_id=spell.organisation_id,
                status="cancelled",
                cancelled_because="moved",
            )
            suffix = f"left/{spell.id}"
            await signal(session, cause, case_id, NoteHospitalFacts(spell=told), suffix=suffix)


async def _has_another_open(session: AsyncSession, case_id: UUID) -> bool:
    case = await session.get_one(CaseRow, case_id)
    another = select(CaseRow.id).where(
        CaseRow.person_id == case.person_id, CaseRow.id != case_id, CaseRow.closed_on.is_(None)
    )
    return await session.scalar(another.limit(1)) is not None


async def signal(
    session: AsyncSession, cause: Cause, case_id: UUID, command: Command, *, suffix: str | None = None
) -> None:
    """Queue one command for a case's workflow; the same one from the same source is dropped by its key."""
    about = suffix or content_hash(command)
    envelope = Envelope(
        command_id=uuid5(cause.source_id, f"{case_id}/{about}"),
        case_id=case_id,
        actor=Actor(organisation_id=cause.organisation_id, role="system"),
        effective_on=cause.on,
        command=command,
    )
    await queue_case_signal(session, envelope, cause_inbox_id=cause.inbox_id)


async def join_trusts(session: AsyncSession) -> int:
    """Let each trust into the open cases of the patients in its beds, where something left it out: the case
    hears of the stay once more, and the trust takes part by that. Returns how many lack their trust.
    """
    part = exists().where(
        CaseParticipantRow.case_id == CaseRow.id,
        CaseParticipantRow.organisation_id == Spell.organisation_id,
        CaseParticipantRow.until_on.is_(None),
    )
    query = (
        select(CaseRow.id, Spell)
        .join(CaseSpellRow, CaseSpellRow.case_id == CaseRow.id)
        .join(Spell, Spell.id == CaseSpellRow.spell_id)
        .where(CaseRow.closed_on.is_(None), Spell.status.in_(IN_HOSPITAL), ~part)
    )
    found = (await session.execute(query)).all()
    for case_id, spell in found:
        state = SpellState.model_validate(spell.folded, extra="ignore")
        on = london_date(spell.updated_at)
        cause = Cause(source_id=spell.id, inbox_id=None, organisation_id=spell.organisation_id, on=on)
        facts = NoteHospitalFacts(spell=case_spell(spell, state))
        await signal(session, cause, case_id, facts, suffix="trust-takes-part")
    return len(found)


async def join_awaiting(session: AsyncSession) -> int:
    """Join cases that await a spell to a stay that is known: covers a referral and an admission that crossed.

    An expected stay is joined where the person lies in no bed. Returns how many were told. The key is the
    case with the spell, so each pair is told once.
    """
    query = (
        select(CaseRow.id, Spell)
        .join(Spell, Spell.person_id == CaseRow.person_id)
        .where(
            CaseRow.awaiting_spell,
            CaseRow.closed_on.is_(None),
            Spell.status.in_((*IN_HOSPITAL, "expected")),
        )
        .order_by(Spell.admitted_at)
    )
    told = 0
    found = (await session.execute(query)).all()
    known = [(case_id, spell) for case_id, spell in found if not spell.folded.get("attendance")]
    lying = {case_id for case_id, spell in known if spell.status in IN_HOSPITAL}
    for case_id, spell in known:
        if spell.status == "expected" and case_id in lying:
            continue
        state = SpellState.model_validate(spell.folded, extra="ignore")
        on = london_date(state.admitted_at or spell.updated_at)
        cause = Cause(source_id=spell.id, inbox_id=None, organisation_id=spell.organisation_id, on=on)
        facts = NoteHospitalFacts(spell=case_spell(spell, state))
        await signal(session, cause, case_id, facts, suffix=f"awaited/{spell.status}")
        told += 1
    return told
