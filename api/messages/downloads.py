"""A message as a file to keep: byte for byte as it came, or without what may not be seen."""

from __future__ import annotations

from starlette.responses import Response

from api.messages.message_text import readable
from api.messages.opened import OpenedMessage
from discharge.errors import HomewardError


def as_file(found: OpenedMessage) -> Response:
    """The file; a browser never shows what was sent to us, it only keeps it. Raises content-not-kept."""
    row = found.row
    if not row.kept:
        raise HomewardError("content-not-kept", where="message")
    kind = "json" if "json" in row.content_type else "hl7" if "hl7" in row.content_type else "bin"
    name = f"{row.id}.{kind}" if found.whereabouts else f"{row.id}-withheld.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(_bytes(found), media_type="application/octet-stream", headers=headers)


def _bytes(found: OpenedMessage) -> bytes:
    row = found.row
    if found.whereabouts:
        return row.raw
    held = readable(row.raw, row.content_type, whereabouts=False)
    return ("\n" if held.marks is None else "\r").join(held.lines).encode()
