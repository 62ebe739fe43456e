"""Whose move an item of the check is, and by when, as somebody says it."""

from __future__ import annotations

from datetime import date, datetime

from discharge.cases.commands import AssignBlocker, Envelope
from discharge.cases.decide.common import command_of, happened_on
from discharge.cases.events import BlockerAssigned, Event
from discharge.cases.model import Assignment, Case
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.codes.casework import OWNER_ROLES
from discharge.codes.model import not_listed
from discharge.errors import Refused, refuse_together
from housing_checks.checks.answers import counting_at_the_gate
from housing_checks.checks.form import form_of_case
from housing_checks.guards import require_order, require_stage


def assign_blocker(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Give an item an owner and a day. Refuses an item that is yes or that nobody answered, a role that there
    is not, and a day before that on which it is said.
    """
    command = command_of(envelope, AssignBlocker)
    require_stage(case, SINCE_ACCEPTANCE)
    on = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _require_open(case, command.item),
        lambda: _require_role(case, command, on),
        lambda: require_order(on, command.due_on or on, "due_on"),
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


def _require_role(case: Case, asked: AssignBlocker, on: date) -> None:
    """Refuse a role that there is not, and another one for an item whose owner stays."""
    OWNER_ROLES.lookup(asked.role, on, "role")
    row = form_of_case(case).by_code.get(asked.item)
    if row is not None and row.owner_stays and asked.role != row.owner:
        raise not_listed("owner-roles", asked.role, (row.owner,), "role")


def _same(before: Assignment | None, after: Assignment) -> bool:
    return before is not None and (before.role, before.user_id, before.due_on) == (
        after.role,
        after.user_id,
        after.due_on,
    )
