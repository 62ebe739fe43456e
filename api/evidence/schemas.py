"""Photos and documents as interfaces give them. They have no name."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.web.schemas import Schema


class Evidence(Schema):
    """A photo or document on an item of the check, or on a hazard; of one that was removed only that it was
    there, and why it is gone. Its content has an address only while the caller may open it.
    """

    file_id: UUID = Field(description="Id of the photo or document")
    item: str = Field(
        description="The item of the check that it is on, or the hazard by its name in the case (`hazard/1`)"
    )
    evidence: Literal["photo", "document"] = Field(description="What kind of evidence it is")
    state: Literal["waiting", "kept", "removed"] = Field(
        description="`waiting` until the case has recorded it, then `kept`; `removed` once it was deleted"
    )
    media_type: str = Field(description="The media type of what is kept: image/jpeg or application/pdf")
    size: int = Field(description="Bytes of what is kept")
    width: int | None = Field(description="Width of a photo in pixels; null for a document")
    height: int | None = Field(description="Height of a photo in pixels; null for a document")
    pages: int | None = Field(description="Pages of a document; null for a photo")
    sha256: str = Field(description="SHA-256 of what is kept, in hexadecimal")
    organisation_id: UUID = Field(description="The organisation that added it")
    added_by: UUID | None = Field(description="Who added it")
    added_at: AwareDatetime = Field(description="When it was added, in machine time")
    removed_on: date | None = Field(description="The day it was removed; null while it is there")
    removed_because: str | None = Field(
        description="Why it was removed, by a code of `evidence-removal-reasons`; null while it is there"
    )
    withheld: bool = Field(
        description="True while it is shown to nobody, because the person's whereabouts are hidden"
    )
    content_url: str | None = Field(description="Where its content is; null where it cannot be opened")
    thumbnail_url: str | None = Field(
        description="Where a small picture of it is; null for a document, and where it cannot be opened"
    )


class EvidenceList(Schema):
    """The photos and documents on a case's items and hazards, the newest first."""

    case_id: UUID
    files: list[Evidence] = Field(description="The photos and documents of this page")
    next: str | None


class AddedEvidence(Schema):
    """A photo or document that was added, or that was there already."""

    case_id: UUID
    file_id: UUID = Field(description="Id of the photo or document")
    outcome: Literal["accepted", "taken"] = Field(
        description="`taken` while the case has not answered yet: ask the status address"
    )
    repeated: bool = Field(description="True when the same file was on the item already; it is kept once")
    command_id: UUID | None = Field(
        description="Id of the command that adds it; null where the file was on the item already"
    )
    status_url: str | None = Field(
        description="Where the command's state can be read; null without a command"
    )
