"""One message as its page shows it: its text beside its parts, what it became, and what followed from it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.cases.sent_items import sent_words
from api.edits.editable_text import too_long
from api.messages.facts import Became, became
from api.messages.message_text import Shown, shown
from api.messages.opened import OpenedMessage
from api.messages.search import Search
from api.messages.views import Why, again_words, id_words, kind_words, why
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import MESSAGE_STATES, OUTGOING_STATES, Tag, tag_of
from discharge.store.tables import CaseEventRow, OutboxRow
from fhir_adapters.hl7v2.interpret.notes import note_words
from fhir_adapters.hl7v2.process.replays import EDITABLE, OUTCOMES, refused_at_sight


@dataclass(frozen=True)
class Line:
    """A key with its value."""

    key: str
    value: str


@dataclass(frozen=True)
class Sent:
    """One thing that a partner was told because of the message, with its four facts."""

    sequence: int
    what: str
    to: str
    state: Tag
    facts: tuple[Line, ...]
    resend: bool
    resent: str


@dataclass(frozen=True)
class CaseTrace:
    """One case that was told of the message: what happened there, and what was sent to partners."""

    short: str
    href: str
    messages_href: str
    told: str
    events: tuple[str, ...]
    sent: tuple[Sent, ...]


@dataclass(frozen=True)
class Done:
    """Something that a person did with the message."""

    what: str
    by: str
    reason: str
    at: str
    href: str
    link: str


@dataclass(frozen=True)
class Detail:
    """One message. `cannot` says why it cannot be read again; empty where it may be tried."""

    id: str
    title: str
    state: Tag
    why: Why | None
    lines: tuple[Line, ...]
    became: tuple[Became, ...]
    case_words: str
    case_href: str
    same_id_href: str
    cases: tuple[CaseTrace, ...]
    history: tuple[Done, ...]
    cannot: str
    editable: bool
    too_long: bool
    kept: bool
    raw_href: str
    about_href: str
    text: Shown


@dataclass(frozen=True)
class Typed:
    """A form of the page that was refused: what was typed, what is wrong, and which item it is about."""

    why: str
    fault: str
    item: int = 0

    @property
    def field(self) -> str:
        """The id of the field."""
        return f"resend-{self.item}" if self.item else "why"


@dataclass(frozen=True)
class Around:
    """Who looks, and what things are called."""

    known: Directory
    may_open_case: bool
    may_resend: bool


def present_one(found: OpenedMessage, around: Around) -> Detail:
    """One message in words."""
    row = found.row
    cannot = refused_at_sight(row.state, row.content_type, kept=row.kept)
    editable = row.state in EDITABLE and "hl7-v2" in row.content_type and row.kept
    return Detail(
        id=str(row.id),
        title=f"{kind_words(row)}, {id_words(row)}",
        state=tag_of(MESSAGE_STATES, row.state),
        why=why(row.code, row.reason),
        lines=tuple(Line(key, value) for key, value in _lines(found) if value),
        became=tuple(became(fact, whereabouts=found.whereabouts) for fact in found.facts),
        case_words=_case_words(found, around.may_open_case),
        case_href=f"/cases/{found.case_id}" if found.case_id and around.may_open_case else "",
        same_id_href=Search(text=row.message_id, feed=found.feed.code).href()
        if row.same_id_other_bytes
        else "",
        cases=_cases(found, around),
        history=_history(found, around.known),
        cannot=OUTCOMES[cannot] if cannot else "",
        editable=editable and not too_long(row),
        too_long=editable and too_long(row),
        kept=row.kept,
        raw_href=f"/messages/{row.id}/raw",
        about_href=Search(about=str(row.id)).href() if row.person_id or row.person_key else "",
        text=shown(row.raw, row.content_type, whereabouts=found.whereabouts),
    )


def _lines(found: OpenedMessage) -> list[tuple[str, str]]:
    row = found.row
    return [
        ("Received", words.machine_time(row.received_at)),
        ("Feed", found.feed.code),
        ("Read by profile", row.read_by or ""),
        ("Version", row.version or ""),
        (
            "Received again",
            f"{again_words(row)}, last {words.machine_time(row.last_received_at)}"
            if again_words(row)
            else "",
        ),
        ("Handled", words.machine_time(row.handled_at, "")),
        ("Time of the event (case time)", words.machine_time(row.event_time, "")),
        ("Answered", row.acknowledgement or ""),
        *(
            [("Read with care", note_words(row.reason)), ("Notes", row.reason or "")]
            if row.state == "interpreted"
            else [("Reason", row.reason or "")]
        ),
        ("Length", words.count(row.size or len(row.raw), "byte")),
        ("Characters", row.charset or ""),
        ("SHA-256", row.sha256),
    ]


def _case_words(found: OpenedMessage, may_open: bool) -> str:
    if found.row.person_id is None:
        return "This message did not identify or create a person."
    if found.case_id is None:
        return "The person has no open case here."
    return "" if may_open else "The person has an open case. Your role does not open cases."


def _cases(found: OpenedMessage, around: Around) -> tuple[CaseTrace, ...]:
    trace = found.followed
    told: dict[UUID, list[OutboxRow]] = {}
    for row in trace.signals:
        told.setdefault(row.case_id, []).append(row)
    return tuple(
        CaseTrace(
            short=str(case_id)[:8],
            href=f"/cases/{case_id}" if around.may_open_case else "",
            messages_href=Search(case=str(case_id)).href(),
            told=_told_words(signals),
            events=tuple(_event_words(event) for event in trace.events if event.case_id == case_id),
            sent=tuple(_sent(row, around) for row in trace.sent if row.case_id == case_id),
        )
        for case_id, signals in told.items()
    )


def _told_words(signals: list[OutboxRow]) -> str:
    waiting = [row for row in signals if row.state == "pending"]
    last = max((row.received_at for row in signals if row.received_at), default=None)
    return (
        "The case has not received it yet" if waiting else f"The case received it {words.machine_time(last)}"
    )


def _event_words(event: CaseEventRow) -> str:
    return f"{words.from_code(event.kind)}, from {words.day(event.effective_on)}"


def _sent(row: OutboxRow, around: Around) -> Sent:
    return Sent(
        sequence=row.sequence,
        what=words.from_code(row.kind),
        to=around.known.partner(row.partner_id),
        state=tag_of(OUTGOING_STATES, row.state),
        facts=four_facts(row),
        resend=around.may_resend and row.state in ("delivered", "skipped"),
        resent=f"Sent again for item {row.resent_from}: {row.released_reason}" if row.resent_from else "",
    )


def four_facts(row: OutboxRow) -> tuple[Line, ...]:
    """Sent, received, accepted, acted on."""
    return (
        Line("Sent", sent_words(row, "Not yet", words.machine_time)),
        Line("Received", words.machine_time(row.received_at, "Not yet")),
        Line("Accepted", words.machine_time(row.accepted_at, "Not yet")),
        Line("Acted on", words.machine_time(row.acted_at, "Not yet")),
    )


def _history(found: OpenedMessage, known: Directory) -> tuple[Done, ...]:
    done = [
        Done(
            what=OUTCOMES.get(item.outcome or "", "Waits to be read again"),
            by=known.user(replay.asked_by) or "Somebody",
            reason=replay.reason,
            at=words.machine_time(item.at or replay.asked_at),
            href=f"/messages/replays/{replay.id}",
            link="The replay",
        )
        for item, replay in found.history.replays
    ]
    for edit in found.history.edits:
        this = edit.inbox_id == found.row.id
        done.append(
            Done(
                what="Edited from another message" if this else "An edited message was proposed in its place",
                by=known.user(edit.proposed_by) or "Somebody",
                reason=edit.reason,
                at=words.machine_time(edit.proposed_at),
                href=f"/messages/edits/{edit.id}",
                link=f"The difference ({edit.state})",
            )
        )
    return tuple(done)
