"""Documents of a person as interfaces give them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.web.schemas import Schema


class Document(Schema):
    """A document in a list. Its content has an address only while it may be opened."""

    document_id: UUID
    organisation_id: UUID
    kind: str
    number: str
    type: str | None
    title: str | None
    relation: str | None
    parent_number: str | None
    completion: str | None
    availability: str | None
    cancelled: bool
    superseded: bool
    restricted: bool
    written_at: datetime | None
    stated_at: datetime | None
    content_type: str | None
    content_url: str | None


class DocumentAnswer(Schema):
    """One question of a form that a hospital sent, with its answer; codes as sent, where there are any."""

    question: str
    answer: str
    question_code: str | None
    answer_code: str | None
    unit: str | None


class DocumentDetail(Document):
    """One document, with the answers of a form or the words of a text."""

    answers: list[DocumentAnswer] | None
    text: str | None


class DocumentList(Schema):
    """Everything that hospitals sent about the person of a case, newest first."""

    case_id: UUID
    documents: list[Document]
    next: str | None
