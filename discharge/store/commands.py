"""Commands of people and clients: kept before anybody is told "taken", executed once, answered in one row.

The asker's key names the request: the same key with the same body is the same command. While ``lease_until``
lies ahead the door that took it is executing it; afterwards a worker takes over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Interval, Text, bindparam, false, func, or_, select, true, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import ANSWER, DECLARED, ENVELOPE, Answer, Envelope, StrikeClock
from discharge.cases.model import Actor
from discharge.clocks import london_date
from discharge.errors import HomewardError
from discharge.sight import DANGER as DANGER_REASON
from discharge.store.base import core_table
from discharge.store.evidence import NewFile, keep_file
from discharge.store.record import CASE_SIGNAL
from discharge.store.request_keys import HEADER, stands_for_other
from discharge.store.tables import CaseRow, CommandRow, NoteRow, OutboxRow
from discharge.store.tables.persons import DANGER, ORDINARY
from discharge.stored import NEWER

REASON = "reason"
"""The item, in an annex, of a reason for the referral that speaks of danger: a code."""

LEASE = timedelta(seconds=15)
"""How long a door keeps a command to itself: three times the five seconds after which it answers 202."""


AT_ONCE = timedelta(0)
"""No door holds the command: the next worker that looks executes it."""
DECIDED_BY = "decided-by"
"""The item of the note that names who decided."""

COMMAND_REASON = "command-reason"
"""The item of the note that says, in words, why something was asked."""

TOLD_BY = "told-by"
"""The item of the note that names who told an answer of the check."""


@dataclass(frozen=True)
class NewNote:
    """Free text that came with a command. ``item`` is the check item it explains, if any."""

    text: str
    id: UUID = field(default_factory=uuid4)
    item: str | None = None
    sensitivity: str = ORDINARY


@dataclass(frozen=True)
class NewCommand:
    """One command as a door understood it. ``client_id`` is the signed-in client, ``client_key`` its own key.

    ``body_hash`` is a hash of the request as it was sent, without what differs from try to try.
    """

    envelope: Envelope
    client_id: str
    client_key: str
    body_hash: str
    team_id: UUID | None = None
    notes: tuple[NewNote, ...] = ()
    file: NewFile | None = None


@dataclass(frozen=True)
class Taken:
    """The command is new, and ours to execute for the time of the lease."""

    envelope: Envelope


@dataclass(frozen=True)
class Existing:
    """The same request came before; ``row`` says how it stands and, once finished, holds the answer."""

    row: CommandRow


@dataclass(frozen=True)
class KeyReusedWithOtherBody:
    """The key belongs to an earlier, different request (``duplicate-key-other-body``)."""


async def take(
    session: AsyncSession, new: NewCommand, lease: timedelta = LEASE
) -> Taken | Existing | KeyReusedWithOtherBody:
    """Keep a command with its notes and its file, unless the client sent it before. It is safe once the
    caller commits.

    What speaks of abuse or danger is never kept here: `housing_checks.store.danger.take` does that.
    """
    if _speaks_of_danger(new):
        raise ValueError("words about danger belong in the annex")
    named = {"of_client": new.client_id, "of_key": new.client_key}
    added = (await session.execute(_ADDED, {**_values(new), **named, "lease": lease})).one_or_none()
    if added is not None:
        if added.other:
            return KeyReusedWithOtherBody()
        await _keep_notes(session, new)
        if new.file is not None:
            await keep_file(session, new.envelope, new.team_id, new.file)
        return Taken(new.envelope)
    known = await find_by_key(session, new.client_id, new.client_key)
    if known is None or known.body_hash != new.body_hash:
        return KeyReusedWithOtherBody()
    return Existing(known)


_COMMANDS, _OUTBOX = core_table(CommandRow), core_table(OutboxRow)
_ADDED = (
    insert(_COMMANDS)
    .values(lease_until=func.now() + bindparam("lease", type_=Interval()))
    .on_conflict_do_nothing(index_elements=["client_id", "client_key"])
    .returning(
        stands_for_other(bindparam("of_client", type_=Text()), bindparam("of_key", type_=Text())).label(
            "other"
        )
    )
)
"""How a command is added, made once: to make it takes longer than to send it."""


def _speaks_of_danger(new: NewCommand) -> bool:
    reasons = getattr(new.envelope.command, "reasons", ())
    return DANGER_REASON in reasons or any(note.sensitivity == DANGER for note in new.notes)


def _values(new: NewCommand) -> dict[str, object]:
    envelope = new.envelope
    return {
        "id": envelope.command_id,
        "case_id": envelope.case_id,
        "client_id": new.client_id,
        "client_key": new.client_key,
        "body_hash": new.body_hash,
        "kind": envelope.command.kind,
        "envelope": ENVELOPE.write(envelope),
        "organisation_id": envelope.actor.organisation_id,
        "user_id": envelope.actor.user_id,
        "team_id": new.team_id,
        "role": envelope.actor.role,
        "effective_on": envelope.effective_on,
        "seen_version": envelope.seen_version,
    }


async def _keep_notes(session: AsyncSession, new: NewCommand) -> None:
    """After the command: a note about a case yet to open is let in because its referral stands there."""
    actor = new.envelope.actor
    session.add_all(
        NoteRow(
            **vars(note),
            case_id=new.envelope.case_id,
            command_id=new.envelope.command_id,
            organisation_id=actor.organisation_id,
            author_id=actor.user_id,
            team_id=new.team_id,
        )
        for note in new.notes
    )
    await session.flush()


async def find_by_key(session: AsyncSession, client_id: str, client_key: str) -> CommandRow | None:
    """The command that a client sent under one of its own keys."""
    return await session.scalar(
        select(CommandRow).where(CommandRow.client_id == client_id, CommandRow.client_key == client_key)
    )


async def came_before(
    session: AsyncSession, client_id: str, client_key: str, body_hash: str
) -> CommandRow | None:
    """The same request, where the client sent it before. Raises duplicate-key-other-body for a key that
    stands for something else.
    """
    known = await find_by_key(session, client_id, client_key)
    if known is None:
        other = bool(await session.scalar(select(stands_for_other(client_id, client_key))))
    else:
        other = known.body_hash != body_hash
    if other:
        raise HomewardError("duplicate-key-other-body", where=HEADER)
    return known


async def acknowledge(session: AsyncSession, command_id: UUID) -> None:
    """The asker has seen that a late command was refused."""
    await session.execute(
        update(CommandRow).where(CommandRow.id == command_id).values(acknowledged_at=func.now())
    )


async def due_commands(session: AsyncSession, limit: int, lease: timedelta = LEASE) -> list[CommandRow]:
    """Commands that nobody executes any more, oldest first, now leased to the caller (worker role)."""
    nobody = or_(CommandRow.lease_until.is_(None), CommandRow.lease_until < func.now())
    due = select(CommandRow.id).where(CommandRow.state == "taken", nobody).order_by(CommandRow.created_at)
    claimed = due.limit(limit).with_for_update(skip_locked=True).scalar_subquery()
    rows = await session.scalars(
        update(CommandRow)
        .where(CommandRow.id.in_(claimed))
        .values(lease_until=func.now() + lease)
        .returning(CommandRow)
    )
    return sorted(rows, key=lambda row: row.created_at)


def read_kept(kept: Mapping[str, Any]) -> Envelope:
    """Return a command as it was kept. Raises pydantic's ValidationError, and ``recorded-by-newer-version``
    for a kind of command that only a newer build has.
    """
    kind = (kept.get("command") or {}).get("kind")
    if kind is not None and kind not in DECLARED:
        raise HomewardError(NEWER, detail="command-kinds")
    return ENVELOPE.read(kept)


_KEPT = union_all(
    select(_COMMANDS.c.envelope, false()).where(_COMMANDS.c.id == bindparam("command_id")),
    select(_OUTBOX.c.payload, true()).where(
        _OUTBOX.c.key == bindparam("command_id"), _OUTBOX.c.channel == CASE_SIGNAL
    ),
).limit(1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A command as the record keeps it: as a door took it, or as a fact or report to be told by signal."""

    envelope: Envelope
    by_signal: bool


async def kept_command(session: AsyncSession, case_id: UUID, command_id: UUID) -> Kept:
    """The command that was kept under this id.

    Raises ``not-found`` for one that nobody kept for this case, ``recorded-by-newer-version`` for what only a
    newer build understands.
    """
    found = (await session.execute(_KEPT, {"command_id": command_id})).one_or_none()
    kept, by_signal = found if found is not None else (None, False)
    envelope = read_kept(kept) if kept is not None else None
    if kept is None or envelope is None or envelope.case_id != case_id:
        raise HomewardError("not-found", where="command")
    if ENVELOPE.is_newer(kept):
        raise HomewardError(NEWER)
    return Kept(envelope, by_signal)


async def clock_strike(session: AsyncSession, case_id: UUID, command_id: UUID, now: datetime) -> Envelope:
    """A command from time itself, for the organisation that referred. Raises ``not-found`` without a case."""
    referrer_id = await session.scalar(select(CaseRow.referrer_id).where(CaseRow.id == case_id))
    if referrer_id is None:
        raise HomewardError("not-found", where="case")
    return Envelope(
        command_id=command_id,
        case_id=case_id,
        actor=Actor(organisation_id=referrer_id, role="system"),
        effective_on=london_date(now),
        command=StrikeClock(),
    )


async def finish(session: AsyncSession, answer: Answer) -> None:
    """Store an answer that did not come through the record: it never reached its case (worker role)."""
    await session.execute(
        update(CommandRow)
        .where(CommandRow.id == answer.command_id, CommandRow.state == "taken")
        .values(
            state=answer.outcome,
            answer=ANSWER.write(answer),
            finished_at=func.now(),
            lease_until=None,
        )
    )
