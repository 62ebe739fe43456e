"""Edits of messages as interfaces give and take them."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from api.messages.schemas import MessageEdit
from api.replays.schemas import ReasonBody
from api.web.schemas import Schema


class MessageEditList(Schema):
    """Edits, those that wait for a second person first."""

    edits: list[MessageEdit]
    next: str | None


class EditDecided(Schema):
    """How an edit stands now."""

    edit_id: UUID
    state: str


class EditBody(ReasonBody):
    """The whole text of the edited message, a segment a line, and why."""

    text: str = Field(min_length=1)


class EditDecision(ReasonBody):
    """Whether the edit takes effect, and why."""

    decision: Literal["approve", "decline"]
