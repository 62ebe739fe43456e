"""What follows from a hazard, as data: the path by tenure and nation, and what is due from whom by when.

Each thing that is due is a clock: since when it counts, when it ends, when somebody is warned, and whether it
was done in time. Awaab's Law counts from the instant at which the landlord was told, or from the day on which
its investigation ended; nothing here asks what time it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from discharge.calendar import Nation
from discharge.cases.decide.common import noon
from discharge.cases.evolve.hazards import COUNCIL_REFERRED
from discharge.cases.model import Case, Hazard
from discharge.clocks import london_date, london_midnight
from discharge.clocks.registry import CLOCK_ROWS, Clock, clock_fault
from discharge.codes.by_edition import ListByEdition
from discharge.codes.casework import OWNER_ROLES, TENURES
from discharge.codes.hazards import HAZARD_SEVERITIES, HAZARD_STEPS
from discharge.codes.model import Code
from discharge.reference.kind import Kind
from housing_checks.hazards.schemes import HHSRS

RECORDED, TOLD = "recorded", "landlord-told"
"""Since when a duty can count, beside the steps of a hazard."""

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardPath(Code):
    """What follows by tenure and nation (none: any). ``lead`` is said first; ``landlord``: whether there
    is one to tell, ``nation_unknown``: whether it is for homes of which nobody knows the nation.
    """

    lead: str
    landlord: bool
    tenures: tuple[str, ...] = ()
    nations: tuple[Nation, ...] = ()
    nation_unknown: bool = False

    def fits(self, hazard: Hazard) -> bool:
        """Whether it is the path of a hazard, unless an earlier one is."""
        return (
            (not self.tenures or hazard.tenure in self.tenures)
            and (not self.nations or (hazard.nation_known and hazard.nation in self.nations))
            and (not self.nation_unknown or not hazard.nation_known)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardDuty(Code):
    """What is due because of a hazard: on which paths, of which severities and hazards (none: all), since
    when, what ends it, by which clock, who has the move, and which risk rule speaks when it is late.
    ``only_if`` names duties of which one has to fit as well, ``unless`` duties of which none may.
    """

    paths: tuple[str, ...]
    severities: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    not_hazards: tuple[str, ...] = ()
    only_if: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    starts: tuple[str, ...]
    done_by: tuple[str, ...] = ()
    clock: str
    owner_role: str
    rule: str

    def fits(self, hazard: Hazard, path: str) -> bool:
        """Whether it is due for a hazard on a path at all."""
        return (
            path in self.paths
            and (not self.severities or hazard.severity in self.severities)
            and (not self.hazards or hazard.code in self.hazards)
            and hazard.code not in self.not_hazards
        )


def _wrong_paths(rows: Mapping[str, HazardPath]) -> Iterator[str]:
    for code, row in rows.items():
        yield from _not_of(f"{code}.tenures", row.tenures, (each.code for each in TENURES.rows))
    last = list(rows.values())[-1]
    if last.tenures or last.nations or last.nation_unknown:
        yield f"{last.code}: fits not everybody - the last row has no tenures and no nations"


def _wrong_duties(rows: Mapping[str, HazardDuty]) -> Iterator[str]:
    steps = {*(each.code for each in HAZARD_STEPS.rows), RECORDED, TOLD}
    hazards = {each.code for each in HHSRS.rows}
    for code, row in rows.items():
        yield from _not_of(f"{code}.paths", row.paths, (each.code for each in PATHS.rows))
        yield from _not_of(
            f"{code}.severities", row.severities, (each.code for each in HAZARD_SEVERITIES.rows)
        )
        yield from _not_of(f"{code}.hazards", (*row.hazards, *row.not_hazards), hazards)
        yield from _not_of(f"{code}.starts", (*row.starts, *row.done_by), steps)
        yield from _not_of(f"{code}.only_if", row.only_if, rows)
        yield from _not_of(f"{code}.unless", row.unless, rows)
        yield from _not_of(f"{code}.owner_role", (row.owner_role,), (each.code for each in OWNER_ROLES.rows))
        if fault := clock_fault(row.clock):
            yield f"{code}.clock: {fault}"


def _not_of(place: str, said: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    codes = set(known)
    for each in said:
        if each not in codes:
            yield f"{place}: {each!r} is not known - choose from {', '.join(sorted(codes))}"


_HERE = Path(__file__).parent
PATHS = ListByEdition(Kind("hazard-paths", HazardPath, _HERE / "hazard_paths.yaml", check=_wrong_paths))
DUTIES = ListByEdition(Kind("hazard-duties", HazardDuty, _HERE / "hazard_duties.yaml", check=_wrong_duties))


def path_of(hazard: Hazard) -> HazardPath:
    """Return the path of a hazard, as on the day on which it was found."""
    rows = PATHS.in_force(hazard.found_on)
    return next((row for row in rows if row.fits(hazard)), rows[-1])


@dataclass(frozen=True, slots=True)
class HazardClock:
    """One thing that is due because of a hazard. ``began_at`` and ``due_at`` are None while it does not count
    yet; ``done_on`` is None while it is not done.
    """

    hazard: Hazard
    duty: HazardDuty
    clock: Clock
    began_at: datetime | None
    due_at: datetime | None
    done_on: date | None

    @property
    def key(self) -> str:
        """What it is called in its case, for instance ``hazard/1/awaab-investigate``."""
        return f"{self.hazard.key}/{self.duty.code}"

    @property
    def running(self) -> bool:
        """Whether somebody has to do something before it ends, or after it has."""
        return self.due_at is not None and self.done_on is None

    @property
    def warns_at(self) -> datetime | None:
        """From when somebody is warned that it ends; None for a clock that only ends."""
        return self.clock.warns_at(self.due_at) if self.due_at is not None else None

    def late(self, now: datetime) -> bool:
        """Whether it ended at ``now`` (case time) and was not done, or was done after its end."""
        if self.due_at is None:
            return False
        if self.done_on is None:
            return self.due_at <= now
        return self.done_on > london_date(self.due_at - MOMENT)


def clocks_of(hazard: Hazard) -> tuple[HazardClock, ...]:
    """Return all that is due because of a hazard: done, running, and to come. Nothing for a closed one."""
    if not hazard.open:
        return ()
    path = path_of(hazard).code
    duties = {row.code: row for row in DUTIES.rows if row.fits(hazard, path)}
    return tuple(_clock(hazard, row) for row in duties.values() if _in_force(hazard, row, duties))


def running_clocks(case: Case) -> tuple[HazardClock, ...]:
    """Return what runs because of any hazard of a case, in the order of the hazards."""
    return tuple(each for hazard in case.open_hazards for each in clocks_of(hazard) if each.running)


def _in_force(hazard: Hazard, row: HazardDuty, duties: Mapping[str, HazardDuty]) -> bool:
    """Whether the law, or our own rule, held on the day from which it would count; and what it rests on."""
    if row.only_if and not _any_in_force(hazard, row.only_if, duties):
        return False
    if row.unless and _any_in_force(hazard, row.unless, duties):
        return False
    began = _began(hazard, row)
    return row.holds(london_date(began or hazard.recorded_at))


def _any_in_force(hazard: Hazard, codes: Iterable[str], duties: Mapping[str, HazardDuty]) -> bool:
    return any(_in_force(hazard, duties[code], {}) for code in codes if code in duties)


def _began(hazard: Hazard, row: HazardDuty) -> datetime | None:
    instants = (_instant(hazard, start) for start in row.starts)
    return min((each for each in instants if each is not None), default=None)


def _instant(hazard: Hazard, start: str) -> datetime | None:
    if start == RECORDED:
        return hazard.recorded_at
    if start == TOLD:
        return hazard.told.told_at if hazard.told else None
    reached = hazard.steps.get(start)
    return noon(reached.on) if reached else None


def _done(hazard: Hazard, row: HazardDuty) -> date | None:
    days = [hazard.steps[step].on for step in row.done_by if step in hazard.steps]
    if TOLD in row.done_by and hazard.told is not None:
        days.append(london_date(hazard.told.told_at))
    return min(days, default=None)


def _clock(hazard: Hazard, row: HazardDuty) -> HazardClock:
    began = _began(hazard, row)
    clock = CLOCK_ROWS.as_on(row.clock, london_date(began or hazard.recorded_at))
    due = _due(clock, began) if began is not None else None
    return HazardClock(hazard, row, clock, began, due, _done(hazard, row))


def _due(clock: Clock, began: datetime) -> datetime:
    """Hours end to the minute; days, weeks and working days with their last day in London."""
    if clock.length.unit == "hours":
        return clock.due_at(began)
    return london_midnight(clock.length.after(london_date(began)) + DAY)


def referred_on(hazard: Hazard) -> date | None:
    """Return the day on which environmental health was asked, if it was."""
    reached = hazard.steps.get(COUNCIL_REFERRED)
    return reached.on if reached else None
