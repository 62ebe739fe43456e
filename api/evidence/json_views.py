"""Photos and documents as programs receive them."""

from __future__ import annotations

from uuid import UUID

from api.commands.answers import status_path
from api.evidence.schemas import AddedEvidence, Evidence
from api.evidence.service import AddedFile
from discharge.cases.model import Case
from discharge.store.tables import EvidenceFileRow
from discharge.store.tables.evidence import REMOVED


def file_json(row: EvidenceFileRow, case: Case, *, withheld: bool) -> Evidence:
    """A file in a list."""
    opens = row.state != REMOVED and not withheld
    path = f"/api/v1/cases/{row.case_id}/evidence/{row.id}"
    recorded = case.evidence.get(str(row.id))
    return Evidence.model_validate(
        {
            "file_id": row.id,
            "item": row.item,
            "evidence": row.evidence,
            "state": row.state,
            "media_type": row.media_type,
            "size": row.size,
            "width": row.width,
            "height": row.height,
            "pages": row.pages,
            "sha256": row.sha256,
            "organisation_id": row.organisation_id,
            "added_by": row.author_id,
            "added_at": row.created_at,
            "removed_on": recorded.removed_on if recorded else None,
            "removed_because": row.removed_because,
            "withheld": withheld,
            "content_url": f"{path}/content" if opens else None,
            "thumbnail_url": f"{path}/thumbnail" if opens and row.width else None,
        }
    )


def added_json(added: AddedFile, case_id: UUID) -> AddedEvidence:
    """What became of a file that was sent."""
    outcome = added.outcome
    command_id = outcome.command_id if outcome else None
    return AddedEvidence(
        case_id=case_id,
        file_id=added.file_id,
        outcome="accepted" if outcome is None or outcome.answer else "taken",
        repeated=added.repeated,
        command_id=command_id,
        status_url=status_path(command_id) if command_id else None,
    )
