"""The readiness gate: every gated item is ``yes`` or mitigated, and no required strand is open.

It is a gate, not a score, and a mitigation names the role that answers for it. ``unknown`` blocks as ``no``
does. ``blocking`` says in words what keeps it shut; the deciders confirm items and name or withdraw
mitigations, and raise Refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from discharge.cases.commands import ConfirmItem, Envelope, NameMitigation, WithdrawMitigation
from discharge.cases.decide.common import command_of, happened_on
from discharge.cases.events import Event, GateItemSet, ItemAnswered, MitigationNamed, MitigationWithdrawn
from discharge.cases.model import Case, GateItem, ItemAnswer, Mitigation, Strand
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.cases.unready import CHECK, blockers
from discharge.clocks import london_date, london_midnight
from discharge.codes.casework import MITIGATIONS, OWNER_ROLES, mitigation_days
from discharge.errors import Refused, refuse_together
from discharge.values import Frozen
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
from housing_checks.checks.form import form_of_case, form_to_decide
from housing_checks.guards import require_order, require_stage
from housing_checks.lead_times import item_label

VALUE_WORDS = {"yes": "yes", "no": "no", "unknown": "not known yet"}


class Blocker(Frozen):
    """One thing that keeps the gate shut, in words; ``since`` is the day that is known from."""

    kind: Literal["check", "item", "strand"]
    code: str
    words: str
    since: date | None = None


def blocking(case: Case) -> list[Blocker]:
    """Return everything that keeps the gate shut: the missing check, then items, then required strands."""
    return [_blocker(case, code) for code in blockers(case)]


def _blocker(case: Case, code: str) -> Blocker:
    if code == CHECK:
        return Blocker(kind="check", code=CHECK, words="The suitability check is not complete")
    if code in case.gate:
        return _item_blocker(case, case.gate[code])
    return _strand_blocker(case.strands[code])


def gate_open(case: Case) -> bool:
    """Whether the home is ready: a check was completed and nothing blocks."""
    return not blocking(case)


def item_words(case: Case, code: str) -> str:
    """Return a gated item in a few words, from the form its check was made on."""
    form = form_of_case(case)
    return form.item(code).label if code in form.codes else code


def _item_blocker(case: Case, item: GateItem) -> Blocker:
    value = "the answer has run out" if item.expired else VALUE_WORDS.get(item.value, item.value)
    words = f"{item_words(case, item.code)}: {value}"
    return Blocker(kind="item", code=item.code, words=words, since=item.as_of)


def _strand_blocker(strand: Strand) -> Blocker:
    what = item_label(strand.kind, strand.item)
    due = f", due {strand.due_on.day} {strand.due_on:%B %Y}" if strand.due_on else ""
    words = f"{what}: ordered for the previous home" if strand.former_home else f"{what}: not done{due}"
    return Blocker(kind="strand", code=strand.key, words=words, since=strand.started_on)


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


def _answered_by(role: str, on: date) -> None:
    """Refuse a role that nobody has."""
    if not role.strip():
        raise Refused("mitigation-role-needed", where="role")
    OWNER_ROLES.lookup(role, on, "role")


def _holds_until(asked: NameMitigation, on: date, today: date) -> date | None:
    """Return the last day of a mitigation, or refuse one that has passed; of a kind that there is not, nobody
    knows how long it holds.
    """
    usual = MITIGATIONS.find(asked.mitigation, on)
    usually = on + timedelta(days=mitigation_days(usual.code, on)) if usual is not None else None
    until = asked.until_on or usually
    if until is not None:
        require_order(max(on, today), until, "until_on")
    return until


def _not_in_place(item: GateItem) -> None:
    if item.value == "yes":
        raise Refused("already-done", detail="item-is-yes", where="item")


def name_mitigation(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Name what is done instead of a ``yes``, who answers, and until when (by default as long as its kind
    usually holds). Refuses an item that is ``yes``, and a day that has passed.
    """
    command = command_of(envelope, NameMitigation)
    require_stage(case, SINCE_ACCEPTANCE)
    on, today = envelope.effective_on, london_date(now)
    item = _gated(case, command.item)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _answered_by(command.role, on),
        lambda: MITIGATIONS.lookup(command.mitigation, on, "mitigation"),
        lambda: _not_in_place(item),
        lambda: _holds_until(command, on, today),
    )
    mitigation = Mitigation(
        code=command.mitigation,
        role=command.role,
        named_on=on,
        named_by=envelope.actor.user_id,
        user_id=command.user_id,
        until_on=_holds_until(command, on, today),
    )
    return [] if item.mitigation == mitigation else [MitigationNamed(item=item.code, mitigation=mitigation)]


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


def withdraw_mitigation(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """End a mitigation; refuses an item that has none."""
    command = command_of(envelope, WithdrawMitigation)
    require_stage(case, SINCE_ACCEPTANCE)
    on = happened_on(envelope, now)
    if _gated(case, command.item).mitigation is None:
        raise Refused("no-such-item", detail="mitigation", where="item")
    return [MitigationWithdrawn(item=command.item, withdrawn_on=on)]


def _gated(case: Case, code: str) -> GateItem:
    item = case.gate.get(code)
    if item is None:
        raise Refused("no-such-item", detail="gate-item", where="item")
    return item
