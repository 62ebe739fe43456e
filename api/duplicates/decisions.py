"""What people decided about who is who, and the form in which they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from api.web.names import Directory
from api.web.page import words
from discharge.errors import ERRORS
from discharge.store.tables import IdentityDecision

LEAST_REASON, MOST_REASON = 3, 500

KINDS: Mapping[str, str] = {
    "same": "The same person",
    "not-same": "Not the same person",
    "undo-merge": "Undo the merge",
}
DECISIONS = ("same", "not-same")


@dataclass(frozen=True)
class Decided:
    """What somebody decided, when, and how it stands."""

    what: str
    who: str
    when: str
    reason: str
    stands: str


@dataclass(frozen=True)
class Given:
    """What surrounds a pair or a merge: what the caller may do, and what is wrong with the form."""

    may_decide: bool
    may_open_case: bool
    may_open_messages: bool
    fault: str = ""
    typed: str = ""
    chosen: str = ""


def decided(row: IdentityDecision, known: Directory) -> Decided:
    """One decision in words."""
    return Decided(
        what=KINDS.get(row.kind) or words.from_code(row.kind),
        who=known.user(row.user_id) or "A system",
        when=words.moment(row.created_at),
        reason=row.reason,
        stands=_stands(row),
    )


def _stands(row: IdentityDecision) -> str:
    error = ERRORS.get(row.code or "")
    if error is not None:
        return f"Refused: {error.title}"
    return {"taken": "Safely stored, being carried out", "done": "Carried out"}.get(row.state, "Refused")


def message_href(inbox_id: UUID | None, given: Given) -> str:
    """Where the message is shown; empty for those who may not open it."""
    return f"/messages/{inbox_id}" if inbox_id and given.may_open_messages else ""


def reason_fault(reason: str) -> str:
    """What is wrong with a reason; nothing where it will do."""
    if len(reason) < LEAST_REASON:
        return "Enter how you know"
    if len(reason) > MOST_REASON:
        return f"Use {MOST_REASON} characters or fewer for the reason"
    return ""
