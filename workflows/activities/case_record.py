"""What cases have done for them where the record is: a command decided, a failure kept."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.service import RPCError

from discharge.cases.answer import Answer
from discharge.cases.events import Event, StrandStarted
from discharge.cases.model import Case
from discharge.clocks import CaseClock
from discharge.store import commands, failed_commands
from discharge.store import record as store
from discharge.store.engine import Sessions, transaction
from housing_checks.pathway import next_wakeup
from housing_checks.store import apply as decider
from workflows import client, ports
from workflows.activities.strand_work import note_moved
from workflows.discharge_case import STRIKE_AGAIN
from workflows.loops import Bells
from workflows.store import askers, outbox

OPENED, JOINED = "referral-received", "spell-joined"
_log = logging.getLogger("homeward.case_record")


@dataclass(frozen=True)
class Decided:
    """A command that was decided and recorded, and where the strands stand that it moved."""

    applied: ports.Applied
    strands: Mapping[str, ports.StrandStanding]


async def apply(
    sessions: Sessions, clock: CaseClock, given: ports.Apply, bells: Bells | None = None
) -> Decided:
    """Decide and record one command, and say where the case stands then. What is returned is computed before
    the commit, so that nothing is recorded that its workflow cannot go on from. After it ``bells`` call those
    who have work from it.
    """
    async with transaction(sessions) as session:
        kept, stands = await _kept(session, given), _Standings(clock, given.case_time)
        outcome = await decider.apply(session, kept.envelope, given.case_time, stands.look_at)
        await askers.hear(session, outcome.answer)
        if kept.by_signal:
            await outbox.signal_taken(session, given.command_id)
        applied = _applied(outcome, stands.of(outcome.case))
        if not _written(outcome):
            await store.note_next_look(session, given.case_id, stands.look_at(outcome.case))
        strands = await note_moved(session, clock, outcome.case, applied.moved, given.case_time)
    if bells:
        _ring(bells, outcome)
    return Decided(applied, strands)


def _ring(bells: Bells, outcome: store.Outcome) -> None:
    """What was recorded before may have been lost before anybody was called."""
    queued = outcome.queued if isinstance(outcome, store.Recorded) else True
    if queued:
        bells.relay.set()
    if OPENED in outcome.answer.events and JOINED not in outcome.answer.events:
        bells.join.set()


async def _kept(session: AsyncSession, given: ports.Apply) -> commands.Kept:
    if given.clock:
        strike = await commands.clock_strike(session, given.case_id, given.command_id, given.case_time)
        return commands.Kept(strike, by_signal=False)
    return await commands.kept_command(session, given.case_id, given.command_id)


def _written(outcome: store.Outcome) -> bool:
    """Whether the case was written, and with it when to look at it again."""
    return isinstance(outcome, store.Recorded) and bool(outcome.events)


def _applied(outcome: store.Outcome, standing: ports.CaseStanding) -> ports.Applied:
    answer = outcome.answer
    if isinstance(outcome, store.RefusedByRecord):
        return ports.Applied(outcome="refused", answer=answer, standing=standing)
    done = "refused" if answer.outcome == "refused" else "applied"
    return ports.Applied(
        outcome="already-applied" if isinstance(outcome, store.AlreadyRecorded) else done,
        answer=answer,
        standing=standing,
        moved=strands_of(outcome.events),
    )


class _Standings:
    """Where a case stands at an instant of case time, worked out once."""

    def __init__(self, clock: CaseClock, now: datetime) -> None:
        self._clock = clock
        self._now = now
        self._known: tuple[Case, ports.CaseStanding] | None = None

    def of(self, case: Case) -> ports.CaseStanding:
        """What the workflow of the case goes by."""
        if self._known is None or self._known[0] is not case:
            self._known = (case, standing_of(case, self._now))
        return self._known[1]

    def look_at(self, case: Case) -> datetime | None:
        """When the workflow will look again, in machine time, so that one that does not can be found."""
        standing = self.of(case)
        due = standing.next_look if standing.awaited else None
        return None if due is None else self._clock.wall_time(due)


def standing_of(case: Case, now: datetime) -> ports.CaseStanding:
    """What the workflow of a case goes by."""
    return ports.CaseStanding(
        version=case.version,
        stage=case.stage,
        next_look=next_wakeup(case, now),
        open_strands=tuple(strand.key for strand in case.open_strands),
    )


def strands_of(events: Iterable[Event]) -> tuple[str, ...]:
    """The strands that these events are about."""
    keys = (
        event.strand.key if isinstance(event, StrandStarted) else getattr(event, "strand", None)
        for event in events
    )
    return tuple(sorted({key for key in keys if isinstance(key, str)}))


async def case_standing(sessions: Sessions, clock: CaseClock, given: ports.CaseLook) -> ports.CaseStanding:
    """Say where a case stands."""
    async with transaction(sessions) as session:
        await store.one_at_a_time(session, given.case_id)
        case = await store.load_case(session, given.case_id)
        stands = _Standings(clock, given.case_time)
        await store.note_next_look(session, given.case_id, stands.look_at(case))
    return stands.of(case)


async def give_up(sessions: Sessions, given: ports.Failure) -> Answer:
    """End a command as failed, unless it was recorded after all; a clock tries again."""
    asked = given.asked
    async with transaction(sessions) as session:
        answer = await failed_commands.fail(
            session, asked.case_id, asked.command_id, given.code, asked.case_time
        )
        await askers.hear(session, answer)
        if asked.clock and answer.outcome == "failed":
            await store.note_next_look(session, asked.case_id, datetime.now(UTC) + STRIKE_AGAIN)
    if answer.outcome == "failed":
        _log.error(
            "command %s of case %s cannot be recorded: %s", asked.command_id, asked.case_id, given.code
        )
    return answer


async def _tell_strands(case_id: UUID, decided: Decided) -> tuple[str, ...]:
    """Tell strands that run that they moved, and return them; the case tells or starts the rest."""
    told, version = [], decided.applied.standing.version
    for key in decided.applied.moved:
        progress = ports.StrandProgress(version=version, standing=decided.strands.get(key))
        with contextlib.suppress(RPCError):
            await client.wake_strand(activity.client(), case_id, key, progress)
            told.append(key)
    return tuple(told)


class CaseRecord:
    """The activities of cases."""

    def __init__(self, sessions: Sessions, clock: CaseClock, bells: Bells) -> None:
        self._sessions = sessions
        self._clock = clock
        self._bells = bells

    @activity.defn(name=ports.APPLY)
    async def apply(self, given: ports.Apply) -> ports.Applied:
        """Decide and record one command, and call those who have work from it."""
        decided = await apply(self._sessions, self._clock, given, self._bells)
        told = await _tell_strands(given.case_id, decided)
        return decided.applied.model_copy(update={"told": told, "asked": given})

    @activity.defn(name=ports.CASE_STANDING)
    async def case_standing(self, given: ports.CaseLook) -> ports.CaseStanding:
        """Say where a case stands."""
        return await case_standing(self._sessions, self._clock, given)

    @activity.defn(name=ports.GIVE_UP)
    async def give_up(self, given: ports.Failure) -> Answer:
        """End a command that cannot be recorded."""
        return await give_up(self._sessions, given)
