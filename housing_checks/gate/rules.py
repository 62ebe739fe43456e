"""The readiness gate: every gated item is ``yes`` or mitigated, and no required strand is open.

It is a gate, not a score, and a mitigation names the role that answers for it. ``unknown`` blocks as ``no``
does. `blockers.py` says in words what keeps it shut; here items are confirmed, and time ends mitigations and
answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from discharge.cases.commands import ConfirmItem, Envelope
from discharge.cases.decide.common import command_of, happened_on
from discharge.cases.events import Event, GateItemSet, ItemAnswered, MitigationWithdrawn
from discharge.cases.model import Case, GateItem, ItemAnswer
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.cases.unready import blockers
from discharge.clocks import london_midnight
from discharge.errors import Refused, refuse_together
from housing_checks.checks.answers import (
    answer_of,
    answers_standing,
    asked_of,
    gate_after,
    require_answer,
    require_evidence,
    require_words,
    words_of,
)
from housing_checks.checks.form import form_to_decide
from housing_checks.guards import require_order, require_stage


def gate_open(case: Case) -> bool:
    """Whether the home is ready: a check was completed and nothing blocks."""
    return not blockers(case)


def confirm_item(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Say how one item of the check stands, while it is under way and after it. Refuses an item that is not
    asked of this person, and a day older than what is known.
    """
    command = command_of(envelope, ConfirmItem)
    require_stage(case, SINCE_ACCEPTANCE)
    on = envelope.effective_on
    standing = answers_standing(case)
    form = form_to_decide(case.check.form if case.check is not None else None)
    if case.check is None or command.item not in asked_of(case, form):
        raise Refused("no-such-item", detail="gate-item", where="item")
    item, gated = form.item(command.item), case.gate.get(command.item)
    before = case.check.given.get(command.item)
    words = words_of(command.value, command.text_notes.get(command.item), before)
    known_on = gated.as_of if gated is not None else before.answered_on if before is not None else None
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: require_answer(item, command.value, "value"),
        lambda: require_words(command.value, words, item.code, "value"),
        lambda: require_evidence(item, command.evidence, "evidence"),
        lambda: require_order(known_on, on, "effective_on"),
    )
    same_evidence = command.evidence is None or (before is not None and before.evidence == command.evidence)
    same_words = words is None or (before is not None and before.note_id == words)
    if (standing.get(command.item), known_on) == (command.value, on) and same_evidence and same_words:
        return []
    answer = answer_of(item, command.value, command.evidence, on, envelope.actor, words)
    answered = ItemAnswered(item=command.item, answer=answer)
    return [answered, *_needless(gated, answer), *gate_after(case, form, answered)]


def _needless(gated: GateItem | None, answer: ItemAnswer) -> list[Event]:
    """A ``yes`` ends the mitigation of its item, so that it cannot cover a later ``no``."""
    if answer.gate != "yes" or gated is None or gated.mitigation is None or answer.answered_on is None:
        return []
    return [MitigationWithdrawn(item=gated.code, withdrawn_on=answer.answered_on)]


def item_events(item: GateItem, change: GateItemSet) -> list[Event]:
    """Return the change of an item; a ``yes`` also ends its mitigation, so it cannot cover a later ``no``."""
    if change.value == "yes" and item.mitigation is not None:
        return [change, MitigationWithdrawn(item=item.code, withdrawn_on=change.as_of)]
    return [change]


def say_yes(case: Case, codes: Iterable[str], on: date) -> list[Event]:
    """Return the events that turn gated items to ``yes``; those that are, or are not gated, give none."""
    items = [case.gate[code] for code in codes if code in case.gate and case.gate[code].value != "yes"]
    return [
        event
        for item in items
        for event in item_events(item, GateItemSet(item=item.code, value="yes", as_of=on))
    ]


def forget(case: Case, codes: Iterable[str], on: date) -> list[Event]:
    """Return the events that make gated items unknown again and end their mitigations."""
    events: list[Event] = []
    for item in (case.gate[code] for code in codes if code in case.gate):
        if item.mitigation is not None:
            events.append(MitigationWithdrawn(item=item.code, withdrawn_on=on))
        if item.value != "unknown" or item.as_of is None or item.as_of < on:
            events.append(GateItemSet(item=item.code, value="unknown", as_of=on))
    return events


def mitigations_over(case: Case, today: date) -> list[Event]:
    """Return the end of each mitigation whose last day has passed: its item blocks again."""
    return [
        MitigationWithdrawn(item=item.code, withdrawn_on=item.mitigation.ends_on, because="ended")
        for item in case.gate_items
        if item.mitigation is not None and item.mitigation.ends_on < today
    ]


def answers_over(case: Case, today: date) -> list[Event]:
    """Return the end of each answer whose last day has passed: its item is unknown again."""
    return [
        GateItemSet(item=item.code, value="unknown", as_of=item.valid_until + timedelta(days=1), expired=True)
        for item in case.gate_items
        if item.valid_until is not None and item.valid_until < today
    ]


def next_end(case: Case) -> datetime | None:
    """Return the instant at which the next mitigation or answer is over: the London midnight after its last
    day.
    """
    ends = [item.mitigation.ends_on for item in case.gate_items if item.mitigation is not None]
    ends += [item.valid_until for item in case.gate_items if item.valid_until is not None]
    return london_midnight(min(ends) + timedelta(days=1)) if ends else None
