"""Photos and documents on an item of the check, or on a hazard."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import EvidenceFile
from discharge.values import Frozen


class ItemEvidenceAdded(Frozen):
    """A photo or document was added to an item of the check, or to a hazard."""

    kind: Literal["item-evidence-added"] = "item-evidence-added"
    file: EvidenceFile


class ItemEvidenceRemoved(Frozen):
    """A photo or document was removed, and its bytes deleted: ``because`` says why."""

    kind: Literal["item-evidence-removed"] = "item-evidence-removed"
    file_id: UUID
    item: str
    because: str
    removed_on: date
    by: UUID | None = None
