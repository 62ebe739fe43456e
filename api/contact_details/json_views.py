"""Whom to call, as JSON."""

from __future__ import annotations

from typing import cast

from api.cases.summary import whom_to_ring
from api.contact_details import schemas
from api.contact_details.service import Contacts
from api.contact_details.views import who_words
from api.web.names import Directory
from api.web.paging import Page
from discharge.contact_cards import Card, Entry, Said


def contacts_json(around: Contacts, known: Directory, page: Page) -> schemas.ContactDetailList:
    """A page of contacts, each with its history; whom to ring at the trust where they are withheld."""
    withheld = around.found.person.location_hidden
    return schemas.ContactDetailList(
        case_id=around.found.case.case_id,
        withheld=withheld,
        ring=whom_to_ring(around.found.case, known) if withheld else None,
        contacts=[_contact(card, known) for card in page.cut(around.cards)],
        missing=[] if withheld else list(around.missing),
        next=page.next(len(around.cards)),
    )


def _contact(card: Card, known: Directory) -> schemas.ContactDetail:
    current = card.current
    return schemas.ContactDetail(
        contact_id=card.contact_id,
        role=card.role,
        words=who_words(card, known),
        phone=card.phone or None,
        dial=card.dial,
        email=card.email or None,
        safe_to_ring="no" if card.mark else (current.safe_to_ring if current else "unknown"),
        mark=card.mark or None,
        restricted=current.restricted if current else False,
        ended=card.ended,
        said=_said(card, card.said, known) if card.said else None,
        otherwise=[_said(card, each, known) for each in card.otherwise],
        confirmed=card.confirmed,
        versions=[_version(card, each, known) for each in card.entries],
    )


def _said(card: Card, said: Said, known: Directory) -> schemas.SaidByMessage:
    return schemas.SaidByMessage(
        kind=cast(schemas.MessageKind, said.kind),
        value=said.told,
        mark=card.mark_of(said) or None,
        name=said.name or None,
        relationship=said.relationship or None,
        said_on=said.said_on,
        referred_by=known.organisation(said.referred_by) if said.referred_by else None,
    )


def _version(card: Card, entry: Entry, known: Directory) -> schemas.ContactVersion:
    said = entry.message.get("value") if entry.message else None
    return schemas.ContactVersion(
        number=entry.number,
        entry=entry.entry,
        name=entry.name or None,
        about=entry.about or None,
        phone=entry.phone or None,
        email=entry.email or None,
        safe_to_ring=entry.safe_to_ring,
        mark=card.mark_of_version(entry) or None,
        hours=entry.hours or None,
        language=entry.language or None,
        interpreter=entry.interpreter,
        source=entry.source,
        said_by=entry.said_by or None,
        said_on=entry.said_on,
        reason=entry.reason or None,
        message_said=str(said) if said else None,
        organisation=known.organisation(entry.organisation_id),
        recorded_by=known.user(entry.recorded_by),
        recorded_at=entry.recorded_at,
        withdrawn_at=entry.withdrawn_at,
        withdrawn_by=entry.withdrawn_by,
    )
