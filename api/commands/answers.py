"""What became of a command, as an interface answers it."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request
from fastapi.responses import JSONResponse

from api.changes.json_views import changes_json
from api.changes.views import Changes
from api.commands.asked import Outcome
from api.commands.execution import refusal
from api.commands.schemas import CommandAnswer, CommandStatus
from api.web.problems import RETRY_SECONDS, problem
from discharge.cases.commands import ANSWER
from discharge.clocks import london_date
from discharge.store.tables import CommandRow, ReferralRequestRow


def status_path(command_id: UUID) -> str:
    """Where a command's state can be read."""
    return f"/api/v1/commands/{command_id}"


def request_answer(row: ReferralRequestRow, who_reads: str | None = None) -> JSONResponse:
    """202: the referral waits as a request, and who reads what it says of danger. The same whatever is held
    of the person.
    """
    path = f"/api/v1/referral-requests/{row.id}"
    body = CommandAnswer(command_id=row.id, outcome="requested", who_reads=who_reads, status_url=path)
    return JSONResponse(body.model_dump(mode="json"), 202, {"Content-Location": path, "Location": path})


def request_status(row: ReferralRequestRow) -> CommandStatus:
    """How a request stands, for whoever polls it as a command."""
    return CommandStatus(
        command_id=row.id,
        case_id=row.case_id,
        kind="refer",
        state=row.state,
        effective_on=london_date(row.requested_at),
    )


def command_answer(
    outcome: Outcome,
    done_status: int = 200,
    location: str = "",
    changes: Changes | None = None,
    who_reads: str | None = None,
) -> JSONResponse:
    """200 (or 201) with what happened, and what others changed, or 202 with where to ask; and who reads what
    was said of danger.
    """
    path = status_path(outcome.command_id)
    body = CommandAnswer(
        command_id=outcome.command_id,
        case_id=outcome.case_id,
        outcome="accepted" if outcome.answer else "taken",
        version=outcome.answer.version if outcome.answer else None,
        events=list(outcome.answer.events) if outcome.answer else [],
        changes=changes_json(changes) if changes else [],
        who_reads=who_reads,
        status_url=path,
    )
    headers = {"Location": location} if location else {}
    if outcome.answer is None:
        headers |= {"Content-Location": path, "Retry-After": str(RETRY_SECONDS)}
    status = done_status if outcome.answer else 202
    return JSONResponse(body.model_dump(mode="json"), status, headers)


def command_status(request: Request, row: CommandRow) -> CommandStatus:
    """How a command stands."""
    answer = ANSWER.read(row.answer) if row.answer else None
    refused = answer is not None and answer.outcome != "accepted"
    return CommandStatus(
        command_id=row.id,
        case_id=row.case_id,
        kind=row.kind,
        state=row.state,
        effective_on=row.effective_on,
        version=answer.version if answer else None,
        events=list(answer.events) if answer else [],
        problem=problem(refusal(answer), request.url.path) if answer and refused else None,
    )
