"""The spell as a pure fold over everything that was said of it, in any order of arrival and with repetition.

Movements are ordered by when they happened (`moved_at`), restated data (expected date, fitness, admission
time, location) by when they were said (`stated_at`); ties are broken by content hash, so equal sets of facts
give equal states.

A cancel follows what it cancels. It annuls every event of its kind that was said before it; said again later
with the same event time it is the same cancel; an event said anew after its cancel stands. A cancel of a
transfer takes back one transfer: the one with its event time, else the last one said before it. A cancel of
something never heard of changes nothing but the note that it came; an admission cancelled and never heard of
is a cancelled spell.

A spell begins with the first message that names the stay, whatever its kind.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Literal, TypeVar

from pydantic import AwareDatetime

from fhir_adapters.hl7v2.facts import (
    BEGINNING,
    DischargeCodes,
    Frozen,
    Location,
    Movement,
    StayReported,
    content_hash,
)

SpellStatus = Literal["admitted", "discharged", "cancelled"]

T = TypeVar("T")

CANCELS: dict[Movement, Movement] = {
    "admission-cancelled": "admitted",
    "transfer-cancelled": "transferred",
    "discharge-cancelled": "discharged",
}
"""Which movement each cancel takes back."""

_RANK = {"admitted": 0, "transferred": 1, "discharged": 2}
"""The order of movements at the same instant: a stay of no length is admitted first."""


class SpellState(Frozen):
    """A hospital stay as it stands; instants in UTC case time, dates in London.

    `loose_cancels` counts cancels of events never heard of; `discharge` holds the raw pair and the resolved
    codes.
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
    expected_discharge_on: date | None = None
    medically_fit: bool | None = None
    medically_fit_on: date | None = None
    admission_method: str | None = None
    specialty: str | None = None
    discharge: DischargeCodes | None = None
    loose_cancels: int = 0

    @property
    def died(self) -> bool:
        """Whether the discharge codes say that the person died in hospital."""
        return bool(self.discharge and self.discharge.died)


def _moved(fact: StayReported) -> datetime:
    return fact.moved_at or fact.stated_at or BEGINNING


def _stated(fact: StayReported) -> datetime:
    return fact.stated_at or fact.moved_at or BEGINNING


def _by_movement(fact: StayReported) -> tuple[datetime, int, datetime, str]:
    return _moved(fact), _RANK.get(fact.movement, 1), _stated(fact), content_hash(fact)


def _by_statement(fact: StayReported) -> tuple[datetime, bool, str]:
    """A withdrawal said in the same second as the plan comes after it."""
    return _stated(fact), fact.movement == "discharge-plan-withdrawn", content_hash(fact)


class _Cancel(Frozen):
    """Every message of one cancel: the same event time, first and last said at."""

    moved: AwareDatetime
    first: AwareDatetime
    last: AwareDatetime

    def covers(self, fact: StayReported) -> bool:
        """Whether the fact was said before this cancel (for the same event time: before its last
        repetition).
        """
        return _stated(fact) <= (self.last if _moved(fact) == self.moved else self.first)


def _cancels(facts: list[StayReported], movement: Movement) -> list[_Cancel]:
    groups: dict[datetime, list[datetime]] = {}
    for fact in facts:
        if fact.movement == movement:
            groups.setdefault(_moved(fact), []).append(_stated(fact))
    found = [_Cancel(moved=moved, first=min(said), last=max(said)) for moved, said in groups.items()]
    return sorted(found, key=lambda cancel: (cancel.first, cancel.moved))


def _target_transfer(live: list[StayReported], cancel: _Cancel) -> datetime | None:
    """The event time of the transfer that a cancel takes back; `live` is in movement order."""
    covered = [_moved(fact) for fact in live if cancel.covers(fact)]
    if cancel.moved in covered:
        return cancel.moved
    return covered[-1] if covered else None


def _live_transfers(facts: list[StayReported]) -> tuple[list[StayReported], int]:
    """Transfers that stand, and how many cancels found none to take back."""
    live = [fact for fact in facts if fact.movement == "transferred"]
    loose = 0
    for cancel in _cancels(facts, "transfer-cancelled"):
        target = _target_transfer(live, cancel)
        loose += target is None
        live = [fact for fact in live if not (_moved(fact) == target and cancel.covers(fact))]
    return live, loose


def _live(
    facts: list[StayReported], movement: Movement, cancel_movement: Movement
) -> tuple[list[StayReported], int]:
    """Admissions or discharges that stand, and how many cancels found none to take back."""
    events = [fact for fact in facts if fact.movement == movement]
    cancels = _cancels(facts, cancel_movement)
    live = [fact for fact in events if not any(cancel.covers(fact) for cancel in cancels)]
    loose = sum(not any(cancel.covers(fact) for fact in events) for cancel in cancels)
    return live, loose


def _latest(
    facts: Iterable[StayReported], value: Callable[[StayReported], T | None], *, cleared: str = ""
) -> T | None:
    """The value said last; a fact that clears the field counts as saying None."""
    said = [fact for fact in facts if value(fact) is not None or cleared in fact.cleared]
    return value(max(said, key=_by_statement)) if said else None


def _cancelled(facts: list[StayReported], admissions: list[StayReported]) -> bool:
    """Whether the admission was taken back and nothing said since shows the person in a bed."""
    cancels = [_stated(fact) for fact in facts if fact.movement == "admission-cancelled"]
    if not cancels or admissions:
        return False
    moving = {"transferred", "discharged", "discharge-cancelled", "counted"}
    return not any(fact.movement in moving and _stated(fact) > max(cancels) for fact in facts)


def _last_discharge(movements: list[StayReported]) -> StayReported | None:
    """The discharge that ends the stay: the last one, unless the person was admitted again after it."""
    ends = [fact for fact in movements if fact.movement in ("admitted", "discharged")]
    return ends[-1] if ends and ends[-1].movement == "discharged" else None


def _location(facts: list[StayReported], movements: list[StayReported]) -> Location | None:
    """Where the person lies: as the last movement says, unless a later message restates it."""
    placed = [fact for fact in movements if fact.location]
    resets = [_stated(fact) for fact in facts if fact.movement == "transfer-cancelled"]
    known_at = max([_stated(placed[-1])] if placed else [], default=BEGINNING)
    horizon = max([known_at, *resets])
    restating = [fact for fact in facts if fact.movement not in _RANK and fact.movement not in CANCELS]
    restating += [fact for fact in facts if fact.movement == "discharge-cancelled"]
    later = [fact for fact in restating if _stated(fact) > horizon or not placed]
    restated = _latest(later, lambda fact: fact.location)
    if restated or placed:
        return restated or placed[-1].location
    return _latest(facts, lambda fact: fact.location)


def _discharged_at(facts: list[StayReported], end: StayReported) -> datetime | None:
    """The discharge time as said last, by the discharge itself or a later correction."""
    since = [
        fact for fact in facts if _stated(fact) >= _stated(end) and fact.movement in ("updated", "discharged")
    ]
    return _latest(since, lambda fact: fact.discharged_at) or end.discharged_at or end.moved_at


def fold_spell(reported: Iterable[StayReported]) -> SpellState:
    """The state of one stay from all facts about it; at least one fact is needed (ValueError)."""
    known = {content_hash(fact): fact for fact in reported}
    if not known:
        raise ValueError("a spell begins with a fact about it")
    facts = sorted(known.values(), key=_by_movement)
    admissions, loose_admissions = _live(facts, "admitted", "admission-cancelled")
    discharges, loose_discharges = _live(facts, "discharged", "discharge-cancelled")
    transfers, loose_transfers = _live_transfers(facts)
    movements = sorted([*admissions, *transfers, *discharges], key=_by_movement)
    end = _last_discharge(movements)
    cancelled = _cancelled(facts, admissions)
    place = _location(facts, movements) or Location()
    return SpellState(
        status="cancelled" if cancelled else "discharged" if end else "admitted",
        visit_number=_latest(facts, lambda fact: fact.key.visit_number),
        patient_class=_latest(facts, lambda fact: fact.patient_class),
        site=place.site,
        ward=place.ward,
        bay=place.bay,
        bed=place.bed,
        admitted_at=_latest(facts, lambda fact: fact.admitted_at),
        discharged_at=_discharged_at(facts, end) if end and not cancelled else None,
        expected_discharge_on=_latest(
            facts, lambda fact: fact.expected_discharge_on, cleared="expected_discharge_on"
        ),
        medically_fit=_latest(facts, lambda fact: fact.medically_fit),
        medically_fit_on=_fit_on(facts),
        admission_method=_latest(facts, lambda fact: fact.admission_method),
        specialty=_latest(facts, lambda fact: fact.specialty),
        discharge=_latest([f for f in facts if _stated(f) >= _stated(end)], lambda f: f.discharge)
        if end
        else None,
        loose_cancels=loose_admissions + loose_discharges + loose_transfers,
    )


def _fit_on(facts: list[StayReported]) -> date | None:
    """The day first fit, while the last word on fitness is not "no"."""
    said = [fact for fact in facts if fact.medically_fit is not None or fact.medically_fit_on]
    if not said or max(said, key=_by_statement).medically_fit is False:
        return None
    return _latest(said, lambda fact: fact.medically_fit_on)
