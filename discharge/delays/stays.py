"""The stays of a case as figures count them: whose the ready periods are, and when each stay ended.

A ready period belongs to one stay and is counted within it, so that coming back to hospital takes nothing
away from the stay before. What was recorded outside of its stay is cut off, and the nights lost by it are
counted, never dropped without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from discharge.cases.model import REHOUSING, Case, CaseSpell, Discharge
from discharge.clocks import nights_between
from discharge.codes.admissions import AdmissionKind
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.outcomes.failed_discharge import (
    discharges_of,
    failed_discharge,
    kind_of_return,
    readmission_after,
    return_after,
)
from discharge.values import Frozen

COUNTS_NOWHERE = frozenset({"entered-in-error", "merged"})
ENDS_THE_STAY = frozenset({"died", "self-discharged", "admitted-elsewhere"})

LET = "let"

Periods = tuple[ReadyPeriod, ...]


class Stay(Frozen):
    """One hospital stay of a case, the ``number``-th: its ready periods and reasons, and the day it ended
    (None: still in bed).

    `outside` counts nights recorded as ready before the stay began or after it ended. `back_after` is how
    many days later the person was readmitted (None: not within 29), `back_kind` how they came back, planned
    returns included; `failed` says whether the discharge failed. `followed` is false in a case that is
    closed: who waited there when it was closed is not known to wait still.
    """

    case_id: UUID
    number: int = 0
    spell_id: UUID | None = None
    organisation_id: UUID | None = None
    ward: str | None = None
    periods: Periods = ()
    reasons: tuple[DelayReason, ...] = ()
    outside: int = 0
    ended_on: date | None = None
    died: bool = False
    back_after: int | None = None
    back_kind: AdmissionKind | None = None
    failed: bool = False
    followed: bool = True


class Letting(Frozen):
    """A home let to the person of a case: when looking for one began, and the day it was let."""

    case_id: UUID
    started_on: date
    let_on: date

    @property
    def days(self) -> int:
        """Days from the start of the rehousing to the letting."""
        return max(0, nights_between(self.started_on, self.let_on))


def stays_of(case: Case) -> list[Stay]:
    """Return the stays of a case for the report, in order; none for a case that counts nowhere."""
    if case.outcome in COUNTS_NOWHERE:
        return []
    episodes = _episodes(case)
    periods = _shared_out(case.ready_periods, episodes)
    last = len(episodes) - 1
    return [
        _stay(case, number, episode, periods[number], current=number == last)
        for number, episode in enumerate(episodes)
    ]


def periods_of_this_stay(case: Case) -> Periods:
    """Return the ready periods of the stay that counts now, cut to it: what somebody waits, or waited, who is
    in hospital or left it last. An earlier stay has its own.
    """
    episodes = _episodes(case)
    return _within(_shared_out(case.ready_periods, episodes)[-1], episodes[-1].begun_on, None)


def lettings_of(case: Case) -> list[Letting]:
    """Return the homes let in a case, for the figure from start to letting."""
    if case.outcome in COUNTS_NOWHERE:
        return []
    return [
        Letting(case_id=case.case_id, started_on=strand.started_on, let_on=strand.steps[LET])
        for strand in case.strands.values()
        if strand.kind == REHOUSING and LET in strand.steps
    ]


@dataclass(frozen=True, slots=True)
class _Episode:
    """One time in hospital: the stay as the trust tells it, the discharge that ended it, or both; neither
    where a case is opened for somebody of whose stay nothing is known.
    """

    spell: CaseSpell | None = None
    left: Discharge | None = None

    @property
    def begun_on(self) -> date | None:
        return self.spell.admitted_on if self.spell else None

    def ended_on(self) -> date | None:
        """The feed's word first, then what was recorded by hand."""
        told = self.spell.discharged_on if self.spell else None
        return told or (self.left.discharged_on if self.left else None)


def _episodes(case: Case) -> list[_Episode]:
    """Every time in hospital, the one that counts now last. A discharge of which no stay is known is one of
    its own: the person lay in a bed until that day.
    """
    spells = [spell for spell in case.spells if spell.status not in ("cancelled", "expected")]
    discharges = list(discharges_of(case))
    ended: dict[UUID, Discharge] = {}
    loose: list[Discharge] = []
    for left in discharges:
        named = any(spell.spell_id == left.spell_id for spell in spells)
        spell_id = left.spell_id if named else _stay_around(left.discharged_on, spells)
        if spell_id is None or spell_id in ended:
            loose.append(left)
        else:
            ended[spell_id] = left
    if case.discharge is not None and spells and not ended.keys() & {spell.spell_id for spell in spells}:
        ended[spells[-1].spell_id] = loose.pop() if loose else discharges[-1]
    known = [_Episode(spell, ended.get(spell.spell_id)) for spell in spells]
    unknown = [_Episode(None, left) for left in loose]
    still_in = [] if known or case.discharge is not None else [_Episode()]
    return [*unknown, *known, *still_in]


def _stay_around(day: date, spells: Sequence[CaseSpell]) -> UUID | None:
    """The stay that a day lies in, as far as its dates are known."""
    for spell in spells:
        begun = spell.admitted_on is not None and spell.admitted_on <= day
        if begun and (spell.discharged_on is None or day <= spell.discharged_on):
            return spell.spell_id
    return None


def _shared_out(periods: Periods, episodes: Sequence[_Episode]) -> list[Periods]:
    """Give every ready period to one time in hospital."""
    shared: list[list[ReadyPeriod]] = [[] for _ in episodes]
    for period in periods:
        shared[_place_of(period, episodes)].append(period)
    return [tuple(each) for each in shared]


def _place_of(period: ReadyPeriod, episodes: Sequence[_Episode]) -> int:
    """The stay that the period names; else the one that it began in; else the first that ended after it; else
    the one that counts now.
    """
    spells = [each.spell for each in episodes if each.spell is not None]
    named = next((each.spell_id for each in spells if each.spell_id == period.spell_id), None)
    spell_id = named or _stay_around(period.ready_on, spells)
    for number, each in enumerate(episodes):
        if spell_id is not None:
            if each.spell is not None and each.spell.spell_id == spell_id:
                return number
        elif each.left is not None and period.ready_on <= each.left.discharged_on:
            return number
    return len(episodes) - 1


def _stay(case: Case, number: int, episode: _Episode, periods: Periods, *, current: bool) -> Stay:
    spell, left = episode.spell, episode.left
    back = readmission_after(case, left) if left else None
    again = return_after(case, left) if left else None
    closed = case.closed_on if current and case.outcome in ENDS_THE_STAY else None
    ended_on = episode.ended_on() or closed
    within = _within(periods, episode.begun_on, ended_on)
    return Stay(
        case_id=case.case_id,
        number=number,
        spell_id=spell.spell_id if spell else None,
        organisation_id=spell.organisation_id if spell else None,
        ward=spell.ward if spell else (case.referral.ward if case.referral else None),
        periods=within,
        reasons=case.delay_reasons,
        outside=sum(_nights_outside(period, episode.begun_on, ended_on) for period in periods),
        ended_on=ended_on,
        died=(spell is not None and spell.died) or (current and case.outcome == "died"),
        back_after=back.days_after if back else None,
        back_kind=kind_of_return(case, again) if again else None,
        failed=left is not None and bool(failed_discharge(left, back)),
        followed=case.closed_on is None,
    )


def _within(periods: Periods, begun_on: date | None, ended_on: date | None) -> Periods:
    """Return the periods cut to a stay; one that lies outside of it whole is left out."""
    cut = (
        period.model_copy(
            update={
                "ready_on": max(period.ready_on, begun_on or date.min),
                "ended_on": _earlier(period.ended_on, ended_on) if period.ended_on else None,
            }
        )
        for period in periods
        if ended_on is None or period.ready_on <= ended_on
    )
    return tuple(period for period in cut if period.ended_on is None or period.ready_on <= period.ended_on)


def _earlier(day: date, other: date | None) -> date:
    return day if other is None else min(day, other)


def _nights_outside(period: ReadyPeriod, begun_on: date | None, ended_on: date | None) -> int:
    """Nights of a period before its stay began and, where the period has an end, after the stay ended."""
    before = nights_between(period.ready_on, _earlier(begun_on or period.ready_on, period.ended_on))
    if period.ended_on is None or ended_on is None:
        return max(0, before)
    return max(0, before) + max(0, nights_between(max(ended_on, period.ready_on), period.ended_on))
