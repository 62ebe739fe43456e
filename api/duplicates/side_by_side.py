"""Two records that may be one person, side by side: what agrees, what differs, what is withheld."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.contact_details.views import MARKS
from api.duplicates.decisions import Decided, Given, decided, message_href
from api.duplicates.queries import OpenedPair, Side
from api.duplicates.views import STATES, name_of, why
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag, tag_of
from discharge.contact_cards import ASK_FIRST
from fhir_adapters.people.nhs_numbers import TRACING

ASK = MARKS[ASK_FIRST].text
WITHHELD = "Withheld: the location is hidden"

FINDINGS: Mapping[str, Tag] = {
    "same": Tag("Agrees", "green"),
    "differs": Tag("Differs", "red"),
    "unknown": Tag("Not known", "grey"),
}
FIELDS: Mapping[str, str] = {
    "nhs-number": "NHS number",
    "hospital-number": "Number at one hospital",
    "family-name": "Family name",
    "given-name": "Given name",
    "birth-date": "Birth date",
    "sex": "Sex",
    "postcode": "Postcode",
    "phone": "Telephone",
}


@dataclass(frozen=True)
class Line:
    """One field of both records; `finding` is none where it is not compared."""

    label: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    finding: Tag | None


@dataclass(frozen=True)
class One:
    """Two records side by side."""

    href: str
    state: Tag
    why: tuple[str, ...]
    names: tuple[str, str]
    lines: tuple[Line, ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    both_seen: bool
    can_decide: bool
    message_href: str
    decided: tuple[Decided, ...]
    waits: bool
    fault: str
    typed: str
    chosen: str
    errors: tuple[dict[str, str], ...]


Value = Callable[[Side], tuple[str, ...]]


def _dates(side: Side) -> tuple[str, ...]:
    return tuple(
        f"{words.nhs_number(each.nhs_number)}, until {words.moment(each.until_at)}"
        for each in side.nhs_numbers
        if each.until_at is not None
    )


def _status(side: Side) -> tuple[str, ...]:
    row = TRACING.get(side.person.nhs_number_status or "")
    return (row.words,) if row else ()


def _whereabouts(side: Side, shown: tuple[str, ...]) -> tuple[str, ...]:
    return (WITHHELD,) if side.hidden else shown


def _address(side: Side) -> tuple[str, ...]:
    return _whereabouts(side, tuple(side.address.lines.splitlines()) if side.address else ())


def _phones(side: Side) -> tuple[str, ...]:
    return tuple(f"{each}. {ASK}" if each in side.not_safe else each for each in side.phones)


def _stay(side: Side) -> tuple[str, ...]:
    stay = side.stay
    if stay is None:
        return ()
    place = f", ward {stay.ward}" if stay.ward else ""
    return (f"{words.from_code(stay.status)}{place}", f"since {words.moment(stay.admitted_at)}")


def _text(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _postcode(side: Side) -> tuple[str, ...]:
    return _whereabouts(side, _text(side.address.postcode if side.address else None))


LINES: tuple[tuple[str, str, Value], ...] = (
    ("NHS number", "nhs-number", lambda side: _text(words.nhs_number(side.person.nhs_number, ""))),
    ("Its tracing status", "", _status),
    ("Former NHS numbers", "", _dates),
    (
        "Hospital numbers",
        "hospital-number",
        lambda side: tuple(f"{each.value} ({each.authority})" for each in side.numbers),
    ),
    ("Family name", "family-name", lambda side: _text(side.person.family_name)),
    ("Given name", "given-name", lambda side: _text(side.person.given_name)),
    ("Birth date", "birth-date", lambda side: _text(words.day(side.person.birth_date, ""))),
    ("Sex", "sex", lambda side: _text(words.from_code(side.person.sex, ""))),
    ("Home address", "", _address),
    ("Postcode", "postcode", _postcode),
    ("Telephone", "phone", lambda side: _whereabouts(side, _phones(side))),
    ("Newest stay", "", _stay),
    ("Died", "", lambda side: _text(words.day(side.person.died_on, "Yes") if side.person.deceased else "")),
)
"""What is shown of each record: words, the field it is compared by (empty: it is not), and the value."""


def present_one(found: OpenedPair, known: Directory, given: Given) -> One:
    """Two records in words. Where one is another organisation's, nothing tells what it holds."""
    evidence = found.evidence
    waits = any(row.state == "taken" for row in found.decisions)
    return One(
        href=f"/duplicates/{found.row.id}",
        state=tag_of(STATES, found.row.state),
        why=why(found.rules),
        names=(
            name_of(found.left.person if found.left else None),
            name_of(found.right.person if found.right else None),
        ),
        lines=tuple(_line(label, field, value, found, evidence) for label, field, value in LINES),
        speaks_for=_fields(evidence, "same"),
        speaks_against=_fields(evidence, "differs"),
        both_seen=found.both_seen,
        can_decide=given.may_decide and found.row.state == "open" and not waits,
        message_href=message_href(found.row.source_inbox_id, given),
        decided=tuple(decided(row, known) for row in found.decisions),
        waits=waits,
        fault=given.fault,
        typed=given.typed,
        chosen=given.chosen,
        errors=_errors(given),
    )


def _errors(given: Given) -> tuple[dict[str, str], ...]:
    return (
        ({"text": given.fault, "href": "#decision" if not given.chosen else "#reason"},)
        if given.fault
        else ()
    )


def _fields(evidence: Mapping[str, str], finding: str) -> tuple[str, ...]:
    return tuple(words_ for field, words_ in FIELDS.items() if evidence.get(field) == finding)


def _line(label: str, field: str, value: Value, found: OpenedPair, evidence: Mapping[str, str]) -> Line:
    finding = evidence.get(field) if field else None
    return Line(
        label=label,
        left=value(found.left) if found.left else (),
        right=value(found.right) if found.right else (),
        finding=tag_of(FINDINGS, finding) if finding else None,
    )
