"""Loading a case from the record, and recording what was decided."""

from __future__ import annotations

import logging

from temporalio import activity

from discharge.cases.model import Case
from discharge.cases.recording import RecordRequest
from discharge.store import failed_commands
from discharge.store import record as store
from discharge.store.engine import Sessions, transaction
from workflows import ports
from workflows.loops import Bells
from workflows.store import askers

_log = logging.getLogger("homeward.recording")


async def load_case(sessions: Sessions, given: ports.LoadCase) -> Case:
    """Load the coded snapshot; a case that does not exist yet has version 0."""
    async with transaction(sessions) as session:
        return await store.load_case(session, given.case_id)


async def record(sessions: Sessions, given: RecordRequest) -> ports.RecordOutcome:
    """Record one decided command in one transaction, and say what the record made of it."""
    async with transaction(sessions, organisation_id=given.envelope.actor.organisation_id) as session:
        outcome = _as_value(await store.record(session, given))
        if outcome.answer is not None:
            await askers.hear(session, outcome.answer)
    return outcome


async def give_up(sessions: Sessions, given: ports.Failure) -> ports.RecordOutcome:
    """End a command as failed, unless it was recorded after all."""
    async with transaction(sessions, organisation_id=given.envelope.actor.organisation_id) as session:
        answer = await failed_commands.fail(session, given.envelope, given.code)
        await askers.hear(session, answer)
    if answer.outcome != "failed":
        return ports.RecordOutcome(outcome="already-recorded", answer=answer)
    command_id, kind = given.envelope.command_id, given.envelope.command.kind
    _log.error("command %s (%s) cannot be recorded: %s", command_id, kind, given.code)
    return ports.RecordOutcome(outcome="refused", answer=answer, code=given.code)


def _as_value(outcome: store.Outcome) -> ports.RecordOutcome:
    if isinstance(outcome, store.Recorded):
        return ports.RecordOutcome(outcome="recorded", answer=outcome.answer)
    if isinstance(outcome, store.AlreadyRecorded):
        return ports.RecordOutcome(outcome="already-recorded", answer=outcome.answer)
    if isinstance(outcome, store.RefusedByRecord):
        detail = outcome.answer.detail
        return ports.RecordOutcome(outcome="refused", answer=outcome.answer, code=outcome.code, detail=detail)
    return ports.RecordOutcome(outcome="sequence-taken")


class Recording:
    """The activities of the record."""

    def __init__(self, sessions: Sessions, bells: Bells) -> None:
        self._sessions = sessions
        self._bells = bells

    @activity.defn(name=ports.LOAD_CASE)
    async def load_case(self, given: ports.LoadCase) -> Case:
        """Load the coded snapshot of a case."""
        return await load_case(self._sessions, given)

    @activity.defn(name=ports.RECORD)
    async def record(self, given: RecordRequest) -> ports.RecordOutcome:
        """Record one decided command, and call those who have work from it."""
        outcome = await record(self._sessions, given)
        self._bells.relay.set()
        if given.envelope.command.kind == "refer":
            self._bells.join.set()
        return outcome

    @activity.defn(name=ports.GIVE_UP)
    async def give_up(self, given: ports.Failure) -> ports.RecordOutcome:
        """End a command that cannot be recorded."""
        return await give_up(self._sessions, given)
