"""Whom to call, in words: one line for each contact, for the case page and for the page of all contacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.cases.note_words import withdrawn_words
from api.cases.page_values import ContactCardLine, Fact, SaidOtherwise, WhomToCall
from api.cases.queries import CaseFile
from api.cases.summary import POSTS, may_see_contacts, practice_words, sees_contacts, whom_to_ring
from api.contact_details.service import Contacts
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag
from api.web.principals import Principal
from discharge.codes.contact_details import CONTACT_ROLES, CONTACT_SOURCES
from discharge.codes.people import RELATIONSHIPS
from discharge.contact_cards import (
    ASK_FIRST,
    EMAIL,
    MOBILE,
    NOT_SAFE,
    PHONE,
    PRACTICE,
    WARD,
    Card,
    Entry,
    Mark,
    Said,
)

OWN = {MOBILE: "Mobile", PHONE: "Telephone", EMAIL: "E-mail"}
"""What the person's own numbers are called, by their kind."""
DO_NOT_RING = Tag("Do not ring", "red")
MARKS: Mapping[str, Tag] = {
    NOT_SAFE: DO_NOT_RING,
    ASK_FIRST: Tag("Ask the housing coordinator before ringing", "red"),
}


@dataclass(frozen=True)
class ContactsPage:
    """Everybody to call; `ring` is whom to ring at the trust, where they are withheld."""

    case_id: str
    name: str
    ring: str
    lines: tuple[ContactCardLine, ...] = ()
    ended: tuple[ContactCardLine, ...] = ()
    missing: tuple[str, ...] = ()
    add_href: str = ""


def present(around: Contacts, known: Directory, *, may_edit: bool) -> ContactsPage:
    """The page of all contacts."""
    found = around.found
    base = f"/cases/{found.case.case_id}/contact-details"
    withheld = found.person.location_hidden
    lines = [card_line(each, known, base if may_edit else "") for each in around.cards]
    return ContactsPage(
        case_id=str(found.case.case_id),
        name=words.full_name(found.person.family_name, found.person.given_name),
        ring=whom_to_ring(found.case, known) if withheld else "",
        lines=tuple(each for each in lines if not each.ended),
        ended=tuple(each for each in lines if each.ended),
        missing=() if withheld else tuple(CONTACT_ROLES.label(code) for code in around.missing),
        add_href=f"{base}/new" if may_edit and not withheld else "",
    )


def whom_to_call(found: CaseFile, cards: Sequence[Card], caller: Principal, known: Directory) -> WhomToCall:
    """What the case page says of it."""
    return WhomToCall(
        lines=tuple(card_line(each, known) for each in cards if not each.ended),
        href=f"/cases/{found.case.case_id}/contact-details" if sees_contacts(found, caller) else "",
        withheld=found.person.location_hidden and may_see_contacts(found, caller),
    )


def card_line(card: Card, known: Directory, base: str = "") -> ContactCardLine:
    """One contact in words; with the page on which it is changed where that is given."""
    return ContactCardLine(
        key=_key(card),
        who=who_words(card, known),
        number=card.phone,
        dial=card.dial or "",
        email=card.email,
        facts=tuple(_facts(card, known)),
        tags=tuple(_tags(card)),
        otherwise=tuple(_otherwise(card, each, known) for each in card.otherwise),
        history=tuple(_version(card, each, known) for each in card.entries),
        change_href=f"{base}/{card.contact_id}/change" if base else "",
        withdraw_href=_withdraw_href(card, base),
        ended=card.ended,
    )


def _withdraw_href(card: Card, base: str) -> str:
    """Where what was written of a contact is withdrawn; empty where nothing was, or once it is."""
    written = card.current is not None and card.current.withdrawn_at is None
    return (
        f"{base.removesuffix('/contact-details')}/notes/{card.contact_id}/withdraw"
        if base and written
        else ""
    )


def who_words(card: Card, known: Directory) -> str:
    """Who it is: the name, and who they are to the person or what they do."""
    current = card.current
    if current is not None:
        return ", ".join(filter(None, (current.name, current.about)))
    parts = said_parts(card.said, known) if card.said is not None else {}
    return ", ".join(filter(None, parts.values()))


def said_parts(said: Said, known: Directory) -> dict[str, str]:
    """The name of whom a message speaks of, and who they are to the person."""
    if said.kind == PRACTICE:
        return {"name": practice_words(said.value, known, said.name), "about": ""}
    if said.kind in POSTS:
        return {"name": said.name, "about": POSTS[said.kind]}
    said_as = dict.fromkeys(filter(None, (said.relationship, said.contact_role)))
    about = dict.fromkeys(RELATIONSHIPS.label(each).lower() for each in said_as)
    return {"name": said.name, "about": ", ".join(about)}


def said_by(said: Said | None, known: Directory) -> str:
    """Who says it: the hospital's own messages, or the referral of an organisation."""
    if said is None or said.referred_by is None:
        return "The hospital's messages"
    return f"The referral of {known.organisation(said.referred_by)}"


def said_words(said: Said, known: Directory) -> str:
    """What a message says, in one line."""
    if said.kind == PRACTICE:
        return practice_words(said.value, known, said.name)
    return f"Ward {said.name}" if said.kind == WARD else ", ".join(filter(None, (said.name, said.value)))


def _otherwise(card: Card, said: Said, known: Directory) -> SaidOtherwise:
    verb = "says" if said.referred_by else "say"
    return SaidOtherwise(
        head=f"{said_by(said, known)} {verb} otherwise",
        words=_marked(said_words(said, known), card.mark_of(said)),
    )


def _marked(text: str, mark: Mark) -> str:
    return f"{text}. {MARKS[mark].text}" if mark else text


def _key(card: Card) -> str:
    if card.said is not None and card.said.kind in OWN:
        return OWN[card.said.kind]
    return CONTACT_ROLES.label(card.role)


def _facts(card: Card, known: Directory) -> Iterator[Fact]:
    current = card.current
    if current is None:
        since = card.said.said_on if card.said is not None else None
        day = f", since {words.day(since)}" if since is not None else ""
        yield Fact("Source", f"{said_by(card.said, known)}{day}")
        return
    if current.hours:
        yield Fact("When to ring", current.hours)
    if current.language or current.interpreter == "yes":
        interpreter = "with an interpreter" if current.interpreter == "yes" else ""
        yield Fact("Language", ", ".join(filter(None, (current.language, interpreter))).capitalize())
    yield Fact("Source", _source(card, current, known))


def _source(card: Card, entry: Entry, known: Directory) -> str:
    by = f" ({entry.said_by})" if entry.said_by else ""
    by_whom = known.user(entry.recorded_by) or known.organisation(entry.organisation_id)
    told = f"{_label(entry.source)}{by}, {words.day(entry.said_on)}; recorded by {by_whom}"
    return f"{told}. Messages say the same" if card.confirmed else told


def _label(source: str) -> str:
    return CONTACT_SOURCES.label(source) if CONTACT_SOURCES.known(source) else "The hospital's messages"


def _tags(card: Card) -> Iterator[Tag]:
    current = card.current
    if card.ended:
        yield Tag("No longer in use", "grey")
    if card.mark:
        yield MARKS[card.mark]
    elif not card.ended and current is not None and current.safe_to_ring == "yes":
        yield Tag("Safe to ring", "green")
    if current is not None and current.restricted:
        yield Tag("Restricted", "purple")
    if card.otherwise:
        yield Tag("Messages say otherwise", "yellow")


def _mark_words(card: Card, entry: Entry) -> str:
    if entry.safe_to_ring == "no":
        return "Not safe to ring"
    mark = card.mark_of_version(entry)
    return MARKS[mark].text if mark else ""


VERSIONS = {"recorded": "Recorded", "corrected": "Corrected", "ended": "Ended"}


def _version(card: Card, entry: Entry, known: Directory) -> str:
    """What was recorded, by whom and when, and what a message said in its place."""
    by_whom = known.user(entry.recorded_by) or known.organisation(entry.organisation_id)
    said = ", ".join(filter(None, (entry.name, entry.about, entry.phone, entry.email)))
    head = f"{VERSIONS.get(entry.entry, entry.entry)} {words.moment(entry.recorded_at)} by {by_whom}: {said}"
    before = str((entry.message or {}).get("value") or "")
    more = (
        _mark_words(card, entry),
        f"Messages said {before}" if before else "",
        f"Why: {entry.reason}" if entry.reason else "",
        withdrawn_words(entry.withdrawn_at, entry.withdrawn_by, known),
    )
    return ". ".join(filter(None, (head, *more)))
