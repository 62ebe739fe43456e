"""Commands that could not be recorded, as their page shows them: what was asked, never about whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from api.forms.definitions import FORMS
from api.web.page import words
from api.web.paging import Page
from discharge.errors import ERRORS
from discharge.roles import ROLE_WORDS
from discharge.store.failed_commands import FailedDecision
from discharge.store.tables import CommandRow

DONE: Mapping[FailedDecision, str] = {
    "try-again": "The request is tried again. It comes back to this list if it fails again.",
    "give-up": "The request is abandoned. The person who asked still sees that it failed.",
}
"""Decision -> what is said once it was made."""


@dataclass(frozen=True)
class FailedRequest:
    """One command that failed. `typed` and `fault` are there when its form came back."""

    command_id: str
    what: str
    asked_by: str
    asked: str
    failed: str
    tried_by_hand: str
    title: str
    words: str
    code: str
    case: str
    typed: str = ""
    fault: str = ""


@dataclass(frozen=True)
class FailedRequests:
    """The whole page."""

    lines: tuple[FailedRequest, ...]
    summary: str
    may_decide: bool
    done: str
    errors: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Around:
    """What surrounds the list: what the caller may do, what was just done, and a form that came back."""

    now: datetime
    may_decide: bool
    done: str = ""
    typed: Mapping[UUID, str] = field(default_factory=dict)
    faults: Mapping[UUID, str] = field(default_factory=dict)


def present(rows: Sequence[CommandRow], page: Page, total: int, around: Around) -> FailedRequests:
    """The page in words; `around.now` is machine time, as are all times on it."""
    return FailedRequests(
        lines=tuple(_line(row, around) for row in rows),
        summary=f"{words.part_of(page.offset, len(rows), total, 'request')}, the oldest first",
        may_decide=around.may_decide,
        done=around.done,
        errors=tuple({"text": text, "href": f"#reason-{about}"} for about, text in around.faults.items()),
    )


def _line(row: CommandRow, around: Around) -> FailedRequest:
    code = str((row.answer or {}).get("code") or "internal")
    error, form = ERRORS.get(code), FORMS.get(row.kind)
    return FailedRequest(
        command_id=str(row.id),
        what=form.title if form else words.from_code(row.kind),
        asked_by=next((said for role, said in ROLE_WORDS.items() if role == row.role), row.role),
        asked=f"{words.moment(row.created_at)}, {words.ago(row.created_at, around.now)}",
        failed=words.moment(row.finished_at),
        tried_by_hand=words.count(row.tries_by_hand, "time") if row.tries_by_hand else "",
        title=error.title if error else words.from_code(code),
        words=error.words if error else "",
        code=code,
        case=str(row.case_id)[:8],
        typed=around.typed.get(row.id, ""),
        fault=around.faults.get(row.id, ""),
    )
