"""Coming back to hospital: by the feed's word, taken back again, and what is told late of a discharge before.

Readmission: an admission 0-29 days after the discharge (NHS Digital indicator I02040). Where the person is is
told by their last stay; where two stays contradict each other, somebody is asked.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from discharge.cases import events as ev
from discharge.cases.actions import (
    BACK,
    BACK_LATER,
    NOT_RETURNED,
    OVERLAP,
    RETURNED,
    TAKEN_BACK,
    of_being_at_home,
    open_action,
    open_again,
    settle,
)
from discharge.cases.decide.common import (
    NEVER_REOPENED,
    ask_once,
    asked_until_when,
    end_delay_reasons,
    end_ready_period,
    ended_by_leaving,
    period_restated,
    waits_until,
)
from discharge.cases.decide.departure import cancelled, stay_ended
from discharge.cases.decide.last_stay import is_discharge
from discharge.cases.evolve import fold
from discharge.cases.model import Action, Case, CaseSpell, Discharge, Readmission, Stage
from discharge.cases.stages import HOME, stage_when_reopened
from discharge.clocks import london_date, nights_between
from discharge.codes.admissions import admission_kind
from discharge.delays.model import ReadyPeriod
from discharge.outcomes.readmission import COUNTS, readmission_days
from discharge.reference.policy import Policy

TRANSFER_GAP = timedelta(days=2)


def coming_back(
    case: Case, known: CaseSpell | None, told: CaseSpell, now: datetime, policy: Policy
) -> list[ev.Event]:
    """Reopen for somebody who is back within 0-29 days, or who arrived at the hospital they were moved to.

    A stay of which only the end is told counts as well; what is news of the very stay that somebody left does
    not.
    """
    admitted, left = told.admitted_on, case.discharge
    if admitted is None or case.outcome in NEVER_REOPENED or not _was_in_a_bed(case, told):
        return []
    if left is None:
        return _arrived_elsewhere(case, admitted) if known is None else []
    if left.spell_id == told.spell_id:
        return []
    days = readmission_days(left.discharged_on, admitted, policy)
    if days is None or any(each.spell_id == told.spell_id for each in case.earlier_discharges):
        return _in_a_bed_all_the_same(case, left, told, now, policy)
    back = Readmission(spell_id=told.spell_id, readmitted_on=admitted, days_after=days)
    return _readmitted(case, back, told, now, policy)


def back_since(before: Case, case: Case, now: datetime, policy: Policy) -> list[ev.Event]:
    """The day of leaving is another than was known: stays that began since, within 0-29 days, are returns."""
    if before.discharge is None or case.discharge is None:
        return []
    if before.discharge.discharged_on == case.discharge.discharged_on:
        return []
    happened: list[ev.Event] = []
    for each in sorted(case.spells, key=lambda one: one.admitted_on or date.min):
        happened += _back_in(fold(case, happened), each, now, policy)
    return happened


def _back_in(case: Case, stay: CaseSpell, now: datetime, policy: Policy) -> list[ev.Event]:
    """A stay that began after the day of leaving, as a return, and as its end if it is over."""
    left, begun = case.discharge, stay.admitted_on
    if left is None or begun is None or begun <= left.discharged_on:
        return []
    named = any(back.spell_id == stay.spell_id for back in case.readmissions)
    if named or readmission_days(left.discharged_on, begun, policy) is None:
        return []
    happened = coming_back(case, None, stay, now, policy)
    if not happened or stay.discharged_on is None or stay.in_a_bed:
        return happened
    return [*happened, *stay_ended(fold(case, happened), stay, stay.discharged_on, now, policy)]


def _was_in_a_bed(case: Case, told: CaseSpell) -> bool:
    """Whether the person lies there, or lay there after they had left another stay."""
    left, gone_on = case.discharge, told.discharged_on
    if told.status != "discharged" or gone_on is None or left is None or left.spell_id is None:
        return told.in_a_bed
    return gone_on >= left.discharged_on


def _readmitted(
    case: Case, back: Readmission, told: CaseSpell, now: datetime, policy: Policy
) -> list[ev.Event]:
    happened: list[ev.Event] = []
    if case.closed:
        happened.append(
            ev.CaseReopened(reopened_on=back.readmitted_on, stage=Stage.DISCHARGED, reason="readmitted")
        )
    happened += settle(case, BACK, now, of_being_at_home() | {"in-hospital"})
    happened.append(ev.PersonReadmitted(readmission=back))
    return [*happened, *_looked_into(fold(case, happened), told, now, policy)]


def _looked_into(case: Case, told: CaseSpell, now: datetime, policy: Policy) -> list[ev.Event]:
    """Ask why the person is back, once for each return that was not planned."""
    unplanned = admission_kind(told.admission_method, told.admitted_on or date.max) in COUNTS
    return ask_once(case, RETURNED, told, now, policy) if unplanned else []


def _arrived_elsewhere(case: Case, admitted: date) -> list[ev.Event]:
    moved = case.closed and case.outcome == "admitted-elsewhere" and case.closed_on is not None
    if not moved or case.closed_on is None or abs(admitted - case.closed_on) > TRANSFER_GAP:
        return []
    return [
        ev.CaseReopened(reopened_on=admitted, stage=stage_when_reopened(case), reason="arrived-elsewhere")
    ]


def _in_a_bed_all_the_same(
    case: Case, left: Discharge, told: CaseSpell, now: datetime, policy: Policy
) -> list[ev.Event]:
    """No readmission, but the person at home is said to lie in a bed: admitted before they left, or long
    after. Where nobody knew which stay they left, an admission before it is that stay's.
    """
    if case.stage not in HOME or not told.in_a_bed or told.admitted_on is None:
        return []
    before = told.admitted_on < left.discharged_on
    if before and left.spell_id is None:
        return []
    cause = OVERLAP if before else BACK_LATER
    return ask_once(case, cause, told, now, policy)


def return_taken_back(case: Case, told: CaseSpell, on: date, now: datetime, policy: Policy) -> list[ev.Event]:
    """Return what it brings that a stay somebody came back in was none."""
    place = _place_of_return(case, told)
    if place is None or told.status not in ("cancelled", "expected"):
        return []
    return _taken_back(case, place, told, on, now, policy)


def return_told_anew(
    case: Case, known: CaseSpell, told: CaseSpell, on: date, now: datetime, policy: Policy
) -> list[ev.Event]:
    """Return what the news of a stay says of the return that it was: on another day, or not planned after
    all. Of one that began before the person left it says that it was no return.
    """
    place = _place_of_return(case, told)
    if place is None or told.admitted_on is None or told.status == "cancelled":
        return []
    left, back = case.earlier_discharges[place], case.readmissions[place]
    if told.admitted_on < left.discharged_on:
        stayed = cancelled(case, told.admitted_on) if is_discharge(case, told) else []
        return [*stayed, *_taken_back(fold(case, stayed), place, told, on, now, policy)]
    happened: list[ev.Event] = []
    if told.admitted_on != back.readmitted_on:
        happened = [_restated(place, left, back, told.admitted_on)]
    if told.in_a_bed and told.admission_method != known.admission_method:
        happened += _looked_into(fold(case, happened), told, now, policy)
    return happened


def _place_of_return(case: Case, told: CaseSpell) -> int | None:
    if case.outcome in NEVER_REOPENED:
        return None
    every = enumerate(case.readmissions)
    return next((number for number, back in every if back.spell_id == told.spell_id), None)


def _taken_back(
    case: Case, place: int, told: CaseSpell, on: date, now: datetime, policy: Policy
) -> list[ev.Event]:
    """The admission was cancelled. The person came back all the same where another stay begins then; else the
    last return is undone, and one before it was no time in hospital, nor was there a discharge from it.
    """
    heir = _came_back_in(case, place, policy)
    if heir is not None:
        return _under_its_number(case, place, heir, now, policy)
    if place == len(case.readmissions) - 1 and case.discharge is None:
        return _undone(case, told, on, now, policy)
    return _earlier_return_taken_back(case, place, told, now, policy)


def _came_back_in(case: Case, place: int, policy: Policy) -> CaseSpell | None:
    """Another stay that somebody came back in, and that is no return of its own."""
    left = case.earlier_discharges[place]
    named = {back.spell_id for back in case.readmissions} | {
        each.spell_id for each in case.earlier_discharges[: place + 1]
    }
    return next(
        (
            each
            for each in case.spells
            if each.spell_id not in named
            and (each.in_a_bed or each.status == "discharged")
            and each.admitted_on is not None
            and readmission_days(left.discharged_on, each.admitted_on, policy) is not None
        ),
        None,
    )


def _under_its_number(
    case: Case, place: int, heir: CaseSpell, now: datetime, policy: Policy
) -> list[ev.Event]:
    """The return, its waiting and the question why, of the stay that goes on."""
    left, back = case.earlier_discharges[place], case.readmissions[place]
    begun = heir.admitted_on or back.readmitted_on
    its = back.model_copy(update={"spell_id": heir.spell_id})
    happened: list[ev.Event] = [_restated(place, left, its, begun)]
    happened += [
        period_restated(period, spell_id=heir.spell_id)
        for period in case.ready_periods
        if period.spell_id == back.spell_id
    ]
    asked = _settled_return(case, back, now)
    return [*happened, *asked, *(_looked_into(fold(case, happened), heir, now, policy) if asked else [])]


def _undone(case: Case, told: CaseSpell, on: date, now: datetime, policy: Policy) -> list[ev.Event]:
    """The earlier discharge stands again: what was owed then is owed again, and what began with the return
    ends with it.
    """
    happened: list[ev.Event] = []
    if case.closed:
        reopened = ev.CaseReopened(reopened_on=on, stage=Stage.DISCHARGED, reason="readmission-cancelled")
        happened.append(reopened)
    back, left = case.readmissions[-1], case.earlier_discharges[-1]
    happened += [
        ev.ReadyPeriodCorrected(replaces=period.ready_on, was=period, period=None)
        for period in case.ready_periods
        if period.spell_id == told.spell_id or (period.spell_id is None and period.ended_on is None)
    ]
    happened += end_ready_period(fold(case, happened), left.discharged_on, "discharged")
    happened += end_delay_reasons(case, back.readmitted_on)
    happened.append(ev.ReadmissionCancelled(spell_id=told.spell_id, cancelled_on=on))
    happened += _settled_return(case, back, now)
    for owed in case.actions.values():
        if owed.answer == BACK and owed.cause in of_being_at_home() and _of_that_time(owed, left, back):
            happened += open_again(fold(case, happened), owed)
    happened += open_action(fold(case, happened), NOT_RETURNED, now, policy, str(told.spell_id))
    lying = next((each for each in reversed(case.spells) if each.in_a_bed), None)
    return [*happened, *(coming_back(fold(case, happened), None, lying, now, policy) if lying else [])]


def _of_that_time(owed: Action, left: Discharge, back: Readmission) -> bool:
    return left.discharged_at <= owed.opened_at and london_date(owed.opened_at) <= back.readmitted_on


def _earlier_return_taken_back(
    case: Case, place: int, told: CaseSpell, now: datetime, policy: Policy
) -> list[ev.Event]:
    """The discharge that followed goes with it: whoever came back later came back from the one before. Where
    they would have come back before they left, they did not leave then: the ward is asked where they were.
    """
    if place == len(case.readmissions) - 1:
        return [ev.EarlierDischargeCorrected(place=place)]
    later = case.readmissions[place + 1]
    left = case.earlier_discharges[place]
    days = nights_between(left.discharged_on, later.readmitted_on)
    if days < 0:
        gone = [ev.EarlierDischargeCorrected(place=place + 1), ev.EarlierDischargeCorrected(place=place)]
        return [*gone, *ask_once(case, OVERLAP, told, now, policy)]
    joined = later.model_copy(update={"days_after": days})
    return [
        ev.EarlierDischargeCorrected(place=place + 1),
        ev.EarlierDischargeCorrected(place=place, discharge=left, readmission=joined),
    ]


def _restated(place: int, left: Discharge, back: Readmission, readmitted_on: date) -> ev.Event:
    """An earlier discharge and the return after it, told anew."""
    days = nights_between(left.discharged_on, readmitted_on)
    again = back.model_copy(update={"readmitted_on": readmitted_on, "days_after": days})
    return ev.EarlierDischargeCorrected(place=place, discharge=left, readmission=again)


def news_of_an_earlier_discharge(
    case: Case, known: CaseSpell, told: CaseSpell, now: datetime, policy: Policy
) -> list[ev.Event] | None:
    """What a stay's news says of a discharge that a return to hospital followed; None where it had none.

    Another day is taken where it lies before the return; one that never happened goes, with the return; days
    that contradict each other are asked about.
    """
    earlier = enumerate(case.earlier_discharges)
    place = next((number for number, left in earlier if left.spell_id == told.spell_id), None)
    if place is None or is_discharge(case, told):
        return None
    if case.outcome in NEVER_REOPENED:
        return []
    left, back = case.earlier_discharges[place], case.readmissions[place]
    if told.status == "discharged" and told.discharged_on is not None:
        return _another_day(case, place, told, told.discharged_on, now, policy)
    if known.status != "discharged":
        return []
    heir = _under_another_number(case, place) if told.status == "cancelled" else None
    if heir is not None:
        moved = left.model_copy(update={"spell_id": heir.spell_id})
        return [ev.EarlierDischargeCorrected(place=place, discharge=moved, readmission=back)]
    happened: list[ev.Event] = [ev.EarlierDischargeCorrected(place=place)]
    happened += _settled_return(case, back, now)
    if not told.in_a_bed:
        return happened
    return [
        *happened,
        *_wait_until(case, left, told, back.readmitted_on, "transferred"),
        *ask_once(fold(case, happened), OVERLAP, told, now, policy),
    ]


def _settled_return(case: Case, back: Readmission, now: datetime) -> list[ev.Event]:
    return [
        ev.ActionAnswered(action=action.key, answer=TAKEN_BACK, answered_at=now)
        for action in case.open_actions
        if action.cause == RETURNED and action.subject in ("", str(back.spell_id))
    ]


def _another_day(
    case: Case, place: int, told: CaseSpell, day: date, now: datetime, policy: Policy
) -> list[ev.Event]:
    left, back = case.earlier_discharges[place], case.readmissions[place]
    if day == left.discharged_on:
        return []
    if day > back.readmitted_on:
        return ask_once(case, OVERLAP, told, now, policy)
    moved = left.discharged_at + (day - left.discharged_on)
    again = left.model_copy(update={"discharged_on": day, "discharged_at": moved})
    happened = [_restated(place, again, back, back.readmitted_on), *_wait_until(case, left, told, day)]
    for period in _ended_with(case, left, told):
        happened += asked_until_when(case, period, day, told.spell_id, now, policy)
    return happened


def _wait_until(
    case: Case, left: Discharge, told: CaseSpell, day: date, ended_by: str | None = None
) -> list[ev.Event]:
    """The ready period that an earlier discharge ended, until another day."""
    return [
        period_restated(period, ended_on=waits_until(case, period, day), ended_by=ended_by or period.ended_by)
        for period in _ended_with(case, left, told)
    ]


def _ended_with(case: Case, left: Discharge, told: CaseSpell) -> list[ReadyPeriod]:
    mine = (None, told.spell_id)
    return [each for each in case.ready_periods if each.spell_id in mine and ended_by_leaving(each, left)]


def _under_another_number(case: Case, place: int) -> CaseSpell | None:
    """The stay that the one taken back goes on as: of the same end, with no discharge of its own here, and
    not one that somebody came back in since.
    """
    left = case.earlier_discharges[place]
    named = {each.spell_id for each in (*case.earlier_discharges, case.discharge) if each is not None}
    named |= {back.spell_id for back in case.readmissions[place:]}
    return next(
        (
            each
            for each in case.spells
            if each.status == "discharged"
            and each.discharged_on == left.discharged_on
            and each.spell_id not in named
        ),
        None,
    )
