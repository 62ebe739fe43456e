"""Replays of messages as interfaces give them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.messages.schemas import MessageSearch
from api.replays.service import LEAST_REASON, MOST_REASON
from api.web.schemas import Schema


class Replay(Schema):
    """A replay without its messages."""

    replay_id: UUID
    state: str
    total: int | None
    reason: str
    asked_by: UUID
    asked_at: datetime
    finished_at: datetime | None
    stopped_by: UUID | None
    stopped_reason: str | None


class ReplayedMessage(Schema):
    """What a replay did with one message."""

    id: UUID
    was: str | None
    was_reason: str | None
    outcome: str | None
    words: str | None
    state: str


class ReplayDetail(Replay):
    """A replay, how far it is, and what was done with its messages."""

    outcomes: dict[str, int]
    states: dict[str, int]
    messages: list[ReplayedMessage]


class ReplayList(Schema):
    """Replays, newest first."""

    replays: list[Replay]
    next: str | None


class ReplayTaken(Schema):
    """A replay was taken; it goes on by itself."""

    replay_id: UUID
    state: str
    status_url: str


class ReplayStopped(Schema):
    """How a replay stands now."""

    replay_id: UUID
    state: str


class SentAgain(Schema):
    """The new item, and the one that it sends again."""

    sequence: int
    resent_from: int


class ReasonBody(BaseModel):
    """Why something is asked for."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=LEAST_REASON, max_length=MOST_REASON)


class ReplayBody(ReasonBody):
    """Which messages are to be read again, and why."""

    messages: MessageSearch
