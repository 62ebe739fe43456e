"""The safety questions, the annex and who is named for safety, as interfaces give them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.safety.service import MOST_REASON
from api.web.schemas import PartOf, SafetyLineRecord, Schema
from housing_checks.safety.commands import MOST_NOTE
from housing_checks.safety.events import AskedSafetyEvent

Words = Annotated[str | None, Field(max_length=MOST_NOTE)]


class SafetyWords(BaseModel):
    """Free words beside something recorded."""

    disclosure: Words = Field(default=None, description="What the person said, in their own words")
    contact: Words = Field(default=None, description="How to reach them safely: number, times, words to use")
    reason: Words = Field(default=None, description="Why it was decided")
    note: Words = Field(default=None, description="Anything else")


class SafetyEntryBody(BaseModel):
    """Something to record about somebody's safety. `questions-answered` is for whoever was there; all else is
    for people named on the annex.
    """

    event: AskedSafetyEvent
    words: SafetyWords = Field(default_factory=SafetyWords)


class SafetyNameBody(BaseModel):
    """Somebody who works on the case, to read its annex, and why."""

    user_id: UUID
    reason: str = Field(min_length=3, max_length=MOST_REASON)


class SafetyNameEnd(BaseModel):
    """Why somebody no longer reads the annex."""

    reason: str = Field(min_length=3, max_length=MOST_REASON)


class SafetyEventRecord(Schema):
    """What was recorded, in codes: its kind, and the fields of that kind."""

    model_config = ConfigDict(extra="allow")

    kind: str


class SafetyEntry(Schema):
    """Something that was recorded, with who and when, and the words beside it."""

    entry_id: UUID
    kind: str
    case_time: datetime
    recorded_at: datetime
    name: str | None
    organisation: str
    event: Annotated[dict[str, Any], PartOf(SafetyEventRecord)]
    words: dict[str, str]


class SafetyDue(Schema):
    """Something that is due, and by when (case time)."""

    clock: str
    label: str
    due_at: datetime
    late: bool


class SafetyNamed(Schema):
    """Somebody on the list of an annex."""

    user_id: UUID
    name: str | None
    organisation: str
    scope: Literal["all", "own"]
    reason: str
    named_by: str | None
    named_at: datetime
    ended_at: datetime | None
    ended_reason: str | None


class SafetyLook(Schema):
    """One look at an annex, or at its questions."""

    at: datetime
    name: str | None
    organisation: str
    role: str
    what: str


class SafetyAnnex(Schema):
    """The annex of a case, for somebody named on it."""

    disclosed: Literal["yes", "no", "unknown"]
    asked_alone: bool
    due: list[SafetyDue]
    named: list[SafetyNamed]
    looks: list[SafetyLook]


class SafetyRecord(Schema):
    """What the caller reads about the safety of one person. `annex` is null for everybody who is not named,
    whether or not there is one.
    """

    case_id: UUID
    safety: SafetyLineRecord
    who_reads: str
    entries: list[SafetyEntry]
    annex: SafetyAnnex | None


class SafetyCaseDue(SafetyDue):
    """Something that is due for one person."""

    case_id: UUID
    family_name: str | None
    given_name: str | None


class SafetyWork(Schema):
    """What is due on the annexes that the caller is named on, the first due first."""

    due: list[SafetyCaseDue]
    next: str | None


class SafetyReferral(Schema):
    """What was said about abuse or danger in a referral that has no case."""

    entry_id: UUID
    said_at: datetime
    name: str | None
    organisation: str
    state: Literal["waiting", "taken-on", "declined", "withdrawn", "refused", "failed"]
    due_at: datetime | None
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    nhs_number: str | None
    words: dict[str, str]
    may_end: bool


class SafetyReferralList(Schema):
    """What was said in referrals that have no case, the earliest first; for safety advisers of the
    organisation that sent the referral, and of those that it was sent to. For everybody else it is empty.
    """

    referrals: list[SafetyReferral]
    next: str | None


class SafetyReferralEnd(BaseModel):
    """Somebody has seen to it, and says how."""

    reason: str


class SafetyAdviserBody(BaseModel):
    """Somebody of the caller's organisation, named for safety."""

    user_id: UUID
    kind: Literal["adviser", "safeguarding-lead"]


class SafetyAdviser(Schema):
    """Somebody who is named for safety."""

    appointment_id: UUID
    user_id: UUID
    name: str
    kind: Literal["adviser", "safeguarding-lead"]
    appointed_at: datetime


class SafetyAdviserList(Schema):
    """Who is named for safety in the caller's organisation, and whom its cases say to ask."""

    advisers: list[SafetyAdviser]
    ask: str
    next: str | None
