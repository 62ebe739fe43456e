"""One file that somebody sent, looked at and written anew. Pure: bytes in, bytes out."""

from __future__ import annotations

from housing_checks.evidence.file_kinds import PDF, kind_of
from housing_checks.evidence.kept_file import KeptFile


def checked(sent: bytes) -> KeptFile:
    """The file as it is kept. Raises NotAccepted.

    What is kept is never what was sent: whatever else the bytes may be read as, script or archive, is gone.
    """
    kind = kind_of(sent)
    if kind == PDF:
        from housing_checks.evidence.documents import kept_document

        return kept_document(sent)
    from housing_checks.evidence.pictures import kept_picture

    return kept_picture(sent, kind)
