"""Photos and documents that show how something about a home is known: which there are, never what they are
called or show. Their bytes lie in tables of their own.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from discharge.values import Frozen


class EvidenceFile(Frozen):
    """A photo or document on an item of the check. One that was removed stays as a note of its removal:
    ``removed_because`` is a code of ``evidence-removal-reasons``.
    """

    file_id: UUID
    item: str
    evidence: str
    added_on: date
    by: UUID | None = None
    removed_on: date | None = None
    removed_because: str | None = None
    removed_by: UUID | None = None
