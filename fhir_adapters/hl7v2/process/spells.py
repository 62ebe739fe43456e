"""The spell as a pure fold over everything that was said of it, in any order of arrival and with repetition.

What stands, after cancels and deletions, is decided in `standing`; here the state is read from it. A spell
begins with the first message that names the stay, whatever its kind: until a cancel, a discharge or an
expectation says otherwise, a stay that is spoken of is one that somebody lies in.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, NamedTuple

from pydantic import AwareDatetime

from discharge.clocks import london_date, london_midnight
from discharge.values import Frozen
from fhir_adapters.hl7v2.facts import BEGINNING, DischargeCodes, Location, Movement, StayReported
from fhir_adapters.hl7v2.facts.order import before
from fhir_adapters.hl7v2.process.standing_events import (
    DISCHARGED_BEFORE_ADMITTED,
    FIRST,
    Moment,
    Settled,
    Standing,
    by_movement,
    by_statement,
    comparable,
    latest,
    not_deleted,
    said,
    settled,
    standing,
    stated,
)

SpellStatus = Literal["expected", "admitted", "on-leave", "discharged", "cancelled"]
Cancelled = Literal["admission-cancelled", "expectation-cancelled", "deleted", "moved"]

_IN_BED: frozenset[Movement] = frozenset(
    {
        "admitted",
        "transferred",
        "discharged",
        "discharge-cancelled",
        "counted",
        "leave-began",
        "leave-ended",
        "leave-cancelled",
        "return-cancelled",
        "transfer-cancelled",
    }
)
"""What can be said only of a person who is in a bed, or was."""

_RESTATES_PLACE: frozenset[Movement] = frozenset(
    {
        "updated",
        "counted",
        "leave-ended",
        "leave-cancelled",
        "move-planned",
        "move-plan-withdrawn",
        "discharge-planned",
        "discharge-plan-withdrawn",
        "discharge-cancelled",
    }
)
"""Messages whose place is where the person lies now, though nobody moves."""


class SpellState(Frozen):
    """A hospital stay as it stands; instants in UTC case time, dates in London.

    `loose_cancels` counts cancels of events never heard of; `discharge` holds the raw pair and the resolved
    codes. `expected_admission_on` is filled while the person is expected; `planned_ward` while a transfer is
    pending. `not_left_at` is when the discharge was last cancelled, while none stands: there may be one of
    which others heard. A person on leave is still admitted. `cancelled_because` says why a stay counts no
    more. `attendance` marks a contact without a bed (emergency department, outpatients) that moved and ended
    like a stay: nobody was admitted, and every class said so far is of another kind. `doubts` are codes of
    times that contradict each other (`standing_events`).
    """

    status: SpellStatus
    visit_number: str | None = None
    patient_class: str | None = None
    site: str | None = None
    ward: str | None = None
    bay: str | None = None
    bed: str | None = None
    admitted_at: AwareDatetime | None = None
    discharged_at: AwareDatetime | None = None
    expected_admission_on: date | None = None
    expected_discharge_on: date | None = None
    medically_fit: bool | None = None
    medically_fit_on: date | None = None
    fit_on_assumed: bool = False
    admission_method: str | None = None
    specialty: str | None = None
    planned_ward: str | None = None
    discharge: DischargeCodes | None = None
    cancelled_because: Cancelled | None = None
    not_left_at: AwareDatetime | None = None
    attendance: bool = False
    loose_cancels: int = 0
    doubts: tuple[str, ...] = ()

    @property
    def died(self) -> bool:
        """Whether the discharge codes say that the person died in hospital."""
        return bool(self.discharge and self.discharge.died)


MOVED_AWAY = SpellState(status="cancelled", cancelled_because="moved")
"""A stay of which nothing is left: all that was said of it belongs to another number."""


def fold_spell(reported: Iterable[StayReported]) -> SpellState:
    """The state of one stay from all facts about it; at least one fact is needed (ValueError)."""
    known = {(fact.digest, fact.arrival): fact for fact in reported}
    if not known:
        raise ValueError("a spell begins with a fact about it")
    facts = sorted(comparable(list(known.values())), key=by_movement)
    live = not_deleted(facts)
    deleted = len(live) < len(facts)
    if deleted and not any(fact.movement in _IN_BED or fact.movement == "expected" for fact in live):
        number = latest(facts, lambda fact: fact.key.visit_number)
        return SpellState(status="cancelled", visit_number=number, cancelled_because="deleted")
    return _state(live, settled(standing(live), _admitted_at(live)))


def _state(facts: list[StayReported], made: Settled) -> SpellState:
    stands, admitted_at = made.stands, _admitted_at(facts)
    fit = _fit(facts, admitted_at)
    end = _discharge(facts, stands)
    status, because = _status(facts, stands, end)
    gone = end if status == "discharged" else None
    place = _location(facts, stands) or Location()
    since = [fact for fact in facts if gone and said(fact) >= said(gone)]
    left_at = _discharged_at(since, gone) if gone else None
    impossible = left_at is not None and admitted_at is not None and before(left_at, admitted_at)
    expected = latest(stands.of("expected"), lambda fact: fact.expected_admission_on)
    return SpellState(
        status=status,
        cancelled_because=because,
        visit_number=latest(facts, lambda fact: fact.key.visit_number),
        patient_class=latest(facts, lambda fact: fact.patient_class),
        site=place.site,
        ward=place.ward,
        bay=place.bay,
        bed=place.bed,
        admitted_at=admitted_at,
        discharged_at=_when_said(gone, admitted_at) if gone and impossible else left_at,
        discharge=latest(since, lambda fact: fact.discharge),
        expected_admission_on=expected if status == "expected" else None,
        expected_discharge_on=latest(
            facts, lambda fact: fact.expected_discharge_on, cleared="expected_discharge_on"
        ),
        medically_fit=latest(facts, lambda fact: fact.medically_fit),
        medically_fit_on=fit.since,
        fit_on_assumed=fit.assumed,
        admission_method=latest(facts, lambda fact: fact.admission_method),
        specialty=latest(facts, lambda fact: fact.specialty),
        planned_ward=_planned_ward(facts, stands),
        not_left_at=None if end else _not_left_at(facts),
        attendance=_attendance(facts, stands),
        loose_cancels=stands.loose,
        doubts=tuple(dict.fromkeys((*made.doubts, *([DISCHARGED_BEFORE_ADMITTED] if impossible else [])))),
    )


def _when_said(gone: StayReported, admitted_at: datetime | None) -> datetime:
    """When somebody left whose time of leaving is impossible: when it was said, never before they came."""
    return max(gone.stated_at or gone.moved_at or BEGINNING, admitted_at or BEGINNING)


def _status(
    facts: list[StayReported], stands: Standing, end: StayReported | None
) -> tuple[SpellStatus, Cancelled | None]:
    """What the stay is now, and why it counts no more where it does not."""
    cancelled = [said(fact) for fact in facts if fact.movement == "admission-cancelled"]
    horizon = max(cancelled, default=None)
    if not stands.of("admitted") and not _since(facts, _IN_BED, horizon):
        if any(horizon is None or said(fact) > horizon for fact in stands.of("expected")):
            return "expected", None
        if horizon is not None:
            return "cancelled", "admission-cancelled"
        if any(fact.movement in ("expected", "expectation-cancelled") for fact in facts):
            return "cancelled", "expectation-cancelled"
    if end is not None:
        return "discharged", None
    whereabouts = stands.of("admitted", "leave-began", "leave-ended")
    on_leave = bool(whereabouts) and whereabouts[-1].movement == "leave-began"
    return ("on-leave" if on_leave else "admitted"), None


def _attendance(facts: list[StayReported], stands: Standing) -> bool:
    """Whether this is no stay at all, as far as anything tells."""
    classes = {fact.inpatient for fact in facts if fact.inpatient is not None}
    planned = any(fact.movement in ("expected", "counted") for fact in facts)
    return classes == {False} and not planned and not stands.of("admitted")


def _since(
    facts: list[StayReported], movements: frozenset[Movement], horizon: Moment | None
) -> list[StayReported]:
    """Facts of these kinds said after a moment; admissions are left to what stands."""
    kinds = movements - {"admitted"}
    return [fact for fact in facts if fact.movement in kinds and (horizon is None or said(fact) > horizon)]


def _discharge(facts: list[StayReported], stands: Standing) -> StayReported | None:
    """The discharge that ends the stay: the last one, unless the person was admitted again after it."""
    told = [fact for fact in facts if fact.movement in ("discharged", "discharge-cancelled")]
    implied = [] if told else _implied_discharge(facts)
    ends = sorted([*stands.of("admitted", "discharged"), *implied], key=by_movement)
    return ends[-1] if ends and ends[-1].movement == "discharged" else None


def _implied_discharge(facts: list[StayReported]) -> list[StayReported]:
    """An update that tells a past discharge stands for one never heard of, as for a stay that had ended
    before the feed was connected.
    """
    telling = [
        fact
        for fact in facts
        if fact.movement == "updated" and fact.discharged_at and fact.discharged_at <= stated(fact)
    ]
    if not telling:
        return []
    last = max(telling, key=by_statement)
    if _since(facts, _IN_BED, said(last)):
        return []
    return [last.model_copy(update={"movement": "discharged", "moved_at": last.discharged_at})]


def _location(facts: list[StayReported], stands: Standing) -> Location | None:
    """Where the person lies: as the last movement says, unless a later message restates it."""
    moves = stands.of("admitted", "transferred", "discharged")
    placed = [fact for fact in moves if fact.location]
    resets = [said(fact) for fact in facts if fact.movement == "transfer-cancelled"]
    known_at = said(placed[-1]) if placed else FIRST
    horizon = max([known_at, *resets])
    restating = [fact for fact in facts if fact.movement in _RESTATES_PLACE]
    later = [fact for fact in restating if said(fact) > horizon or not placed]
    restated = latest(later, lambda fact: fact.location)
    if restated or placed:
        return restated or placed[-1].location
    return latest(facts, lambda fact: fact.location)


def _admitted_at(facts: list[StayReported]) -> datetime | None:
    """The admission time said last; a bare date does not move the time of day that is known for it."""
    last = latest(facts, lambda fact: fact.admitted_at)
    if last is None or last != london_midnight(london_date(last)):
        return last
    day = london_date(last)
    timed = [fact for fact in facts if fact.admitted_at and london_date(fact.admitted_at) == day]
    return latest((fact for fact in timed if fact.admitted_at != last), lambda fact: fact.admitted_at) or last


def _discharged_at(since: list[StayReported], end: StayReported) -> datetime | None:
    """The discharge time as said last, by the discharge itself or a later correction."""
    telling = [fact for fact in since if fact.movement in ("updated", "discharged")]
    return latest(telling, lambda fact: fact.discharged_at) or end.discharged_at or end.moved_at


def _not_left_at(facts: list[StayReported]) -> datetime | None:
    """When the last cancel of a discharge was said."""
    return max((stated(fact) for fact in facts if fact.movement == "discharge-cancelled"), default=None)


def _planned_ward(facts: list[StayReported], stands: Standing) -> str | None:
    """Where a pending transfer goes, until it happens, is withdrawn, or the person is in no bed."""
    kinds = ("move-planned", "move-plan-withdrawn", "discharged", "admission-cancelled")
    plans = [fact for fact in facts if fact.movement in kinds]
    last = max([*plans, *stands.of("transferred")], key=by_statement, default=None)
    return last.planned_ward if last else None


class Fit(NamedTuple):
    """Since when somebody is fit, and whether that day is assumed: the trust gave none that can be."""

    since: date | None = None
    assumed: bool = False


def _fit(facts: list[StayReported], admitted_at: datetime | None) -> Fit:
    """The day first fit since the last "no", while the last word on fitness is not "no"; without a day, that
    of the message that first said fit. Never before the admission.
    """
    telling = sorted(
        (fact for fact in facts if fact.medically_fit is not None or fact.medically_fit_on), key=by_statement
    )
    refused = [place for place, fact in enumerate(telling) if fact.medically_fit is False]
    since_no = telling[refused[-1] + 1 :] if refused else telling
    day = latest(since_no, lambda fact: fact.medically_fit_on)
    fit = next((fact for fact in since_no if fact.medically_fit), None)
    assumed = day is None and fit is not None
    if assumed and fit is not None and stated(fit) != BEGINNING:
        day = london_date(stated(fit))
    return _in_the_stay(day, assumed, admitted_at)


def _in_the_stay(day: date | None, assumed: bool, admitted_at: datetime | None) -> Fit:
    came = london_date(admitted_at) if admitted_at else None
    if day is not None and came is not None and day < came:
        return Fit(came, True)
    return Fit(day, assumed)


FIT_BEFORE_ADMITTED = "fit-before-admitted"


def doubts_of(fact: StayReported, before: SpellState | None, after: SpellState) -> list[str]:
    """What is to be said of the message that told this: what it made doubtful, and a day that cannot be."""
    new = [doubt for doubt in after.doubts if before is None or doubt not in before.doubts]
    came = london_date(after.admitted_at) if after.admitted_at else None
    early = fact.medically_fit_on and came and fact.medically_fit_on < came
    return [*new, *([FIT_BEFORE_ADMITTED] if early else [])]
