"""Documents and forms as interfaces give them: coded, with times in ISO 8601."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.documents.schemas import Document, DocumentAnswer, DocumentDetail
from api.documents.views import is_cancelled, is_current, served_type
from discharge.store.tables import DocumentRow
from discharge.store.tables.persons import RESTRICTED


def document_json(row: DocumentRow, case_id: UUID) -> Document:
    """A document in a list. Its content has an address only while it may be opened."""
    opens = is_current(row)
    return Document(
        document_id=row.id,
        organisation_id=row.organisation_id,
        kind=row.kind,
        number=row.number,
        type=row.type_code,
        title=row.title,
        relation=row.relation,
        parent_number=row.parent_number,
        completion=row.completion,
        availability=row.availability,
        cancelled=is_cancelled(row),
        superseded=row.superseded,
        restricted=row.sensitivity == RESTRICTED,
        written_at=row.written_at,
        stated_at=row.stated_at,
        content_type=served_type(row) if row.content_type and opens else None,
        content_url=f"/api/v1/cases/{case_id}/documents/{row.id}/content"
        if row.content_type and opens
        else None,
    )


def opened_json(row: DocumentRow, case_id: UUID) -> DocumentDetail:
    """One document that may be opened, with the answers of a form or the words of a text."""
    text = row.content.decode(errors="replace") if row.content and row.content_type == "text/plain" else None
    answers = [_answer(each) for each in row.answers] if row.answers is not None else None
    return DocumentDetail(**dict(document_json(row, case_id)), answers=answers, text=text)


def _answer(kept: Mapping[str, Any]) -> DocumentAnswer:
    return DocumentAnswer(
        question=kept["question"],
        answer=kept.get("answer", ""),
        question_code=kept.get("question_code"),
        answer_code=kept.get("answer_code"),
        unit=kept.get("unit"),
    )
