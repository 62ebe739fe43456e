"""Photos and documents that show how something about a home is known: which there are, never what they are
called or show. Their bytes lie in tables of their own.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from discharge.values import Frozen

HAZARD = "hazard/"
"""How the name of a hazard inside its case begins; no item of a check is called so."""


class EvidenceFile(Frozen):
    """A photo or document on an item of the check, or on a hazard: ``item`` is the item's code, or the
    hazard's name inside its case. One that was removed stays as a note of its removal: ``removed_because`` is
    a code of ``evidence-removal-reasons``.
    """

    file_id: UUID
    item: str
    evidence: str
    added_on: date
    by: UUID | None = None
    removed_on: date | None = None
    removed_because: str | None = None
    removed_by: UUID | None = None

    @property
    def hazard(self) -> str | None:
        """The hazard that it shows, for instance ``hazard/1``; None for a file on an item of the check."""
        return self.item if self.item.startswith(HAZARD) else None
