"""Items that a partner refused, and partners that rest, as their page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from api.cases.sent_items import KINDS, content_words, sent_words
from api.dead_letters.queries import Item
from api.web.page import words
from api.web.page.tags import OUTGOING_STATES, Tag, tag_of
from api.web.paging import Page
from discharge.errors import ERRORS
from discharge.store.tables import PartnerRow
from discharge.store.tables.organisations import FHIR, HL7_V2
from fhir_adapters.partners.settings import is_encrypted

Lanes = Mapping[tuple[UUID, UUID], int]

OPEN_STATES = ("held", "pending", "dead")
"""States in which an item waits for somebody."""

LEAST_REASON, MOST_REASON = 3, 500
DECISIONS: Mapping[str, str] = {"release": "is sent again", "skip": "is skipped"}
"""What a person may decide here, and what then happens to the item."""
PARTNER_DECISIONS: Mapping[str, str] = {
    "try": "The partner is being tried again now",
    "off": "The partner is switched off. Items for it wait here",
    "on": "The partner is switched on and is being tried now",
}
"""What a person may decide about a partner, and what then happens."""


@dataclass(frozen=True)
class Paused:
    """One partner that rests after failing again and again: one incident, however many items wait."""

    partner_id: str
    heading: str
    since: str
    why: str
    failures: str
    next_try: str
    waiting: str
    off: bool


@dataclass(frozen=True)
class Well:
    """One partner that may be sent to. `typed` and `fault` are there when its form came back."""

    partner_id: str
    name: str
    typed: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Fact:
    """One of the four facts of an item."""

    key: str
    value: str


@dataclass(frozen=True)
class Letter:
    """One refused item. `typed` and `fault` are there when its form came back."""

    sequence: int
    what: str
    content: str
    case_href: str
    case_words: str
    title: str
    words: str
    code: str
    detail: str
    queued: str
    last_tried: str
    attempts: str
    facts: tuple[Fact, ...]
    behind: str
    typed: str = ""
    fault: str = ""


@dataclass(frozen=True)
class PartnerLetters:
    """The refused items of one partner."""

    name: str
    letters: tuple[Letter, ...]


@dataclass(frozen=True)
class DeadLettersPage:
    """The whole page."""

    paused: tuple[Paused, ...]
    partners: tuple[PartnerLetters, ...]
    summary: str
    counts: tuple[tuple[Tag, str], ...]
    well: tuple[Well, ...]
    may_decide: bool
    may_switch: bool
    done: str
    errors: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Found:
    """What was read: a page of refused items, partners with their names, items by state, and waiting items
    by lane.
    """

    items: list[Item]
    page: Page
    partners: list[tuple[PartnerRow, str]]
    counts: dict[str, int]
    lanes: Lanes


@dataclass(frozen=True)
class Given:
    """What surrounds the list: what the caller may do, what was just done, what is wrong with a form."""

    now: datetime
    may_decide: bool
    may_open_case: bool
    may_switch: bool = False
    done: str = ""
    typed: Mapping[int, str] = field(default_factory=dict)
    faults: Mapping[int, str] = field(default_factory=dict)
    off_typed: Mapping[UUID, str] = field(default_factory=dict)
    off_faults: Mapping[UUID, str] = field(default_factory=dict)


def present(found: Found, given: Given) -> DeadLettersPage:
    """The page in words and links; `given.now` is machine time."""
    names = dict.fromkeys(item.organisation for item in found.items)
    return DeadLettersPage(
        paused=tuple(
            _paused(partner, name, found.lanes, given.now)
            for partner, name in found.partners
            if partner.paused_at is not None
        ),
        partners=tuple(
            PartnerLetters(
                name, tuple(_letter(i, found.lanes, given) for i in found.items if i.organisation == name)
            )
            for name in names
        ),
        summary=words.part_of(
            found.page.offset, len(found.items), found.counts.get("dead", 0), "refused item"
        ),
        counts=tuple(
            (tag_of(OUTGOING_STATES, state), f"{found.counts.get(state, 0):,}") for state in OPEN_STATES
        ),
        well=tuple(_well(row, name, given) for row, name in found.partners if row.paused_at is None),
        may_decide=given.may_decide,
        may_switch=given.may_switch,
        done=given.done,
        errors=tuple(
            {"text": text, "href": f"#reason-{number}"}
            for number, text in (*given.faults.items(), *given.off_faults.items())
        ),
    )


def done_words(sequence: int, decision: str) -> str:
    """What was just decided; nothing for what is no decision."""
    return f"Item {sequence} {DECISIONS[decision]}" if decision in DECISIONS else ""


def reason_fault(reason: str) -> str:
    """What is wrong with a reason; nothing where it will do."""
    if len(reason) < LEAST_REASON:
        return "Write why, so that others can follow the decision"
    return f"Write at most {MOST_REASON} characters" if len(reason) > MOST_REASON else ""


def _paused(partner: PartnerRow, name: str, lanes: Lanes, now: datetime) -> Paused:
    waiting = sum(count for (partner_id, _), count in lanes.items() if partner_id == partner.id)
    tried, error = partner.probe_after, ERRORS.get(partner.pause_code or "")
    off = tried is None
    return Paused(
        partner_id=str(partner.id),
        heading=f"{name} is {'switched off' if off else 'paused'}",
        since=f"{words.moment(partner.paused_at)}, {words.ago(partner.paused_at, now)}",
        why=f"{error.title if error else 'It fails'} ({partner.pause_reason or 'not known'}). "
        f"{error.words if error else ''}".strip(),
        failures=words.count(partner.consecutive_failures, "time"),
        next_try=words.moment(tried) if tried and tried > now else "now",
        waiting=words.count(waiting, "item waits", "items wait"),
        off=off,
    )


def _well(partner: PartnerRow, name: str, given: Given) -> Well:
    ways = {FHIR: "FHIR", HL7_V2: "HL7 v2"}
    return Well(
        partner_id=str(partner.id),
        name=f"{name} ({ways.get(partner.transport, partner.transport)}, {_safety(partner)})",
        typed=given.off_typed.get(partner.id, ""),
        fault=given.off_faults.get(partner.id, ""),
    )


def _safety(partner: PartnerRow) -> str:
    """How the connection is kept safe."""
    known = {"bearer": " with a token", "client-credentials": " with tokens that are fetched"}
    signed_in = known.get(partner.sign_in["kind"], "") if partner.sign_in else ""
    return ("encrypted" if is_encrypted(partner.endpoint) else "not encrypted") + signed_in


def _letter(item: Item, lanes: Lanes, given: Given) -> Letter:
    row = item.row
    error = ERRORS.get(row.error_code or "")
    behind = lanes.get((row.partner_id, row.case_id), 0) if row.partner_id else 0
    return Letter(
        sequence=row.sequence,
        what=KINDS.get(row.kind, words.from_code(row.kind)),
        content=content_words(row.payload),
        case_href=f"/cases/{row.case_id}" if given.may_open_case else "",
        case_words=str(row.case_id)[:8],
        title=error.title if error else words.from_code(row.error_code),
        words=error.words if error else "",
        code=row.error_code or "",
        detail=row.error_detail or "",
        queued=words.moment(row.created_at),
        last_tried=words.moment(row.last_attempt_at),
        attempts=str(row.attempts),
        facts=(
            Fact("Sent", sent_words(row, "Not yet")),
            Fact("Received", words.moment(row.received_at, "Not yet")),
            Fact("Accepted", words.moment(row.accepted_at, "Not yet")),
            Fact("Acted on", words.moment(row.acted_at, "Not yet")),
        ),
        behind=words.count(behind, "item waits", "items wait") if behind else "",
        typed=given.typed.get(row.sequence, ""),
        fault=given.faults.get(row.sequence, ""),
    )
