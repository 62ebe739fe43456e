"""The line that every case shows: safety is confirmed, or it is not, and whom to ask.

It is the same for a case never asked about and for one with a disclosure, and the name in it is the one that
the reader's organisation gives for all its cases.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.web.principals import Principal
from api.web.schemas import SafetyLineRecord
from housing_checks.store import safety, safety_advisers

NOBODY_NAMED = "your safeguarding lead"
"""Whom to ask where an organisation has named nobody."""


@dataclass(frozen=True)
class SafetyLine:
    """Whether safety is confirmed, and whom to ask."""

    confirmed: bool = False
    ask: str = NOBODY_NAMED

    @property
    def state(self) -> str:
        """The line without its key."""
        return "confirmed" if self.confirmed else f"not confirmed, ask {self.ask}"

    @property
    def words(self) -> str:
        """The line as everybody reads it."""
        return f"Safety: {self.state}"

    def as_json(self) -> SafetyLineRecord:
        """The line for programs."""
        return SafetyLineRecord(confirmed=self.confirmed, ask=self.ask, words=self.words)


UNASKED = SafetyLine()
"""The line of a case of which nothing was read."""


@dataclass(frozen=True)
class SafetyLines:
    """The lines of some cases."""

    confirmed: frozenset[UUID] = frozenset()
    ask: str = NOBODY_NAMED

    def of(self, case_id: UUID) -> SafetyLine:
        """The line of one case."""
        return SafetyLine(case_id in self.confirmed, self.ask)


async def safety_lines(session: AsyncSession, caller: Principal, case_ids: Collection[UUID]) -> SafetyLines:
    """The lines of cases, as the caller's organisation reads them."""
    return SafetyLines(
        await safety.confirmed_among(session, case_ids), await whom_to_ask(session, caller) or NOBODY_NAMED
    )


def who_reads(ask: str, *, read: bool, what: str = "your answers") -> str:
    """Who reads what somebody writes about a case; `ask` is their adviser's name, if there is one, and `read`
    says whether anybody reads it.
    """
    if ask:
        return f"{ask} reads {what}."
    if read:
        return f"People named for safety by the trust or the housing service read {what}."
    return (
        f"Nobody but you reads {what} until your organisation names somebody for safety. "
        f"Ring {NOBODY_NAMED} now, and ask your administrator to name somebody."
    )


async def read_by(
    session: AsyncSession, caller: Principal, case_id: UUID, what: str = "what you wrote about danger"
) -> str:
    """Who reads what the caller says about danger on a case, in words; alike whatever was said before."""
    ask = await whom_to_ask(session, caller)
    read = bool(ask) or await safety_advisers.has_reader(session, case_id)
    return who_reads(ask, read=read, what=what)


async def whom_to_ask(session: AsyncSession, caller: Principal) -> str:
    """The name of the caller's safety adviser; empty where their organisation has named nobody."""
    named = await safety_advisers.advisers(session, caller.organisation_id)
    return named[0][1].display_name if named else ""
