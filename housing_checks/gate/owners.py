"""Whose move something is: the role, and the organisation and the person that the case knows for it."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from discharge.cases.model import Case
from discharge.cases.relations import relations
from discharge.roles import Relation

OF_THE_TRUST = frozenset({"ward", "discharge-team", "therapy", "trust-monitor"})
"""Roles of people who work for the responsible trust."""

OWNS_THE_CASE = frozenset({"coordinator", "discharge-team"})
"""Roles for which the case owner of their organisation answers, where one is named."""


class Who(NamedTuple):
    """Whose move it is."""

    role: str
    organisation_id: UUID | None = None
    user_id: UUID | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The same as fields of what somebody has to do."""
        return {
            "owner_role": self.role,
            "organisation_id": self.organisation_id,
            "user_id": self.user_id,
        }


class NamedOwner(NamedTuple):
    """What somebody said of an item that is not in place: the role whose move it is, the person, the day."""

    role: str | None
    user_id: UUID | None
    due_on: date | None


def owner_named(case: Case, code: str) -> NamedOwner | None:
    """Return what was said last of whose move an item is and by when: with its answer, or by giving it to
    somebody; None where nobody said it. Of one day, what was given to somebody counts.
    """
    given = case.check.details.get(code) if case.check is not None else None
    named = case.assigned.get(code)
    of_answer = given is not None and given.gate != "yes" and (given.owner_role or given.due_on)
    if given is None or not of_answer:
        return NamedOwner(named.role, named.user_id, named.due_on) if named is not None else None
    if named is None:
        return NamedOwner(given.owner_role, None, given.due_on)
    later = given.answered_on is not None and given.answered_on > named.assigned_on
    if not later:
        return NamedOwner(named.role, named.user_id, named.due_on or given.due_on)
    same = given.owner_role in (None, named.role)
    return NamedOwner(
        given.owner_role or named.role, named.user_id if same else None, given.due_on or named.due_on
    )


def named_for(case: Case, role: str, user_id: UUID | None = None) -> Who:
    """Return a role with the organisation that has it in this case, and the person: the one who was named,
    else the case owner there.
    """
    organisation = _organisation(case, role)
    return Who(role, organisation, user_id or _case_owner(case, role, organisation))


def _organisation(case: Case, role: str) -> UUID | None:
    if role == "coordinator":
        return _of_relation(case, "housing-lead")
    if role in OF_THE_TRUST:
        return _of_relation(case, "responsible-trust")
    if role == "council" and case.homelessness.council_id is not None:
        return case.homelessness.council_id
    taking_part = (each for each in case.participants if each.until_on is None and each.role == role)
    return next((each.organisation_id for each in taking_part), None)


def _of_relation(case: Case, wanted: Relation) -> UUID | None:
    return next((key for key, relation in relations(case).items() if relation == wanted), None)


def _case_owner(case: Case, role: str, organisation: UUID | None) -> UUID | None:
    if role not in OWNS_THE_CASE or organisation is None:
        return None
    return next((each.user_id for each in case.owners if each.organisation_id == organisation), None)
