"""Messages, replays, edits and alarms as interfaces give them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.messages.queries import PLACE
from api.messages.search import Search
from api.web.paging import SIZE
from api.web.schemas import Schema


class Message(Schema):
    """A message without its text."""

    id: UUID
    sequence: int
    message_id: str | None
    feed: str | None
    message_type: str | None
    trigger: str | None
    version: str | None
    state: str
    code: str | None
    reason: str | None
    received_at: datetime
    times_received: int
    same_id_other_bytes: bool
    acknowledgement: str | None
    sha256: str
    read_by: str | None
    handled_at: datetime | None
    edited_from: UUID | None


class MessageList(Schema):
    """Messages, newest first. `counts` stop at 1,001."""

    messages: list[Message]
    counts: dict[str, int]
    next: str | None


class MessageField(Schema):
    """One field of a segment, as it came."""

    field: str
    name: str
    value: str


class MessageSegment(Schema):
    """One segment of a message."""

    segment: str
    title: str
    fields: list[MessageField]


class MessageFact(Schema):
    """One fact that a message said."""

    ordinal: int
    kind: str
    effective_at: datetime | None
    values: dict[str, str]


class MessageEvent(Schema):
    """An event of a case that a message caused."""

    case_id: UUID
    sequence: int
    kind: str


class SentItem(Schema):
    """An item that was sent because of a message, with its four facts."""

    sequence: int
    case_id: UUID
    kind: str
    partner_id: UUID | None
    state: str
    resent_from: int | None
    leaving_at: datetime | None
    sent_at: datetime | None
    received_at: datetime | None
    accepted_at: datetime | None
    acted_at: datetime | None


class MessageReplay(Schema):
    """A replay that a message was part of."""

    replay_id: UUID
    outcome: str | None
    reason: str
    asked_by: UUID
    asked_at: datetime


class MessageEdit(Schema):
    """An edited message in place of one that had no effect."""

    edit_id: UUID
    original: UUID
    edited: UUID
    state: str
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    decided_reason: str | None


class MessageDetail(Message):
    """A message: what it said, what it became, and what followed."""

    text: str
    withheld: bool
    cut: str | None
    segments: list[MessageSegment]
    facts: list[MessageFact]
    person_id: UUID | None
    spell_id: UUID | None
    cannot_be_replayed: str | None
    events: list[MessageEvent]
    sent: list[SentItem]
    replays: list[MessageReplay]
    edits: list[MessageEdit]


class MessageCause(Schema):
    """Why messages wait for a person, how many, and what can be done."""

    state: str
    code: str
    reason: str
    feed: str | None
    count: int
    first_at: datetime
    last_at: datetime
    example: UUID
    people: int
    cases: list[UUID]
    cases_at_risk: list[UUID]
    title: str
    what_to_do: str


class MessageCauseList(Schema):
    """Causes for which messages wait for a person."""

    causes: list[MessageCause]
    next: str | None


class MessageSearch(BaseModel):
    """Which messages. `who` is an NHS number, a hospital number or a name; `text` an id, type or trigger."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(default="", description="An NHS number, a hospital number or a name")
    text: str = Field(default="", description="An id, a type or a trigger")
    feed: str = ""
    since: str = Field(default="", description="Received from then on; London time where no zone is given")
    until: str = Field(default="", description="Received before then")
    state: str = ""
    code: str = ""
    reason: str | None = None
    case: str = Field(default="", description="Id of a case: all about its person")
    about: str = Field(default="", description="Id of a message: all about whom it is about")
    id: str = Field(default="", description="Id of one message")
    words: str = Field(default="", description="Words among what may be seen of the newest 5,000 that fit")
    ward: str = ""
    only: Literal["", "repeated-id", "again", "with-care", "edited"] = Field(
        default="", description="Only those that came in this way"
    )
    unmapped: str = Field(default="", description="Id of a value that no profile maps")

    @property
    def search(self) -> Search:
        """The same as pages take it."""
        return Search(**{name: getattr(self, name) for name in MessageSearch.model_fields})


class MessageQuery(MessageSearch):
    """Which messages, and where the page begins: `after` is `next` of the page before."""

    after: str = Field(default="", pattern=f"^({PLACE})?$", description="`next` of the page before")
    before: str = Field(
        default="",
        pattern=f"^({PLACE})?$",
        description="The same as `after`",
        json_schema_extra={"deprecated": True},  # said to clients; our own reading of it is no news
    )
    size: int = Field(default=SIZE, ge=1, le=200)
