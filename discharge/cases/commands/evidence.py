"""Photos and documents on an item of the check, or on a hazard."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.stages import ANY, SINCE_ACCEPTANCE
from discharge.roles import CASEWORK_OR_SYSTEM, PARTS


class AddItemEvidence(CaseCommand):
    """Add a photo or document to an item of the check, or to a hazard of the case by its name
    (``hazard/1``). Its door has looked at the file, written it anew and keeps it beside the command.
    A landlord, and a council's environmental health, add to a hazard that they are asked about.
    """

    declared: ClassVar = Declaration(
        "Add a photo or document to the home check or to a hazard",
        SINCE_ACCEPTANCE,
        CASEWORK_OR_SYSTEM,
        PARTS,
    )
    touches: ClassVar = ()

    kind: Literal["add-item-evidence"] = "add-item-evidence"
    item: str
    evidence: Literal["photo", "document"]
    file_id: UUID


class RemoveItemEvidence(CaseCommand):
    """Remove a photo or document that was added in error: whoever added it does, or somebody of an
    organisation that leads the case. Its bytes are deleted. ``reason`` of the request says why, by a code of
    ``evidence-removal-reasons``.
    """

    declared: ClassVar = Declaration(
        "Remove a photo or document from the home check or from a hazard", ANY, CASEWORK_OR_SYSTEM, PARTS
    )
    touches: ClassVar = ("evidence",)

    kind: Literal["remove-item-evidence"] = "remove-item-evidence"
    file_id: UUID = Field(description="The photo or document")


EvidenceCommand = AddItemEvidence | RemoveItemEvidence
"""Every command of this room."""
