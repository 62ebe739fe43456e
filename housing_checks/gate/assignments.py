"""Whose move an item of the check is, and by when, as somebody says it."""

from __future__ import annotations

from datetime import datetime

from discharge.cases.commands import AssignBlocker, Envelope
from discharge.cases.decide.common import command_of, happened_on
from discharge.cases.events import BlockerAssigned, Event
from discharge.cases.model import Assignment, Case
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.clocks import london_date
from discharge.errors import Refused, refuse_together
from housing_checks.checks.answers import counting_at_the_gate
from housing_checks.checks.form import form_of_case
from housing_checks.checks.owners import require_near_day, require_owner
from housing_checks.gate.blockers import dated_items
from housing_checks.guards import require_order, require_stage


def assign_blocker(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Give an item an owner and a day. Refuses an item that is yes or that nobody answered, a role whose move
    it cannot be, a day before that on which it is said, and one that is late or far off without a reason.
    """
    command = command_of(envelope, AssignBlocker)
    require_stage(case, SINCE_ACCEPTANCE)
    on = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _require_open(case, command.item),
        lambda: require_owner(form_of_case(case).by_code.get(command.item), command.role, on, "role"),
        lambda: require_order(on, command.due_on or on, "due_on"),
        lambda: require_near_day(case, command.due_on, on, reasoned=envelope.note_id is not None),
        lambda: _require_reason(case, envelope, command, now),
    )
    assignment = Assignment(
        role=command.role,
        user_id=command.user_id,
        due_on=command.due_on,
        assigned_on=on,
        assigned_by=envelope.actor.user_id,
    )
    if _same(case.assigned.get(command.item), assignment):
        return []
    return [BlockerAssigned(item=command.item, assignment=assignment)]


def _require_open(case: Case, code: str) -> None:
    standing = counting_at_the_gate(case).get(code)
    if standing is None:
        raise Refused("no-such-item", detail="check-item", where="item")
    if standing == "yes":
        raise Refused("already-done", detail="item-is-yes", where="item")


def _require_reason(case: Case, envelope: Envelope, asked: AssignBlocker, now: datetime) -> None:
    """Refuse a later day for what is late already, unless a note says why."""
    before = next((each.due_on for each in dated_items(case) if each.code == asked.item), None)
    if before is None or asked.due_on is None or envelope.note_id is not None:
        return
    if before < london_date(now) and asked.due_on > before:
        raise Refused("day-reason-needed", detail="late", where="due_on")


def _same(before: Assignment | None, after: Assignment) -> bool:
    return before is not None and (before.role, before.user_id, before.due_on) == (
        after.role,
        after.user_id,
        after.due_on,
    )
