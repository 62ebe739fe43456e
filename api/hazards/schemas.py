"""Hazards at home, and the rating schemes, as interfaces give them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.web.schemas import Schema
from discharge.cases.model import HazardStepReached, LandlordTold


class HazardDue(Schema):
    """One thing that is due because of a hazard."""

    duty: str = Field(description="What is due, as a code of hazard-duties")
    words: str
    owner_role: str
    began_at: datetime | None = Field(description="Since when it counts; null while it does not count yet")
    due_at: datetime | None = Field(description="When it ends; null while it does not count yet")
    warns_at: datetime | None = Field(
        description="From when an alert warns; null where none does before its end"
    )
    done_on: date | None = Field(description="The day on which it was done; null while it is not")
    late: bool = Field(description="True when it is not done, or was done after its end")
    limit: str = Field(description="How long it may take, in words")
    source: str


class HazardRecord(Schema):
    """One hazard, what follows from it, and what is due."""

    hazard: str = Field(description="Its name inside the case, for instance `hazard/1`")
    words: str
    hazard_code: str
    scheme: str = Field(description="The edition of the rating scheme that the hazard and its rating are of")
    uncertain: str | None = Field(
        description="What has to be looked up of the hazard or rating; null for nothing"
    )
    room: str
    severity: str
    tenure: str
    nation: str = Field(
        description="The nation of the home; `unknown` while England's times are counted for want of it"
    )
    nation_known_by: Literal["said", "address", "nobody"]
    address_nation: str | None = Field(
        description="The nation that the home address tells now, where the hazard counts by another one that"
        " nobody typed, or by none: correct the hazard, or the address. Null for nothing to correct"
    )
    known_by: str
    found_on: date
    recorded_at: datetime
    note_id: UUID | None = Field(description="The note that says why it is this serious for this person")
    band: str | None = Field(description="What an inspection rated it as")
    category: int | None = Field(description="1: the council must act. 2: it may. Null without a rating")
    inspected_on: date | None
    landlord_id: UUID | None
    council_id: UUID | None
    told: LandlordTold | None = Field(
        description="When, by whom and how the landlord was told; null while it was not"
    )
    steps: dict[str, HazardStepReached] = Field(description="Steps taken, by code of hazard-steps")
    path: str = Field(description="What follows by tenure and nation, as a code of hazard-paths")
    lead: str = Field(description="What follows, in words")
    blocks: bool = Field(description="True while it keeps the gate shut")
    due: list[HazardDue]
    file_ids: list[UUID] = Field(
        description="Its photos and documents, by id; what they show is at `/cases/{case_id}/evidence`"
    )
    closed_on: date | None
    closed_because: str | None


class HazardList(Schema):
    """The hazards of a case that the reader sees, in the order in which they were recorded."""

    case_id: UUID
    version: int
    not_yet: str | None = Field(
        description="Why nothing may be sent to a landlord or council yet, and who asks; null where it may,"
        " or where the reader is not told"
    )
    hazards: list[HazardRecord]


class SchemeHazardRow(Schema):
    """One hazard of a rating scheme."""

    code: str
    words: str
    group: str = Field(description="The group of the scheme")
    number: int = Field(description="The number of the scheme")
    merges: list[str] = Field(description="Hazards of the former scheme that it replaces")
    uncertain: bool
    note: str
    source: str


class SchemeBand(Schema):
    """One rating of a scheme, and its category."""

    code: str
    words: str
    category: int
    from_score: int | None = Field(description="The lowest score of the band; null without scores")
    uncertain: bool
    note: str


class HazardScheme(Schema):
    """The rating scheme for an inspection that begins on a day."""

    on: date
    scheme: str
    title: str
    hazards: list[SchemeHazardRow]
    ratings: list[SchemeBand]
