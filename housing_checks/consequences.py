"""What follows from a case as it stands, without anybody asking: pure, and empty once it was folded in.

A mitigation ends on its day, and so does an answer that holds for a time. Return to hospital makes what was
arranged for one arrival unknown again; the basics strand completes when its six items are satisfied; work on
the home has begun when a strand is open; the home is ready when the gate is open. Who left for a home that is
not ready is in an unready home until all of it is answered.
"""

from __future__ import annotations

from datetime import date, datetime

from discharge.cases.events import Event, HomeBecameReady, HomeNoLongerReady, MakingReadyStarted
from discharge.cases.evolve import fold
from discharge.cases.model import BASICS, Case, Stage
from discharge.cases.stages import HOME, SINCE_ACCEPTANCE
from discharge.cases.unready import unready_events
from discharge.clocks import london_date
from housing_checks.checks.form import form_of_case
from housing_checks.gate.rules import answers_over, forget, gate_open, mitigations_over
from housing_checks.strands.basics.items import basics_missing
from housing_checks.strands.model import IN_PLACE
from housing_checks.strands.rules import reach


def consequences(case: Case, now: datetime, on: date | None = None) -> list[Event]:
    """Return the facts that follow from the case, in order.

    ``on`` is the effective day of what caused them (today in case time when not given).
    """
    if case.stage not in SINCE_ACCEPTANCE:
        return []
    day = on or london_date(now)
    today = london_date(now)
    events = [*mitigations_over(case, today), *answers_over(case, today)]
    if case.stage in HOME:
        events += _basics_done(fold(case, events), day)
        return [*events, *unready_events(fold(case, events), day)]
    events += _arranged_again(fold(case, events))
    events += _basics_done(fold(case, events), day)
    return [*events, *_stage(fold(case, events), day)]


def _arranged_again(case: Case) -> list[Event]:
    if not case.readmissions:
        return []
    returned_on = case.readmissions[-1].readmitted_on
    form = form_of_case(case)
    stale = [
        item.code
        for item in form.items
        if item.of_the_arrival and item.code in case.gate and _before(case, item.code, returned_on)
    ]
    return forget(case, stale, returned_on)


def _before(case: Case, code: str, day: date) -> bool:
    as_of = case.gate[code].as_of
    return as_of is not None and as_of < day


def _basics_done(case: Case, on: date) -> list[Event]:
    basics = [strand for strand in case.open_strands if strand.kind == BASICS]
    if not basics or basics_missing(case):
        return []
    return [
        event
        for strand in basics
        for event in reach(case, strand, IN_PLACE, max(on, strand.steps.get(strand.step, strand.started_on)))
    ]


def _stage(case: Case, on: date) -> list[Event]:
    ready = gate_open(case)
    if case.stage is Stage.READY:
        return [] if ready else [HomeNoLongerReady(since=on)]
    if case.stage is Stage.ACCEPTED:
        return []
    started: list[Event] = []
    if case.stage is Stage.CHECKED and case.open_strands:
        started = [MakingReadyStarted(started_on=on)]
    return [*started, *([HomeBecameReady(ready_on=on)] if ready else [])]
