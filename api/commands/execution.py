"""A command is committed before anything else happens; then its case answers, or a worker goes on with it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.service import RPCError

from api.commands.asked import AskedCommand, Outcome
from api.commands.notes import notes_of, with_names, with_words
from api.web.principals import Principal
from api.web.services import Services
from discharge.cases.commands import (
    ANSWER,
    Answer,
    Envelope,
)
from discharge.errors import ERRORS, HomewardError
from discharge.store import commands as store
from discharge.store.request_keys import HEADER
from discharge.store.tables import CommandRow
from housing_checks.store import danger
from workflows.client import execute_command

_log = logging.getLogger("homeward.api")


async def take(
    session: AsyncSession, caller: Principal, asked: AskedCommand, digest: str
) -> Outcome | Envelope:
    """Keep a command inside the caller's transaction: its envelope when it is ours to execute now."""
    notes = notes_of(asked)
    envelope = Envelope(
        command_id=uuid4(),
        case_id=asked.case_id,
        actor=caller.actor,
        effective_on=asked.effective_on,
        command=with_words(with_names(asked.command, notes), asked.worded, notes),
        reason=asked.reason_code,
        note_id=notes[0].id if notes and notes[0].item is None else None,
        seen_version=asked.seen_version,
        confirmed=asked.confirm,
    )
    result = await danger.take(
        session,
        store.NewCommand(
            envelope=envelope,
            client_id=caller.client_id,
            client_key=asked.key or f"once:{envelope.command_id}",
            body_hash=digest,
            team_id=caller.team_id,
            notes=notes,
            file=asked.file,
        ),
    )
    if isinstance(result, store.KeyReusedWithOtherBody):
        raise HomewardError("duplicate-key-other-body", where=HEADER)
    if isinstance(result, store.Taken):
        return result.envelope
    return existing(result.row)


async def execute(services: Services, taken: Outcome | Envelope) -> Outcome:
    """Have the case answer a taken command. Raises what the case refuses; no answer in time is none."""
    if isinstance(taken, Outcome):
        return _accepted(taken)
    answer = await _answer(services, taken)
    return _accepted(Outcome(taken.command_id, taken.case_id, answer))


async def _answer(services: Services, envelope: Envelope) -> Answer | None:
    try:
        client, clock = await services.temporal(), await services.clock()
        return await execute_command(client, clock, envelope, services.answer_within)
    except (RPCError, RuntimeError) as failure:
        # The command is safe: a worker executes it. The asker is told "taken", and the log why.
        _log.warning("command %s waits for a worker: %s", envelope.command_id, type(failure).__name__)
        return None


def _accepted(outcome: Outcome) -> Outcome:
    answer = outcome.answer
    if answer is not None and answer.outcome != "accepted":
        raise refusal(answer)
    return outcome


def refusal(answer: Answer) -> HomewardError:
    """What a case refused, as the error that every door tells."""
    said = _known(answer.code, answer.detail, answer.where)
    said.others = tuple(_known(each.code, each.detail, each.where) for each in answer.others)
    return said


def _known(code: str | None, detail: str | None, where: str) -> HomewardError:
    """A code of a build beside this one may not be in our table."""
    return HomewardError(code if code and code in ERRORS else "internal", detail=detail or "", where=where)


def existing(row: CommandRow) -> Outcome:
    """How a command that came before stands."""
    answer = ANSWER.read(row.answer) if row.answer else None
    return Outcome(row.id, row.case_id, answer, repeated=True)


def body_hash(*parts: Any) -> str:
    """A hash of what was asked, the same for the same request whenever it comes."""
    return hashlib.sha256(json.dumps(parts, default=_plain, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
