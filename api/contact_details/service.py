"""Whom to call: added, corrected and ended by staff. Each change is a version of its own; the audit names ids
and codes, never a name or a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.queries import CaseFile, read_case
from api.cases.summary import SEE_CONTACTS
from api.contact_details.queries import contact_cards, said_now
from api.contact_details.schemas import ContactBody, ContactCorrectionBody, ContactEndingBody, NewContactBody
from api.looks.notes import who
from api.web.principals import Principal
from discharge.codes.contact_details import CONTACT_ROLES, CONTACT_SOURCES
from discharge.contact_cards import Card, Entry, missing, values_beside
from discharge.errors import HomewardError, Refused, refuse_together
from discharge.store import audit
from discharge.store.tables import ContactEntry
from discharge.store.tables.contact_details import CORRECTED, ENDED, RECORDED
from discharge.store.tables.persons import ORDINARY, RESTRICTED

EDIT = "contacts.edit"
WHAT = "who to call"
BY_MESSAGE = "message"
"""The source of what staff never recorded."""

FIELDS = (
    "name",
    "about",
    "phone",
    "email",
    "safe_to_ring",
    "hours",
    "language",
    "interpreter",
    "source",
    "said_by",
)


@dataclass(frozen=True)
class Contacts:
    """The case, and whom to call about it."""

    found: CaseFile
    cards: tuple[Card, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Whom nobody has named who is expected on this case."""
        part = {each.role for each in self.found.case.participants if each.until_on is None}
        return missing(self.cards, part)

    def card(self, contact_id: UUID) -> Card:
        """One contact. Raises not-found."""
        card = next((each for each in self.cards if each.contact_id == contact_id), None)
        if card is None:
            raise HomewardError("not-found")
        return card


async def contacts(
    session: AsyncSession, caller: Principal, case_id: UUID, action: str = SEE_CONTACTS
) -> Contacts:
    """Whom to call. Raises not-found, part-not-allowed, role-not-allowed."""
    caller.require(action)
    found = await read_case(session, caller, case_id, WHAT, action)
    return Contacts(found, await contact_cards(session, caller, found))


async def add(
    session: AsyncSession, caller: Principal, case_id: UUID, asked: NewContactBody, today: date
) -> UUID:
    """Record a contact, or find the one that says the same. Its id.

    Raises not-found, part-not-allowed, contacts-withheld, code-not-in-value-set, invalid-body and
    date-in-future.
    """
    around = await _editable(session, caller, case_id)
    _require_fitting(asked, today)
    same = next((card for card in around.cards if _says_same(card, asked)), None)
    if same is not None:
        return same.contact_id
    kept = RESTRICTED if asked.restricted else ORDINARY
    row = _row(asked, today, contact_id=uuid4(), number=1, entry=RECORDED, sensitivity=kept)
    return await _keep(session, caller, case_id, row)


async def correct(
    session: AsyncSession,
    caller: Principal,
    case_id: UUID,
    contact_id: UUID,
    asked: ContactCorrectionBody,
    today: date,
) -> UUID:
    """Record what a contact is instead; what it was stays in its history. The id of the contact.

    Raises as `add` does, and contact-changed where somebody else changed it since it was seen.
    """
    around = await _editable(session, caller, case_id)
    card = around.card(contact_id)
    _require_fitting(asked, today)
    _require_seen(card, asked.seen_number)
    if card.current is not None and not card.ended and not card.otherwise and _says_same(card, asked):
        return contact_id
    row = _row(asked, today, entry=CORRECTED, reason=asked.reason or None, **_next(card, around, caller))
    return await _keep(session, caller, case_id, row)


async def end(
    session: AsyncSession,
    caller: Principal,
    case_id: UUID,
    contact_id: UUID,
    asked: ContactEndingBody,
    today: date,
) -> UUID:
    """Say that a contact is of no use any more; one that has ended stays so. The id of the contact.

    Raises not-found, part-not-allowed, contacts-withheld, contact-changed.
    """
    around = await _editable(session, caller, case_id)
    card = around.card(contact_id)
    if card.ended:
        return contact_id
    _require_seen(card, asked.seen_number)
    held = {name: value or None for name, value in _held(card).items()}
    row = ContactEntry(**held, entry=ENDED, reason=asked.reason, said_on=today, **_next(card, around, caller))
    return await _keep(session, caller, case_id, row)


async def _editable(session: AsyncSession, caller: Principal, case_id: UUID) -> Contacts:
    around = await contacts(session, caller, case_id, EDIT)
    if around.found.person.location_hidden:
        raise Refused("contacts-withheld")
    return around


def _require_fitting(asked: ContactBody, today: date) -> None:
    def known() -> None:
        CONTACT_ROLES.lookup(asked.role, today, "role")

    def sourced() -> None:
        CONTACT_SOURCES.lookup(asked.source, today, "source")

    def past() -> None:
        if asked.said_on is not None and asked.said_on > today:
            raise Refused("date-in-future", where="said_on")

    def reached() -> None:
        if not (asked.phone or asked.email or asked.name):
            raise HomewardError("invalid-body", detail="a name, a number or an e-mail address", where="phone")

    refuse_together(known, sourced, past, reached)


def _require_seen(card: Card, seen: int | None) -> None:
    if seen is not None and seen != (card.current.number if card.current else 0):
        raise Refused("contact-changed")


def _says_same(card: Card, asked: ContactBody) -> bool:
    """Whether staff recorded just that before."""
    current = card.current
    if current is None or card.ended or current.role != asked.role:
        return False
    return all(getattr(current, name) == getattr(asked, name) for name in FIELDS)


def _row(asked: ContactBody, today: date, **more: Any) -> ContactEntry:
    said = {name: getattr(asked, name) or None for name in FIELDS}
    return ContactEntry(**said, said_on=asked.said_on or today, **({"role": asked.role} | more))


def _next(card: Card, around: Contacts, caller: Principal) -> dict[str, Any]:
    """What the next version of a contact takes over: its place, and what messages say of it now."""
    current = card.current
    kept = RESTRICTED if current is not None and current.restricted else ORDINARY
    return {
        "contact_id": card.contact_id,
        "number": current.number + 1 if current is not None else 1,
        "message": _message(card, around, caller),
        "sensitivity": kept,
    }


def _message(card: Card, around: Contacts, caller: Principal) -> dict[str, Any] | None:
    """What messages say in its place now, with what they said when it was corrected before."""
    current = card.current
    if current is None:
        if card.said is None:
            return None
        values = values_beside(card.said, said_now(around.found, caller))
        return {"kind": card.said.kind, "name": card.said.name, "value": card.said.told, "values": values}
    if not card.otherwise:
        return dict(current.message) if current.message is not None else None
    first = card.otherwise[0]
    before: dict[str, Any] = dict(
        current.message or {"kind": first.kind, "name": first.name, "value": first.told, "values": []}
    )
    values = list[str](before["values"])
    return before | {"values": [*values, *(each.told for each in card.otherwise)]}


def _held(card: Card) -> dict[str, Any]:
    """What is known of a contact when it ends."""
    current: Entry | None = card.current
    if current is not None:
        return {"role": current.role} | {name: getattr(current, name) for name in FIELDS}
    name = card.said.name if card.said else ""
    known = {"role": card.role, "name": name, "phone": card.phone, "email": card.email}
    return known | {"safe_to_ring": "unknown", "interpreter": "unknown", "source": BY_MESSAGE}


async def _keep(session: AsyncSession, caller: Principal, case_id: UUID, row: ContactEntry) -> UUID:
    row.id, row.case_id = uuid4(), case_id
    row.organisation_id, row.recorded_by = caller.organisation_id, caller.user_id
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:  # another version of this number was recorded in the meantime
        raise Refused("contact-changed") from error
    detail = {"role": row.role, "number": row.number, "safe_to_ring": row.safe_to_ring}
    action = f"contact {row.entry}"
    await audit.note_write(session, who(caller), action, str(row.id), case_id=case_id, detail=detail)
    return row.contact_id
