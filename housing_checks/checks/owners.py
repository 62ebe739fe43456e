"""Whose move an item of the check can be, and how late a day may be that somebody names for it."""

from __future__ import annotations

from datetime import date

from discharge.cases.model import Case
from discharge.clocks.registry import CLOCK_ROWS, PUT_OFF_CLOCK
from discharge.codes.casework import OWNER_ROLES, OwnerRole
from discharge.codes.model import not_listed
from discharge.errors import Refused
from housing_checks.checks.model import CheckItem


def owners_of(row: CheckItem | None, on: date) -> tuple[OwnerRole, ...]:
    """Return those whose move an item can be, in the order of their list."""
    known = OWNER_ROLES.in_force(on)
    if row is not None and row.owner_stays:
        return tuple(each for each in known if each.code == row.owner)
    usual = {row.owner, *row.owners} if row is not None else set()
    if row is not None and row.owner_while is not None:
        usual.add(row.owner_while.owner)
    anybody = row is None or not row.owners
    return tuple(each for each in known if each.code in usual or (anybody and each.any_item))


def require_owner(row: CheckItem | None, role: str | None, on: date, where: str) -> None:
    """Refuse a role that there is not, and one whose move the item cannot be; nothing where none is said."""
    if role is None:
        return
    OWNER_ROLES.lookup(role, on, where)
    can_be = [each.code for each in owners_of(row, on)]
    if role not in can_be:
        raise not_listed(OWNER_ROLES.name, role, can_be, where)


def require_near_day(case: Case, due_on: date | None, on: date, *, reasoned: bool) -> None:
    """Refuse a day long after the one on which the home is needed, unless a reason is given."""
    row = CLOCK_ROWS.find(PUT_OFF_CLOCK, on)
    if due_on is None or reasoned or row is None:
        return
    needed_on = max(case.home_needed_on or on, on)
    if due_on > row.length.after(needed_on):
        raise Refused("day-reason-needed", detail=row.length.words, where="due_on")
