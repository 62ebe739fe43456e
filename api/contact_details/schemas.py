"""Whom to call about a case, as interfaces take and give it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.web.schemas import Schema
from discharge.telephones import dialled
from discharge.values import YesNoUnknown

Short = Annotated[str, Field(max_length=60)]
Line = Annotated[str, Field(max_length=200)]


MessageKind = Literal["phone", "mobile", "email", "next-of-kin", "gp-practice", "gp", "consultant", "ward"]
RingMark = Literal["not-safe", "ask-first"]


class ContactBody(BaseModel):
    """Somebody to call, how the number is known, and whether it is safe to ring it. `role` is a code of the
    list contact-roles, `source` one of contact-sources.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    role: Short
    name: Line = ""
    about: Line = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Line = ""
    safe_to_ring: YesNoUnknown = "unknown"
    hours: Line = ""
    language: Short = ""
    interpreter: YesNoUnknown = "unknown"
    source: Short
    said_by: Line = ""
    said_on: date | None = None

    @field_validator("phone")
    @classmethod
    def _can_be_rung(cls, sent: str) -> str:
        if sent and dialled(sent) is None:
            raise ValueError("not a telephone number")
        return sent

    @field_validator("email")
    @classmethod
    def _can_be_written_to(cls, sent: str) -> str:
        if sent and ("@" not in sent.strip("@") or any(each.isspace() for each in sent)):
            raise ValueError("not an e-mail address")
        return sent


class NewContactBody(ContactBody):
    """A contact that nobody has recorded. A `restricted` one is for the organisation that records it and for
    the housing lead.
    """

    restricted: bool = False


class ContactCorrectionBody(ContactBody):
    """What a contact is instead, and why; `seen_number` is the newest version that the asker saw."""

    reason: Line = ""
    seen_number: Annotated[int, Field(ge=0, le=10**6)] | None = None


class ContactEndingBody(BaseModel):
    """Why a contact is of no use any more."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=3, max_length=200)
    seen_number: Annotated[int, Field(ge=0, le=10**6)] | None = None


class SaidByMessage(Schema):
    """What messages say of a contact: the trust's own, or the referral of an organisation."""

    kind: MessageKind
    value: str
    mark: RingMark | None
    name: str | None
    relationship: str | None
    said_on: date | None
    referred_by: str | None


class ContactVersion(Schema):
    """One version of a contact, as somebody recorded it."""

    number: int
    entry: str
    name: str | None
    about: str | None
    phone: str | None
    email: str | None
    safe_to_ring: YesNoUnknown
    mark: RingMark | None
    hours: str | None
    language: str | None
    interpreter: YesNoUnknown
    source: str
    said_by: str | None
    said_on: date
    reason: str | None
    message_said: str | None
    organisation: str
    recorded_by: str | None
    recorded_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: UUID | None


class ContactDetail(Schema):
    """One contact: what holds, what messages say of it, and every version, the newest first."""

    contact_id: UUID
    role: str
    words: str
    phone: str | None
    dial: str | None
    email: str | None
    safe_to_ring: YesNoUnknown
    mark: RingMark | None
    restricted: bool
    ended: bool
    said: SaidByMessage | None
    otherwise: list[SaidByMessage]
    confirmed: bool
    versions: list[ContactVersion]


class ContactDetailList(Schema):
    """Whom to call about a case; nobody where the person is hidden, but then whom to `ring` at the trust."""

    case_id: UUID
    withheld: bool
    ring: str | None
    contacts: list[ContactDetail]
    missing: list[str]
    next: str | None
