"""Failed discharge: a local definition, because there is no national one. Any of these grounds is enough:

    return      back in hospital within 72 hours, and not by plan; by dates, because feeds are not trusted to
                the minute: up to and including the third day
    arrival     found within 72 hours: the person cannot get in, or the home lacks heat, water, power, food,
                bed or toilet access
    unsuitable  found within 7 days: the home, or the placement, turned out unsuitable
    cause       back within 29 days because of the home, equipment, care or access, as somebody found out

Source: the Manchester older people's housing schemes call a discharge failed when the person is soon back;
the grounds are our choice. A planned return is none of them.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from discharge.cases.model import Case, Discharge, FollowUp, Readmission
from discharge.clocks import london_date, nights_between
from discharge.codes.admissions import AdmissionKind, admission_kind
from discharge.codes.after_discharge import RETURN_CAUSES
from discharge.codes.casework import HOME_PROBLEMS
from discharge.outcomes.readmission import COUNTS, readmission_days

Ground = Literal["return", "arrival", "unsuitable", "cause"]

RETURN_DAYS = 3
ARRIVAL = timedelta(hours=72)
UNSUITABLE_DAYS = 7
UNSUITABLE = "placement-unsuitable"

GROUND_WORDS: Mapping[Ground, str] = MappingProxyType(
    {
        "return": "Back in hospital within 72 hours",
        "arrival": "The home could not be entered, or lacked heat, water, power, food, bed or toilet",
        "unsuitable": "The home turned out unsuitable within 7 days",
        "cause": "Back in hospital because of the home, equipment, care or access",
    }
)


def discharges_of(case: Case) -> tuple[Discharge, ...]:
    """Return every discharge of a case in order, each with the contacts that came after it."""
    if case.discharge is None:
        return case.earlier_discharges
    running = case.discharge.model_copy(update={"contacts": tuple(case.follow_ups.values())})
    return (*case.earlier_discharges, running)


def kind_of_return(case: Case, back: Readmission) -> AdmissionKind:
    """Return how somebody came back, as the stay says it now: a trust may tell it late, or correct it."""
    method = next((spell.admission_method for spell in case.spells if spell.spell_id == back.spell_id), None)
    return admission_kind(method, back.readmitted_on)


def readmission_after(case: Case, discharge: Discharge) -> Readmission | None:
    """Return the readmission that a discharge ended in: a return that was not planned, or of which the trust
    does not say how.
    """
    back = return_after(case, discharge)
    return back if back is not None and kind_of_return(case, back) in COUNTS else None


def return_after(case: Case, discharge: Discharge) -> Readmission | None:
    """Return the return to hospital that a discharge ended in, planned or not, unless that stay was
    cancelled: each discharge but the last has the return in its place.
    """
    every = discharges_of(case)
    place = next((number for number, each in enumerate(every) if _same(each, discharge)), len(every))
    for back in case.readmissions[place : place + 1]:
        days = readmission_days(discharge.discharged_on, back.readmitted_on)
        if days is not None and not _was_cancelled(case, back):
            return back.model_copy(update={"days_after": days})
    return None


def _same(one: Discharge, other: Discharge) -> bool:
    return (one.spell_id, one.discharged_at) == (other.spell_id, other.discharged_at)


def _was_cancelled(case: Case, back: Readmission) -> bool:
    """Whether the stay of a return counts no more; one that goes on under another number counts."""
    mine = next((each for each in case.spells if each.spell_id == back.spell_id), None)
    if mine is None or mine.status != "cancelled":
        return False
    goes_on = any(
        each.status != "cancelled" and each.admitted_on == back.readmitted_on for each in case.spells
    )
    return not (mine.cancelled_because == "moved" and goes_on)


def failed_discharge(discharge: Discharge, back: Readmission | None) -> tuple[Ground, ...]:
    """Return the grounds on which a discharge failed, in order; empty when it did not (so far)."""
    grounds: dict[Ground, bool] = {
        "return": back is not None and back.days_after <= RETURN_DAYS,
        "arrival": any(_found_on_arrival(discharge, contact) for contact in discharge.contacts),
        "unsuitable": any(_found_unsuitable(discharge, contact) for contact in discharge.contacts),
        "cause": back is not None and _home_failed(back),
    }
    return tuple(ground for ground, met in grounds.items() if met)


def _found_on_arrival(discharge: Discharge, contact: FollowUp) -> bool:
    at = contact.contacted_at
    if at is None or not any(_fails_arrival(code, london_date(at)) for code in contact.problems):
        return False
    return at - discharge.discharged_at <= ARRIVAL


def _fails_arrival(problem: str, on: date) -> bool:
    return HOME_PROBLEMS.known(problem) and HOME_PROBLEMS.as_on(problem, on).fails_arrival


def _home_failed(back: Readmission) -> bool:
    """Whether the cause that somebody found means that the home failed."""
    cause = back.cause or ""
    return RETURN_CAUSES.known(cause) and RETURN_CAUSES.as_on(cause, back.readmitted_on).failed


def _found_unsuitable(discharge: Discharge, contact: FollowUp) -> bool:
    if contact.contacted_at is None or UNSUITABLE not in contact.problems:
        return False
    return nights_between(discharge.discharged_on, london_date(contact.contacted_at)) <= UNSUITABLE_DAYS
