"""Documents as files: nothing that was sent to us runs in a browser."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from api.documents.views import file_name, served_type
from discharge.store.tables import DocumentRow


def as_a_file(row: DocumentRow, content: bytes) -> Response:
    """The bytes of a document as a file to keep, which no browser shows and no cache holds."""
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(row)}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=served_type(row), headers=headers)


ANY_FILE: dict[str, Any] = {
    "description": "The file",
    "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
}
"""How an answer that is a file is described: its media type is that of the file."""
