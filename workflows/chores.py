"""What each worker does again and again by itself: a row for each chore, with how long it rests.

Only what cannot wait is a loop. Somebody waits seconds at most for what drain, decisions, joins, replays,
relay, probes and late commands do, and a gate must not stay open when its confirmation of safety has ended;
each locks the rows that it takes, so that workers share them. A bell spares the rest, and as long as
PostgreSQL's notices ring it (`workflows/store/notices.py`), most of the looking. Files are followed where
they lie, on each machine. Alarms must be raised while Temporal is away, too; a lock sees to it that one
worker looks. Everything else runs once for the cluster: `workflows/schedules.py`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.clocks import CaseClock
from discharge.reference.site import SiteFolder
from discharge.store.engine import Sessions, transaction
from fhir_adapters.feeds.profile_watch import LOOK_SECONDS, WatchedBook
from fhir_adapters.hl7v2.store.batch.drain import drain_some
from fhir_adapters.hl7v2.store.cases import join_awaiting, join_trusts
from fhir_adapters.hl7v2.store.identity_decisions import decide_next
from fhir_adapters.hl7v2.store.merges import settle_cases
from fhir_adapters.hl7v2.store.replay_work import work_replays
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.profiles import follow, remember
from fhir_adapters.store.requests_with_part import settle_requests
from housing_checks.store.safety_ended import tell_ended
from workflows.late_commands import LateCommands
from workflows.loops import Bells, Loop
from workflows.probes import EVERY as PROBES
from workflows.probes import Probes
from workflows.relay import Relay
from workflows.schedules import ScheduleKeeper
from workflows.store.heartbeats import beats
from workflows.worker_pool import Needs

POLL = timedelta(milliseconds=250)
JOIN = timedelta(seconds=5)
LATE = timedelta(seconds=3)
CONFIRMED = timedelta(seconds=5)
"""How often it is looked whether a confirmation of safety has come to its day; any other end rings a bell."""

LOOK = timedelta(seconds=LOOK_SECONDS)

KEPT = timedelta(minutes=1)
"""How often each worker looks whether all schedules are heard of, and the current build has workers."""

WATCH = timedelta(seconds=20)
"""How often it is looked whether messages arrive, are read and go out."""


@dataclass(frozen=True)
class RecordChores:
    """Chores that need PostgreSQL alone, and go on while Temporal is away."""

    engine: AsyncEngine
    sessions: Sessions
    clock: CaseClock
    profiles: WatchedBook
    reference: SiteFolder
    bells: Bells

    def loops(self) -> list[Loop]:
        """One loop for each chore."""
        beat, bells = beats(self.sessions), self.bells
        return [
            Loop("drain", self.drain, bells.rarely(POLL), beat, bells.drain),
            Loop("who-is-who", self.decide, bells.rarely(POLL), beat, bells.decisions),
            Loop("spell-join", self.join, JOIN, beat, bells.join),
            Loop("replays", self.replay, bells.rarely(4 * POLL), beat, bells.replays),
            Loop("profiles", self.follow_profiles, LOOK, beat),
            Loop("reference", self.follow_reference, LOOK, beat),
            Loop("alarms", self.watch, WATCH, beat),
        ]

    async def drain(self) -> bool:
        """Give the next messages their effect."""
        drained = await drain_some(self.engine, self.profiles, self.clock)
        self._call_relay(any(one.for_relay for one in drained))
        return bool(drained)

    async def decide(self) -> bool:
        """Carry out the next decision about who is who."""
        return self._call_relay(await decide_next(self.engine, self.clock) is not None)

    async def join(self) -> bool:
        """Join cases that await a stay, settle the cases of people who were merged, and go on with referral
        requests whose sender has a stay by now.
        """
        async with transaction(self.sessions) as session:
            told = await join_awaiting(session) + await join_trusts(session)
            await settle_cases(session)
        async with transaction(self.sessions) as session:
            await settle_requests(session, self.clock.case_time(datetime.now(UTC)))
        self._call_relay(told > 0)
        return False

    async def replay(self) -> bool:
        """Have messages read again."""
        return await work_replays(self.engine, self.profiles, self.clock)

    async def follow_profiles(self) -> bool:
        """Take over the feed profiles whose files have changed."""
        if await follow(self.engine, self.profiles):
            async with transaction(self.engine) as session:
                await remember(session, self.profiles.good)
        return False

    async def follow_reference(self) -> bool:
        """Take over what a site has changed in reference data."""
        await asyncio.to_thread(self.reference.look)
        return False

    async def watch(self) -> bool:
        """Raise, tell again and clear alarms."""
        return await look_for_alarms(
            self.engine, faults=self.profiles.faults, reference=self.reference.faults
        )

    def _call_relay(self, done: bool) -> bool:
        """Cases may have to be told of what was done."""
        if done:
            self.bells.relay.set()
        return done


async def end_confirmations(needs: Needs, late: LateCommands) -> bool:
    """Have the check of each case whose safety is no longer confirmed say so, at once and by whatever way it
    ended: until then its gate is open.
    """
    async with transaction(needs.sessions) as session:
        told = await tell_ended(session, needs.clock.case_time(datetime.now(UTC)))
    if told:
        await late.once()
    return bool(told)


def temporal_loops(needs: Needs) -> list[Loop]:
    """Return the loops that carry what the record holds to workflows."""
    given = (needs.sessions, needs.client, needs.clock)
    beat, bells = beats(needs.sessions), needs.bells
    keeper, builds = ScheduleKeeper(needs.sessions, needs.client), needs.deployment
    late = LateCommands(*given)
    return [
        Loop("relay", Relay(*given).step, bells.rarely(POLL), beat, bells.relay),
        Loop("probes", Probes(*given).once, PROBES, beat),
        Loop("late-commands", late.once, LATE, beat),
        Loop("confirmations", partial(end_confirmations, needs, late), CONFIRMED, beat, bells.confirmations),
        Loop("schedules", keeper.once, KEPT, beat),
        *([Loop("builds", builds.once, KEPT, beat)] if builds else []),
    ]
