"""Failed discharge: a local definition, because there is no national one. Any of these grounds is enough:

    return      back in hospital, and not by plan
    arrival     found that the person cannot get in, or the home lacks heat, water, power, food, bed or toilet
    unsuitable  found that the home, or the placement, is unsuitable
    cause       back because of the home, equipment, care or access, as somebody found out

Within which time, and in which words, is data (`failed_discharges.yaml`); a discharge is judged by the rows
of its day. A planned return is none of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from discharge.cases.model import Case, Discharge, Readmission
from discharge.clocks import london_date, london_midnight
from discharge.codes.admissions import AdmissionKind, admission_kind
from discharge.codes.after_discharge import RETURN_CAUSES
from discharge.codes.by_edition import ListByEdition
from discharge.codes.casework import HOME_PROBLEMS
from discharge.codes.model import Code
from discharge.durations import Duration
from discharge.outcomes.readmission import COUNTS, readmission_days
from discharge.reference.faults import nearest
from discharge.reference.kind import Kind
from discharge.reference.policy import policy_on

GROUNDS = ("return", "arrival", "unsuitable", "cause")
UNSUITABLE = "placement-unsuitable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDischarge(Code):
    """One ground, and how long after the discharge it counts: hours to the minute, days by dates."""

    within: Duration | None = None

    def in_time(self, discharge: Discharge, at: datetime) -> bool:
        """Whether an instant (case time) lies within its time."""
        if self.within is None:
            return True
        if self.within.unit == "hours":
            return at <= self.within.from_instant(discharge.discharged_at)
        return london_date(at) <= self.within.after(discharge.discharged_on)


def _wrong(rows: Mapping[str, FailedDischarge]) -> Iterator[str]:
    for code, row in rows.items():
        if code not in GROUNDS:
            mend = nearest(code, GROUNDS, f"choose from {', '.join(GROUNDS)}")
            yield f"{code}: is not a ground - {mend}"
        if row.within is not None and row.within.amount <= 0:
            yield f"{code}.within: is no time at all - write it as 72 hours or 3 days"
        if code == "return" and row.within is not None and row.within.unit == "hours":
            yield f"{code}.within: the hour of a return is not known - write it in days"


KIND = Kind(
    "failed-discharges", FailedDischarge, Path(__file__).with_name("failed_discharges.yaml"), check=_wrong
)
FAILED_DISCHARGES = ListByEdition(KIND)


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
        policy = policy_on(discharge.discharged_on)
        days = readmission_days(discharge.discharged_on, back.readmitted_on, policy)
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


def failed_discharge(discharge: Discharge, back: Readmission | None) -> tuple[str, ...]:
    """Return the grounds on which a discharge failed, in order; empty when it did not (so far)."""
    rows = FAILED_DISCHARGES.in_force(discharge.discharged_on)
    return tuple(row.code for row in rows if _HOLDS[row.code](row, discharge, back))


def ground_words(ground: str, discharged_on: date) -> str:
    """Return a ground in the words of the day of discharge."""
    return FAILED_DISCHARGES.as_on(ground, discharged_on).label


def _back_soon(row: FailedDischarge, discharge: Discharge, back: Readmission | None) -> bool:
    return back is not None and row.in_time(discharge, london_midnight(back.readmitted_on))


def _found_on_arrival(row: FailedDischarge, discharge: Discharge, _back: Readmission | None) -> bool:
    return any(
        contact.contacted_at is not None
        and row.in_time(discharge, contact.contacted_at)
        and any(_fails_arrival(code, london_date(contact.contacted_at)) for code in contact.problems)
        for contact in discharge.contacts
    )


def _fails_arrival(problem: str, on: date) -> bool:
    return HOME_PROBLEMS.known(problem) and HOME_PROBLEMS.as_on(problem, on).fails_arrival


def _found_unsuitable(row: FailedDischarge, discharge: Discharge, _back: Readmission | None) -> bool:
    return any(
        contact.contacted_at is not None
        and UNSUITABLE in contact.problems
        and row.in_time(discharge, contact.contacted_at)
        for contact in discharge.contacts
    )


def _home_failed(row: FailedDischarge, discharge: Discharge, back: Readmission | None) -> bool:
    """Whether the cause that somebody found means that the home failed."""
    if back is None or not row.in_time(discharge, london_midnight(back.readmitted_on)):
        return False
    cause = back.cause or ""
    return RETURN_CAUSES.known(cause) and RETURN_CAUSES.as_on(cause, back.readmitted_on).failed


_HOLDS: Mapping[str, Callable[[FailedDischarge, Discharge, Readmission | None], bool]] = {
    "return": _back_soon,
    "arrival": _found_on_arrival,
    "unsuitable": _found_unsuitable,
    "cause": _home_failed,
}
"""Ground -> whether it holds."""
