"""Leaving hospital, as the feed or a person tells it: discharged, moved on, died; and undone again (A13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.actions import (
    BACK,
    ENDED,
    LEFT,
    LEFT_HOMELESS,
    REVIVED,
    SETTLED_BY_CONTACT,
    open_action,
    settle,
)
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import (
    Decider,
    coded,
    command_of,
    end_delay_reasons,
    end_ready_period,
    happened_on,
    noon,
    not_before_admission,
    reasons_go_on,
    side_exit,
)
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import schedule
from discharge.cases.model import Case, CaseSpell, Discharge, Stage
from discharge.cases.stages import stage_when_reopened
from discharge.cases.unready import blockers, goes_to_checked_home
from discharge.clocks import london_date
from discharge.codes.casework import STOPPED_BY_DEATH
from discharge.codes.destinations import DISCHARGE_DESTINATIONS, DISCHARGE_METHODS
from discharge.delays.model import EndedBy
from discharge.errors import Refused

NEVER_REOPENED = frozenset({"merged", "entered-in-error", "died"})
"""Outcomes that no news of a stay undoes."""

BY_LEAVING = frozenset({"discharged", "left"})
"""How a ready period ends when the person leaves."""


def told_by_feed(case: Case, known: CaseSpell, told: CaseSpell, on: date, now: datetime) -> list[ev.Event]:
    """Return what the stay's new state says about leaving; a date that is told anew corrects the old one."""
    if case.outcome == "died" and _says_died(known) and not _says_died(told):
        alive = lives(case, on, now)
        return [*alive, *told_by_feed(fold(case, alive), _unsaid(known), told, on, now)]
    if told.status == "discharged" and told.discharged_on is not None:
        return [] if _same_end(known, told) else _left(case, told, told.discharged_on, now)
    if known.status == "discharged" and told.status in ("admitted", "on-leave", "cancelled"):
        return _not_left_after_all(case, told)
    if told.not_left_at is not None and told.not_left_at != known.not_left_at:
        return _not_left_as_said_by_hand(case, told, told.not_left_at)
    return []


def _same_end(known: CaseSpell, told: CaseSpell) -> bool:
    """Whether nothing new is told of leaving: the same day, and not a death now that was none before."""
    same_day = known.status == "discharged" and known.discharged_on == told.discharged_on
    return same_day and _says_died(known) == _says_died(told)


def _says_died(spell: CaseSpell) -> bool:
    """Whether a stay, as it is told, ended with the person's death."""
    if spell.died:
        return True
    day = spell.discharged_on or date.max
    method = DISCHARGE_METHODS.find(spell.discharge_method or "", day)
    place = DISCHARGE_DESTINATIONS.find(spell.discharge_destination or "", day)
    return bool((method and method.leaving == "died") or (place and place.place == "died"))


def _unsaid(spell: CaseSpell) -> CaseSpell:
    """The stay without the day on which it was said to have ended: the same day, told alive, is news."""
    return spell.model_copy(update={"discharged_on": None})


def _left(case: Case, told: CaseSpell, day: date, now: datetime) -> list[ev.Event]:
    method = DISCHARGE_METHODS.find(told.discharge_method or "", day)
    place = DISCHARGE_DESTINATIONS.find(told.discharge_destination or "", day)
    if case.outcome in NEVER_REOPENED:
        return []
    if case.closed and case.discharge is None:  # we no longer helped, but the waiting ends only now
        return end_ready_period(case, day, "discharged")
    if told.died or (method and method.leaving == "died") or (place and place.place == "died"):
        return death(case, day)
    if _lies_in_a_later_bed(case, told):
        return _its_wait_ended(case, told, day)
    if place and place.place == "hospital":
        return side_exit(case, day, "admitted-elsewhere", "transferred")
    return _discharged(case, _as_fed(case.discharge, told, day), now)


def _lies_in_a_later_bed(case: Case, told: CaseSpell) -> bool:
    """Whether the person lies in a bed of a later stay: what is told of this one, a transfer in the wrong
    order or a correction of an earlier discharge, does not send them home.
    """
    return any(
        other.status in ("admitted", "on-leave")
        and other.spell_id != told.spell_id
        and other.admitted_on is not None
        and told.admitted_on is not None
        and other.admitted_on > told.admitted_on
        for other in case.spells
    )


def _its_wait_ended(case: Case, told: CaseSpell, day: date) -> list[ev.Event]:
    running = case.open_ready_period
    mine = running is not None and running.spell_id == told.spell_id
    return end_ready_period(case, day, "transferred") if mine else []


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


def _discharged(case: Case, discharge: Discharge, now: datetime) -> list[ev.Event]:
    """The person left, or the day they left is told anew; contacts are owed from that day.

    Who left by their own decision is looked for first: the case stays open, with a welfare contact.
    """
    day, alone = discharge.discharged_on, _by_own_decision(discharge)
    corrected = case.discharge is not None
    happened: list[ev.Event] = [ev.PersonDischarged(discharge=discharge)]
    ended_by: EndedBy = "left" if alone else "discharged"
    happened += _corrected_end(case, day) if corrected else end_ready_period(case, day, ended_by)
    if case.discharge is not None and case.discharge.discharged_on < day:
        happened += reasons_go_on(case, case.discharge.discharged_on)
    happened += end_delay_reasons(fold(case, happened), day)
    made = {key for key, owed in case.follow_ups.items() if owed.outcome is not None}
    owed = [each for each in schedule(discharge.discharged_at, welfare=alone) if each.key not in made]
    happened += [ev.FollowUpScheduled(follow_up=each) for each in owed]
    if alone and not any(row.cause in (LEFT, LEFT_HOMELESS) for row in case.open_actions):
        happened += open_action(case, LEFT_HOMELESS if case.homelessness.flag == "yes" else LEFT, now)
    return happened


def _corrected_end(case: Case, day: date) -> list[ev.Event]:
    last = next((period for period in reversed(case.ready_periods) if period.ended_by in BY_LEAVING), None)
    if last is None or last.ended_on == day:
        return []
    moved = last.model_copy(update={"ended_on": max(day, last.ready_on)})
    return [ev.ReadyPeriodCorrected(replaces=last.ready_on, period=moved)]


def _not_left_after_all(case: Case, told: CaseSpell) -> list[ev.Event]:
    if case.discharge is None or case.discharge.spell_id not in (None, told.spell_id):
        return []
    return _cancelled(case, case.discharge.discharged_on)


def _not_left_as_said_by_hand(case: Case, told: CaseSpell, at: datetime) -> list[ev.Event]:
    """The trust takes back a discharge of which its own message never came: a person had told us of it."""
    left = case.discharge
    if left is None or left.told_by != "hand" or left.discharged_at > at:
        return []
    return _not_left_after_all(case, told)


def _cancelled(case: Case, day: date) -> list[ev.Event]:
    """Undo a discharge: the ready period and the reasons for waiting that it ended run on as if they had
    never ended, so that every night has its reason.
    """
    happened: list[ev.Event] = []
    if case.closed:
        happened.append(
            ev.CaseReopened(reopened_on=day, stage=Stage.DISCHARGED, reason="discharge-cancelled")
        )
    happened.append(ev.DischargeCancelled(cancelled_on=day))
    last = case.ready_periods[-1] if case.ready_periods else None
    if last is not None and last.ended_by in BY_LEAVING:
        running = last.model_copy(update={"ended_on": None, "ended_by": None})
        happened.append(ev.ReadyPeriodCorrected(replaces=last.ready_on, period=running))
    happened += settle(case, BACK, noon(day), SETTLED_BY_CONTACT)
    left = case.discharge
    return [*happened, *reasons_go_on(case, left.discharged_on if left else None)]


def death(case: Case, day: date) -> list[ev.Event]:
    """Leave the pathway because the person died; a case that can never go on stays as it is."""
    if case.closed and case.outcome in NEVER_REOPENED:
        return []
    return side_exit(case, day, "died", "died", STOPPED_BY_DEATH)


def lives(case: Case, on: date, now: datetime, reason: str = "death-withdrawn") -> list[ev.Event]:
    """Take back the death that closed the case: it goes on where it stood; waiting, its reasons and what was
    owed run on as if they had never ended, and the owner of the case is asked to begin the work again.
    """
    reopened = ev.CaseReopened(reopened_on=on, stage=stage_when_reopened(case), reason=reason)
    happened: list[ev.Event] = [reopened]
    last = case.ready_periods[-1] if case.ready_periods else None
    if last is not None and last.ended_by == "died":
        running = last.model_copy(update={"ended_on": None, "ended_by": None})
        happened.append(ev.ReadyPeriodCorrected(replaces=last.ready_on, period=running))
    if case.discharge is None:
        happened += reasons_go_on(case, case.closed_on)
    for owed in case.actions.values():
        if owed.answer == ENDED:
            happened += open_action(fold(case, happened), owed.cause, now, owed.subject)
    return [*happened, *open_action(fold(case, happened), REVIVED, now)]


def confirm_discharge(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record by hand that the person left; an A03 that comes later corrects it."""
    asked = command_of(envelope, cmd.ConfirmDischarge)
    day = happened_on(envelope, now)
    not_before_admission(case, day, "effective_on")
    coded("discharge-destinations", asked.destination, day, "destination")
    coded("discharge-methods", asked.method, day, "method")
    _decided_by_somebody(case, asked, day)
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
    return _discharged(case, discharge, now)


def _decided_by_somebody(case: Case, asked: cmd.ConfirmDischarge, day: date) -> None:
    """Refuse to let somebody go to a home that is not ready, or not checked, without a reason and a name."""
    if asked.unready_reason is not None:
        coded("unready-reasons", asked.unready_reason, day, "unready_reason")
    shut = blockers(case) if goes_to_checked_home(asked.destination, day) else ()
    if shut and asked.unready_reason is None:
        raise Refused("unready-reason-needed", detail=", ".join(shut), where="unready_reason")
    if shut and asked.decided_by_note is None:
        raise Refused("decider-needed", detail=", ".join(shut), where="decided_by")


def cancel_discharge(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record by hand that the discharge did not happen."""
    return _cancelled(case, happened_on(envelope, now))


def record_death(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """The person died: waiting, work and contact stop at once."""
    return death(case, happened_on(envelope, now))


def withdraw_death(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """The person lives after all: the case that the death closed goes on, and what it ended (waiting and its
    reasons) runs on as if it had never ended.
    """
    if case.outcome != "died":
        return []
    return lives(case, envelope.effective_on, now)


DECIDERS: Mapping[str, Decider] = {
    "confirm-discharge": confirm_discharge,
    "cancel-discharge": cancel_discharge,
    "record-death": record_death,
    "withdraw-death": withdraw_death,
}
