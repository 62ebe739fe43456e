"""What somebody typed into a form that could not be sent: it is shown again, so that nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from api.web.page import words

OURS = frozenset({"form_token", "key", "seen_version"})
"""Fields that nobody types."""


@dataclass(frozen=True)
class TypedText:
    """The form as it was sent, and where it goes; `files`: a file was with it, which must be chosen again.

    Sent again it brings the token that it brought before: a form that was not ours is refused again.
    """

    path: str
    fields: tuple[tuple[str, str], ...] = ()
    files: bool = False

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """Label and text of each answer, in order; answers left empty are left out."""
        return tuple(
            (words.from_code(name).capitalize(), value)
            for name, value in self.fields
            if name not in OURS and value.strip()
        )


def keep_typed(request: Request, sent: FormData) -> None:
    """Remember with the request what was sent, for the page that says what went wrong."""
    request.state.typed = TypedText(
        request.url.path,
        tuple((name, value) for name, value in sent.multi_items() if isinstance(value, str)),
        files=any(not isinstance(value, str) for value in sent.values()),
    )


def typed_of(request: Request) -> TypedText | None:
    """What was typed into the form of a request, if it had one that could be read."""
    return getattr(request.state, "typed", None)


async def read_typed(request: Request) -> None:
    """Read the form of a page that was refused before its own code read it."""
    if request.method != "POST" or typed_of(request) is not None:
        return
    try:
        keep_typed(request, await request.form())
    except (HTTPException, ClientDisconnect, RuntimeError):
        return
