"""What several deciders share: days, ids, and the ways a case closes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid5

from discharge.cases import events as ev
from discharge.cases.actions import TAKEN_BACK, WAITED, open_action
from discharge.cases.commands import Envelope
from discharge.cases.model import Case, CaseSpell, Discharge
from discharge.clocks import london_date, london_midnight
from discharge.codes import lookup
from discharge.delays.model import EndedBy, ReadyPeriod
from discharge.errors import Refused, refuse_together
from discharge.reference.policy import Policy

_C = TypeVar("_C")

NEVER_REOPENED = frozenset({"merged", "entered-in-error", "died"})
"""Outcomes that no news of a stay undoes."""

BY_LEAVING = frozenset({"discharged", "left"})
"""How a ready period ends when the person leaves."""

Decider = Callable[[Case, Envelope, datetime, Policy], list[ev.Event]]
"""Decides one kind of command: the case, what is asked, case time, the data in force -> what happens, or
``Refused``.
"""


def plain(decider: Callable[[Case, Envelope, datetime], list[ev.Event]]) -> Decider:
    """A decider that needs no data in force."""

    def decide(case: Case, envelope: Envelope, now: datetime, _policy: Policy) -> list[ev.Event]:
        return decider(case, envelope, now)

    return decide


def command_of(envelope: Envelope, kind: type[_C]) -> _C:
    """Return the envelope's command as the kind its decider was registered for."""
    asked = envelope.command
    if not isinstance(asked, kind):
        raise TypeError(f"registered for {kind.__name__}, called with {type(asked).__name__}")
    return asked


def derived_id(envelope: Envelope, name: str) -> UUID:
    """Return an id that is the same whenever the same command is decided again."""
    return uuid5(envelope.command_id, name)


def coded(code_list: str, code: str, day: date, where: str) -> str:
    """Return ``code`` if its list holds it on that day, or refuse and name the field."""
    lookup(code_list, code, day, where)
    return code


def said_coded(code_list: str, code: str | None, day: date, where: str) -> None:
    """Refuse a code that its list does not hold on that day; one that is not given is not asked about."""
    if code is not None:
        coded(code_list, code, day, where)


def reason_of(code_list: str, reason: str | None, day: date, otherwise: str = "reason-needed") -> None:
    """Refuse a reason that is missing (``otherwise``), or that its list does not hold on that day."""
    if not reason:
        raise Refused(otherwise, where="reason")
    coded(code_list, reason, day, "reason")


def all_coded(code_list: str, codes: Iterable[str], day: date, where: str) -> None:
    """Refuse every code of a field that its list does not hold on that day, each by its place."""
    refuse_together(
        *(partial(coded, code_list, code, day, f"{where}[{number}]") for number, code in enumerate(codes))
    )


def not_in_future(day: date, now: datetime, where: str) -> date:
    """Return ``day``, or refuse: what is recorded as done cannot lie ahead."""
    if day > london_date(now):
        raise Refused("date-in-future", where=where)
    return day


def happened_on(envelope: Envelope, now: datetime) -> date:
    """Return the effective day of something that has happened; refuse one that has not come yet."""
    return not_in_future(envelope.effective_on, now, "effective_on")


def noon(day: date) -> datetime:
    """Return the instant that stands for something of which only the day is known."""
    return london_midnight(day) + timedelta(hours=12)


def not_before_admission(case: Case, day: date, where: str) -> date:
    """Return ``day``, or refuse: nobody waits, or leaves, before they came in."""
    spell = case.current_spell
    if spell is not None and spell.admitted_on is not None and day < spell.admitted_on:
        raise Refused("date-before-admission", where=where)
    return day


def not_before(earlier: date, later: date | None, where: str) -> None:
    """Refuse two days in the wrong order; a later one that is not given is in order."""
    if later is not None and later < earlier:
        raise Refused("dates-out-of-order", where=where)


def since_discharge(case: Case, day: date, where: str = "effective_on") -> None:
    """Refuse a day before the discharge for what comes after one."""
    if case.discharge is not None:
        not_before(case.discharge.discharged_on, day, where)


def end_ready_period(case: Case, day: date, ended_by: EndedBy) -> list[ev.Event]:
    """End the running ready period, if there is one, never before the day it began."""
    period = case.open_ready_period
    if period is None:
        return []
    return [ev.ReadyPeriodEnded(ended_on=max(day, period.ready_on), ended_by=ended_by)]


def period_restated(period: ReadyPeriod, **anew: object) -> ev.ReadyPeriodCorrected:
    """Restate a ready period where something is told of it anew."""
    restated = period.model_copy(update=anew)
    return ev.ReadyPeriodCorrected(replaces=period.ready_on, was=period, period=restated)


def begins_next(case: Case, period: ReadyPeriod) -> date | None:
    """Return the day on which the ready period after this one begins, if there is one."""
    after = case.ready_periods[case.ready_periods.index(period) + 1 :]
    return after[0].ready_on if after else None


def waits_until(case: Case, period: ReadyPeriod, day: date) -> date:
    """Return the end of a ready period that another day of leaving gives: never before it began, and never
    within the one after it, which somebody recorded since.
    """
    later = begins_next(case, period)
    return max(period.ready_on, day if later is None else min(day, later))


def asked_until_when(
    case: Case, period: ReadyPeriod, day: date, stay: UUID | None, now: datetime, policy: Policy
) -> list[ev.Event]:
    """Ask until when the person waited, where a day of leaving lies after the beginning of the next ready
    period.
    """
    later = begins_next(case, period)
    if later is None or later >= day:
        return []
    return open_action(case, WAITED, now, policy, str(stay or ""))


def ended_by_leaving(period: ReadyPeriod, left: Discharge) -> bool:
    """Whether a ready period ran until a discharge, which ended it."""
    return period.ended_by in BY_LEAVING and period.ended_on == max(left.discharged_on, period.ready_on)


def ask_once(case: Case, cause: str, told: CaseSpell, now: datetime, policy: Policy) -> list[ev.Event]:
    """Ask once for each stay; a question that was only taken back was not answered."""
    subject = str(told.spell_id)
    asked = any(
        (each.cause, each.subject) == (cause, subject) and each.answer != TAKEN_BACK
        for each in case.actions.values()
    )
    return [] if asked else open_action(case, cause, now, policy, subject)


def end_delay_reasons(case: Case, day: date) -> list[ev.Event]:
    """End every reason for waiting that still runs on ``day``."""
    return [
        ev.DelayReasonEnded(reason_id=reason.reason_id, to_on=max(day, reason.from_on))
        for reason in case.delay_reasons
        if reason.to_on is None or reason.to_on > day
    ]


def reasons_go_on(case: Case, ended_on: date | None) -> list[ev.Event]:
    """Each reason that ended on a day which is undone, again from that day; of the national ones the last,
    which had taken the place of any other.
    """
    ended = [reason for reason in case.delay_reasons if reason.to_on is not None and reason.to_on == ended_on]
    national = [reason for reason in ended if reason.kind == "national"]
    again = {
        uuid5(reason.reason_id, f"again from {reason.to_on}"): reason
        for reason in ended
        if reason not in national[:-1]
    }
    known = {reason.reason_id for reason in case.delay_reasons}
    return [
        ev.DelayReasonRecorded(
            reason=reason.model_copy(update={"reason_id": new, "from_on": reason.to_on, "to_on": None})
        )
        for new, reason in again.items()
        if new not in known
    ]


def cancel_strands(case: Case, day: date, reason: str) -> list[ev.Event]:
    """Cancel every strand that is still at work."""
    return [
        ev.StrandCancelled(strand=strand.key, cancelled_on=day, reason=reason) for strand in case.open_strands
    ]


def side_exit(
    case: Case, day: date, outcome: str, ended_by: EndedBy | None, stopped_because: str = "case-ended"
) -> list[ev.Event]:
    """Leave the pathway: the work stops and the case closes with the exit as its outcome.

    ``ended_by`` says how the waiting ended; ``None`` where the person stays in a bed and only we stop.
    """
    return [
        *(end_ready_period(case, day, ended_by) if ended_by is not None else []),
        *end_delay_reasons(case, day),
        *cancel_strands(case, day, stopped_because),
        ev.CaseClosed(closed_on=day, outcome=outcome),
    ]
