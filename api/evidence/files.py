"""Photos and documents as answers: nothing of them runs in a browser, and nothing keeps them."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

NO_SCRIPT = "default-src 'none'; sandbox; frame-ancestors 'none'"
ENDINGS = {"image/jpeg": "jpg", "application/pdf": "pdf"}


def as_a_file(content: bytes, media_type: str, file_id: UUID, *, shown: bool = False) -> Response:
    """The bytes as a file to keep, under a name that tells nothing; `shown` is a picture in a page."""
    how = "inline" if shown and media_type == "image/jpeg" else "attachment"
    headers = {
        "Content-Disposition": f'{how}; filename="{file_id}.{ENDINGS[media_type]}"',
        "Content-Security-Policy": NO_SCRIPT,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
