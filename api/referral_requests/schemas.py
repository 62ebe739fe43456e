"""Referral requests as interfaces give them: what was sent, what became of it, and whom it may mean."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.web.schemas import PartOf, Schema, partial
from fhir_adapters.referrals import ReferralValues

SentReferral = partial("ReferralSent", ReferralValues)


class ReferralBody(ReferralValues):
    """A referral. `confirm` holds codes of contradictions that the asker was asked about (409) and confirms,
    with a note that says why.
    """

    confirm: tuple[str, ...] = ()

    @property
    def values_asked(self) -> ReferralValues:
        """The referral without what its asker confirmed."""
        return ReferralValues(**{name: getattr(self, name) for name in ReferralValues.model_fields})


class RequestDecision(BaseModel):
    """`take-on` needs `person` (the id of a candidate, or `new`) and `basis` (of the list sharing-bases);
    `decline` needs `reason` (of the list referral-return-reasons), `words` are for the sender; `withdraw` is
    the sender's own.
    """

    decision: Literal["take-on", "decline", "withdraw"]
    person: str = Field(default="", max_length=40, description="Id of a candidate, or `new`")
    basis: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=40)
    words: str = Field(default="", max_length=2000, description="The words for the sender")


class RequestAnswer(Schema):
    """Why a request was declined."""

    code: str
    reason: str
    words: str | None


class RequestCandidate(Schema):
    """Somebody whom a request may mean."""

    person_id: UUID
    nhs_number: str | None
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    sex: str | None
    in_hospital: str | None
    has_open_case: bool


class ReferralRequest(Schema):
    """A referral that waits until somebody takes it on, and what became of it. Times are case time."""

    request_id: UUID
    state: str
    sender: str
    owner: str
    requested_at: datetime
    due_at: datetime
    overdue: bool
    external_id: str | None
    said: Annotated[dict[str, Any], PartOf(SentReferral)]
    answered_at: datetime | None
    answered_by: str | None
    answer: RequestAnswer | None
    case_id: UUID | None


class ReferralRequestDetail(ReferralRequest):
    """One request, and whom it may mean; `candidates` is absent for who may not take it on."""

    candidates: list[RequestCandidate] = Field(default_factory=list)


class ReferralRequestList(Schema):
    """Requests of one box."""

    requests: list[ReferralRequest]
    total: int
    next: str | None
