"""What stands between a person and home, as interfaces give it. Null is what its reader is not told."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from api.web.schemas import Schema
from discharge.values import YesNoUnknown
from housing_checks.gate.blockers import Beside, Blocker


class GivenAnswer(Schema):
    """What was answered to an item, and how it is known."""

    value: str = Field(description="The answer, as the item takes it")
    words: str = Field(description="The answer in words")
    counts_as: YesNoUnknown = Field(description="How it counts at the gate")
    evidence: str | None = Field(description="How it is known, as a code; null where nobody said")
    by: UUID | None = Field(description="Who gave it; null where nobody on the staff did")
    by_name: str | None = Field(description="Their name")
    answered_on: date | None
    valid_until: date | None = Field(description="The last day on which it holds; null: for good")
    note_id: UUID | None = Field(description="The note with an answer in words; null for other answers")


class ItemMitigation(Schema):
    """What is done about an item until it is yes."""

    code: str
    words: str
    role: str = Field(description="The role that answers for it")
    user_id: UUID | None = Field(description="The person who answers for it, where one was named")
    named_on: date
    until_on: date = Field(description="The last day on which it holds: the item blocks again the day after")


class AskedItem(Schema):
    """One item that is asked of this person, and how it stands."""

    item: str
    domain: str = Field(description="The part of the home check that it belongs to")
    label: str = Field(description="The item in a few words")
    question: str = Field(description="What is asked, so that yes is safe")
    severity: str = Field(description="How serious a no is: `stop`, `red` or `amber`")
    gated: bool = Field(description="True when it must be yes, or have a mitigation, before they leave")
    stands: YesNoUnknown = Field(
        description="How it stands now: as answered, or as work or time has changed it since"
    )
    expired: bool = Field(description="True when its answer held until a day that has passed")
    answer: GivenAnswer | None = Field(description="The last answer; null where nobody has answered")
    mitigation: ItemMitigation | None


class CaseCheck(Schema):
    """The home check of a case as it stands, and what stands between the person and home.

    A reader who sees only their own work is given that work alone: `ready`, `items` and `beside` are null.
    """

    case_id: UUID
    version: int
    today: date
    form: str | None = Field(description="The form of the check; null where none has begun")
    started_on: date | None
    completed_on: date | None
    ready: bool | None = Field(description="True when nothing blocks")
    what_stands_between: str = Field(
        description="One sentence: what blocks, whose move it is and by when. It does not name the person"
    )
    items: list[AskedItem] | None = Field(description="The items asked of this person, in order")
    blockers: list[Blocker] = Field(description="What keeps the gate shut, with owner, day and next action")
    beside: list[Beside] | None = Field(description="What goes on and does not block")
