"""Problems (RFC 9457) and what others changed."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from discharge.errors.row import Fault as Whose
from housing_checks.contradictions import Contradiction


class ChangedPart(BaseModel):
    """One part of a case that others changed, in words."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    part: str
    what: str
    before: str = Field(alias="from", description="What it was; empty for a reader who may not know")
    after: str = Field(alias="to", description="What it is now")
    by: str = Field(description="Who changed it last; empty for a reader who may not know")
    when: str = Field(description="When it was changed last, in words")
    refused_for: bool


class BodyFault(BaseModel):
    """One fault of what was sent. It never repeats what was sent."""

    code: str = Field(description="What kind of fault it is")
    where: str = Field(
        description="The field or parameter, with dots between levels and numbers in brackets, for instance"
        " `person.identifiers[0].value`"
    )
    pointer: str = Field(
        default="",
        description="The field as a JSON Pointer into the body, for instance `#/person/nhs_number`; empty for"
        " what is not in the body",
    )
    reason: str = Field(description="What is wrong there, and what to do")


class ListLineFault(BaseModel):
    """One fault of a list in CSV. It never repeats what was sent."""

    line: int
    column: str
    words: str = Field(description="What is wrong there, and what to do")


class Problem(BaseModel):
    """Why a request was refused (RFC 9457). `code` is the same in every interface, page and log."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    retryable: bool
    fault: Whose
    reason: str | None = Field(default=None, description="More about this refusal, in codes")
    where: str | None = Field(default=None, description="The field or parameter that it is about")
    problems: list[BodyFault | ListLineFault] = Field(
        default=[], description="Every fault of what was sent, where there may be several"
    )
    version: int | None = Field(default=None, description="The version of the case as it stands now")
    changes: list[ChangedPart] = Field(
        default=[], description="What others changed since the `seen_version` of a refused command"
    )
    questions: list[Contradiction] = Field(
        default=[], description="Contradictions in the request or with the record, as questions to its sender"
    )
    confirm: list[str] = Field(
        default=[], description="The codes to send back in `confirm`, with a reason or a note, to go on"
    )
