"""One step on the pathway: what a command does to a case, and everything that follows from it.

The highest floor of pure rules. It joins the deciders of both floors, then asks what the new state brings
with it: the gate, who takes part, the alerts. It is asked once for each command, in the transaction that
records what comes out (``housing_checks/store/apply.py``); pages ask it nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from discharge.cases import events as ev
from discharge.cases.actions import ENDED, missed_contacts, next_missed, settle
from discharge.cases.answer import FurtherRefusal
from discharge.cases.command_stages import stages_of
from discharge.cases.commands import Answer, Envelope
from discharge.cases.decide import DECIDERS as CASE_DECIDERS
from discharge.cases.decide import Decider
from discharge.cases.events import Event, HomeBecameReady, HomeNoLongerReady, MakingReadyStarted
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import moved
from discharge.cases.model import BASICS, Case, Stage
from discharge.cases.outbox_items import Outgoing, outgoing
from discharge.cases.parts import judged_parts
from discharge.cases.record_request import RecordRequest
from discharge.cases.relations import require_part
from discharge.cases.stages import HOME, SINCE_ACCEPTANCE, STAGES, Look
from discharge.cases.unready import unready_events
from discharge.clocks import london_date
from discharge.errors import HomewardError, Refused
from discharge.reference.policy import Policy, policy_on
from discharge.risk.alerts import judge, next_look
from discharge.values import Frozen
from housing_checks.checks.form import form_of_case
from housing_checks.checks.gated_items import gated_anew
from housing_checks.checks.referral_statements import said_anew
from housing_checks.deciders import DECIDERS as HOME_DECIDERS
from housing_checks.facts import contribute_facts
from housing_checks.gate.late import contribute_late
from housing_checks.gate.rules import answers_over, forget, gate_open, mitigations_over, next_end
from housing_checks.hazards.facts import contribute_hazards
from housing_checks.hazards.gate import hazards_at_the_gate
from housing_checks.hazards.item_statements import said_by_hazards
from housing_checks.item_words import gate_items
from housing_checks.lead_times import lead_days
from housing_checks.participation import participation
from housing_checks.strands.basics.items import basics_missing
from housing_checks.strands.model import IN_PLACE
from housing_checks.strands.rules import reach

contribute_facts()
contribute_hazards()
contribute_late()

DECIDERS: Mapping[str, Decider] = {**CASE_DECIDERS, **HOME_DECIDERS}
"""Every kind of command and the function that decides it."""


class Decision(Frozen):
    """What comes of one command: its events, the case after them, what must be told, and the answer; and the
    parts of the case that must not have changed since the asker saw it.
    """

    events: tuple[ev.Event, ...]
    case: Case
    outgoing: tuple[Outgoing, ...]
    answer: Answer
    judged: tuple[str, ...] = ()

    def to_record(self, envelope: Envelope, now: datetime) -> RecordRequest:
        """Hand it to the record."""
        return RecordRequest(
            envelope=envelope,
            events=self.events,
            answer=self.answer,
            case_time=now,
            case=self.case,
            outgoing=self.outgoing,
            judged=self.judged,
        )


def advance(case: Case, envelope: Envelope, now: datetime, policy: Policy | None = None) -> Decision:
    """Decide one command at ``now`` (case time) by a policy, or by the data in force on that day; a rule that
    says no becomes a refused answer, never an error.
    """
    in_force = policy or policy_on(london_date(now))
    try:
        _admit(case, envelope)
        decided = DECIDERS[envelope.command.kind](case, envelope, now, in_force)
    except HomewardError as refusal:
        return _refused(case, envelope, refusal)
    events = tuple(decided)
    after = fold(case, events)
    if after.exists:
        followed = _follow(case, after, events, envelope, now, in_force)
        events, after = (*events, *followed), fold(after, followed)
    return Decision(
        events=events,
        case=after,
        outgoing=tuple(outgoing(after, events, envelope.actor)),
        answer=_accepted(envelope, after, events),
        judged=judged_parts(case, envelope.command, decided),
    )


def next_wakeup(case: Case, now: datetime, policy: Policy | None = None) -> datetime | None:
    """Return when time alone may next change something, or ``None``."""
    if not case.exists:
        return None
    in_force = policy or policy_on(london_date(now))
    looks = (_NEXT[look](case, now, in_force) for look in STAGES[case.stage].looks)
    return min((look for look in looks if look is not None), default=None)


_NEXT: Mapping[Look, Callable[[Case, datetime, Policy], datetime | None]] = {
    Look.ALERTS: lambda case, now, policy: next_look(case, now, lead_days(policy), policy),
    Look.MITIGATIONS: lambda case, _now, _policy: next_end(case),
    Look.CONTACTS: lambda case, now, policy: (
        now if missed_contacts(case, now, policy) else next_missed(case, now)
    ),
}
"""A contact whose time passed while nobody looked is one to look at now."""


def _admit(case: Case, envelope: Envelope) -> None:
    kind = envelope.command.kind
    if not case.exists and kind != "refer":
        raise Refused("not-found", where="case")
    if case.exists and case.stage not in stages_of(case, kind):
        raise Refused("stage-not-allowed", detail=case.stage.value, where="stage")
    require_part(case, envelope.actor, envelope.command)


def _follow(
    before: Case, case: Case, happened: Sequence[ev.Event], envelope: Envelope, now: datetime, policy: Policy
) -> list[ev.Event]:
    """What the new state brings with it, in this order: contacts whose clocks stand still or run again, what
    the trust now says against the check, the gate, who takes part, contacts missed (or, where the case is
    over, what was owed ends with it), the alerts.
    """
    today = london_date(now)
    on = min(envelope.effective_on, today)
    followed: list[ev.Event] = [*moved(case, happened, now, policy)]
    followed += said_anew(before, case, on, envelope.actor)
    followed += said_by_hazards(before, fold(case, followed), on, envelope.actor)
    followed += consequences(fold(case, followed), now, on)
    followed += participation(before, fold(case, followed), today)
    followed += (
        settle(case, ENDED, now) if case.closed else missed_contacts(fold(case, followed), now, policy)
    )
    followed += judge(fold(case, followed), now, lead_days(policy), gate_items(), policy)
    return followed


def _accepted(envelope: Envelope, after: Case, events: tuple[ev.Event, ...]) -> Answer:
    return Answer(
        command_id=envelope.command_id,
        case_id=envelope.case_id,
        outcome="accepted",
        version=after.version,
        events=tuple(event.kind for event in events),
    )


def _refused(case: Case, envelope: Envelope, refusal: HomewardError) -> Decision:
    answer = Answer(
        command_id=envelope.command_id,
        case_id=envelope.case_id,
        outcome="refused",
        version=case.version,
        code=refusal.code,
        detail=refusal.detail or refusal.where or None,
        where=refusal.where,
        others=tuple(
            FurtherRefusal(code=each.code, detail=each.detail, where=each.where) for each in refusal.others
        ),
    )
    return Decision(events=(), case=case, outgoing=(), answer=answer)


def consequences(case: Case, now: datetime, on: date | None = None) -> list[Event]:
    """Return the facts that follow from the case as it stands, in order, without anybody asking; none once
    they were folded in. ``on`` is the effective day of what caused them (today in case time when not given).

    A mitigation ends on its day, and so does an answer that holds for a time. Facts of the case decide which
    items are gated. Return to hospital makes what
    was arranged for one arrival unknown again; the basics strand completes when its six items are satisfied;
    work on the home has begun when a strand is open; the home is ready when the gate is open. Who left for a
    home that is not ready is in an unready home until all of it is answered.
    """
    if case.stage not in SINCE_ACCEPTANCE:
        return []
    day = on or london_date(now)
    today = london_date(now)
    events = [*mitigations_over(case, today), *answers_over(case, today)]
    events += gated_anew(fold(case, events), day)
    events += hazards_at_the_gate(fold(case, events))
    events += gated_anew(fold(case, events), day)
    events += hazards_at_the_gate(fold(case, events))
    if case.stage in HOME:
        events += _basics_done(fold(case, events), day)
        return [*events, *unready_events(fold(case, events), day)]
    events += _arranged_again(fold(case, events))
    events += _basics_done(fold(case, events), day)
    return [*events, *_stage(fold(case, events), day)]


def _arranged_again(case: Case) -> list[Event]:
    if not case.readmissions:
        return []
    returned_on = case.readmissions[-1].readmitted_on
    form = form_of_case(case)
    stale = [
        item.code
        for item in form.items
        if item.of_the_arrival and item.code in case.gate and _before(case, item.code, returned_on)
    ]
    return forget(case, stale, returned_on)


def _before(case: Case, code: str, day: date) -> bool:
    as_of = case.gate[code].as_of
    return as_of is not None and as_of < day


def _basics_done(case: Case, on: date) -> list[Event]:
    basics = [strand for strand in case.open_strands if strand.kind == BASICS]
    if not basics or basics_missing(case):
        return []
    return [
        event
        for strand in basics
        for event in reach(case, strand, IN_PLACE, max(on, strand.steps.get(strand.step, strand.started_on)))
    ]


def _stage(case: Case, on: date) -> list[Event]:
    ready = gate_open(case)
    if case.stage is Stage.READY:
        return [] if ready else [HomeNoLongerReady(since=on)]
    if case.stage is Stage.ACCEPTED:
        return []
    started: list[Event] = []
    if case.stage is Stage.CHECKED and case.open_strands:
        started = [MakingReadyStarted(started_on=on)]
    return [*started, *([HomeBecameReady(ready_on=on)] if ready else [])]
