"""Who calls: one shape for a bearer token and for a signed-in browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from discharge import permissions
from discharge.cases.model import Actor, Case
from discharge.cases.relations import may_ask_of
from discharge.errors import HomewardError

How = Literal["bearer", "session"]


@dataclass(frozen=True)
class Identity:
    """What a token or a sign-in vouches for, before we looked up the organisation."""

    issuer: str
    subject: str
    name: str
    role: str
    organisation: str


@dataclass(frozen=True)
class Principal:
    """A known caller. `client_id` scopes idempotency keys: a key belongs to who used it."""

    issuer: str
    subject: str
    name: str
    role: str
    organisation_id: UUID
    organisation_code: str
    organisation_name: str
    user_id: UUID
    team_id: UUID | None
    how: How

    @property
    def client_id(self) -> str:
        """The name under which this caller's keys are kept apart from everybody else's."""
        return f"{self.issuer}|{self.subject}"

    @property
    def actor(self) -> Actor:
        """The caller as rules see it."""
        return Actor(organisation_id=self.organisation_id, role=self.role, user_id=self.user_id)

    def may(self, action: str) -> bool:
        """Whether the caller's role does an action: what a page shows a button for."""
        return permissions.allowed(self.role, action)

    def require(self, action: str) -> None:
        """Raise role-not-allowed unless the caller's role does the action."""
        permissions.require(self.role, action)

    def may_on(self, case: Case, action: str) -> bool:
        """Whether the caller does an action on this case: by role, and by their organisation's part."""
        return may_ask_of(case, self.role, self.organisation_id, action)

    def require_on(self, case: Case, action: str) -> None:
        """Raise role-not-allowed, or part-not-allowed, unless the caller does the action on this case."""
        self.require(action)
        if not self.may_on(case, action):
            raise HomewardError("part-not-allowed", detail=action)
