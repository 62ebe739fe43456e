"""Cases as interfaces give them: on a list, one by itself, what happened to it, and who looked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from api.web.schemas import Address, Contact, PartOf, Ring, SafetyLineRecord, Schema, partial
from discharge.cases.model import Case, Referral
from housing_checks.gate.blockers import Blocker

SeenReferral = partial("CaseReferral", Referral)
SeenCase = partial("CaseRecord", Case, stage=str, referral=SeenReferral | None)
"""A case without the fields that its reader does not see."""


class CasePerson(Schema):
    """Whom a case is about."""

    person_id: UUID
    nhs_number: str | None
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    sex: str | None
    deceased: bool
    location_hidden: bool


class CasePersonDetail(CasePerson):
    """Whom a case is about, where they live, and whom to call."""

    address: Address | None
    homes_before: list[Address] | None
    contacts: list[Contact] | None


class DelaySoFar(Schema):
    """The delay so far, by each way of counting."""

    published_delay_days: int
    true_delay_days: int | None
    nights_without_reason: list[date]


class CaseLine(Schema):
    """One case on a list. Null is what its reader is not told."""

    case_id: UUID
    version: int
    stage: str
    person: CasePerson
    ward: str | None
    ward_withheld: Ring | None
    expected_discharge_on: date | None
    needed_by: date | None
    awaiting_spell: bool | None
    alerts: int | None
    home_not_ready: bool | None
    open_actions: int | None
    why_still_here: str
    what_stands_between: str | None = Field(
        description="What stands between the person and home, whose move it is and by when: the first two "
        "blockers, and how many more"
    )
    safety: SafetyLineRecord
    waiting: DelaySoFar | None


class CaseList(Schema):
    """The worklist, and how many cases each view holds."""

    cases: list[CaseLine]
    total: int
    page: int
    counts: dict[str, int]
    not_searched: int = Field(
        description="Cases that the filter does not reach: your part in them does not show what it looks at"
    )
    next: str | None


class ReferralList(Schema):
    """Referrals that nobody has accepted or returned yet."""

    referrals: list[CaseLine]
    total: int
    next: str | None


class NextAction(Schema):
    """What is to be done next, by which role, until when."""

    words: str
    role: str
    due_on: date | None


class SuggestedStrand(Schema):
    """A strand that answers of the check suggest; a person decides."""

    kind: str
    item: str
    because: list[str]
    earliest_on: date
    begin_by: date | None
    in_time: str | None


class DischargeResult(Schema):
    """What became of one discharge."""

    discharged_on: date
    back_after_days: int | None
    back_band: str | None
    failed: list[str]


class StaySuggestion(Schema):
    """A landlord or scheme that should be told of the stay; nothing is told automatically."""

    organisation_id: UUID
    news: str
    by_message: bool


class CaseDetail(Schema):
    """One case. Null is what its reader is not told; `case` leaves out the fields that they do not see."""

    case_id: UUID
    version: int
    stage: str
    today: date
    person: CasePersonDetail
    ward_withheld: Ring | None
    safety: SafetyLineRecord
    why_still_here: str
    next_action: NextAction | None
    waiting: DelaySoFar | None
    suggested_strands: list[SuggestedStrand] | None
    suggested_outcome: str | None
    discharges: list[DischargeResult] | None
    blocking: list[Blocker] | None
    advocate_needed: list[str] | None
    choice_answers_overdue: list[str] | None
    stay_to_tell: list[StaySuggestion] | None
    case: Annotated[dict[str, Any], PartOf(SeenCase)]


class EventRecord(Schema):
    """What an event says, in codes: its kind, and the fields of that kind as they were recorded."""

    model_config = ConfigDict(extra="allow")

    kind: str


class CaseEvent(Schema):
    """One event of a case, with who and when."""

    sequence: int
    kind: str
    effective_on: date
    case_time: datetime
    recorded_at: datetime
    command_id: UUID
    organisation_id: UUID
    user_id: UUID | None
    role: str
    reason: str | None
    event: Annotated[dict[str, Any], PartOf(EventRecord)]


class CaseNote(Schema):
    """A note, and the command that it came with."""

    note_id: UUID = Field(description="Its id; an answer in words names the note that holds it")
    command_id: UUID | None
    item: str | None
    text: str = Field(description="What it says; empty once its words were withdrawn")
    recorded_at: datetime
    withdrawn_at: datetime | None = Field(description="When its words were withdrawn (case time)")
    withdrawn_by: UUID | None = Field(description="Who withdrew its words")


class Timeline(Schema):
    """Every event of a case, newest first, and the notes that the reader may see."""

    case_id: UUID
    events: list[CaseEvent]
    notes: list[CaseNote]
    notes_withheld: str | None


class RecordLook(Schema):
    """One look at a case."""

    at: datetime
    organisation: str
    name: str
    role: str
    purpose: str
    what: str


class RecordLooks(Schema):
    """Who looked at a case, newest first."""

    case_id: UUID
    looks: list[RecordLook]
    next: str | None
