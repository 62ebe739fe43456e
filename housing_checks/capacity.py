"""What is recorded of capacity answers the items of the home check that ask for it, so that nobody types it
twice, and neither says what the other does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from discharge.cases.commands import ConfirmItem, Envelope
from discharge.cases.decide import capacity
from discharge.cases.decide.common import Decider, plain
from discharge.cases.events import Event
from discharge.cases.evolve import fold
from discharge.cases.model import Case, DecisionCapacity
from discharge.codes.capacity import CAPACITY_DECISIONS, LIBERTY_STATES
from discharge.errors import HomewardError
from housing_checks.checks.item_rules import confirm_item

CAPACITY_ANSWERS: Mapping[str, str] = {
    "presumed": "decides",
    "has": "decides",
    "lacks": "cannot-decide",
    "not-assessed": "in-doubt",
}
"""How capacity for a decision answers the item that asks about it."""
BEST_INTERESTS, LEAST_RESTRICTIVE, ADVOCATE, LIBERTY = (
    "best-interests",
    "least-restrictive",
    "advocate",
    "deprivation-of-liberty",
)
"""Items that ask about what was decided for the person."""


def answers_of_record(case: Case) -> Iterator[tuple[str, str]]:
    """Each item that the record of capacity answers, with the answer."""
    for held in case.capacity.values():
        row = CAPACITY_DECISIONS.newest(held.decision)
        if row is not None and row.item:
            made = held.best_interests is not None and row.decided
            yield row.item, row.decided if made else CAPACITY_ANSWERS[held.capacity]
        if row is not None and row.placing:
            yield from _decided(case, held)
    state = LIBERTY_STATES.newest(case.liberty.state) if case.liberty is not None else None
    if state is not None:
        yield LIBERTY, state.answers


def _decided(case: Case, held: DecisionCapacity) -> Iterator[tuple[str, str]]:
    decided, advocate = held.best_interests, held.advocate
    if decided is not None:
        yield BEST_INTERESTS, "yes"
        yield LEAST_RESTRICTIVE, decided.least_restrictive
    if capacity.imca_needed(case, held) and (decided is not None or advocate is not None):
        yield ADVOCATE, "no"
    elif decided is not None or (advocate is not None and advocate.instructed_on is not None):
        yield ADVOCATE, "yes"


def _answering(decider: Callable[[Case, Envelope, datetime], list[Event]]) -> Decider:
    """A decider whose events also answer the check, where it asks."""

    def decide(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
        events = decider(case, envelope, now)
        after = fold(case, events)
        before = dict(answers_of_record(case))
        for item, value in answers_of_record(after):
            if before.get(item) != value:
                said = _confirmed(after, envelope, item, value, now)
                events, after = [*events, *said], fold(after, said)
        return events

    return plain(decide)


def _confirmed(case: Case, envelope: Envelope, item: str, value: str, now: datetime) -> list[Event]:
    """The answer to one item; none where the check does not ask it, or knows something newer."""
    asked = envelope.model_copy(update={"command": ConfirmItem(item=item, value=value)})
    try:
        return confirm_item(case, asked, now)
    except HomewardError:
        return []


DECIDERS: Mapping[str, Decider] = {
    "record-capacity": _answering(capacity.record_capacity),
    "record-best-interests": _answering(capacity.record_best_interests),
    "record-advocate": _answering(capacity.record_advocate),
    "record-representative": _answering(capacity.record_representative),
    "record-liberty": _answering(capacity.record_liberty),
}
"""Command kind -> its decider."""
