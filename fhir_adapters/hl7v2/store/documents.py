"""Writing down a document as everything said of it makes it, whatever the order in which it was said.

What was stated last counts; an earlier statement that comes late only fills what nobody has said. A document
is cancelled when nothing was stated of it after its cancellation.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from discharge.store.tables import DocumentRow
from discharge.store.tables.persons import ORDINARY, RESTRICTED
from fhir_adapters.hl7v2.facts import DocumentReported
from fhir_adapters.hl7v2.store.doubts import Doubt

USUAL_CONTROL = {"U", ""}
"""Table 0272: usual control. Restricted (R), very restricted (V) and what we do not know are restricted."""

UNTIMED = datetime(1900, 1, 1, tzinfo=UTC)
"""When something was stated that the sender gave no time: before everything else."""

_SUPERSEDE = text(
    """
    UPDATE documents SET superseded = EXISTS (
        SELECT FROM documents AS other
        WHERE other.organisation_id = documents.organisation_id AND other.parent_number = documents.number
          AND other.relation = 'replacement'
          AND (other.cancelled_at IS NULL OR other.cancelled_at < other.stated_at))
    WHERE organisation_id = :organisation_id AND number = ANY(:numbers)
    """
)
"""Whichever of the two comes first, and whatever becomes of the one that replaces."""

_SAID = ("type_code", "title", "completion", "availability", "confidentiality", "written_at")
_RELATIONS = {"addendum": "addendum", "replacement": "replacement"}


async def apply_document(
    session: AsyncSession,
    *,
    inbox_id: UUID,
    organisation_id: UUID,
    person_id: UUID,
    spell_id: UUID | None,
    fact: DocumentReported,
) -> None:
    """Write what a message says of a document. Raises Doubt where it was somebody else's."""
    row = await _row(session, organisation_id, person_id, inbox_id, fact)
    if row.person_id != person_id:
        raise Doubt("patient-mismatch", "document-of-another-person")
    row.spell_id = spell_id or row.spell_id
    newer = (fact.stated_at or UNTIMED) >= (row.stated_at or UNTIMED)
    if fact.event == "cancel":
        row.cancelled_at = max(fact.stated_at or UNTIMED, row.cancelled_at or UNTIMED)
    else:
        _state(row, fact, inbox_id, newer)
    await session.flush()
    numbers = [row.number, row.parent_number or row.number]
    await session.execute(_SUPERSEDE, {"organisation_id": organisation_id, "numbers": numbers})


def _state(row: DocumentRow, fact: DocumentReported, inbox_id: UUID, newer: bool) -> None:
    row.stated_at = fact.stated_at if newer else row.stated_at
    row.inbox_id = inbox_id if newer else row.inbox_id
    _fill(row, fact, newer)
    if fact.event in _RELATIONS and fact.parent:
        row.relation, row.parent_number = _RELATIONS[fact.event], fact.parent


async def _row(
    session: AsyncSession, organisation_id: UUID, person_id: UUID, inbox_id: UUID, fact: DocumentReported
) -> DocumentRow:
    """The row of this number, made when it is new, locked until the transaction ends."""
    new = {
        "id": uuid4(),
        "organisation_id": organisation_id,
        "person_id": person_id,
        "inbox_id": inbox_id,
        "kind": "form" if fact.form else "document",
        "number": fact.number,
    }
    await session.execute(insert(DocumentRow).values(new).on_conflict_do_nothing())
    query = select(DocumentRow).where(
        DocumentRow.organisation_id == organisation_id, DocumentRow.number == fact.number
    )
    found = await session.scalars(query.options(undefer(DocumentRow.content)).with_for_update())
    return found.one()


def _fill(row: DocumentRow, fact: DocumentReported, newer: bool) -> None:
    for name in _SAID:
        said, held = getattr(fact, name), getattr(row, name)
        setattr(row, name, (said or held) if newer else (held or said))
    row.sensitivity = ORDINARY if (row.confidentiality or "") in USUAL_CONTROL else RESTRICTED
    if fact.content is not None and (newer or row.content is None):
        row.content_type, row.content = fact.content_type, fact.content
    if fact.answers and (newer or row.answers is None):
        row.answers = [answer.model_dump() for answer in fact.answers]
