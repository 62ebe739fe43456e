"""Referral requests in words: what became of them and, for who may take them on, whom they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.cases.page_values import Fact
from api.referral_requests.queries import SOMEBODY_NEW, Candidate, Listed, RequestFile
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag, tag_of
from api.web.paging import Page
from discharge.codes.casework import NEEDS, REFERRAL_REASONS, REFERRAL_RETURN_REASONS, SHARING_BASES, TENURES
from discharge.store.tables import ReferralRequestRow
from fhir_adapters.people.comparison import same_text
from fhir_adapters.referrals import REFERRAL_VALUES, ReferralValues

STATES: Mapping[str, Tag] = {
    "waiting": Tag("Waiting for acceptance", "yellow"),
    "taken-on": Tag("Accepted", "green"),
    "declined": Tag("Declined", "grey"),
    "withdrawn": Tag("Withdrawn", "grey"),
}
OVERDUE = Tag("Overdue", "red")


@dataclass(frozen=True)
class Line:
    """One request on a list."""

    href: str
    name: str
    details: str
    sender: str
    sent: str
    due: str
    state: Tag


@dataclass(frozen=True)
class ListPage:
    """The requests of one box, and how many there are beyond those shown."""

    box: str
    rows: tuple[Line, ...]
    summary: str


@dataclass(frozen=True)
class ReferralRequestsPage:
    """One request. `people` are whom it may mean, and somebody new; empty where the reader cannot decide."""

    request_id: str
    name: str
    state: Tag
    lead: str
    facts: tuple[Fact, ...]
    note: str
    case_href: str
    can_answer: bool
    can_withdraw: bool
    people: tuple[dict[str, Any], ...] = ()
    bases: tuple[dict[str, Any], ...] = ()
    reasons: tuple[dict[str, Any], ...] = ()
    errors: tuple[dict[str, str], ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)


def list_page(box: str, found: Listed, page: Page, now: datetime, known: Directory) -> ListPage:
    """A list in words; `now` is case time."""
    rows = found.rows
    summary = words.part_of(page.offset, len(rows), found.total, "request")
    return ListPage(box, tuple(_line(row, now, known) for row in rows), summary)


def _line(row: ReferralRequestRow, now: datetime, known: Directory) -> Line:
    person = REFERRAL_VALUES.shown(row.said).person
    return Line(
        href=f"/referral-requests/{row.id}",
        name=words.full_name(person.family_name, person.given_name),
        details=f"{words.nhs_number(person.nhs_number)}; born {words.day(person.birth_date)}",
        sender=known.organisation(row.sender_id),
        sent=words.moment(row.requested_at),
        due=words.moment(row.due_at),
        state=_state(row, now),
    )


def _state(row: ReferralRequestRow, now: datetime) -> Tag:
    late = row.state == "waiting" and row.due_at < now
    return OVERDUE if late else tag_of(STATES, row.state)


def page(
    file: RequestFile,
    own: bool,
    now: datetime,
    known: Directory,
    *,
    errors: Iterable[Mapping[str, str]] = (),
    typed: Mapping[str, str] | None = None,
) -> ReferralRequestsPage:
    """One request in words; `own` says that the reader's organisation sent it."""
    row = file.row
    values = REFERRAL_VALUES.shown(row.said)
    can_answer = file.to_answer and row.state == "waiting"
    given = typed or {}
    return ReferralRequestsPage(
        request_id=str(row.id),
        name=words.full_name(values.person.family_name, values.person.given_name),
        state=_state(row, now),
        lead=_lead(row, known),
        facts=_facts(row, values, known),
        note=values.note or "",
        case_href=f"/cases/{row.case_id}" if row.case_id else "",
        can_answer=can_answer,
        can_withdraw=own and row.state == "waiting",
        people=_people(file.candidates, values, known, given) if can_answer else (),
        bases=_choices(SHARING_BASES, given.get("basis", "")),
        reasons=_choices(REFERRAL_RETURN_REASONS, given.get("reason", "")),
        errors=tuple(dict(each) for each in errors),
        typed=given,
    )


def _lead(row: ReferralRequestRow, known: Directory) -> str:
    who = known.organisation(row.service_id)
    if row.state == "waiting":
        return f"{who} accepts or declines this referral by {words.moment(row.due_at)}."
    by, when = known.organisation(row.answered_by), words.moment(row.answered_at)
    if row.state == "declined":
        reason = REFERRAL_RETURN_REASONS.label(row.answer_code or "")
        said = f" {row.answer}" if row.answer else ""
        return f"{by} declined it on {when}: {reason}.{said}"
    return f"{by} {'accepted it' if row.state == 'taken-on' else 'withdrew it'} on {when}."


def _facts(row: ReferralRequestRow, values: ReferralValues, known: Directory) -> tuple[Fact, ...]:
    person, address = values.person, values.person.address
    lines = (*address.lines, address.postcode or "") if address else ()
    unsaid = "Withheld: ask the sender of the request" if person.location_hidden else "Not given"
    return (
        Fact("Sent by", known.organisation(row.sender_id)),
        Fact("Sent", words.moment(row.requested_at)),
        Fact("NHS number", words.nhs_number(person.nhs_number)),
        Fact("Born", words.day(person.birth_date)),
        Fact("Address", ", ".join(filter(None, lines)) or unsaid),
        Fact("Ward", values.ward or unsaid),
        Fact("Reasons for referral", _labels(REFERRAL_REASONS, values.reasons)),
        Fact("What they need", _labels(NEEDS, values.needs)),
        Fact("Housing situation", TENURES.label(values.tenure)),
    )


def _labels(codes: Any, given: Iterable[str]) -> str:
    return "; ".join(codes.label(code) for code in given) or "Not given"


def _name(each: Candidate) -> str:
    return words.full_name(each.family_name, each.given_name)


def _people(
    found: Sequence[Candidate], values: ReferralValues, known: Directory, typed: Mapping[str, str]
) -> tuple[dict[str, Any], ...]:
    chosen = typed.get("person", "")
    people = [
        {
            "value": str(each.person_id),
            "text": f"{_name(each)}, born {words.day(each.birth_date)}",
            "hint": {"text": _compared(each, values, known)},
            "checked": chosen == str(each.person_id),
        }
        for each in found
    ]
    new = {
        "value": SOMEBODY_NEW,
        "text": "A person with no record here",
        "hint": {"text": "A record is made from what was sent."},
        "checked": chosen == SOMEBODY_NEW or not found,
    }
    return (*people, new)


def _compared(each: Candidate, values: ReferralValues, known: Directory) -> str:
    said = values.person
    pairs = (
        ("NHS number", each.nhs_number or "", said.nhs_number or ""),
        ("family name", each.family_name or "", said.family_name or ""),
        ("given name", each.given_name or "", said.given_name or ""),
        ("birth date", str(each.birth_date or ""), str(said.birth_date or "")),
    )
    differ = [name for name, one, other in pairs if other and not same_text(one, other)]
    told = f"Differs: {', '.join(differ)}." if differ else "Everything that was sent is the same."
    place = f" In hospital: {known.organisation(each.hospital_id)}." if each.hospital_id else ""
    case = " Has an open case. The sender would join it." if each.has_open_case else ""
    return f"{told}{place}{case}"


def _choices(codes: Any, chosen: str) -> tuple[dict[str, Any], ...]:
    empty = {"value": "", "text": "Choose"}
    rows = [{"value": row.code, "text": row.label, "selected": row.code == chosen} for row in codes.rows]
    return (empty, *rows)
