"""Records that may be one person, merges and decisions, as interfaces give them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.web.schemas import LocalNumber, Schema


class PersonRecord(Schema):
    """One record of a person."""

    person_id: UUID
    nhs_number: str | None
    nhs_number_status: str | None
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    sex: str | None
    location_hidden: bool


class NhsNumberHeld(Schema):
    """An NHS number that a record had, from and until when."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    value: str
    since: datetime | None = Field(alias="from", description="Since when the record had it")
    until: datetime | None = Field(description="Until when the record had it")


class PersonRecordDetail(PersonRecord):
    """One of two records, with everything there is to compare."""

    hospital_numbers: list[LocalNumber]
    nhs_numbers: list[NhsNumberHeld]
    address: list[str] | None
    postcode: str | None
    phones: list[str]
    phones_not_safe: list[str]
    case_id: UUID | None


class IdentityDecision(Schema):
    """What somebody decided about who is who, and how it stands."""

    decision_id: UUID
    kind: str
    state: str
    code: str | None
    reason: str
    role: str
    user_id: UUID | None
    created_at: datetime
    handled_at: datetime | None


class _Pair(Schema):
    pair_id: UUID
    state: str
    rules: list[str]
    offered_at: datetime
    decided_at: datetime | None


class DuplicatePair(_Pair):
    """Two records that may be one person; one of another organisation is null."""

    left: PersonRecord | None
    right: PersonRecord | None


class DuplicatePairDetail(_Pair):
    """Two records side by side. `evidence` is null where only one of them may be seen."""

    left: PersonRecordDetail | None
    right: PersonRecordDetail | None
    evidence: dict[str, str] | None
    decisions: list[IdentityDecision]


class DuplicateList(Schema):
    """Pairs of records that may be one person."""

    duplicates: list[DuplicatePair]
    left_out: dict[str, int]
    next: str | None


class DuplicateDecision(BaseModel):
    """Whether the two records are one person, and how that is known."""

    decision: Literal["same", "not-same"]
    reason: str = Field(min_length=3, max_length=500)


class MergeUndo(BaseModel):
    """Why a merge was wrong."""

    reason: str = Field(min_length=3, max_length=500)


class Merge(Schema):
    """A merge of two records, with how much it moved."""

    merge_id: UUID
    survivor: PersonRecord | None
    retired: PersonRecord | None
    cause: str
    cause_id: UUID
    effective_at: datetime
    moved: dict[str, int]
    undone_at: datetime | None


class MergeList(Schema):
    """Merges, newest first."""

    merges: list[Merge]
    next: str | None


class RehearsalPatient(Schema):
    """A patient of rehearsals, set apart from the living."""

    person_id: UUID
    family_name: str | None
    given_name: str | None
    hospital_numbers: list[LocalNumber]


class RehearsalPatientList(Schema):
    """Patients of rehearsals."""

    test_patients: list[RehearsalPatient]
    next: str | None
