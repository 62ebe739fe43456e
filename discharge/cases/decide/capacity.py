"""Who decides: capacity for each decision, best interests, advocates, attorneys, and liberty.

Somebody is presumed to decide. That they lack capacity is for one decision, found by an assessment that has a
name and a day; only then is anything decided for them (Mental Capacity Act 2005, sections 1 to 4).
"""

from __future__ import annotations

from datetime import datetime

from discharge.cases import events as ev
from discharge.cases.commands import (
    Envelope,
    RecordAdvocate,
    RecordBestInterests,
    RecordCapacity,
    RecordLiberty,
    RecordRepresentative,
)
from discharge.cases.decide.common import all_coded, coded, command_of, happened_on, not_before, said_coded
from discharge.cases.model import (
    Advocate,
    BestInterests,
    Case,
    DecisionCapacity,
    Liberty,
    Representative,
)
from discharge.codes.capacity import CONSULTED_PEOPLE, REPRESENTATIVES
from discharge.errors import Refused, refuse_together

ASSESSED = frozenset({"has", "lacks"})
"""What only an assessment finds."""
IMCA = "imca"


def record_capacity(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record capacity for a decision; the same again changes nothing."""
    asked = command_of(envelope, RecordCapacity)
    day = envelope.effective_on
    before = case.capacity.get(asked.decision)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: coded("capacity-decisions", asked.decision, day, "decision"),
        lambda: said_coded("capacity-assessors", asked.assessor, day, "assessor"),
        lambda: said_coded("capacity-methods", asked.method, day, "method"),
        lambda: _assessed(asked),
        lambda: not_before(day, asked.review_on, "review_on"),
        lambda: not_before(before.as_of if before else day, day, "effective_on"),
    )
    assessed = asked.capacity in ASSESSED
    found = DecisionCapacity(
        decision=asked.decision,
        capacity=asked.capacity,
        as_of=day,
        assessor=asked.assessor if assessed else None,
        method=asked.method if assessed else None,
        review_on=asked.review_on,
        recorded_by=envelope.actor.user_id,
        note_id=envelope.note_id,
    )
    if before is not None and envelope.note_id is None and _says_same(before, found):
        return []
    return [ev.CapacityRecorded(capacity=found)]


def _assessed(asked: RecordCapacity) -> None:
    """A finding has somebody who assessed it, and a way in which they did."""
    if asked.capacity in ASSESSED and not (asked.assessor and asked.method):
        raise Refused("assessor-needed", where="method" if asked.assessor else "assessor")


def _says_same(before: DecisionCapacity, found: DecisionCapacity) -> bool:
    names = ("capacity", "as_of", "assessor", "method", "review_on")
    return all(getattr(before, name) == getattr(found, name) for name in names)


def record_best_interests(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record a best-interests decision; only for somebody who was found to lack capacity for it, and never
    without an advocate where there is nobody to consult.
    """
    asked = command_of(envelope, RecordBestInterests)
    day, held = envelope.effective_on, case.capacity.get(asked.decision)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: coded("capacity-decisions", asked.decision, day, "decision"),
        lambda: coded("best-interests-deciders", asked.decider, day, "decider"),
        lambda: all_coded("consulted-people", asked.consulted, day, "consulted"),
        lambda: _lacking(held),
        lambda: not_before(held.as_of if held else day, day, "effective_on"),
        lambda: _somebody_spoke(case, held, asked),
    )
    decided = BestInterests(
        decided_on=day,
        decider=asked.decider,
        consulted=asked.consulted,
        least_restrictive=asked.least_restrictive,
        recorded_by=envelope.actor.user_id,
        note_id=envelope.note_id,
    )
    if held is not None and held.best_interests == decided:
        return []
    return [ev.BestInterestsDecided(decision=asked.decision, best_interests=decided)]


def _lacking(held: DecisionCapacity | None) -> None:
    if held is None or held.capacity != "lacks":
        raise Refused("capacity-not-lacking", where="decision")


def _somebody_spoke(case: Case, held: DecisionCapacity | None, asked: RecordBestInterests) -> None:
    if held is not None and imca_needed(case, held, asked.consulted):
        raise Refused("advocate-needed", where="consulted")


def imca_needed(case: Case, held: DecisionCapacity, consulted: tuple[str, ...] | None = None) -> bool:
    """Whether an independent mental capacity advocate must be instructed before anything is decided: the
    person lacks capacity, nobody close is there to be consulted, none who may decide, and no advocate is
    instructed (Mental Capacity Act 2005, sections 38 and 39).
    """
    if held.capacity != "lacks":
        return False
    asked = consulted if consulted is not None else _consulted(held)
    close = any(CONSULTED_PEOPLE.known(code) and _close(code) for code in asked)
    return not (close or _instructed(held) or somebody_may_decide(case))


def _consulted(held: DecisionCapacity) -> tuple[str, ...]:
    return held.best_interests.consulted if held.best_interests is not None else ()


def _close(code: str) -> bool:
    row = CONSULTED_PEOPLE.newest(code)
    return row is not None and row.close


def _instructed(held: DecisionCapacity) -> bool:
    return held.advocate is not None and held.advocate.instructed_on is not None


def somebody_may_decide(case: Case) -> bool:
    """Whether there is an attorney or deputy for welfare, whose authority somebody has seen."""
    rows = ((REPRESENTATIVES.newest(each.representative), each) for each in case.representatives.values())
    return any(row is not None and row.welfare and each.authority_seen == "yes" for row, each in rows)


def record_advocate(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record that an advocate is needed or was instructed, for a decision of which capacity is recorded."""
    asked = command_of(envelope, RecordAdvocate)
    day, held = envelope.effective_on, case.capacity.get(asked.decision)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: coded("capacity-decisions", asked.decision, day, "decision"),
        lambda: coded("advocates", asked.advocate, day, "advocate"),
        lambda: _known(held),
    )
    before = held.advocate if held is not None else None
    if before is not None and before.advocate == asked.advocate and before.instructed_on is not None:
        return []
    told = Advocate(
        advocate=asked.advocate, instructed_on=day if asked.instructed else None, note_id=envelope.note_id
    )
    return [] if before == told else [ev.AdvocateRecorded(decision=asked.decision, advocate=told)]


def _known(held: DecisionCapacity | None) -> None:
    if held is None:
        raise Refused("no-such-item", where="decision")


def record_representative(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record an attorney or deputy."""
    asked = command_of(envelope, RecordRepresentative)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: coded("representatives", asked.representative, day, "representative"),
    )
    before = case.representatives.get(asked.representative)
    if before is not None and before.authority_seen == asked.authority_seen and envelope.note_id is None:
        return []
    said = Representative(
        representative=asked.representative,
        authority_seen=asked.authority_seen,
        recorded_on=day,
        note_id=envelope.note_id,
    )
    return [ev.RepresentativeRecorded(representative=said)]


def record_liberty(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record whether the person will be free to leave."""
    asked = command_of(envelope, RecordLiberty)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: coded("liberty-states", asked.state, day, "state"),
        lambda: not_before(day, asked.until_on, "until_on"),
    )
    said = Liberty(state=asked.state, as_of=day, until_on=asked.until_on, note_id=envelope.note_id)
    return [] if case.liberty == said else [ev.LibertyRecorded(liberty=said)]
