"""What is recorded of capacity answers the items of the home check that ask for it, so that nobody types it
twice, and neither says what the other does not. Who pays for care is agreed only once somebody arranges it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from discharge.cases.commands import ConfirmItem, Envelope
from discharge.cases.decide import capacity, choice
from discharge.cases.decide.common import Decider, plain
from discharge.cases.events import Event
from discharge.cases.evolve import fold
from discharge.cases.model import Case
from discharge.errors import HomewardError
from housing_checks.checks.form import form_of_case
from housing_checks.checks.item_rules import confirm_item, follows
from housing_checks.checks.needed_records import answers_of_record, counted_anew


def _answering(decider: Callable[[Case, Envelope, datetime], list[Event]]) -> Decider:
    """A decider whose events also answer the check, where it asks."""

    def decide(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
        events = decider(case, envelope, now)
        after = fold(case, events)
        before = dict(answers_of_record(case))
        for item, value in answers_of_record(after):
            if before.get(item) != value or _ran_out(after, item):
                said = _confirmed(after, envelope, item, value, now)
                events, after = [*events, *said], fold(after, said)
        return [*events, *_counted_anew(after, envelope)] if events else []

    return plain(decide)


def _ran_out(case: Case, item: str) -> bool:
    """Whether an answer of the record held until a day that has passed: a new record answers it again."""
    return item in case.gate and case.gate[item].expired


def _counted_anew(case: Case, envelope: Envelope) -> list[Event]:
    """What was ticked before, also on a later day, counts as the record now says."""
    form = form_of_case(case)
    events: list[Event] = []
    for said in counted_anew(case, form):
        during = fold(case, events)
        events += [said, *follows(during, form, said.item, envelope.effective_on, [said])]
    return events


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
    "record-self-funding": _answering(choice.record_self_funding),
}
"""Command kind -> its decider."""
