"""What is said of abuse or danger, whatever door it comes by, goes to the annex; the command goes without it.

The command, its events and its notes then hold nothing of it, not even that something was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Command
from discharge.cases.model import IN_HOSPITAL, SNAPSHOT, Actor
from discharge.clocks import london_date
from discharge.reference.policy import policy_on
from discharge.sight import DANGER as DANGER_REASON
from discharge.store import commands
from discharge.store.commands import LEASE, REASON, Existing, KeyReusedWithOtherBody, NewCommand, Taken
from discharge.store.tables import CaseRow
from discharge.store.tables.persons import DANGER
from housing_checks.safety.clocks import running
from housing_checks.safety.events import SAFETY_EVENT, DangerNoted, evolve
from housing_checks.safety.model import NO_ANNEX, Stamp

NOTE = "note"
"""The item, in an annex, of words that are about nothing else."""


@dataclass(frozen=True)
class SaidOfDanger:
    """Words about danger by item, who said them of which case, and with what they came. ``said_id`` is the id
    of what brought them, so that the same again adds nothing. Of a referral request that waits, ``case_id``
    is the request's own.
    """

    said_id: UUID
    case_id: UUID
    actor: Actor
    came_with: str
    words: Mapping[str, str]
    body_hash: str


async def take(
    session: AsyncSession, new: NewCommand, lease: timedelta = LEASE
) -> Taken | Existing | KeyReusedWithOtherBody:
    """Keep a command as :func:`discharge.store.commands.take` does; what it says of danger goes to the annex,
    in the same transaction.
    """
    said = danger_in(new)
    taken = await commands.take(session, without_danger(new), lease)
    if said is not None and isinstance(taken, Taken):
        await keep_danger(session, said)
    return taken


def danger_in(new: NewCommand) -> SaidOfDanger | None:
    """Return what a command says of danger: a reason that speaks of it makes every note one about it."""
    reason = DANGER_REASON in getattr(new.envelope.command, "reasons", ())
    words = {note.item or NOTE: note.text for note in new.notes if reason or note.sensitivity == DANGER}
    if reason:
        words[REASON] = DANGER_REASON
    if not words:
        return None
    envelope = new.envelope
    return SaidOfDanger(
        said_id=envelope.command_id,
        case_id=envelope.case_id,
        actor=envelope.actor,
        came_with=envelope.command.kind,
        words=words,
        body_hash=new.body_hash,
    )


def without_danger(new: NewCommand) -> NewCommand:
    """Return a command without what it says of danger, and without a sign that it did."""
    command = new.envelope.command
    reasons = getattr(command, "reasons", ())
    others = tuple(reason for reason in reasons if reason != DANGER_REASON)
    gone = {note.id for note in new.notes if len(others) < len(reasons) or note.sensitivity == DANGER}
    if len(others) < len(reasons):
        command = command.model_copy(update={"reasons": others})
    note_id = new.envelope.note_id
    envelope = new.envelope.model_copy(
        update={"command": _unworded(command, gone), "note_id": None if note_id in gone else note_id}
    )
    return replace(new, envelope=envelope, notes=tuple(note for note in new.notes if note.id not in gone))


def _unworded(command: Command, gone: set[UUID]) -> Command:
    """The command without the ids of notes that are not kept with it."""
    update: dict[str, Any] = {
        name: None for name in ("told_note_id", "decided_by_note") if getattr(command, name, None) in gone
    }
    named: Mapping[str, UUID] = getattr(command, "text_notes", {})
    if gone & set(named.values()):
        update["text_notes"] = {item: note for item, note in named.items() if note not in gone}
    return command.model_copy(update=update) if update else command


async def keep_danger(session: AsyncSession, said: SaidOfDanger) -> None:
    """Put words about danger in the annex, once: its advisers are named, and what is due of it is set.

    Raises not-found for a case that the organisation takes no part in, duplicate-key-other-body.
    """
    row, clocks = await row_and_clocks(session, said)
    words = cast(dict(said.words), JSONB)
    noted = func.homeward_safety_noted(cast(row, JSONB), words, cast(clocks, JSONB))
    await session.execute(select(noted))


async def row_and_clocks(
    session: AsyncSession, said: SaidOfDanger
) -> tuple[dict[str, object], dict[str, str]]:
    """The event of an annex that says so, as a row, and what is due of it."""
    now: datetime = (await session.execute(_NOW)).scalar_one()
    event = DangerNoted(came_with=said.came_with, referred=REASON in said.words)
    stamp = Stamp(at=now, in_hospital=await _in_hospital(session, said.case_id))
    due = running(evolve(NO_ANNEX, event, stamp), policy_on(london_date(now)))
    row = {
        "id": str(said.said_id),
        "case_id": str(said.case_id),
        "kind": event.kind,
        "payload": SAFETY_EVENT.write(event),
        "in_hospital": stamp.in_hospital,
        "organisation_id": str(said.actor.organisation_id),
        "user_id": str(said.actor.user_id) if said.actor.user_id else None,
        "role": said.actor.role,
        "body_hash": said.body_hash,
    }
    return row, {code: at.isoformat() for code, at in due.items()}


_NOW = select(func.homeward_case_time())


async def _in_hospital(session: AsyncSession, case_id: UUID) -> bool:
    """Whether the person is in a hospital bed; of a case that is not open yet, they are taken to be."""
    snapshot = await session.scalar(select(CaseRow.snapshot).where(CaseRow.id == case_id))
    if snapshot is None:
        return True
    case = SNAPSHOT.read(snapshot)
    return case.stage in IN_HOSPITAL and not case.in_community
