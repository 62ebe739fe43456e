"""Who to call about a person, as the trust sent it: their own telephone, next of kin, and the practice.

Of somebody whose location is hidden nothing is shown: a number may lead to where they are.
"""

from __future__ import annotations

from api.cases.page_values import Fact
from api.cases.queries import CaseFile
from api.web.names import Directory
from api.web.principals import Principal
from api.web.schemas import Contact
from discharge.cases.relations import may_ask_of
from discharge.codes.people import RELATIONSHIPS
from discharge.store.tables import PersonContact
from discharge.store.tables.persons import NEXT_OF_KIN, PRACTICE

SEE = "case.contacts"
OWN = {"mobile": "Mobile", "phone": "Telephone", "email": "E-mail"}
"""Kinds of the person's own, in the order in which somebody tries them."""


def _may_see(found: CaseFile, caller: Principal) -> bool:
    hidden = found.person.location_hidden
    return not hidden and may_ask_of(found.case, caller.role, caller.organisation_id, SEE)


def _shown(found: CaseFile, caller: Principal) -> list[PersonContact]:
    if not _may_see(found, caller):
        return []
    order = (*OWN, NEXT_OF_KIN, PRACTICE)
    known = [row for row in found.contacts if row.kind in order]
    return sorted(known, key=lambda row: (order.index(row.kind), row.name or "", row.value))


def whom_to_call(found: CaseFile, caller: Principal, known: Directory) -> tuple[Fact, ...]:
    """One line for each; that it is withheld, where the person is hidden."""
    if found.person.location_hidden:
        return (Fact("Telephone", "Withheld"),)
    return tuple(Fact(_key(row), _said(row, known)) for row in _shown(found, caller))


def _key(row: PersonContact) -> str:
    if row.kind == NEXT_OF_KIN:
        return "Next of kin"
    return "GP practice" if row.kind == PRACTICE else OWN[row.kind]


def _said(row: PersonContact, known: Directory) -> str:
    if row.kind == PRACTICE:
        return _practice(row.value, known)
    who = ", ".join(filter(None, (row.name, _relationship(row))))
    return ": ".join(filter(None, (who, row.value))) or "Not given"


def _relationship(row: PersonContact) -> str:
    return RELATIONSHIPS.label(row.relationship_code).lower() if row.relationship_code else ""


def _practice(code: str, known: Directory) -> str:
    named = next((each.name for each in known.organisations.values() if each.ods_code == code), None)
    return f"{named} ({code})" if named else code


def contacts_json(found: CaseFile, caller: Principal, known: Directory) -> list[Contact] | None:
    """The same for an interface, with the relationship as received; None for whoever is not told of any."""
    if not _may_see(found, caller):
        return None
    return [
        Contact(
            kind=row.kind,
            value=row.value,
            name=row.name,
            relationship=row.relationship_code,
            words=_said(row, known),
        )
        for row in _shown(found, caller)
    ]
