"""What is kept of a file that somebody sent: written anew, so that nothing is left beside what it shows."""

from __future__ import annotations

from dataclasses import dataclass

PHOTO, DOCUMENT = "photo", "document"
EVIDENCE_OF = {"image/jpeg": PHOTO, "application/pdf": DOCUMENT}
"""Media type of a kept file -> the kind of evidence that it is."""


class NotAccepted(Exception):
    """A file that is not taken. `code` is one of the table of errors, `detail` a limit or a finding."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it is kept. A picture has a size in pixels and a thumbnail, a document its pages."""

    media_type: str
    content: bytes
    thumbnail: bytes | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None

    @property
    def evidence(self) -> str:
        """The kind of evidence that it is."""
        return EVIDENCE_OF[self.media_type]
