"""Leaving hospital, as the feed or a person tells it: discharged, moved on; and undone again (A13).

Where the person is is told by their last stay: what is told late of an earlier one sends nobody home, and
moves no later discharge.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.actions import (
    BACK,
    CLOSED_EARLY,
    LATER,
    LEFT,
    LEFT_HOMELESS,
    MISSED,
    OVERLAP,
    UNACCEPTED,
    of_being_at_home,
    open_action,
    settle,
)
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import (
    NEVER_REOPENED,
    Decider,
    ask_once,
    asked_until_when,
    begins_next,
    coded,
    command_of,
    end_delay_reasons,
    end_ready_period,
    ended_by_leaving,
    happened_on,
    noon,
    not_before_admission,
    period_restated,
    plain,
    reasons_go_on,
    said_coded,
    side_exit,
    waits_until,
)
from discharge.cases.decide.death import death, lives, says_died
from discharge.cases.decide.last_stay import bed_around, is_discharge, left_last, told_elsewhere
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import schedule
from discharge.cases.model import Case, CaseSpell, Discharge, FollowUp, Stage
from discharge.cases.unready import blockers, goes_to_checked_home
from discharge.clocks import london_date
from discharge.clocks.registry import Whom
from discharge.codes.destinations import DISCHARGE_DESTINATIONS, DISCHARGE_METHODS
from discharge.delays.model import EndedBy, ReadyPeriod
from discharge.errors import Refused, refuse_all, refuse_together
from discharge.reference.policy import Policy


def told_by_feed(
    case: Case, known: CaseSpell, told: CaseSpell, on: date, now: datetime, policy: Policy
) -> list[ev.Event]:
    """Return what the stay's new state says about leaving; a date that is told anew corrects the old one."""
    if case.outcome == "died" and says_died(known) and not says_died(told):
        alive = lives(case, on, now, policy)
        return [*alive, *told_by_feed(fold(case, alive), known, told, on, now, policy)]
    if told.status == "discharged" and told.discharged_on is not None:
        return [] if _same_end(known, told) else stay_ended(case, told, told.discharged_on, now, policy)
    if known.status == "discharged" and told.status != "discharged":
        return _not_left_after_all(case, told)
    if told.not_left_at is not None and told.not_left_at != known.not_left_at:
        return _not_left_as_said_by_hand(case, told, told.not_left_at)
    return []


def _same_end(known: CaseSpell, told: CaseSpell) -> bool:
    """Whether nothing new is told of leaving: the same day, and a death if it was one and none if not."""
    same_day = known.status == "discharged" and known.discharged_on == told.discharged_on
    return same_day and says_died(known) == says_died(told)


def stay_ended(case: Case, told: CaseSpell, day: date, now: datetime, policy: Policy) -> list[ev.Event]:
    """Return what the end of a stay brings: home, another hospital, death; nothing but the end of its own
    wait where another stay tells where the person is.
    """
    if case.outcome in NEVER_REOPENED:
        return []
    if case.closed and case.discharge is None:  # we no longer helped, but the waiting ends only now
        return end_ready_period(case, day, "discharged")
    if told_elsewhere(case, told, day) and not says_died(told):
        return _its_wait_ended(case, told, day)
    return _left_with(case, told, day, now, policy)


def _left_with(case: Case, told: CaseSpell, day: date, now: datetime, policy: Policy) -> list[ev.Event]:
    """What the end of the stay brings that tells where the person is."""
    if says_died(told):
        return death(case, day)
    bed = bed_around(case, told)
    if bed is not None and bed.organisation_id == told.organisation_id and not is_discharge(case, told):
        return [*_its_wait_ended(case, told, day), *ask_once(case, OVERLAP, told, now, policy)]
    place = DISCHARGE_DESTINATIONS.find(told.discharge_destination or "", day)
    if place and place.place == "hospital":
        return _moved_on(case, day)
    happened = _left(case, _as_fed(case.discharge, told, day), now, policy)
    return (
        happened if bed is None else [*happened, *ask_once(fold(case, happened), OVERLAP, told, now, policy)]
    )


def _its_wait_ended(case: Case, told: CaseSpell, day: date) -> list[ev.Event]:
    """The waiting of a stay until its end: what runs, or what ended with it when it was the discharge."""
    running = case.open_ready_period
    if running is not None and running.spell_id == told.spell_id:
        return end_ready_period(case, day, "transferred")
    ended = _ended_by_leaving(case) if is_discharge(case, told) else None
    if ended is None or ended.spell_id != told.spell_id:
        return []
    return [period_restated(ended, ended_on=waits_until(case, ended, day), ended_by="transferred")]


def _moved_on(case: Case, day: date) -> list[ev.Event]:
    """To another hospital; somebody of whom it was said that they went home did not."""
    if case.discharge is None:
        return side_exit(case, day, "admitted-elsewhere", "transferred")
    back_in = cancelled(case, day)
    return [*back_in, *side_exit(fold(case, back_in), day, "admitted-elsewhere", "transferred")]


def left_with_another(case: Case, now: datetime, policy: Policy) -> list[ev.Event]:
    """They left with the stay that ended last: the bed that kept them in hospital was none, or the stay that
    they were said to have left ended on another day.
    """
    last = None if case.outcome in NEVER_REOPENED else left_last(case)
    return [] if last is None else _left_with(case, *last, now, policy)


def _as_fed(said: Discharge | None, told: CaseSpell, day: date) -> Discharge:
    """The discharge as the trust tells it: what it leaves out, and why the home was not ready, is as a person
    had said.
    """
    return Discharge(
        discharged_on=day,
        discharged_at=noon(day),
        destination=told.discharge_destination or (said.destination if said else None),
        method=told.discharge_method or (said.method if said else None),
        told_by="feed",
        spell_id=told.spell_id,
        unready_reason=said.unready_reason if said else None,
        decided_by_note=said.decided_by_note if said else None,
    )


def _by_own_decision(discharge: Discharge) -> bool:
    method = DISCHARGE_METHODS.find(discharge.method or "", discharge.discharged_on)
    return method is not None and method.leaving == "self-discharged"


def _left(case: Case, discharge: Discharge, now: datetime, policy: Policy) -> list[ev.Event]:
    """The person left, or the day they left is told anew."""
    if case.closed:
        return _corrected_after_closing(case, discharge, now, policy)
    happened = _dated(case, ev.PersonDischarged(discharge=discharge)) + _owed(case, discharge, now, policy)
    waited = _ended_by_leaving(case)
    if waited is None:
        return happened
    day, stay = discharge.discharged_on, discharge.spell_id
    return [*happened, *asked_until_when(case, waited, day, stay, now, policy)]


def _corrected_after_closing(
    case: Case, discharge: Discharge, now: datetime, policy: Policy
) -> list[ev.Event]:
    """A closed case takes the other day and stays closed, unless it had closed before the person left."""
    if case.closed_on is None or discharge.discharged_on <= case.closed_on:
        return _dated(case, ev.DischargeCorrected(discharge=discharge))
    on = discharge.discharged_on
    reopened = ev.CaseReopened(reopened_on=on, stage=Stage.DISCHARGED, reason="left-after-closing")
    opened = fold(case, [reopened])
    happened = [reopened, *_left(opened, discharge, now, policy)]
    return [*happened, *open_action(fold(case, happened), CLOSED_EARLY, now, policy)]


def _dated(case: Case, left: ev.PersonDischarged | ev.DischargeCorrected) -> list[ev.Event]:
    """The discharge, and with it the end of the waiting and of its reasons, on its day."""
    day, before = left.discharge.discharged_on, case.discharge
    ended_by: EndedBy = "left" if _by_own_decision(left.discharge) else "discharged"
    happened: list[ev.Event] = [left, *_corrected_end(case, day)]
    happened += end_ready_period(fold(case, happened), day, ended_by)
    if before is not None and before.discharged_on < day:
        happened += reasons_go_on(case, before.discharged_on)
    return [*happened, *end_delay_reasons(fold(case, happened), day)]


def _owed(case: Case, discharge: Discharge, now: datetime, policy: Policy) -> list[ev.Event]:
    """Contacts from the day somebody left. Who left by their own decision is looked for first: the case stays
    open, with a welfare contact. Who left before anybody accepted the referral is taken on at once.
    """
    alone = _by_own_decision(discharge)
    made = {key for key, owed in case.follow_ups.items() if owed.outcome is not None}
    scheduled = schedule(discharge.discharged_at, policy, _who(case, by_own_decision=alone))
    owed = [each for each in scheduled if each.key not in made]
    happened: list[ev.Event] = [ev.FollowUpScheduled(follow_up=each) for each in owed]
    happened += _no_longer_missed(case, owed, now)
    if alone and not any(row.cause in (LEFT, LEFT_HOMELESS) for row in case.open_actions):
        happened += open_action(case, LEFT_HOMELESS if case.homelessness.flag == "yes" else LEFT, now, policy)
    if case.referral is not None and case.referral.accepted_on is None:
        happened += open_action(case, UNACCEPTED, now, policy)
    return happened


def _who(case: Case, *, by_own_decision: bool) -> set[Whom]:
    """What is known of a person for whom some contacts are meant."""
    who: set[Whom] = {"self-discharged"} if by_own_decision else set()
    if case.referral is not None and case.referral.lives_alone == "yes":
        who.add("lives-alone")
    return who


def _no_longer_missed(case: Case, owed: list[FollowUp], now: datetime) -> list[ev.Event]:
    """Contacts that were missed by a day which was corrected, and are not due yet."""
    later = {each.key for each in owed if each.due_at > now}
    return [
        ev.ActionAnswered(action=action.key, answer=LATER, answered_at=now)
        for action in case.open_actions
        if action.cause == MISSED and action.subject in later
    ]


def _ended_by_leaving(case: Case) -> ReadyPeriod | None:
    """The ready period that the discharge ended, if one ran until then."""
    left = case.discharge
    if left is None:
        return None
    return next((each for each in reversed(case.ready_periods) if ended_by_leaving(each, left)), None)


def _corrected_end(case: Case, day: date) -> list[ev.Event]:
    last = _ended_by_leaving(case)
    if last is None or last.ended_on == waits_until(case, last, day):
        return []
    return [period_restated(last, ended_on=waits_until(case, last, day))]


def _not_left_after_all(case: Case, told: CaseSpell) -> list[ev.Event]:
    if case.discharge is None or case.discharge.spell_id not in (None, told.spell_id):
        return []
    return [] if case.outcome in NEVER_REOPENED else cancelled(case, case.discharge.discharged_on)


def _not_left_as_said_by_hand(case: Case, told: CaseSpell, at: datetime) -> list[ev.Event]:
    """The trust takes back a discharge of which its own message never came: a person had told us of it."""
    left = case.discharge
    if left is None or left.told_by != "hand" or left.discharged_at > at:
        return []
    return _not_left_after_all(case, told)


def cancelled(case: Case, day: date) -> list[ev.Event]:
    """Undo a discharge: the ready period and the reasons for waiting that it ended run on as if they had
    never ended, so that every night has its reason.
    """
    happened: list[ev.Event] = []
    if case.closed:
        happened.append(
            ev.CaseReopened(reopened_on=day, stage=Stage.DISCHARGED, reason="discharge-cancelled")
        )
    happened.append(ev.DischargeCancelled(cancelled_on=day))
    happened += _runs_on(case)
    happened += settle(case, BACK, noon(day), of_being_at_home())
    left = case.discharge
    return [*happened, *reasons_go_on(case, left.discharged_on if left else None)]


def _runs_on(case: Case) -> list[ev.Event]:
    """The ready period that the discharge ended runs on; where the ward recorded another one since, until
    that began.
    """
    last = _ended_by_leaving(case)
    if last is None:
        return []
    until = begins_next(case, last)
    return [period_restated(last, ended_on=until, ended_by=None if until is None else "met-criteria-again")]


def confirm_discharge(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[ev.Event]:
    """Record by hand that the person left; an A03 that comes later corrects it."""
    asked = command_of(envelope, cmd.ConfirmDischarge)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: not_before_admission(case, day, "effective_on"),
        lambda: coded("discharge-destinations", asked.destination, day, "destination"),
        lambda: coded("discharge-methods", asked.method, day, "method"),
        lambda: said_coded("unready-reasons", asked.unready_reason, day, "unready_reason"),
        lambda: _decided_by_somebody(case, asked, day),
    )
    at = asked.discharged_at or min(now, noon(day))
    spell = case.current_spell
    discharge = Discharge(
        discharged_on=london_date(at),
        discharged_at=at,
        destination=asked.destination,
        method=asked.method,
        told_by="hand",
        spell_id=spell.spell_id if spell else None,
        unready_reason=asked.unready_reason,
        decided_by_note=asked.decided_by_note,
    )
    return _left(case, discharge, now, policy)


def _decided_by_somebody(case: Case, asked: cmd.ConfirmDischarge, day: date) -> None:
    """Refuse to let somebody go to a home that is not ready, or not checked, without a reason and a name."""
    shut = blockers(case) if goes_to_checked_home(asked.destination, day) else ()
    said: tuple[tuple[object, str, str], ...] = (
        (asked.unready_reason, "unready-reason-needed", "unready_reason"),
        (asked.decided_by_note, "decider-needed", "decided_by"),
    )
    missing = [Refused(code, ", ".join(shut), where) for value, code, where in said if value is None]
    if shut:
        refuse_all(missing)


def cancel_discharge(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record by hand that the discharge did not happen."""
    return cancelled(case, happened_on(envelope, now))


DECIDERS: Mapping[str, Decider] = {
    "confirm-discharge": confirm_discharge,
    "cancel-discharge": plain(cancel_discharge),
}
