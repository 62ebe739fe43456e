"""Adding a photo or document: looked over first, then kept in one transaction with its command."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from api.commands.asked import AskedCommand, Outcome
from api.commands.execution import body_hash, execute, existing, take
from api.commands.service import seen_case
from api.evidence.checker import looked_over
from api.web.principals import Principal
from api.web.services import Services
from api.web.settings import FileLimits
from discharge.cases.command_stages import require_may_ask
from discharge.cases.commands import AddItemEvidence
from discharge.cases.model import Case
from discharge.clocks import london_date
from discharge.errors import HomewardError
from discharge.store import evidence as store
from discharge.store.commands import came_before
from housing_checks.evidence.kept_file import KeptFile
from housing_checks.evidence.rules import require_asked, require_subject

ADD, REMOVE = "add-item-evidence", "remove-item-evidence"


@dataclass(frozen=True)
class SentFile:
    """A file that somebody sent for an item or a hazard, as it came. What its sender calls it is not read."""

    case_id: UUID
    item: str
    content: bytes
    key: str | None = None

    @property
    def digest(self) -> str:
        """By which the same file is known again."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def as_sent(self) -> dict[str, str]:
        """The request that its key stands for."""
        return {"item": self.item, "sha256": self.digest}


@dataclass(frozen=True)
class AddedFile:
    """What became of it: `outcome` is none where the same file was on the item already."""

    file_id: UUID
    outcome: Outcome | None

    @property
    def repeated(self) -> bool:
        """Whether it was there already."""
        return self.outcome is None


async def add_file(services: Services, caller: Principal, sent: SentFile) -> AddedFile:
    """Add a file to an item. Raises what the file, the limits and the case refuse.

    Who may add it is asked before it is looked at, and again with the case that is there when it is kept.
    """
    limits, today = services.settings.files, london_date(await services.case_now())
    async with services.begin(caller) as session:
        case = await _case(session, caller, sent)
        before = await _before(session, caller, sent)
        same = None if before else await _same(session, case, sent, today)
    if before is not None:
        return AddedFile(before[0], await execute(services, before[1]))
    if same is not None:
        return AddedFile(same, None)
    _require_size(sent, limits)
    kept = await looked_over(sent.content, services.file_turns)
    asked = _asked(sent, kept, today)
    async with services.begin(caller) as session:
        await store.one_file_at_a_time(session, sent.case_id)
        same = await _same(session, await _case(session, caller, sent), sent, today)
        if same is not None:
            return AddedFile(same, None)
        await _require_room(session, caller, asked, limits)
        taken = await take(session, caller, asked, body_hash(asked.case_id, asked.as_sent))
        file_id = await store.file_of(session, taken.command_id)
    return AddedFile(file_id, await execute(services, taken))


async def _case(session: AsyncSession, caller: Principal, sent: SentFile) -> Case:
    """The case, for whoever may add a file to it."""
    case = await seen_case(session, sent.case_id)
    caller.require_on(case, ADD)
    require_asked(case, caller.organisation_id, sent.item)
    return case


async def _before(session: AsyncSession, caller: Principal, sent: SentFile) -> tuple[UUID, Outcome] | None:
    """The file and the answer of the same request under the same key. Raises duplicate-key-other-body."""
    if sent.key is None:
        return None
    digest = body_hash(sent.case_id, sent.as_sent)
    row = await came_before(session, caller.client_id, sent.key, digest)
    return (await store.file_of(session, row.id), existing(row)) if row is not None else None


async def _same(session: AsyncSession, case: Case, sent: SentFile, today: date) -> UUID | None:
    """The same file on the item, if it is there. Raises what keeps anybody from adding one."""
    require_may_ask(case, ADD)
    require_subject(case, sent.item, today)
    return await store.same_file(session, sent.case_id, sent.item, sent.digest)


def _require_size(sent: SentFile, limits: FileLimits) -> None:
    if not sent.content:
        raise HomewardError("file-unreadable", "it is empty", "file")
    if len(sent.content) > limits.each:
        raise HomewardError("file-too-large", f"at most {megabytes(limits.each)}", "file")


def megabytes(size: int) -> str:
    """A number of bytes for a person."""
    return f"{max(1, size // 1_048_576)} MB"


def _asked(sent: SentFile, kept: KeptFile, today: date) -> AskedCommand:
    file = store.NewFile(
        file_id=uuid4(),
        item=sent.item,
        evidence=kept.evidence,
        source_sha256=sent.digest,
        media_type=kept.media_type,
        content=kept.content,
        thumbnail=kept.thumbnail,
        width=kept.width,
        height=kept.height,
        pages=kept.pages,
    )
    return AskedCommand(
        case_id=sent.case_id,
        command=AddItemEvidence(item=sent.item, evidence=kept.evidence, file_id=file.file_id),
        effective_on=today,
        as_sent=sent.as_sent,
        key=sent.key,
        file=file,
    )


async def _require_room(
    session: AsyncSession, caller: Principal, asked: AskedCommand, limits: FileLimits
) -> None:
    added = len(asked.file.content) if asked.file else 0
    if await store.bytes_of_case(session, asked.case_id) + added > limits.case:
        raise HomewardError("files-full", f"at most {megabytes(limits.case)} on one case", "file")
    if await store.bytes_in_a_day(session, caller.user_id) + added > limits.day:
        raise HomewardError("files-full", f"at most {megabytes(limits.day)} in 24 hours", "file")
