"""Commands that could not be recorded: what failed, and what an operator decides about it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.dead_letters.service import decide_failed_command
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from api.web.request_keys import Keyed
from discharge.store.failed_commands import FailedDecision, count_failed_commands, failed_commands
from discharge.store.tables import CommandRow

router = APIRouter(prefix="/api/v1", tags=["failed commands"])


class FailedCommand(BaseModel):
    """A command that could not be recorded. It changed nothing."""

    model_config = ConfigDict(extra="forbid")

    command_id: UUID = Field(description="The command's id, as given to its sender.")
    kind: str = Field(description="What was asked, as a kind of command.")
    case_id: UUID = Field(description="The case that it is about.")
    role: str = Field(description="The role of the sender.")
    code: str = Field(description="Why it failed: a code of the table of errors.")
    asked_at: datetime = Field(description="When it was taken.")
    failed_at: datetime | None = Field(description="When the last try failed.")
    tries_by_hand: int = Field(description="How often an operator had it tried again.")

    @classmethod
    def of(cls, row: CommandRow) -> FailedCommand:
        """One row in the words of the interface."""
        return cls(
            command_id=row.id,
            kind=row.kind,
            case_id=row.case_id,
            role=row.role,
            code=str((row.answer or {}).get("code") or "internal"),
            asked_at=row.created_at,
            failed_at=row.finished_at,
            tries_by_hand=row.tries_by_hand,
        )


class FailedCommandList(BaseModel):
    """The oldest first. `total` counts all pages."""

    failed_commands: list[FailedCommand]
    total: int = Field(description="How many there are, on all pages.")
    next: str | None


class FailedCommandDecision(BaseModel):
    """What is to become of a failed command, and why."""

    model_config = ConfigDict(extra="forbid")

    decision: FailedDecision = Field(description="Try it again, or give it up for good.")
    reason: str = Field(min_length=3, max_length=500, description="The reason, for later readers.")


class FailedCommandDecided(BaseModel):
    """How the command stands now: `taken` when it is tried again, `failed` when it was given up."""

    command_id: UUID
    state: str = Field(description="taken, or failed.")
    tries_by_hand: int = Field(description="How often an operator had it tried again.")


@router.get("/failed-commands")
async def list_failed_commands(services: Ready, caller: Caller, page: Paged) -> FailedCommandList:
    """Commands of the caller's own organisation that could not be recorded and that nobody gave up."""
    caller.require("failed-commands.read")
    async with services.begin(caller) as session:
        found = await failed_commands(session, page.offset, page.size)
        total = await count_failed_commands(session)
    lines = [FailedCommand.of(row) for row in found]
    return FailedCommandList(failed_commands=lines, total=total, next=page.next(total))


@router.post("/failed-commands/{command_id}/decision")
async def decide_about_failed_command(
    command_id: UUID, body: FailedCommandDecision, services: Ready, caller: Caller, keyed: Keyed
) -> FailedCommandDecided:
    """Have it tried again, judged against what its sender saw and may do now; or give it up. Its sender sees
    either under the address of the command.
    """
    caller.require("failed-commands.decide")

    async def decided(session: AsyncSession) -> FailedCommandDecided:
        row = await decide_failed_command(session, caller, command_id, body.decision, body.reason)
        return FailedCommandDecided(command_id=row.id, state=row.state, tries_by_hand=row.tries_by_hand)

    return await keyed.once(services, FailedCommandDecided, decided)
