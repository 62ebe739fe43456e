"""The stay, the ready periods and the expected date of discharge."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed, with_referral
from discharge.cases.model import Case, CaseSpell
from discharge.delays.periods import by_day


def _with_spell(case: Case, spell: CaseSpell) -> Case:
    """Return the case with this stay in the place of what was known of it, else after the others."""
    if all(mine.spell_id != spell.spell_id for mine in case.spells):
        return changed(case, spells=(*case.spells, spell))
    return changed(
        case, spells=tuple(spell if mine.spell_id == spell.spell_id else mine for mine in case.spells)
    )


def _joined(case: Case, event: ev.SpellJoined) -> Case:
    return with_referral(_with_spell(case, event.spell), awaiting_spell=False)


def _spell_changed(case: Case, event: ev.SpellChanged) -> Case:
    case = _with_spell(case, event.spell)
    waits = case.current_spell is None and not case.in_community
    return with_referral(case, awaiting_spell=waits)


def _expected(case: Case, event: ev.ExpectedDischargeDateSet) -> Case:
    return changed(
        case, expected_discharge_on=event.expected_discharge_on, expected_discharge_told_by=event.told_by
    )


def _ready_started(case: Case, event: ev.ReadyPeriodStarted) -> Case:
    return changed(case, ready_periods=(*case.ready_periods, event.period))


def _ready_ended(case: Case, event: ev.ReadyPeriodEnded) -> Case:
    ended = {"ended_on": event.ended_on, "ended_by": event.ended_by}
    periods = tuple(
        period.model_copy(update=ended) if period.ended_on is None else period
        for period in case.ready_periods
    )
    return changed(case, ready_periods=periods)


def _ready_corrected(case: Case, event: ev.ReadyPeriodCorrected) -> Case:
    wrong = event.was
    kept = [
        period
        for period in case.ready_periods
        if (period.ready_on != event.replaces if wrong is None else period != wrong)
    ]
    if event.period is not None:
        kept.append(event.period)
    return changed(case, ready_periods=by_day(kept))


FOLDS: Mapping[type, Fold] = {
    ev.SpellJoined: _joined,
    ev.SpellChanged: _spell_changed,
    ev.ExpectedDischargeDateSet: _expected,
    ev.ReadyPeriodStarted: _ready_started,
    ev.ReadyPeriodEnded: _ready_ended,
    ev.ReadyPeriodCorrected: _ready_corrected,
}
